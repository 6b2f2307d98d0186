//! Use of addresses and counters as operational data.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Refusal, Subscription};

use super::leases::failed;
use super::manager::Manager;
use super::query;

/// What the statistics of a protocol are called, and the leaves that show them.
struct Names {
    resources: &'static [Resource],
    /// Statistics of subnets, and the leaves of our own module.
    others: &'static [(&'static str, &'static str)],
}

/// What the statistics of addresses or of prefixes are called.
struct Resource {
    /// The container of our own module.
    container: &'static str,
    /// What pools are called: the member of subnets, and the statistics and the list of our own.
    pools: (&'static str, &'static str),
    total: &'static str,
    assigned: &'static str,
    declined: Option<&'static str>,
    cumulative: &'static str,
    /// Whether `stat-leaseN-get` counts declined addresses apart from assigned ones.
    declined_apart: bool,
}

const NAMES4: Names = Names {
    resources: &[Resource {
        container: "addresses",
        pools: ("pools", "pool"),
        total: "total-addresses",
        assigned: "assigned-addresses",
        declined: Some("declined-addresses"),
        cumulative: "cumulative-assigned-addresses",
        declined_apart: false,
    }],
    others: &[
        ("v4-allocation-fail", "allocation-failures"),
        ("v4-reservation-conflicts", "reservation-conflicts"),
        ("v4-lease-reuses", "lease-reuses"),
    ],
};

const NAMES6: Names = Names {
    resources: &[
        Resource {
            container: "addresses",
            pools: ("pools", "pool"),
            total: "total-nas",
            assigned: "assigned-nas",
            declined: Some("declined-addresses"),
            cumulative: "cumulative-assigned-nas",
            declined_apart: true,
        },
        Resource {
            container: "prefixes",
            pools: ("pd-pools", "pd-pool"),
            total: "total-pds",
            assigned: "assigned-pds",
            declined: None,
            cumulative: "cumulative-assigned-pds",
            declined_apart: false,
        },
    ],
    others: &[
        ("registered-nas", "registered"),
        ("cumulative-registered-nas", "cumulative-registered"),
        ("v6-allocation-fail", "allocation-failures"),
        ("v6-ia-na-lease-reuses", "address-reuses"),
        ("v6-ia-pd-lease-reuses", "prefix-reuses"),
    ],
};

/// Statistics of subnets and pools, and the leaves of our own module.
const RECLAIMED: [(&str, &str); 2] =
    [("reclaimed-leases", "reclaimed"), ("reclaimed-declined-addresses", "reclaimed-declined")];

fn names(manager: &Manager) -> &'static Names {
    if manager.model.kea.version() == 6 { &NAMES6 } else { &NAMES4 }
}

/// Provides `/state/lease-stats/subnet` and `/state/statistics`.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let module = manager.model.kea.module();
    let of_subnets = Arc::clone(manager);
    let path = manager.state("lease-stats/subnet");
    subscription.on_request(module, &path, false, move |request, builder| {
        let wanted = query::key(request.xpath, "subnet", "subnet-id");
        subnets(&of_subnets, wanted.and_then(|id| id.parse().ok()), builder)
    })?;
    let of_server = Arc::clone(manager);
    let path = manager.state(&manager.own("statistics"));
    subscription
        .on_request(module, &path, false, move |_request, builder| counters(&of_server, builder))
}

/// The values of statistics; those of a subnet by the name behind `subnet[ID].`.
pub(super) type Statistics = BTreeMap<String, u64>;

fn subnets(
    manager: &Manager,
    wanted: Option<u32>,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let arguments = wanted.map(|id| Value::object([("subnet-id", Value::from(id))]));
    let request = Request { command: manager.command("stat-lease", "get"), arguments };
    let answer = manager.order(&request).map_err(failed)?;
    let set = answer.arguments.as_ref().and_then(|arguments| arguments.get("result-set"));
    let list =
        |value: Option<&'_ Value>| value.and_then(Value::as_list).unwrap_or_default().to_vec();
    let columns = list(set.and_then(|set| set.get("columns")));
    let rows = list(set.and_then(|set| set.get("rows")));
    let mut statistics = match wanted {
        Some(id) => BTreeMap::from([(id, of_one(manager, id)?)]),
        None => of_all(manager)?,
    };
    for row in rows {
        let cells = columns.iter().zip(row.as_list().unwrap_or_default());
        let cells = cells.filter_map(|(name, value)| Some((name.as_text()?, number(value)?)));
        let cells: BTreeMap<&str, u64> = cells.collect();
        if let Some(id) = cells.get("subnet-id").and_then(|id| u32::try_from(*id).ok()) {
            let statistics = statistics.remove(&id).unwrap_or_default();
            subnet(manager, builder, id, &cells, &statistics)?;
        }
    }
    Ok(())
}

