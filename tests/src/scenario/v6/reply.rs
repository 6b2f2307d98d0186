//! A reply as a scenario writes it.

use std::fmt;
use std::net::Ipv6Addr;

use anyhow::Context;
use ruru_json::{Map, Value};
use ruru_lease::V6;
use ruru_wire::v6::{OptionCode, Options, Query};

use super::{OUR_DUID, association, options};
use crate::scenario::Reply;
use crate::scenario::text::hexadecimal;

/// Where a reply goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The address.
    pub address: Ipv6Addr,
    /// The port.
    pub port: u16,
    /// The interface that it leaves by.
    pub interface: String,
}

/// In the words of a scenario; what is copied from the query and right is left out.
pub(super) fn describe(reply: &Reply<V6>, query: &[u8], local: Ipv6Addr) -> anyhow::Result<Value> {
    let message = Query::decode(&reply.message).context("the reply")?;
    let query = Query::decode(query).context("the query of the reply")?;
    let mut map = Map::default();
    let kind = message.message_type.name().unwrap_or("of no known type");
    map.insert("type", kind.replace('_', "-"));
    map.insert("to", reply.to.to_string());
    if reply.from != local {
        map.insert("from", reply.from.to_string());
    }
    if message.transaction_id != query.transaction_id {
        map.insert("transaction-id", message.transaction_id);
    }
    if !query.relays.is_empty() || !message.relays.is_empty() {
        map.insert("relays", relays(&message, &query));
    }
    let own = [
        ("duid", OptionCode::CLIENT_ID, query.options.get(OptionCode::CLIENT_ID)),
        ("server-id", OptionCode::SERVER_ID, Some(&OUR_DUID[..])),
    ];
    for (name, code, expected) in own {
        if message.options.get(code) != expected {
            map.insert(name, message.options.get(code).map_or("".to_owned(), hexadecimal));
        }
    }
    let mut associations = Vec::new();
    for (code, content) in message.options.iter() {
        match code {
            OptionCode::IA_NA | OptionCode::IA_PD => {
                associations.push(association::describe(code, content)?);
            }
            OptionCode::IAADDR => {
                map.insert("address", association::describe_address(content)?);
            }
            OptionCode::STATUS_CODE => {
                map.insert("status", association::status(content)?);
            }
            _ => {}
        }
    }
    if !associations.is_empty() {
        map.insert("ias", associations);
    }
    let others = described(&message.options, |code| {
        !matches!(
            code,
            OptionCode::CLIENT_ID
                | OptionCode::SERVER_ID
                | OptionCode::IA_NA
                | OptionCode::IA_PD
                | OptionCode::IAADDR
                | OptionCode::STATUS_CODE
        )
    });
    if !others.is_empty() {
        map.insert("options", others);
    }
    Ok(map.into())
}

/// What goes back to each relay, the one next to the server first; the header only if it is not
/// the query's.
fn relays(message: &Query<'_>, query: &Query<'_>) -> Vec<Value> {
    let all = message.relays.iter().enumerate().map(|(at, relay)| {
        let mut map = described(&relay.options, |_| true);
        let header = (relay.hop_count, relay.link_address, relay.peer_address);
        let sent = query.relays.get(at);
        if sent.map(|sent| (sent.hop_count, sent.link_address, sent.peer_address)) != Some(header) {
            map.insert("hop", u32::from(relay.hop_count));
            map.insert("link", relay.link_address.to_string());
            map.insert("peer", relay.peer_address.to_string());
        }
        Value::from(map)
    });
    all.collect()
}

/// Options by name; several of one code are a list.
fn described(all: &Options<'_>, is_wanted: impl Fn(OptionCode) -> bool) -> Map {
    let mut map = Map::default();
    let mut before = None;
    for (code, _) in all.iter().filter(|(code, _)| is_wanted(*code)) {
        if before.replace(code) == Some(code) {
            continue;
        }
        let mut same: Vec<Value> =
            all.all(code).map(|content| options::decode(code, content)).collect();
        let value = if same.len() == 1 { same.remove(0) } else { Value::from(same) };
        map.insert(options::name(code), value);
    }
    map
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, port, interface } = self;
        if address.is_unicast_link_local() {
            write!(f, "[{address}%{interface}]:{port}")
        } else {
            write!(f, "[{address}]:{port}")
        }
    }
}
