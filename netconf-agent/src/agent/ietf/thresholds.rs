//! Pools that run out: the notifications of thresholds that are exceeded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Datastore, Error, GetOptions, Node, Refusal, Tree};

use super::super::leases::failed;
use super::super::manager::Manager;
use super::super::model::IETF6;
use super::super::statistics::{Statistics, newest};
use super::in_ranges;
use super::pool::{Kind, Pool};
use crate::log::Event;

/// From so many pools on it is cheaper to ask for all statistics at once.
const MANY: usize = 16;

/// The pools that have a threshold.
#[derive(Default)]
pub(super) struct Thresholds {
    /// Whether the configuration was read since it last changed.
    is_known: AtomicBool,
    /// By the path of the pool.
    watched: Mutex<BTreeMap<String, Watched>>,
}

/// A pool that has a threshold.
struct Watched {
    pool: Pool,
    /// How many addresses or prefixes may be in use.
    most: u64,
    /// Whether they were more when they were last counted.
    is_exceeded: bool,
}

impl Thresholds {
    /// The configuration has changed.
    pub(super) fn forget(&self) {
        self.is_known.store(false, Ordering::Release);
    }

    /// Counts, and tells of pools of which more is in use than was, and than should be.
    pub(super) fn look_after(&self, manager: &Manager) {
        // A server that does not answer is told of elsewhere; it is asked again in a moment.
        let _ = self.try_look_after(manager);
    }

    fn try_look_after(&self, manager: &Manager) -> Result<(), Refusal> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_known.swap(true, Ordering::AcqRel) {
            match read(manager, &watched) {
                Ok(now) => *watched = now,
                Err(error) => {
                    self.forget();
                    return Err(error.into());
                }
            }
        }
        let all = if watched.len() > MANY { Some(statistics(manager)?) } else { None };
        for watched in watched.values_mut() {
            let of_all = |name: String| all.as_ref().map(|all| all.get(&name).copied());
            let allocated = match watched.pool.statistic().and_then(of_all) {
                Some(value) => value.unwrap_or(0),
                None => watched.pool.allocated(manager)?,
            };
            let is_exceeded = allocated > watched.most;
            if is_exceeded
                && !watched.is_exceeded
                && let Err(error) = notify(manager, watched, allocated)
            {
                let reason = error.to_string();
                manager.log.write(&Event::NotificationFailed { reason: &reason });
            }
            watched.is_exceeded = is_exceeded;
        }
        Ok(())
    }
}

/// The pools that have a threshold now; of those that had one it is known whether it was exceeded.
fn read(
    manager: &Manager,
    before: &BTreeMap<String, Watched>,
) -> Result<BTreeMap<String, Watched>, Error> {
    let pools =
        |kind: Kind| in_ranges(&format!("allocation-range/{}[{}]", kind.list(), kind.threshold()));
    let numbers = in_ranges("allocation-range/ruru-ietf-dhcpv6:settings/number");
    let [addresses, prefixes] = Kind::ALL.map(pools);
    let session = manager.connection.session(Datastore::Running)?;
    let tree =
        session.get(&format!("{addresses} | {prefixes} | {numbers}"), GetOptions::default())?;
    let nodes = tree.roots().flat_map(Node::descend);
    let watched = nodes.filter_map(|node| {
        let pool = Pool::read(node)?;
        let percent: u128 = node.leaf(pool.kind.threshold())?.parse().ok()?;
        // RFC 9243: of the total, rounded up.
        let most = (u128::from(pool.total) * percent).div_ceil(100);
        let path = node.path();
        let is_exceeded = before.get(&path).is_some_and(|before| before.is_exceeded);
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        Some((path, Watched { pool, most, is_exceeded }))
    });
    Ok(watched.collect())
}

fn statistics(manager: &Manager) -> Result<Statistics, Refusal> {
    let answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    let samples = answer.arguments.as_ref().and_then(Value::as_map);
    let samples = samples.into_iter().flat_map(|map| map.iter());
    let value = |(name, samples): (&str, &Value)| Some((name.to_owned(), newest(samples)?.0));
    Ok(samples.filter_map(value).collect())
}

fn notify(manager: &Manager, watched: &Watched, allocated: u64) -> Result<(), Error> {
    let pool = &watched.pool;
    let (name, total, most, count) = match pool.kind {
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
        exceeded.leaf(total, &pool.total.to_string())?;
        exceeded.leaf(most, &watched.most.to_string())?;
        exceeded.leaf(count, &allocated.to_string())?;
    }
    session.notify(&notification, None)
}
