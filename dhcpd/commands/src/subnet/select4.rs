//! `subnet4-select-test`: which subnet a query would be about.

use std::net::Ipv4Addr;

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::V4;
use serde::Deserialize;

use super::selected;
use crate::arguments::read;
use crate::{Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    interface: Option<String>,
    address: Option<Ipv4Addr>,
    relay: Option<Ipv4Addr>,
    local: Option<Ipv4Addr>,
    remote: Option<Ipv4Addr>,
    link: Option<Ipv4Addr>,
    subnet: Option<Ipv4Addr>,
    #[serde(default)]
    classes: Vec<String>,
}

/// `subnet4-select-test`
pub(crate) fn select_test(server: &mut Server<V4>, arguments: &Value) -> Result<Answer, Failure> {
    let query: Query = read(arguments)?;
    let config = &server.config;
    let is_member = |class: &str| class == "ALL" || query.classes.iter().any(|name| name == class);
    let by_address = [query.address, query.remote].into_iter().flatten().next();
    let found = if let Some(address) = query.link.or(query.subnet) {
        config.subnet_containing(address, is_member)
    } else if let Some(relay) = query.relay {
        config
            .subnet_of_relay(relay, is_member)
            .or_else(|| config.subnet_containing(relay, is_member))
    } else if let Some(address) = by_address {
        config.subnet_containing(address, is_member)
    } else {
        let interface = query.interface.as_deref();
        interface
            .and_then(|name| config.subnet_of_interface(name, is_member))
            .or_else(|| query.local.and_then(|local| config.subnet_containing(local, is_member)))
    };
    Ok(selected(found))
}
