//! What commands about leases of DHCPv6 have of their own.

use std::net::Ipv6Addr;

use ruru_command::Answer;
use ruru_config::v6::Subnet;
use ruru_json::Value;
use ruru_lease::{
    ClientKey6, Lease6, LeaseKind, LeaseRecord, PoolRange, Resource, State, SubnetId, V6,
};
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{Duid, HardwareType};
use serde::Deserialize;

use super::arguments::{Common, read_both};
use super::find::{collect, list, sorted};
use super::{Given, LeaseCommands, Selected, address, hardware_address, json6, octets};
use crate::arguments::read;
use crate::{Failure, Server};

/// One lease: by address, or by subnet, client and identity association; of an address if no type
/// says otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Which {
    pub(super) ip_address: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    subnet_id: Option<u32>,
    identifier_type: Option<String>,
    pub(super) identifier: Option<String>,
    iaid: Option<u32>,
    /// Of `lease6-del`: whether the DNS updater is told.
    update_ddns: Option<bool>,
}

/// What only DHCPv6 leases have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Own {
    duid: String,
    iaid: u32,
    #[serde(rename = "type")]
    kind: Option<String>,
    prefix_len: Option<u8>,
    preferred_lft: Option<i64>,
    hw_address: Option<String>,
}

const OWN: &[&str] = &["duid", "iaid", "type", "prefix-len", "preferred-lft", "hw-address"];

impl LeaseCommands for V6 {
    fn lease_to_json(lease: &Lease6) -> Value {
        json6::lease(lease)
    }

    fn describe(lease: &Lease6) -> String {
        match lease.kind {
            LeaseKind::Prefix { length } => format!("prefix {}/{length}", lease.address),
            LeaseKind::Address | LeaseKind::Temporary => format!("address {}", lease.address),
        }
    }

    fn select(server: &Server<Self>, arguments: &Value) -> Result<Selected<Self>, Failure> {
        let which: Which = read(arguments)?;
        let update_ddns = which.update_ddns.unwrap_or(false);
        Ok(Selected { lease: one(server, &which)?, update_ddns })
    }

    fn given(server: &Server<Self>, arguments: &Value) -> Result<Given<Self>, Failure> {
        let (common, own) = read_both::<Own>(arguments, OWN)?;
        let address = common.address::<Self>()?;
        let kind = own.kind(address)?;
        let state = common.state::<Self>()?;
        let subnet = subnet(server, &common, address, kind)?;
        let (valid_lifetime, cltt) = common.times(server, subnet)?;
        let hwaddr = own.hw_address.as_deref().map(hardware_address).transpose()?;
        let hwtype = if hwaddr.is_some() { HardwareType::ETHERNET } else { HardwareType(0) };
        let force_create = common.force_create;
        let lease = Lease6 {
            address,
            kind,
            duid: own.duid(state)?,
            iaid: Iaid(own.iaid),
            valid_lifetime,
            preferred_lifetime: own.preferred_lifetime(subnet, valid_lifetime)?,
            cltt,
            began: cltt,
            subnet_id: subnet.id,
            pool_id: common.pool(pool_of(subnet, address, kind)),
            state,
            fqdn_fwd: common.fqdn_fwd,
            fqdn_rev: common.fqdn_rev,
            hostname: common.hostname()?,
            hwaddr: hwaddr.unwrap_or_default(),
            hwtype,
            hwaddr_source: 0,
            user_context: common.context()?,
        };
        Ok(Given { lease, force_create })
    }

    fn of_hardware_address(server: &Server<Self>, address: &HardwareAddress) -> Vec<Lease6> {
        collect(server, |lease| lease.hardware_address() == address)
    }
}

impl Own {
    /// What the lease is of: of an address if nothing is said.
    fn kind(&self, address: Ipv6Addr) -> Result<LeaseKind, Failure> {
        match self.kind.as_deref() {
            None | Some("IA_NA") => return Ok(LeaseKind::Address),
            Some("IA_PD") => {}
            Some(other) => {
                return Err(Failure::error(format!(
                    "Incorrect lease type: {other}, the only supported values are: IA_NA and IA_PD"
                )));
            }
        }
        let length =
            self.prefix_len.ok_or_else(|| Failure::error("missing parameter 'prefix-len'"))?;
        // The subnet is of no account: what is asked is whether there is such a prefix.
        if PoolRange::of_prefixes(SubnetId(0), address, length, length).is_none() {
            let text =
                format!("There is no prefix {address} of {length} bits that can be delegated");
            return Err(Failure::error(text));
        }
        Ok(LeaseKind::Prefix { length })
    }

