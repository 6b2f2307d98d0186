//! Commands that change leases.

use ruru_command::Answer;
use ruru_engine::NameChanges;
use ruru_engine::v4::Engine;
use ruru_json::Value;
use ruru_lease::{Family, INFINITE_LIFETIME, Lease4, PoolId, State, SubnetId, Time, V4};
use ruru_wire::Bytes;
use ruru_wire::v4::HardwareAddress;
use serde::Deserialize;

use super::find::{Which, collect, one};
use super::{address, client_id, hardware_address};
use crate::arguments::{none, read};
use crate::{CompactionStart, Failure, Server, upkeep};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LeaseArguments {
    ip_address: String,
    hw_address: String,
    client_id: Option<String>,
    subnet_id: Option<u32>,
    pool_id: Option<u32>,
    valid_lft: Option<i64>,
    expire: Option<i64>,
    #[serde(default)]
    fqdn_fwd: bool,
    #[serde(default)]
    fqdn_rev: bool,
    #[serde(default)]
    hostname: String,
    state: Option<u32>,
    user_context: Option<Value>,
    comment: Option<String>,
    #[serde(default)]
    force_create: bool,
}

/// `lease4-add`
pub(crate) fn add(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let lease = build(server, read(arguments)?)?;
    let text = format!("Lease for address {}, subnet-id {} added.", lease.address, lease.subnet_id);
    let batch = server.leases.batch();
    batch.store(lease, None).map_err(|_| Failure::conflict("IPv4 lease already exists."))?;
    batch.commit()?;
    Ok(Answer::success(text))
}

/// `lease4-update`
pub(crate) fn update(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let arguments: LeaseArguments = read(arguments)?;
    let force = arguments.force_create;
    let lease = build(server, arguments)?;
    let batch = server.leases.batch();
    let exists = batch.get(lease.address).is_some();
    if !exists && !force {
        let text = format!(
            "failed to update the lease with address {}: there is none; set 'force-create' to add it",
            lease.address
        );
        return Err(Failure::conflict(text));
    }
    batch.replace(lease);
    batch.commit()?;
    Ok(Answer::success(if exists { "IPv4 lease updated." } else { "IPv4 lease added." }))
}

