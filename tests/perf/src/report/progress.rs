//! What is told while the load goes on.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use super::{Exchanges, Report};
use crate::plan::Output;

/// How often a terminal is written to.
const LIVE: Duration = Duration::from_millis(200);

/// Tells how it goes: lines from time to time if that is wanted, else one line on a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    way: Way,
    every: Duration,
    next: Duration,
    last: (Duration, u64),
}

#[derive(Debug)]
enum Way {
    /// On standard output, or beside the JSON on standard error.
    Lines {
        separator: Option<String>,
        is_beside: bool,
    },
    /// On standard error, again and again.
    Live,
    Silent,
}

impl Progress {
    /// As the user wants it.
    pub(crate) fn new(output: &Output) -> Self {
        let (way, every) = match output.every {
            Some(every) => {
                let (separator, is_beside) = (output.separator.clone(), output.json);
                (Way::Lines { separator, is_beside }, every)
            }
            None if io::stderr().is_terminal() => (Way::Live, LIVE),
            None => (Way::Silent, Duration::MAX),
        };
        Self { way, every, next: every, last: (Duration::ZERO, 0) }
    }

    /// So much time has passed.
    pub(crate) fn pass(&mut self, elapsed: Duration, report: &Report) -> io::Result<()> {
        if elapsed < self.next {
            return Ok(());
        }
        // What was missed is not told again.
        while self.next <= elapsed {
            self.next = self.next.saturating_add(self.every);
        }
        match &self.way {
            Way::Lines { separator, is_beside } => {
                let line = match separator {
                    None => line(report),
                    Some(separator) => numbers(report, separator),
                };
                if *is_beside {
                    writeln!(io::stderr(), "{line}")
                } else {
                    writeln!(io::stdout(), "{line}")
                }
            }
            Way::Live => {
                let rate = self.rate(elapsed, report.exchanges());
                let seconds = elapsed.as_secs_f64();
                // Over the last line, and away with what is left of it.
                write!(io::stderr(), "\r{seconds:.1} s, {rate:.0}/s, {}\x1b[K", line(report))
            }
            Way::Silent => Ok(()),
        }
    }

    /// It is over.
    pub(crate) fn finish(&self) {
        if matches!(self.way, Way::Live) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// Exchanges in a second since the last time.
    fn rate(&mut self, elapsed: Duration, exchanges: u64) -> f64 {
        let (then, before) = std::mem::replace(&mut self.last, (elapsed, exchanges));
        (exchanges - before) as f64 / elapsed.saturating_sub(then).as_secs_f64().max(1e-9)
    }
}

type Count = fn(&Exchanges) -> u64;

/// What is counted of each kind.
const COUNTS: [(&str, Count); 4] = [
    ("sent", |kind| kind.sent),
    ("received", Exchanges::received),
    ("drops", |kind| kind.drops),
    ("rejected", |kind| kind.refused),
];

fn line(report: &Report) -> String {
    COUNTS.map(|(name, count)| format!("{name}: {}", joined(report, count, "/"))).join("; ")
}

fn numbers(report: &Report, separator: &str) -> String {
    COUNTS.map(|(_, count)| joined(report, count, separator)).join(separator)
}

fn joined(report: &Report, count: Count, separator: &str) -> String {
    let counts: Vec<_> = report.kinds().map(|(_, kind)| count(kind).to_string()).collect();
    counts.join(separator)
}
