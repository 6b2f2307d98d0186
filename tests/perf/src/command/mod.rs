//! The command line: perfdhcp's options, and what it lacks in long ones.
//!
//! What is read here is checked by [`rules`] and made into a [`Plan`](crate::plan::Plan) by [`check`].

mod check;
mod files;
mod rules;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

pub(crate) use check::plan;
use values::{Base, Selectors, seconds};
pub(crate) use values::{DropLimit, ExtraOption, Mac, RelayOption, Selector};

/// Puts a DHCP server under load, as a relay or a link with many clients, and tells how it kept up.
///
/// Without -r, -n and -p a single client gets a lease, which tells whether the server is there.
/// Without -r exchanges begin as fast as the server ends them, --window of them at a time.
#[derive(Clone, Debug, Parser)]
#[command(name = "ruru-perf", version, disable_version_flag = true)]
pub(crate) struct Options {
    /// All REQUESTs go to the server that answered first
    #[arg(short = '1', help_heading = "Exchanges")]
    pub(super) first_server: bool,
    /// DHCPv4 (default)
    #[arg(short = '4', conflicts_with = "v6")]
    pub(super) v4: bool,
    /// DHCPv6
    #[arg(short = '6')]
    pub(super) v6: bool,
    /// DHCPv6: clients are behind so many relays; 1 is the only number
    #[arg(short = 'A', value_name = "LEVEL", value_parser = clap::value_parser!(u32).range(1..=1), help_heading = "Exchanges")]
    pub(super) encapsulation: Option<u32>,
    /// Clients' first hardware address, mac=00:0c:01:02:03:04, or first DUID, duid=000200001234;
    /// the others follow it
    #[arg(short = 'b', value_name = "TYPE=VALUE", help_heading = "Clients")]
    pub(super) base: Vec<Base>,
    /// Allow the server's address to be a broadcast address
    #[arg(short = 'B', help_heading = "Addresses")]
    pub(super) broadcast: bool,
    /// DHCPv6: leases are given at once, by rapid commit
    #[arg(short = 'c', help_heading = "Exchanges")]
    pub(super) rapid_commit: bool,
    /// Reports of -t as numbers with this between them
    #[arg(short = 'C', value_name = "SEPARATOR", help_heading = "Output")]
    pub(super) separator: Option<String>,
    /// Seconds after which an answer counts as lost (default 1); the second time for REQUESTs
    #[arg(short = 'd', value_name = "SECONDS", value_parser = seconds, help_heading = "End")]
    pub(super) drop_time: Vec<Duration>,
    /// Abort when so many first queries were lost, or so many percent (50%) of more than ten; the
    /// second time for REQUESTs
    #[arg(short = 'D', value_name = "COUNT[%]", help_heading = "End")]
    pub(super) max_drop: Vec<DropLimit>,
    /// What is asked for; prefixes are of DHCPv6
    #[arg(
        short = 'e',
        value_name = "TYPE",
        value_enum,
        default_value = "address-only",
        help_heading = "Exchanges"
    )]
    pub(super) lease_type: LeaseType,
    /// Where the second template has the time waited, or its option; 0 for nowhere
    #[arg(short = 'E', value_name = "OFFSET", help_heading = "Templates")]
    pub(super) time_offset: Option<usize>,
    /// Renewals in a second, beside the exchanges of -r
    #[arg(short = 'f', value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Rates")]
    pub(super) renew_rate: Option<u32>,
    /// Releases in a second, beside the exchanges of -r
    #[arg(short = 'F', value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Rates")]
    pub(super) release_rate: Option<u32>,
    /// As perfdhcp has it; here one thread sends and receives in batches, in both modes
    #[arg(short = 'g', value_name = "MODE", value_enum)]
    pub(super) thread_mode: Option<ThreadMode>,
    /// DISCOVER and OFFER only, or SOLICIT and ADVERTISE
    #[arg(short = 'i', help_heading = "Exchanges")]
    pub(super) initial: bool,
    /// Where the second template has the requested address, or its option; in DHCPv6 the association
    #[arg(short = 'I', value_name = "OFFSET", help_heading = "Templates")]
    pub(super) address_offset: Option<usize>,
    /// A file with relay addresses of this host, one a line; each exchange takes one by chance. In
    /// DHCPv6 they need not be this host's, and need -A
    #[arg(short = 'J', value_name = "FILE", help_heading = "Addresses")]
    pub(super) relays: Option<PathBuf>,
    /// The relay's address, or its interface
    #[arg(short = 'l', value_name = "ADDRESS|INTERFACE", help_heading = "Addresses")]
    pub(super) local: Option<String>,
    /// The port of this side; 0 for one that the kernel chooses. Without it a relay's, 67 or 547,
    /// and a DHCPv6 client's, 546
    #[arg(short = 'L', value_name = "PORT", help_heading = "Addresses")]
    pub(super) local_port: Option<u16>,
    /// A file with hardware addresses, one a line; each exchange takes one by chance
    #[arg(short = 'M', value_name = "FILE", help_heading = "Clients")]
    pub(super) macs: Option<PathBuf>,
    /// Exchanges to begin; the second time: REQUESTs to send
    #[arg(short = 'n', value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..), help_heading = "End")]
    pub(super) count: Vec<u64>,
    /// The server's port; 0 for 67, or 547
    #[arg(short = 'N', value_name = "PORT", default_value_t = 0, help_heading = "Addresses")]
    pub(super) server_port: u16,
    /// An option for every query: 60,646f63736973
    #[arg(short = 'o', value_name = "CODE,HEX", help_heading = "Exchanges")]
    pub(super) option: Vec<ExtraOption>,
    /// DHCPv6: an option of the relay of -A, for every query: 1:18,65746830
    #[arg(long = "or", value_name = "LEVEL:CODE,HEX", help_heading = "Exchanges")]
    pub(super) relay_option: Vec<RelayOption>,
    /// Where a template has the last octet that tells clients apart
    #[arg(short = 'O', value_name = "OFFSET", help_heading = "Templates")]
    pub(super) random_offset: Vec<usize>,
    /// Seconds to begin exchanges in
    #[arg(short = 'p', value_name = "SECONDS", value_parser = seconds, help_heading = "End")]
    pub(super) period: Option<Duration>,
    /// First queries that are sent at the start and not counted
    #[arg(short = 'P', value_name = "COUNT", default_value_t = 0, help_heading = "Exchanges")]
    pub(super) preload: u64,
    /// Exchanges to begin in a second, whatever becomes of them
    #[arg(short = 'r', value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Rates")]
    pub(super) rate: Option<u32>,
    /// Different clients (default 1; with --window as many as there can be)
    #[arg(short = 'R', value_name = "CLIENTS", help_heading = "Clients")]
    pub(super) clients: Option<u32>,
    /// Makes what is left to chance the same in every run; 0 does not
    #[arg(short = 's', value_name = "SEED", default_value_t = 0)]
    pub(super) seed: u64,
    /// Where the second template has the server identifier, or its option
    #[arg(short = 'S', value_name = "OFFSET", help_heading = "Templates")]
    pub(super) server_offset: Option<usize>,
    /// How exchanges begin
    #[arg(long, value_name = "NAME", value_enum, default_value = "basic", help_heading = "Rates")]
    pub(super) scenario: Scenario,
    /// Seconds between two reports
    #[arg(short = 't', value_name = "SECONDS", value_parser = seconds, help_heading = "Output")]
    pub(super) report: Option<Duration>,
    /// A file with a DISCOVER or SOLICIT in hexadecimal digits; the second time with a REQUEST.
    /// Where a DISCOVER's relay address is zero it is filled in
    #[arg(short = 'T', value_name = "FILE", help_heading = "Templates")]
    pub(super) template: Vec<PathBuf>,
    /// Count addresses and prefixes that a second client was given
    #[arg(short = 'u', help_heading = "Exchanges")]
    pub(super) unique: bool,
    /// Print the version
    #[arg(short = 'v', action = clap::ArgAction::Version)]
    version: Option<bool>,
    /// Print the version, too
    #[arg(short = 'V', long = "version", action = clap::ArgAction::Version)]
    long_version: Option<bool>,
    /// A program that is run with the word start at the start and with stop at the end
    #[arg(short = 'w', value_name = "PROGRAM")]
    pub(super) wrapped: Option<PathBuf>,
    /// Microseconds to wait for answers at the end; without it until each came or is lost
    #[arg(short = 'W', value_name = "MICROSECONDS", help_heading = "End")]
    pub(super) exit_wait: Option<u64>,
    /// What else to print: a arguments, e exit reason, i waits, l leases, s server identifier,
    /// t timers, T templates
    #[arg(short = 'x', value_name = "LETTERS", help_heading = "Output", default_value = "")]
    pub(super) selectors: Selectors,
    /// Where a template has the transaction id: in DHCPv4 at 4, in DHCPv6 at 1
    #[arg(short = 'X', value_name = "OFFSET", help_heading = "Templates")]
    pub(super) xid_offset: Vec<usize>,
    /// Seconds in which clients claim to have waited ever longer
    #[arg(short = 'y', value_name = "SECONDS", help_heading = "Exchanges")]
    pub(super) waited_for: Option<u32>,
    /// Seconds before that
    #[arg(
        short = 'Y',
        value_name = "SECONDS",
        requires = "waited_for",
        help_heading = "Exchanges"
    )]
    pub(super) waited_from: Option<u32>,
    /// Exchanges under way at the same time (default 256)
    #[arg(long, value_name = "COUNT", conflicts_with = "rate", value_parser = clap::value_parser!(u32).range(1..=1 << 20), help_heading = "Rates")]
    pub(super) window: Option<u32>,
    /// Hand each message to the kernel by itself, and have it join no answers; else it is given
    /// those of one length together
    #[arg(long, help_heading = "Rates")]
    pub(super) one_by_one: bool,
    /// Of a hundred exchanges, how many are renewals of leases that clients have
    #[arg(long, value_name = "PERCENT", default_value_t = 0, conflicts_with = "renew_rate", value_parser = clap::value_parser!(u32).range(..=100), help_heading = "Rates")]
    pub(super) renewals: u32,
    /// The first client's number
    #[arg(long, value_name = "NUMBER", default_value_t = 0, help_heading = "Clients")]
    pub(super) first_client: u32,
    /// Report as JSON, with a time series
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
    /// Draw throughput and delays over time into this file, as SVG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) plot: Option<PathBuf>,
    /// Seconds between two points of the time series
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "1", help_heading = "Output")]
    pub(super) interval: Duration,
    /// The server's name or address, `all` for broadcast or multicast, which is the default with an
    /// interface, or `servers` for the multicast of a site
    pub(super) server: Option<String>,
}

/// How exchanges begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// At a rate, or as the server can
    Basic,
    /// All clients at once, and again after a while until each has its lease
    Avalanche,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LeaseType {
    /// Addresses
    AddressOnly,
    /// Prefixes
    PrefixOnly,
    /// Both, of each client
    AddressAndPrefix,
}

/// What perfdhcp's threads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThreadMode {
    /// One
    Single,
    /// One more that receives
    Multi,
}
