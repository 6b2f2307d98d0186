//! `lease6-bulk-apply`: deletes and stores several leases at once, as partners in high availability
//! do.

use std::net::Ipv6Addr;

use ruru_command::{Answer, ResultCode};
use ruru_json::{Map, Value};
use ruru_lease::{Lease6, V6};
use ruru_store::Batch;
use serde::Deserialize;

use super::v6::{Which, kind, one};
use super::{LeaseCommands, address};
use crate::arguments::read;
use crate::{Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Arguments {
    deleted_leases: Option<Vec<Value>>,
    leases: Option<Vec<Value>>,
}

/// What a lease that is to be deleted may be told by. Partners send whole leases.
const TELLING: &[&str] =
    &["ip-address", "type", "subnet-id", "identifier-type", "identifier", "iaid"];

/// `lease6-bulk-apply`: nothing is done unless all can be understood; leases that are to be deleted
/// and are not there are told.
pub(crate) fn bulk_apply(server: &mut Server<V6>, arguments: &Value) -> Result<Answer, Failure> {
    let Arguments { deleted_leases, leases } = read(arguments)?;
    if deleted_leases.is_none() && leases.is_none() {
        let text = "neither 'deleted-leases' nor 'leases' parameter specified";
        return Err(Failure::error(text));
    }
    let understood = |failure: Failure| Failure { result: ResultCode::ERROR, ..failure };
    let gone: Vec<Gone> = deleted_leases
        .unwrap_or_default()
        .iter()
        .map(|lease| Gone::read(server, lease))
        .collect::<Result<_, _>>()
        .map_err(understood)?;
    let stored: Vec<Lease6> = leases
        .unwrap_or_default()
        .iter()
        .map(|lease| Ok(V6::given(server, lease)?.lease))
        .collect::<Result<_, _>>()
        .map_err(understood)?;
    let batch = server.leases.batch();
    let (deleted, missing): (Vec<_>, Vec<_>) = gone.iter().partition(|gone| gone.delete(&batch));
    let count = deleted.len() + stored.len();
    stored.into_iter().for_each(|lease| batch.replace(lease));
    batch.commit()?;
    Ok(answer(count, &missing))
}

fn answer(count: usize, missing: &[&Gone]) -> Answer {
    let text = format!("Bulk apply of {count} IPv6 leases completed.");
    let answer = if count == 0 { Answer::empty(text) } else { Answer::success(text) };
    if missing.is_empty() {
        return answer;
    }
    let missing: Vec<Value> = missing.iter().map(|gone| gone.to_json()).collect();
    answer.with(Value::object([("failed-deleted-leases", Value::from(missing))]))
}

/// A lease that is to be deleted.
struct Gone {
    kind: String,
    place: Place,
}

/// Where it is.
enum Place {
    Address(Ipv6Addr),
    /// That of a client.
    Client {
        duid: String,
        found: Option<Ipv6Addr>,
    },
}

impl Gone {
    fn read(server: &Server<V6>, lease: &Value) -> Result<Self, Failure> {
        let mut telling = lease.clone();
        if let Some(map) = telling.as_map_mut() {
            let known = map.iter().filter(|(name, _)| TELLING.contains(name));
            *map = known.map(|(name, value)| (name, value.clone())).collect();
        }
        let which: Which = read(&telling)?;
        let kind = kind(which.kind.as_deref())?.to_owned();
        let place = match &which.ip_address {
            Some(text) => Place::Address(address::<V6>(text)?),
            None => Place::Client {
                found: one(server, &which)?.map(|lease| lease.address),
                duid: which.identifier.unwrap_or_default(),
            },
        };
        Ok(Self { kind, place })
    }

    /// Deletes it; answers whether it was there.
    fn delete(&self, batch: &Batch<'_, V6>) -> bool {
        let address = match &self.place {
            Place::Address(address) => Some(*address),
            Place::Client { found, .. } => *found,
        };
        let is_kind = |lease: &Lease6| super::json6::kind(lease.kind) == self.kind;
        let lease = address.and_then(|address| batch.get(address)).filter(is_kind);
        lease.is_some_and(|lease| {
            batch.discard(lease.address);
            true
        })
    }

    /// As one that was not there.
    fn to_json(&self) -> Value {
        let (key, value) = match &self.place {
            Place::Address(address) => ("ip-address", address.to_string()),
            Place::Client { duid, .. } => ("duid", duid.clone()),
        };
        let mut map = Map::from_iter([
            ("error-message", Value::from("lease not found")),
            (key, Value::from(value)),
            ("result", Value::from(ResultCode::EMPTY.0)),
            ("type", Value::from(self.kind.as_str())),
        ]);
        map.sort();
        map.into()
    }
}
