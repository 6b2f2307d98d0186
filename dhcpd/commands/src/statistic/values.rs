//! The values of all statistics: counters, and gauges that follow from leases and configuration.

use std::collections::HashMap;

use ruru_config::{Subnet, pool_kind};
use ruru_json::Value;
use ruru_lease::{Resource, SubnetId};
use ruru_observe::counters::{CounterSet, Counters, Statistics};
use ruru_store::{Counts, Scope as Counted};

use super::{Gauges, number};
use crate::{Commanded, Server};

type CountsByPool = HashMap<Counted, Counts>;

/// The counters of the server as a whole.
type OfServer<F> = <<F as ruru_config::Configured>::Statistics as Statistics>::Server;

/// Which statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the server, of subnets and of pools.
    All,
    /// Those of the server.
    Global,
}

/// The value of one statistic.
pub(super) fn one<F: Commanded>(server: &Server<F>, name: &str) -> Option<u128> {
    let counts = server.leases.counts();
    let Some(rest) = name.strip_prefix("subnet[") else {
        return global(server, &counts).into_iter().find(|(n, _)| n == name).map(|(_, v)| v);
    };
    let (id, _) = rest.split_once(']')?;
    let subnet = server.config.subnet(SubnetId(id.parse().ok()?))?;
    of_subnet(server, subnet, &counts).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

/// All statistics of a scope, in the order of their names within each subnet.
pub(super) fn all<F: Commanded>(server: &Server<F>, scope: Scope) -> Vec<(String, u128)> {
    let counts = server.leases.counts();
    let mut values = global(server, &counts);
    if scope == Scope::All {
        for subnet in server.config.subnets() {
            values.extend(of_subnet(server, subnet, &counts));
        }
    }
    values
}

/// The columns of `stat-leaseN-get`.
pub(super) fn columns<F: Commanded>() -> impl Iterator<Item = &'static str> {
    let of_resource = |gauges: &'static Gauges<F>| {
        let taken = [gauges.total, gauges.cumulative.name(), gauges.assigned];
        taken.into_iter().chain(gauges.declined)
    };
    std::iter::once("subnet-id").chain(F::GAUGES.iter().flat_map(of_resource))
}

/// The rows of `stat-leaseN-get`.
pub(super) fn lease_rows<F: Commanded>(server: &Server<F>, first: u32, last: u32) -> Vec<Value> {
    let counts = sums(&server.leases.counts());
    let subnets = server.config.subnets();
    subnets
        .filter(|subnet| (first..=last).contains(&subnet.id.0))
        .map(|subnet| {
            let mut row = vec![Value::from(subnet.id.0)];
            for gauges in F::GAUGES {
                let key = (subnet.id, gauges.resource);
                let counts = counts.get(&key).copied().unwrap_or_default();
                row.push(number(subnet.total(gauges.resource)));
                row.push(subnet.counters.get(gauges.cumulative).into());
                // Apart from those that are declined, other than in statistics.
                row.push(counts.assigned.saturating_sub(counts.declined).into());
                row.extend(gauges.declined.map(|_| Value::from(counts.declined)));
            }
            row.into()
        })
        .collect()
}

fn global<F: Commanded>(server: &Server<F>, counts: &CountsByPool) -> Vec<(String, u128)> {
    let counters: &Counters<OfServer<F>> = &server.registry.server;
    let mut values: Vec<(String, u128)> = OfServer::<F>::ALL
        .iter()
        .map(|counter| (counter.name().to_owned(), counters.get(*counter).into()))
        .collect();
    for gauges in F::GAUGES {
        let counts = counts.iter().filter(|((_, resource, _), _)| *resource == gauges.resource);
        let sum = counts.fold(Counts::default(), |sum, (_, counts)| added(sum, *counts));
        values.push((gauges.assigned.to_owned(), sum.assigned.into()));
        values.extend(gauges.declined.map(|name| (name.to_owned(), sum.declined.into())));
    }
    values.sort();
    values
}

fn of_subnet<F: Commanded>(
    server: &Server<F>,
    subnet: &Subnet<F>,
    counts: &CountsByPool,
) -> Vec<(String, u128)> {
    let id = subnet.id;
    let mut values = Vec::new();
    let mut add = |name: String, value| values.push((format!("subnet[{id}].{name}"), value));
    let totals = server.config.pool_totals(subnet);
    for gauges in F::GAUGES {
        let resource = gauges.resource;
        for ((_, pool_id), size) in totals.iter().filter(|((kind, _), _)| *kind == resource) {
            let counts = counts.get(&(id, resource, *pool_id)).copied().unwrap_or_default();
            let counters = server.registry.pool(id.0, pool_kind(resource), pool_id.0);
            let mut of_pool = |name: &'static str, value| {
                add(format!("{}[{pool_id}].{name}", gauges.pool), value)
            };
            gauge(gauges, *size, counts, &mut of_pool);
            for counter in gauges.counters {
                of_pool(counter.name(), counters.get(*counter).into());
            }
        }
        // Leases outside any pool, of reservations, count for the subnet all the same.
        let of_subnet = |key: &Counted| (key.0, key.1) == (id, resource);
        let counts = counts.iter().filter(|(key, _)| of_subnet(key));
        let sum = counts.fold(Counts::default(), |sum, (_, counts)| added(sum, *counts));
        gauge(gauges, subnet.total(resource), sum, |name, value| add(name.to_owned(), value));
        if let Some(name) = gauges.registered {
            add(name.to_owned(), sum.registered.into());
        }
    }
    for counter in <F::Statistics as Statistics>::Subnet::ALL {
        add(counter.name().into(), subnet.counters.get(*counter).into());
    }
    values.sort();
    values
}

/// What subnets and pools tell of a resource.
fn gauge<F: Commanded>(
    gauges: &Gauges<F>,
    total: u128,
    counts: Counts,
    mut add: impl FnMut(&'static str, u128),
) {
    add(gauges.total, total);
    add(gauges.assigned, counts.assigned.into());
    if let Some(name) = gauges.declined {
        add(name, counts.declined.into());
    }
}

fn sums(counts: &CountsByPool) -> HashMap<(SubnetId, Resource), Counts> {
    let mut sums: HashMap<_, Counts> = HashMap::new();
    for ((subnet, resource, _), counts) in counts {
        let sum = sums.entry((*subnet, *resource)).or_default();
        *sum = added(*sum, *counts);
    }
    sums
}

fn added(sum: Counts, more: Counts) -> Counts {
    Counts {
        assigned: sum.assigned + more.assigned,
        declined: sum.declined + more.declined,
        registered: sum.registered + more.registered,
    }
}
