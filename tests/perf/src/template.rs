//! Queries, made once and then only filled in.
//!
//! A DISCOVER is ours or the user's; the client's other queries are made of it, so that a client
//! stays the same client in all of them.

use std::net::Ipv4Addr;

use ruru_wire::v4::{
    BootpOp, HEADER_LEN, HardwareAddress, HardwareType, Header, MessageType, OptionCode, Writer,
    option_bytes,
};

/// Where the fixed fields stand, RFC 2131 section 2.
pub(crate) const XID: usize = 4;
const SECS: usize = 8;
const CIADDR: usize = 12;
const GIADDR: usize = 24;
const CHADDR: usize = 28;
/// Behind the fixed part and the magic cookie.
const OPTIONS: usize = HEADER_LEN + 4;

/// What clients ask for: mask, router, name servers, domain, times.
const REQUESTED: [u8; 8] = [1, 3, 6, 15, 51, 54, 58, 59];

/// The queries of a relay's clients.
#[derive(Debug)]
pub(crate) struct Templates {
    /// A client looks for an address.
    pub(crate) discover: Template,
    /// It takes one.
    pub(crate) request: Template,
    /// It goes on using it.
    pub(crate) renewal: Template,
    /// It gives it back.
    pub(crate) release: Template,
    base: Option<[u8; 6]>,
}

/// A query, and where what differs stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    message: Vec<u8>,
    /// Where (the end of) the hardware address goes.
    identities: Vec<Identity>,
    secs: Option<usize>,
    relay: bool,
    requested: Option<usize>,
    server: Option<usize>,
    ciaddr: bool,
}

/// A place for the last octets of a hardware address.
#[derive(Clone, Copy, Debug)]
struct Identity {
    at: usize,
    /// Octets of the address that are left out.
    skip: usize,
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
    /// The seconds; 0 for nowhere.
    pub(crate) secs: Option<usize>,
    /// The requested address, or the option that has it.
    pub(crate) requested: Option<usize>,
    /// The server identifier, or the option that has it.
    pub(crate) server: Option<usize>,
}

/// What differs from query to query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// The transaction id.
    pub(crate) xid: u32,
    /// The client's hardware address.
    pub(crate) mac: [u8; 6],
    /// Its relay.
    pub(crate) relay: Ipv4Addr,
    /// How long it says it has waited.
    pub(crate) secs: u16,
    /// The address it asks for, or has.
    pub(crate) address: Ipv4Addr,
    /// Who gave it.
    pub(crate) server: Ipv4Addr,
}

impl Templates {
    /// Queries as they are made here, or as the user has them.
    ///
    /// Relays fill in their address where it is zero; if `relays` all do.
    pub(crate) fn new(
        discover: Option<Given>,
        request: Option<Given>,
        extra: &[(u8, &[u8])],
        relays: bool,
    ) -> Result<Self, String> {
        let is_own = discover.is_none();
        let make = |given: Given| Template::new(given.message, given.offsets, extra, relays);
        let offsets = Offsets::default();
        let discover =
            make(discover.unwrap_or_else(|| Given { message: own_discover(), offsets }))?;
        let request = match request {
            Some(given) => make(given)?,
            None => discover.to(MessageType::REQUEST, &[REQUESTED_ADDRESS, SERVER], false)?,
        };
        Ok(Self {
            renewal: discover.to(MessageType::REQUEST, &[], true)?,
            release: discover.to(MessageType::RELEASE, &[SERVER], true)?,
            base: if is_own { None } else { discover.base() },
            discover,
            request,
        })
    }

    /// The hardware address that the user's query has.
    pub(crate) fn base(&self) -> Option<[u8; 6]> {
        self.base
    }
}

const REQUESTED_ADDRESS: OptionCode = OptionCode::REQUESTED_ADDRESS;
const SERVER: OptionCode = OptionCode::SERVER_IDENTIFIER;

impl Template {
    fn new(
        mut message: Vec<u8>,
        offsets: Offsets,
        extra: &[(u8, &[u8])],
        relays: bool,
    ) -> Result<Self, String> {
        let end = message.len();
        for offset in [offsets.identity, offsets.secs, offsets.requested, offsets.server] {
            if offset.is_some_and(|offset| offset >= end) {
                return Err(format!("the template has {end} octets: an offset is behind its end"));
            }
        }
        if content(&message, OptionCode::MESSAGE_TYPE).is_none() {
            return Err("the template is no DHCPv4 message: it has no message type".to_owned());
        }
        for (code, content) in extra {
            append(&mut message, OptionCode(*code), content);
        }
        let identities = match offsets.identity {
            Some(last) => {
                let skip = 5_usize.saturating_sub(last);
                vec![Identity { at: last + skip - 5, skip }]
            }
            None => own_identities(&message),
        };
        let place = |told: Option<usize>, code: OptionCode| match told {
            Some(at) if message[at..].starts_with(&[code.0, 4]) => Some(at + 2),
            Some(at) => Some(at),
            None => content(&message, code),
        };
        Ok(Self {
            requested: place(offsets.requested, REQUESTED_ADDRESS),
            server: place(offsets.server, SERVER),
            secs: Some(offsets.secs.unwrap_or(SECS)).filter(|at| *at > 0),
            relay: relays || message[GIADDR..GIADDR + 4] == [0; 4],
            ciaddr: false,
            identities,
            message,
        })
    }

