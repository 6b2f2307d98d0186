//! The payload of an option, taken apart by its definition.
//!
//! What Kea accepts of a payload is not what a definition says alone: it depends on the class of
//! Kea's that stands for the option, which [`Form`] tells.

use super::definition::{Key, Known};
use super::{DHCP4, Definition, Type, VENDOR, dnr, names, routes};
use crate::Protocol;

/// How a payload is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Bytes,
    /// Nothing.
    Nothing,
    /// A number, and perhaps options behind it.
    Number,
    /// Numbers of so many bytes.
    Numbers(usize),
    /// Addresses of so many bytes.
    Addresses(usize),
    /// Text, which does not end in zeros.
    Text,
    /// Texts with their length in so many bytes in front.
    Tuples(usize),
    /// Domain names, perhaps compressed.
    Names,
    /// Fields, and perhaps options behind them.
    Fields,
    /// RFC 2610 section 3.
    ServiceScope,
    /// RFC 4702 section 2, RFC 4704 section 4.
    ClientFqdn,
    /// RFC 3442.
    Routes,
    /// RFC 3925 section 3, RFC 8415 section 21.16.
    VendorClass,
    /// RFC 3925 section 4, RFC 8415 section 21.17.
    VendorInformation,
    /// RFC 9463 section 5.
    Resolvers,
}

impl Form {
    pub(super) fn of(definition: &Definition) -> Self {
        if definition.space == definition.protocol.space() {
            match (definition.protocol, definition.code) {
                (Protocol::V4, 79) => return Self::ServiceScope,
                (Protocol::V4, 81) | (Protocol::V6, 39) => return Self::ClientFqdn,
                (Protocol::V4, 121) => return Self::Routes,
                (Protocol::V4, 124) | (Protocol::V6, 16) => return Self::VendorClass,
                (Protocol::V4, 125) | (Protocol::V6, 17) => return Self::VendorInformation,
                (Protocol::V4, 143) => return Self::Tuples(2),
                (Protocol::V4, 162) | (Protocol::V6, 144) => return Self::Resolvers,
                _ => {}
            }
        }
        let [kind] = *definition.fields else { return Self::Fields };
        match (kind, definition.array) {
            (Type::Fqdn, true) => Self::Names,
            (Type::Empty, _) if definition.encapsulates.is_empty() => Self::Nothing,
            (Type::Binary | Type::Internal, _) => Self::Bytes,
            (Type::Ipv4Address, true) => Self::Addresses(4),
            (Type::Ipv6Address, true) => Self::Addresses(16),
            (Type::String, _) => Self::Text,
            (Type::Tuple, true) => Self::Tuples(length_size(definition.protocol)),
            (kind, array) if kind.is_integer() => match (array, kind.size()) {
                (true, Some(size)) => Self::Numbers(size),
                (_, _) => Self::Number,
            },
            (_, _) => Self::Fields,
        }
    }
}

impl Form {
    /// Whether options may stand behind what is said by the definition.
    pub(super) fn has_options(self) -> bool {
        matches!(self, Self::Number | Self::Fields)
    }
}

/// A payload as it is sent: its own bytes, and the options behind them in the order of their codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) head: Vec<u8>,
    pub(super) inner: Vec<(u16, Vec<u8>)>,
}

/// Takes a payload apart, and leaves out what Kea leaves out.
pub(super) fn parse(
    definition: &Definition,
    bytes: &[u8],
    known: Known<'_>,
) -> Result<Payload, String> {
    check(definition, bytes)?;
    let mut inner: &[u8] = &[];
    let head = match Form::of(definition) {
        Form::Nothing => Vec::new(),
        Form::Text => trimmed(bytes).to_vec(),
        Form::Names => all_names(bytes).unwrap_or_default(),
        Form::Number | Form::Fields => {
            let (head, rest) = bytes.split_at(fields(definition, bytes, |_, _| {})?);
            inner = rest;
            head.to_vec()
        }
        _ => bytes.to_vec(),
    };
    let is_container = !definition.encapsulates.is_empty() || Form::of(definition) == Form::Number;
    if !is_container {
        inner = &[];
    }
    Ok(Payload { head, inner: parse_inner(&definition.encapsulates, inner, known)? })
}

