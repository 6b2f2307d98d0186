//! The active leases of pools.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Node, Refusal, Subscription};

use super::super::leases::{MOST, address_of, failed, one};
use super::super::manager::Manager;
use super::super::model::IETF6;
use super::super::query;
use super::pool::{Kind, Pool};
use super::pools::Pools;
use super::{add_duid, in_ranges};

/// How many leases requests have got so far: there is one call for each pool, and requests take
/// turns. Those that were last begun are remembered.
#[derive(Default)]
struct Spent(VecDeque<(u32, usize)>);

impl Spent {
    /// How many requests are remembered.
    const MOST: usize = 64;

    /// What a request has got.
    fn of(&mut self, operation: u32) -> &mut usize {
        let known = self.0.iter().position(|(other, _)| *other == operation);
        let at = known.unwrap_or_else(|| {
            self.0.truncate(Self::MOST - 1);
            self.0.push_front((operation, 0));
            0
        });
        &mut self.0[at].1
    }
}

/// Provides `active-leases` of the pools of both kinds.
pub(super) fn provide(
    subscription: &mut Subscription,
    manager: &Arc<Manager>,
    pools: &Arc<Pools>,
) -> Result<(), Error> {
    let spent = Arc::new(Mutex::new(Spent::default()));
    for kind in Kind::ALL {
        let path = in_ranges(&format!("allocation-range/{}/active-leases", kind.list()));
        let (manager, pools, spent) = (Arc::clone(manager), Arc::clone(pools), Arc::clone(&spent));
        subscription.on_request(IETF6, &path, false, move |request, builder| {
            // Sysrepo asks for every pool there is, whatever keys the request has.
            let node = builder.node().filter(|pool| is_asked_for(*pool, request.xpath));
            let pools = pools.now(&manager)?;
            let Some(pool) = node.and_then(|node| pools.get(&node.path())) else { return Ok(()) };
            let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&manager, pool, request.xpath, spent.of(request.operation), builder)
        })?;
    }
    Ok(())
}

/// Whether a request may be about a pool: not if it names another one, or another range, by its key.
fn is_asked_for(pool: Node<'_>, request: Option<&str>) -> bool {
    let is_wanted = |entry: Option<Node<'_>>, key| {
        let Some(entry) = entry else { return true };
        let wanted = query::key(request, entry.name(), key);
        wanted.is_none_or(|wanted| entry.leaf(key) == Some(wanted))
    };
    is_wanted(Some(pool), "pool-id") && is_wanted(pool.parent().and_then(Node::parent), "id")
}

fn answer(
    manager: &Manager,
    pool: &Pool,
    request: Option<&str>,
    spent: &mut usize,
    builder: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let mut active = builder.container("active-leases")?;
    active.leaf("total-count", &pool.total.to_string())?;
    active.leaf("allocated-count", &pool.allocated(manager)?.to_string())?;
    if !wants_leases(request) {
        return Ok(());
    }
    let key = match pool.kind {
        Kind::Addresses => "leased-address",
        Kind::Prefixes => "leased-prefix",
    };
    if let Some(wanted) = query::key(request, "active-lease", key) {
        let address = wanted.split('/').next().unwrap_or(wanted);
        let lease = one(manager, address)?.filter(|lease| pool.has(lease));
        return lease.map_or(Ok(()), |lease| add_all(manager, pool.kind, &mut active, &[&lease]));
    }
    pool.each_page(manager, |leases| {
        *spent += leases.len();
        if *spent > MOST {
            let text = format!(
                "there are more than {MOST} leases; ask for a pool or a lease by its key, or use \
                 the operation lease-page of ruru-dhcp6-state"
            );
            return Err(Refusal::new("too-big", text));
        }
        add_all(manager, pool.kind, &mut active, leases)
    })
}

/// Whether a request is about more than the counts.
fn wants_leases(request: Option<&str>) -> bool {
    let Some(request) = request.filter(|request| !request.contains('|')) else { return true };
    let last = request.rsplit(['/', ':']).next().unwrap_or_default();
    !matches!(last, "total-count" | "allocated-count")
}

