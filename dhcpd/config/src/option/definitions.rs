//! The standard options of DHCPv4 and the types of their fields.

use ruru_wire::v4::OptionCode;

/// The type of a field, as `option-def` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// No content.
    Empty,
    /// Bytes, written in hexadecimal.
    Binary,
    /// One byte, 0 or 1.
    Boolean,
    /// One byte.
    Uint8,
    /// Two bytes.
    Uint16,
    /// Four bytes.
    Uint32,
    /// Four bytes, in two's complement.
    Int32,
    /// An IPv4 address.
    Ipv4Address,
    /// An IPv6 address.
    Ipv6Address,
    /// A port set: its length in bits, and two bytes.
    Psid,
    /// Text.
    String,
    /// Text with its length in one byte in front.
    Tuple,
    /// A domain name in labels.
    Fqdn,
    /// A form of its own.
    Internal,
}

/// What an option's content consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The code.
    pub code: OptionCode,
    /// The name.
    pub name: &'static str,
    /// The fields; there is at least one.
    pub fields: &'static [Type],
    /// Whether the last field, or all of a single kind, may repeat.
    pub array: bool,
}

impl Definition {
    const fn new(code: u8, name: &'static str, fields: &'static [Type], array: bool) -> Self {
        Self { code: OptionCode(code), name, fields, array }
    }

    /// The definition of a code.
    #[must_use]
    pub fn by_code(code: OptionCode) -> Option<&'static Self> {
        DEFINITIONS.iter().find(|definition| definition.code == code)
    }

    /// The definition of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        DEFINITIONS.iter().find(|definition| definition.name == name)
    }
}

