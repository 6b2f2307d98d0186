//! `leaseN-*` and `leases-reclaim`.

mod arguments;
mod bulk6;
mod find;
mod json4;
mod json6;
mod subnets;
mod times6;
mod told;
mod v4;
mod v6;
mod write;

pub(crate) use bulk6::bulk_apply;
pub(crate) use find::{get, get_all, get_by_hostname, get_by_hw_address, get_by_state, get_page};
pub(crate) use times6::get_times;
pub(crate) use told::{del, reclaim, resend_ddns};
pub(crate) use v4::get_by_client_id;
pub(crate) use v6::get_by_duid;
pub(crate) use write::{add, compact, update, wipe, write};

use ruru_config::Configured;
use ruru_json::{Document, Map, Value};
use ruru_store::Format;
use ruru_wire::HardwareAddress;

use crate::{Failure, Server};

/// What commands about leases of a protocol have of their own.
pub trait LeaseCommands: Configured + Format {
    /// A lease as Kea's commands show it.
    fn lease_to_json(lease: &Self::Lease) -> Value;

    /// What a lease is called: `address` or `prefix`, and which.
    fn describe(lease: &Self::Lease) -> String;

    /// The lease that arguments of `leaseN-get` or `leaseN-del` are about.
    ///
    /// # Errors
    /// The arguments do not tell which.
    fn select(server: &Server<Self>, arguments: &Value) -> Result<Selected<Self>, Failure>;

    /// The lease that arguments of `leaseN-add` or `leaseN-update` give.
    ///
    /// # Errors
    /// It cannot be.
    fn given(server: &Server<Self>, arguments: &Value) -> Result<Given<Self>, Failure>;

    /// The leases of a hardware address, in no order.
    fn of_hardware_address(server: &Server<Self>, address: &HardwareAddress) -> Vec<Self::Lease>;
}

/// What a command was asked about.
#[derive(Clone, Debug)]
pub struct Selected<F: LeaseCommands> {
    /// The lease, if there is one.
    pub lease: Option<F::Lease>,
    /// Of a deletion: whether the DNS updater is told.
    pub update_ddns: bool,
}

/// What a command was given.
#[derive(Clone, Debug)]
pub struct Given<F: LeaseCommands> {
    /// The lease.
    pub lease: F::Lease,
    /// Whether an update makes the lease if there is none.
    pub force_create: bool,
}

fn address<F: Configured>(text: &str) -> Result<F::Address, Failure> {
    let ip = F::PROTOCOL.ip();
    text.parse().map_err(|_| Failure::error(format!("Invalid {ip} address specified: {text}")))
}

fn hardware_address(text: &str) -> Result<HardwareAddress, Failure> {
    let invalid = || Failure::error(format!("'{text}' is not a hardware address"));
    HardwareAddress::new(&octets(text).ok_or_else(invalid)?).ok_or_else(invalid)
}

/// Hexadecimal digits, with colons or without.
fn octets(text: &str) -> Option<Vec<u8>> {
    use ruru_host::{Identifier, IdentifierKind};
    Identifier::parse(IdentifierKind::Duid, text).ok().map(|id| id.bytes.to_vec())
}

/// The user context of a lease, if it is one.
fn append_context(map: &mut Map, context: Option<&str>) {
    if let Some(context) = context
        && let Ok(document) = Document::from_peer(context)
    {
        map.append("user-context", document.root);
    }
}
