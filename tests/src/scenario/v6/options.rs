//! Options as text: in the words of `option-data`, those within options as maps, else hexadecimal.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use anyhow::{Context, anyhow, bail};
use ruru_config::Protocol;
use ruru_config::option::{Definition, Definitions, Key, Type};
use ruru_json::{Map, Value};
use ruru_wire::v6::{Nested, OptionCode, Prefix, option_bytes};

use crate::scenario::text::{hexadecimal, members, octets, printable};

/// Flags of the client FQDN option, RFC 4704 section 4.1, the highest first.
const FQDN_FLAGS: [(char, u8); 3] = [('N', 4), ('O', 2), ('S', 1)];

/// The space of the options of messages.
const DHCP6: &str = "dhcp6";
/// Where the first field of vendor options and classes stands in a map.
const ENTERPRISE: &str = "enterprise";
/// Where the fields stand of an option that holds others.
const FIELDS: &str = "fields";

static STANDARD: LazyLock<Definitions> = LazyLock::new(|| Definitions::none(Protocol::V6));

/// The code that a name or number means.
pub(super) fn code(name: &str) -> anyhow::Result<OptionCode> {
    code_in(DHCP6, name)
}

/// The name of a code, or its number.
pub(super) fn name(code: OptionCode) -> String {
    name_in(DHCP6, code)
}

/// Content to text.
pub(super) fn decode(code: OptionCode, content: &[u8]) -> Value {
    decode_in(DHCP6, code, content)
}

/// Text to content: `0x…`, or in the words of the option's definition.
pub(super) fn encode(code: OptionCode, value: &Value) -> anyhow::Result<Vec<u8>> {
    encode_in(DHCP6, code, value)
}

fn definition(space: &str, code: OptionCode) -> Option<&'static Definition> {
    STANDARD.find(space, Key::Code(code.0))
}

fn code_in(space: &str, name: &str) -> anyhow::Result<OptionCode> {
    let named = STANDARD.find(space, Key::Name(name)).map(|definition| definition.code);
    let code = named.or_else(|| name.parse().ok());
    code.map(OptionCode).ok_or_else(|| anyhow!("there is no option '{name}' in space '{space}'"))
}

fn name_in(space: &str, code: OptionCode) -> String {
    definition(space, code).map_or_else(|| code.0.to_string(), |d| d.name.to_string())
}

fn decode_in(space: &str, code: OptionCode, content: &[u8]) -> Value {
    let known = match code {
        OptionCode::CLIENT_FQDN if space == DHCP6 => decode_fqdn(content).map(Value::from),
        OptionCode::VENDOR_OPTS if space == DHCP6 => decode_vendor(content).map(Value::from),
        OptionCode::RSOO if space == DHCP6 => Some(decode_nested(DHCP6, content).into()),
        _ => definition(space, code).and_then(|definition| decode_fields(definition, content)),
    };
    known.unwrap_or_else(|| Value::from(hexadecimal(content)))
}

/// `None` if the content does not fit.
fn decode_fields(definition: &Definition, mut content: &[u8]) -> Option<Value> {
    if let ([Type::Empty], "", []) = (&*definition.fields, &*definition.encapsulates, content) {
        return Some(true.into());
    }
    let mut fields = Vec::new();
    for kind in &*definition.fields {
        fields.push(decode_field(*kind, &mut content)?);
    }
    while let Some(kind) = definition.fields.last()
        && definition.array
        && !content.is_empty()
    {
        fields.push(decode_field(*kind, &mut content)?);
    }
    if !definition.encapsulates.is_empty() {
        let mut map = Map::default();
        if *definition.fields != [Type::Empty] {
            map.insert(FIELDS, fields.join(", "));
        }
        for (name, value) in decode_nested(&definition.encapsulates, content).iter() {
            map.insert(name, value.clone());
        }
        return Some(map.into());
    }
    if !content.is_empty() {
        return None;
    }
    match (&*definition.fields, fields.as_slice()) {
        ([kind], [number]) if kind.is_integer() => Some(number.parse::<u32>().ok()?.into()),
        _ => Some(fields.join(", ").into()),
    }
}

fn decode_nested(space: &str, content: &[u8]) -> Map {
    let mut map = Map::default();
    for (code, content) in Nested(content).iter() {
        let name = name_in(space, code);
        let value = decode_in(space, code, content);
        let value = match map.get(&name) {
            None => value,
            Some(before) => {
                let mut same = before.as_list().unwrap_or(std::slice::from_ref(before)).to_vec();
                same.push(value);
                Value::from(same)
            }
        };
        map.insert(name, value);
    }
    map
}

