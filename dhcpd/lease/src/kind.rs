//! What a lease is of.

/// What a DHCPv6 lease is of; lease files and databases call it its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeaseKind {
    /// An address, of an IA_NA (RFC 9915 section 21.4).
    Address,
    /// An address of an IA_TA. Nobody is given one (RFC 9915 took them out), but files may have
    /// some, which are kept as they are and counted nowhere, as Kea does.
    Temporary,
    /// A delegated prefix, of an IA_PD (RFC 9915 section 21.21).
    Prefix {
        /// How long it is, in bits: at most 128.
        length: u8,
    },
}

impl LeaseKind {
    /// The kind with this number in lease files, of a prefix with its length; that of an address is
    /// of no account.
    #[must_use]
    pub fn from_number(number: u32, prefix_length: u8) -> Option<Self> {
        match (number, prefix_length) {
            (0, _) => Some(Self::Address),
            (1, _) => Some(Self::Temporary),
            (2, length @ ..=128) => Some(Self::Prefix { length }),
            _ => None,
        }
    }

    /// The number of this kind in lease files.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Address => 0,
            Self::Temporary => 1,
            Self::Prefix { .. } => 2,
        }
    }

    /// The length of the prefix in bits, 128 for an address.
    #[must_use]
    pub fn prefix_length(self) -> u8 {
        match self {
            Self::Address | Self::Temporary => 128,
            Self::Prefix { length } => length,
        }
    }

    /// As what it is counted, if it is.
    #[must_use]
    pub fn resource(self) -> Option<Resource> {
        match self {
            Self::Address => Some(Resource::Address),
            Self::Temporary => None,
            Self::Prefix { .. } => Some(Resource::Prefix),
        }
    }
}

/// What leases of a subnet are counted apart by. DHCPv4 has addresses only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Addresses; of DHCPv6 those of IA_NA.
    Address,
    /// Delegated prefixes.
    Prefix,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_lease_files() {
        for (number, length, kind) in [
            (0, 128, LeaseKind::Address),
            (1, 128, LeaseKind::Temporary),
            (2, 56, LeaseKind::Prefix { length: 56 }),
        ] {
            assert_eq!(LeaseKind::from_number(number, length), Some(kind));
            assert_eq!((kind.number(), kind.prefix_length()), (number, length));
        }
        assert_eq!(LeaseKind::from_number(0, 64), Some(LeaseKind::Address));
        assert_eq!(LeaseKind::from_number(2, 129), None);
        assert_eq!(LeaseKind::from_number(3, 128), None);
    }
}
