//! `subnet6-select-test`: which subnet a query would be about.

use std::net::Ipv6Addr;

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::V6;
use serde::Deserialize;

use super::{interface_id, selected};
use crate::arguments::read;
use crate::{Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Query {
    interface: Option<String>,
    interface_id: Option<String>,
    remote: Option<Ipv6Addr>,
    link: Option<Ipv6Addr>,
    #[serde(default)]
    classes: Vec<String>,
}

/// `subnet6-select-test`
pub(crate) fn select_test(server: &mut Server<V6>, arguments: &Value) -> Result<Answer, Failure> {
    let query: Query = read(arguments)?;
    let config = &server.config;
    let is_member = |class: &str| class == "ALL" || query.classes.iter().any(|name| name == class);
    let interface_id = query.interface_id.as_deref().map(interface_id).transpose()?;
    let link = query.link.filter(|link| !link.is_unspecified());
    let found = if link.is_none() && interface_id.is_none() {
        let interface = query.interface.as_deref();
        interface
            .and_then(|name| config.subnet_of_interface(name, is_member))
            .or_else(|| query.remote.and_then(|at| config.subnet_containing(at, is_member)))
    } else {
        interface_id
            .and_then(|id| config.subnet_of_interface_id(&id, is_member))
            .or_else(|| link.and_then(|link| config.subnet_of_relay(link, is_member)))
            .or_else(|| link.and_then(|link| config.subnet_containing(link, is_member)))
    };
    Ok(selected(found))
}