fn decode_vendor(content: &[u8]) -> Option<Map> {
    let (enterprise, content) = content.split_first_chunk()?;
    let mut map = Map::default();
    map.insert(ENTERPRISE, u32::from_be_bytes(*enterprise));
    for (code, content) in Nested(content).iter() {
        map.insert(code.0.to_string(), hexadecimal(content));
    }
    Some(map)
}

/// Takes one field from the front.
fn decode_field(kind: Type, content: &mut &[u8]) -> Option<String> {
    Some(match kind {
        Type::Empty => String::new(),
        Type::Boolean | Type::Uint8 => take::<1>(content)?[0].to_string(),
        Type::Uint16 => u16::from_be_bytes(take(content)?).to_string(),
        Type::Uint32 => u32::from_be_bytes(take(content)?).to_string(),
        Type::Ipv4Address => Ipv4Addr::from(take::<4>(content)?).to_string(),
        Type::Ipv6Address => Ipv6Addr::from(take::<16>(content)?).to_string(),
        Type::Ipv6Prefix => {
            let [length] = take(content)?;
            let mut address = [0; 16];
            let (bytes, rest) = content.split_at_checked(usize::from(length).div_ceil(8))?;
            address.get_mut(..bytes.len())?.copy_from_slice(bytes);
            *content = rest;
            Prefix::new(address.into(), length)?.to_string()
        }
        Type::Psid => {
            let [length] = take(content)?;
            let bits = u16::from_be_bytes(take(content)?);
            format!("{}/{length}", bits.checked_shr(16 - u32::from(length.min(16))).unwrap_or(0))
        }
        Type::String => printable(std::mem::take(content))?,
        Type::Binary => {
            let bytes = std::mem::take(content);
            let text = printable(bytes).filter(|text| !text.is_empty());
            text.unwrap_or_else(|| hexadecimal(bytes))
        }
        Type::Tuple => {
            let length = u16::from_be_bytes(take(content)?);
            let (bytes, rest) = content.split_at_checked(length.into())?;
            *content = rest;
            printable(bytes)?
        }
        Type::Fqdn => decode_name(content)?,
        Type::Int8 | Type::Int16 | Type::Int32 | Type::Internal => return None,
    })
}

fn take<const N: usize>(content: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = content.split_first_chunk()?;
    *content = rest;
    Some(*bytes)
}

/// Labels up to the root, or up to the end; the root is a dot at the end.
fn decode_name(content: &mut &[u8]) -> Option<String> {
    let mut name = String::new();
    while !content.is_empty() {
        let [length] = take(content)?;
        if length == 0 {
            return Some(name + ".");
        }
        if !name.is_empty() {
            name.push('.');
        }
        let (label, rest) = content.split_at_checked(length.into())?;
        name.push_str(&printable(label)?);
        *content = rest;
    }
    Some(name)
}

fn decode_fqdn(content: &[u8]) -> Option<String> {
    let (flags, mut name) = content.split_first()?;
    let letters: String =
        FQDN_FLAGS.iter().filter(|(_, bit)| flags & bit != 0).map(|(letter, _)| letter).collect();
    let letters = if letters.is_empty() { "-".to_owned() } else { letters };
    Some(format!("{letters} {}", decode_name(&mut name)?))
}

fn encode_in(space: &str, code: OptionCode, value: &Value) -> anyhow::Result<Vec<u8>> {
    if value.as_map().is_some() {
        return encode_map(space, code, value);
    }
    let text = match (value.as_text(), value.as_int(), value.as_bool()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(number), _) => number.to_string(),
        (_, _, Some(true)) => return Ok(Vec::new()),
        _ => bail!("an option is a text, a number, true, or a map"),
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return octets(digits);
    }
    if space == DHCP6 && code == OptionCode::CLIENT_FQDN {
        return encode_fqdn(&text);
    }
    let definition = definition(space, code).context("an unknown option is written as 0x…")?;
    encode_fields(definition, &text)
}

/// The fields by comma; a text that is the last one has the rest.
fn encode_fields(definition: &Definition, text: &str) -> anyhow::Result<Vec<u8>> {
    let (mut content, mut rest) = (Vec::new(), text);
    let mut kinds = definition.fields.iter().copied();
    let mut kind = kinds.next().context("an option has fields")?;
    loop {
        if matches!(kind, Type::String | Type::Binary) {
            match rest.trim().strip_prefix("0x") {
                Some(digits) => content.extend(octets(digits)?),
                None => content.extend(rest.trim().as_bytes()),
            }
            return Ok(content);
        }
        let (field, more) = rest.split_once(',').map_or((rest, None), |(f, more)| (f, Some(more)));
        content.extend(encode_field(kind, field.trim())?);
        let Some(more) = more else { return Ok(content) };
        rest = more;
        match kinds.next() {
            Some(next) => kind = next,
            None if definition.array => {}
            None => bail!("there are more fields than '{}' has", definition.name),
        }
    }
}

