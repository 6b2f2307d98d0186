//! Parameters of the server as a whole.

use std::num::{NonZeroU16, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use ruru_host::IdentifierKind;
use ruru_observe::{Layout, LayoutError, Level};
use ruru_wire::OptionSet;

use crate::complaint::{Complaint, Within};
use crate::control::{ControlSocket, control_sockets};
use crate::ddns::Updater;
use crate::effective::Effective;
use crate::family::Configured;
use crate::option::{self, Definitions};
use crate::params::Scope;
use crate::settings::Settings;

/// Everything that is not a subnet, a shared network or a reservation.
#[derive(Clone, Debug)]
pub struct Globals<F: Configured> {
    /// What networks and subnets inherit.
    pub effective: Arc<Effective<F::Inherited>>,
    /// Global options.
    pub options: OptionSet<F::Code>,
    /// Definitions of options beside the standard ones.
    pub definitions: Definitions,
    /// Seconds that a declined address rests.
    pub decline_probation_period: u32,
    /// Identifiers by which reservations are looked for, in order.
    pub identifiers: Box<[IdentifierKind]>,
    /// Whether global reservations are looked for before the subnet is selected.
    pub early_global_lookup: bool,
    /// Whether an address may be reserved for one client only.
    pub unique_addresses: bool,
    /// Where other programs' habits are followed.
    pub compatibility: Compatibility,
    /// What becomes of leases that do not fit the configuration.
    pub lease_checks: LeaseChecks,
    /// Whom names of clients are told to, if anybody.
    pub updater: Option<Updater>,
    /// What happens to leases that ended.
    pub expired_leases: ExpiredLeases,
    /// Sockets.
    pub interfaces: Interfaces<F>,
    /// The lease store.
    pub lease_database: LeaseDatabase,
    /// Ways in for commands.
    pub control_sockets: Box<[ControlSocket]>,
    /// Threads that serve packets, at most; `None` leaves it to the process.
    pub workers: Option<NonZeroUsize>,
    /// Packets that may wait at each socket, if a bound is given.
    pub packet_queue: Option<u32>,
    /// How many samples of statistics are kept unless something else is said.
    pub samples: SampleLimit,
    /// Loggers.
    pub loggers: Box<[Logger]>,
    /// The lower of two ports by which the servers of both protocols pass each other messages of
    /// DHCPv4 over DHCPv6, if they do.
    pub over6_port: Option<NonZeroU16>,
    /// What only one protocol has.
    pub own: F::Server,
    pub(crate) settings: Settings,
}

/// `expired-leases-processing`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiredLeases {
    /// How often leases that ended are reclaimed; `None` if they are not (`reclaim-timer-wait-time`
    /// is 0). Once a second if nothing is said: it costs nothing to look.
    pub reclaim: Option<Duration>,
    /// Leases that are reclaimed at a time, at most (`max-reclaim-leases`). There is no bound unless
    /// one is given: packets do not wait for reclaiming.
    pub most_leases: Option<NonZeroUsize>,
    /// How long reclaiming goes on at a time, at most (`max-reclaim-time`); no bound likewise.
    pub most_time: Option<Duration>,
    /// After so many times in a row that left leases over the operator is told
    /// (`unwarned-reclaim-cycles`); 0 is never.
    pub unwarned: u32,
    /// Seconds for which a reclaimed lease remembers its client; `None` if it is never forgotten
    /// (`flush-reclaimed-timer-wait-time` is 0).
    pub hold: Option<u32>,
}

impl ExpiredLeases {
    /// Whether leases that were given back or have ended remember their client.
    #[must_use]
    pub fn affinity(self) -> bool {
        self.hold.is_some_and(|seconds| seconds > 0)
    }
}

