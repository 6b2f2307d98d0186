//! Queries of DHCPv4.

use ruru_wire::v4::{
    BootpOp, HEADER_LEN, HardwareAddress, HardwareType, Header, MessageType, OptionCode, Writer,
    option_bytes,
};

use super::{
    Filling, Given, Hole, Offsets, Template, Templates, check_offsets, identity_ending_at, set,
};

/// Where the fixed fields stand, RFC 2131 section 2.
const XID: usize = 4;
const SECS: usize = 8;
const CIADDR: usize = 12;
const GIADDR: usize = 24;
const CHADDR: usize = 28;
/// Behind the fixed part and the magic cookie.
const OPTIONS: usize = HEADER_LEN + 4;

/// What clients ask for: mask, router, name servers, domain, times.
const REQUESTED: [u8; 8] = [1, 3, 6, 15, 51, 54, 58, 59];

const REQUESTED_ADDRESS: OptionCode = OptionCode::REQUESTED_ADDRESS;
const SERVER: OptionCode = OptionCode::SERVER_IDENTIFIER;

pub(super) fn templates(
    discover: Option<Given>,
    request: Option<Given>,
    extra: &[(u8, &[u8])],
    relays: bool,
) -> Result<Templates, String> {
    let is_own = discover.is_none();
    let make = |given: Given| template(given.message, given.offsets, extra, relays);
    let offsets = Offsets::default();
    let discover = make(discover.unwrap_or_else(|| Given { message: own_discover(), offsets }))?;
    let request = match request {
        Some(given) => make(given)?,
        None => other(&discover, MessageType::REQUEST, &[REQUESTED_ADDRESS, SERVER], false)?,
    };
    Ok(Templates {
        renewal: other(&discover, MessageType::REQUEST, &[], true)?,
        release: other(&discover, MessageType::RELEASE, &[SERVER], true)?,
        base: if is_own { None } else { discover.base() },
        identity_head: Vec::new(),
        discover,
        request,
    })
}

fn template(
    mut message: Vec<u8>,
    offsets: Offsets,
    extra: &[(u8, &[u8])],
    relays: bool,
) -> Result<Template, String> {
    check_offsets(&message, &offsets)?;
    if content(&message, OptionCode::MESSAGE_TYPE).is_none() {
        return Err("the template is no DHCPv4 message: it has no message type".to_owned());
    }
    for (code, content) in extra {
        append(&mut message, OptionCode(*code), content);
    }
    let mut holes = vec![Hole { at: XID, what: Filling::Xid(4) }];
    match offsets.identity {
        Some(last) => holes.push(identity_ending_at(last)),
        None => holes.extend(own_identities(&message)),
    }
    match offsets.waited {
        Some(0) => {}
        told => holes.push(Hole { at: told.unwrap_or(SECS), what: Filling::Seconds }),
    }
    if relays || message[GIADDR..GIADDR + 4] == [0; 4] {
        holes.push(Hole { at: GIADDR, what: Filling::Relay });
    }
    for (told, code) in [(offsets.requested, REQUESTED_ADDRESS), (offsets.server, SERVER)] {
        let at = match told {
            Some(at) if message[at..].starts_with(&[code.0, 4]) => Some(at + 2),
            Some(at) => Some(at),
            None => content(&message, code),
        };
        holes.extend(at.map(|at| Hole { at, what: filling(code) }));
    }
    Ok(Template { message, holes, layer: None, names_server: false })
}

/// What an option that holds an address is for.
fn filling(code: OptionCode) -> Filling {
    if code == SERVER { Filling::Server } else { Filling::Address }
}

/// Another query of the same client, with these options that hold an address.
fn other(
    discover: &Template,
    kind: MessageType,
    options: &[OptionCode],
    ciaddr: bool,
) -> Result<Template, String> {
    let mut other = discover.clone();
    let Template { message, holes, .. } = &mut other;
    holes.retain(|hole| !matches!(hole.what, Filling::Address | Filling::Server));
    let at = content(message, OptionCode::MESSAGE_TYPE).ok_or("no message type")?;
    set(message, at, &[kind.0]);
    for code in options {
        if content(message, *code).is_none() {
            append(message, *code, &[0; 4]);
        }
        let at = content(message, *code);
        holes.extend(at.map(|at| Hole { at, what: filling(*code) }));
    }
    if ciaddr {
        holes.push(Hole { at: CIADDR, what: Filling::Address });
    }
    Ok(other)
}
/// The DISCOVER of a relay's client, as it is made here.
fn own_discover() -> Vec<u8> {
    let header = Header {
        hops: 1,
        chaddr: HardwareAddress::new(&[0; 6]).unwrap_or_default(),
        ..Header::blank(BootpOp::REQUEST)
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
fn own_identities(message: &[u8]) -> Vec<Hole> {
    let what = Filling::Identity { skip: 0 };
    let mut identities = vec![Hole { at: CHADDR, what }];
    if let Some(at) = content(message, OptionCode::CLIENT_IDENTIFIER)
        && message[at - 1..].starts_with(&[7, HardwareType::ETHERNET.0])
    {
        identities.push(Hole { at: at + 1, what });
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

#[cfg(test)]
mod tests;