/// How addresses or prefixes are used.
#[derive(Clone, Copy)]
struct Use {
    total: u64,
    assigned: u64,
    declined: Option<u64>,
    cumulative: u64,
}

impl Use {
    fn read(resource: &Resource, value: impl Fn(&str) -> u64) -> Self {
        Self {
            total: value(resource.total),
            assigned: value(resource.assigned),
            declined: resource.declined.map(&value),
            cumulative: value(resource.cumulative),
        }
    }
}

fn subnet(
    manager: &Manager,
    builder: &mut Builder<'_>,
    id: u32,
    cells: &BTreeMap<&str, u64>,
    statistics: &Statistics,
) -> Result<(), Error> {
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_string();
    let mut entry = builder.list("subnet", &[&id.to_string()])?;
    let names = names(manager);
    for resource in names.resources {
        let mut usage = Use::read(resource, |name| cells.get(name).copied().unwrap_or(0));
        if resource.declined_apart {
            usage.assigned += usage.declined.unwrap_or(0);
        }
        entry.leaf(resource.total, &narrow(usage.total))?;
        entry.leaf(resource.assigned, &narrow(usage.assigned))?;
        if let (Some(name), Some(declined)) = (resource.declined, usage.declined) {
            entry.leaf(name, &narrow(declined))?;
        }
        let mut wide = entry.container(&manager.own(resource.container))?;
        // What the subnet has reclaimed is not told of each resource; there is one in DHCPv4.
        let of_subnet = (names.resources.len() == 1).then_some((statistics, ""));
        add_use(&mut wide, usage, of_subnet)?;
    }
    for (name, leaf) in names.others {
        if let Some(value) = statistics.get(*name) {
            entry.leaf(&manager.own(leaf), &value.to_string())?;
        }
    }
    for resource in names.resources {
        let (_, kind) = resource.pools;
        for pool in pools(statistics, kind) {
            let prefix = format!("{kind}[{pool}].");
            let usage = Use::read(resource, |name| {
                statistics.get(&format!("{prefix}{name}")).copied().unwrap_or(0)
            });
            let mut entry = entry.list(&manager.own(kind), &[&pool.to_string()])?;
            add_use(&mut entry, usage, Some((statistics, &prefix)))?;
        }
    }
    Ok(())
}

/// Adds the use of a resource; `reclaimed` is where the counters of what was reclaimed are, and
/// what their names begin with.
fn add_use(
    builder: &mut Builder<'_>,
    usage: Use,
    reclaimed: Option<(&Statistics, &str)>,
) -> Result<(), Error> {
    let Use { total, assigned, declined, cumulative } = usage;
    builder.leaf("total", &total.to_string())?;
    builder.leaf("assigned", &assigned.to_string())?;
    builder.leaf("free", &total.saturating_sub(assigned).to_string())?;
    if let Some(declined) = declined {
        builder.leaf("declined", &declined.to_string())?;
    }
    if total > 0 {
        // Reserved addresses outside the pools may make it more than all.
        let hundredths = (u128::from(assigned) * 10_000 / u128::from(total)).min(10_000);
        builder.leaf("used", &format!("{}.{:02}", hundredths / 100, hundredths % 100))?;
    }
    builder.leaf("cumulative-assigned", &cumulative.to_string())?;
    if let Some((statistics, prefix)) = reclaimed {
        for (name, leaf) in RECLAIMED {
            if let Some(value) = statistics.get(&format!("{prefix}{name}")) {
                builder.leaf(leaf, &value.to_string())?;
            }
        }
    }
    Ok(())
}

/// The numbers of pools that have one.
fn pools(statistics: &Statistics, kind: &str) -> Vec<u32> {
    let numbers = statistics.keys().filter_map(|name| {
        let (number, _) = name.strip_prefix(kind)?.strip_prefix('[')?.split_once(']')?;
        number.parse().ok().filter(|number| *number > 0)
    });
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.dedup();
    numbers
}

