//! The text of an option, as Kea writes it: `.text` in expressions.

use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_wire::ColonHex;
use ruru_wire::v4::options::enterprise_blocks;

use super::definition::{Key, Known};
use super::payload::{self, Form};
use super::{Definition, Type, dnr, names, routes};
use crate::Protocol;

/// The text of a payload. `definition` is nothing for options that have none, or that are not
/// looked into yet.
pub(super) fn text(
    code: u16,
    definition: Option<&Definition>,
    payload: &[u8],
    known: Known<'_>,
) -> String {
    match definition {
        Some(definition) if Form::of(definition) == Form::Text => {
            String::from_utf8_lossy(payload::trimmed(payload)).into_owned()
        }
        _ => whole(code, definition, payload, known, 0),
    }
}

/// The text of an option among others, indented.
fn whole(
    code: u16,
    definition: Option<&Definition>,
    payload: &[u8],
    known: Known<'_>,
    indent: usize,
) -> String {
    let blanks = " ".repeat(indent);
    let parsed = definition.and_then(|d| payload::parse(d, payload, known).ok().map(|p| (d, p)));
    let Some((definition, parsed)) = parsed else {
        let header = header(known.protocol(), code, payload.len());
        return format!("{blanks}{header}: {}", bytes_text(payload));
    };
    let space = &*definition.encapsulates;
    let head = parsed.head.clone();
    let inner = parsed.inner.clone();
    let protocol = known.protocol();
    let length = parsed.into_bytes(protocol).len();
    let own = match Form::of(definition) {
        Form::Bytes | Form::Nothing => {
            format!("{}: {}", header(protocol, code, length), bytes_text(&head))
        }
        Form::Text => {
            format!(
                "{}: \"{}\" (string)",
                header(protocol, code, length),
                String::from_utf8_lossy(&head)
            )
        }
        Form::Number => {
            format!("{}: {}", header(protocol, code, length), fields(definition, &head))
        }
        Form::Numbers(size) => {
            let kind = definition.fields.first().copied().unwrap_or(Type::Uint8);
            // Kea keeps them without their sign, but for those of one byte.
            let (kind, name) = match kind {
                Type::Int16 => (Type::Uint16, "uint16"),
                Type::Int32 => (Type::Uint32, "uint32"),
                kind => (kind, kind.name()),
            };
            let numbers =
                head.chunks(size).map(|bytes| format!(" {}({name})", number(kind, bytes)));
            format!("{}:{}", header(protocol, code, length), numbers.collect::<String>())
        }
        Form::Addresses(size) => {
            let addresses = head.chunks(size).map(|bytes| format!(" {}", address(bytes)));
            // Kea writes lists of IPv6 addresses as in DHCPv6.
            let header = match size {
                4 => header(protocol, code, length),
                _ => header(Protocol::V6, code, length),
            };
            format!("{header}:{}", addresses.collect::<String>())
        }
        Form::Tuples(size) => {
            tuples(code, length, payload::tuples(&head, size).unwrap_or_default())
        }
        Form::Names | Form::Fields => {
            let fields = fields(definition, &head);
            let space = if fields.is_empty() { "" } else { " " };
            format!("{}:{space}{fields}", header(protocol, code, length))
        }
        Form::ServiceScope => service_scope(code, &head),
        Form::ClientFqdn => client_fqdn(protocol, code, &head),
        Form::Routes => static_routes(code, &head),
        Form::VendorClass => match protocol {
            Protocol::V4 => vendor_class(code, &head),
            Protocol::V6 => vendor_class_of_one(code, &head),
        },
        Form::VendorInformation => return blanks + &vendor_information(code, &head, known, indent),
        Form::Resolvers => resolvers(protocol, code, &head),
    };
    let options: Vec<(u16, &[u8])> = inner.iter().map(|(code, bytes)| (*code, &**bytes)).collect();
    blanks + &own + &inner_text(space, &options, known, indent + 2)
}

fn header(protocol: Protocol, code: u16, length: usize) -> String {
    match protocol {
        Protocol::V4 => format!("type={code:03}, len={length:03}"),
        Protocol::V6 => format!("type={code:05}, len={length:05}"),
    }
}

fn inner_text(space: &str, options: &[(u16, &[u8])], known: Known<'_>, indent: usize) -> String {
    if options.is_empty() {
        return String::new();
    }
    let mut text = ",\noptions:".to_owned();
    for (code, bytes) in options {
        let definition = known.find(space, Key::Code(*code));
        text.push('\n');
        text.push_str(&whole(*code, definition, bytes, known, indent));
    }
    text
}

