//! Reservations: in the RFC's tree with the pool of their address, in JSON with their client.

use std::collections::HashMap;

use ruru_json::{Data, Map, Value};
use ruru_sysrepo::Node;

use super::to_json::Compose;
use super::{duid, entries, listed, own, refuse};
use crate::Fault;
use crate::path::JsonPath;

/// The clients of a range, in the order in which they were met.
#[derive(Default)]
struct Hosts {
    list: Vec<Map>,
    by_client: HashMap<String, usize>,
}

impl<'a> Compose<'a> {
    /// Adds the reservations of a range: those in its pools, then those of its settings, `own`.
    pub(super) fn reservations(
        &self,
        range: Node<'a>,
        own_hosts: Option<Value>,
        map: &mut Map,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let here = path.key("reservations");
        let mut hosts = Hosts::default();
        for pool in listed(range, "address-pools", "address-pool") {
            for node in listed(pool, "host-reservations", "host-reservation") {
                refuse::of_part(node)?;
                self.reservation(node, ("ip-addresses", "reserved-addr"), &mut hosts, node, &here)?;
            }
        }
        for pool in listed(range, "prefix-pools", "prefix-pool") {
            let Some(holder) = pool.child("host-reservations") else { continue };
            refuse::of_part(holder)?;
            for node in entries(holder, "prefix-reservation") {
                check_length(node)?;
                self.reservation(node, ("prefixes", "reserved-prefix"), &mut hosts, holder, &here)?;
            }
        }
        let mut list: Vec<Value> = hosts.list.into_iter().map(Value::from).collect();
        if let Some(Value { data: Data::List(more), .. }) = own_hosts {
            let settings = own(range, "settings").into_iter();
            let nodes = settings.flat_map(|settings| entries(settings, "host"));
            for (node, host) in nodes.zip(more) {
                self.mark(&here.index(list.len()), node, self.ietf.range.child("host"));
                list.push(host);
            }
        }
        if !list.is_empty() {
            map.insert("reservations", list);
        }
        Ok(())
    }

    /// Adds what is reserved to its client, with the options of the sets that `scope` names.
    fn reservation(
        &self,
        node: Node<'a>,
        (key, leaf): (&str, &str),
        hosts: &mut Hosts,
        scope: Node<'a>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let client = node.leaf("client-duid").ok_or_else(|| {
            Fault::yang(node.path(), "the server must know whom it is for: add client-duid")
        })?;
        let index = *hosts.by_client.entry(client.to_ascii_lowercase()).or_insert_with(|| {
            let mut host = Map::default();
            host.insert("duid", duid::with_colons(client));
            hosts.list.push(host);
            hosts.list.len() - 1
        });
        let host = &mut hosts.list[index];
        let reserved = node.leaf(leaf).unwrap_or("");
        match host.get_mut(key).map(|list| &mut list.data) {
            Some(Data::List(list)) => list.push(reserved.into()),
            _ => drop(host.insert(key, vec![Value::from(reserved)])),
        }
        let here = path.index(index);
        self.mark(&here, node, None);
        let mut own = Map::default();
        self.options(scope, &mut own, &here)?;
        let Some(options) = own.remove("option-data") else { return Ok(()) };
        match host.insert("option-data", options.clone()) {
            Some(others) if others != options => {
                let message = "another reservation for the client has other option sets: give both \
                     the same";
                Err(Fault::yang(node.path(), message))
            }
            _ => Ok(()),
        }
    }
}

/// The length stands in the prefix as well.
fn check_length(node: Node<'_>) -> Result<(), Fault> {
    let Some(length) = node.child("reserved-prefix-len") else { return Ok(()) };
    let of_prefix = node.leaf("reserved-prefix").and_then(|prefix| prefix.split_once('/'));
    if of_prefix.map(|(_, length)| length) == length.value() {
        Ok(())
    } else {
        Err(Fault::yang(length.path(), "is not the length of reserved-prefix: delete it"))
    }
}
