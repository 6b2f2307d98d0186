//! A configuration and packets, and how they become a scenario.

use std::path::Path;

use anyhow::Context;
use ruru_json::Value;

use super::compared::Compared;
use crate::scenario::Scenario;

/// A configuration and the packets that are shown to it one after another.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The value of `Dhcp4` or `Dhcp6`.
    pub(super) config: Value,
    /// As the `in` of a scenario's steps.
    pub(super) packets: Vec<Value>,
}

impl Case {
    /// The scenario; nothing is said of what comes out.
    pub(super) fn scenario<P: Compared>(&self) -> anyhow::Result<Scenario<P>> {
        let step = |packet: &Value| Value::object([("in", packet.clone())]);
        let steps: Vec<Value> = self.packets.iter().map(step).collect();
        let root = Value::object([("config", self.config.clone()), ("steps", Value::from(steps))]);
        Scenario::of(Path::new(P::DIRECTORY), root)
    }
}

/// Whether it is a DHCPRELEASE, or a RELEASE.
pub(super) fn is_release(packet: &Value) -> bool {
    packet.get("type").and_then(Value::as_text) == Some("RELEASE")
}

/// A packet as a scenario reads it.
pub(super) fn packet<P: Compared>(value: &Value) -> anyhow::Result<P::Packet> {
    ruru_json::from_value(value).with_context(|| value.to_string())
}