/// All fields with their types.
fn fields(definition: &Definition, payload: &[u8]) -> String {
    let mut texts = Vec::new();
    let mut take = |kind: Type, bytes: &[u8]| match kind {
        Type::Empty => {}
        kind => texts.push(field(kind, bytes)),
    };
    if Form::of(definition) == Form::Names {
        let mut rest = payload;
        while let Some((name, behind)) =
            names::length(rest).and_then(|at| rest.split_at_checked(at))
        {
            take(Type::Fqdn, name);
            rest = behind;
        }
    } else {
        // It was taken apart before.
        let _ = payload::fields(definition, payload, take);
    }
    texts.join(" ")
}

fn field(kind: Type, bytes: &[u8]) -> String {
    let text = match kind {
        Type::Binary | Type::Internal if bytes.is_empty() => "''".to_owned(),
        Type::Binary | Type::Internal => digits(bytes),
        Type::Boolean => if bytes == [0] { "false" } else { "true" }.to_owned(),
        Type::Ipv4Address | Type::Ipv6Address => address(bytes),
        // Kea writes nothing for it.
        Type::Ipv6Prefix => String::new(),
        Type::Psid => psid(bytes),
        Type::String => format!("\"{}\"", String::from_utf8_lossy(bytes)),
        Type::Tuple => {
            format!("\"{}\"", String::from_utf8_lossy(bytes.get(1..).unwrap_or_default()))
        }
        Type::Fqdn => format!("\"{}\"", names::text(bytes)),
        Type::Empty => String::new(),
        kind => number(kind, bytes),
    };
    format!("{text} ({})", kind.name())
}

/// Bytes in hexadecimal, and what they read if they can be printed.
fn bytes_text(bytes: &[u8]) -> String {
    let is_printable = |byte: &u8| matches!(byte, 0x20..=0x7e);
    if !bytes.iter().all(is_printable) {
        return ColonHex(bytes).to_string();
    }
    let blank = if bytes.is_empty() { "" } else { " " };
    format!("{}{blank}'{}'", ColonHex(bytes), String::from_utf8_lossy(bytes))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn number(kind: Type, bytes: &[u8]) -> String {
    let unsigned = bytes.iter().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    let most = kind.range().map_or(i64::MAX, |range| *range.end());
    let bits = u32::try_from(bytes.len() * 8).unwrap_or(0);
    let signed = if unsigned > most { unsigned - (1_i64 << bits) } else { unsigned };
    signed.to_string()
}

fn address(bytes: &[u8]) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(octets).to_string();
    }
    <[u8; 16]>::try_from(bytes).map_or_else(|_| String::new(), |o| Ipv6Addr::from(o).to_string())
}

fn psid(bytes: &[u8]) -> String {
    let [bits, high, low] = *bytes else { return String::new() };
    let id = u16::from_be_bytes([high, low]);
    let id = id.checked_shr(16_u32.saturating_sub(bits.into())).unwrap_or(0);
    format!("len={bits},psid={id}")
}

fn tuples(code: u16, length: usize, tuples: Vec<&[u8]>) -> String {
    let mut text = format!("type={code}, len={length}");
    for (at, tuple) in tuples.into_iter().enumerate() {
        let content = String::from_utf8_lossy(tuple);
        text.push_str(&format!(", data-len{at}={}, data{at}='{content}'", tuple.len()));
    }
    text
}

fn service_scope(code: u16, payload: &[u8]) -> String {
    let header = header(Protocol::V4, code, payload.len());
    let Some((mandatory, scopes)) = payload.split_first() else { return header };
    let scopes = String::from_utf8_lossy(scopes);
    format!("{header}: mandatory:{mandatory}, scope-list:\"{scopes}\"")
}

fn client_fqdn(protocol: Protocol, code: u16, payload: &[u8]) -> String {
    let Some((flags, name)) = payload
        .split_first()
        .and_then(|(flags, _)| Some((flags, payload.get(payload::fqdn_header(protocol)..)?)))
    else {
        return header(protocol, code, payload.len());
    };
    let flag = |bit: u8| u8::from(flags & bit != 0);
    // DHCPv6 has names in labels only, and no flag that says so.
    let is_text = protocol == Protocol::V4 && flags & 4 == 0;
    let name = if is_text { String::from_utf8_lossy(name).into_owned() } else { names::text(name) };
    let kind = if name.ends_with('.') { "full" } else { "partial" };
    let (n, o, s) = match protocol {
        Protocol::V4 => (flag(8), flag(2), flag(1)),
        Protocol::V6 => (flag(4), flag(2), flag(1)),
    };
    let flags = match protocol {
        Protocol::V4 => format!("N={n}, E={}, O={o}, S={s}", flag(4)),
        Protocol::V6 => format!("N={n}, O={o}, S={s}"),
    };
    let blank = if protocol == Protocol::V4 { " " } else { "" };
    format!("type={code}{blank}(CLIENT_FQDN), flags: ({flags}), domain-name='{name}' ({kind})")
}

