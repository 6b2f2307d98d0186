//! The pools of the configuration, read once after each change of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ruru_sysrepo::{Datastore, Error, GetOptions, Node};

use super::super::manager::Manager;
use super::in_ranges;
use super::pool::{Kind, Pool};

/// Pools by their paths.
pub(super) type ByPath = BTreeMap<String, Pool>;

/// What is known of the pools of the configuration.
#[derive(Default)]
pub(super) struct Pools {
    /// How often the configuration has changed.
    changes: AtomicU64,
    /// The pools as they were after so many changes.
    known: Mutex<Option<(u64, Arc<ByPath>)>>,
}

impl Pools {
    /// The configuration has changed.
    pub(super) fn forget(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// The pools as they are.
    pub(super) fn now(&self, manager: &Manager) -> Result<Arc<ByPath>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Before they are read: what changes meanwhile is read again the next time.
        let changes = self.changes.load(Ordering::Acquire);
        if let Some((then, pools)) = &*known
            && *then == changes
        {
            return Ok(Arc::clone(pools));
        }
        let pools = Arc::new(read(manager)?);
        *known = Some((changes, Arc::clone(&pools)));
        Ok(pools)
    }
}

fn read(manager: &Manager) -> Result<ByPath, Error> {
    let number = "ruru-ietf-dhcpv6:settings/number";
    let ranges = [in_ranges(&format!("allocation-range/{number}"))];
    let of_pools = Kind::ALL.iter().flat_map(|kind| {
        let leaves = kind.leaves().iter().copied().chain([number]);
        leaves.map(|leaf| in_ranges(&format!("allocation-range/{}/{leaf}", kind.list())))
    });
    let paths: Vec<String> = ranges.into_iter().chain(of_pools).collect();
    let session = manager.connection.session(Datastore::Running)?;
    let tree = session.get(&paths.join(" | "), GetOptions::default())?;
    let nodes = tree.roots().flat_map(Node::descend);
    let mut pools: ByPath =
        nodes.filter_map(|node| Some((node.path(), Pool::read(node)?))).collect();
    let (mut once, mut twice) = (HashSet::new(), HashSet::new());
    for name in pools.values().filter_map(Pool::statistic) {
        if !once.insert(name.to_owned()) {
            twice.insert(name.to_owned());
        }
    }
    for pool in pools.values_mut() {
        if pool.statistic().is_some_and(|name| twice.contains(name)) {
            pool.share();
        }
    }
    Ok(pools)
}
