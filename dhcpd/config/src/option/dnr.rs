//! Discovery of network-designated resolvers, RFC 9463 sections 4 and 5.
//!
//! In DHCPv4 an option holds several resolvers, each with its length in front, and lengths of parts
//! have one byte; in DHCPv6 it holds one, and lengths have two.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::payload::{self, length_size};
use super::{names, tokens};
use crate::Protocol;

/// Service parameters that the option may have, RFC 9460 section 14.3.2 and RFC 9461.
const PARAMETERS: [(&str, u16); 3] = [("alpn", ALPN), ("port", PORT), ("dohpath", DOHPATH)];
const ALPN: u16 = 1;
const PORT: u16 = 3;
const DOHPATH: u16 = 7;

/// Protocols that the registry of ALPN identifiers lists, as Kea knows it.
#[rustfmt::skip]
const PROTOCOLS: [&str; 33] = [
    "http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2", "spdy/3", "stun.turn",
    "stun.nat-discovery", "h2", "h2c", "webrtc", "c-webrtc", "ftp", "imap", "pop3", "managesieve",
    "coap", "xmpp-client", "xmpp-server", "acme-tls/1", "mqtt", "dot", "ntske/1", "sunrpc", "h3",
    "smb", "irc", "nntp", "nnsp", "doq", "sip/2", "tds/8.0", "dicom",
];

/// `PRIORITY, NAME[, ADDRESSES[, PARAMETERS]] | …`
pub(super) fn encode(protocol: Protocol, text: &str) -> Result<Vec<u8>, String> {
    if protocol == Protocol::V6 {
        return encode_instance(protocol, text);
    }
    let mut content = Vec::new();
    for instance in tokens::split(text, '|') {
        let bytes = encode_instance(protocol, &instance)?;
        let length = u16::try_from(bytes.len())
            .map_err(|_| format!("a resolver has {} bytes, more than 65535", bytes.len()))?;
        content.extend(length.to_be_bytes());
        content.extend(bytes);
    }
    Ok(content)
}

fn encode_instance(protocol: Protocol, text: &str) -> Result<Vec<u8>, String> {
    let parts = tokens::split(text, ',');
    let mut parts = parts.iter().map(|part| part.trim());
    let (Some(priority), Some(name)) = (parts.next(), parts.next()) else {
        return Err(format!("a resolver needs a priority and a name, this is {text:?}"));
    };
    let (addresses, parameters) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return Err(format!(
            "a resolver has a priority, a name, addresses and parameters; {text:?} has more"
        ));
    }
    let number: u16 = priority
        .parse()
        .map_err(|_| format!("the priority of a resolver is 0 to 65535, not {priority:?}"))?;
    let mut bytes = number.to_be_bytes().to_vec();
    let size = length_size(protocol);
    counted(&names::encode(&name.to_ascii_lowercase())?, size, &mut bytes)?;
    if let Some(addresses) = addresses {
        counted(&encode_addresses(protocol, addresses)?, size, &mut bytes)?;
    }
    if let Some(parameters) = parameters {
        bytes.extend(encode_parameters(parameters)?);
    }
    Ok(bytes)
}

fn encode_addresses(protocol: Protocol, text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for address in tokens::split(text, ' ') {
        match (protocol, address.parse()) {
            (Protocol::V4, Ok(IpAddr::V4(address))) => bytes.extend(address.octets()),
            (Protocol::V6, Ok(IpAddr::V6(address))) => bytes.extend(address.octets()),
            (Protocol::V4, _) => return Err(format!("{address:?} is not an IPv4 address")),
            (Protocol::V6, _) => return Err(format!("{address:?} is not an IPv6 address")),
        }
    }
    if bytes.is_empty() { Err("a resolver needs an address here".to_owned()) } else { Ok(bytes) }
}

/// `KEY=VALUE …`, in the order of the keys' numbers.
fn encode_parameters(text: &str) -> Result<Vec<u8>, String> {
    let mut values = BTreeMap::new();
    let mut is_http = false;
    for parameter in tokens::split(text, ' ') {
        let parts = parameter.splitn(3, '=').collect::<Vec<_>>();
        let [key, value] = parts.as_slice() else {
            return Err(format!("{parameter:?} is not a service parameter: expected KEY=VALUE"));
        };
        let code = PARAMETERS.iter().find(|(name, _)| name == key).map(|(_, code)| *code);
        let bytes = match code {
            Some(ALPN) => {
                is_http |= value.split(',').any(|protocol| protocol.starts_with('h'));
                protocols(value)?
            }
            Some(PORT) => {
                let port = value.parse::<u16>();
                port.map_err(|_| format!("a port is 0 to 65535, not {value:?}"))?
                    .to_be_bytes()
                    .to_vec()
            }
            Some(DOHPATH) if value.contains("{?dns}") => value.as_bytes().to_vec(),
            Some(_) => return Err(format!("dohpath {value:?} has no variable {{?dns}}")),
            None => {
                return Err(format!(
                    "service parameter '{key}' cannot be used here, only alpn, port and dohpath"
                ));
            }
        };
        if code.and_then(|code| values.insert(code, bytes)).is_some() {
            return Err(format!("service parameter '{key}' stands twice"));
        }
    }
    if is_http && !values.contains_key(&DOHPATH) {
        return Err("a resolver over HTTP needs the service parameter dohpath".to_owned());
    }
    let mut content = Vec::new();
    for (code, value) in values {
        let length =
            u16::try_from(value.len()).map_err(|_| "a service parameter is too long".to_owned())?;
        content.extend(code.to_be_bytes());
        content.extend(length.to_be_bytes());
        content.extend(value);
    }
    Ok(content)
}

