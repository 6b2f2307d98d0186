//! Leases of DHCPv6: addresses and prefixes.

use ruru_json::Value;
use ruru_sysrepo::Builder;

use super::lease::Lease;
use crate::Fault;

/// Adds one lease as an entry of the list `lease`, where the builder stands: in `leases`, or in the
/// output of `lease-page`. With `now`, in seconds since 1970, also what `ruru-dhcp6-state` adds:
/// when the lease ends, and whether the client has registered the address.
///
/// # Errors
/// The first member that is missing or does not fit.
pub fn add_lease6(builder: &mut Builder<'_>, lease: &Value, now: Option<u64>) -> Result<(), Fault> {
    let lease = Lease::new(lease)?;
    let mut entry = lease.entry(builder)?;
    entry.add_bytes("duid", &lease.bytes("duid")?.unwrap_or_default())?;
    entry.add_number("valid-lifetime", "valid-lft")?;
    entry.add_number("cltt", "cltt")?;
    entry.add_number("subnet-id", "subnet-id")?;
    entry.add_number("preferred-lifetime", "preferred-lft")?;
    let kind = lease.text("type")?.unwrap_or("IA_NA");
    entry.add("lease-type", "type", kind)?;
    entry.add_number("iaid", "iaid")?;
    // Kea writes a length of 128 to addresses as well.
    if kind == "IA_PD" {
        entry.add_number("prefix-length", "prefix-len")?;
    }
    entry.add_name()?;
    let (state, is_registered) = state(&lease)?;
    entry.add("state", "state", state)?;
    entry.add_context()?;
    if let Some(address) = lease.text("hw-address")?.filter(|address| !address.is_empty()) {
        entry.add("hw-address", "hw-address", address)?;
    }
    let Some(now) = now else { return Ok(()) };
    entry.add_end("ruru-dhcp6-state", now)?;
    let is_registered = if is_registered { "true" } else { "false" };
    entry.add("ruru-dhcp6-state:registered", "state", is_registered)
}

/// The state in the model, and whether the lease is one that its client has registered (RFC 9686),
/// which the model does not know.
fn state(lease: &Lease<'_>) -> Result<(&'static str, bool), Fault> {
    Ok(match lease.number("state")?.unwrap_or(0) {
        0 => ("default", false),
        1 => ("declined", false),
        // The model does not tell released leases, which are kept for their clients, from
        // reclaimed ones.
        2 | 3 => ("expired-reclaimed", false),
        4 => ("default", true),
        _ => return Err(lease.wrong("state", "0, 1, 2, 3 or 4")),
    })
}
