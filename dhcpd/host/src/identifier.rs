//! What tells one client from all others.

use std::fmt;

use ruru_wire::Bytes;

/// The kinds of identifiers of DHCPv4 clients, in Kea's numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// chaddr.
    HwAddress,
    /// The DUID inside a client identifier of type 255, RFC 4361.
    Duid,
    /// The circuit-id that a relay added, RFC 3046.
    CircuitId,
    /// The client identifier option.
    ClientId,
    /// A value computed from the packet.
    FlexId,
}

impl IdentifierKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::HwAddress, Self::Duid, Self::CircuitId, Self::ClientId, Self::FlexId];

    /// The name in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HwAddress => "hw-address",
            Self::Duid => "duid",
            Self::CircuitId => "circuit-id",
            Self::ClientId => "client-id",
            Self::FlexId => "flex-id",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An identifier: its kind and its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// The kind.
    pub kind: IdentifierKind,
    /// The bytes; never empty.
    pub bytes: Bytes,
}

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {}: expected hexadecimal digits{}", kind.name(), kind.also())]
pub struct InvalidIdentifier {
    kind: IdentifierKind,
    text: String,
}

impl IdentifierKind {
    fn also(self) -> &'static str {
        match self {
            Self::HwAddress => " separated by colons, at most 20 bytes",
            Self::Duid => ", with or without colons",
            Self::CircuitId | Self::ClientId | Self::FlexId => " or a text in single quotes",
        }
    }
}

impl Identifier {
    /// The longest identifier that databases keep.
    pub const MAX_LEN: usize = 255;

    /// Reads hexadecimal digits, with colons, with `0x`, or plain, or (where the kind allows it)
    /// a text in single quotes.
    ///
    /// # Errors
    /// The text is neither, is empty or is too long.
    pub fn parse(kind: IdentifierKind, text: &str) -> Result<Self, InvalidIdentifier> {
        let error = || InvalidIdentifier { kind, text: text.to_owned() };
        let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let bytes = match (kind, quoted) {
            (
                IdentifierKind::CircuitId | IdentifierKind::ClientId | IdentifierKind::FlexId,
                Some(quoted),
            ) => quoted.as_bytes().to_vec(),
            _ => hexadecimal(text).ok_or_else(error)?,
        };
        let longest = if kind == IdentifierKind::HwAddress { 20 } else { Self::MAX_LEN };
        if bytes.is_empty() || bytes.len() > longest {
            return Err(error());
        }
        Ok(Self { kind, bytes: Bytes::from(&*bytes) })
    }

    /// The bytes in hexadecimal: with colons for hardware addresses and DUIDs, as Kea prints.
    #[must_use]
    pub fn value_text(&self) -> String {
        let (digits, separator) = match self.kind {
            IdentifierKind::HwAddress | IdentifierKind::Duid => (b"0123456789abcdef", ":"),
            IdentifierKind::CircuitId | IdentifierKind::ClientId | IdentifierKind::FlexId => {
                (b"0123456789ABCDEF", "")
            }
        };
        let digit = |number: u8| char::from(digits[usize::from(number & 15)]);
        let mut text = String::with_capacity(self.bytes.len() * 3);
        for byte in self.bytes.iter() {
            if !text.is_empty() {
                text.push_str(separator);
            }
            text.extend([digit(byte >> 4), digit(*byte)]);
        }
        text
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.kind.name(), self.value_text())
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.contains(':') {
        let octet = |digits: &str| {
            (1..=2).contains(&digits.len()).then(|| u8::from_str_radix(digits, 16).ok())?
        };
        return text.split(':').map(octet).collect();
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if !digits.is_ascii() {
        return None;
    }
    // An odd number of digits lacks the leading zero.
    let padded =
        if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    padded
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: IdentifierKind, text: &str) -> Option<Vec<u8>> {
        Identifier::parse(kind, text).ok().map(|id| id.bytes.to_vec())
    }

    #[test]
    fn identifiers_are_read_in_all_spellings() {
        use IdentifierKind::{CircuitId, Duid, HwAddress};
        assert_eq!(bytes(HwAddress, "1a:1b:1:02"), Some(vec![0x1a, 0x1b, 1, 2]));
        assert_eq!(bytes(Duid, "0102Ab"), Some(vec![1, 2, 0xab]));
        assert_eq!(bytes(Duid, "0x102"), Some(vec![1, 2]));
        assert_eq!(bytes(CircuitId, "'ge-0/0/1'"), Some(b"ge-0/0/1".to_vec()));
        assert_eq!(bytes(HwAddress, "'text'"), None);
        for bad in ["", ":", "1a::1b", "xyz", "1a:1bc", "\u{e9}a"] {
            assert_eq!(bytes(HwAddress, bad), None, "{bad}");
        }
        assert_eq!(bytes(HwAddress, &"00:".repeat(20)), None);
    }

    #[test]
    fn identifiers_are_written_as_kea_prints_them() {
        let text = |kind| Identifier::parse(kind, "0a:f0:1").unwrap().value_text();
        assert_eq!(text(IdentifierKind::HwAddress), "0a:f0:01");
        assert_eq!(text(IdentifierKind::ClientId), "0AF001");
    }

    #[test]
    fn an_error_says_what_is_expected() {
        let error = Identifier::parse(IdentifierKind::ClientId, "zz").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"zz\" is not a client-id: expected hexadecimal digits or a text in single quotes"
        );
    }
}
