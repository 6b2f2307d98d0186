//! From a subnet of JSON to an allocation range with its pools and reservations.

use std::collections::HashSet;
use std::net::IpAddr;

use ruru_json::{At, Map, Value};
use ruru_sysrepo::Builder;

use super::duid;
use super::import::Import;
use crate::path::JsonPath;
use crate::pool::Range;
use crate::to_yang::{as_list, as_map, as_text};
use crate::{Fault, prefix};

/// A pool of JSON on its way.
struct Pool {
    /// What is left of its members.
    rest: Map,
    at: At,
    /// Its addresses.
    range: Range,
    /// The smallest prefix around them.
    prefix: String,
    /// The length of delegated prefixes, of a pool of those.
    delegated: Option<String>,
    /// The name in YANG.
    name: String,
    /// The number, where the name does not say it.
    number: Option<String>,
    /// Address or prefix, client, and options.
    reservations: Vec<(String, String, Option<Value>)>,
}

impl Import<'_> {
    /// Adds a subnet; answers its identifier.
    pub(super) fn range(
        &mut self,
        subnet: &Value,
        ranges: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<String, Fault> {
        let mut map = as_map(subnet, path)?.clone();
        let missing = |key: &str| path.fault(subnet.at, format!("\"{key}\" is missing: add it"));
        let id = map.remove("id").ok_or_else(|| missing("id"))?;
        let id = match id.as_int() {
            Some(id @ 1..=4_294_967_294) => id.to_string(),
            _ => {
                return Err(path.key("id").fault(id.at, "must be an integer from 1 to 4294967294"));
            }
        };
        let network = map.remove("subnet").ok_or_else(|| missing("subnet"))?;
        let here = path.key("subnet");
        let text = as_text(&network, &here)?;
        if !self.ids.insert(id.clone()) {
            let message = "a subnet before it has the same id: change or remove one";
            return Err(path.key("id").fault(subnet.at, message));
        }
        let mut range = ranges
            .list("allocation-range", &[&id])
            .map_err(|error| path.because(subnet.at, error))?;
        range.leaf("network-prefix", text).map_err(|error| here.because(network.at, error))?;
        self.times(&mut map, &mut range, path)?;
        if let Some(value) = map.remove("rapid-commit") {
            let here = path.key("rapid-commit");
            let Some(flag) = value.as_bool() else {
                let message = format!("must be true or false, not {}", value.kind());
                return Err(here.fault(value.at, message));
            };
            range
                .leaf("rapid-commit", &flag.to_string())
                .map_err(|error| here.because(value.at, error))?;
        }
        Self::description(&mut map, &mut range, path)?;
        let set = format!("range-{id}");
        self.options(&set, &mut map, &mut range, path)?;
        let mut pools = pools(&mut map, path)?;
        let mut prefix_pools = prefix_pools(&mut map, path)?;
        if let Some(hosts) = map.remove("reservations") {
            let left = distribute(hosts, &mut pools, &mut prefix_pools);
            map.insert("reservations", left);
        }
        self.pools(&set, pools, &mut range, &path.key("pools"))?;
        self.pools(&set, prefix_pools, &mut range, &path.key("pd-pools"))?;
        self.settings(&self.ietf.range, &map, &mut range, path)?;
        Ok(id)
    }

    fn pools(
        &mut self,
        set: &str,
        pools: Vec<Pool>,
        range: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let Some(first) = pools.first() else { return Ok(()) };
        let kind = if first.delegated.is_some() { "prefix" } else { "address" };
        let at = first.at;
        let mut holder =
            range.container(&format!("{kind}-pools")).map_err(|error| path.because(at, error))?;
        for (index, pool) in pools.into_iter().enumerate() {
            self.pool(
                &format!("{set}/{kind}-pool-{}", pool.name),
                pool,
                &mut holder,
                &path.index(index),
            )?;
        }
        Ok(())
    }

    fn pool(
        &mut self,
        set: &str,
        mut pool: Pool,
        holder: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let fault = |error| path.because(pool.at, error);
        let (list, plan) = match pool.delegated {
            None => ("address-pool", &self.ietf.pool),
            Some(_) => ("prefix-pool", &self.ietf.prefix_pool),
        };
        let mut builder = holder.list(list, &[&pool.name]).map_err(fault)?;
        builder.leaf("pool-prefix", &pool.prefix).map_err(fault)?;
        match &pool.delegated {
            None => {
                builder.leaf("start-address", &pool.range.first.to_string()).map_err(fault)?;
                builder.leaf("end-address", &pool.range.last.to_string()).map_err(fault)?;
            }
            Some(length) => builder.leaf("client-prefix-length", length).map_err(fault)?,
        }
        self.options(set, &mut pool.rest, &mut builder, path)?;
        if !pool.reservations.is_empty() {
            let mut holder = builder.container("host-reservations").map_err(fault)?;
            let list = match pool.delegated {
                None => "host-reservation",
                Some(_) => "prefix-reservation",
            };
            for (reserved, client, options) in std::mem::take(&mut pool.reservations) {
                let mut host = holder.list(list, &[&reserved]).map_err(fault)?;
                host.leaf("client-duid", &client).map_err(fault)?;
                let mut own = Map::default();
                if let Some(options) = options {
                    own.insert("option-data", options);
                }
                self.options(&format!("{set}/{reserved}"), &mut own, &mut host, path)?;
            }
        }
        if pool.rest.is_empty() && pool.number.is_none() {
            return Ok(());
        }
        let mut settings = builder.container(super::SETTINGS).map_err(fault)?;
        if let Some(number) = &pool.number {
            settings.leaf("number", number).map_err(fault)?;
        }
        self.walk(plan, &pool.rest, &mut settings, path)
    }
}

