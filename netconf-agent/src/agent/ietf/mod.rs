//! What RFC 9243 shows and tells of a DHCPv6 server beside its configuration: the leases of each pool,
//! counters of messages, operations that delete leases, and notifications of pools that run out.
//!
//! Of its notifications these are the two that have a source: servers do not tell the agent of single
//! messages, so it says nothing of clients that are invalid, decline or get a status other than success.

mod calls;
mod counters;
mod leases;
mod pool;
mod thresholds;

use std::sync::Arc;

use ruru_sysrepo::{Error, Subscription};

pub(super) use thresholds::Thresholds;

use super::manager::Manager;
use super::model::IETF6;

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