/// Adds leases with what a command of their own tells of them, which ISC Kea does not have.
fn add_all(
    manager: &Manager,
    kind: Kind,
    builder: &mut Builder<'_>,
    leases: &[&Value],
) -> Result<(), Refusal> {
    let addresses: Vec<Value> =
        leases.iter().filter_map(|lease| address_of(lease)).map(Value::from).collect();
    let arguments = Value::object([("ip-addresses", Value::from(addresses))]);
    let answer = manager.ask(&Request::with("lease6-get-times", arguments)).map_err(failed)?;
    let told: HashMap<&str, &Value> = super::super::leases::leases(&answer)
        .iter()
        .filter_map(|times| Some((address_of(times)?, times)))
        .collect();
    leases.iter().try_for_each(|lease| {
        let times = address_of(lease).and_then(|address| told.get(address).copied());
        add(kind, builder, lease, times)
    })
}

fn add(
    kind: Kind,
    builder: &mut Builder<'_>,
    lease: &Value,
    times: Option<&Value>,
) -> Result<(), Refusal> {
    let Some(address) = address_of(lease) else { return Ok(()) };
    let number = |key: &str| lease.get(key).and_then(Value::as_int);
    let key = match kind {
        Kind::Addresses => address.to_owned(),
        Kind::Prefixes => format!("{address}/{}", number("prefix-len").unwrap_or(128)),
    };
    let mut entry = builder.list("active-lease", &[&key])?;
    let duid = lease.get("duid").and_then(Value::as_text).unwrap_or_default();
    add_duid(&mut entry, "client-duid", duid)?;
    for (leaf, key) in [
        ("ia-id", "iaid"),
        ("preferred-lifetime", "preferred-lft"),
        ("valid-lifetime", "valid-lft"),
    ] {
        if let Some(value) = number(key) {
            entry.leaf(leaf, &value.to_string())?;
        }
    }
    let time = |entry: &mut Builder<'_>, leaf, seconds: Option<i128>| {
        let Some(seconds) = seconds.and_then(|seconds| u32::try_from(seconds).ok()) else {
            return Ok(());
        };
        let time = UNIX_EPOCH + Duration::from_secs(seconds.into());
        entry.leaf(leaf, &humantime::format_rfc3339_seconds(time).to_string())
    };
    time(&mut entry, "last-renew-rebind", number("cltt"))?;
    let told = |key| times.and_then(|times| times.get(key)).and_then(Value::as_int);
    time(&mut entry, "allocation-time", told("allocated"))?;
    for (leaf, key) in [("lease-t1", "t1"), ("lease-t2", "t2")] {
        if let Some(value) = told(key) {
            entry.leaf(leaf, &value.to_string())?;
        }
    }
    // Who has it was told so last.
    entry.container("status")?.leaf("code", "0")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Spent, wants_leases};

    #[test]
    fn requests_that_take_turns_are_counted_apart() {
        let mut spent = Spent::default();
        for _ in 0..3 {
            *spent.of(1) += 1;
            *spent.of(2) += 10;
        }
        assert_eq!((*spent.of(1), *spent.of(2), *spent.of(3)), (3, 30, 0));
        for operation in 3..100 {
            spent.of(operation);
        }
        assert_eq!(*spent.of(1), 0);
    }

    #[test]
    fn counts_are_had_without_leases() {
        let pool = "/ietf-dhcpv6-server:dhcpv6-server/allocation-ranges/allocation-range[id='1']\
                    /address-pools/address-pool[pool-id='a']";
        for counts in ["active-leases/total-count", "active-leases/i:allocated-count"] {
            assert!(!wants_leases(Some(&format!("{pool}/{counts}"))));
        }
        for more in ["", "/active-leases", "/active-leases/active-lease", "//. | /x/total-count"] {
            assert!(wants_leases(Some(&format!("{pool}{more}"))), "{more}");
        }
        assert!(wants_leases(None));
    }
}