fn protocols(value: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for protocol in tokens::split(value, ',') {
        if !PROTOCOLS.contains(&protocol.as_str()) {
            return Err(format!("there is no ALPN protocol '{protocol}'"));
        }
        counted(protocol.as_bytes(), 1, &mut bytes)?;
    }
    Ok(bytes)
}

/// Appends bytes with their length in `size` bytes in front.
fn counted(bytes: &[u8], size: usize, content: &mut Vec<u8>) -> Result<(), String> {
    let most = if size == 1 { u16::from(u8::MAX) } else { u16::MAX };
    let length = u16::try_from(bytes.len()).ok().filter(|length| *length <= most);
    let length = length.ok_or_else(|| {
        format!("a part of a resolver has {} bytes, more than {most}", bytes.len())
    })?;
    content.extend(length.to_be_bytes().get(2 - size..).unwrap_or_default());
    content.extend(bytes);
    Ok(())
}

/// One resolver of a payload.
pub(super) struct Resolver<'p> {
    /// Bytes without the length in front.
    pub(super) length: usize,
    pub(super) priority: u16,
    /// In labels.
    pub(super) name: Vec<u8>,
    /// None in a resolver that has its name only.
    pub(super) addresses: Vec<IpAddr>,
    pub(super) parameters: Vec<(u16, &'p [u8])>,
}

/// The resolvers of a payload.
pub(super) fn decode(protocol: Protocol, payload: &[u8]) -> Option<Vec<Resolver<'_>>> {
    if protocol == Protocol::V6 {
        return Some(vec![decode_instance(protocol, payload)?]);
    }
    let mut resolvers = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (instance, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
        resolvers.push(decode_instance(protocol, instance)?);
        rest = behind;
    }
    Some(resolvers)
}

fn decode_instance(protocol: Protocol, instance: &[u8]) -> Option<Resolver<'_>> {
    let (priority, rest) = instance.split_first_chunk::<2>()?;
    let (name, rest) = part(protocol, rest)?;
    let name = names::read(name, 0)?.0.to_ascii_lowercase();
    let mut resolver = Resolver {
        length: instance.len(),
        priority: u16::from_be_bytes(*priority),
        name,
        addresses: Vec::new(),
        parameters: Vec::new(),
    };
    if rest.is_empty() {
        return Some(resolver);
    }
    let (bytes, mut rest) = part(protocol, rest)?;
    resolver.addresses = addresses(protocol, bytes)?;
    while !rest.is_empty() {
        let (key, behind) = rest.split_first_chunk::<2>()?;
        let (length, behind) = behind.split_first_chunk::<2>()?;
        let (value, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
        let key = u16::from_be_bytes(*key);
        let is_next = resolver.parameters.last().is_none_or(|(earlier, _)| *earlier < key);
        if !is_next || PARAMETERS.iter().all(|(_, code)| *code != key) {
            return None;
        }
        resolver.parameters.push((key, value));
        rest = behind;
    }
    Some(resolver)
}

/// A part with its length in front, and what is behind it.
fn part(protocol: Protocol, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, behind) = payload::number(protocol, bytes)?;
    behind.split_at_checked(length.into())
}

/// Addresses, at least one of them.
fn addresses(protocol: Protocol, bytes: &[u8]) -> Option<Vec<IpAddr>> {
    let (addresses, odd): (Vec<IpAddr>, &[u8]) = match protocol {
        Protocol::V4 => {
            let (chunks, odd) = bytes.as_chunks::<4>();
            (chunks.iter().map(|octets| Ipv4Addr::from(*octets).into()).collect(), odd)
        }
        Protocol::V6 => {
            let (chunks, odd) = bytes.as_chunks::<16>();
            (chunks.iter().map(|octets| Ipv6Addr::from(*octets).into()).collect(), odd)
        }
    };
    (!addresses.is_empty() && odd.is_empty()).then_some(addresses)
}

