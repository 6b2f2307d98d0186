//! The text of `option-data` to bytes.

use std::net::{IpAddr, Ipv6Addr};

use super::payload::Form;
use super::{Definition, Type, dnr, names, routes, tokens};
use crate::Protocol;

/// Encodes comma-separated text by a definition. Of an option with one value only the first counts,
/// as in Kea.
pub(super) fn text(definition: &Definition, data: &str) -> Result<Vec<u8>, String> {
    let values = tokens::split(data, ',');
    if definition.fields.contains(&Type::Internal) {
        return internal(definition, &values);
    }
    let mut values = values.iter().map(|value| value.trim());
    let mut content = Vec::new();
    let Some((last, first)) = definition.fields.split_last() else { return Ok(content) };
    for kind in first {
        let value = values.next().ok_or_else(|| too_few(definition))?;
        write(definition, *kind, value, &mut content)?;
    }
    let is_record = !first.is_empty();
    match values.next() {
        Some(value) => write(definition, *last, value, &mut content)?,
        None if is_record => return Err(too_few(definition)),
        None if definition.array || *last == Type::Empty => {}
        None => return Err(format!("option '{}' needs a value", definition.name)),
    }
    if definition.array {
        for value in values {
            write(definition, *last, value, &mut content)?;
        }
    }
    Ok(content)
}

/// Options with a form of their own; those of which none is known are text.
fn internal(definition: &Definition, values: &[String]) -> Result<Vec<u8>, String> {
    if values.is_empty() {
        return Err(format!("option '{}' needs a value", definition.name));
    }
    let text = values.iter().map(|value| value.replace(',', r"\,")).collect::<Vec<_>>().join(",");
    match Form::of(definition) {
        Form::Routes => routes::encode(&text),
        Form::Resolvers => dnr::encode(definition.protocol, &text),
        _ => Ok(text.into_bytes()),
    }
}

fn too_few(definition: &Definition) -> String {
    let (name, count) = (&definition.name, definition.fields.len());
    format!("option '{name}' needs {count} values, and gets fewer")
}

fn write(
    definition: &Definition,
    kind: Type,
    value: &str,
    content: &mut Vec<u8>,
) -> Result<(), String> {
    match kind {
        Type::Empty => return Err(format!("the option has no data, this is {value:?}")),
        Type::Binary => content.extend(tokens::pairs(value)?),
        Type::Boolean => content.push(boolean(value)?),
        Type::Int8 | Type::Int16 | Type::Int32 | Type::Uint8 | Type::Uint16 | Type::Uint32 => {
            number(kind, value, content)?
        }
        Type::Ipv4Address => match value.parse() {
            Ok(IpAddr::V4(address)) => content.extend(address.octets()),
            _ => return Err(format!("{value:?} is not an IPv4 address")),
        },
        Type::Ipv6Address => match value.parse() {
            Ok(IpAddr::V6(address)) => content.extend(address.octets()),
            _ => return Err(format!("{value:?} is not an IPv6 address")),
        },
        Type::Ipv6Prefix => prefix(value, content)?,
        Type::Psid => psid(value, content)?,
        Type::String => content.extend(value.as_bytes()),
        // RFC 8572 section 8.3 has two bytes in DHCPv4, too.
        Type::Tuple => {
            let is_long = definition.protocol == Protocol::V6 || definition.is_dhcp4(143);
            tuple(value, is_long, content)?
        }
        Type::Fqdn => content.extend(names::encode(value)?),
        // Definitions have it alone, and then text is not cut into values.
        Type::Internal => content.extend(value.as_bytes()),
    }
    Ok(())
}

fn boolean(value: &str) -> Result<u8, String> {
    if value.eq_ignore_ascii_case("true") {
        return Ok(1);
    }
    match value.parse::<i32>() {
        Ok(1) => Ok(1),
        Ok(0) => Ok(0),
        Err(_) if value.eq_ignore_ascii_case("false") => Ok(0),
        _ => Err(format!("{value:?} is not true or false")),
    }
}

/// Decimal digits; what is none may be hexadecimal ones.
fn integer(value: &str) -> Option<i64> {
    let hexadecimal = || {
        let (sign, digits) = match value.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, value.strip_prefix('+').unwrap_or(value)),
        };
        let digits =
            digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
        let is_unsigned = digits.starts_with(|c: char| c.is_ascii_hexdigit());
        let number = is_unsigned.then(|| i64::from_str_radix(digits, 16).ok()).flatten()?;
        Some(sign * number)
    };
    value.parse().ok().or_else(hexadecimal)
}

fn number(kind: Type, value: &str, content: &mut Vec<u8>) -> Result<(), String> {
    let (Some(range), Some(size)) = (kind.range(), kind.size()) else { return Ok(()) };
    let number = integer(value).filter(|number| range.contains(number)).ok_or_else(|| {
        format!("{value:?} is not a number from {} to {}", range.start(), range.end())
    })?;
    let bytes = number.to_be_bytes();
    content.extend_from_slice(bytes.get(bytes.len() - size..).unwrap_or_default());
    Ok(())
}

/// `ADDRESS/LENGTH`
fn prefix(value: &str, content: &mut Vec<u8>) -> Result<(), String> {
    let error = || format!("{value:?} is not an IPv6 prefix: expected ADDRESS/LENGTH");
    let text: String = value.chars().filter(|c| !matches!(c, ' ' | '\t')).collect();
    let (address, bits) = text.split_once('/').ok_or_else(error)?;
    let address: Ipv6Addr = address.parse().map_err(|_| error())?;
    let bits = integer(bits).and_then(|bits| u8::try_from(bits).ok()).filter(|bits| *bits <= 128);
    let bits = bits.ok_or_else(error)?;
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    let octets = (address.to_bits() & mask).to_be_bytes();
    content.push(bits);
    content.extend(octets.iter().take(usize::from(bits.div_ceil(8))));
    Ok(())
}

/// Port set id `VALUE/LENGTH`, RFC 7618 section 9.
fn psid(value: &str, content: &mut Vec<u8>) -> Result<(), String> {
    let error = || format!("{value:?} is not a port set: expected NUMBER/BITS with up to 16 bits");
    let text: String = value.chars().filter(|c| !matches!(c, ' ' | '\t')).collect();
    let (id, bits) = text.split_once('/').ok_or_else(error)?;
    let id = integer(id).and_then(|id| u16::try_from(id).ok()).ok_or_else(error)?;
    let bits = integer(bits).and_then(|bits| u32::try_from(bits).ok()).ok_or_else(error)?;
    if bits > 16 || (bits > 0 && u32::from(id) >> bits != 0) {
        return Err(error());
    }
    // Without bits there is no number, and what is given for it does not count.
    let shifted = if bits == 0 { 0 } else { id << (16 - bits) };
    let [.., bits] = bits.to_be_bytes();
    content.push(bits);
    content.extend(shifted.to_be_bytes());
    Ok(())
}

/// A text with its length in front, in two bytes if it is a long one.
fn tuple(value: &str, is_long: bool, content: &mut Vec<u8>) -> Result<(), String> {
    let most = if is_long { u16::MAX } else { u8::MAX.into() };
    let length = u16::try_from(value.len()).ok().filter(|length| *length <= most);
    let length = length
        .ok_or_else(|| format!("a value has {} bytes, more than {most}", value.len()))?
        .to_be_bytes();
    let [_, low] = length;
    content.extend(if is_long { length.to_vec() } else { vec![low] });
    content.extend(value.as_bytes());
    Ok(())
}
