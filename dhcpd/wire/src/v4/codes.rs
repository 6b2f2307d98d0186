//! The numbers of DHCPv4.

use crate::codes::codes;

codes! {
    /// The op field, RFC 2131 section 2.
    pub struct BootpOp(u8) {
        REQUEST = 1 => "BOOTREQUEST",
        REPLY = 2 => "BOOTREPLY",
    }
}

codes! {
    /// Hardware types (htype), RFC 1700 and the ARP parameters registry.
    pub struct HardwareType(u8) {
        ETHERNET = 1 => "ethernet",
        IEEE802 = 6 => "IEEE 802",
        FDDI = 8 => "FDDI",
        INFINIBAND = 32 => "InfiniBand",
    }
}

codes! {
    /// DHCP message types, RFC 2132 section 9.6.
    pub struct MessageType(u8) {
        DISCOVER = 1 => "DHCPDISCOVER",
        OFFER = 2 => "DHCPOFFER",
        REQUEST = 3 => "DHCPREQUEST",
        DECLINE = 4 => "DHCPDECLINE",
        ACK = 5 => "DHCPACK",
        NAK = 6 => "DHCPNAK",
        RELEASE = 7 => "DHCPRELEASE",
        INFORM = 8 => "DHCPINFORM",
        LEASEQUERY = 10 => "DHCPLEASEQUERY",
        LEASEUNASSIGNED = 11 => "DHCPLEASEUNASSIGNED",
        LEASEUNKNOWN = 12 => "DHCPLEASEUNKNOWN",
        LEASEACTIVE = 13 => "DHCPLEASEACTIVE",
    }
}

codes! {
    /// Codes of the options that the server itself reads or makes; RFC 2132 and later.
    pub struct OptionCode(u8) {
        PAD = 0 => "pad",
        SUBNET_MASK = 1 => "subnet-mask",
        ROUTERS = 3 => "routers",
        DOMAIN_NAME_SERVERS = 6 => "domain-name-servers",
        HOST_NAME = 12 => "host-name",
        DOMAIN_NAME = 15 => "domain-name",
        VENDOR_ENCAPSULATED = 43 => "vendor-encapsulated-options",
        REQUESTED_ADDRESS = 50 => "dhcp-requested-address",
        LEASE_TIME = 51 => "dhcp-lease-time",
        OVERLOAD = 52 => "dhcp-option-overload",
        MESSAGE_TYPE = 53 => "dhcp-message-type",
        SERVER_IDENTIFIER = 54 => "dhcp-server-identifier",
        PARAMETER_REQUEST_LIST = 55 => "dhcp-parameter-request-list",
        MESSAGE = 56 => "dhcp-message",
        MAX_MESSAGE_SIZE = 57 => "dhcp-max-message-size",
        RENEWAL_TIME = 58 => "dhcp-renewal-time",
        REBINDING_TIME = 59 => "dhcp-rebinding-time",
        VENDOR_CLASS_IDENTIFIER = 60 => "vendor-class-identifier",
        CLIENT_IDENTIFIER = 61 => "dhcp-client-identifier",
        FQDN = 81 => "fqdn",
        RELAY_AGENT = 82 => "dhcp-agent-options",
        V6_ONLY_PREFERRED = 108 => "v6-only-preferred",
        SUBNET_SELECTION = 118 => "subnet-selection",
        VENDOR_CLASS = 124 => "vivco-suboptions",
        VENDOR_INFORMATION = 125 => "vivso-suboptions",
        END = 255 => "end",
    }
}

codes! {
    /// Sub-options of the relay agent information option, RFC 3046 and later.
    pub struct RelaySubOption(u8) {
        CIRCUIT_ID = 1 => "circuit-id",
        REMOTE_ID = 2 => "remote-id",
        LINK_SELECTION = 5 => "link-selection",
        SUBSCRIBER_ID = 6 => "subscriber-id",
        SERVER_ID_OVERRIDE = 11 => "server-id-override",
        RELAY_ID = 12 => "relay-id",
        RELAY_PORT = 19 => "relay-port",
    }
}
