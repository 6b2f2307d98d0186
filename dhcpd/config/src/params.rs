//! Every parameter, once: its name, kind, bounds, default and the scopes that it stands in.
//!
//! Reading, defaults, `config-get` and the tests that look for what is missing all use this table.

use crate::Protocol;

/// A map of the configuration, by what it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The value of `Dhcp4`.
    Global,
    /// An element of `shared-networks`.
    Network,
    /// An element of `subnet4`.
    Subnet,
    /// An element of `pools`.
    Pool,
    /// An element of `reservations`.
    Host,
    /// An element of `option-data`.
    OptionData,
    /// An element of `option-def`.
    OptionDef,
    /// An element of `client-classes`.
    Class,
    /// An element of `pd-pools`.
    PdPool,
    /// `server-id`
    ServerId,
    /// `relay`
    Relay,
    /// `interfaces-config`
    Interfaces,
    /// `lease-database`
    LeaseDatabase,
    /// An element of `control-sockets`.
    ControlSocket,
    /// `authentication` of a control socket.
    Authentication,
    /// An element of its `clients`.
    Credential,
    /// An element of `http-headers`.
    HttpHeader,
    /// `expired-leases-processing`
    ExpiredLeases,
    /// `sanity-checks`
    SanityChecks,
    /// `dhcp-ddns`
    DhcpDdns,
    /// An element of `hooks-libraries`.
    HookLibrary,
    /// `multi-threading`
    MultiThreading,
    /// `dhcp-queue-control`
    QueueControl,
    /// `compatibility`
    Compatibility,
    /// An element of `loggers`.
    Logger,
    /// An element of `output-options`.
    OutputOption,
}

impl Scope {
    /// What a map of this scope is called in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "the global scope",
            Self::Network => "a shared network",
            Self::Subnet => "a subnet",
            Self::Pool => "a pool",
            Self::PdPool => "a pool of prefixes",
            Self::ServerId => "server-id",
            Self::Host => "a reservation",
            Self::OptionData => "option data",
            Self::OptionDef => "an option definition",
            Self::Class => "a client class",
            Self::Relay => "relay",
            Self::Interfaces => "interfaces-config",
            Self::LeaseDatabase => "lease-database",
            Self::MultiThreading => "multi-threading",
            Self::QueueControl => "dhcp-queue-control",
            Self::ControlSocket => "a control socket",
            Self::Authentication => "authentication",
            Self::Credential => "a client of a control socket",
            Self::HttpHeader => "an HTTP header",
            Self::ExpiredLeases => "expired-leases-processing",
            Self::SanityChecks => "sanity-checks",
            Self::DhcpDdns => "dhcp-ddns",
            Self::HookLibrary => "a hook library",
            Self::Compatibility => "compatibility",
            Self::Logger => "a logger",
            Self::OutputOption => "output-options",
        }
    }
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// An integer between two, both included.
    Int(i64, i64),
    /// A real number between two, both included; integers are refused as Kea does.
    Real(f64, f64),
    /// A string of at most so many bytes.
    Text(usize),
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// An IPv4 address.
    Address,
    /// A list of strings.
    Texts,
    /// A map.
    Map(Scope),
    /// A list of maps.
    Maps(Scope),
    /// A map of anything, kept as it is.
    Free,
}

/// How far the server acts on a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// In full.
    Full,
    /// Only this value, which is the default; others are refused.
    Only(&'static str),
    /// Not yet; the parameter is refused.
    NotYet,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// JSON text of the value that holds if none is given, where there is one.
    pub default: Option<&'static str>,
    /// Where it may stand.
    pub scopes: &'static [Scope],
    /// How far the server acts on it.
    pub support: Support,
    /// The protocol that alone has it, unless both have.
    pub protocol: Option<Protocol>,
}

impl Param {
    const fn new(name: &'static str, kind: Kind, scopes: &'static [Scope]) -> Self {
        Self { name, kind, default: None, scopes, support: Support::Full, protocol: None }
    }

    const fn default(self, json: &'static str) -> Self {
        Self { default: Some(json), ..self }
    }

    const fn only(self, json: &'static str) -> Self {
        Self { support: Support::Only(json), ..self }
    }

    const fn v4(self) -> Self {
        Self { protocol: Some(Protocol::V4), ..self }
    }

