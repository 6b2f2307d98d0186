//! What RFC 9243 shows and tells of a DHCPv6 server beside its configuration: the leases of each pool,
//! counters of messages, operations that delete leases, and notifications: of pools that run out, and
//! of clients that are invalid, decline, or get a status other than success.

mod calls;
mod counters;
mod incidents;
mod leases;
mod pool;
mod pools;
mod thresholds;

use std::sync::Arc;

use ruru_sysrepo::{Builder, ChangeOptions, Error, Node, Subscription};

use super::manager::Manager;
use super::model::IETF6;
use incidents::Incidents;
use pools::Pools;
use thresholds::Thresholds;

/// What is watched.
#[derive(Default)]
pub(super) struct Watch {
    pools: Arc<Pools>,
    thresholds: Thresholds,
    incidents: Incidents,
}

impl Watch {
    /// Asks the server, and sends notifications of what is new.
    pub(super) fn look_after(&self, manager: &Manager) {
        self.thresholds.look_after(manager, &self.pools);
        self.incidents.look_after(manager);
    }
}

/// The path of something in the container of the ranges.
fn in_ranges(rest: &str) -> String {
    format!("/{IETF6}:dhcpv6-server/allocation-ranges/{rest}")
}

/// Adds who a client says it is, which need not be a DUID.
fn add_duid(builder: &mut Builder<'_>, leaf: &str, duid: &str) -> Result<(), Error> {
    let duid = duid.replace(':', "");
    let schema = builder.node().and_then(Node::schema).and_then(|schema| schema.child(leaf));
    match schema.is_some_and(|schema| schema.check_value(&duid).is_ok()) {
        true => builder.leaf(leaf, &duid),
        false => Ok(()),
    }
}

/// Provides what is operational.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
    watch: &Watch,
) -> Result<(), Error> {
    leases::provide(subscription, manager, &watch.pools)?;
    counters::provide(subscription, manager)
}

/// Hears of changes of the configuration.
pub(super) fn hear(subscription: &mut Subscription, watch: &Watch) -> Result<(), Error> {
    let pools = Arc::clone(&watch.pools);
    let options =
        ChangeOptions { module: IETF6, done_only: true, passive: true, ..ChangeOptions::default() };
    subscription.on_change(options, move |_event| {
        pools.forget();
        Ok(())
    })
}

/// Answers the operations.
pub(super) fn answer_calls(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    calls::answer(subscription, manager)
}
