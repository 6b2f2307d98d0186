//! What `leaseN-add` and `leaseN-update` say of leases of any protocol.

use std::sync::Arc;

use ruru_config::{Configured, Protocol, Subnet};
use ruru_json::{Data, Map, Value};
use ruru_lease::{INFINITE_LIFETIME, PoolId, State, SubnetId, Time};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{LeaseCommands, address};
use crate::arguments::read;
use crate::{Failure, Server};

/// What leases of all protocols have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Common {
    ip_address: String,
    subnet_id: Option<u32>,
    pub(super) pool_id: Option<u32>,
    valid_lft: Option<i64>,
    expire: Option<i64>,
    #[serde(default)]
    pub(super) fqdn_fwd: bool,
    #[serde(default)]
    pub(super) fqdn_rev: bool,
    #[serde(default)]
    hostname: String,
    state: Option<u32>,
    user_context: Option<Value>,
    comment: Option<String>,
    #[serde(default)]
    pub(super) force_create: bool,
}

/// Reads the arguments: what all protocols have, and what only one has, by its names.
pub(super) fn read_both<T: DeserializeOwned>(
    arguments: &Value,
    own: &[&str],
) -> Result<(Common, T), Failure> {
    let (mut its, mut common) = (Map::default(), arguments.clone());
    if let Some(map) = common.as_map_mut() {
        for name in own {
            if let Some(value) = map.remove(name) {
                its.append(*name, value);
            }
        }
    }
    let its = Value { data: Data::Map(its), at: arguments.at };
    Ok((read(&common)?, read(&its)?))
}

impl Common {
    pub(super) fn address<F: Configured>(&self) -> Result<F::Address, Failure> {
        address::<F>(&self.ip_address)
    }

    pub(super) fn state<F: LeaseCommands>(&self) -> Result<State, Failure> {
        let state = self.state.map_or(Some(State::Assigned), F::state);
        state.ok_or_else(|| {
            let last = if F::PROTOCOL == Protocol::V6 { 4 } else { 3 };
            Failure::error(format!("'state' must be 0 to {last}"))
        })
    }

    /// The subnet that is named, or that has the address; the address must be in it.
    pub(super) fn subnet<'a, F: LeaseCommands>(
        &self,
        server: &'a Server<F>,
        address: F::Address,
    ) -> Result<&'a Arc<Subnet<F>>, Failure> {
        let subnet = match self.named_subnet(server) {
            Some(named) => named?,
            None => server.config.subnet_containing(address, |_| true).ok_or_else(|| {
                Failure::conflict(format!(
                    "subnet-id not specified and failed to find a subnet for address {address}"
                ))
            })?,
        };
        if !subnet.prefix.contains(address) {
            return Err(Failure::conflict(format!(
                "The address {address} does not belong to subnet {}, subnet-id={}",
                subnet.prefix, subnet.id
            )));
        }
        Ok(subnet)
    }

    /// The subnet of the given number, if one is given.
    pub(super) fn named_subnet<'a, F: LeaseCommands>(
        &self,
        server: &'a Server<F>,
    ) -> Option<Result<&'a Arc<Subnet<F>>, Failure>> {
        let id = self.subnet_id.filter(|id| *id > 0)?;
        Some(server.config.subnet(SubnetId(id)).ok_or_else(|| {
            let ip = F::PROTOCOL.ip();
            Failure::conflict(format!(
                "Invalid subnet-id: No {ip} subnet with subnet-id={id} currently configured."
            ))
        }))
    }

    /// Lifetime, and when it began. -1 is infinite, as in Kea. 0 is that of a DHCPv6 lease that was
    /// released.
    pub(super) fn times<F: LeaseCommands>(
        &self,
        server: &Server<F>,
        subnet: &Subnet<F>,
    ) -> Result<(u32, Time), Failure> {
        let least = if F::PROTOCOL == Protocol::V6 { 0 } else { 1 };
        let lifetime = match self.valid_lft {
            None => subnet.effective.lifetime.usual,
            Some(-1) => INFINITE_LIFETIME,
            Some(seconds) => {
                let known = u32::try_from(seconds).ok().filter(|seconds| *seconds >= least);
                known.ok_or_else(|| {
                    Failure::error(format!("'valid-lft' must be -1 or {least} to 4294967295"))
                })?
            }
        };
        Ok((lifetime, begin(self.expire, lifetime, server.now())?))
    }

    pub(super) fn pool(&self, usual: Option<PoolId>) -> PoolId {
        self.pool_id.map(PoolId).or(usual).unwrap_or_default()
    }

    pub(super) fn hostname(&self) -> Result<Box<str>, Failure> {
        if (self.fqdn_fwd || self.fqdn_rev) && self.hostname.is_empty() {
            return Err(Failure::error(
                "No hostname specified and either forward or reverse fqdn was set to true.",
            ));
        }
        Ok(self.hostname.to_lowercase().into())
    }

    /// The user context, with the comment.
    pub(super) fn context(self) -> Result<Option<Box<str>>, Failure> {
        let mut context = match self.user_context {
            None if self.comment.is_none() => return Ok(None),
            None => Value::map(),
            Some(context) => context,
        };
        let Some(map) = context.as_map_mut() else {
            return Err(Failure::error("'user-context' must be a map"));
        };
        if let Some(comment) = self.comment {
            map.insert("comment", comment);
        }
        Ok(Some(ruru_json::compact(&context).into()))
    }
}

fn begin(expire: Option<i64>, lifetime: u32, now: Time) -> Result<Time, Failure> {
    let Some(expire) = expire else { return Ok(now) };
    let begin = u32::try_from(expire).ok().and_then(|expire| expire.checked_sub(lifetime));
    begin.map(Time).ok_or_else(|| {
        Failure::error(format!(
            "'expire' ({expire}) must be seconds since 1970, not before 'valid-lft'"
        ))
    })
}
