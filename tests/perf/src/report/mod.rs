//! What was measured.

mod delays;
mod diagnostics;
mod plot;
mod progress;
mod series;
mod text;

use std::time::Duration;

use ruru_json::{Data, Value};

pub(crate) use delays::Delays;
pub(crate) use diagnostics::{Diagnostics, print_arguments};
pub(crate) use plot::draw;
pub(crate) use progress::Progress;
pub(crate) use series::Series;
pub(crate) use text::Text;

use crate::answer::Exchange;
use crate::plan::Plan;
use crate::protocol::Terms;
use crate::session::Waits;

/// The kinds of query and answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A client finds an address.
    Discover,
    /// It takes it.
    Request,
    /// It goes on using it.
    Renewal,
    /// It gives it back.
    Release,
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
    /// Answers that belong to no exchange, or came too late.
    pub(crate) orphans: u64,
    /// Addresses that another client has, too.
    pub(crate) repeated: u64,
    /// From when a query was due to its answer.
    pub(crate) delays: Delays,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All exchanges have begun.
    Count,
    /// All REQUESTs were sent.
    Requests,
    /// The time is over.
    Period,
    /// Too many answers were lost.
    Drops,
    /// A signal.
    Interrupted,
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// From the first query to the last answer.
    pub(crate) elapsed: Duration,
    /// What the generator itself used of the processor.
    pub(crate) processor: Duration,
    /// Why it ended.
    pub(crate) exit: Option<Exit>,
    /// Leases that were renewed.
    pub(crate) renewed: u64,
    /// Answers that are too short to be a message.
    pub(crate) too_short: u64,
    /// Answers that are no message of the protocol.
    pub(crate) malformed: u64,
    /// Queries that the kernel did not take.
    pub(crate) local_limit: u64,
    /// Exchanges that did not begin, because too many were under way.
    pub(crate) not_begun: u64,
    /// Queries that were sent again.
    pub(crate) resent: u64,
    /// How often the generator waited for answers.
    pub(crate) waits: u64,
    /// New leases, from when the first query was due.
    pub(crate) whole: Delays,
    /// How long after their time exchanges began.
    pub(crate) lateness: Delays,
    /// Over time.
    pub(crate) series: Series,
    kinds: [Exchanges; 4],
    active: Vec<Kind>,
    terms: &'static Terms,
    exchange: Exchange,
    rate: Option<u32>,
}

impl Kind {
    /// The kind of what a client waits for, if it is counted.
    pub(crate) fn of(waits: &Waits) -> Option<Self> {
        match waits {
            Waits::Preload => None,
            Waits::Offer { .. } => Some(Self::Discover),
            Waits::Ack(_) => Some(Self::Request),
            Waits::Renewal(_) => Some(Self::Renewal),
            Waits::Release(_) => Some(Self::Release),
        }
    }
}

impl Exit {
    /// In words.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Count => "all exchanges have begun",
            Self::Requests => "all REQUESTs were sent",
            Self::Period => "the test period is over",
            Self::Drops => "too many answers were lost",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Report {
    /// Nothing yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let renews = plan.renewals.is_some() || plan.renewed_share > 0;
        let all = [
            (Kind::Discover, true),
            (Kind::Request, plan.wanted.exchange == Exchange::Whole),
            (Kind::Renewal, renews),
            (Kind::Release, plan.releases.is_some()),
        ];
        let rate = match plan.pacing {
            crate::pacing::Pacing::Rate(rate) => Some(rate),
            crate::pacing::Pacing::Window(_) => None,
        };
        Self {
            elapsed: Duration::ZERO,
            processor: Duration::ZERO,
            exit: None,
            renewed: 0,
            too_short: 0,
            malformed: 0,
            local_limit: 0,
            not_begun: 0,
            resent: 0,
            waits: 0,
            whole: Delays::default(),
            lateness: Delays::default(),
            series: Series::new(plan.output.interval),
            kinds: Default::default(),
            active: all.into_iter().filter_map(|(kind, is)| is.then_some(kind)).collect(),
            terms: plan.protocol.terms(),
            exchange: plan.wanted.exchange,
            rate,
        }
    }

    /// The name of a kind.
    pub(crate) fn name(&self, kind: Kind) -> &'static str {
        self.terms.kinds[kind as usize]
    }

    /// The counts of a kind.
    pub(crate) fn of(&mut self, kind: Kind) -> &mut Exchanges {
        &mut self.kinds[kind as usize]
    }

    /// The kinds that there are, with their counts.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (Kind, &Exchanges)> {
        self.active.iter().map(|kind| (*kind, &self.kinds[*kind as usize]))
    }

    /// Whether every exchange ended as it should.
    pub(crate) fn is_complete(&self) -> bool {
        self.not_begun == 0 && self.kinds.iter().all(|kind| kind.drops + kind.refused == 0)
    }

    /// Exchanges that were completed.
    pub(crate) fn exchanges(&self) -> u64 {
        if self.exchange == Exchange::Initial {
            return self.kinds[Kind::Discover as usize].delays.count();
        }
        self.whole.count() + self.renewed
    }

    /// Completed exchanges in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.exchanges() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn sum(&self, count: impl Fn(&Exchanges) -> u64) -> u64 {
        self.kinds.iter().map(count).sum()
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> Value {
        let kinds = self.kinds().map(|(kind, exchanges)| (self.name(kind), exchanges.to_json()));
        let expected = self.rate.map_or(Value::new(Data::Null), Value::from);
        Value::object([
            ("seconds", Value::from(self.elapsed.as_secs_f64())),
            ("exit", self.exit.map_or(Value::new(Data::Null), |exit| exit.reason().into())),
            ("exchanges", self.exchanges().into()),
            ("rate", self.rate().into()),
            ("expected-rate", expected),
            ("new-leases", self.whole.count().into()),
            ("renewals", self.renewed.into()),
            ("releases", self.kinds[Kind::Release as usize].sent.into()),
            ("drops", self.sum(|kind| kind.drops).into()),
            ("refused", self.sum(|kind| kind.refused).into()),
            ("orphans", self.sum(|kind| kind.orphans).into()),
            ("non-unique-addresses", self.sum(|kind| kind.repeated).into()),
            ("too-short", self.too_short.into()),
            ("malformed", self.malformed.into()),
            ("local-limit", self.local_limit.into()),
            ("not-begun", self.not_begun.into()),
            ("resent", self.resent.into()),
            ("new-lease-delay-us", self.whole.to_json()),
            ("late-us", self.lateness.to_json()),
            ("kinds", Value::object(kinds)),
            ("series", self.series.to_json()),
            ("generator-processor-seconds", self.processor.as_secs_f64().into()),
        ])
    }
}

impl Exchanges {
    /// Queries that were answered as they should be, or need no answer.
    pub(crate) fn received(&self) -> u64 {
        self.delays.count()
    }

    fn to_json(&self) -> Value {
        Value::object([
            ("sent", Value::from(self.sent)),
            ("received", self.received().into()),
            ("drops", self.drops.into()),
            ("refused", self.refused.into()),
            ("orphans", self.orphans.into()),
            ("non-unique-addresses", self.repeated.into()),
            ("delay-us", self.delays.to_json()),
        ])
    }
}