/// Takes the pools of addresses out of a subnet.
fn pools(map: &mut Map, path: &JsonPath<'_>) -> Result<Vec<Pool>, Fault> {
    let Some(list) = map.remove("pools") else { return Ok(Vec::new()) };
    let here = path.key("pools");
    let mut pools = Vec::new();
    for (index, value) in as_list(&list, &here)?.iter().enumerate() {
        let here = here.index(index);
        let mut rest = as_map(value, &here)?.clone();
        let text = rest
            .remove("pool")
            .ok_or_else(|| here.fault(value.at, "\"pool\" is missing: add it"))?;
        let read = text.as_text().and_then(Range::read).filter(|range| range.first.is_ipv6());
        let range = read.filter(|range| range.first <= range.last).ok_or_else(|| {
            let message = "must be \"FIRST - LAST\" or \"ADDRESS/LENGTH\"";
            here.key("pool").fault(text.at, message)
        })?;
        let prefix = around(&range);
        let name = match &range.prefix {
            Some(prefix) => prefix.clone(),
            None => format!("{}-{}", range.first, range.last),
        };
        let at = value.at;
        let reservations = Vec::new();
        pools.push(Pool {
            rest,
            at,
            range,
            prefix,
            delegated: None,
            name,
            number: None,
            reservations,
        });
    }
    number(&mut pools, &here)?;
    Ok(pools)
}

/// Takes the pools of prefixes out of a subnet.
fn prefix_pools(map: &mut Map, path: &JsonPath<'_>) -> Result<Vec<Pool>, Fault> {
    let Some(list) = map.remove("pd-pools") else { return Ok(Vec::new()) };
    let here = path.key("pd-pools");
    let mut pools = Vec::new();
    for (index, value) in as_list(&list, &here)?.iter().enumerate() {
        let here = here.index(index);
        let mut rest = as_map(value, &here)?.clone();
        let address = rest
            .remove("prefix")
            .ok_or_else(|| here.fault(value.at, "\"prefix\" is missing: add it"))?;
        let prefix = prefix::join(&address, "prefix-len", &rest, &here, &here.key("prefix"))?;
        rest.remove("prefix-len");
        let delegated = rest
            .remove("delegated-len")
            .ok_or_else(|| here.fault(value.at, "\"delegated-len\" is missing: add it"))?;
        let delegated = match delegated.as_int() {
            Some(length @ 1..=128) => length.to_string(),
            _ => {
                let message = "must be an integer from 1 to 128";
                return Err(here.key("delegated-len").fault(delegated.at, message));
            }
        };
        let range = Range::of_prefix(&prefix).filter(|range| range.prefix.is_some());
        let range = range.ok_or_else(|| {
            let message = "must be a prefix, with no bits behind its length";
            here.key("prefix").fault(address.at, message)
        })?;
        let prefix = range.prefix.clone().unwrap_or(prefix);
        let (at, name, reservations) = (value.at, prefix.clone(), Vec::new());
        let delegated = Some(delegated);
        pools.push(Pool { rest, at, range, prefix, delegated, name, number: None, reservations });
    }
    number(&mut pools, &here)?;
    Ok(pools)
}

