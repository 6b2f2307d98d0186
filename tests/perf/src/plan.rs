//! What to do: the command line, checked.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::answer::Wanted;
use crate::clients::Identities;
use crate::command::{DropLimit, Selector};
use crate::datagrams::Passage;
use crate::endpoint::Endpoint;
use crate::pacing::{End, Pacing};
use crate::protocol::Protocol;
use crate::template::Templates;

/// What to do.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What is spoken.
    pub(crate) protocol: Protocol,
    /// Whom to talk to, and from where.
    pub(crate) endpoint: Endpoint,
    /// The queries.
    pub(crate) templates: Templates,
    /// Who asks.
    pub(crate) identities: Identities,
    /// What they ask for.
    pub(crate) wanted: Wanted,
    /// Relay addresses, of which each exchange takes one; at least one.
    pub(crate) relays: Vec<IpAddr>,
    /// How exchanges begin.
    pub(crate) pacing: Pacing,
    /// Renewals beside them.
    pub(crate) renewals: Option<Pacing>,
    /// Releases beside them.
    pub(crate) releases: Option<Pacing>,
    /// Of a hundred exchanges, how many are renewals.
    pub(crate) renewed_share: u64,
    /// All begin at once, and go on until each has its lease.
    pub(crate) is_avalanche: bool,
    /// All REQUESTs go to the server that answered first.
    pub(crate) first_server: bool,
    /// Count addresses that a second client was given.
    pub(crate) unique: bool,
    /// First queries at the start that nobody counts.
    pub(crate) preload: u64,
    /// Where to stop.
    pub(crate) end: End,
    /// When answers to a client's first and to its further queries count as lost.
    pub(crate) drop_times: [Duration; 2],
    /// How many of them may be lost.
    pub(crate) drop_limits: [Option<DropLimit>; 2],
    /// How long to wait for answers at the end.
    pub(crate) exit_wait: Option<Duration>,
    /// When clients claim to have waited, and how long they claim ever more.
    pub(crate) waited: Option<(u64, u64)>,
    /// What is left to chance.
    pub(crate) seed: Option<u64>,
    /// How queries and answers pass through the kernel.
    pub(crate) passage: Passage,
    /// What is told.
    pub(crate) output: Output,
    /// What is run before and after.
    pub(crate) wrapped: Option<PathBuf>,
}

/// What is told.
#[derive(Debug)]
pub(crate) struct Output {
    /// The command line.
    pub(crate) command: String,
    /// How often to report.
    pub(crate) every: Option<Duration>,
    /// What stands between numbers of such a report.
    pub(crate) separator: Option<String>,
    /// What else to tell.
    pub(crate) selectors: Vec<Selector>,
    /// As JSON.
    pub(crate) json: bool,
    /// Where to draw it.
    pub(crate) plot: Option<PathBuf>,
    /// Between two points of the time series.
    pub(crate) interval: Duration,
}

impl Plan {
    /// Whether clients will need their leases again.
    pub(crate) fn keeps_leases(&self) -> bool {
        self.renewals.is_some() || self.releases.is_some() || self.renewed_share > 0
    }

    /// What clients that ask at this time say they have waited, in seconds.
    pub(crate) fn waited(&self, elapsed: Duration) -> u16 {
        let Some((from, period)) = self.waited else { return 0 };
        match elapsed.as_secs().checked_sub(from) {
            Some(since) if since < period => u16::try_from(since + 1).unwrap_or(u16::MAX),
            _ => 0,
        }
    }
}

impl Output {
    /// Whether to tell this, too.
    pub(crate) fn tells(&self, selector: Selector) -> bool {
        self.selectors.contains(&selector)
    }
}
