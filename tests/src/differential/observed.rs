//! What one packet makes of a server, and what is different in it between two.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;

use anyhow::Context;
use ruru_command::Request;
use ruru_json::{Data, Map, Value};
use ruru_lease::V4;
use ruru_wire::v4::{HEADER_LEN, Query};

use crate::scenario::{Protocol as _, Reply, Sent, Subject};

/// The answer to a packet and the leases after it.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) query: Vec<u8>,
    pub(super) reply: Option<Reply<V4>>,
    /// By address, as `lease4-get-all` has them, but for the time of the last transaction.
    pub(super) leases: BTreeMap<Ipv4Addr, Map>,
}

/// Where two servers differ; what they say stands beside it, nothing if they say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) what: What,
    pub(super) ours: Option<Vec<u8>>,
    pub(super) kea: Option<Vec<u8>>,
}

/// What can differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Whether there is an answer.
    Answer,
    /// Where it goes to.
    To,
    /// Where it comes from.
    From,
    /// A field of the header.
    Field(&'static str),
    /// An option.
    Option(u8),
    /// Something of the lease of an address.
    Lease(Ipv4Addr, String),
}

/// The fields of the header.
const FIELDS: [(&str, std::ops::Range<usize>); 13] = [
    ("op", 0..1),
    ("htype", 1..2),
    ("hlen", 2..3),
    ("hops", 3..4),
    ("xid", 4..8),
    ("secs", 8..10),
    ("flags", 10..12),
    ("ciaddr", 12..16),
    ("yiaddr", 16..20),
    ("siaddr", 20..24),
    ("giaddr", 24..28),
    ("chaddr", 28..44),
    ("sname", 44..108),
];

impl Observed {
    /// Sends a packet and looks at what comes of it.
    pub(super) fn of(subject: &mut dyn Subject<V4>, packet: &Value) -> anyhow::Result<Self> {
        let Sent { query, reply, .. } = subject.send(&super::case::packet(packet)?)?;
        Ok(Self { query, reply, leases: leases(subject)? })
    }

    /// Whether it answers without an address.
    pub(super) fn gives_nothing(&self) -> bool {
        let reply = self.reply.as_ref().and_then(|reply| Query::decode(&reply.message).ok());
        reply.is_some_and(|reply| reply.header.yiaddr.is_unspecified())
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
            (Some(ours), Some(kea)) => {
                let text = |value: &dyn fmt::Display| Some(value.to_string().into_bytes());
                note(What::To, text(&ours.to), text(&kea.to));
                note(What::From, text(&ours.from), text(&kea.from));
                for (name, range) in FIELDS.into_iter().chain([("file", 108..HEADER_LEN)]) {
                    let field =
                        |reply: &Reply<V4>| reply.message.get(range.clone()).map(<[u8]>::to_vec);
                    note(What::Field(name), field(ours), field(kea));
                }
                let (ours, kea) = (options(&ours.message)?, options(&kea.message)?);
                for code in ours.keys().chain(kea.keys()).collect::<BTreeSet<_>>() {
                    note(What::Option(*code), ours.get(code).cloned(), kea.get(code).cloned());
                }
            }
            (ours, kea) => {
                let said = |reply: &Option<Reply<V4>>| reply.as_ref().map(|_| b"yes".to_vec());
                note(What::Answer, said(ours), said(kea));
            }
        }
        let nothing = Map::default();
        for address in self.leases.keys().chain(kea.leases.keys()).collect::<BTreeSet<_>>() {
            let of = |leases: &BTreeMap<Ipv4Addr, Map>| leases.get(address).cloned();
            let (ours, kea) = (of(&self.leases), of(&kea.leases));
            let (ours, kea) = (ours.as_ref().unwrap_or(&nothing), kea.as_ref().unwrap_or(&nothing));
            let keys = ours.iter().chain(kea.iter()).map(|(key, _)| key);
            for key in keys.collect::<BTreeSet<_>>() {
                let text =
                    |map: &Map| map.get(key).map(|value| sorted(value).to_string().into_bytes());
                note(What::Lease(*address, key.to_owned()), text(ours), text(kea));
            }
        }
        Ok(all)
    }

    /// In the words of a scenario.
    pub(super) fn describe(&self, local: Ipv4Addr, with_leases: bool) -> anyhow::Result<Value> {
        let mut out = Map::default();
        if let Some(reply) = &self.reply {
            out.insert("reply", V4::describe(reply, &self.query, local)?);
        }
        if with_leases {
            let lease = |(address, lease): (&Ipv4Addr, &Map)| {
                (address.to_string(), Value::from(lease.clone()))
            };
            out.insert("leases", Value::object(self.leases.iter().map(lease)));
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

fn options(message: &[u8]) -> anyhow::Result<BTreeMap<u8, Vec<u8>>> {
    let reply = Query::decode(message).context("the reply")?;
    Ok(reply.options.iter().map(|(code, content)| (code.0, content.to_vec())).collect())
}

fn leases(subject: &mut dyn Subject<V4>) -> anyhow::Result<BTreeMap<Ipv4Addr, Map>> {
    let answer = subject.command(&Request::new("lease4-get-all"))?;
    let arguments = answer.arguments.unwrap_or_else(Value::map);
    let list = arguments.get("leases").and_then(Value::as_list).unwrap_or_default();
    let lease = |lease: &Value| {
        let mut map = lease.as_map().cloned().context("a lease is a map")?;
        let address = map.remove("ip-address");
        let address =
            address.as_ref().and_then(Value::as_text).context("a lease has an address")?;
        // The clocks are not the same.
        map.remove("cltt");
        Ok((address.parse()?, map))
    };
    list.iter().map(lease).collect()
}
