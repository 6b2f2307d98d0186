//! The client's name, RFC 4704.

use std::fmt;

use super::OptionData;
use crate::v6::OptionCode;
use crate::{DecodeError, Reader};

/// A domain name in the form of DNS messages, without compression (RFC 8415 section 10).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DomainName<'a> {
    /// The labels with their lengths, without the root.
    labels: &'a [u8],
    is_complete: bool,
}

impl<'a> DomainName<'a> {
    /// The longest name in bytes, RFC 1035 section 2.3.4.
    const MAX_LEN: usize = 255;

    /// Reads a name that has the bytes to itself; it is partial if it has no end.
    ///
    /// # Errors
    /// A label is cut short or too long, the name is too long, or something follows its end.
    pub fn from_wire(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode(&mut Reader::new(bytes))
    }

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let whole = reader.rest();
        if whole.len() > Self::MAX_LEN {
            let left = whole.len() - Self::MAX_LEN;
            return Err(DecodeError::TrailingBytes { what: "domain name", left });
        }
        while !reader.is_empty() {
            let before = reader.rest().len();
            match reader.u8("label length")? {
                0 => {
                    reader.end("domain name")?;
                    let labels = whole.get(..whole.len() - before).unwrap_or_default();
                    return Ok(Self { labels, is_complete: true });
                }
                length @ 1..=63 => reader.bytes(length.into(), "label")?,
                length => {
                    return Err(DecodeError::Invalid {
                        what: "label length",
                        value: length.into(),
                    });
                }
            };
        }
        Ok(Self { labels: whole, is_complete: false })
    }

    /// The labels, the host's own first.
    pub fn labels(self) -> impl Iterator<Item = &'a [u8]> {
        let mut reader = Reader::new(self.labels);
        std::iter::from_fn(move || {
            let len = reader.u8("label length").ok()?;
            reader.bytes(len.into(), "label").ok()
        })
    }

    /// Appends it.
    pub fn encode(self, content: &mut Vec<u8>) {
        content.extend_from_slice(self.labels);
        if self.is_complete {
            content.push(0);
        }
    }

    /// Whether it goes up to the root; the server completes one that does not (RFC 4704
    /// section 4.2).
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.is_complete
    }

    /// Whether it has no label.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.labels.is_empty()
    }
}

impl fmt::Debug for DomainName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut labels = self.labels();
        if let Some(first) = labels.next() {
            write!(f, "{}", first.escape_ascii())?;
        }
        labels.try_for_each(|label| write!(f, ".{}", label.escape_ascii()))?;
        f.write_str(if self.is_complete { "." } else { "" })
    }
}

/// The client's name and who updates DNS, RFC 4704 section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientFqdn<'a> {
    /// [`S`](Self::S), [`O`](Self::O), [`N`](Self::N); others are of no meaning.
    pub flags: u8,
    /// The name.
    pub name: DomainName<'a>,
}

impl ClientFqdn<'_> {
    /// The server should update, or does update, the AAAA record.
    pub const S: u8 = 1;
    /// The server has overridden what the client wants of S.
    pub const O: u8 = 2;
    /// The server should make, or makes, no update.
    pub const N: u8 = 4;
}

impl<'a> OptionData<'a> for ClientFqdn<'a> {
    const CODE: OptionCode = OptionCode::CLIENT_FQDN;
    const NAME: &'static str = "client-fqdn";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let flags = reader.u8("flags")?;
        // Nobody can want both (RFC 4704 section 4.1).
        if flags & Self::N != 0 && flags & Self::S != 0 {
            return Err(DecodeError::Invalid { what: "flags", value: flags.into() });
        }
        Ok(Self { flags, name: DomainName::decode(reader)? })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.push(self.flags);
        self.name.encode(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_complete_or_partial() {
        let fqdn = ClientFqdn::decode_all(b"\x01\x04host\x07example\x00").unwrap();
        assert_eq!((fqdn.flags, fqdn.name.is_complete()), (ClientFqdn::S, true));
        assert_eq!(format!("{:?}", fqdn.name), "host.example.");
        let fqdn = ClientFqdn::decode_all(b"\x00\x04host").unwrap();
        assert!(!fqdn.name.is_complete() && fqdn.name.labels().eq([b"host"]));
        assert!(ClientFqdn::decode_all(b"\x00").unwrap().name.is_empty());
    }

    #[test]
    fn a_name_that_dns_cannot_have_is_refused() {
        for content in [&b"\0\x05host"[..], b"\0\xc0\x0c", b"\0\0a", b""] {
            assert!(ClientFqdn::decode_all(content).is_err(), "{content:?}");
        }
        assert!(ClientFqdn::decode_all(&[ClientFqdn::N | ClientFqdn::S]).is_err());
        assert!(ClientFqdn::decode_all(&[&[0][..], &b"\x3f".repeat(320)].concat()).is_err());
    }
}
