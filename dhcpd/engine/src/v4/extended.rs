//! What a lease remembers of the relay: `relay-agent-info` under `ISC` in its user context.

use ruru_json::{Document, Value, compact};
use ruru_wire::ColonHex;
use ruru_wire::v4::RelaySubOption;
use ruru_wire::v4::options::RelayAgentInformation;

/// A user context with what a relay told.
pub(super) fn with_relay_agent(context: Option<&str>, content: &[u8]) -> Box<str> {
    let mut context = context.and_then(read).unwrap_or_else(Value::map);
    if let Some(map) = context.as_map_mut() {
        let mut isc = map.get("ISC").filter(|isc| isc.as_map().is_some()).cloned();
        let isc = isc.get_or_insert_with(Value::map);
        if let Some(isc) = isc.as_map_mut() {
            isc.insert("relay-agent-info", relay_agent_info(content));
        }
        map.insert("ISC", isc.clone());
    }
    compact(&context).into()
}

/// The relay agent information option that a user context remembers.
pub(super) fn relay_agent(context: &str) -> Option<Vec<u8>> {
    let context = read(context)?;
    let info = context.get("ISC")?.get("relay-agent-info")?;
    // Older releases of Kea wrote the option alone.
    let text = info.get("sub-options").unwrap_or(info).as_text()?;
    let digits = text.strip_prefix("0x")?;
    let octet = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(octet).collect()
}

fn read(context: &str) -> Option<Value> {
    Document::from_peer(context).ok().map(|document| document.root)
}

fn relay_agent_info(content: &[u8]) -> Value {
    let info = RelayAgentInformation(content);
    // Where there are none Kea writes no digits at all.
    let prefix = if content.is_empty() { "" } else { "0x" };
    let sub_options = Value::from(format!("{prefix}{}", hex(content)));
    let mut value = Value::object([("sub-options", sub_options)]);
    if let Some(map) = value.as_map_mut() {
        let kept =
            [("remote-id", RelaySubOption::REMOTE_ID), ("relay-id", RelaySubOption::RELAY_ID)];
        for (name, code) in kept {
            if let Some(content) = info.get(code) {
                map.insert(name, hex(content));
            }
        }
    }
    value
}

fn hex(bytes: &[u8]) -> String {
    ColonHex(bytes).to_string().replace(':', "").to_uppercase()
}
