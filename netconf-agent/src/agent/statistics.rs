//! Use of addresses and counters as operational data.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Refusal, Subscription};

use super::leases::failed;
use super::manager::Manager;
use super::{MODULE, query};

/// Where the nodes of our own module are, seen from Kea's.
const OURS: &str = "ruru-dhcp4-state";

/// Provides `/state/lease-stats/subnet` and `/state/statistics`.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
) -> Result<(), Error> {
    let of_subnets = Arc::clone(manager);
    let path = "/kea-dhcp4-server:state/lease-stats/subnet";
    subscription.on_request(MODULE, path, false, move |request, builder| {
        let wanted = query::key(request.xpath, "subnet", "subnet-id");
        subnets(&of_subnets, wanted.and_then(|id| id.parse().ok()), builder)
    })?;
    let of_server = Arc::clone(manager);
    let path = "/kea-dhcp4-server:state/ruru-dhcp4-state:statistics";
    subscription
        .on_request(MODULE, path, false, move |_request, builder| counters(&of_server, builder))
}

/// The values of all statistics of a subnet, by the name behind `subnet[ID].`.
type Statistics = BTreeMap<String, u64>;

fn subnets(
    manager: &Manager,
    wanted: Option<u32>,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let arguments = wanted.map(|id| Value::object([("subnet-id", Value::from(id))]));
    let request = Request { command: "stat-lease4-get".to_owned(), arguments };
    let answer = manager.order(&request).map_err(failed)?;
    let set = answer.arguments.as_ref().and_then(|arguments| arguments.get("result-set"));
    let rows = set.and_then(|set| set.get("rows")).and_then(Value::as_list).unwrap_or_default();
    let statistics = match wanted {
        Some(id) => BTreeMap::from([(id, of_one(manager, id)?)]),
        None => of_all(manager)?,
    };
    for row in rows {
        let row: Vec<u64> = row
            .as_list()
            .unwrap_or_default()
            .iter()
            .filter_map(|value| u64::try_from(value.as_int()?).ok())
            .collect();
        if let [id, total, cumulative, assigned, declined] = row[..] {
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            let empty = Statistics::new();
            let statistics = statistics.get(&id).unwrap_or(&empty);
            let addresses = Use { total, assigned, declined, cumulative };
            subnet(builder, id, addresses, statistics)?;
        }
    }
    Ok(())
}

/// How addresses are used.
#[derive(Clone, Copy)]
struct Use {
    total: u64,
    assigned: u64,
    declined: u64,
    cumulative: u64,
}

fn subnet(
    builder: &mut Builder<'_>,
    id: u32,
    addresses: Use,
    statistics: &Statistics,
) -> Result<(), Error> {
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_string();
    let mut entry = builder.list("subnet", &[&id.to_string()])?;
    entry.leaf("total-addresses", &narrow(addresses.total))?;
    entry.leaf("assigned-addresses", &narrow(addresses.assigned))?;
    entry.leaf("declined-addresses", &narrow(addresses.declined))?;
    {
        let mut wide = entry.container(&format!("{OURS}:addresses"))?;
        add_use(&mut wide, addresses, "", statistics)?;
    }
    for (name, leaf) in [
        ("v4-allocation-fail", "allocation-failures"),
        ("v4-reservation-conflicts", "reservation-conflicts"),
        ("v4-lease-reuses", "lease-reuses"),
    ] {
        if let Some(value) = statistics.get(name) {
            entry.leaf(&format!("{OURS}:{leaf}"), &value.to_string())?;
        }
    }
    for pool in pools(statistics) {
        let prefix = format!("pool[{pool}].");
        let value = |name: &str| statistics.get(&format!("{prefix}{name}")).copied().unwrap_or(0);
        let addresses = Use {
            total: value("total-addresses"),
            assigned: value("assigned-addresses"),
            declined: value("declined-addresses"),
            cumulative: value("cumulative-assigned-addresses"),
        };
        let mut entry = entry.list(&format!("{OURS}:pool"), &[&pool.to_string()])?;
        add_use(&mut entry, addresses, &prefix, statistics)?;
    }
    Ok(())
}

