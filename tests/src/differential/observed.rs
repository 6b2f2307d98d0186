//! What one packet makes of a server, and what is different in it between two.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::Context;
use ruru_command::Request;
use ruru_json::{Data, Map, Value};

use super::compared::Compared;
use crate::scenario::{Reply, Sent, Subject, update_as_json};

/// The answer to a packet and the leases after it.
#[derive(Clone, Debug)]
pub(super) struct Observed<P: Compared> {
    pub(super) query: Vec<u8>,
    pub(super) reply: Option<Reply<P>>,
    /// By name, as `lease4-get-all` has them, but for the time of the last transaction.
    pub(super) leases: BTreeMap<String, Map>,
    /// What the DNS updater was told.
    updates: Vec<Value>,
}

/// Where two servers differ; what they say stands beside it, nothing if they say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) what: What,
    pub(super) ours: Option<Vec<u8>>,
    pub(super) kea: Option<Vec<u8>>,
}

/// What can differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Whether there is an answer.
    Answer,
    /// Where it goes to.
    To,
    /// Where it comes from.
    From,
    /// A field of the header.
    Field(&'static str),
    /// An option of DHCPv4.
    Option(u8),
    /// What a scenario calls so: members and numbers of a way into the reply.
    Said(String),
    /// Something of a lease.
    Lease(String, String),
    /// A request to the DNS updater: which one.
    Update(usize),
}

impl<P: Compared> Observed<P> {
    /// Sends a packet and looks at what comes of it; `other` is what came of it in another server.
    pub(super) fn of(
        subject: &mut dyn Subject<P>,
        packet: &Value,
        other: Option<&Self>,
    ) -> anyhow::Result<Self> {
        let Sent { query, reply, .. } = subject.send(&super::case::packet::<P>(packet)?)?;
        let updates = subject.updates(other.map(|other| other.updates.len()))?;
        let mut updates: Vec<_> =
            updates.iter().map(update_as_json).collect::<anyhow::Result<_>>()?;
        // Kea says some things twice.
        updates.dedup();
        Ok(Self { query, reply, leases: leases(subject)?, updates })
    }

    /// All in which another server differs.
    pub(super) fn differences(&self, kea: &Self) -> anyhow::Result<Vec<Difference>> {
        let mut all = Vec::new();
        let mut note = |what, ours: Option<Vec<u8>>, kea: Option<Vec<u8>>| {
            if ours != kea {
                all.push(Difference { what, ours, kea });
            }
        };
        match (&self.reply, &kea.reply) {
            (Some(_), Some(_)) => {
                let (mut ours, mut kea) = (self.parts()?, kea.parts()?);
                for what in ours.keys().chain(kea.keys()).cloned().collect::<BTreeSet<_>>() {
                    let (ours, kea) = (ours.remove(&what), kea.remove(&what));
                    note(what, ours, kea);
                }
            }
            (ours, kea) => {
                let said = |reply: &Option<Reply<P>>| reply.as_ref().map(|_| b"yes".to_vec());
                note(What::Answer, said(ours), said(kea));
            }
        }
        let nothing = Map::default();
        for address in self.leases.keys().chain(kea.leases.keys()).collect::<BTreeSet<_>>() {
            let of = |leases: &BTreeMap<String, Map>| leases.get(address).cloned();
            let (ours, kea) = (of(&self.leases), of(&kea.leases));
            let (ours, kea) = (ours.as_ref().unwrap_or(&nothing), kea.as_ref().unwrap_or(&nothing));
            let keys = ours.iter().chain(kea.iter()).map(|(key, _)| key);
            for key in keys.collect::<BTreeSet<_>>() {
                let text =
                    |map: &Map| map.get(key).map(|value| sorted(value).to_string().into_bytes());
                note(What::Lease(address.clone(), key.to_owned()), text(ours), text(kea));
            }
        }
        for at in 0..self.updates.len().max(kea.updates.len()) {
            let text = |told: &[Value]| told.get(at).map(|update| update.to_string().into_bytes());
            note(What::Update(at), text(&self.updates), text(&kea.updates));
        }
        Ok(all)
    }

    fn parts(&self) -> anyhow::Result<BTreeMap<What, Vec<u8>>> {
        let Some(reply) = &self.reply else { return Ok(BTreeMap::new()) };
        let text = |value: &dyn fmt::Display| value.to_string().into_bytes();
        let mut parts: BTreeMap<_, _> = P::parts(reply, &self.query)?.into_iter().collect();
        parts.insert(What::To, text(&reply.to));
        parts.insert(What::From, text(&reply.from));
        Ok(parts)
    }

    /// In the words of a scenario.
    pub(super) fn describe(&self, of: &BTreeSet<&What>) -> anyhow::Result<Value> {
        let mut out = Map::default();
        if let Some(reply) = &self.reply {
            out.insert("reply", P::describe(reply, &self.query, P::LOCAL)?);
        }
        if of.iter().any(|what| what.is_of_lease()) {
            let lease = |(name, lease): (&String, &Map)| (name.clone(), Value::from(lease.clone()));
            out.insert("leases", Value::object(self.leases.iter().map(lease)));
        }
        if of.iter().any(|what| matches!(what, What::Update(_))) {
            out.insert("updates", self.updates.clone());
        }
        Ok(out.into())
    }
}

impl What {
    /// The same for two that may well have one cause.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Lease(_, member) => format!("lease {member}"),
            other => format!("{other:?}"),
        }
    }

    pub(super) fn is_of_lease(&self) -> bool {
        matches!(self, Self::Lease(..))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_text = !matches!(self.what, What::Field(_) | What::Option(_));
        let shown = |bytes: &Option<Vec<u8>>| match bytes {
            None => "nothing".to_owned(),
            Some(bytes) if is_text => String::from_utf8_lossy(bytes).into_owned(),
            Some(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        write!(f, "{:?}: ours {}, Kea's {}", self.what, shown(&self.ours), shown(&self.kea))
    }
}

/// In maps the order does not count.
fn sorted(value: &Value) -> Value {
    match &value.data {
        Data::Map(map) => {
            let mut map: Map = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            map.sort();
            map.into()
        }
        _ => value.clone(),
    }
}

fn leases<P: Compared>(subject: &mut dyn Subject<P>) -> anyhow::Result<BTreeMap<String, Map>> {
    let answer = subject.command(&Request::new(P::LEASES))?;
    let arguments = answer.arguments.unwrap_or_else(Value::map);
    let list = arguments.get("leases").and_then(Value::as_list).unwrap_or_default();
    let lease = |lease: &Value| {
        let mut map = lease.as_map().cloned().context("a lease is a map")?;
        map.remove("ip-address");
        // The clocks are not the same.
        map.remove("cltt");
        Ok((P::lease_name(lease), map))
    };
    list.iter().map(lease).collect()
}