/// `compatibility`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compatibility {
    /// Whether options are taken although their content does not fit their type.
    pub lenient_options: bool,
    /// Whether queries for other servers are answered, too.
    pub ignore_server_identifier: bool,
    /// Whether the link selection of relays is left out of account.
    pub ignore_link_selection: bool,
    /// Whether addresses that end in .0 and .255 are not given in subnets of 256 addresses or more.
    pub exclude_first_last: bool,
}

/// `lease-checks` of `sanity-checks`: what becomes of leases that are in no subnet of theirs when
/// they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseChecks {
    /// They stay.
    None,
    /// They stay, and the operator is told.
    Warn,
    /// They go to the subnet that has their address, if there is one, and stay otherwise.
    Fix,
    /// They go to the subnet that has their address, and are deleted if there is none.
    FixOrDelete,
    /// They are deleted.
    Delete,
}

/// Which sockets the server opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interfaces<F: Configured> {
    /// On which interfaces.
    pub choices: Box<[InterfaceChoice<F::Address>]>,
    /// Of which kind.
    pub socket_type: SocketType,
    /// Whether it is an error if one cannot be opened.
    pub require_all: bool,
    /// How often those are tried again that could not be opened.
    pub retries: u32,
    /// How long to wait before each time.
    pub retry_wait: Duration,
    /// Which way answers to relays take.
    pub outbound: Outbound,
    /// Whether interfaces are looked for anew with every configuration.
    pub detect: bool,
}

/// `outbound-interface`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// Back by the interface that the query came by.
    AsInbound,
    /// As the system routes.
    Routed,
}

/// `NAME`, `NAME/ADDRESS` or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceChoice<A> {
    /// All interfaces that are up and have an address, but loopback ones.
    All,
    /// One interface, on its first address or on the one given.
    Named {
        /// The interface.
        name: Box<str>,
        /// The address.
        address: Option<A>,
    },
}

/// How clients are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketType {
    /// By link-layer frames: also clients that have no address yet.
    Raw,
    /// By UDP: through relays only.
    Udp,
}

/// `lease-database` of type memfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseDatabase {
    /// The file as it was given, if it was.
    pub name: Option<Box<str>>,
    /// Whether leases are kept in a file at all.
    pub persist: bool,
    /// Seconds between compactions; 0 is never.
    pub lfc_interval: u32,
    /// Damaged lines that are tolerated; 0 is any number.
    pub max_row_errors: u32,
    /// When changes are forced to the disk.
    pub sync: LeaseSync,
}

/// `sync` and `sync-interval` of `lease-database`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseSync {
    /// Before the replies that rest on them leave.
    Batch,
    /// So often.
    Interval(Duration),
    /// When the system sees fit.
    Never,
}

/// `statistic-default-sample-count` and `-age`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleLimit {
    /// So many; none but the newest for 0.
    Count(u32),
    /// Those that are no older.
    Age(Duration),
}

/// `loggers`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logger {
    /// `kea-dhcp4` or `kea-dhcp4.COMPONENT`.
    pub name: Box<str>,
    /// The least level that is kept; `None` keeps nothing.
    pub level: Option<Level>,
    /// Where to; empty is where the parent logger writes to.
    pub outputs: Box<[LogOutput]>,
}

/// `output-options`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOutput {
    /// `stdout`, `stderr`, `syslog`, `syslog:NAME` or a file.
    pub output: Box<str>,
    /// Whether each line is flushed.
    pub flush: bool,
    /// Bytes after which a file is rotated; below 204,800 it is not.
    pub max_size: u32,
    /// Rotated files that are kept.
    pub max_versions: u32,
    /// What lines look like.
    pub pattern: Layout,
}

/// Hook libraries whose commands are part of the server.
const BUILT_IN: [&str; 4] = [
    "libdhcp_lease_cmds.so",
    "libdhcp_subnet_cmds.so",
    "libdhcp_host_cmds.so",
    "libdhcp_stat_cmds.so",
];

