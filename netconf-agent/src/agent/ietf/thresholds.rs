//! Pools that run out: the notifications of thresholds that are exceeded.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::Refusal;

use super::super::leases::failed;
use super::super::manager::Manager;
use super::super::model::IETF6;
use super::super::statistics::{Statistics, newest};
use super::pool::{Kind, Pool};
use super::pools::Pools;

/// From so many pools on it is cheaper to ask for all statistics at once.
const MANY: usize = 16;

/// So many times as long as counting took there is a rest: the more there is to count, the less often
/// it is counted.
const REST: u32 = 9;

/// Pools that have a threshold.
#[derive(Default)]
pub(super) struct Thresholds(Mutex<Progress>);

#[derive(Default)]
struct Progress {
    /// By the path of the pool.
    seen: BTreeMap<String, Seen>,
    /// Of all pools that the server counts for.
    pace: Pace,
}

/// What is known of a pool.
#[derive(Default)]
struct Seen {
    /// Whether more was in use than should be when it was last counted.
    is_exceeded: bool,
    /// If its leases are counted one by one.
    pace: Pace,
}

impl Thresholds {
    /// Counts, and tells of pools of which more is in use than was, and than should be.
    pub(super) fn look_after(&self, manager: &Manager, pools: &Pools) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that does not answer is told of elsewhere; it is asked again in a moment.
        let _ = progress.count(manager, pools);
    }
}

impl Progress {
    fn count(&mut self, manager: &Manager, pools: &Pools) -> Result<(), Refusal> {
        let pools = pools.now(manager)?;
        self.seen.retain(|path, _| pools.get(path).is_some_and(|pool| pool.most.is_some()));
        let watched = pools.iter().filter_map(|(path, pool)| Some((path, pool, pool.most?)));
        let (counted, others): (Vec<_>, Vec<_>) =
            watched.partition(|(_, pool, _)| pool.statistic().is_some());
        let seen = &mut self.seen;
        self.pace.keep(|| {
            let all = if counted.len() > MANY { Some(statistics(manager)?) } else { None };
            for (path, pool, most) in counted {
                let of_all = |name| all.as_ref().map(|all| all.get(name).copied().unwrap_or(0));
                let allocated = match pool.statistic().and_then(of_all) {
                    Some(value) => value,
                    None => pool.allocated(manager)?,
                };
                seen.entry(path.clone()).or_default().note(manager, pool, most, allocated);
            }
            Ok::<_, Refusal>(())
        })?;
        for (path, pool, most) in others {
            let seen = self.seen.entry(path.clone()).or_default();
            if let Some(allocated) = seen.pace.keep(|| pool.allocated(manager))? {
                seen.note(manager, pool, most, allocated);
            }
        }
        Ok(())
    }
}

impl Seen {
    /// So much is in use now.
    fn note(&mut self, manager: &Manager, pool: &Pool, most: u64, allocated: u64) {
        let was_exceeded = std::mem::replace(&mut self.is_exceeded, allocated > most);
        if self.is_exceeded && !was_exceeded {
            notify(manager, pool, most, allocated);
        }
    }
}

/// When something that takes its time is done again.
#[derive(Default)]
struct Pace(Option<Instant>);

impl Pace {
    /// Does it, unless it rests from the last time.
    fn keep<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<Option<T>, E> {
        let started = Instant::now();
        if self.0.is_some_and(|rest| started < rest) {
            return Ok(None);
        }
        let done = work();
        let ended = Instant::now();
        self.0 = ended.checked_add((ended - started) * REST);
        done.map(Some)
    }
}

fn statistics(manager: &Manager) -> Result<Statistics, Refusal> {
    let answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    let samples = answer.arguments.as_ref().and_then(Value::as_map);
    let samples = samples.into_iter().flat_map(|map| map.iter());
    let value = |(name, samples): (&str, &Value)| Some((name.to_owned(), newest(samples)?.0));
    Ok(samples.filter_map(value).collect())
}

fn notify(manager: &Manager, pool: &Pool, most: u64, allocated: u64) {
    let (name, total_leaf, most_leaf, count_leaf) = match pool.kind {
        Kind::Addresses => (
            "address-pool-utilization-threshold-exceeded",
            "total-pool-addresses",
            "max-allocated-addresses",
            "allocated-address-count",
        ),
        Kind::Prefixes => (
            "prefix-pool-utilization-threshold-exceeded",
            "total-pool-prefixes",
            "max-allocated-prefixes",
            "allocated-prefixes-count",
        ),
    };
    manager.notify(&format!("{IETF6}:{name}"), |exceeded| {
        exceeded.leaf("pool-id", &pool.id)?;
        exceeded.leaf(total_leaf, &pool.total.to_string())?;
        exceeded.leaf(most_leaf, &most.to_string())?;
        exceeded.leaf(count_leaf, &allocated.to_string())
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_takes_long_is_done_seldom() {
        let mut pace = Pace::default();
        let long = || -> Result<u8, ()> {
            std::thread::sleep(Duration::from_millis(20));
            Ok(1)
        };
        assert_eq!(pace.keep(long), Ok(Some(1)));
        assert_eq!(pace.keep(long), Ok(None));
        pace.0 = Some(Instant::now());
        assert_eq!(pace.keep(|| Err::<(), _>(7)), Err(7));
    }
}
