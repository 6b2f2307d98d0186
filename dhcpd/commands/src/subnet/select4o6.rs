//! `subnet4o6-select-test`: which subnet a query of DHCPv4 over DHCPv6 would be about.

use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::V4;
use serde::Deserialize;

use super::{interface_id, selected};
use crate::arguments::read;
use crate::{Failure, Server};

/// What a query may say. Only what 4o6 parameters of subnets are about counts; Kea takes the rest too,
/// and refuses addresses that are none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Query {
    interface: Option<String>,
    interface_id: Option<String>,
    remote: Option<Ipv6Addr>,
    #[serde(default)]
    classes: Vec<String>,
    #[serde(rename = "link")]
    _link: Option<Ipv6Addr>,
    #[serde(rename = "local")]
    _local: Option<Ipv6Addr>,
    #[serde(rename = "address")]
    _address: Option<Ipv4Addr>,
    #[serde(rename = "relay")]
    _relay: Option<Ipv4Addr>,
    #[serde(rename = "subnet")]
    _subnet: Option<Ipv4Addr>,
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
