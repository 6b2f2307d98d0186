//! What commands about leases of DHCPv4 have of their own.

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::{ClientKey4, Lease4, State, V4};
use ruru_wire::{Bytes, HardwareAddress};
use serde::Deserialize;

use super::arguments::read_both;
use super::find::{list, sorted};
use super::{Given, LeaseCommands, Selected, address, hardware_address, json4, octets};
use crate::arguments::read;
use crate::{Failure, Server};

/// One lease, by address or by subnet and identifier.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Which {
    ip_address: Option<String>,
    subnet_id: Option<u32>,
    identifier_type: Option<String>,
    identifier: Option<String>,
    /// Of `lease4-del`: whether the DNS updater is told.
    update_ddns: Option<bool>,
}

/// What only DHCPv4 leases have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Own {
    hw_address: String,
    client_id: Option<String>,
}

impl LeaseCommands for V4 {
    fn lease_to_json(lease: &Lease4) -> Value {
        json4::lease(lease)
    }

    fn describe(lease: &Lease4) -> String {
        format!("address {}", lease.address)
    }

    fn select(server: &Server<Self>, arguments: &Value) -> Result<Selected<Self>, Failure> {
        let which: Which = read(arguments)?;
        let update_ddns = which.update_ddns.unwrap_or(false);
        Ok(Selected { lease: one(server, &which)?, update_ddns })
    }

    fn given(server: &Server<Self>, arguments: &Value) -> Result<Given<Self>, Failure> {
        let (common, own) = read_both::<Own>(arguments, &["hw-address", "client-id"])?;
        let address = common.address::<Self>()?;
        let state = common.state::<Self>()?;
        let subnet = common.subnet(server, address)?;
        let hwaddr = match own.hw_address.as_str() {
            "" if state == State::Declined => HardwareAddress::default(),
            text => hardware_address(text)?,
        };
        let (valid_lifetime, cltt) = common.times(server, subnet)?;
        let client_id = own.client_id.as_deref().map(client_id).transpose()?;
        let force_create = common.force_create;
        let lease = Lease4 {
            address,
            hwaddr,
            client_id: client_id.map(|id| Bytes::from(&*id)),
            valid_lifetime,
            cltt,
            subnet_id: subnet.id,
            pool_id: common.pool(subnet.pool_of(address).map(|pool| pool.id)),
            state,
            fqdn_fwd: common.fqdn_fwd,
            fqdn_rev: common.fqdn_rev,
            hostname: common.hostname()?,
            user_context: common.context()?,
        };
        Ok(Given { lease, force_create })
    }

    fn of_hardware_address(server: &Server<Self>, address: &HardwareAddress) -> Vec<Lease4> {
        let key = ClientKey4::HardwareAddress(address.as_bytes());
        server.leases.batch().of_client(key).into_vec()
    }
}

fn one(server: &Server<V4>, which: &Which) -> Result<Option<Lease4>, Failure> {
    if let Some(text) = &which.ip_address {
        return Ok(server.leases.batch().get(address::<V4>(text)?));
    }
    let (Some(subnet), Some(kind), Some(identifier)) =
        (which.subnet_id, which.identifier_type.as_deref(), which.identifier.as_deref())
    else {
        return Err(Failure::error(
            "either 'ip-address', or 'subnet-id', 'identifier-type' and 'identifier' are needed",
        ));
    };
    let found = match kind {
        "hw-address" => V4::of_hardware_address(server, &hardware_address(identifier)?),
        "client-id" => of_client_id(server, identifier)?,
        other => {
            let text = format!("'identifier-type' must be hw-address or client-id, not {other}");
            return Err(Failure::error(text));
        }
    };
    Ok(found.into_iter().find(|lease| lease.subnet_id.0 == subnet))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ByClientId {
    client_id: String,
}

/// `lease4-get-by-client-id`
pub(crate) fn get_by_client_id(
    server: &mut Server<V4>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let ByClientId { client_id } = read(arguments)?;
    Ok(list::<V4>(sorted::<V4>(of_client_id(server, &client_id)?)))
}

fn of_client_id(server: &Server<V4>, text: &str) -> Result<Vec<Lease4>, Failure> {
    let client_id = client_id(text)?;
    Ok(server.leases.batch().of_client(ClientKey4::ClientId(&client_id)).into_vec())
}

fn client_id(text: &str) -> Result<Vec<u8>, Failure> {
    octets(text).ok_or_else(|| Failure::error(format!("'{text}' is not a client identifier")))
}
