//! Pools that run out: the notifications of thresholds that are exceeded.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Datastore, Error, Refusal, Tree};

use super::super::leases::failed;
use super::super::manager::Manager;
use super::super::model::IETF6;
use super::super::statistics::{Statistics, newest};
use super::pool::{Kind, Pool};
use super::pools::Pools;
use crate::log::Event;

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
    /// The paths of the pools of which more was in use than should be when they were last counted.
    exceeded: BTreeSet<String>,
    /// There is a rest until then.
    rest: Option<Instant>,
}

impl Thresholds {
    /// Counts, and tells of pools of which more is in use than was, and than should be.
    pub(super) fn look_after(&self, manager: &Manager, pools: &Pools) {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let started = Instant::now();
        if progress.rest.is_some_and(|rest| started < rest) {
            return;
        }
        // A server that does not answer is told of elsewhere; it is asked again in a moment.
        let _ = progress.count(manager, pools);
        let ended = Instant::now();
        progress.rest = ended.checked_add((ended - started) * REST);
    }
}

impl Progress {
    fn count(&mut self, manager: &Manager, pools: &Pools) -> Result<(), Refusal> {
        let pools = pools.now(manager)?;
        let watched = || pools.iter().filter_map(|(path, pool)| Some((path, pool, pool.most?)));
        self.exceeded.retain(|path| pools.get(path).is_some_and(|pool| pool.most.is_some()));
        let all = if watched().count() > MANY { Some(statistics(manager)?) } else { None };
        for (path, pool, most) in watched() {
            let of_all = |name| all.as_ref().map(|all| all.get(name).copied());
            let allocated = match pool.statistic().and_then(of_all) {
                Some(value) => value.unwrap_or(0),
                None => pool.allocated(manager)?,
            };
            if allocated <= most {
                self.exceeded.remove(path);
            } else if self.exceeded.insert(path.clone())
                && let Err(error) = notify(manager, pool, most, allocated)
            {
                let reason = error.to_string();
                manager.log.write(&Event::NotificationFailed { reason: &reason });
            }
        }
        Ok(())
    }
}

fn statistics(manager: &Manager) -> Result<Statistics, Refusal> {
    let answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    let samples = answer.arguments.as_ref().and_then(Value::as_map);
    let samples = samples.into_iter().flat_map(|map| map.iter());
    let value = |(name, samples): (&str, &Value)| Some((name.to_owned(), newest(samples)?.0));
    Ok(samples.filter_map(value).collect())
}

fn notify(manager: &Manager, pool: &Pool, most: u64, allocated: u64) -> Result<(), Error> {
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
    let session = manager.connection.session(Datastore::Running)?;
    let context = manager.connection.context()?;
    let mut notification = Tree::new(&context);
    {
        let mut root = notification.build();
        let mut exceeded = root.container(&format!("{IETF6}:{name}"))?;
        exceeded.leaf("pool-id", &pool.id)?;
        exceeded.leaf(total_leaf, &pool.total.to_string())?;
        exceeded.leaf(most_leaf, &most.to_string())?;
        exceeded.leaf(count_leaf, &allocated.to_string())?;
    }
    session.notify(&notification, None)
}