impl<F: Configured> Globals<F> {
    /// Whether all hook libraries are there; a configuration may be looked at where they are not.
    ///
    /// # Errors
    /// One is not; the complaint begins at `hooks-libraries`.
    pub fn check_hook_libraries(&self) -> Result<(), Complaint> {
        for (at, library) in self.settings.maps("hooks-libraries").iter().enumerate() {
            let name = library.text("library").unwrap_or_default();
            let file = name.rsplit('/').next().unwrap_or_default();
            if !BUILT_IN.contains(&file) {
                let message = format!(
                    "hook library '{name}' is not supported yet; built in are {}",
                    BUILT_IN.join(", ")
                );
                let complaint = Complaint::new(message).under("library");
                return Err(complaint.at_index(at).under("hooks-libraries"));
            }
        }
        Ok(())
    }

    /// A parameter that only the process needs, such as `server-tag`.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.settings.text(name).unwrap_or_default()
    }
}

impl<F: Configured> Globals<F> {
    /// Builds the globals; lists of subnets, networks and reservations must have been taken out.
    pub(crate) fn build(settings: Settings) -> Result<Self, Complaint> {
        let expired = section(&settings, "expired-leases-processing", Scope::ExpiredLeases);
        let number = |name: &str, default| expired.number(name).unwrap_or(default);
        let flush = number("flush-reclaimed-timer-wait-time", 25);
        let number_of = |name| settings.number(name);
        let definitions = Definitions::of_all(&settings)?;
        Ok(Self {
            effective: Effective::below(&Arc::new(Effective::defaults(F::PROTOCOL)), &settings)?,
            options: option::encode_all(&settings, &definitions)?,
            own: F::server(&settings, &definitions)?,
            definitions,
            decline_probation_period: settings.number("decline-probation-period").unwrap_or(86_400),
            identifiers: identifiers::<F>(&settings)?,
            early_global_lookup: settings.flag("early-global-reservations-lookup").unwrap_or(false),
            unique_addresses: settings.flag("ip-reservations-unique").unwrap_or(true),
            compatibility: compatibility(&settings),
            lease_checks: lease_checks(&settings),
            updater: Updater::build(&settings)?,
            expired_leases: ExpiredLeases {
                reclaim: Some(number("reclaim-timer-wait-time", 1))
                    .filter(|seconds| *seconds > 0)
                    .map(|seconds| Duration::from_secs(seconds.into())),
                most_leases: expired
                    .number("max-reclaim-leases")
                    .and_then(|most| NonZeroUsize::new(usize::try_from(most).ok()?)),
                most_time: expired
                    .number("max-reclaim-time")
                    .filter(|most| *most > 0)
                    .map(|most| Duration::from_millis(most.into())),
                unwarned: number("unwarned-reclaim-cycles", 5),
                hold: (flush > 0).then(|| number("hold-reclaimed-time", 3600)),
            },
            interfaces: interfaces(&settings)?,
            lease_database: lease_database(&settings),
            control_sockets: control_sockets(&settings)?,
            workers: workers(&settings),
            packet_queue: packet_queue(&settings),
            samples: match (
                number_of("statistic-default-sample-age"),
                number_of("statistic-default-sample-count"),
            ) {
                (Some(age), _) if age > 0 => SampleLimit::Age(Duration::from_secs(age.into())),
                (_, count) => SampleLimit::Count(count.unwrap_or(20)),
            },
            loggers: loggers(&settings)?,
            over6_port: settings
                .number("dhcp4o6-port")
                .and_then(|port| NonZeroU16::new(u16::try_from(port).ok()?)),
            settings,
        })
    }
}

fn section(settings: &Settings, name: &str, scope: Scope) -> Settings {
    settings.map(name).cloned().unwrap_or_else(|| Settings::empty(settings.protocol(), scope))
}

