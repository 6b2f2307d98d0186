//! DHCPv6: what a scenario says of a reply, each value by itself.

mod generate;
mod known;

use std::net::Ipv6Addr;

use ruru_json::{Data, Value};
use ruru_lease::V6;

use super::compared::Compared;
use super::judgement::Known;
use super::observed::What;
use crate::scenario::{Protocol as _, Reply};

impl Compared for V6 {
    type Generator = generate::Generator;

    const DIRECTORY: &'static str = "tests/scenarios/v6";
    const LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
    const KNOWN: Known = known::KNOWN;

    fn parts(reply: &Reply<Self>, query: &[u8]) -> anyhow::Result<Vec<(What, Vec<u8>)>> {
        let mut parts = Vec::new();
        flatten(String::new(), &Self::describe(reply, query, Self::LOCAL)?, &mut parts);
        // Both stand apart already.
        parts
            .retain(|(what, _)| !matches!(what, What::Said(way) if way == "/to" || way == "/from"));
        Ok(parts)
    }
}

/// Each value with the way to it.
fn flatten(way: String, value: &Value, parts: &mut Vec<(What, Vec<u8>)>) {
    match &value.data {
        Data::Map(map) => {
            for (name, value) in map.iter() {
                flatten(format!("{way}/{name}"), value, parts);
            }
        }
        Data::List(list) => {
            for (at, value) in list.iter().enumerate() {
                flatten(format!("{way}/{at}"), value, parts);
            }
        }
        _ => parts.push((What::Said(way), value.to_string().into_bytes())),
    }
}
