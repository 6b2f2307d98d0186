//! What a lease remembers of relays, under `ISC` in its user context: `relay-agent-info` of DHCPv4,
//! `relay-info` of DHCPv6.

use ruru_json::{Document, Value, compact};
use ruru_wire::ColonHex;
use ruru_wire::v4::RelaySubOption;
use ruru_wire::v4::options::RelayAgentInformation;
use ruru_wire::v6::{OptionCode, Relay, option_bytes};

/// A user context with what a relay told.
pub(crate) fn with_relay_agent(context: Option<&str>, content: &[u8]) -> Box<str> {
    with(context, "relay-agent-info", relay_agent_info(content))
}

/// A user context with what relays told, the one nearest to the server first.
pub(crate) fn with_relays<'r>(
    context: Option<&str>,
    relays: impl Iterator<Item = &'r Relay<'r>>,
) -> Box<str> {
    let relays: Vec<Value> = relays.map(relay_info).collect();
    with(context, "relay-info", Value::from(relays))
}

fn with(context: Option<&str>, name: &str, info: Value) -> Box<str> {
    let mut context = context.and_then(read).unwrap_or_else(Value::map);
    if let Some(map) = context.as_map_mut() {
        let mut isc = map.get("ISC").filter(|isc| isc.as_map().is_some()).cloned();
        let isc = isc.get_or_insert_with(Value::map);
        if let Some(isc) = isc.as_map_mut() {
            isc.insert(name, info);
        }
        map.insert("ISC", isc.clone());
    }
    compact(&context).into()
}

/// The relay agent information option that a user context remembers.
pub(crate) fn relay_agent(context: &str) -> Option<Vec<u8>> {
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

fn relay_info(relay: &Relay<'_>) -> Value {
    let mut options = Vec::new();
    for (code, content) in relay.options.iter().filter(|(code, _)| *code != OptionCode::RELAY_MSG) {
        option_bytes(&mut options, code, content);
    }
    let all = (!options.is_empty()).then(|| format!("0x{}", hex(&options)));
    let told = |code| relay.options.get(code).map(hex);
    let texts = [
        ("link", Some(relay.link_address.to_string())),
        ("options", all),
        ("peer", Some(relay.peer_address.to_string())),
        ("relay-id", told(OptionCode::RELAY_ID)),
        ("remote-id", told(OptionCode::REMOTE_ID)),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Value::from(text?))));
    let hops = ("hop", Value::from(u32::from(relay.hop_count)));
    Value::object(std::iter::once(hops).chain(texts))
}

fn hex(bytes: &[u8]) -> String {
    ColonHex(bytes).to_string().replace(':', "").to_uppercase()
}