pub(crate) fn compatibility(settings: &Settings) -> Compatibility {
    let section = section(settings, "compatibility", Scope::Compatibility);
    let flag = |name| section.flag(name).unwrap_or(false);
    Compatibility {
        lenient_options: flag("lenient-option-parsing"),
        ignore_server_identifier: flag("ignore-dhcp-server-identifier"),
        ignore_link_selection: flag("ignore-rai-link-selection"),
        exclude_first_last: flag("exclude-first-last-24"),
    }
}

fn lease_checks(settings: &Settings) -> LeaseChecks {
    match section(settings, "sanity-checks", Scope::SanityChecks).text("lease-checks") {
        Some("none") => LeaseChecks::None,
        Some("fix") => LeaseChecks::Fix,
        Some("fix-del") => LeaseChecks::FixOrDelete,
        Some("del") => LeaseChecks::Delete,
        Some(_) | None => LeaseChecks::Warn,
    }
}

fn identifiers<F: Configured>(settings: &Settings) -> Result<Box<[IdentifierKind]>, Complaint> {
    let usual = F::USUAL_IDENTIFIERS;
    let known = |kind: &IdentifierKind| usual.contains(kind) || *kind == IdentifierKind::FlexId;
    if !settings.has("host-reservation-identifiers") {
        return Ok(usual.into());
    }
    let names = settings.texts("host-reservation-identifiers");
    let complaint = |message: String| Complaint::new(message).under("host-reservation-identifiers");
    match names {
        [] => return Err(complaint("at least one identifier is needed".into())),
        [name] if &**name == "auto" => return Ok(usual.into()),
        _ => {}
    }
    let mut kinds = Vec::new();
    for name in names {
        let kind = IdentifierKind::from_name(name).filter(known).ok_or_else(|| {
            let known: Vec<&str> =
                IdentifierKind::ALL.iter().filter(|kind| known(kind)).map(|k| k.name()).collect();
            let known = known.join(", ");
            complaint(format!("'{name}' is not an identifier; there are {known}"))
        })?;
        if kinds.contains(&kind) {
            return Err(complaint(format!("'{name}' stands twice")));
        }
        kinds.push(kind);
    }
    Ok(kinds.into())
}

fn interfaces<F: Configured>(settings: &Settings) -> Result<Interfaces<F>, Complaint> {
    let section = section(settings, "interfaces-config", Scope::Interfaces);
    let mut choices = Vec::new();
    for (at, text) in section.texts("interfaces").iter().enumerate() {
        let choice = match (&**text, text.split_once('/')) {
            ("*", _) => InterfaceChoice::All,
            (_, Some((name, address))) if !name.is_empty() => InterfaceChoice::Named {
                name: name.into(),
                address: Some(address.parse().map_err(|_| {
                    let message = format!("{address:?} is not an {} address", F::PROTOCOL.ip());
                    in_interfaces(Complaint::new(message), at)
                })?),
            },
            ("", _) | (_, Some(_)) => {
                return Err(in_interfaces(Complaint::new("an interface needs a name"), at));
            }
            (name, None) => InterfaceChoice::Named { name: name.into(), address: None },
        };
        if choices.contains(&choice) {
            return Err(in_interfaces(Complaint::new(format!("'{text}' stands twice")), at));
        }
        choices.push(choice);
    }
    Ok(Interfaces {
        choices: choices.into(),
        socket_type: match section.text("dhcp-socket-type") {
            Some("udp") => SocketType::Udp,
            Some(_) | None => SocketType::Raw,
        },
        require_all: section.flag("service-sockets-require-all").unwrap_or(false),
        retries: section.number("service-sockets-max-retries").unwrap_or(0),
        retry_wait: Duration::from_millis(
            section.number("service-sockets-retry-wait-time").unwrap_or(5000).into(),
        ),
        outbound: match section.text("outbound-interface") {
            Some("use-routing") => Outbound::Routed,
            Some(_) | None => Outbound::AsInbound,
        },
        detect: section.flag("re-detect").unwrap_or(true),
    })
}