/// Names pools by their numbers, where they have one each.
fn number(pools: &mut [Pool], path: &JsonPath<'_>) -> Result<(), Fault> {
    let mut names = HashSet::new();
    // In the order in which they come back, so that they get the same names then.
    let mut order: Vec<usize> = (0..pools.len()).collect();
    order.sort_by_key(|index| (pools[*index].range.first, pools[*index].range.last));
    for index in order {
        let (pool, here) = (&mut pools[index], path.index(index));
        let number = match pool.rest.remove("pool-id") {
            None => 0,
            Some(value) => match value.as_int() {
                Some(number @ 0..=4_294_967_294) => number,
                _ => {
                    let message = "must be an integer from 0 to 4294967294";
                    return Err(here.key("pool-id").fault(value.at, message));
                }
            },
        };
        if number > 0 && names.insert(number.to_string()) {
            pool.name = number.to_string();
        } else {
            pool.number = Some(number.to_string());
            if !names.insert(pool.name.clone()) {
                let message = "a pool before it has the same addresses: remove one";
                return Err(here.fault(pool.at, message));
            }
        }
    }
    Ok(())
}

/// The smallest prefix that has all addresses of a range.
fn around(range: &Range) -> String {
    let (IpAddr::V6(first), IpAddr::V6(last)) = (range.first, range.last) else {
        return String::new();
    };
    let length = (first.to_bits() ^ last.to_bits()).leading_zeros();
    let host = u128::MAX.checked_shr(length).unwrap_or(0);
    format!("{}/{length}", std::net::Ipv6Addr::from_bits(first.to_bits() & !host))
}

/// Gives the reservations that the RFC can say to the pools that they are in; answers the others.
fn distribute(mut hosts: Value, pools: &mut [Pool], prefix_pools: &mut [Pool]) -> Value {
    let ruru_json::Data::List(list) = &mut hosts.data else { return hosts };
    let clients = list.iter().filter_map(|host| host.get("duid")?.as_text().and_then(duid::plain));
    let (mut once, mut twice) = (HashSet::new(), HashSet::new());
    for client in clients.map(|client| client.to_ascii_lowercase()) {
        if !once.insert(client.clone()) {
            twice.insert(client);
        }
    }
    list.retain(|host| {
        let Some(host) = Host::read(host) else { return true };
        if twice.contains(&host.client.to_ascii_lowercase()) {
            return true;
        }
        let address = host.address.as_ref().map(|text| home(pools, text));
        let prefix = host.prefix.as_ref().map(|text| home(prefix_pools, text));
        if address == Some(None) || prefix == Some(None) {
            return true;
        }
        if let (Some(Some(pool)), Some(text)) = (address, host.address) {
            pools[pool].reservations.push((text, host.client.clone(), host.options));
        }
        if let (Some(Some(pool)), Some(text)) = (prefix, host.prefix) {
            prefix_pools[pool].reservations.push((text, host.client, None));
        }
        false
    });
    hosts
}

/// The pool that an address, or a prefix, is in and that has no reservation of it yet.
fn home(pools: &[Pool], reserved: &str) -> Option<usize> {
    let address = reserved.split('/').next().unwrap_or("");
    let address: IpAddr = address.parse().ok()?;
    let is_home = |pool: &Pool| {
        let is_in = pool.range.first <= address && address <= pool.range.last;
        is_in && pool.reservations.iter().all(|(other, ..)| other != reserved)
    };
    let homes = (0..pools.len()).filter(|index| is_home(&pools[*index]));
    homes.min_by_key(|index| (pools[*index].range.first, pools[*index].range.last))
}

/// A reservation that the RFC's nodes say in full: of a DUID, one address and one prefix at most,
/// and options with the address.
struct Host {
    client: String,
    address: Option<String>,
    prefix: Option<String>,
    options: Option<Value>,
}

impl Host {
    fn read(host: &Value) -> Option<Self> {
        let map = host.as_map()?;
        let known = ["duid", "ip-addresses", "prefixes", "option-data"];
        if !map.iter().all(|(key, _)| known.contains(&key)) {
            return None;
        }
        let only = |key: &str| match map.get(key).map(Value::as_list) {
            None => Some(None),
            Some(Some([one])) => one.as_text().map(str::to_owned).map(Some),
            Some(_) => None,
        };
        let (address, prefix) = (only("ip-addresses")?, only("prefixes")?);
        let address = match address {
            Some(text) => Some(text.parse::<std::net::Ipv6Addr>().ok()?.to_string()),
            None => None,
        };
        let prefix = match prefix {
            Some(text) => Some(Range::of_prefix(&text)?.prefix?),
            None => None,
        };
        let options = map.get("option-data").cloned();
        let has_place = match &options {
            Some(list) => address.is_some() && list.as_list().is_some_and(|list| !list.is_empty()),
            None => address.is_some() || prefix.is_some(),
        };
        let client = duid::plain(map.get("duid")?.as_text()?)?;
        has_place.then_some(Self { client, address, prefix, options })
    }
}