fn encode_field(kind: Type, text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(match kind {
        Type::Uint8 | Type::Boolean => vec![text.parse()?],
        Type::Uint16 => text.parse::<u16>()?.to_be_bytes().to_vec(),
        Type::Uint32 => text.parse::<u32>()?.to_be_bytes().to_vec(),
        Type::Ipv4Address => text.parse::<Ipv4Addr>()?.octets().to_vec(),
        Type::Ipv6Address => text.parse::<Ipv6Addr>()?.octets().to_vec(),
        Type::Fqdn => encode_name(text)?,
        _ => bail!("write it as 0x…"),
    })
}

fn encode_name(name: &str) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        content.push(u8::try_from(label.len())?);
        content.extend_from_slice(label.as_bytes());
    }
    if name.ends_with('.') {
        content.push(0);
    }
    Ok(content)
}

/// Flags by letter and the name: `"S host.example."`; `-` if there is none.
fn encode_fqdn(text: &str) -> anyhow::Result<Vec<u8>> {
    let (letters, name) = text.split_once(' ').unwrap_or((text, ""));
    let mut flags = 0;
    for letter in letters.chars().filter(|letter| *letter != '-') {
        let flag = FQDN_FLAGS.iter().find(|(known, _)| *known == letter);
        flags |= flag.with_context(|| format!("there is no flag {letter}"))?.1;
    }
    Ok([vec![flags], encode_name(name)?].concat())
}

/// An option that holds others: its enterprise or fields, and they; a vendor class has a list.
fn encode_map(space: &str, code: OptionCode, value: &Value) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    let inside = match code {
        OptionCode::VENDOR_OPTS | OptionCode::VENDOR_CLASS if space == DHCP6 => "",
        OptionCode::RSOO if space == DHCP6 => DHCP6,
        _ => definition(space, code).map_or("", |definition| &*definition.encapsulates),
    };
    for (name, value) in members(Some(value)) {
        match (name, value.as_list()) {
            (ENTERPRISE, _) => {
                let number = value.as_int().context("an enterprise is a number")?;
                content.extend(u32::try_from(number)?.to_be_bytes());
            }
            (FIELDS, _) => {
                let definition = definition(space, code).context("it has no fields")?;
                content.extend(encode_fields(definition, value.as_text().unwrap_or_default())?);
            }
            ("classes", Some(classes)) => {
                for class in classes.iter().filter_map(Value::as_text) {
                    content.extend(u16::try_from(class.len())?.to_be_bytes());
                    content.extend(class.as_bytes());
                }
            }
            _ => {
                let code = code_in(inside, name)?;
                let bytes = encode_in(inside, code, value).with_context(|| name.to_owned())?;
                option_bytes(&mut content, code, &bytes);
            }
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let vendor = [(ENTERPRISE, Value::from(4491)), ("1", Value::from("0x0020"))];
        let supplied = [("erp-local-domain-name", Value::from("a.example."))];
        for (option, value) in [
            ("dns-servers", Value::from("2001:db8::1, 2001:db8::2")),
            ("domain-search", Value::from("a.example., b.")),
            ("preference", Value::from(7)),
            ("rapid-commit", Value::from(true)),
            ("interface-id", Value::from("eth7")),
            ("remote-id", Value::from("4491, 0x01")),
            ("client-fqdn", Value::from("OS host.example.")),
            ("client-fqdn", Value::from("- host")),
            ("vendor-opts", Value::object(vendor)),
            ("rsoo", Value::object(supplied)),
            ("9999", Value::from("0x0102")),
        ] {
            let code = code(option).unwrap();
            assert_eq!(decode(code, &encode(code, &value).unwrap()), value, "{option}");
        }
    }

    #[test]
    fn a_prefix_and_a_port_set_have_their_lengths_in_front() {
        let rule = [0, 16, 24, 192, 0, 2, 0, 32, 0x20, 1, 0xd, 0xb8, 0, 93, 0, 4, 6, 4, 0x30, 0];
        let container = [&[0, 89, 0, 20][..], &rule].concat();
        let value = decode(OptionCode(94), &container);
        let rule = value.get("s46-rule").unwrap();
        let fields = rule.get(FIELDS).and_then(Value::as_text);
        assert_eq!(fields, Some("0, 16, 24, 192.0.2.0, 2001:db8::/32"));
        assert_eq!(rule.get("s46-portparams").and_then(Value::as_text), Some("6, 3/4"));
    }
}