    const fn v6(self) -> Self {
        Self { protocol: Some(Protocol::V6), ..self }
    }

    const fn not_yet(self) -> Self {
        Self { support: Support::NotYet, ..self }
    }

    /// What maps in the value describe, if there are any.
    #[must_use]
    pub fn inner(&self) -> Option<Scope> {
        match self.kind {
            Kind::Map(scope) | Kind::Maps(scope) => Some(scope),
            _ => None,
        }
    }

    /// The parameter of this name in a scope.
    #[must_use]
    pub fn find(protocol: Protocol, scope: Scope, name: &str) -> Option<&'static Self> {
        Self::of(protocol, scope).find(|param| param.name == name)
    }

    /// All parameters of a scope, in the order of the table.
    pub fn of(protocol: Protocol, scope: Scope) -> impl Iterator<Item = &'static Self> {
        PARAMS.iter().filter(move |param| param.is_of(protocol, scope))
    }

    fn is_of(&self, protocol: Protocol, scope: Scope) -> bool {
        self.protocol.is_none_or(|own| own == protocol) && self.scopes.contains(&scope)
    }
}

const U16: Kind = Kind::Int(0, 65_535);
const U32: Kind = Kind::Int(0, u32::MAX as i64);
const ANY: usize = 65_535;
const FRACTION: Kind = Kind::Real(0.0, 1.0);
const NAMES: Kind = Kind::Texts;
const REPLACE: &[&str] = &["never", "always", "when-present", "when-not-present"];
const CONFLICT_MODES: &[&str] = &[
    "check-with-dhcid",
    "no-check-with-dhcid",
    "check-exists-with-dhcid",
    "no-check-without-dhcid",
];

const GLOBAL: &[Scope] = &[Scope::Global];
const INHERITED: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet];
const GUARDED: &[Scope] = &[Scope::Network, Scope::Subnet, Scope::Pool, Scope::PdPool];
const NAMED: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet, Scope::Pool];
const OPTIONED: &[Scope] = &[
    Scope::Global,
    Scope::Network,
    Scope::Subnet,
    Scope::Pool,
    Scope::PdPool,
    Scope::Host,
    Scope::Class,
];
const OPTION: &[Scope] = &[Scope::OptionData, Scope::OptionDef];
/// Where boot fields may stand.
const BOOT: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet, Scope::Host, Scope::Class];
const LIFETIMES: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet, Scope::Class];
const COMMENTED: &[Scope] = &[
    Scope::Global,
    Scope::Network,
    Scope::Subnet,
    Scope::Pool,
    Scope::PdPool,
    Scope::ServerId,
    Scope::Host,
    Scope::OptionData,
    Scope::OptionDef,
    Scope::Class,
    Scope::Interfaces,
    Scope::LeaseDatabase,
    Scope::ControlSocket,
    Scope::Authentication,
    Scope::Credential,
    Scope::HttpHeader,
    Scope::DhcpDdns,
    Scope::Logger,
    Scope::MultiThreading,
    Scope::QueueControl,
];

