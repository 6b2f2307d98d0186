//! Samples of statistics: what was seen at each look, newest first.
//!
//! Counters are read, not recorded: a sample is taken when somebody looks and the value is another
//! than at the last look.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use ruru_config::SampleLimit;
use ruru_json::Value;
use ruru_observe::counters::PoolKind;
use ruru_process::clock;

use super::number;
use crate::Failure;

/// What is remembered of statistics between looks.
#[derive(Debug)]
pub(crate) struct Samples {
    by_name: HashMap<String, History>,
    /// What the configuration says.
    usual: Limit,
    /// What an operator has said since.
    limits: Option<Limit>,
}

/// What the next configuration does not have.
#[derive(Debug, Default)]
pub(crate) struct Gone {
    /// Subnets, with all their pools.
    pub(crate) subnets: HashSet<u32>,
    /// Pools, by subnet, kind and number.
    pub(crate) pools: HashSet<(u32, PoolKind, u32)>,
}

/// How many samples are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Count(usize),
    Age(Duration),
}

#[derive(Debug, Default)]
struct History {
    /// Newest first, with the time.
    samples: VecDeque<(u128, Duration)>,
    /// What a reset takes as zero.
    zero: u128,
    is_removed: bool,
    limit: Option<Limit>,
}

impl Samples {
    /// Nothing is remembered yet.
    pub(crate) fn new(usual: SampleLimit) -> Self {
        Self { by_name: HashMap::new(), usual: usual.into(), limits: None }
    }

    /// The configuration says something else, perhaps.
    pub(crate) fn follow(&mut self, usual: SampleLimit) {
        self.usual = usual.into();
    }

    /// Forgets all of what is gone: if it comes back, its statistics are new.
    pub(crate) fn forget(&mut self, gone: &Gone) {
        if !gone.subnets.is_empty() || !gone.pools.is_empty() {
            self.by_name.retain(|name, _| !gone.has(name));
        }
    }

    /// Statistics that were removed are there again, and new.
    pub(crate) fn bring_back_removed(&mut self) {
        self.by_name.retain(|_, history| !history.is_removed);
    }

    /// The samples of a statistic that has `value` now; `None` if it was removed.
    pub(super) fn read(&mut self, name: &str, value: u128, now: Duration) -> Option<Value> {
        let limit = self.limits.unwrap_or(self.usual);
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), History::default());
        }
        let history = self.by_name.get_mut(name).filter(|history| !history.is_removed)?;
        history.record(value, now);
        history.cut(history.limit.unwrap_or(limit), now);
        let samples = history.samples.iter().map(|(value, time)| {
            Value::from(vec![number(*value), Value::from(clock::local_microseconds(*time))])
        });
        Some(samples.collect::<Vec<_>>().into())
    }

    pub(super) fn reset(&mut self, name: &str, value: u128, now: Duration) {
        let history = self.by_name.entry(name.to_owned()).or_default();
        *history = History { zero: value, limit: history.limit, ..History::default() };
        history.record(value, now);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.by_name.entry(name.to_owned()).or_default().is_removed = true;
    }

    pub(super) fn is_removed(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|history| history.is_removed)
    }

    /// Limits one statistic, or all for `None`.
    pub(super) fn limit_age(&mut self, name: Option<&str>, age: Duration) {
        self.limit(name, Limit::Age(age));
    }

    /// Limits one statistic, or all for `None`.
    pub(super) fn limit_count(&mut self, name: Option<&str>, count: usize) -> Result<(), Failure> {
        if count == 0 {
            return Err(Failure::error("'max-samples' must be above 0"));
        }
        self.limit(name, Limit::Count(count));
        Ok(())
    }

    fn limit(&mut self, name: Option<&str>, limit: Limit) {
        match name {
            Some(name) => self.by_name.entry(name.to_owned()).or_default().limit = Some(limit),
            None => {
                self.limits = Some(limit);
                for history in self.by_name.values_mut() {
                    history.limit = None;
                }
            }
        }
    }
}

impl Gone {
    /// Whether a statistic is of something that is gone.
    fn has(&self, name: &str) -> bool {
        let Some((subnet, rest)) = numbered(name, "subnet") else { return false };
        let pools = [("pool", PoolKind::Addresses), ("pd-pool", PoolKind::Prefixes)];
        let is_gone = |(word, kind)| {
            numbered(rest, word).is_some_and(|(id, _)| self.pools.contains(&(subnet, kind, id)))
        };
        self.subnets.contains(&subnet) || pools.into_iter().any(is_gone)
    }
}

/// The number and the rest of `WORD[NUMBER].REST`.
fn numbered<'n>(name: &'n str, word: &str) -> Option<(u32, &'n str)> {
    let (number, rest) = name.strip_prefix(word)?.strip_prefix('[')?.split_once("].")?;
    Some((number.parse().ok()?, rest))
}

impl From<SampleLimit> for Limit {
    fn from(limit: SampleLimit) -> Self {
        match limit {
            SampleLimit::Count(count) => Self::Count(usize::try_from(count).unwrap_or(usize::MAX)),
            SampleLimit::Age(age) => Self::Age(age),
        }
    }
}

impl History {
    fn record(&mut self, value: u128, now: Duration) {
        let value = value.saturating_sub(self.zero);
        if self.samples.front().is_none_or(|(last, _)| *last != value) {
            self.samples.push_front((value, now));
        }
    }

    /// The newest sample always stays.
    fn cut(&mut self, limit: Limit, now: Duration) {
        let keep = match limit {
            Limit::Count(count) => count,
            Limit::Age(age) => {
                self.samples.iter().take_while(|(_, time)| now.saturating_sub(*time) <= age).count()
            }
        };
        self.samples.truncate(keep.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(samples: Option<Value>) -> Vec<i128> {
        let samples = samples.unwrap();
        samples
            .as_list()
            .unwrap()
            .iter()
            .map(|s| s.as_list().unwrap()[0].as_int().unwrap())
            .collect()
    }

    #[test]
    fn samples_are_taken_when_the_value_changed_and_kept_up_to_the_limit() {
        let mut samples = Samples::new(SampleLimit::Count(20));
        let at = Duration::from_secs;
        for (time, value) in [(1, 0), (2, 5), (3, 5), (4, 9)] {
            samples.read("s", value, at(time));
        }
        assert_eq!(values(samples.read("s", 9, at(5))), [9, 5, 0]);
        samples.limit_count(Some("s"), 2).unwrap();
        assert_eq!(values(samples.read("s", 9, at(6))), [9, 5]);
        samples.limit_age(None, at(3));
        assert_eq!(values(samples.read("s", 9, at(7))), [9]);
        assert!(samples.limit_count(None, 0).is_err());
    }

    #[test]
    fn a_reset_counts_from_zero_and_brings_back_what_was_removed() {
        let mut samples = Samples::new(SampleLimit::Count(20));
        samples.remove("s");
        assert!(samples.read("s", 3, Duration::ZERO).is_none());
        samples.reset("s", 3, Duration::ZERO);
        assert_eq!(values(samples.read("s", 5, Duration::ZERO)), [2, 0]);
    }
}