fn in_interfaces(complaint: Complaint, at: usize) -> Complaint {
    complaint.at_index(at).under("interfaces").under("interfaces-config")
}

fn lease_database(settings: &Settings) -> LeaseDatabase {
    let section = section(settings, "lease-database", Scope::LeaseDatabase);
    LeaseDatabase {
        name: section.text("name").filter(|name| !name.is_empty()).map(Box::from),
        persist: section.flag("persist").unwrap_or(true),
        lfc_interval: section.number("lfc-interval").unwrap_or(3600),
        max_row_errors: section.number("max-row-errors").unwrap_or(0),
        sync: match section.text("sync") {
            Some("never") => LeaseSync::Never,
            Some("interval") => {
                let milliseconds: u32 = section.number("sync-interval").unwrap_or(1000);
                LeaseSync::Interval(Duration::from_millis(milliseconds.into()))
            }
            _ => LeaseSync::Batch,
        },
    }
}

fn workers(settings: &Settings) -> Option<NonZeroUsize> {
    let section = section(settings, "multi-threading", Scope::MultiThreading);
    if !section.flag("enable-multi-threading").unwrap_or(true) {
        return Some(NonZeroUsize::MIN);
    }
    let size = section.number("thread-pool-size").unwrap_or(0);
    NonZeroUsize::new(usize::try_from(size).unwrap_or(usize::MAX))
}

/// Of the two ways to say it the one that says more about it counts.
fn packet_queue(settings: &Settings) -> Option<u32> {
    let control = section(settings, "dhcp-queue-control", Scope::QueueControl);
    let threads = section(settings, "multi-threading", Scope::MultiThreading);
    let capacity =
        control.flag("enable-queue").unwrap_or(false).then(|| control.number("capacity"));
    let size = threads.number("packet-queue-size");
    capacity.map(|capacity| capacity.unwrap_or(500)).or(size).filter(|size| *size > 0)
}

fn loggers(settings: &Settings) -> Result<Box<[Logger]>, Complaint> {
    let logger = |(at, logger): (usize, &Settings)| {
        let name = logger.text("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Complaint::new("a logger needs a 'name'"));
        let outputs = logger.maps("output-options").iter().enumerate().map(log_output);
        Ok(Logger {
            name: name.at_index(at).under("loggers")?.into(),
            level: level(logger),
            outputs: outputs.collect::<Result<_, _>>().at_index(at).under("loggers")?,
        })
    };
    settings.maps("loggers").iter().enumerate().map(logger).collect()
}

fn level(logger: &Settings) -> Option<Level> {
    let debug = logger.number("debuglevel").unwrap_or(0);
    match logger.text("severity") {
        Some("NONE") => None,
        Some("FATAL") => Some(Level::Fatal),
        Some("ERROR") => Some(Level::Error),
        Some("WARN") => Some(Level::Warn),
        Some("DEBUG") => Some(Level::Debug(u8::try_from(debug).unwrap_or(99))),
        Some(_) | None => Some(Level::Info),
    }
}

fn log_output((at, output): (usize, &Settings)) -> Result<LogOutput, Complaint> {
    let complaint = |message: String, key: &str| {
        Complaint::new(message).under(key).at_index(at).under("output-options")
    };
    let name = output.text("output").unwrap_or_default();
    if name.is_empty() {
        return Err(complaint(
            "an output needs 'output': stdout, stderr or a file".into(),
            "output",
        ));
    }
    let pattern = output.text("pattern").unwrap_or_default().parse();
    let pattern = pattern.map_err(|error: LayoutError| complaint(error.to_string(), "pattern"))?;
    Ok(LogOutput {
        output: name.into(),
        flush: output.flag("flush").unwrap_or(true),
        max_size: output.number("maxsize").unwrap_or(10_240_000),
        max_versions: output.number("maxver").unwrap_or(1),
        pattern,
    })
}