fn parse_inner(space: &str, bytes: &[u8], known: Known<'_>) -> Result<Vec<(u16, Vec<u8>)>, String> {
    let protocol = known.protocol();
    let mut options: Vec<(u16, Vec<u8>)> = Vec::new();
    for (code, content) in inner(protocol, space, bytes) {
        let definition = known.find(space, Key::Code(code));
        let content = match definition {
            // Kea passes over texts that are empty.
            Some(definition)
                if Form::of(definition) == Form::Text && trimmed(content).is_empty() =>
            {
                continue;
            }
            Some(definition) => parse(definition, content, known)?.into_bytes(protocol),
            None => content.to_vec(),
        };
        options.push((code, content));
    }
    options.sort_by_key(|(code, _)| *code);
    Ok(options)
}

impl Payload {
    pub(super) fn into_bytes(self, protocol: Protocol) -> Vec<u8> {
        let mut bytes = self.head;
        for (code, content) in self.inner {
            append(&mut bytes, protocol, code, &content);
        }
        bytes
    }
}

/// Appends an option within an option. A long one of DHCPv4 is in parts that leave place for what is
/// around them, so that the option around can be cut between them.
pub(super) fn append(bytes: &mut Vec<u8>, protocol: Protocol, code: u16, content: &[u8]) {
    if protocol == Protocol::V6 {
        bytes.extend(code.to_be_bytes());
        // What is longer does not fit into a message either.
        bytes.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(content);
        return;
    }
    let [_, code] = code.to_be_bytes();
    let mut parts = content.chunks(251);
    let first = parts.next().unwrap_or_default();
    for part in std::iter::once(first).chain(parts) {
        // A part has at most 251 bytes, so the conversion cannot cut anything.
        bytes.extend([code, u8::try_from(part.len()).unwrap_or(u8::MAX)]);
        bytes.extend(part);
    }
}

/// The options in a payload's part that is options, up to the first that is cut short.
pub(super) fn inner<'p>(
    protocol: Protocol,
    space: &str,
    bytes: &'p [u8],
) -> impl Iterator<Item = (u16, &'p [u8])> + use<'p> {
    // RFC 2132 section 8.4: only there padding and an end are what they are in messages.
    let is_padded = protocol == Protocol::V4 && matches!(space, DHCP4 | VENDOR);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        while let (true, [0, behind @ ..]) = (is_padded, rest) {
            rest = behind;
        }
        let (code, behind) = number(protocol, rest)?;
        if is_padded && code == 255 {
            return None;
        }
        let (length, behind) = number(protocol, behind)?;
        let (content, behind) = behind.split_at_checked(usize::from(length))?;
        rest = behind;
        Some((code, content))
    })
}

/// How many bytes codes and lengths have.
pub(super) fn length_size(protocol: Protocol) -> usize {
    match protocol {
        Protocol::V4 => 1,
        Protocol::V6 => 2,
    }
}

/// A code or a length at the start of bytes.
pub(super) fn number(protocol: Protocol, bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, behind) = bytes.split_at_checked(length_size(protocol))?;
    Some((number.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte)), behind))
}

/// Whether a payload is what a definition says.
pub(super) fn check(definition: &Definition, payload: &[u8]) -> Result<(), String> {
    let name = &definition.name;
    let length = payload.len();
    let is_good = match Form::of(definition) {
        Form::Bytes | Form::Nothing => true,
        Form::Numbers(size) => length > 0 && length.is_multiple_of(size),
        Form::Addresses(size) => length.is_multiple_of(size),
        Form::Text => !trimmed(payload).is_empty(),
        Form::Tuples(size) => tuples(payload, size).is_some(),
        Form::Names => !payload.is_empty() && names_length(payload).is_some(),
        Form::Number | Form::Fields => return fields(definition, payload, |_, _| {}).map(|_| ()),
        Form::ServiceScope => payload.first().is_some_and(|first| *first <= 1),
        Form::ClientFqdn => {
            let name = payload.get(fqdn_header(definition.protocol)..);
            // DHCPv4 has names in ASCII as well.
            name.is_some_and(|name| definition.protocol == Protocol::V4 || is_partial_name(name))
        }
        Form::Routes => routes::is_good(payload),
        Form::VendorClass => match definition.protocol {
            Protocol::V4 => vendor_class(payload),
            Protocol::V6 => payload.get(4..).is_some_and(|texts| tuples(texts, 2).is_some()),
        },
        Form::VendorInformation => vendor_information(definition.protocol, payload),
        Form::Resolvers => dnr::decode(definition.protocol, payload).is_some(),
    };
    if is_good {
        return Ok(());
    }
    if Form::of(definition) == Form::Text || length == 0 {
        return Err(format!("option '{name}' must not be empty"));
    }
    Err(format!("{length} bytes do not make up option '{name}'"))
}

