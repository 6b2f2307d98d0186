//! The report as text, in perfdhcp's words where it has them.

use std::fmt;
use std::time::Duration;

use super::{Exchanges, Kind, Report};
use crate::answer::Exchange;
use crate::protocol::Terms;

/// The report as text.
pub(crate) struct Text<'a> {
    /// What was measured.
    pub(crate) report: &'a Report,
    /// The number of clients of an avalanche.
    pub(crate) avalanche: Option<u64>,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let exchange = match report.exchange {
            Exchange::Whole => "4-way exchanges",
            Exchange::Initial | Exchange::Rapid => report.name(Kind::Discover),
        };
        writeln!(f, "***Rate statistics***")?;
        write!(f, "Rate: {:.2} {exchange}/second", self.rate())?;
        if let Some(rate) = report.rate {
            write!(f, ", expected rate: {rate}")?;
        }
        writeln!(f, "\n\n***Malformed Packets***")?;
        writeln!(f, "Malformed packets: {}", report.malformed + report.too_short)?;
        for (kind, exchanges) in report.kinds() {
            writeln!(f, "***Statistics for: {}***\n{}", report.name(kind), Counts(exchanges))?;
            if kind != Kind::Release || report.terms.answers_releases {
                writeln!(f, "{}collected packets: {}\n", exchanges.delays, exchanges.drops)?;
            }
        }
        if report.exchange != Exchange::Initial {
            let Terms { queries: [first, _], last_answer, .. } = report.terms;
            writeln!(f, "***New leases, from {first} to {last_answer}***")?;
            writeln!(f, "leases: {}\n\n{}", report.whole.count(), report.whole)?;
        }
        if report.rate.is_some() {
            let lateness = report.lateness.at(0.99) as f64 / 1e3;
            let max = report.lateness.at(1.0) as f64 / 1e3;
            writeln!(f, "Delays count from when a query was due, not from when it was sent:")?;
            writeln!(f, "sent late: p99 {lateness:.3} ms, max {max:.3} ms\n")?;
        }
        let Report { too_short, local_limit, not_begun, .. } = report;
        writeln!(f, "tooshort: {too_short}, locallimit: {local_limit}, not begun: {not_begun}")?;
        let Report { elapsed, processor, .. } = report;
        let (elapsed, processor) = (elapsed.as_secs_f64(), processor.as_secs_f64());
        writeln!(f, "It took {elapsed:.3} s, and {processor:.2} s of the generator's processor")?;
        self.avalanche(f)
    }
}

impl Text<'_> {
    /// New leases in a second, which is what perfdhcp counts; renewals have their own rate.
    fn rate(&self) -> f64 {
        let report = self.report;
        let count = match report.exchange {
            Exchange::Initial => report.exchanges(),
            Exchange::Whole | Exchange::Rapid => report.whole.count(),
        };
        count as f64 / report.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn avalanche(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(clients) = self.avalanche else { return Ok(()) };
        let Report { elapsed, resent, .. } = self.report;
        let sent: u64 = self.report.kinds().map(|(_, kind)| kind.sent).sum();
        let received: u64 = self.report.kinds().map(|(_, kind)| kind.received()).sum();
        writeln!(f, "\nIt took {} to provision {clients} clients.", Clock(*elapsed))?;
        writeln!(f, "Requests sent + resent: {}", sent + resent)?;
        writeln!(f, "Requests resent: {resent}\nResponses received: {received}")
    }
}

struct Counts<'a>(&'a Exchanges);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(kind) = self;
        let ratio = kind.drops as f64 / kind.sent.max(1) as f64 * 100.0;
        writeln!(f, "sent packets: {}\nreceived packets: {}", kind.sent, kind.received())?;
        writeln!(f, "drops: {}\ndrops ratio: {ratio:.3} %", kind.drops)?;
        writeln!(f, "orphans: {}\nrejected leases: {}", kind.orphans, kind.refused)?;
        writeln!(f, "non unique addresses: {}", kind.repeated)
    }
}

/// Hours, minutes, seconds.
struct Clock(Duration);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0.as_secs(), self.0.subsec_micros());
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{hours:02}:{minutes:02}:{:02}.{micros:06}", seconds % 60)
    }
}
