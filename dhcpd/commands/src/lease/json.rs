//! Leases as Kea's commands show them.

use ruru_json::{Document, Map, Value};
use ruru_lease::{Lease4, PoolId};

/// A lease.
pub(super) fn lease(lease: &Lease4) -> Value {
    let mut map = Map::default();
    if let Some(client_id) = &lease.client_id {
        map.insert("client-id", hex(client_id));
    }
    map.insert("cltt", lease.cltt.0);
    map.insert("fqdn-fwd", lease.fqdn_fwd);
    map.insert("fqdn-rev", lease.fqdn_rev);
    map.insert("hostname", &*lease.hostname);
    map.insert("hw-address", lease.hwaddr.to_string());
    map.insert("ip-address", lease.address.to_string());
    if lease.pool_id != PoolId(0) {
        map.insert("pool-id", lease.pool_id.0);
    }
    map.insert("state", lease.state.number());
    map.insert("subnet-id", lease.subnet_id.0);
    if let Some(context) = &lease.user_context
        && let Ok(document) = Document::from_peer(context)
    {
        map.insert("user-context", document.root);
    }
    map.insert("valid-lft", lease.valid_lifetime);
    map.into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
