//! Options as text: in the words of `option-data` where the type is simple, else hexadecimal.

use std::net::Ipv4Addr;

use anyhow::{Context, anyhow, bail};
use ruru_config::Protocol;
use ruru_config::option::{Definition, Type};
use ruru_json::Value;
use ruru_wire::v4::OptionCode;

use crate::scenario::text::{hexadecimal, octets, printable};

/// Flags of the client FQDN option, RFC 4702 section 2.1, the highest first.
const FQDN_FLAGS: [(char, u8); 4] = [('N', 8), ('E', 4), ('O', 2), ('S', 1)];

/// The code that a name or number means.
pub(super) fn code(name: &str) -> anyhow::Result<OptionCode> {
    let named = Definition::by_name(Protocol::V4, name).map(|definition| definition.code);
    let code = named.and_then(|code| u8::try_from(code).ok()).or_else(|| name.parse().ok());
    code.map(OptionCode).ok_or_else(|| anyhow!("there is no option '{name}'"))
}

/// The name of a code, or its number.
pub(super) fn name(code: OptionCode) -> String {
    definition(code).map_or_else(|| code.0.to_string(), |d| d.name.to_string())
}

fn definition(code: OptionCode) -> Option<&'static Definition> {
    Definition::by_code(Protocol::V4, code.0.into())
}

/// Content to text.
pub(super) fn decode(code: OptionCode, content: &[u8]) -> Value {
    let known = match code {
        OptionCode::FQDN => decode_fqdn(content).map(Value::from),
        _ => definition(code).and_then(|definition| decode_fields(definition, content)),
    };
    known.unwrap_or_else(|| Value::from(hexadecimal(content)))
}

/// Text to content: `0x…`, or in the words of the option's definition.
pub(super) fn encode(code: OptionCode, value: &Value) -> anyhow::Result<Vec<u8>> {
    let text = match (value.as_text(), value.as_int()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => bail!("an option is a text or a number"),
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return octets(digits);
    }
    if code == OptionCode::FQDN {
        return encode_fqdn(&text);
    }
    let definition = definition(code).context("an unknown option is written as 0x…")?;
    let [kind] = *definition.fields else { bail!("write it as 0x…") };
    if kind == Type::String {
        return Ok(text.into_bytes());
    }
    let fields = text.split(',').map(|field| encode_field(kind, field.trim()));
    Ok(fields.collect::<anyhow::Result<Vec<_>>>()?.concat())
}

fn encode_field(kind: Type, text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(match kind {
        Type::Ipv4Address => text.parse::<Ipv4Addr>()?.octets().to_vec(),
        Type::Uint8 => vec![text.parse()?],
        Type::Uint16 => text.parse::<u16>()?.to_be_bytes().to_vec(),
        Type::Uint32 => text.parse::<u32>()?.to_be_bytes().to_vec(),
        _ => bail!("write it as 0x…"),
    })
}

/// `None` if the content does not fit or the type has no short form.
fn decode_fields(definition: &Definition, content: &[u8]) -> Option<Value> {
    let [kind] = *definition.fields else { return None };
    let size = match kind {
        Type::String => return printable(content).map(Value::from),
        Type::Uint8 | Type::Boolean => 1,
        Type::Uint16 => 2,
        Type::Uint32 | Type::Ipv4Address => 4,
        _ => return None,
    };
    let is_whole = content.len().is_multiple_of(size) && !content.is_empty();
    if !is_whole || (content.len() > size && !definition.array) {
        return None;
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte));
    let mut numbers = content.chunks(size).map(number);
    if kind == Type::Ipv4Address {
        let addresses = numbers.map(|bits| Ipv4Addr::from_bits(bits).to_string());
        return Some(addresses.collect::<Vec<_>>().join(", ").into());
    }
    if !definition.array {
        return numbers.next().map(Value::from);
    }
    Some(numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(", ").into())
}

/// Flags by letter, the name in quotes of its encoding: `"SE host.example."`; the name of a query
/// without E is in text.
fn encode_fqdn(text: &str) -> anyhow::Result<Vec<u8>> {
    let (letters, name) = text.split_once(' ').unwrap_or((text, ""));
    let mut flags = 0;
    for letter in letters.chars().filter(|letter| *letter != '-') {
        let flag = FQDN_FLAGS.iter().find(|(known, _)| *known == letter);
        flags |= flag.with_context(|| format!("there is no flag {letter}"))?.1;
    }
    let mut content = vec![flags, 0, 0];
    if flags & 4 == 0 {
        content.extend_from_slice(name.as_bytes());
        return Ok(content);
    }
    for label in name.split('.').filter(|label| !label.is_empty()) {
        content.push(u8::try_from(label.len())?);
        content.extend_from_slice(label.as_bytes());
    }
    if name.ends_with('.') {
        content.push(0);
    }
    Ok(content)
}

fn decode_fqdn(content: &[u8]) -> Option<String> {
    let [flags, forward, reverse, name @ ..] = content else { return None };
    let letters: String =
        FQDN_FLAGS.iter().filter(|(_, bit)| flags & bit != 0).map(|(letter, _)| letter).collect();
    let letters = if letters.is_empty() { "-".to_owned() } else { letters };
    // RFC 4702 section 2.2: servers write 255 into both.
    let codes = match (forward, reverse) {
        (255, 255) => String::new(),
        _ => format!(" (codes {forward}, {reverse})"),
    };
    if flags & 4 == 0 {
        return Some(format!("{letters} {}{codes}", printable(name)?));
    }
    let (mut labels, mut rest) = (String::new(), name);
    while let [len, more @ ..] = rest {
        let (label, more) = more.split_at_checked(usize::from(*len))?;
        // The root label, or the dot before a further label.
        if *len == 0 || !labels.is_empty() {
            labels.push('.');
        }
        labels.push_str(&printable(label)?);
        rest = more;
    }
    Some(format!("{letters} {labels}{codes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for (option, value) in [
            ("routers", Value::from("192.0.2.1, 192.0.2.2")),
            ("host-name", Value::from("a, b")),
            ("dhcp-lease-time", Value::from(7200)),
            ("dhcp-parameter-request-list", Value::from("1, 3")),
            ("224", Value::from("0x0102")),
        ] {
            let code = code(option).unwrap();
            assert_eq!(decode(code, &encode(code, &value).unwrap()), value, "{option}");
        }
    }

    #[test]
    fn a_name_is_in_labels_or_text() {
        let labels = encode_fqdn("ES a.b.").unwrap();
        assert_eq!(labels, b"\x05\0\0\x01a\x01b\0");
        assert_eq!(decode_fqdn(b"\x05\xff\xff\x01a\x01b\0").as_deref(), Some("ES a.b."));
        assert_eq!(decode_fqdn(b"\x04\xff\xff\x01a\x01b").as_deref(), Some("E a.b"));
        assert_eq!(decode_fqdn(b"\x08\xff\xffa.b").as_deref(), Some("N a.b"));
        assert_eq!(encode_fqdn("- a").unwrap(), b"\0\0\0a");
    }
}
