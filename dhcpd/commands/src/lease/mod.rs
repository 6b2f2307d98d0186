//! `lease4-*` and `leases-reclaim`.

mod find;
mod json;
mod write;

pub(crate) use find::{
    get, get_all, get_by_client_id, get_by_hostname, get_by_hw_address, get_by_state, get_page,
};
pub(crate) use write::{add, compact, del, reclaim, resend_ddns, update, wipe, write};

use std::net::Ipv4Addr;

use ruru_wire::v4::HardwareAddress;

use crate::Failure;

fn address(text: &str) -> Result<Ipv4Addr, Failure> {
    text.parse().map_err(|_| Failure::error(format!("Invalid IPv4 address specified: {text}")))
}

fn hardware_address(text: &str) -> Result<HardwareAddress, Failure> {
    let invalid = || Failure::error(format!("'{text}' is not a hardware address"));
    HardwareAddress::new(&octets(text).ok_or_else(invalid)?).ok_or_else(invalid)
}

fn client_id(text: &str) -> Result<Vec<u8>, Failure> {
    octets(text).ok_or_else(|| Failure::error(format!("'{text}' is not a client identifier")))
}

/// Hexadecimal digits, with colons or without.
fn octets(text: &str) -> Option<Vec<u8>> {
    use ruru_host::{Identifier, IdentifierKind};
    Identifier::parse(IdentifierKind::Duid, text).ok().map(|id| id.bytes.to_vec())
}