/// `lease4-del`
pub(crate) fn del(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let which: Which = read(arguments)?;
    let Some(lease) = one(server, &which)? else {
        return Ok(Answer::empty("IPv4 lease not found."));
    };
    let batch = server.leases.batch();
    batch.discard(lease.address);
    batch.commit()?;
    if which.update_ddns.unwrap_or(false) {
        let name_changes = NameChanges::default();
        engine(server, &name_changes).tell_of_deletion(&lease);
        server.process.tell(name_changes.take());
    }
    Ok(Answer::success("IPv4 lease deleted."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WipeArguments {
    subnet_id: Option<u32>,
}

/// `lease4-wipe`
pub(crate) fn wipe(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let WipeArguments { subnet_id } = read(arguments)?;
    let subnet = subnet_id.filter(|id| *id > 0);
    let leases = collect(server, |lease| subnet.is_none_or(|id| id == lease.subnet_id.0));
    for chunk in leases.chunks(1000) {
        let batch = server.leases.batch();
        for lease in chunk {
            batch.discard(lease.address);
        }
        batch.commit()?;
    }
    let subnets = match subnet {
        Some(id) => id.to_string(),
        None => server.config.subnets().map(|s| s.id.to_string()).collect::<Vec<_>>().join(" "),
    };
    let text = format!("Deleted {} IPv4 lease(s) from subnet(s) {subnets}", leases.len());
    Ok(if leases.is_empty() { Answer::empty(text) } else { Answer::success(text) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteArguments {
    filename: String,
}

/// `lease4-write`: all leases into a file of the data directory.
pub(crate) fn write(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    let WriteArguments { filename } = read(arguments)?;
    let path = server.process.lease_file(&filename).map_err(Failure::error)?;
    if server.leases.path() == Some(&*path) {
        return Err(Failure::error("this is the lease file in use; choose another name"));
    }
    server.leases.write_copy(&path).map_err(|error| Failure::error(error.to_string()))?;
    Ok(Answer::success(format!("IPv4 lease database into '{}'.", path.display())))
}

/// `kea-lfc-start`: rewrites the lease file without what later lines replaced.
pub(crate) fn compact(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    none(arguments)?;
    match server.process.compact() {
        CompactionStart::Started => Ok(Answer::success("compaction of the lease file started")),
        CompactionStart::UnderWay => Ok(Answer::empty("a compaction is under way already")),
        CompactionStart::NoFile => Err(Failure::error("leases are not kept in a file")),
        CompactionStart::Failed(reason) => Err(Failure::error(reason)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ResendArguments {
    ip_address: String,
}

/// `lease4-resend-ddns`
pub(crate) fn resend_ddns(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    if server.config.globals().updater.is_none() {
        return Err(Failure::conflict("DDNS updating is not enabled"));
    }
    let ResendArguments { ip_address } = read(arguments)?;
    let Some(lease) = server.leases.batch().get(address(&ip_address)?) else {
        return Ok(Answer::empty(format!("No lease found for: {ip_address}")));
    };
    let name_changes = NameChanges::default();
    if lease.hostname.is_empty() {
        let text = format!("Lease for: {ip_address}, has no hostname, nothing to update");
        return Err(Failure::conflict(text));
    }
    if !engine(server, &name_changes).tell_again(&lease) {
        let text =
            format!("Neither forward nor reverse updates enabled for lease for: {ip_address}");
        return Err(Failure::conflict(text));
    }
    server.process.tell(name_changes.take());
    Ok(Answer::success(format!("NCR generated for: {ip_address}, hostname: {}", lease.hostname)))
}

/// The engine as commands need it.
fn engine<'a>(server: &'a Server, name_changes: &'a NameChanges) -> Engine<'a> {
    Engine {
        config: &server.config,
        registry: &server.registry,
        log: &*server.log,
        now: server.now(),
        random: 0,
        own_addresses: &[],
        name_changes,
        answer_to_source: false,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReclaimArguments {
    remove: bool,
}

/// `leases-reclaim`: all leases that have ended, now.
pub(crate) fn reclaim(server: &mut Server, arguments: &Value) -> Result<Answer, Failure> {
    if arguments.get("remove").is_none() {
        return Err(Failure::error("Missing mandatory 'remove' parameter."));
    }
    let ReclaimArguments { remove } = read(arguments)?;
    let name_changes = NameChanges::default();
    let engine = engine(server, &name_changes);
    while upkeep::reclaim(&engine, &server.leases, usize::MAX, remove)? > 0 {
        server.process.tell(name_changes.take());
    }
    Ok(Answer::success("Reclamation of expired leases is complete."))
}

fn build(server: &Server, arguments: LeaseArguments) -> Result<Lease4, Failure> {
    let address = address(&arguments.ip_address)?;
    let state = arguments.state.map_or(Some(State::Assigned), V4::state);
    let state = state.ok_or_else(|| Failure::error("'state' must be 0 to 3"))?;
    let subnet = match arguments.subnet_id.filter(|id| *id > 0) {
        Some(id) => server.config.subnet(SubnetId(id)).ok_or_else(|| {
            Failure::conflict(format!(
                "Invalid subnet-id: No IPv4 subnet with subnet-id={id} currently configured."
            ))
        })?,
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
    let hwaddr = match arguments.hw_address.as_str() {
        "" if state == State::Declined => HardwareAddress::default(),
        text => hardware_address(text)?,
    };
    let valid_lifetime = lifetime(arguments.valid_lft, subnet.effective.lifetime.usual)?;
    Ok(Lease4 {
        address,
        hwaddr,
        client_id: arguments
            .client_id
            .as_deref()
            .map(client_id)
            .transpose()?
            .map(|id| Bytes::from(&*id)),
        valid_lifetime,
        cltt: begin(arguments.expire, valid_lifetime, server.now())?,
        subnet_id: subnet.id,
        pool_id: arguments
            .pool_id
            .map(PoolId)
            .or_else(|| subnet.pool_of(address).map(|pool| pool.id))
            .unwrap_or_default(),
        state,
        fqdn_fwd: arguments.fqdn_fwd,
        fqdn_rev: arguments.fqdn_rev,
        hostname: hostname(&arguments)?,
        user_context: context(arguments.user_context, arguments.comment)?,
    })
}

/// -1 is infinite, as in Kea.
fn lifetime(given: Option<i64>, usual: u32) -> Result<u32, Failure> {
    match given {
        None => Ok(usual),
        Some(-1) => Ok(INFINITE_LIFETIME),
        Some(seconds) => u32::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| Failure::error("'valid-lft' must be -1 or 1 to 4294967295")),
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

fn hostname(arguments: &LeaseArguments) -> Result<Box<str>, Failure> {
    if (arguments.fqdn_fwd || arguments.fqdn_rev) && arguments.hostname.is_empty() {
        return Err(Failure::error(
            "No hostname specified and either forward or reverse fqdn was set to true.",
        ));
    }
    Ok(arguments.hostname.to_lowercase().into())
}

fn context(context: Option<Value>, comment: Option<String>) -> Result<Option<Box<str>>, Failure> {
    let mut context = match context {
        None if comment.is_none() => return Ok(None),
        None => Value::map(),
        Some(context) => context,
    };
    let Some(map) = context.as_map_mut() else {
        return Err(Failure::error("'user-context' must be a map"));
    };
    if let Some(comment) = comment {
        map.insert("comment", comment);
    }
    Ok(Some(ruru_json::compact(&context).into()))
}
