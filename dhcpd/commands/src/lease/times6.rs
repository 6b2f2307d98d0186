//! `lease6-get-times`: what RFC 9243 tells of leases and Kea's commands do not. Kea has nothing like it.

use std::net::Ipv6Addr;

use ruru_command::Answer;
use ruru_json::{Map, Value};
use ruru_lease::{Lease6, State, Time, V6};
use serde::Deserialize;

use super::address;
use crate::arguments::read;
use crate::{Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Addresses {
    ip_addresses: Vec<String>,
}

/// `lease6-get-times`: of leases that clients have, by their addresses or the first ones of their
/// prefixes, `allocated`, when the client was given it, unless that was before the server started; and
/// `t1` and `t2`, as clients are told them by the configuration.
pub(crate) fn get_times(server: &mut Server<V6>, arguments: &Value) -> Result<Answer, Failure> {
    let Addresses { ip_addresses } = read(arguments)?;
    let addresses: Vec<Ipv6Addr> =
        ip_addresses.iter().map(|text| address::<V6>(text)).collect::<Result<_, _>>()?;
    let batch = server.leases.batch();
    let leases = addresses.into_iter().filter_map(|address| batch.get(address));
    let held = leases.filter(|lease| matches!(lease.state, State::Assigned | State::Registered));
    let times: Vec<Value> = held.map(|lease| times(server, &lease)).collect();
    let text = format!("{} IPv6 lease(s) found.", times.len());
    Ok(Answer::success(text).with(Value::object([("leases", Value::from(times))])))
}

fn times(server: &Server<V6>, lease: &Lease6) -> Value {
    let mut map = Map::default();
    if lease.began != Time(0) {
        map.append("allocated", lease.began.0);
    }
    map.append("ip-address", lease.address.to_string());
    if let Some(subnet) = server.config.subnet(lease.subnet_id) {
        let (t1, t2) = subnet.effective.tee_times.for_preferred(lease.preferred_lifetime);
        map.append("t1", t1);
        map.append("t2", t2);
    }
    map.into()
}
