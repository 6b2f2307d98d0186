//! Leases of DHCPv4.

use ruru_json::Value;
use ruru_sysrepo::Builder;

use super::lease::Lease;
use crate::Fault;

/// Adds one lease as an entry of the list `lease`, where the builder stands: in `leases`, or in the
/// output of `lease-page`. With `now`, in seconds since 1970, also what `ruru-dhcp4-state` adds:
/// when the lease ends.
///
/// # Errors
/// The first member that is missing or does not fit.
pub fn add_lease4(builder: &mut Builder<'_>, lease: &Value, now: Option<u64>) -> Result<(), Fault> {
    let lease = Lease::new(lease)?;
    let mut entry = lease.entry(builder)?;
    // The address of the hardware is mandatory in the model, but not known of every client.
    entry.add_bytes("hw-address", &lease.bytes("hw-address")?.unwrap_or_default())?;
    if let Some(id) = lease.bytes("client-id")? {
        entry.add_bytes("client-id", &id)?;
    }
    entry.add_number("valid-lifetime", "valid-lft")?;
    entry.add_number("cltt", "cltt")?;
    entry.add_number("subnet-id", "subnet-id")?;
    entry.add_name()?;
    entry.add("state", "state", state(&lease)?)?;
    entry.add_context()?;
    match now {
        Some(now) => entry.add_end("ruru-dhcp4-state", now),
        None => Ok(()),
    }
}

fn state(lease: &Lease<'_>) -> Result<&'static str, Fault> {
    Ok(match lease.number("state")?.unwrap_or(0) {
        0 => "default",
        1 => "declined",
        // The model does not tell released leases, which are kept for their clients, from
        // reclaimed ones.
        2 | 3 => "expired-reclaimed",
        _ => return Err(lease.wrong("state", "0, 1, 2 or 3")),
    })
}
