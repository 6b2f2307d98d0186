//! Commands that change leases, as far as they are the same for all protocols.

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::LeaseRecord;
use serde::Deserialize;

use super::find::collect;
use super::subnets::of_subnets;
use crate::arguments::{none, read};
use crate::{Commanded, CompactionStart, Failure, Server};

/// `leaseN-add`
pub(crate) fn add<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let lease = F::given(server, arguments)?.lease;
    let (what, subnet) = (F::describe(&lease), lease.subnet_id());
    let batch = server.leases.batch();
    let exists = |_| Failure::conflict(format!("{} lease already exists.", F::PROTOCOL.ip()));
    batch.store(lease, None).map_err(exists)?;
    batch.commit()?;
    Ok(Answer::success(format!("Lease for {what}, subnet-id {subnet} added.")))
}

/// `leaseN-update`
pub(crate) fn update<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let given = F::given(server, arguments)?;
    let batch = server.leases.batch();
    let address = given.lease.address();
    let exists = batch.get(address).is_some();
    if !exists && !given.force_create {
        let text = format!(
            "failed to update the lease with address {address}: there is none; set 'force-create' to add it"
        );
        return Err(Failure::conflict(text));
    }
    batch.replace(given.lease);
    batch.commit()?;
    let done = if exists { "updated" } else { "added" };
    Ok(Answer::success(format!("{} lease {done}.", F::PROTOCOL.ip())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WipeArguments {
    subnet_id: Option<u32>,
}

/// `leaseN-wipe`
pub(crate) fn wipe<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let WipeArguments { subnet_id } = read(arguments)?;
    let subnet = subnet_id.filter(|id| *id > 0);
    let leases = match subnet {
        None => collect(server, |_| true),
        Some(id) => of_subnets(server, vec![id]),
    };
    for chunk in leases.chunks(1000) {
        let batch = server.leases.batch();
        for lease in chunk {
            batch.discard(lease.address());
        }
        batch.commit()?;
    }
    let subnets = match subnet {
        Some(id) => id.to_string(),
        None => server.config.subnets().map(|s| s.id.to_string()).collect::<Vec<_>>().join(" "),
    };
    let (count, ip) = (leases.len(), F::PROTOCOL.ip());
    let text = format!("Deleted {count} {ip} lease(s) from subnet(s) {subnets}");
    Ok(if leases.is_empty() { Answer::empty(text) } else { Answer::success(text) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteArguments {
    filename: String,
}

/// `leaseN-write`: all leases into a file of the data directory.
pub(crate) fn write<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let WriteArguments { filename } = read(arguments)?;
    let path = server.process.lease_file(&filename).map_err(Failure::error)?;
    if server.leases.path() == Some(&*path) {
        return Err(Failure::error("this is the lease file in use; choose another name"));
    }
    server.leases.write_copy(&path).map_err(|error| Failure::error(error.to_string()))?;
    let (ip, path) = (F::PROTOCOL.ip(), path.display());
    Ok(Answer::success(format!("{ip} lease database into '{path}'.")))
}

/// `kea-lfc-start`: rewrites the lease file without what later lines replaced.
pub(crate) fn compact<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    match server.process.compact() {
        CompactionStart::Started => Ok(Answer::success("compaction of the lease file started")),
        CompactionStart::UnderWay => Ok(Answer::empty("a compaction is under way already")),
        CompactionStart::NoFile => Err(Failure::error("leases are not kept in a file")),
        CompactionStart::Failed(reason) => Err(Failure::error(reason)),
    }
}