    /// Nobody's leases are those that were declined.
    fn duid(&self, state: State) -> Result<Duid, Failure> {
        let duid = duid(&self.duid)?;
        if duid.is_empty() && state != State::Declined {
            return Err(Failure::error("only declined leases have the DUID 00:00:00"));
        }
        Ok(duid)
    }

    /// What is given, or what the subnet says; never more than the lifetime.
    fn preferred_lifetime(&self, subnet: &Subnet, lifetime: u32) -> Result<u32, Failure> {
        match self.preferred_lft {
            None => Ok(subnet.effective.own.preferred.grant(None, lifetime)),
            Some(-1) => Ok(lifetime),
            Some(seconds) => u32::try_from(seconds)
                .map(|seconds| seconds.min(lifetime))
                .map_err(|_| Failure::error("'preferred-lft' must be -1 or 0 to 4294967295")),
        }
    }
}

/// The subnet of a lease. A prefix need not lie in it, and cannot tell it.
fn subnet<'a>(
    server: &'a Server<V6>,
    common: &Common,
    address: Ipv6Addr,
    kind: LeaseKind,
) -> Result<&'a Subnet, Failure> {
    match kind {
        LeaseKind::Address | LeaseKind::Temporary => Ok(common.subnet(server, address)?),
        LeaseKind::Prefix { .. } => {
            let named = common.named_subnet(server).unwrap_or_else(|| {
                Err(Failure::error(
                    "Subnet-id is 0 or not specified. This is allowed for address leases only, \
                     not prefix leases.",
                ))
            });
            Ok(named?)
        }
    }
}

/// The number of the pool that a lease is from.
fn pool_of(subnet: &Subnet, address: Ipv6Addr, kind: LeaseKind) -> Option<ruru_lease::PoolId> {
    let resource = kind.resource().unwrap_or(Resource::Address);
    let pool = subnet.pools_of(resource).find(|pool| pool.range.covers(address));
    pool.map(|pool| pool.id)
}

pub(super) fn one(server: &Server<V6>, which: &Which) -> Result<Option<Lease6>, Failure> {
    let kind = kind(which.kind.as_deref())?;
    let is_kind = |lease: &Lease6| json6::kind(lease.kind) == kind;
    if let Some(text) = &which.ip_address {
        return Ok(server.leases.batch().get(address::<V6>(text)?).filter(is_kind));
    }
    let (Some(subnet), Some(identifier_type), Some(identifier)) =
        (which.subnet_id, which.identifier_type.as_deref(), which.identifier.as_deref())
    else {
        return Err(Failure::error(
            "either 'ip-address', or 'subnet-id', 'identifier-type' and 'identifier' are needed",
        ));
    };
    if identifier_type != "duid" {
        let text = format!("'identifier-type' must be duid, not {identifier_type}");
        return Err(Failure::error(text));
    }
    let (duid, iaid) = (duid(identifier)?, which.iaid.unwrap_or(0));
    let mut found = of_duid(server, &duid);
    found.retain(|l| l.subnet_id.0 == subnet && l.iaid.0 == iaid && is_kind(l));
    if found.len() > 1 {
        return Err(Failure::error(format!(
            "More than one lease found for type {kind}, duid {duid}, iaid {iaid} and subnet-id \
             {subnet}"
        )));
    }
    Ok(found.pop())
}

/// What a lease is to be of, by the name that Kea's commands use.
pub(super) fn kind(given: Option<&str>) -> Result<&str, Failure> {
    match given {
        None => Ok("IA_NA"),
        Some(kind @ ("IA_NA" | "IA_TA" | "IA_PD")) => Ok(kind),
        Some(other) => {
            let text = format!(
                "Invalid lease type specified: {other}, only supported values are: \
                IA_NA, IA_TA and IA_PD"
            );
            Err(Failure::error(text))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByDuid {
    duid: String,
}

/// `lease6-get-by-duid`
pub(crate) fn get_by_duid(server: &mut Server<V6>, arguments: &Value) -> Result<Answer, Failure> {
    let ByDuid { duid } = read(arguments)?;
    Ok(list::<V6>(sorted::<V6>(of_duid(server, &self::duid(&duid)?))))
}

fn of_duid(server: &Server<V6>, duid: &Duid) -> Vec<Lease6> {
    // Leases that nobody has are not found by their client.
    if duid.is_empty() {
        return collect(server, |lease| lease.duid == *duid);
    }
    server.leases.batch().of_client(ClientKey6::Duid(duid)).into_vec()
}

fn duid(text: &str) -> Result<Duid, Failure> {
    octets(text).and_then(|bytes| Duid::new(&bytes).ok()).ok_or_else(|| {
        Failure::error(format!("'{text}' is not a DUID: 3 to 130 bytes in hexadecimal digits"))
    })
}
