//! `subnet4o6-select-test`: which subnet a query of DHCPv4 over DHCPv6 would be about.

use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::V4;
use serde::Deserialize;

use super::{interface_id, selected};
use crate::arguments::read;
use crate::{Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "Kea takes more than counts, and checks it")]
struct Query {
    interface: Option<String>,
    interface_id: Option<String>,
    remote: Option<Ipv6Addr>,
    link: Option<Ipv6Addr>,
    local: Option<Ipv6Addr>,
    address: Option<Ipv4Addr>,
    relay: Option<Ipv4Addr>,
    subnet: Option<Ipv4Addr>,
    #[serde(default)]
    classes: Vec<String>,
}

/// `subnet4o6-select-test`
pub(crate) fn select_test(server: &mut Server<V4>, arguments: &Value) -> Result<Answer, Failure> {
    let query: Query = read(arguments)?;
    let is_member = |class: &str| class == "ALL" || query.classes.iter().any(|name| name == class);
    let interface_id = query.interface_id.as_deref().map(interface_id).transpose()?;
    // No subnet has an interface without a name.
    let interface = query.interface.as_deref().unwrap_or_default();
    let config = &server.config;
    Ok(selected(config.subnet_over6(query.remote, interface_id.as_deref(), interface, is_member)))
}
