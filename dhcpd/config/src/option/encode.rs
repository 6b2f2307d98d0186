//! The text of `option-data` to bytes.

use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_wire::v4::OptionCode;

use super::{Definition, Type};

/// Encodes comma-separated text by a definition.
pub(super) fn text(definition: &Definition, data: &str) -> Result<Vec<u8>, String> {
    if definition.code == OptionCode(121) {
        return classless_routes(data);
    }
    let mut content = Vec::new();
    let values = split(data);
    let Some((last, first)) = definition.fields.split_last() else { return Ok(content) };
    // A single text takes everything, its commas included.
    if first.is_empty() && !definition.array && *last == Type::String {
        return field(*last, data.trim()).map_or_else(Err, |bytes| not_empty(bytes, data));
    }
    let mut values = values.iter().map(String::as_str);
    for kind in first {
        let value = values.next().unwrap_or_default();
        content.extend(field(*kind, value)?);
    }
    let rest: Vec<&str> = values.collect();
    match (rest.as_slice(), *last) {
        ([] | [""], Type::Empty) => {}
        ([] | [""], Type::Binary) => {}
        ([], _) => return Err(format!("option {} lacks data", definition.code.0)),
        ([_, _, ..], _) if !definition.array => {
            let code = definition.code.0;
            return Err(format!("there is more data than option {code} has fields"));
        }
        (rest, kind) => {
            for value in rest {
                content.extend(field(kind, value)?);
            }
        }
    }
    Ok(content)
}

/// Hexadecimal digits in any of Kea's spellings, or a text in single quotes.
pub(super) fn hexadecimal(data: &str) -> Result<Vec<u8>, String> {
    let data = data.trim();
    if let Some(quoted) = data.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(quoted.as_bytes().to_vec());
    }
    let error = || format!("{data:?} is not hexadecimal");
    let digits = data.strip_prefix("0x").or_else(|| data.strip_prefix("0X")).unwrap_or(data);
    if let Some(separator) = [':', ' '].into_iter().find(|separator| digits.contains(*separator)) {
        return digits
            .split(separator)
            .filter(|octet| !octet.is_empty())
            .map(|octet| u8::from_str_radix(octet, 16).map_err(|_| error()))
            .collect();
    }
    let padded =
        if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    if !padded.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(error());
    }
    padded
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|p| u8::from_str_radix(p, 16).ok()))
        .map(|octet| octet.ok_or_else(error))
        .collect()
}

fn not_empty(bytes: Vec<u8>, data: &str) -> Result<Vec<u8>, String> {
    if bytes.is_empty() {
        Err(format!("{data:?} is empty; the option needs a text"))
    } else {
        Ok(bytes)
    }
}

/// Splits at commas; a backslash keeps one.
fn split(data: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut chars = data.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, values.last_mut()) {
            ('\\', Some(value)) if chars.peek() == Some(&',') => {
                value.push(',');
                chars.next();
            }
            (',', _) => values.push(String::new()),
            (c, Some(value)) => value.push(c),
            (_, None) => {}
        }
    }
    if data.trim().is_empty() {
        return Vec::new();
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

fn field(kind: Type, value: &str) -> Result<Vec<u8>, String> {
    Ok(match kind {
        Type::Empty => return Err(format!("the option has no data, this is {value:?}")),
        Type::Binary => hexadecimal(value)?,
        Type::Boolean => match value {
            "true" | "1" => vec![1],
            "false" | "0" => vec![0],
            _ => return Err(format!("{value:?} is not true or false")),
        },
        Type::Uint8 => number::<u8>(value, u8::MAX.into())?.to_be_bytes().to_vec(),
        Type::Uint16 => number::<u16>(value, u16::MAX.into())?.to_be_bytes().to_vec(),
        Type::Uint32 => number::<u32>(value, u32::MAX)?.to_be_bytes().to_vec(),
        Type::Int32 => value
            .parse::<i32>()
            .map_err(|_| format!("{value:?} is not a number from -2147483648 to 2147483647"))?
            .to_be_bytes()
            .to_vec(),
        Type::Ipv4Address => value
            .parse::<Ipv4Addr>()
            .map_err(|_| format!("{value:?} is not an IPv4 address"))?
            .octets()
            .to_vec(),
        Type::Ipv6Address => value
            .parse::<Ipv6Addr>()
            .map_err(|_| format!("{value:?} is not an IPv6 address"))?
            .octets()
            .to_vec(),
        Type::Psid => psid(value)?,
        Type::String => value.as_bytes().to_vec(),
        Type::Tuple => {
            let len = u8::try_from(value.len())
                .map_err(|_| format!("{value:?} is longer than 255 bytes"))?;
            [&[len], value.as_bytes()].concat()
        }
        Type::Fqdn => labels(value)?,
        Type::Internal => {
            return Err("this option can be given with 'csv-format' false only".into());
        }
    })
}

fn number<T: std::str::FromStr>(value: &str, most: u32) -> Result<T, String> {
    let digits =
        value.strip_prefix("0x").map(|hex| u32::from_str_radix(hex, 16).map(|n| n.to_string()));
    let text = match digits {
        Some(Ok(text)) => text,
        Some(Err(_)) | None => value.to_owned(),
    };
    text.parse().map_err(|_| format!("{value:?} is not a number from 0 to {most}"))
}

/// Port set id `VALUE/LENGTH`, RFC 7618 section 9.
fn psid(value: &str) -> Result<Vec<u8>, String> {
    let error = || format!("{value:?} is not a port set: expected NUMBER/BITS with up to 16 bits");
    let (id, bits) = value.split_once('/').ok_or_else(error)?;
    let (id, bits): (u16, u8) =
        (id.trim().parse().map_err(|_| error())?, bits.trim().parse().map_err(|_| error())?);
    if bits > 16 || (bits < 16 && id >> bits != 0) {
        return Err(error());
    }
    let shifted = u32::from(id) << (16 - bits);
    let [_, _, high, low] = shifted.to_be_bytes();
    Ok(vec![bits, high, low])
}

/// A domain name, RFC 1035 section 3.1, without compression.
fn labels(name: &str) -> Result<Vec<u8>, String> {
    let error = || format!("{name:?} is not a domain name");
    let mut bytes = Vec::new();
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        let len = u8::try_from(label.len()).ok().filter(|len| (1..=63).contains(len));
        bytes.push(len.ok_or_else(error)?);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    if bytes.len() > 255 { Err(error()) } else { Ok(bytes) }
}

/// `PREFIX/LENGTH - ROUTER, …`, RFC 3442.
fn classless_routes(data: &str) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    for route in split(data) {
        let error = || format!("{route:?} is not a route: expected PREFIX/LENGTH - ROUTER");
        let (prefix, router) = route.split_once('-').ok_or_else(error)?;
        let (network, bits) = prefix.trim().split_once('/').ok_or_else(error)?;
        let network: Ipv4Addr = network.parse().map_err(|_| error())?;
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32).ok_or_else(error)?;
        let router: Ipv4Addr = router.trim().parse().map_err(|_| error())?;
        content.push(bits);
        content.extend(network.octets().iter().take(usize::from(bits.div_ceil(8))));
        content.extend(router.octets());
    }
    if content.is_empty() {
        Err("a route is needed: PREFIX/LENGTH - ROUTER".into())
    } else {
        Ok(content)
    }
}
