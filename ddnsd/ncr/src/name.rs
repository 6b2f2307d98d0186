//! Domain names, RFC 1035 section 3.1, and their text with escapes, section 5.1.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Bytes of a label at most.
const MOST_OF_LABEL: usize = 63;
/// Bytes of a name at most, lengths and the root's included.
const MOST: usize = 255;
/// Characters that mean something in a zone file, and so have `\` before them.
const SPECIAL: &[u8] = b"\"$().;@\\";

/// A complete domain name; names that differ in case alone are equal, RFC 4343.
#[derive(Clone, Debug)]
pub struct Name(Box<[u8]>);

/// What is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing; the root is `.`.
    #[error("it is empty")]
    Empty,
    /// Two dots, or one at the beginning.
    #[error("a label is empty")]
    EmptyLabel,
    /// A label of more than 63 bytes.
    #[error("a label has more than 63 bytes")]
    LongLabel,
    /// A name of more than 255 bytes.
    #[error("it has more than 255 bytes")]
    Long,
    /// Something else than three digits or a character after `\`.
    #[error("after '\\' there must be a character, or three digits up to 255")]
    Escape,
    /// Bytes that are not labels with a root at the end.
    #[error("it does not end with the root")]
    Unfinished,
}

impl Name {
    /// Takes a name in wire format, without compression.
    ///
    /// # Errors
    /// The bytes are not labels and then the root's, and nothing else.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, NameError> {
        if bytes.len() > MOST {
            return Err(NameError::Long);
        }
        let mut rest = bytes;
        loop {
            let (length, labels) = rest.split_first().ok_or(NameError::Unfinished)?;
            match usize::from(*length) {
                0 if labels.is_empty() => return Ok(Self(bytes.into())),
                0 => return Err(NameError::EmptyLabel),
                length @ 1..=MOST_OF_LABEL => {
                    rest = labels.get(length..).ok_or(NameError::Unfinished)?;
                }
                _ => return Err(NameError::LongLabel),
            }
        }
    }

    /// The name in wire format.
    #[must_use]
    pub fn as_wire(&self) -> &[u8] {
        &self.0
    }

    /// The same name in small letters.
    #[must_use]
    pub fn lower_case(&self) -> Self {
        // A length is less than any letter.
        Self(self.0.to_ascii_lowercase().into())
    }

    /// The labels, without the root's.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (length, labels) = rest.split_first().filter(|(length, _)| **length > 0)?;
            let (label, after) = labels.split_at_checked(usize::from(*length))?;
            rest = after;
            Some(label)
        })
    }
}

impl FromStr for Name {
    type Err = NameError;

    /// A dot at the end may be left out; `@` alone is the root, as in Kea.
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "" => return Err(NameError::Empty),
            "." | "@" => return Ok(Self([0].into())),
            _ => {}
        }
        let mut wire = vec![0];
        let mut label = 0;
        let mut bytes = text.as_bytes();
        while let Some((byte, rest)) = bytes.split_first() {
            bytes = rest;
            match byte {
                b'.' => {
                    label = close(&mut wire, label)?;
                    wire.push(0);
                }
                b'\\' => wire.push(unescape(&mut bytes)?),
                byte => wire.push(*byte),
            }
            if wire.len() > MOST + 1 {
                return Err(NameError::Long);
            }
        }
        if wire.len() > label + 1 {
            close(&mut wire, label)?;
            wire.push(0);
        }
        if wire.len() > MOST { Err(NameError::Long) } else { Ok(Self(wire.into())) }
    }
}

/// Gives the label that begins at `label` its length; answers with where the next one begins.
fn close(wire: &mut [u8], label: usize) -> Result<usize, NameError> {
    let end = wire.len();
    match (end - label - 1, wire.get_mut(label)) {
        (0, _) | (_, None) => Err(NameError::EmptyLabel),
        (length @ 1..=MOST_OF_LABEL, Some(place)) => {
            *place = u8::try_from(length).map_err(|_| NameError::LongLabel)?;
            Ok(end)
        }
        _ => Err(NameError::LongLabel),
    }
}