impl Resolver<'_> {
    /// As Kea writes it.
    pub(super) fn text(&self) -> String {
        let name = names::text(&self.name);
        let mut text = format!(
            "service_priority={}, adn_length={}, adn='{name}'",
            self.priority,
            self.name.len()
        );
        if self.addresses.is_empty() {
            return text;
        }
        let length: usize = self.addresses.iter().map(|a| if a.is_ipv4() { 4 } else { 16 }).sum();
        text.push_str(&format!(", addr_length={length}, address(es):"));
        for address in &self.addresses {
            text.push_str(&format!(" {address}"));
        }
        if !self.parameters.is_empty() {
            let parameters: Vec<String> = self.parameters.iter().map(parameter_text).collect();
            text.push_str(&format!(", svc_params='{}'", parameters.join(" ")));
        }
        text
    }
}

fn parameter_text((code, value): &(u16, &[u8])) -> String {
    let name = PARAMETERS.iter().find(|(_, own)| own == code).map_or("", |(name, _)| name);
    let value = match (*code, *value) {
        (PORT, [high, low]) => u16::from_be_bytes([*high, *low]).to_string(),
        (ALPN, mut rest) => {
            let mut protocols = Vec::new();
            while let Some((length, behind)) = rest.split_first() {
                let (one, behind) = behind.split_at(behind.len().min(usize::from(*length)));
                protocols.push(String::from_utf8_lossy(one).into_owned());
                rest = behind;
            }
            protocols.join(",")
        }
        (_, value) => String::from_utf8_lossy(value).into_owned(),
    };
    format!("{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolver_has_priority_name_addresses_and_parameters() {
        let text = r"100, Dot1.a., 10.0.3.4 10.1.5.6, port=8530 alpn=dot\,h2 dohpath=/q{?dns}";
        let bytes = encode(Protocol::V4, text).unwrap();
        let mut expected =
            b"\0\x37\0\x64\x08\x04dot1\x01a\0\x08\x0a\0\x03\x04\x0a\x01\x05\x06".to_vec();
        expected.extend(b"\0\x01\0\x07\x03dot\x02h2\0\x03\0\x02\x21\x52\0\x07\0\x08/q{?dns}");
        let length = expected.len() - 2;
        expected[1] = length.to_be_bytes()[7];
        assert_eq!(bytes, expected);
        assert_eq!(
            decode(Protocol::V4, &bytes).unwrap()[0].text(),
            "service_priority=100, adn_length=8, adn='dot1.a.', addr_length=8, \
             address(es): 10.0.3.4 10.1.5.6, svc_params='alpn=dot,h2 port=8530 dohpath=/q{?dns}'"
        );
        assert_eq!(
            encode(Protocol::V4, "1, a. | 2, b.").unwrap(),
            b"\0\x06\0\x01\x03\x01a\0\0\x06\0\x02\x03\x01b\0"
        );
    }

    #[test]
    fn what_is_no_resolver_is_refused() {
        for (text, message) in [
            ("1", "a resolver needs a priority and a name, this is \"1\""),
            ("x, a.", "the priority of a resolver is 0 to 65535, not \"x\""),
            ("1, a..b", "\"a..b\" is not a domain name"),
            ("1, a., ::1", "\"::1\" is not an IPv4 address"),
            ("1, a.,  ", "a resolver needs an address here"),
            ("1, a., 1.1.1.1, x", "\"x\" is not a service parameter: expected KEY=VALUE"),
            (
                "1, a., 1.1.1.1, ipv4hint=1",
                "service parameter 'ipv4hint' cannot be used here, only alpn, port and dohpath",
            ),
            ("1, a., 1.1.1.1, alpn=x", "there is no ALPN protocol 'x'"),
            ("1, a., 1.1.1.1, port=x", "a port is 0 to 65535, not \"x\""),
            ("1, a., 1.1.1.1, dohpath=/q", "dohpath \"/q\" has no variable {?dns}"),
            ("1, a., 1.1.1.1, port=1 port=2", "service parameter 'port' stands twice"),
            ("1, a., 1.1.1.1, alpn=h2", "a resolver over HTTP needs the service parameter dohpath"),
            (
                "1, a., 1.1.1.1, port=1, x",
                "a resolver has a priority, a name, addresses and parameters; \
                 \"1, a., 1.1.1.1, port=1, x\" has more",
            ),
        ] {
            assert_eq!(encode(Protocol::V4, text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn in_dhcpv6_an_option_is_one_resolver() {
        let bytes = encode(Protocol::V6, "2, a., 2001:db8::1, alpn=dot").unwrap();
        let mut expected = b"\0\x02\0\x03\x01a\0\0\x10".to_vec();
        expected.extend("2001:db8::1".parse::<Ipv6Addr>().unwrap().octets());
        expected.extend(b"\0\x01\0\x04\x03dot");
        assert_eq!(bytes, expected);
        let read = decode(Protocol::V6, &bytes).unwrap();
        assert_eq!(read[0].addresses, ["2001:db8::1".parse::<IpAddr>().unwrap()]);
        assert!(decode(Protocol::V6, &bytes[..bytes.len() - 1]).is_none());
    }
}
