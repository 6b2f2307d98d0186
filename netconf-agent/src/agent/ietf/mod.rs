//! What RFC 9243 shows and tells of a DHCPv6 server beside its configuration: the leases of each pool,
//! counters of messages, operations that delete leases, and notifications: of pools that run out, and
//! of clients that are invalid, decline, or get a status other than success.

mod calls;
mod counters;
mod incidents;
mod leases;
mod pool;
mod thresholds;

use std::sync::Arc;

use ruru_sysrepo::{Error, Subscription};

use super::manager::Manager;
use super::model::IETF6;
use incidents::Incidents;
use thresholds::Thresholds;

/// Sends the notifications.
#[derive(Default)]
pub(super) struct Notifier {
    thresholds: Thresholds,
    incidents: Incidents,
}

impl Notifier {
    /// Asks the server, and tells of what is new.
    pub(super) fn look_after(&self, manager: &Manager) {
        self.thresholds.look_after(manager);
        self.incidents.look_after(manager);
    }

    /// The configuration has changed.
    pub(super) fn forget(&self) {
        self.thresholds.forget();
    }
}

/// The path of something in the container of the ranges.
fn in_ranges(rest: &str) -> String {
    format!("/{IETF6}:dhcpv6-server/allocation-ranges/{rest}")
}

/// Provides what is operational.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    leases::provide(subscription, manager)?;
    counters::provide(subscription, manager)
}

/// Answers the operations.
pub(super) fn answer_calls(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    calls::answer(subscription, manager)
}