/// The statistics of one subnet, one by one: asking for all would cost what all cost.
fn of_one(manager: &Manager, id: u32) -> Result<Statistics, Refusal> {
    let own = names(manager);
    let of_subnet = own.others.iter().chain(&RECLAIMED).map(|(name, _)| (*name).to_owned());
    let mut wanted: Vec<String> = of_subnet.collect();
    for resource in own.resources {
        let (list, kind) = resource.pools;
        let counters = [Some(resource.total), Some(resource.assigned), resource.declined];
        let counters = counters.into_iter().flatten().chain([resource.cumulative]);
        let counters: Vec<&str> = counters.chain(RECLAIMED.map(|(name, _)| name)).collect();
        for pool in pool_ids(manager, id, list)? {
            wanted.extend(counters.iter().map(|name| format!("{kind}[{pool}].{name}")));
        }
    }
    let mut statistics = Statistics::new();
    for name in wanted {
        let full = format!("subnet[{id}].{name}");
        let arguments = Value::object([("name", Value::from(full.as_str()))]);
        let answer = manager.order(&Request::with("statistic-get", arguments)).map_err(failed)?;
        let samples = answer.arguments.as_ref().and_then(|arguments| arguments.get(&full));
        if let Some((value, _)) = samples.and_then(newest) {
            statistics.insert(name, value);
        }
    }
    Ok(statistics)
}

fn pool_ids(manager: &Manager, id: u32, list: &str) -> Result<Vec<i128>, Refusal> {
    let subnets = format!("subnet{}", manager.model.kea.version());
    let arguments = Value::object([("id", Value::from(id))]);
    let answer = manager
        .order(&Request::with(manager.command("subnet", "get"), arguments))
        .map_err(failed)?;
    let subnets = answer.arguments.as_ref().and_then(|arguments| arguments.get(&subnets));
    let pools = subnets
        .and_then(Value::as_list)
        .and_then(|subnets| subnets.first())
        .and_then(|subnet| subnet.get(list))
        .and_then(Value::as_list)
        .unwrap_or_default();
    let ids = pools.iter().filter_map(|pool| pool.get("pool-id").and_then(Value::as_int));
    let mut ids: Vec<i128> = ids.filter(|id| *id > 0).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn of_all(manager: &Manager) -> Result<BTreeMap<u32, Statistics>, Refusal> {
    let answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    let mut all: BTreeMap<u32, Statistics> = BTreeMap::new();
    let arguments = answer.arguments.as_ref().and_then(Value::as_map);
    for (name, samples) in arguments.into_iter().flat_map(|map| map.iter()) {
        let subnet = name.strip_prefix("subnet[").and_then(|rest| rest.split_once("]."));
        if let Some((id, name)) = subnet
            && let (Ok(id), Some((value, _))) = (id.parse(), newest(samples))
        {
            all.entry(id).or_default().insert(name.to_owned(), value);
        }
    }
    Ok(all)
}

/// Counters of the server as a whole.
fn counters(manager: &Manager, builder: &mut Builder<'_>) -> Result<(), Refusal> {
    let values = of_server(manager)?;
    let mut container = builder.container(&manager.own("statistics"))?;
    for (name, value) in values {
        let mut counter = container.list("counter", &[&name])?;
        counter.leaf("value", &value.to_string())?;
    }
    Ok(())
}

/// The values of all statistics that are of no subnet.
pub(super) fn of_server(manager: &Manager) -> Result<Statistics, Refusal> {
    // Kea 3.0 has no command for global statistics alone.
    let mut answer = manager.ask(&Request::new("statistic-global-get-all")).map_err(failed)?;
    if answer.result == ruru_command::ResultCode::UNSUPPORTED {
        answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    }
    let samples = answer.arguments.as_ref().and_then(Value::as_map);
    let samples = samples.into_iter().flat_map(|map| map.iter());
    let of_none = samples.filter(|(name, _)| !name.starts_with("subnet["));
    let value = |(name, samples): (&str, &Value)| Some((name.to_owned(), newest(samples)?.0));
    Ok(of_none.filter_map(value).collect())
}

/// The newest sample: its value and time.
pub(super) fn newest(samples: &Value) -> Option<(u64, &str)> {
    match samples.as_list()?.first()?.as_list()? {
        [value, time] => Some((number(value)?, time.as_text()?)),
        _ => None,
    }
}

/// A number as leaves have it: prefixes and addresses of DHCPv6 may be more than 64 bits can count.
fn number(value: &Value) -> Option<u64> {
    let value = value.as_int()?.max(0);
    Some(u64::try_from(value).unwrap_or(u64::MAX))
}