/// Whether it is a name, with or without its end.
fn is_partial_name(mut name: &[u8]) -> bool {
    while let Some((length @ 1..=63, rest)) = name.split_first().map(|(first, rest)| (*first, rest))
    {
        let Some(next) = rest.get(usize::from(length)..) else { return false };
        name = next;
    }
    matches!(name, [] | [0])
}

/// The payload of an option of type string: zeros at its end do not count.
pub(super) fn trimmed(payload: &[u8]) -> &[u8] {
    let last = payload.iter().rposition(|byte| *byte != 0);
    payload.get(..last.map_or(0, |last| last + 1)).unwrap_or_default()
}

/// Calls `take` for each field, and answers how many bytes all fields have. A value of an array
/// that is cut short is left out if there is one before it.
pub(super) fn fields(
    definition: &Definition,
    payload: &[u8],
    mut take: impl FnMut(Type, &[u8]),
) -> Result<usize, String> {
    let cut = || format!("option '{}' is cut short", definition.name);
    let mut at = 0;
    if let ([kind], true, []) = (&*definition.fields, definition.array, payload)
        && kind.size().is_none()
    {
        // No value at all will do where values have no size of their own.
        return Ok(0);
    }
    for kind in definition.fields.iter() {
        let rest = payload.get(at..).unwrap_or_default();
        let size = size(definition.protocol, *kind, rest).ok_or_else(cut)?;
        take(*kind, rest.get(..size).unwrap_or_default());
        at += size;
    }
    if let (true, Some(last)) = (definition.array, definition.fields.last()) {
        loop {
            let rest = payload.get(at..).unwrap_or_default();
            let size = size(definition.protocol, *last, rest);
            let Some(size) = size.filter(|size| *size > 0) else { break };
            take(*last, rest.get(..size).unwrap_or_default());
            at += size;
        }
    }
    Ok(at)
}

/// How many bytes a field has at the start of `rest`; nothing if it is cut short.
fn size(protocol: Protocol, kind: Type, rest: &[u8]) -> Option<usize> {
    let size = match kind {
        Type::Empty => 0,
        Type::Binary | Type::String | Type::Internal => rest.len(),
        Type::Ipv6Prefix => {
            let bits = rest.first().filter(|bits| **bits <= 128)?;
            1 + usize::from(bits.div_ceil(8))
        }
        Type::Tuple => length_size(protocol) + usize::from(number(protocol, rest)?.0),
        Type::Fqdn => names::length(rest)?,
        kind => kind.size()?,
    };
    (size <= rest.len()).then_some(size)
}

/// The texts of an option, each with its length in `size` bytes in front.
pub(super) fn tuples(payload: &[u8], size: usize) -> Option<Vec<&[u8]>> {
    let mut texts = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (length, behind) = rest.split_at_checked(size)?;
        let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let (text, behind) = behind.split_at_checked(length)?;
        texts.push(text);
        rest = behind;
    }
    Some(texts)
}

fn all_names(payload: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < payload.len() {
        let (name, behind) = names::read(payload, at)?;
        all.extend(name);
        at = behind;
    }
    Some(all)
}

fn names_length(payload: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < payload.len() {
        at = names::read(payload, at)?.1;
    }
    Some(at)
}

/// How many bytes stand before the name in an FQDN option: flags, and of old two codes.
pub(super) fn fqdn_header(protocol: Protocol) -> usize {
    match protocol {
        Protocol::V4 => 3,
        Protocol::V6 => 1,
    }
}

/// An enterprise number, and perhaps its options, all of them whole.
fn vendor_information(protocol: Protocol, payload: &[u8]) -> bool {
    let Some((_, block)) = payload.split_first_chunk::<4>() else { return false };
    let options = match (protocol, block.split_first()) {
        (_, None) => return true,
        (Protocol::V4, Some((length, behind))) => behind.get(..usize::from(*length)),
        (Protocol::V6, Some(_)) => Some(block),
    };
    let header = 2 * length_size(protocol);
    options.is_some_and(|options| {
        let inner = inner(protocol, "", options);
        inner.map(|(_, content)| content.len() + header).sum::<usize>() == options.len()
    })
}

/// Enterprise numbers, each with a text behind it.
fn vendor_class(payload: &[u8]) -> bool {
    let mut rest = payload;
    loop {
        let Some((length, behind)) = rest.get(4..).and_then(<[u8]>::split_first) else {
            return false;
        };
        let Some((_, behind)) = behind.split_at_checked(usize::from(*length)) else {
            return false;
        };
        if behind.is_empty() {
            return true;
        }
        rest = behind;
    }
}
