//! What was measured.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use ruru_json::Value;

use crate::session::Waits;

/// The kinds of query and answer, named as perfdhcp names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A client finds an address.
    Discover,
    /// It takes it.
    Request,
    /// It goes on using it.
    Renewal,
}

/// Counts and delays of one kind.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    /// Queries that were sent.
    pub(crate) sent: u64,
    /// Queries whose answer did not come in time.
    pub(crate) drops: u64,
    /// Queries that were answered, but not with what they asked for.
    pub(crate) refused: u64,
    delays: Delays,
}

/// Delays in microseconds.
#[derive(Debug)]
struct Delays(Histogram<u64>);

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// From the first query to the last answer.
    pub(crate) elapsed: Duration,
    /// What the generator itself used of the processor.
    pub(crate) processor: Duration,
    /// Leases that were renewed.
    pub(crate) renewed: u64,
    /// Answers that belong to no exchange, or came too late.
    pub(crate) orphans: u64,
    /// Answers that are no message.
    pub(crate) too_short: u64,
    /// Exchanges that did not begin, because too many were under way.
    pub(crate) not_begun: u64,
    kinds: [Exchanges; 3],
    whole: Delays,
}

impl Kind {
    const ALL: [(Self, &str); 3] = [
        (Self::Discover, "DISCOVER-OFFER"),
        (Self::Request, "REQUEST-ACK"),
        (Self::Renewal, "REQUEST-ACK (renewal)"),
    ];

    /// The kind of what a client waits for.
    pub(crate) fn of(waits: &Waits) -> Self {
        match waits {
            Waits::Offer { .. } => Self::Discover,
            Waits::Ack(_) => Self::Request,
            Waits::Renewal(_) => Self::Renewal,
        }
    }
}

impl Report {
    /// The counts of a kind.
    pub(crate) fn of(&mut self, kind: Kind) -> &mut Exchanges {
        &mut self.kinds[kind as usize]
    }

    /// A new client has its lease.
    pub(crate) fn completed(&mut self, delay: Duration) {
        self.whole.record(delay);
    }

    /// Whether every exchange ended as it should.
    pub(crate) fn is_complete(&self) -> bool {
        self.not_begun == 0 && self.kinds.iter().all(|kind| kind.drops + kind.refused == 0)
    }

    fn exchanges(&self) -> u64 {
        self.whole.0.len() + self.renewed
    }

    /// Completed exchanges in a second.
    fn rate(&self) -> f64 {
        self.exchanges() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> Value {
        let kinds = Kind::ALL.map(|(kind, name)| (name, self.kinds[kind as usize].to_json()));
        Value::object([
            ("seconds", Value::from(self.elapsed.as_secs_f64())),
            ("exchanges", self.exchanges().into()),
            ("rate", self.rate().into()),
            ("new-leases", self.whole.0.len().into()),
            ("renewals", self.renewed.into()),
            ("drops", self.kinds.iter().map(|kind| kind.drops).sum::<u64>().into()),
            ("refused", self.kinds.iter().map(|kind| kind.refused).sum::<u64>().into()),
            ("orphans", self.orphans.into()),
            ("too-short", self.too_short.into()),
            ("not-begun", self.not_begun.into()),
            ("new-lease-delay-us", self.whole.to_json()),
            ("kinds", Value::object(kinds)),
            ("generator-processor-seconds", self.processor.as_secs_f64().into()),
        ])
    }
}

impl Exchanges {
    /// The answer came.
    pub(crate) fn received(&mut self, delay: Duration) {
        self.delays.record(delay);
    }

    fn to_json(&self) -> Value {
        Value::object([
            ("sent", Value::from(self.sent)),
            ("received", self.delays.0.len().into()),
            ("drops", self.drops.into()),
            ("refused", self.refused.into()),
            ("delay-us", self.delays.to_json()),
        ])
    }
}

impl Default for Delays {
    fn default() -> Self {
        // Up to a day, which is the longest drop time.
        let histogram = Histogram::new_with_bounds(1, 86_400_000_000, 3)
            .expect("the bounds are in order, and three digits few enough");
        Self(histogram)
    }
}

impl Delays {
    const PARTS: [(&str, f64); 5] =
        [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

    fn record(&mut self, delay: Duration) {
        self.0.saturating_record(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX));
    }

    fn to_json(&self) -> Value {
        Value::object(
            Self::PARTS.map(|(name, part)| (name, Value::from(self.0.value_at_quantile(part)))),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Rate: {:.1} exchanges/second, in {:?}", self.rate(), self.elapsed)?;
        writeln!(f, "New leases: {}, renewals: {}", self.whole.0.len(), self.renewed)?;
        for (kind, name) in Kind::ALL {
            let exchanges = &self.kinds[kind as usize];
            if exchanges.sent > 0 {
                writeln!(f, "***{name}***\n{exchanges}")?;
            }
        }
        writeln!(f, "***New lease, from DISCOVER to ACK***\n{}", self.whole)?;
        let Self { orphans, too_short, not_begun, .. } = self;
        writeln!(f, "orphans: {orphans}, too short: {too_short}, not begun: {not_begun}")?;
        writeln!(f, "generator: {:.2} processor seconds", self.processor.as_secs_f64())
    }
}

impl fmt::Display for Exchanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, drops, refused, delays } = self;
        writeln!(f, "sent packets: {sent}\nreceived packets: {}", delays.0.len())?;
        writeln!(f, "drops: {drops}\nrefused: {refused}")?;
        delays.fmt(f)
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delay in ms:")?;
        for (name, part) in Self::PARTS {
            write!(f, " {name} {:.3}", self.0.value_at_quantile(part) as f64 / 1e3)?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_told_by_their_rank() {
        let mut report = Report::default();
        for delay in 1..=1000 {
            report.completed(Duration::from_millis(delay));
        }
        let json = report.to_json();
        let delays = json.get("new-lease-delay-us").unwrap();
        let part = |name| delays.get(name).and_then(Value::as_int).unwrap() / 10_000;
        assert_eq!((part("p50"), part("p99"), part("max")), (50, 99, 100));
        assert!(report.is_complete());
    }
}