fn static_routes(code: u16, payload: &[u8]) -> String {
    let mut text = format!("type={code}(CLASSLESS_STATIC_ROUTE), len={}", payload.len());
    for (at, (network, bits, router)) in
        routes::decode(payload).unwrap_or_default().into_iter().enumerate()
    {
        let number = at + 1;
        text.push_str(&format!(", Route {number} (subnet {network}/{bits}, router IP {router})"));
    }
    text
}

/// Of several enterprises that with the lowest number, as in Kea.
fn vendor_class(code: u16, payload: &[u8]) -> String {
    let lowest = enterprise_blocks(payload).map(|(enterprise, _)| enterprise).min();
    let own = || enterprise_blocks(payload).filter(|(enterprise, _)| Some(*enterprise) == lowest);
    let length: usize = own().map(|(_, tuple)| tuple.len() + 5).sum();
    let mut text = format!("type={code}, len={length}, ");
    for (at, (enterprise, tuple)) in own().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let content = String::from_utf8_lossy(tuple);
        text.push_str(&format!(
            "{comma} enterprise id=0x{enterprise:x}, data-len{at}={}, \
             vendor-class-data{at}='{content}'",
            tuple.len()
        ));
    }
    text
}

/// RFC 8415 section 21.16: one enterprise, and texts with their length in two bytes.
fn vendor_class_of_one(code: u16, payload: &[u8]) -> String {
    let Some((enterprise, texts)) = payload.split_first_chunk() else {
        return header(Protocol::V6, code, payload.len());
    };
    let enterprise = u32::from_be_bytes(*enterprise);
    let mut text = format!("type={code}, len={}, enterprise id=0x{enterprise:x}", payload.len());
    for (at, tuple) in payload::tuples(texts, 2).unwrap_or_default().into_iter().enumerate() {
        let content = String::from_utf8_lossy(tuple);
        text.push_str(&format!(
            ", data-len{at}={}, vendor-class-data{at}='{content}'",
            tuple.len()
        ));
    }
    text
}

fn vendor_information(code: u16, payload: &[u8], known: Known<'_>, indent: usize) -> String {
    let protocol = known.protocol();
    let blocks: Vec<(u32, &[u8])> = match (protocol, payload.split_first_chunk()) {
        (Protocol::V4, _) => enterprise_blocks(payload).collect(),
        (Protocol::V6, Some((enterprise, options))) => {
            vec![(u32::from_be_bytes(*enterprise), options)]
        }
        (Protocol::V6, None) => Vec::new(),
    };
    let Some(enterprise) = blocks.iter().map(|(enterprise, _)| *enterprise).min() else {
        return header(protocol, code, payload.len());
    };
    let space = format!("vendor-{enterprise}");
    let own = blocks.into_iter().filter(|(number, _)| *number == enterprise);
    let mut options: Vec<(u16, &[u8])> =
        own.flat_map(|(_, options)| payload::inner(protocol, &space, options)).collect();
    options.sort_by_key(|(code, _)| *code);
    let size = payload::length_size(protocol);
    let length: usize = options.iter().map(|(_, bytes)| bytes.len() + 2 * size).sum();
    let header = match protocol {
        Protocol::V4 => format!(
            "{}: {enterprise} (uint32) {length} (uint8)",
            header(protocol, code, length + 5)
        ),
        Protocol::V6 => format!("{}: {enterprise} (uint32)", header(protocol, code, length + 4)),
    };
    header + &inner_text(&space, &options, known, indent + 2)
}

fn resolvers(protocol: Protocol, code: u16, payload: &[u8]) -> String {
    let resolvers = dnr::decode(protocol, payload).unwrap_or_default();
    if let (Protocol::V6, [resolver]) = (protocol, &*resolvers) {
        return format!("type={code}(V6_DNR), len={}, {}", payload.len(), resolver.text());
    }
    let mut text = format!("type={code}(V4_DNR), len={}", payload.len());
    for (at, resolver) in resolvers.iter().enumerate() {
        let (number, length) = (at + 1, resolver.length);
        text.push_str(&format!(
            ", DNR Instance {number}(Instance len={length}, {})",
            resolver.text()
        ));
    }
    text
}
