//! An allocation range, which is a subnet in JSON, with its pools.

use std::net::Ipv6Addr;

use ruru_json::{Data, Map, Value};
use ruru_sysrepo::Node;

use super::numbers::{Taken, pool_number, range_number};
use super::to_json::Compose;
use super::{listed, refuse};
use crate::path::JsonPath;
use crate::pool::Range;
use crate::{Fault, prefix};

impl<'a> Compose<'a> {
    /// The subnet that a range is.
    pub(super) fn range(&self, range: Node<'a>, path: &JsonPath<'_>) -> Result<Map, Fault> {
        self.mark(path, range, None);
        let mut map = self.settings(Some(range), &self.ietf.range, path)?;
        map.insert("id", range_number(range));
        if let Some(leaf) = range.child("network-prefix") {
            map.insert("subnet", leaf.value().unwrap_or(""));
            self.mark(&path.key("subnet"), leaf, None);
        }
        self.times(range, &mut map, path);
        if let Some(leaf) = range.child("rapid-commit").or_else(|| self.rapid_commit()) {
            map.insert("rapid-commit", leaf.value() == Some("true"));
            self.mark(&path.key("rapid-commit"), leaf, None);
        }
        describe(range, &mut map)?;
        self.options(range, &mut map, path)?;
        let own = map.remove("reservations");
        self.reservations(range, own, &mut map, path)?;
        self.pools(range, &mut map, path)?;
        self.prefix_pools(range, &mut map, path)?;
        Ok(map)
    }

    fn pools(&self, range: Node<'a>, map: &mut Map, path: &JsonPath<'_>) -> Result<(), Fault> {
        let here = path.key("pools");
        let mut taken = Taken::default();
        let mut list: Vec<Value> = Vec::new();
        let pools = listed(range, "address-pools", "address-pool");
        for pool in by_address(pools, "start-address") {
            let here = here.index(list.len());
            self.mark(&here, pool, None);
            let mut map = self.pool(pool, &self.ietf.pool, &mut taken, &here)?;
            map.insert("pool", range_of(pool)?);
            list.push(map.into());
        }
        if !list.is_empty() {
            map.insert("pools", list);
        }
        Ok(())
    }

    fn prefix_pools(
        &self,
        range: Node<'a>,
        map: &mut Map,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let here = path.key("pd-pools");
        let mut taken = Taken::default();
        let mut list: Vec<Value> = Vec::new();
        let pools = listed(range, "prefix-pools", "prefix-pool");
        for pool in by_address(pools, "pool-prefix") {
            let here = here.index(list.len());
            self.mark(&here, pool, None);
            let mut map = self.pool(pool, &self.ietf.prefix_pool, &mut taken, &here)?;
            let text = pool.leaf("pool-prefix").unwrap_or("");
            prefix::split(text, "prefix", "prefix-len", &mut map);
            if let Some(leaf) = pool.child("client-prefix-length") {
                let length = leaf.value().and_then(|length| length.parse().ok());
                map.insert("delegated-len", Value::new(Data::Int(length.unwrap_or_default())));
                self.mark(&here.key("delegated-len"), leaf, None);
            }
            list.push(map.into());
        }
        if !list.is_empty() {
            map.insert("pd-pools", list);
        }
        Ok(())
    }

    /// What pools of both kinds have.
    fn pool(
        &self,
        pool: Node<'a>,
        plan: &'a crate::plan::Plan,
        taken: &mut Taken<'a>,
        path: &JsonPath<'_>,
    ) -> Result<Map, Fault> {
        refuse::of_name(pool, "pool-id")?;
        refuse::of_part(pool)?;
        let mut map = self.settings(Some(pool), plan, path)?;
        if let Some(number) = pool_number(pool) {
            // Pools may share a number, but only if somebody wants it.
            if super::own(pool, "settings").is_none_or(|own| own.child("number").is_none()) {
                taken.take(number, pool)?;
            }
            map.insert("pool-id", number);
        }
        self.options(pool, &mut map, path)?;
        Ok(map)
    }
}

/// Pools in the order of their addresses, in which servers look for free ones.
fn by_address<'a>(pools: impl Iterator<Item = Node<'a>>, leaf: &str) -> Vec<Node<'a>> {
    let mut pools: Vec<Node<'a>> = pools.collect();
    pools.sort_by_cached_key(|pool| {
        let address = |leaf: &str| pool.leaf(leaf)?.split('/').next()?.parse::<Ipv6Addr>().ok();
        (address(leaf), address("end-address"))
    });
    pools
}

/// The description is what others know as the comment.
fn describe(range: Node<'_>, map: &mut Map) -> Result<(), Fault> {
    let Some(leaf) = range.child("description") else { return Ok(()) };
    let mut context = map.remove("user-context").unwrap_or_else(Value::map);
    if let Some(context) = context.as_map_mut()
        && context.insert("comment", leaf.value().unwrap_or("")).is_some()
    {
        let message = "the user-context in the settings has a comment already: delete one of them";
        return Err(Fault::yang(leaf.path(), message));
    }
    map.insert("user-context", context);
    Ok(())
}

/// The addresses of a pool as JSON has them.
fn range_of(pool: Node<'_>) -> Result<String, Fault> {
    let address = |name: &str| pool.leaf(name).and_then(|text| text.parse::<Ipv6Addr>().ok());
    let (first, last) = (address("start-address"), address("end-address"));
    let prefix = pool.leaf("pool-prefix").unwrap_or("");
    let (Some(whole), Some(first), Some(last)) = (Range::of_prefix(prefix), first, last) else {
        return Err(Fault::yang(pool.path(), "needs pool-prefix, start-address and end-address"));
    };
    if last < first {
        let message = "end-address is before start-address: change one of them";
        return Err(Fault::yang(format!("{}/end-address", pool.path()), message));
    }
    if first < whole.first || last > whole.last {
        let wrong = if first < whole.first || first > whole.last { "start" } else { "end" };
        let message = format!("is not in the pool-prefix {prefix}: change one of them");
        return Err(Fault::yang(format!("{}/{wrong}-address", pool.path()), message));
    }
    if first == whole.first && last == whole.last {
        Ok(prefix.to_owned())
    } else {
        Ok(format!("{first} - {last}"))
    }
}
