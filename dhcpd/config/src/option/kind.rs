//! The types of fields, as `option-def` names them.

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// No content.
    Empty,
    /// Bytes, written in hexadecimal.
    Binary,
    /// One byte, 0 or 1.
    Boolean,
    /// One byte, in two's complement.
    Int8,
    /// Two bytes, in two's complement.
    Int16,
    /// Four bytes, in two's complement.
    Int32,
    /// One byte.
    Uint8,
    /// Two bytes.
    Uint16,
    /// Four bytes.
    Uint32,
    /// An IPv4 address.
    Ipv4Address,
    /// An IPv6 address.
    Ipv6Address,
    /// An IPv6 prefix: its length in bits, and as many bytes as it needs.
    Ipv6Prefix,
    /// A port set: its length in bits, and two bytes.
    Psid,
    /// Text.
    String,
    /// Text with its length in front.
    Tuple,
    /// A domain name in labels.
    Fqdn,
    /// A form of its own.
    Internal,
}

impl Type {
    /// All types by their names; `record` is not one of them: it has fields of these.
    const NAMES: [(&'static str, Self); 17] = [
        ("empty", Self::Empty),
        ("binary", Self::Binary),
        ("boolean", Self::Boolean),
        ("int8", Self::Int8),
        ("int16", Self::Int16),
        ("int32", Self::Int32),
        ("uint8", Self::Uint8),
        ("uint16", Self::Uint16),
        ("uint32", Self::Uint32),
        ("ipv4-address", Self::Ipv4Address),
        ("ipv6-address", Self::Ipv6Address),
        ("ipv6-prefix", Self::Ipv6Prefix),
        ("psid", Self::Psid),
        ("string", Self::String),
        ("tuple", Self::Tuple),
        ("fqdn", Self::Fqdn),
        ("internal", Self::Internal),
    ];

    /// The type of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// How many bytes it has, if that is always the same.
    #[must_use]
    pub fn size(self) -> Option<usize> {
        match self {
            Self::Boolean | Self::Int8 | Self::Uint8 => Some(1),
            Self::Int16 | Self::Uint16 => Some(2),
            Self::Psid => Some(3),
            Self::Int32 | Self::Uint32 | Self::Ipv4Address => Some(4),
            Self::Ipv6Address => Some(16),
            Self::Empty
            | Self::Binary
            | Self::Ipv6Prefix
            | Self::String
            | Self::Tuple
            | Self::Fqdn
            | Self::Internal => None,
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.range().is_some()
    }

    /// The numbers that it holds, if it is a number.
    #[must_use]
    pub fn range(self) -> Option<std::ops::RangeInclusive<i64>> {
        Some(match self {
            Self::Int8 => i64::from(i8::MIN)..=i64::from(i8::MAX),
            Self::Int16 => i64::from(i16::MIN)..=i64::from(i16::MAX),
            Self::Int32 => i64::from(i32::MIN)..=i64::from(i32::MAX),
            Self::Uint8 => 0..=i64::from(u8::MAX),
            Self::Uint16 => 0..=i64::from(u16::MAX),
            Self::Uint32 => 0..=i64::from(u32::MAX),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_its_type() {
        for (name, kind) in Type::NAMES {
            assert_eq!((Type::by_name(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(Type::by_name("record"), None);
    }
}