/// What stands after `\`.
fn unescape(bytes: &mut &[u8]) -> Result<u8, NameError> {
    let (first, rest) = bytes.split_first().ok_or(NameError::Escape)?;
    if !first.is_ascii_digit() {
        *bytes = rest;
        return Ok(*first);
    }
    let (digits, rest) = bytes.split_at_checked(3).ok_or(NameError::Escape)?;
    *bytes = rest;
    let value = digits
        .iter()
        .try_fold(0, |value, digit| Some(value * 10 + char::from(*digit).to_digit(10)?));
    value.and_then(|value| u8::try_from(value).ok()).ok_or(NameError::Escape)
}

impl fmt::Display for Name {
    /// With a dot at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.labels().next().is_none() {
            return f.write_char('.');
        }
        for label in self.labels() {
            for byte in label {
                match byte {
                    byte if SPECIAL.contains(byte) => write!(f, "\\{}", char::from(*byte))?,
                    b'!'..=b'~' => f.write_char(char::from(*byte))?,
                    byte => write!(f, "\\{byte:03}")?,
                }
            }
            f.write_char('.')?;
        }
        Ok(())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Result<String, NameError> {
        text.parse::<Name>().map(|name| name.to_string())
    }

    #[test]
    fn names_are_written_as_kea_writes_them() {
        for (given, written) in [
            ("host", "host."),
            ("HOST.Example.COM", "HOST.Example.COM."),
            (".", "."),
            ("@", "."),
            ("a b.x.", "a\\032b.x."),
            ("caf\\233.\\a", "caf\\233.a."),
            ("hé", "h\\195\\169."),
            ("a.\\.", "a.\\.."),
            ("a;b(c)$.@", "a\\;b\\(c\\)\\$.\\@."),
        ] {
            assert_eq!(text(given).as_deref(), Ok(written), "{given}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = format!("{}.", "a".repeat(63)).repeat(3);
        assert!(text(&format!("{long}{}", "a".repeat(61))).is_ok());
        assert_eq!(text(&format!("{long}{}", "a".repeat(62))), Err(NameError::Long));
        assert_eq!(text(&"a".repeat(100_000)), Err(NameError::Long));
        assert_eq!(text(&"a".repeat(64)), Err(NameError::LongLabel));
        assert_eq!(text(""), Err(NameError::Empty));
        for wrong in ["..", ".a", "a..", "a..b"] {
            assert_eq!(text(wrong), Err(NameError::EmptyLabel), "{wrong}");
        }
        for wrong in ["\\", "a\\", "a\\1", "a\\12", "a\\256", "a\\1x2"] {
            assert_eq!(text(wrong), Err(NameError::Escape), "{wrong}");
        }
    }

    #[test]
    fn names_on_the_wire_are_labels_and_the_root() {
        let name = Name::from_wire(b"\x04Host\x07example\0").unwrap();
        assert_eq!(name, "host.EXAMPLE".parse().unwrap());
        assert_eq!(name.lower_case().as_wire(), b"\x04host\x07example\0");
        assert_eq!(Name::from_wire(b"\0").unwrap().to_string(), ".");
        assert_eq!(Name::from_wire(b""), Err(NameError::Unfinished));
        assert_eq!(Name::from_wire(b"\x02a"), Err(NameError::Unfinished));
        assert_eq!(Name::from_wire(b"\x01a"), Err(NameError::Unfinished));
        assert_eq!(Name::from_wire(b"\0\0"), Err(NameError::EmptyLabel));
        assert_eq!(Name::from_wire(b"\xc0\x0c"), Err(NameError::LongLabel));
        assert_eq!(Name::from_wire(&[1; 256]), Err(NameError::Long));
    }

    proptest! {
        #[test]
        fn text_and_wire_say_the_same(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..30), 0..8)) {
            let mut wire = Vec::new();
            for label in &labels {
                wire.push(u8::try_from(label.len()).unwrap());
                wire.extend(label);
            }
            wire.push(0);
            let name = Name::from_wire(&wire).unwrap();
            prop_assert_eq!(name.labels().collect::<Vec<_>>(), labels);
            let again: Name = name.to_string().parse().unwrap();
            prop_assert_eq!(again.as_wire(), wire);
        }

        #[test]
        fn no_text_is_too_odd(text in "[a-c.\\\\0-9é]{0,300}") {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(Name::from_wire(name.as_wire()), Ok(name));
            }
        }
    }
}
