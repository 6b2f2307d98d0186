//! DHCPv4 leases as Kea's commands show them.

use ruru_json::{Map, Value};
use ruru_lease::{Lease4, PoolId};
use ruru_wire::ColonHex;

use super::append_context;

/// A lease.
pub(super) fn lease(lease: &Lease4) -> Value {
    let mut map = Map::default();
    if let Some(client_id) = &lease.client_id {
        map.append("client-id", ColonHex(client_id).to_string());
    }
    map.append("cltt", lease.cltt.0);
    map.append("fqdn-fwd", lease.fqdn_fwd);
    map.append("fqdn-rev", lease.fqdn_rev);
    map.append("hostname", &*lease.hostname);
    map.append("hw-address", lease.hwaddr.to_string());
    map.append("ip-address", lease.address.to_string());
    if lease.pool_id != PoolId(0) {
        map.append("pool-id", lease.pool_id.0);
    }
    map.append("state", lease.state.number());
    map.append("subnet-id", lease.subnet_id.0);
    append_context(&mut map, lease.user_context.as_deref());
    map.append("valid-lft", lease.valid_lifetime);
    map.into()
}
