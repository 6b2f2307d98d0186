//! Queries, made once and then only filled in.
//!
//! A new client's first query is ours or the user's; its other queries are made of it, so that a
//! client stays the same client in all of them.

mod v4;
mod v6;

use std::net::IpAddr;

use ruru_wire::v6::{OptionCode, option_bytes};

use crate::clients::Lease;
use crate::session::Xid;

pub(crate) use v6::{Associations, Relaying};

/// The queries of a relay's clients.
#[derive(Debug)]
pub(crate) struct Templates {
    /// A client looks for a lease: DISCOVER, SOLICIT.
    pub(crate) discover: Template,
    /// It takes one.
    pub(crate) request: Template,
    /// It goes on using it.
    pub(crate) renewal: Template,
    /// It gives it back.
    pub(crate) release: Template,
    /// The end of the identity that the user's query has.
    pub(crate) base: Option<[u8; 6]>,
    /// What is before the end of clients' identities, the same of all: most of a DUID.
    pub(crate) identity_head: Vec<u8>,
}

/// A query, and where what differs stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    message: Vec<u8>,
    holes: Vec<Hole>,
    /// A relay agent's layer around it.
    layer: Option<v6::Layer>,
    /// The server's identifier comes behind the other options, as long as it is.
    names_server: bool,
}

/// A place for something that differs from query to query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hole {
    at: usize,
    what: Filling,
}

/// What differs from query to query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filling {
    /// The transaction id, of so many octets.
    Xid(usize),
    /// The end of the client's identity, without so many of its octets.
    Identity { skip: usize },
    /// How long the client has waited: seconds.
    Seconds,
    /// How long it has waited: hundredths of a second.
    Hundredths,
    /// The relay's address.
    Relay,
    /// The client's address.
    Address,
    /// Its prefix: the length and the address.
    Prefix,
    /// The server's identifier, where all have the same length.
    Server,
}

/// A query of the user's.
#[derive(Debug)]
pub(crate) struct Given {
    /// The message.
    pub(crate) message: Vec<u8>,
    /// Where things stand in it.
    pub(crate) offsets: Offsets,
}

/// Where things stand in a query; what is not told is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Offsets {
    /// The last octet that tells clients apart.
    pub(crate) identity: Option<usize>,
    /// The time that the client has waited, or the option that has it; 0 for nowhere.
    pub(crate) waited: Option<usize>,
    /// The requested address, or the option that has it.
    pub(crate) requested: Option<usize>,
    /// The server identifier, or the option that has it.
    pub(crate) server: Option<usize>,
}

/// What differs from query to query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    /// The transaction id.
    pub(crate) xid: Xid,
    /// The end of the client's identity.
    pub(crate) identity: [u8; 6],
    /// Its relay.
    pub(crate) relay: IpAddr,
    /// How long it says it has waited, in seconds.
    pub(crate) waited: u16,
    /// What it takes, has, or gives back.
    pub(crate) lease: Option<&'a Lease>,
    /// Who gave it.
    pub(crate) server: &'a [u8],
}

impl Templates {
    /// Queries of DHCPv4 as they are made here, or as the user has them, each with `extra` options.
    ///
    /// Relays fill in their address where it is zero; if `relays` all do.
    pub(crate) fn v4(
        discover: Option<Given>,
        request: Option<Given>,
        extra: &[(u8, &[u8])],
        relays: bool,
    ) -> Result<Self, String> {
        v4::templates(discover, request, extra, relays)
    }

    /// Queries of DHCPv6 as they are made here for what is wanted, or as the user has them, each
    /// with `extra` options.
    pub(crate) fn v6(
        solicit: Option<Given>,
        request: Option<Given>,
        extra: &[(u16, &[u8])],
        wanted: &Associations,
        relaying: Option<Relaying>,
    ) -> Result<Self, String> {
        v6::templates(solicit, request, extra, wanted, relaying)
    }
}

