//! The standard options of DHCPv6: RFC 8415, and what the registry lists since; those of RFC 7598 and
//! RFC 5908 within them, and CableLabs' own.

use crate::Protocol;
use crate::option::{Definition, Type};

/// The space of the options of messages.
const DHCP6: &str = "dhcp6";
/// The space of the options that a relay supplies for the answer, RFC 6422.
const RSOO: &str = "rsoo-opts";
/// The space of the sub-options of option 56, RFC 5908 section 4.
const NTP: &str = "v6-ntp-server-suboptions";
/// The space of a container for lightweight 4over6, RFC 7598 section 5.3.
const S46_LIGHTWEIGHT: &str = "s46-cont-lw-options";
/// The space of a container for MAP-E, RFC 7598 section 5.1.
const S46_ENCAPSULATION: &str = "s46-cont-mape-options";
/// The space of a container for MAP-T, RFC 7598 section 5.2.
const S46_TRANSLATION: &str = "s46-cont-mapt-options";
/// The space of the options of a mapping rule, RFC 7598 section 4.1.
const S46_RULE: &str = "s46-rule-options";
/// The space of the options of a binding, RFC 7598 section 4.4.
const S46_BINDING: &str = "s46-v4v6bind-options";

/// All standard options.
#[rustfmt::skip]
pub(crate) const DEFINITIONS: &[Definition] = &[
    option(DHCP6, 1, "clientid", &[Type::Binary]),
    option(DHCP6, 2, "serverid", &[Type::Binary]),
    option(DHCP6, 3, "ia-na", &[Type::Uint32, Type::Uint32, Type::Uint32]),
    option(DHCP6, 4, "ia-ta", &[Type::Uint32]),
    option(DHCP6, 5, "iaaddr", &[Type::Ipv6Address, Type::Uint32, Type::Uint32]),
    option(DHCP6, 6, "oro", &[Type::Uint16]).array(),
    option(DHCP6, 7, "preference", &[Type::Uint8]),
    option(DHCP6, 8, "elapsed-time", &[Type::Uint16]),
    option(DHCP6, 9, "relay-msg", &[Type::Binary]),
    option(DHCP6, 11, "auth", &[Type::Binary]),
    option(DHCP6, 12, "unicast", &[Type::Ipv6Address]),
    option(DHCP6, 13, "status-code", &[Type::Uint16, Type::String]),
    option(DHCP6, 14, "rapid-commit", &[Type::Empty]),
    option(DHCP6, 15, "user-class", &[Type::Binary]),
    option(DHCP6, 16, "vendor-class", &[Type::Uint32, Type::Binary]),
    option(DHCP6, 17, "vendor-opts", &[Type::Uint32]),
    option(DHCP6, 18, "interface-id", &[Type::Binary]),
    option(DHCP6, 19, "reconf-msg", &[Type::Uint8]),
    option(DHCP6, 20, "reconf-accept", &[Type::Empty]),
    option(DHCP6, 21, "sip-server-dns", &[Type::Fqdn]).array(),
    option(DHCP6, 22, "sip-server-addr", &[Type::Ipv6Address]).array(),
    option(DHCP6, 23, "dns-servers", &[Type::Ipv6Address]).array(),
    option(DHCP6, 24, "domain-search", &[Type::Fqdn]).array(),
    option(DHCP6, 25, "ia-pd", &[Type::Uint32, Type::Uint32, Type::Uint32]),
    option(DHCP6, 26, "iaprefix", &[Type::Uint32, Type::Uint32, Type::Uint8, Type::Ipv6Address]),
    option(DHCP6, 27, "nis-servers", &[Type::Ipv6Address]).array(),
    option(DHCP6, 28, "nisp-servers", &[Type::Ipv6Address]).array(),
    option(DHCP6, 29, "nis-domain-name", &[Type::Fqdn]).array(),
    option(DHCP6, 30, "nisp-domain-name", &[Type::Fqdn]).array(),
    option(DHCP6, 31, "sntp-servers", &[Type::Ipv6Address]).array(),
    option(DHCP6, 32, "information-refresh-time", &[Type::Uint32]),
    option(DHCP6, 33, "bcmcs-server-dns", &[Type::Fqdn]).array(),
    option(DHCP6, 34, "bcmcs-server-addr", &[Type::Ipv6Address]).array(),
    option(DHCP6, 36, "geoconf-civic", &[Type::Uint8, Type::Uint16, Type::Binary]),
    option(DHCP6, 37, "remote-id", &[Type::Uint32, Type::Binary]),
    option(DHCP6, 38, "subscriber-id", &[Type::Binary]),
    option(DHCP6, 39, "client-fqdn", &[Type::Uint8, Type::Fqdn]),
    option(DHCP6, 40, "pana-agent", &[Type::Ipv6Address]).array(),
    option(DHCP6, 41, "new-posix-timezone", &[Type::String]),
    option(DHCP6, 42, "new-tzdb-timezone", &[Type::String]),
    option(DHCP6, 43, "ero", &[Type::Uint16]).array(),
    holding(DHCP6, 44, "lq-query", &[Type::Uint8, Type::Ipv6Address], DHCP6),
    container(DHCP6, 45, "client-data", DHCP6),
    option(DHCP6, 46, "clt-time", &[Type::Uint32]),
    option(DHCP6, 47, "lq-relay-data", &[Type::Ipv6Address, Type::Binary]),
    option(DHCP6, 48, "lq-client-link", &[Type::Ipv6Address]).array(),
    option(DHCP6, 51, "v6-lost", &[Type::Fqdn]),
    option(DHCP6, 52, "capwap-ac-v6", &[Type::Ipv6Address]).array(),
    option(DHCP6, 53, "relay-id", &[Type::Binary]),
    container(DHCP6, 56, "ntp-server", NTP),
    option(DHCP6, 57, "v6-access-domain", &[Type::Fqdn]),
    option(DHCP6, 58, "sip-ua-cs-list", &[Type::Fqdn]).array(),
    option(DHCP6, 59, "bootfile-url", &[Type::String]),
    option(DHCP6, 60, "bootfile-param", &[Type::Tuple]).array(),
    option(DHCP6, 61, "client-arch-type", &[Type::Uint16]).array(),
    option(DHCP6, 62, "nii", &[Type::Uint8, Type::Uint8, Type::Uint8]),
    option(DHCP6, 64, "aftr-name", &[Type::Fqdn]),
    option(DHCP6, 65, "erp-local-domain-name", &[Type::Fqdn]),
    container(DHCP6, 66, "rsoo", RSOO),
    option(DHCP6, 67, "pd-exclude", &[Type::Ipv6Prefix]),
    option(DHCP6, 74, "rdnss-selection", &[Type::Ipv6Address, Type::Uint8, Type::Fqdn]).array(),
    option(DHCP6, 79, "client-linklayer-addr", &[Type::Binary]),
    option(DHCP6, 80, "link-address", &[Type::Ipv6Address]),
    option(DHCP6, 82, "solmax-rt", &[Type::Uint32]),
    option(DHCP6, 83, "inf-max-rt", &[Type::Uint32]),
    option(DHCP6, 87, "dhcpv4-message", &[Type::Binary]),
    option(DHCP6, 88, "dhcp4o6-server-addr", &[Type::Ipv6Address]).array(),
    container(DHCP6, 94, "s46-cont-mape", S46_ENCAPSULATION),
    container(DHCP6, 95, "s46-cont-mapt", S46_TRANSLATION),
    container(DHCP6, 96, "s46-cont-lw", S46_LIGHTWEIGHT),
    option(DHCP6, 103, "v6-captive-portal", &[Type::String]),
    option(DHCP6, 135, "relay-source-port", &[Type::Uint16]),
    option(DHCP6, 136, "v6-sztp-redirect", &[Type::Tuple]).array(),
    option(DHCP6, 143, "ipv6-address-andsf", &[Type::Ipv6Address]).array(),
    option(DHCP6, 144, "v6-dnr", &[Type::Internal]),
    option(DHCP6, 148, "addr-reg-enable", &[Type::Empty]),
    option(S46_LIGHTWEIGHT, 90, "s46-br", &[Type::Ipv6Address]),
    holding(S46_LIGHTWEIGHT, 92, "s46-v4v6bind", &[Type::Ipv4Address, Type::Ipv6Prefix], S46_BINDING),
    holding(S46_ENCAPSULATION, 89, "s46-rule", &[Type::Uint8, Type::Uint8, Type::Uint8, Type::Ipv4Address, Type::Ipv6Prefix], S46_RULE),
    option(S46_ENCAPSULATION, 90, "s46-br", &[Type::Ipv6Address]),
    holding(S46_TRANSLATION, 89, "s46-rule", &[Type::Uint8, Type::Uint8, Type::Uint8, Type::Ipv4Address, Type::Ipv6Prefix], S46_RULE),
    option(S46_TRANSLATION, 91, "s46-dmr", &[Type::Ipv6Prefix]),
    option(S46_RULE, 93, "s46-portparams", &[Type::Uint8, Type::Psid]),
    option(S46_BINDING, 93, "s46-portparams", &[Type::Uint8, Type::Psid]),
    option(NTP, 1, "ntp-server-address", &[Type::Ipv6Address]),
    option(NTP, 2, "ntp-server-multicast", &[Type::Ipv6Address]),
    option(NTP, 3, "ntp-server-fqdn", &[Type::Fqdn]),
    option("vendor-2495", 60000, "4o6-interface", &[Type::String]),
    option("vendor-2495", 60001, "4o6-source-address", &[Type::Ipv6Address]),
    option("vendor-2495", 60002, "4o6-source-port", &[Type::Uint16]),
    option("vendor-4491", 1, "oro", &[Type::Uint16]).array(),
    option("vendor-4491", 2, "device-type", &[Type::String]),
    option("vendor-4491", 10, "vendor-type", &[Type::String]),
    option("vendor-4491", 32, "tftp-servers", &[Type::Ipv6Address]).array(),
    option("vendor-4491", 33, "config-file", &[Type::String]),
    option("vendor-4491", 34, "syslog-servers", &[Type::Ipv6Address]).array(),
    option("vendor-4491", 36, "device-id", &[Type::Binary]),
    option("vendor-4491", 37, "time-servers", &[Type::Ipv6Address]).array(),
    option("vendor-4491", 38, "time-offset", &[Type::Int32]),
    option("vendor-4491", 1026, "cmts-cm-mac", &[Type::Binary]),
];

const fn option(
    space: &'static str,
    code: u16,
    name: &'static str,
    fields: &'static [Type],
) -> Definition {
    holding(space, code, name, fields, "")
}

const fn container(
    space: &'static str,
    code: u16,
    name: &'static str,
    encapsulates: &'static str,
) -> Definition {
    holding(space, code, name, &[Type::Empty], encapsulates)
}

const fn holding(
    space: &'static str,
    code: u16,
    name: &'static str,
    fields: &'static [Type],
    encapsulates: &'static str,
) -> Definition {
    Definition::standard(Protocol::V6, space, code, name, fields, encapsulates)
}
