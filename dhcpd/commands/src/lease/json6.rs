//! DHCPv6 leases as Kea's commands show them.

use ruru_json::{Map, Value};
use ruru_lease::{Lease6, LeaseKind, PoolId};

use super::append_context;

/// A lease.
pub(super) fn lease(lease: &Lease6) -> Value {
    let mut map = Map::default();
    map.append("cltt", lease.cltt.0);
    map.append("duid", lease.duid.to_string());
    map.append("fqdn-fwd", lease.fqdn_fwd);
    map.append("fqdn-rev", lease.fqdn_rev);
    map.append("hostname", &*lease.hostname);
    if !lease.hwaddr.is_empty() {
        map.append("hw-address", lease.hwaddr.to_string());
    }
    map.append("iaid", lease.iaid.0);
    map.append("ip-address", lease.address.to_string());
    if lease.pool_id != PoolId(0) {
        map.append("pool-id", lease.pool_id.0);
    }
    map.append("preferred-lft", lease.preferred_lifetime);
    if let LeaseKind::Prefix { length } = lease.kind {
        map.append("prefix-len", length);
    }
    map.append("state", lease.state.number());
    map.append("subnet-id", lease.subnet_id.0);
    map.append("type", kind(lease.kind));
    append_context(&mut map, lease.user_context.as_deref());
    map.append("valid-lft", lease.valid_lifetime);
    map.into()
}

/// What a lease is of, as Kea's commands call it.
pub(super) fn kind(kind: LeaseKind) -> &'static str {
    match kind {
        LeaseKind::Address => "IA_NA",
        LeaseKind::Temporary => "IA_TA",
        LeaseKind::Prefix { .. } => "IA_PD",
    }
}
