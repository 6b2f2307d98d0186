//! Commands about leases that need the engine: it tells the DNS updater, and ends leases.

use ruru_command::Answer;
use ruru_json::Value;
use ruru_lease::LeaseRecord;
use serde::Deserialize;

use super::{Selected, address};
use crate::arguments::read;
use crate::upkeep::{self, Told, Upkeep};
use crate::{Failure, Server};

/// `leaseN-del`
pub(crate) fn del<F: Told>(server: &mut Server<F>, arguments: &Value) -> Result<Answer, Failure> {
    let selected = F::select(server, arguments)?;
    let answer = delete(server, &selected)?;
    if let Selected { lease: Some(lease), update_ddns: true } = &selected {
        let ((), changes) = F::with_engine(server, |engine| F::tell_of_deletion(engine, lease));
        server.process.tell(changes);
    }
    Ok(answer)
}

/// Deletes the lease that is meant.
fn delete<F: Told>(server: &Server<F>, selected: &Selected<F>) -> Result<Answer, Failure> {
    let ip = F::PROTOCOL.ip();
    let Some(lease) = &selected.lease else {
        return Ok(Answer::empty(format!("{ip} lease not found.")));
    };
    let batch = server.leases.batch();
    batch.discard(lease.address());
    batch.commit()?;
    Ok(Answer::success(format!("{ip} lease deleted.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ResendArguments {
    ip_address: String,
}

/// `leaseN-resend-ddns`
pub(crate) fn resend_ddns<F: Told>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    if server.config.globals().updater.is_none() {
        return Err(Failure::conflict("DDNS updating is not enabled"));
    }
    let ResendArguments { ip_address } = read(arguments)?;
    let Some(lease) = server.leases.batch().get(address::<F>(&ip_address)?) else {
        return Ok(Answer::empty(format!("No lease found for: {ip_address}")));
    };
    if lease.hostname().is_empty() {
        let text = format!("Lease for: {ip_address}, has no hostname, nothing to update");
        return Err(Failure::conflict(text));
    }
    let (is_told, changes) = F::with_engine(server, |engine| F::tell_again(engine, &lease));
    if !is_told {
        let text =
            format!("Neither forward nor reverse updates enabled for lease for: {ip_address}");
        return Err(Failure::conflict(text));
    }
    server.process.tell(changes);
    let hostname = lease.hostname();
    Ok(Answer::success(format!("NCR generated for: {ip_address}, hostname: {hostname}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReclaimArguments {
    remove: bool,
}

/// `leases-reclaim`: all leases that have ended, now.
pub(crate) fn reclaim<F: Upkeep>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    if arguments.get("remove").is_none() {
        return Err(Failure::error("Missing mandatory 'remove' parameter."));
    }
    let ReclaimArguments { remove } = read(arguments)?;
    loop {
        let (count, changes) = F::with_engine(server, |engine| {
            upkeep::reclaim(engine, &server.leases, usize::MAX, remove)
        });
        server.process.tell(changes);
        if count? == 0 {
            return Ok(Answer::success("Reclamation of expired leases is complete."));
        }
    }
}