impl Template {
    /// Makes a query.
    pub(crate) fn fill(&self, query: &mut Vec<u8>, fields: &Fields<'_>) {
        query.clear();
        let relayed = self.layer.as_ref().map(|layer| layer.open(query, fields.relay));
        let start = query.len();
        query.extend_from_slice(&self.message);
        for Hole { at, what } in &self.holes {
            fill(query, start + at, *what, fields);
        }
        if self.names_server {
            option_bytes(query, OptionCode::SERVER_ID, fields.server);
        }
        if let Some(relayed) = relayed {
            v6::Layer::close(query, relayed);
        }
    }

    /// As it is before it is filled in.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// Where things stand in it, a line each.
    pub(crate) fn offsets(&self) -> String {
        let mut text = String::new();
        for (name, offset) in [
            ("xid", self.place(|what| matches!(what, Filling::Xid(_)))),
            ("random", self.last_of_identity()),
            ("time", self.place(|what| matches!(what, Filling::Seconds | Filling::Hundredths))),
            ("srvid", self.server()),
            ("ip", self.place(|what| matches!(what, Filling::Address | Filling::Prefix))),
        ] {
            if let Some(offset) = offset {
                text += &format!("{name}-offset={offset}\n");
            }
        }
        text
    }

    fn place(&self, is_wanted: impl Fn(Filling) -> bool) -> Option<usize> {
        self.holes.iter().find(|hole| is_wanted(hole.what)).map(|hole| hole.at)
    }

    fn last_of_identity(&self) -> Option<usize> {
        self.holes.iter().find_map(|hole| match hole.what {
            Filling::Identity { skip } => Some(hole.at + 5 - skip),
            _ => None,
        })
    }

    fn server(&self) -> Option<usize> {
        let behind = self.names_server.then_some(self.message.len());
        self.place(|what| what == Filling::Server).or(behind)
    }

    /// The end of the identity that stands in it.
    fn base(&self) -> Option<[u8; 6]> {
        self.holes.iter().find_map(|hole| {
            let Filling::Identity { skip } = hole.what else { return None };
            let mut base = [0; 6];
            let octets = self.message.get(hole.at..hole.at + 6 - skip)?;
            base[skip..].copy_from_slice(octets);
            Some(base)
        })
    }
}

/// The hole for an identity whose last octet stands at `last`.
fn identity_ending_at(last: usize) -> Hole {
    let skip = 5_usize.saturating_sub(last);
    Hole { at: last + skip - 5, what: Filling::Identity { skip } }
}

/// That an offset of the user's is one of the message.
fn check_offsets(message: &[u8], offsets: &Offsets) -> Result<(), String> {
    let end = message.len();
    for offset in [offsets.identity, offsets.waited, offsets.requested, offsets.server] {
        if offset.is_some_and(|offset| offset >= end) {
            return Err(format!("the template has {end} octets: an offset is behind its end"));
        }
    }
    Ok(())
}

fn fill(query: &mut [u8], at: usize, what: Filling, fields: &Fields<'_>) {
    match what {
        Filling::Xid(octets) => {
            let xid = fields.xid.to_be_bytes();
            set(query, at, &xid[xid.len() - octets..]);
        }
        Filling::Identity { skip } => set(query, at, &fields.identity[skip..]),
        Filling::Seconds => set(query, at, &fields.waited.to_be_bytes()),
        Filling::Hundredths => set(query, at, &fields.waited.saturating_mul(100).to_be_bytes()),
        Filling::Relay => set_address(query, at, fields.relay),
        Filling::Address => {
            if let Some(address) = fields.lease.and_then(|lease| lease.address) {
                set_address(query, at, address);
            }
        }
        Filling::Prefix => {
            if let Some(prefix) = fields.lease.and_then(|lease| lease.prefix) {
                set(query, at, &[prefix.length()]);
                set(query, at + 1, &prefix.address().octets());
            }
        }
        Filling::Server => set(query, at, fields.server),
    }
}

fn set_address(query: &mut [u8], at: usize, address: IpAddr) {
    match address {
        IpAddr::V4(address) => set(query, at, &address.octets()),
        IpAddr::V6(address) => set(query, at, &address.octets()),
    }
}

/// Sets a field, if the message is long enough to have it.
pub(crate) fn set(query: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(field) = query.get_mut(at..at + bytes.len()) {
        field.copy_from_slice(bytes);
    }
}