/// The options of space `dhcp4`; RFC 2132 and those that the registry lists since.
#[rustfmt::skip]
pub const DEFINITIONS: &[Definition] = &[
    Definition::new(1, "subnet-mask", &[Type::Ipv4Address], false),
    Definition::new(2, "time-offset", &[Type::Int32], false),
    Definition::new(3, "routers", &[Type::Ipv4Address], true),
    Definition::new(4, "time-servers", &[Type::Ipv4Address], true),
    Definition::new(5, "name-servers", &[Type::Ipv4Address], true),
    Definition::new(6, "domain-name-servers", &[Type::Ipv4Address], true),
    Definition::new(7, "log-servers", &[Type::Ipv4Address], true),
    Definition::new(8, "cookie-servers", &[Type::Ipv4Address], true),
    Definition::new(9, "lpr-servers", &[Type::Ipv4Address], true),
    Definition::new(10, "impress-servers", &[Type::Ipv4Address], true),
    Definition::new(11, "resource-location-servers", &[Type::Ipv4Address], true),
    Definition::new(12, "host-name", &[Type::String], false),
    Definition::new(13, "boot-size", &[Type::Uint16], false),
    Definition::new(14, "merit-dump", &[Type::String], false),
    Definition::new(15, "domain-name", &[Type::String], false),
    Definition::new(16, "swap-server", &[Type::Ipv4Address], false),
    Definition::new(17, "root-path", &[Type::String], false),
    Definition::new(18, "extensions-path", &[Type::String], false),
    Definition::new(19, "ip-forwarding", &[Type::Boolean], false),
    Definition::new(20, "non-local-source-routing", &[Type::Boolean], false),
    Definition::new(21, "policy-filter", &[Type::Ipv4Address], true),
    Definition::new(22, "max-dgram-reassembly", &[Type::Uint16], false),
    Definition::new(23, "default-ip-ttl", &[Type::Uint8], false),
    Definition::new(24, "path-mtu-aging-timeout", &[Type::Uint32], false),
    Definition::new(25, "path-mtu-plateau-table", &[Type::Uint16], true),
    Definition::new(26, "interface-mtu", &[Type::Uint16], false),
    Definition::new(27, "all-subnets-local", &[Type::Boolean], false),
    Definition::new(28, "broadcast-address", &[Type::Ipv4Address], false),
    Definition::new(29, "perform-mask-discovery", &[Type::Boolean], false),
    Definition::new(30, "mask-supplier", &[Type::Boolean], false),
    Definition::new(31, "router-discovery", &[Type::Boolean], false),
    Definition::new(32, "router-solicitation-address", &[Type::Ipv4Address], false),
    Definition::new(33, "static-routes", &[Type::Ipv4Address], true),
    Definition::new(34, "trailer-encapsulation", &[Type::Boolean], false),
    Definition::new(35, "arp-cache-timeout", &[Type::Uint32], false),
    Definition::new(36, "ieee802-3-encapsulation", &[Type::Boolean], false),
    Definition::new(37, "default-tcp-ttl", &[Type::Uint8], false),
    Definition::new(38, "tcp-keepalive-interval", &[Type::Uint32], false),
    Definition::new(39, "tcp-keepalive-garbage", &[Type::Boolean], false),
    Definition::new(40, "nis-domain", &[Type::String], false),
    Definition::new(41, "nis-servers", &[Type::Ipv4Address], true),
    Definition::new(42, "ntp-servers", &[Type::Ipv4Address], true),
    Definition::new(43, "vendor-encapsulated-options", &[Type::Empty], false),
    Definition::new(44, "netbios-name-servers", &[Type::Ipv4Address], true),
    Definition::new(45, "netbios-dd-server", &[Type::Ipv4Address], true),
    Definition::new(46, "netbios-node-type", &[Type::Uint8], false),
    Definition::new(47, "netbios-scope", &[Type::String], false),
    Definition::new(48, "font-servers", &[Type::Ipv4Address], true),
    Definition::new(49, "x-display-manager", &[Type::Ipv4Address], true),
    Definition::new(50, "dhcp-requested-address", &[Type::Ipv4Address], false),
    Definition::new(51, "dhcp-lease-time", &[Type::Uint32], false),
    Definition::new(52, "dhcp-option-overload", &[Type::Uint8], false),
    Definition::new(53, "dhcp-message-type", &[Type::Uint8], false),
    Definition::new(54, "dhcp-server-identifier", &[Type::Ipv4Address], false),
    Definition::new(55, "dhcp-parameter-request-list", &[Type::Uint8], true),
    Definition::new(56, "dhcp-message", &[Type::String], false),
    Definition::new(57, "dhcp-max-message-size", &[Type::Uint16], false),
    Definition::new(58, "dhcp-renewal-time", &[Type::Uint32], false),
    Definition::new(59, "dhcp-rebinding-time", &[Type::Uint32], false),
    Definition::new(60, "vendor-class-identifier", &[Type::String], false),
    Definition::new(61, "dhcp-client-identifier", &[Type::Binary], false),
    Definition::new(62, "nwip-domain-name", &[Type::String], false),
    Definition::new(63, "nwip-suboptions", &[Type::Binary], false),
    Definition::new(64, "nisplus-domain-name", &[Type::String], false),
    Definition::new(65, "nisplus-servers", &[Type::Ipv4Address], true),
    Definition::new(66, "tftp-server-name", &[Type::String], false),
    Definition::new(67, "boot-file-name", &[Type::String], false),
    Definition::new(68, "mobile-ip-home-agent", &[Type::Ipv4Address], true),
    Definition::new(69, "smtp-server", &[Type::Ipv4Address], true),
    Definition::new(70, "pop-server", &[Type::Ipv4Address], true),
    Definition::new(71, "nntp-server", &[Type::Ipv4Address], true),
    Definition::new(72, "www-server", &[Type::Ipv4Address], true),
    Definition::new(73, "finger-server", &[Type::Ipv4Address], true),
    Definition::new(74, "irc-server", &[Type::Ipv4Address], true),
    Definition::new(75, "streettalk-server", &[Type::Ipv4Address], true),
    Definition::new(76, "streettalk-directory-assistance-server", &[Type::Ipv4Address], true),
    Definition::new(77, "user-class", &[Type::Binary], false),
    Definition::new(78, "slp-directory-agent", &[Type::Boolean, Type::Ipv4Address], true),
    Definition::new(79, "slp-service-scope", &[Type::Boolean, Type::String], false),
    Definition::new(81, "fqdn", &[Type::Uint8, Type::Uint8, Type::Uint8, Type::Fqdn], false),
    Definition::new(82, "dhcp-agent-options", &[Type::Empty], false),
    Definition::new(85, "nds-servers", &[Type::Ipv4Address], true),
    Definition::new(86, "nds-tree-name", &[Type::String], false),
    Definition::new(87, "nds-context", &[Type::String], false),
    Definition::new(88, "bcms-controller-names", &[Type::Fqdn], true),
    Definition::new(89, "bcms-controller-address", &[Type::Ipv4Address], true),
    Definition::new(90, "authenticate", &[Type::Binary], false),
    Definition::new(91, "client-last-transaction-time", &[Type::Uint32], false),
    Definition::new(92, "associated-ip", &[Type::Ipv4Address], true),
    Definition::new(93, "client-system", &[Type::Uint16], true),
    Definition::new(94, "client-ndi", &[Type::Uint8, Type::Uint8, Type::Uint8], false),
    Definition::new(97, "uuid-guid", &[Type::Uint8, Type::Binary], false),
    Definition::new(98, "uap-servers", &[Type::String], false),
    Definition::new(99, "geoconf-civic", &[Type::Binary], false),
    Definition::new(100, "pcode", &[Type::String], false),
    Definition::new(101, "tcode", &[Type::String], false),
    Definition::new(108, "v6-only-preferred", &[Type::Uint32], false),
    Definition::new(112, "netinfo-server-address", &[Type::Ipv4Address], true),
    Definition::new(113, "netinfo-server-tag", &[Type::String], false),
    Definition::new(114, "v4-captive-portal", &[Type::String], false),
    Definition::new(116, "auto-config", &[Type::Uint8], false),
    Definition::new(117, "name-service-search", &[Type::Uint16], true),
    Definition::new(118, "subnet-selection", &[Type::Ipv4Address], false),
    Definition::new(119, "domain-search", &[Type::Fqdn], true),
    Definition::new(121, "classless-static-route", &[Type::Internal], false),
    Definition::new(122, "cablelabs-client-conf", &[Type::Empty], false),
    Definition::new(124, "vivco-suboptions", &[Type::Uint32, Type::Binary], false),
    Definition::new(125, "vivso-suboptions", &[Type::Uint32], false),
    Definition::new(136, "pana-agent", &[Type::Ipv4Address], true),
    Definition::new(137, "v4-lost", &[Type::Fqdn], false),
    Definition::new(138, "capwap-ac-v4", &[Type::Ipv4Address], true),
    Definition::new(141, "sip-ua-cs-domains", &[Type::Fqdn], true),
    Definition::new(143, "v4-sztp-redirect", &[Type::Tuple], true),
    Definition::new(146, "rdnss-selection", &[Type::Uint8, Type::Ipv4Address, Type::Ipv4Address, Type::Fqdn], true),
    Definition::new(151, "status-code", &[Type::Uint8, Type::String], false),
    Definition::new(152, "base-time", &[Type::Uint32], false),
    Definition::new(153, "start-time-of-state", &[Type::Uint32], false),
    Definition::new(154, "query-start-time", &[Type::Uint32], false),
    Definition::new(155, "query-end-time", &[Type::Uint32], false),
    Definition::new(156, "dhcp-state", &[Type::Uint8], false),
    Definition::new(157, "data-source", &[Type::Uint8], false),
    Definition::new(159, "v4-portparams", &[Type::Uint8, Type::Psid], false),
    Definition::new(162, "v4-dnr", &[Type::Internal], false),
    Definition::new(212, "option-6rd", &[Type::Uint8, Type::Uint8, Type::Ipv6Address, Type::Ipv4Address], true),
    Definition::new(213, "v4-access-domain", &[Type::Fqdn], false),
];
