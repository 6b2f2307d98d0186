//! The numbers of DHCPv6.

use crate::codes::codes;

codes! {
    /// Message types, RFC 8415 section 7.3 and later.
    pub struct MessageType(u8) {
        SOLICIT = 1 => "SOLICIT",
        ADVERTISE = 2 => "ADVERTISE",
        REQUEST = 3 => "REQUEST",
        CONFIRM = 4 => "CONFIRM",
        RENEW = 5 => "RENEW",
        REBIND = 6 => "REBIND",
        REPLY = 7 => "REPLY",
        RELEASE = 8 => "RELEASE",
        DECLINE = 9 => "DECLINE",
        RECONFIGURE = 10 => "RECONFIGURE",
        INFORMATION_REQUEST = 11 => "INFORMATION_REQUEST",
        RELAY_FORW = 12 => "RELAY_FORWARD",
        RELAY_REPL = 13 => "RELAY_REPLY",
        LEASEQUERY = 14 => "LEASEQUERY",
        LEASEQUERY_REPLY = 15 => "LEASEQUERY_REPLY",
        LEASEQUERY_DONE = 16 => "LEASEQUERY_DONE",
        LEASEQUERY_DATA = 17 => "LEASEQUERY_DATA",
        DHCPV4_QUERY = 20 => "DHCPV4_QUERY",
        DHCPV4_RESPONSE = 21 => "DHCPV4_RESPONSE",
        ADDR_REG_INFORM = 36 => "ADDR_REG_INFORM",
        ADDR_REG_REPLY = 37 => "ADDR_REG_REPLY",
    }
}

impl MessageType {
    /// Whether it is one of the messages between relay agents and servers, which hold another
    /// message.
    #[must_use]
    pub fn is_relayed(self) -> bool {
        matches!(self, Self::RELAY_FORW | Self::RELAY_REPL)
    }
}

codes! {
    /// Codes of the options that the server itself reads or makes; RFC 8415 and later.
    pub struct OptionCode(u16) {
        CLIENT_ID = 1 => "clientid",
        SERVER_ID = 2 => "serverid",
        IA_NA = 3 => "ia-na",
        IA_TA = 4 => "ia-ta",
        IAADDR = 5 => "iaaddr",
        ORO = 6 => "oro",
        PREFERENCE = 7 => "preference",
        ELAPSED_TIME = 8 => "elapsed-time",
        RELAY_MSG = 9 => "relay-msg",
        AUTH = 11 => "auth",
        UNICAST = 12 => "unicast",
        STATUS_CODE = 13 => "status-code",
        RAPID_COMMIT = 14 => "rapid-commit",
        USER_CLASS = 15 => "user-class",
        VENDOR_CLASS = 16 => "vendor-class",
        VENDOR_OPTS = 17 => "vendor-opts",
        INTERFACE_ID = 18 => "interface-id",
        RECONF_ACCEPT = 20 => "reconf-accept",
        DNS_SERVERS = 23 => "dns-servers",
        DOMAIN_SEARCH = 24 => "domain-search",
        IA_PD = 25 => "ia-pd",
        IAPREFIX = 26 => "iaprefix",
        INFORMATION_REFRESH_TIME = 32 => "information-refresh-time",
        REMOTE_ID = 37 => "remote-id",
        SUBSCRIBER_ID = 38 => "subscriber-id",
        CLIENT_FQDN = 39 => "client-fqdn",
        ERO = 43 => "ero",
        RELAY_ID = 53 => "relay-id",
        NTP_SERVER = 56 => "ntp-server",
        RSOO = 66 => "rsoo",
        PD_EXCLUDE = 67 => "pd-exclude",
        CLIENT_LINKLAYER_ADDR = 79 => "client-linklayer-addr",
        LINK_ADDRESS = 80 => "link-address",
        SOL_MAX_RT = 82 => "solmax-rt",
        INF_MAX_RT = 83 => "inf-max-rt",
        DHCPV4_MSG = 87 => "dhcpv4-message",
        RELAY_SOURCE_PORT = 135 => "relay-source-port",
        ADDR_REG_ENABLE = 148 => "addr-reg-enable",
    }
}

codes! {
    /// Sub-options of the NTP server option, RFC 5908 section 4.
    pub struct NtpSubOption(u16) {
        SERVER_ADDRESS = 1 => "ntp-server-address",
        SERVER_MULTICAST = 2 => "ntp-server-multicast",
        SERVER_FQDN = 3 => "ntp-server-fqdn",
    }
}

codes! {
    /// Status codes, RFC 8415 section 21.13.
    pub struct StatusCode(u16) {
        SUCCESS = 0 => "Success",
        UNSPEC_FAIL = 1 => "UnspecFail",
        NO_ADDRS_AVAIL = 2 => "NoAddrsAvail",
        NO_BINDING = 3 => "NoBinding",
        NOT_ON_LINK = 4 => "NotOnLink",
        USE_MULTICAST = 5 => "UseMulticast",
        NO_PREFIX_AVAIL = 6 => "NoPrefixAvail",
        UNKNOWN_QUERY_TYPE = 7 => "UnknownQueryType",
        MALFORMED_QUERY = 8 => "MalformedQuery",
        NOT_CONFIGURED = 9 => "NotConfigured",
        NOT_ALLOWED = 10 => "NotAllowed",
    }
}

codes! {
    /// What a DUID is made of, RFC 8415 section 11 and RFC 6355.
    pub struct DuidType(u16) {
        LLT = 1 => "DUID-LLT",
        EN = 2 => "DUID-EN",
        LL = 3 => "DUID-LL",
        UUID = 4 => "DUID-UUID",
    }
}

codes! {
    /// Hardware types as DUIDs and option 79 have them, from the ARP parameters registry.
    pub struct HardwareType(u16) {
        ETHERNET = 1 => "ethernet",
        IEEE802 = 6 => "IEEE 802",
        FDDI = 8 => "FDDI",
        INFINIBAND = 32 => "InfiniBand",
    }
}