fn add_use(
    builder: &mut Builder<'_>,
    addresses: Use,
    prefix: &str,
    statistics: &Statistics,
) -> Result<(), Error> {
    let Use { total, assigned, declined, cumulative } = addresses;
    builder.leaf("total", &total.to_string())?;
    builder.leaf("assigned", &assigned.to_string())?;
    builder.leaf("free", &total.saturating_sub(assigned).to_string())?;
    builder.leaf("declined", &declined.to_string())?;
    if total > 0 {
        // Reserved addresses outside the pools may make it more than all.
        let hundredths = (u128::from(assigned) * 10_000 / u128::from(total)).min(10_000);
        builder.leaf("used", &format!("{}.{:02}", hundredths / 100, hundredths % 100))?;
    }
    builder.leaf("cumulative-assigned", &cumulative.to_string())?;
    for (name, leaf) in
        [("reclaimed-leases", "reclaimed"), ("reclaimed-declined-addresses", "reclaimed-declined")]
    {
        if let Some(value) = statistics.get(&format!("{prefix}{name}")) {
            builder.leaf(leaf, &value.to_string())?;
        }
    }
    Ok(())
}

/// The numbers of pools that have one.
fn pools(statistics: &Statistics) -> Vec<u32> {
    let numbers = statistics.keys().filter_map(|name| {
        let (number, _) = name.strip_prefix("pool[")?.split_once(']')?;
        number.parse().ok().filter(|number| *number > 0)
    });
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.dedup();
    numbers
}

/// The statistics of one subnet, one by one: asking for all would cost what all cost.
fn of_one(manager: &Manager, id: u32) -> Result<Statistics, Refusal> {
    let mut names: Vec<String> = [
        "v4-allocation-fail",
        "v4-reservation-conflicts",
        "v4-lease-reuses",
        "reclaimed-leases",
        "reclaimed-declined-addresses",
    ]
    .map(str::to_owned)
    .into();
    for pool in pool_ids(manager, id)? {
        names.extend(
            [
                "total-addresses",
                "assigned-addresses",
                "declined-addresses",
                "cumulative-assigned-addresses",
                "reclaimed-leases",
                "reclaimed-declined-addresses",
            ]
            .map(|name| format!("pool[{pool}].{name}")),
        );
    }
    let mut statistics = Statistics::new();
    for name in names {
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

fn pool_ids(manager: &Manager, id: u32) -> Result<Vec<i128>, Refusal> {
    let arguments = Value::object([("id", Value::from(id))]);
    let answer = manager.order(&Request::with("subnet4-get", arguments)).map_err(failed)?;
    let subnets = answer.arguments.as_ref().and_then(|arguments| arguments.get("subnet4"));
    let pools = subnets
        .and_then(Value::as_list)
        .and_then(|subnets| subnets.first())
        .and_then(|subnet| subnet.get("pools"))
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
    // Kea 3.0 has no command for global statistics alone.
    let mut answer = manager.ask(&Request::new("statistic-global-get-all")).map_err(failed)?;
    if answer.result == ruru_command::ResultCode::UNSUPPORTED {
        answer = manager.order(&Request::new("statistic-get-all")).map_err(failed)?;
    }
    let mut container = builder.container(&format!("{OURS}:statistics"))?;
    let arguments = answer.arguments.as_ref().and_then(Value::as_map);
    for (name, samples) in arguments.into_iter().flat_map(|map| map.iter()) {
        if name.starts_with("subnet[") {
            continue;
        }
        if let Some((value, _)) = newest(samples) {
            let mut counter = container.list("counter", &[name])?;
            counter.leaf("value", &value.to_string())?;
        }
    }
    Ok(())
}

/// The newest sample: its value and time.
fn newest(samples: &Value) -> Option<(u64, &str)> {
    match samples.as_list()?.first()?.as_list()? {
        [value, time] => Some((u64::try_from(value.as_int()?).ok()?, time.as_text()?)),
        _ => None,
    }
}