/// The table.
pub static PARAMS: &[Param] = &[
    // Lifetimes and timers.
    Param::new("valid-lifetime", U32, LIFETIMES).default("7200"),
    Param::new("min-valid-lifetime", U32, LIFETIMES),
    Param::new("max-valid-lifetime", U32, LIFETIMES),
    Param::new("preferred-lifetime", U32, LIFETIMES).v6(),
    Param::new("min-preferred-lifetime", U32, LIFETIMES).v6(),
    Param::new("max-preferred-lifetime", U32, LIFETIMES).v6(),
    Param::new("renew-timer", U32, INHERITED),
    Param::new("rebind-timer", U32, INHERITED),
    Param::new("calculate-tee-times", Kind::Bool, INHERITED).default("false").v4(),
    Param::new("calculate-tee-times", Kind::Bool, INHERITED).default("true").v6(),
    Param::new("t1-percent", FRACTION, INHERITED).default("0.5"),
    Param::new("t2-percent", FRACTION, INHERITED).default("0.875").v4(),
    Param::new("t2-percent", FRACTION, INHERITED).default("0.8").v6(),
    Param::new("cache-threshold", FRACTION, INHERITED).default("0.25"),
    Param::new("cache-max-age", U32, INHERITED),
    Param::new("offer-lifetime", U32, LIFETIMES).default("0").v4(),
    Param::new("adaptive-lease-time-threshold", FRACTION, INHERITED),
    Param::new("decline-probation-period", U32, GLOBAL).default("86400"),
    Param::new("expired-leases-processing", Kind::Map(Scope::ExpiredLeases), GLOBAL),
    // How clients are told apart and answered.
    Param::new("match-client-id", Kind::Bool, INHERITED).default("true").v4(),
    Param::new("authoritative", Kind::Bool, INHERITED).default("false").v4(),
    Param::new("echo-client-id", Kind::Bool, GLOBAL).default("true").v4(),
    Param::new("next-server", Kind::Address, BOOT).default("\"0.0.0.0\"").v4(),
    Param::new("server-hostname", Kind::Text(63), BOOT).default("\"\"").v4(),
    Param::new("boot-file-name", Kind::Text(127), BOOT).default("\"\"").v4(),
    Param::new("allocator", Kind::Choice(&["iterative", "random", "flq", "shared-flq"]), INHERITED)
        .default("\"iterative\""),
    Param::new(
        "pd-allocator",
        Kind::Choice(&["iterative", "random", "flq", "shared-flq"]),
        INHERITED,
    )
    .default("\"iterative\"")
    .v6(),
    Param::new("rapid-commit", Kind::Bool, &[Scope::Network, Scope::Subnet]).v6(),
    Param::new("allow-address-registration", Kind::Bool, GLOBAL).default("true").v6(),
    Param::new("mac-sources", NAMES, GLOBAL).default(r#"["any"]"#).v6(),
    Param::new("relay-supplied-options", NAMES, GLOBAL).default(r#"["65"]"#).v6(),
    Param::new("server-id", Kind::Map(Scope::ServerId), GLOBAL).v6(),
    Param::new("type", Kind::Choice(&["LLT", "EN", "LL"]), &[Scope::ServerId]).v6(),
    Param::new("identifier", Kind::Text(248), &[Scope::ServerId]).v6(),
    Param::new("time", U32, &[Scope::ServerId]).v6(),
    Param::new("htype", U16, &[Scope::ServerId]).v6(),
    Param::new("enterprise-id", U32, &[Scope::ServerId]).v6(),
    Param::new("persist", Kind::Bool, &[Scope::ServerId]).v6(),
    Param::new("data-directory", Kind::Text(4096), GLOBAL).v6(),
    Param::new("store-extended-info", Kind::Bool, INHERITED).default("false"),
    Param::new("stash-agent-options", Kind::Bool, GLOBAL).default("false").v4(),
    // Reservations.
    Param::new("reservations-global", Kind::Bool, INHERITED).default("false"),
    Param::new("reservations-in-subnet", Kind::Bool, INHERITED).default("true"),
    Param::new("reservations-out-of-pool", Kind::Bool, INHERITED).default("false"),
    Param::new("host-reservation-identifiers", NAMES, GLOBAL)
        .default(r#"["hw-address","duid","circuit-id","client-id"]"#)
        .v4(),
    Param::new("host-reservation-identifiers", NAMES, GLOBAL)
        .default(r#"["hw-address","duid"]"#)
        .v6(),
    Param::new("early-global-reservations-lookup", Kind::Bool, GLOBAL).default("false"),
    Param::new("ip-reservations-unique", Kind::Bool, GLOBAL).default("true"),
    Param::new("reservations-lookup-first", Kind::Bool, GLOBAL).default("false"),
    Param::new("reservations", Kind::Maps(Scope::Host), &[Scope::Global, Scope::Subnet]),
    Param::new("hw-address", Kind::Text(ANY), &[Scope::Host]),
    Param::new("duid", Kind::Text(ANY), &[Scope::Host]),
    Param::new("circuit-id", Kind::Text(ANY), &[Scope::Host]).v4(),
    Param::new("client-id", Kind::Text(ANY), &[Scope::Host]).v4(),
    Param::new("flex-id", Kind::Text(ANY), &[Scope::Host]),
    Param::new("ip-address", Kind::Address, &[Scope::Host]).v4(),
    Param::new("ip-addresses", Kind::Texts, &[Scope::Host]).v6(),
    Param::new("prefixes", Kind::Texts, &[Scope::Host]).v6(),
    Param::new("excluded-prefixes", Kind::Texts, &[Scope::Host]).v6(),
    Param::new("hostname", Kind::Text(253), &[Scope::Host]),
    // Subnets, networks, pools.
    Param::new("subnet4", Kind::Maps(Scope::Subnet), &[Scope::Global, Scope::Network]).v4(),
    Param::new("subnet6", Kind::Maps(Scope::Subnet), &[Scope::Global, Scope::Network]).v6(),
    Param::new("shared-networks", Kind::Maps(Scope::Network), GLOBAL),
    Param::new("name", Kind::Text(128), &[Scope::Network, Scope::Class]),
    Param::new("id", Kind::Int(1, u32::MAX as i64 - 1), &[Scope::Subnet]),
    Param::new("subnet", Kind::Text(18), &[Scope::Subnet]).v4(),
    Param::new("subnet", Kind::Text(43), &[Scope::Subnet]).v6(),
    Param::new("pools", Kind::Maps(Scope::Pool), &[Scope::Subnet]),
    Param::new("pool", Kind::Text(128), &[Scope::Pool]),
    Param::new("pool-id", U32, &[Scope::Pool, Scope::PdPool]),
    Param::new("pd-pools", Kind::Maps(Scope::PdPool), &[Scope::Subnet]).v6(),
    Param::new("prefix", Kind::Text(39), &[Scope::PdPool]).v6(),
    Param::new("prefix-len", Kind::Int(1, 128), &[Scope::PdPool]).v6(),
    Param::new("delegated-len", Kind::Int(1, 128), &[Scope::PdPool]).v6(),
    Param::new("excluded-prefix", Kind::Text(39), &[Scope::PdPool]).v6(),
    Param::new("excluded-prefix-len", Kind::Int(0, 128), &[Scope::PdPool]).v6(),
    Param::new("interface", Kind::Text(64), &[Scope::Network, Scope::Subnet]),
    Param::new("interface-id", Kind::Text(ANY), &[Scope::Network, Scope::Subnet]).v6(),
    Param::new("relay", Kind::Map(Scope::Relay), &[Scope::Network, Scope::Subnet]),
    Param::new("ip-addresses", Kind::Texts, &[Scope::Relay]),
    Param::new("4o6-interface", Kind::Text(64), &[Scope::Subnet]).v4(),
    Param::new("4o6-interface-id", Kind::Text(ANY), &[Scope::Subnet]).v4(),
    Param::new("4o6-subnet", Kind::Text(43), &[Scope::Subnet]).v4(),
    // Client classes.
    Param::new("client-classes", Kind::Maps(Scope::Class), GLOBAL),
    Param::new("test", Kind::Text(ANY), &[Scope::Class]),
    Param::new("template-test", Kind::Text(ANY), &[Scope::Class]),
    Param::new("only-in-additional-list", Kind::Bool, &[Scope::Class]),
    Param::new(
        "client-classes",
        NAMES,
        &[
            Scope::Network,
            Scope::Subnet,
            Scope::Pool,
            Scope::PdPool,
            Scope::Host,
            Scope::OptionData,
        ],
    ),
    Param::new("evaluate-additional-classes", NAMES, GUARDED),
    // Options.
    Param::new("option-data", Kind::Maps(Scope::OptionData), OPTIONED),
    Param::new("option-def", Kind::Maps(Scope::OptionDef), &[Scope::Global, Scope::Class]),
    Param::new("code", Kind::Int(0, 255), OPTION).v4(),
    Param::new("code", Kind::Int(0, 65_535), OPTION).v6(),
    Param::new("name", Kind::Text(128), OPTION),
    Param::new("space", Kind::Text(128), &[Scope::OptionData]),
    Param::new("space", Kind::Text(128), &[Scope::OptionDef]).default("\"dhcp4\"").v4(),
    Param::new("space", Kind::Text(128), &[Scope::OptionDef]).default("\"dhcp6\"").v6(),
    Param::new("type", Kind::Text(128), &[Scope::OptionDef]),
    Param::new("record-types", Kind::Text(ANY), &[Scope::OptionDef]).default("\"\""),
    Param::new("array", Kind::Bool, &[Scope::OptionDef]).default("false"),
    Param::new("encapsulate", Kind::Text(128), &[Scope::OptionDef]).default("\"\""),
    Param::new("data", Kind::Text(ANY), &[Scope::OptionData]),
    Param::new("csv-format", Kind::Bool, &[Scope::OptionData]),
    Param::new("always-send", Kind::Bool, &[Scope::OptionData]),
    Param::new("never-send", Kind::Bool, &[Scope::OptionData]),
    // Names and DNS updates.
    Param::new("dhcp-ddns", Kind::Map(Scope::DhcpDdns), GLOBAL),
    Param::new("enable-updates", Kind::Bool, &[Scope::DhcpDdns]).default("false"),
    Param::new("server-ip", Kind::Text(64), &[Scope::DhcpDdns]).default("\"127.0.0.1\""),
    Param::new("server-port", U16, &[Scope::DhcpDdns]).default("53001"),
    Param::new("sender-ip", Kind::Text(64), &[Scope::DhcpDdns]).default("\"\""),
    Param::new("sender-port", U16, &[Scope::DhcpDdns]).default("0"),
    Param::new("max-queue-size", U32, &[Scope::DhcpDdns]).default("1024"),
    Param::new("ncr-protocol", Kind::Choice(&["UDP", "udp"]), &[Scope::DhcpDdns])
        .default("\"UDP\""),
    Param::new("ncr-format", Kind::Choice(&["JSON"]), &[Scope::DhcpDdns]).default("\"JSON\""),
    Param::new("ddns-send-updates", Kind::Bool, NAMED),
    Param::new("ddns-override-no-update", Kind::Bool, NAMED),
    Param::new("ddns-override-client-update", Kind::Bool, NAMED),
    Param::new("ddns-replace-client-name", Kind::Choice(REPLACE), NAMED),
    Param::new("ddns-generated-prefix", Kind::Text(ANY), NAMED),
    Param::new("ddns-qualifying-suffix", Kind::Text(ANY), NAMED),
    Param::new("ddns-update-on-renew", Kind::Bool, NAMED),
    Param::new("ddns-use-conflict-resolution", Kind::Bool, INHERITED),
    Param::new("ddns-conflict-resolution-mode", Kind::Choice(CONFLICT_MODES), NAMED),
    Param::new("ddns-ttl-percent", FRACTION, NAMED),
    Param::new("ddns-ttl", U32, NAMED),
    Param::new("ddns-ttl-min", U32, NAMED),
    Param::new("ddns-ttl-max", U32, NAMED),
    Param::new("hostname-char-set", Kind::Text(ANY), NAMED),
    Param::new("hostname-char-replacement", Kind::Text(ANY), NAMED),
    // Sockets.
    Param::new("interfaces-config", Kind::Map(Scope::Interfaces), GLOBAL),
    Param::new("interfaces", Kind::Texts, &[Scope::Interfaces]).default("[]"),
    Param::new("dhcp-socket-type", Kind::Choice(&["raw", "udp"]), &[Scope::Interfaces])
        .default("\"raw\"")
        .v4(),
    Param::new(
        "outbound-interface",
        Kind::Choice(&["same-as-inbound", "use-routing"]),
        &[Scope::Interfaces],
    )
    .default("\"same-as-inbound\"")
    .v4(),
    Param::new("re-detect", Kind::Bool, &[Scope::Interfaces]).default("true"),
    Param::new("service-sockets-require-all", Kind::Bool, &[Scope::Interfaces]).default("false"),
    Param::new("service-sockets-max-retries", U32, &[Scope::Interfaces]).default("0"),
    Param::new("service-sockets-retry-wait-time", U32, &[Scope::Interfaces]).default("5000"),
    // The lease store.
    Param::new("lease-database", Kind::Map(Scope::LeaseDatabase), GLOBAL),
    Param::new("type", Kind::Choice(&["memfile", "mysql", "postgresql"]), &[Scope::LeaseDatabase])
        .default("\"memfile\"")
        .only("\"memfile\""),
    Param::new("name", Kind::Text(4096), &[Scope::LeaseDatabase]),
    Param::new("persist", Kind::Bool, &[Scope::LeaseDatabase]).default("true"),
    Param::new("lfc-interval", U32, &[Scope::LeaseDatabase]).default("3600"),
    Param::new("max-row-errors", U32, &[Scope::LeaseDatabase]).default("0"),
    Param::new("sync", Kind::Choice(&["batch", "interval", "never"]), &[Scope::LeaseDatabase])
        .default("\"batch\""),
    Param::new("sync-interval", Kind::Int(1, 3_600_000), &[Scope::LeaseDatabase]).default("1000"),
    Param::new("user", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("password", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("password-file", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("host", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("port", U16, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("readonly", Kind::Bool, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("connect-timeout", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("read-timeout", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("write-timeout", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("tcp-user-timeout", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("max-reconnect-tries", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("reconnect-wait-time", U32, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("on-fail", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("retry-on-startup", Kind::Bool, &[Scope::LeaseDatabase]).not_yet(),
    Param::new("trust-anchor", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("cert-file", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("key-file", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("ssl-mode", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("cipher-list", Kind::Text(ANY), &[Scope::LeaseDatabase]).not_yet(),
    Param::new("sanity-checks", Kind::Map(Scope::SanityChecks), GLOBAL),
    Param::new(
        "lease-checks",
        Kind::Choice(&["none", "warn", "fix", "fix-del", "del"]),
        &[Scope::SanityChecks],
    )
    .default("\"warn\""),
    Param::new(
        "extended-info-checks",
        Kind::Choice(&["none", "fix", "strict", "pedantic"]),
        &[Scope::SanityChecks],
    )
    .default("\"fix\"")
    .only("\"fix\""),
    // Reclamation.
    Param::new("reclaim-timer-wait-time", U16, &[Scope::ExpiredLeases]).default("1"),
    Param::new("flush-reclaimed-timer-wait-time", U16, &[Scope::ExpiredLeases]).default("25"),
    Param::new("hold-reclaimed-time", U32, &[Scope::ExpiredLeases]).default("3600"),
    Param::new("max-reclaim-leases", U32, &[Scope::ExpiredLeases]).default("0"),
    Param::new("max-reclaim-time", Kind::Int(0, 10_000), &[Scope::ExpiredLeases]).default("0"),
    Param::new("unwarned-reclaim-cycles", U16, &[Scope::ExpiredLeases]).default("5"),
    // Control.
    Param::new("control-sockets", Kind::Maps(Scope::ControlSocket), GLOBAL),
    Param::new("socket-type", Kind::Choice(&["unix", "http", "https"]), &[Scope::ControlSocket]),
    Param::new("socket-name", Kind::Text(107), &[Scope::ControlSocket]),
    Param::new("socket-address", Kind::Text(ANY), &[Scope::ControlSocket]),
    Param::new("socket-port", U16, &[Scope::ControlSocket]),
    Param::new("trust-anchor", Kind::Text(ANY), &[Scope::ControlSocket]),
    Param::new("cert-file", Kind::Text(ANY), &[Scope::ControlSocket]),
    Param::new("key-file", Kind::Text(ANY), &[Scope::ControlSocket]),
    Param::new("cert-required", Kind::Bool, &[Scope::ControlSocket]),
    Param::new("authentication", Kind::Map(Scope::Authentication), &[Scope::ControlSocket]),
    Param::new("type", Kind::Choice(&["basic"]), &[Scope::Authentication]),
    Param::new("realm", Kind::Text(ANY), &[Scope::Authentication]),
    Param::new("directory", Kind::Text(ANY), &[Scope::Authentication]),
    Param::new("clients", Kind::Maps(Scope::Credential), &[Scope::Authentication]),
    Param::new("user", Kind::Text(ANY), &[Scope::Credential]),
    Param::new("user-file", Kind::Text(4096), &[Scope::Credential]),
    Param::new("password", Kind::Text(ANY), &[Scope::Credential]),
    Param::new("password-file", Kind::Text(4096), &[Scope::Credential]),
    Param::new("http-headers", Kind::Maps(Scope::HttpHeader), &[Scope::ControlSocket]),
    Param::new("name", Kind::Text(ANY), &[Scope::HttpHeader]),
    Param::new("value", Kind::Text(ANY), &[Scope::HttpHeader]),
    Param::new("hooks-libraries", Kind::Maps(Scope::HookLibrary), GLOBAL),
    Param::new("library", Kind::Text(4096), &[Scope::HookLibrary]),
    Param::new("parameters", Kind::Free, &[Scope::HookLibrary]),
    Param::new("server-tag", Kind::Text(256), GLOBAL).default("\"\""),
    // Logging.
    Param::new("loggers", Kind::Maps(Scope::Logger), GLOBAL),
    Param::new("name", Kind::Text(256), &[Scope::Logger]),
    Param::new(
        "severity",
        Kind::Choice(&["NONE", "FATAL", "ERROR", "WARN", "INFO", "DEBUG"]),
        &[Scope::Logger],
    )
    .default("\"INFO\""),
    Param::new("debuglevel", Kind::Int(0, 99), &[Scope::Logger]).default("0"),
    Param::new("output-options", Kind::Maps(Scope::OutputOption), &[Scope::Logger]),
    Param::new("output", Kind::Text(4096), &[Scope::OutputOption]),
    Param::new("flush", Kind::Bool, &[Scope::OutputOption]).default("true"),
    Param::new("maxsize", U32, &[Scope::OutputOption]).default("10240000"),
    Param::new("maxver", Kind::Int(1, 2_147_483_647), &[Scope::OutputOption]).default("1"),
    Param::new("pattern", Kind::Text(4096), &[Scope::OutputOption]),
    // What is not acted on at all yet.
    Param::new("hosts-database", Kind::Free, GLOBAL).not_yet(),
    Param::new("hosts-databases", Kind::Free, GLOBAL).not_yet(),
    Param::new("config-control", Kind::Free, GLOBAL).not_yet(),
    Param::new("dhcp-queue-control", Kind::Map(Scope::QueueControl), GLOBAL),
    Param::new("enable-queue", Kind::Bool, &[Scope::QueueControl]),
    Param::new("queue-type", Kind::Choice(&["kea-ring4"]), &[Scope::QueueControl]).v4(),
    Param::new("queue-type", Kind::Choice(&["kea-ring6"]), &[Scope::QueueControl]).v6(),
    Param::new("capacity", Kind::Int(5, 65_535), &[Scope::QueueControl]),
    // The server takes the next one as well, or leaves it to the other server.
    Param::new("dhcp4o6-port", Kind::Int(0, 65_534), GLOBAL).default("0"),
    Param::new("multi-threading", Kind::Map(Scope::MultiThreading), GLOBAL),
    Param::new("enable-multi-threading", Kind::Bool, &[Scope::MultiThreading]).default("true"),
    Param::new("thread-pool-size", U16, &[Scope::MultiThreading]).default("0"),
    Param::new("packet-queue-size", U16, &[Scope::MultiThreading]),
    // Nothing parks packets.
    Param::new("parked-packet-limit", U32, GLOBAL).default("256"),
    Param::new("statistic-default-sample-count", U32, GLOBAL).default("20"),
    Param::new("statistic-default-sample-age", U32, GLOBAL).default("0"),
    Param::new("compatibility", Kind::Map(Scope::Compatibility), GLOBAL),
    Param::new("lenient-option-parsing", Kind::Bool, &[Scope::Compatibility]).default("false"),
    Param::new("ignore-dhcp-server-identifier", Kind::Bool, &[Scope::Compatibility]).v4(),
    Param::new("ignore-rai-link-selection", Kind::Bool, &[Scope::Compatibility]).v4(),
    Param::new("exclude-first-last-24", Kind::Bool, &[Scope::Compatibility]).v4(),
    // Last in every scope that has it.
    Param::new("user-context", Kind::Free, COMMENTED),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_in_a_scope_and_defaults_are_json() {
        for (index, param) in PARAMS.iter().enumerate() {
            for protocol in [Protocol::V4, Protocol::V6] {
                for scope in param.scopes.iter().filter(|scope| param.is_of(protocol, **scope)) {
                    let first = PARAMS
                        .iter()
                        .position(|p| p.name == param.name && p.is_of(protocol, *scope))
                        .unwrap();
                    assert_eq!(first, index, "{} in {scope:?}", param.name);
                }
            }
            if let Some(text) = param.default {
                ruru_json::Document::from_peer(text).unwrap();
            }
        }
    }
}