    /// Another query of the same client, with these options that hold an address.
    fn to(&self, kind: MessageType, options: &[OptionCode], ciaddr: bool) -> Result<Self, String> {
        let mut other = Self { ciaddr, requested: None, server: None, ..self.clone() };
        let at = content(&other.message, OptionCode::MESSAGE_TYPE).ok_or("no message type")?;
        set(&mut other.message, at, &[kind.0]);
        for code in options {
            if content(&other.message, *code).is_none() {
                append(&mut other.message, *code, &[0; 4]);
            }
            let at = content(&other.message, *code);
            if *code == SERVER {
                other.server = at;
            } else {
                other.requested = at;
            }
        }
        Ok(other)
    }

    /// Makes a query.
    pub(crate) fn fill(&self, query: &mut Vec<u8>, fields: &Fields) {
        query.clear();
        query.extend_from_slice(&self.message);
        set(query, XID, &fields.xid.to_be_bytes());
        for place in &self.identities {
            set(query, place.at, &fields.mac[place.skip..]);
        }
        if let Some(at) = self.secs {
            set(query, at, &fields.secs.to_be_bytes());
        }
        if self.relay {
            set(query, GIADDR, &fields.relay.octets());
        }
        if self.ciaddr {
            set(query, CIADDR, &fields.address.octets());
        }
        if let Some(at) = self.requested {
            set(query, at, &fields.address.octets());
        }
        if let Some(at) = self.server {
            set(query, at, &fields.server.octets());
        }
    }

    /// As it is before it is filled in.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// Where things stand in it, a line each.
    pub(crate) fn offsets(&self) -> String {
        let last = self.identities.first().map(|place| place.at + 5 - place.skip);
        let offsets = [
            ("xid", Some(XID)),
            ("random", last),
            ("time", self.secs),
            ("srvid", self.server),
            ("ip", self.requested),
        ];
        let told = offsets.into_iter().filter_map(|(name, at)| Some((name, at?)));
        told.map(|(name, at)| format!("{name}-offset={at}\n")).collect()
    }

    fn base(&self) -> Option<[u8; 6]> {
        let place = self.identities.first()?;
        let mut base = [0; 6];
        let octets = self.message.get(place.at..place.at + 6 - place.skip)?;
        base[place.skip..].copy_from_slice(octets);
        Some(base)
    }
}

/// The DISCOVER of a relay's client, as it is made here.
fn own_discover() -> Vec<u8> {
    let header = Header {
        op: BootpOp::REQUEST,
        htype: HardwareType::ETHERNET,
        hops: 1,
        xid: 0,
        secs: 0,
        flags: 0,
        ciaddr: Ipv4Addr::UNSPECIFIED,
        yiaddr: Ipv4Addr::UNSPECIFIED,
        siaddr: Ipv4Addr::UNSPECIFIED,
        giaddr: Ipv4Addr::UNSPECIFIED,
        chaddr: HardwareAddress::new(&[0; 6]).unwrap_or_default(),
    };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, &header, b"", b"");
    writer.option(OptionCode::MESSAGE_TYPE, &[MessageType::DISCOVER.0]);
    writer.option(OptionCode::CLIENT_IDENTIFIER, &[HardwareType::ETHERNET.0, 0, 0, 0, 0, 0, 0]);
    writer.option(OptionCode::PARAMETER_REQUEST_LIST, &REQUESTED);
    writer.finish();
    message
}

/// The hardware address, and the client identifier if it is made of one.
fn own_identities(message: &[u8]) -> Vec<Identity> {
    let mut identities = vec![Identity { at: CHADDR, skip: 0 }];
    if let Some(at) = content(message, OptionCode::CLIENT_IDENTIFIER)
        && message[at - 1..].starts_with(&[7, HardwareType::ETHERNET.0])
    {
        identities.push(Identity { at: at + 1, skip: 0 });
    }
    identities
}

/// The options of a message, each with the place of its content; up to the end, or what is wrong.
fn options(message: &[u8]) -> impl Iterator<Item = (usize, OptionCode, usize)> {
    let mut at = OPTIONS;
    std::iter::from_fn(move || {
        while message.get(at) == Some(&OptionCode::PAD.0) {
            at += 1;
        }
        let (code, length) = (OptionCode(*message.get(at)?), usize::from(*message.get(at + 1)?));
        let content = at + 2;
        at = content + length;
        (code != OptionCode::END && at <= message.len()).then_some((content, code, length))
    })
}

/// Where an option's content stands.
fn content(message: &[u8], code: OptionCode) -> Option<usize> {
    options(message).find(|(_, own, _)| *own == code).map(|(content, ..)| content)
}

/// Adds an option behind the others.
fn append(message: &mut Vec<u8>, code: OptionCode, content: &[u8]) {
    let end = options(message).last().map_or(OPTIONS, |(content, _, length)| content + length);
    message.truncate(end);
    option_bytes(message, code, content);
    message.push(OptionCode::END.0);
}

/// Sets a field, if the message is long enough to have it.
pub(crate) fn set(query: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(field) = query.get_mut(at..at + bytes.len()) {
        field.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
