//! The values of all statistics: counters, and gauges that follow from leases and configuration.

use std::collections::HashMap;

use ruru_config::pool_kind;
use ruru_config::v4::Subnet;
use ruru_json::Value;
use ruru_lease::{Resource, SubnetId};
use ruru_observe::counters::{CounterSet, Pool4, Server4, Subnet4};
use ruru_store::{Counts, Scope as Counted};

use crate::Server;

type CountsByPool = HashMap<Counted, Counts>;

/// Which statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the server, of subnets and of pools.
    All,
    /// Those of the server.
    Global,
}

/// The value of one statistic.
pub(super) fn one(server: &Server, name: &str) -> Option<u64> {
    let counts = server.leases.counts();
    let Some(rest) = name.strip_prefix("subnet[") else {
        return global(server, &counts).into_iter().find(|(n, _)| n == name).map(|(_, v)| v);
    };
    let (id, _) = rest.split_once(']')?;
    let subnet = server.config.subnet(SubnetId(id.parse().ok()?))?;
    of_subnet(server, subnet, &counts).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

/// All statistics of a scope, in the order of their names within each subnet.
pub(super) fn all(server: &Server, scope: Scope) -> Vec<(String, u64)> {
    let counts = server.leases.counts();
    let mut values = global(server, &counts);
    if scope == Scope::All {
        for subnet in server.config.subnets() {
            values.extend(of_subnet(server, subnet, &counts));
        }
    }
    values
}

/// The rows of `stat-lease4-get`.
pub(super) fn lease_rows(server: &Server, first: u32, last: u32) -> Vec<Value> {
    let counts = server.leases.counts();
    let by_subnet = sums(&counts);
    server
        .config
        .subnets()
        .filter(|subnet| (first..=last).contains(&subnet.id.0))
        .map(|subnet| {
            let counts = by_subnet.get(&subnet.id).copied().unwrap_or_default();
            let row = [
                subnet.id.0.into(),
                total(subnet.total(Resource::Address)),
                subnet.counters.get(Subnet4::CumulativeAssigned),
                counts.assigned,
                counts.declined,
            ];
            Value::from(row.map(Value::from).to_vec())
        })
        .collect()
}

fn global(server: &Server, counts: &CountsByPool) -> Vec<(String, u64)> {
    let counters = &server.registry.server;
    let mut values: Vec<(String, u64)> = Server4::ALL
        .iter()
        .map(|counter| (counter.name().to_owned(), counters.get(*counter)))
        .collect();
    let sum = |field: fn(&Counts) -> u64| counts.values().map(field).sum();
    values.push(("assigned-addresses".into(), sum(|counts| counts.assigned)));
    values.push(("declined-addresses".into(), sum(|counts| counts.declined)));
    values.sort();
    values
}

fn of_subnet(server: &Server, subnet: &Subnet, counts: &CountsByPool) -> Vec<(String, u64)> {
    let id = subnet.id;
    let mut values = Vec::new();
    let mut add = |name: String, value| values.push((format!("subnet[{id}].{name}"), value));
    let mut sum = Counts::default();
    for ((kind, pool_id), size) in server.config.pool_totals(subnet) {
        let counts = counts.get(&(id, kind, pool_id)).copied().unwrap_or_default();
        let counters = server.registry.pool(id.0, pool_kind(kind), pool_id.0);
        let mut of_pool = |name: &str, value| add(format!("pool[{pool_id}].{name}"), value);
        of_pool("total-addresses", total(size));
        of_pool("assigned-addresses", counts.assigned);
        of_pool("declined-addresses", counts.declined);
        for counter in Pool4::ALL {
            of_pool(counter.name(), counters.get(*counter));
        }
    }
    // Leases outside any pool, of reservations, count for the subnet all the same.
    for (_, counts) in counts.iter().filter(|((subnet, ..), _)| *subnet == id) {
        sum.assigned += counts.assigned;
        sum.declined += counts.declined;
    }
    add("total-addresses".into(), total(subnet.total(Resource::Address)));
    add("assigned-addresses".into(), sum.assigned);
    add("declined-addresses".into(), sum.declined);
    for counter in Subnet4::ALL {
        add(counter.name().into(), subnet.counters.get(*counter));
    }
    values.sort();
    values
}

fn sums(counts: &CountsByPool) -> HashMap<SubnetId, Counts> {
    let mut sums: HashMap<SubnetId, Counts> = HashMap::new();
    for ((subnet, ..), counts) in counts {
        let sum = sums.entry(*subnet).or_default();
        sum.assigned += counts.assigned;
        sum.declined += counts.declined;
    }
    sums
}

/// A number of addresses of DHCPv4, of which there are fewer than 2^64 even if all pools are the
/// same.
fn total(size: u128) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
