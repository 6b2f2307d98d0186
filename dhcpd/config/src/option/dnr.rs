//! Discovery of network-designated resolvers, RFC 9463 section 5.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{names, tokens};

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
pub(super) fn encode(text: &str) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    for instance in tokens::split(text, '|') {
        let bytes = encode_instance(&instance)?;
        let length = u16::try_from(bytes.len())
            .map_err(|_| format!("a resolver has {} bytes, more than 65535", bytes.len()))?;
        content.extend(length.to_be_bytes());
        content.extend(bytes);
    }
    Ok(content)
}

fn encode_instance(text: &str) -> Result<Vec<u8>, String> {
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
    counted(&names::encode(&name.to_ascii_lowercase())?, &mut bytes)?;
    if let Some(addresses) = addresses {
        counted(&encode_addresses(addresses)?, &mut bytes)?;
    }
    if let Some(parameters) = parameters {
        bytes.extend(encode_parameters(parameters)?);
    }
    Ok(bytes)
}

fn encode_addresses(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for address in tokens::split(text, ' ') {
        let address: Ipv4Addr =
            address.parse().map_err(|_| format!("{address:?} is not an IPv4 address"))?;
        bytes.extend(address.octets());
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
        counted(protocol.as_bytes(), &mut bytes)?;
    }
    Ok(bytes)
}

fn counted(bytes: &[u8], content: &mut Vec<u8>) -> Result<(), String> {
    let length = u8::try_from(bytes.len())
        .map_err(|_| format!("a part of a resolver has {} bytes, more than 255", bytes.len()))?;
    content.push(length);
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
    pub(super) addresses: Vec<Ipv4Addr>,
    pub(super) parameters: Vec<(u16, &'p [u8])>,
}

/// The resolvers of a payload.
pub(super) fn decode(payload: &[u8]) -> Option<Vec<Resolver<'_>>> {
    let mut resolvers = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (instance, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
        resolvers.push(decode_instance(instance)?);
        rest = behind;
    }
    Some(resolvers)
}

fn decode_instance(instance: &[u8]) -> Option<Resolver<'_>> {
    let (priority, rest) = instance.split_first_chunk::<2>()?;
    let (length, rest) = rest.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let name = names::read(name, 0)?.0.to_ascii_lowercase();
    let mut resolver = Resolver {
        length: instance.len(),
        priority: u16::from_be_bytes(*priority),
        name,
        addresses: Vec::new(),
        parameters: Vec::new(),
    };
    let Some((length, rest)) = rest.split_first() else { return Some(resolver) };
    let (addresses, mut rest) = rest.split_at_checked(usize::from(*length))?;
    let (addresses, odd) = addresses.as_chunks::<4>();
    if addresses.is_empty() || !odd.is_empty() {
        return None;
    }
    resolver.addresses = addresses.iter().map(|octets| (*octets).into()).collect();
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
        text.push_str(&format!(", addr_length={}, address(es):", self.addresses.len() * 4));
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
        let bytes = encode(text).unwrap();
        let mut expected =
            b"\0\x37\0\x64\x08\x04dot1\x01a\0\x08\x0a\0\x03\x04\x0a\x01\x05\x06".to_vec();
        expected.extend(b"\0\x01\0\x07\x03dot\x02h2\0\x03\0\x02\x21\x52\0\x07\0\x08/q{?dns}");
        let length = expected.len() - 2;
        expected[1] = length.to_be_bytes()[7];
        assert_eq!(bytes, expected);
        assert_eq!(
            decode(&bytes).unwrap()[0].text(),
            "service_priority=100, adn_length=8, adn='dot1.a.', addr_length=8, \
             address(es): 10.0.3.4 10.1.5.6, svc_params='alpn=dot,h2 port=8530 dohpath=/q{?dns}'"
        );
        assert_eq!(
            encode("1, a. | 2, b.").unwrap(),
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
            assert_eq!(encode(text), Err(message.to_owned()), "{text}");
        }
    }
}
