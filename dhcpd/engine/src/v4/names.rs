//! Names of clients: the host name option and the client FQDN option, RFC 4702.

use std::net::Ipv4Addr;

use ruru_host::Host;
use ruru_wire::v4::OptionCode;

/// N: no DNS updates are made by the server, RFC 4702 section 2.1.
const FLAG_N: u8 = 0x08;
/// E: the name is in labels.
const FLAG_E: u8 = 0x04;
/// O: the server overrode the client's S.
const FLAG_O: u8 = 0x02;
/// S: the server makes the forward update.
const FLAG_S: u8 = 0x01;

/// The name of a client and how it is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// As it is sent; empty if there is none.
    text: String,
    /// The flags of the FQDN option in the answer, if the client sent one.
    fqdn_flags: Option<u8>,
    /// Whether the client sent a host name option, or has a reserved name, which is always told.
    is_told: bool,
}

impl Name {
    /// The name for the lease: lower case, without the trailing dot's meaning changed.
    pub(super) fn stored(&self) -> String {
        self.text.to_lowercase()
    }

    /// The host name option of the answer.
    pub(super) fn hostname_option(&self, requested: bool) -> Option<&[u8]> {
        let wanted = self.fqdn_flags.is_none() && (self.is_told || requested);
        (wanted && !self.text.is_empty()).then_some(self.text.as_bytes())
    }

    /// The FQDN option of the answer.
    pub(super) fn fqdn_option(&self) -> Option<Vec<u8>> {
        let flags = self.fqdn_flags?;
        // The response codes are 255, RFC 4702 section 2.2.
        let mut content = vec![flags, 255, 255];
        if flags & FLAG_E == 0 {
            content.extend_from_slice(self.text.as_bytes());
        } else {
            for label in self.text.split('.').filter(|label| !label.is_empty()) {
                // Labels were read from one length byte.
                content.push(u8::try_from(label.len()).unwrap_or(63));
                content.extend_from_slice(label.as_bytes());
            }
            if self.text.ends_with('.') {
                content.push(0);
            }
        }
        Some(content)
    }
}

impl super::Exchange<'_> {
    /// The name of the client of a query that gets `address`: its reserved one, else the one that
    /// it sent, cleaned.
    pub(super) fn name_for(&self, host: Option<&Host>, address: Ipv4Addr) -> Name {
        let reserved = host.map(|host| &*host.hostname).filter(|name| !name.is_empty());
        if let Some(content) = self.query.options.get(OptionCode::FQDN)
            && let [flags, _, _, name @ ..] = content
            && let Some(fqdn_flags) = answer_flags(*flags)
        {
            let given = || match name {
                [] | [0] => Some(generated(address)),
                name if flags & FLAG_E == 0 => ascii(name),
                name => labels(name),
            };
            let Some(name) = reserved.map(str::to_owned).or_else(given) else {
                return Name::default();
            };
            let text = complete(name);
            return Name { text, fqdn_flags: Some(fqdn_flags), is_told: false };
        }
        let given = self.query.options.get(OptionCode::HOST_NAME);
        let text = match reserved {
            Some(reserved) => reserved.to_lowercase(),
            None if given == Some(b".") => generated(address),
            None => given.and_then(ascii).unwrap_or_default().to_lowercase(),
        };
        Name { text, fqdn_flags: None, is_told: given.is_some() || reserved.is_some() }
    }
}

/// The flags of the answer while DNS updates are off: the server says so (N), and says that it
/// overrode a client that wanted it to update (O). A query that sets both N and S is invalid.
fn answer_flags(query: u8) -> Option<u8> {
    if query & (FLAG_N | FLAG_S) == FLAG_N | FLAG_S {
        return None;
    }
    let overridden = if query & FLAG_S == 0 { 0 } else { FLAG_O };
    Some(FLAG_N | overridden | (query & FLAG_E))
}

/// The name of a client that leaves it to the server.
fn generated(address: Ipv4Addr) -> String {
    format!("myhost-{}", address.to_string().replace('.', "-"))
}

/// A fully qualified name: lower case, with a dot at its end.
fn complete(mut name: String) -> String {
    name.make_ascii_lowercase();
    if !name.ends_with('.') {
        name.push('.');
    }
    name
}

/// A name in text, without the characters that host names cannot have; `None` if nothing is left
/// or a label is empty or too long.
fn ascii(bytes: &[u8]) -> Option<String> {
    let text: String = bytes
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect();
    let labels = text.strip_suffix('.').unwrap_or(&text);
    labels.split('.').all(|label| (1..=63).contains(&label.len())).then_some(text)
}

/// A name in labels, RFC 1035 section 3.1; it ends in a dot if it is complete.
fn labels(mut bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    while let Some((len, rest)) = bytes.split_first() {
        if *len == 0 {
            text.push('.');
            break;
        }
        let (label, rest) = rest.split_at_checked(usize::from(*len))?;
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&ascii(label).filter(|label| !label.contains('.'))?);
        bytes = rest;
    }
    (!text.is_empty() && text != ".").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        assert_eq!(ascii(b"My_Host!").as_deref(), Some("MyHost"));
        assert_eq!(ascii(b"a..b"), None);
        assert_eq!(ascii(b"\xff\x00"), None);
        assert_eq!(labels(b"\x04host\x07example\0").as_deref(), Some("host.example."));
        assert_eq!(labels(b"\x04host").as_deref(), Some("host"));
        assert_eq!(labels(b"\x09host"), None);
        assert_eq!(labels(b"\0"), None);
    }

    #[test]
    fn without_updates_the_answer_says_so() {
        assert_eq!(answer_flags(0), Some(FLAG_N));
        assert_eq!(answer_flags(FLAG_S | FLAG_E), Some(FLAG_N | FLAG_O | FLAG_E));
        assert_eq!(answer_flags(FLAG_N), Some(FLAG_N));
        assert_eq!(answer_flags(FLAG_N | FLAG_S), None);
    }

    #[test]
    fn the_answer_has_the_form_of_the_query() {
        let name = |flags| Name { text: "a.b.".into(), fqdn_flags: Some(flags), ..Name::default() };
        assert_eq!(name(FLAG_N).fqdn_option().unwrap(), b"\x08\xff\xffa.b.");
        assert_eq!(name(FLAG_N | FLAG_E).fqdn_option().unwrap(), b"\x0c\xff\xff\x01a\x01b\0");
    }
}
