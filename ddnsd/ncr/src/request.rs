//! What a request says.

use std::net::IpAddr;

use crate::{Dhcid, Expiry, Name};

/// One change to the records of a name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameChangeRequest {
    /// What is to be done.
    pub change: Change,
    /// To which zones.
    pub directions: Directions,
    /// The name.
    pub name: Name,
    /// The address of the lease.
    pub address: IpAddr,
    /// Who has the lease.
    pub dhcid: Dhcid,
    /// When the lease ends: Kea 3.0 insists on it, later releases leave it out.
    pub lease_expires_on: Option<Expiry>,
    /// Seconds that resolvers may keep the records.
    pub lease_length: u32,
    /// What is done about names that somebody has already.
    pub conflict_resolution: ConflictResolution,
}

/// What is to be done with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// They are added, or take the place of older ones.
    Add,
    /// They are removed.
    Remove,
}

/// Which zones are changed; at least one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Directions {
    /// From names to addresses.
    Forward,
    /// From addresses to names.
    Reverse,
    /// Both.
    Both,
}

impl Directions {
    /// `None` if neither is to be changed.
    #[must_use]
    pub fn new(forward: bool, reverse: bool) -> Option<Self> {
        match (forward, reverse) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Forward),
            (false, true) => Some(Self::Reverse),
            (false, false) => None,
        }
    }

    /// Whether the zone from names to addresses is changed.
    #[must_use]
    pub fn forward(self) -> bool {
        matches!(self, Self::Forward | Self::Both)
    }

    /// Whether the zone from addresses to names is changed.
    #[must_use]
    pub fn reverse(self) -> bool {
        matches!(self, Self::Reverse | Self::Both)
    }
}

/// What is done about names that somebody has already, RFC 4703.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConflictResolution {
    /// Only whose DHCID stands there may change the records.
    #[default]
    CheckWithDhcid,
    /// Anybody may; the DHCID is written.
    NoCheckWithDhcid,
    /// Anybody may, if a DHCID stands there at all.
    CheckExistsWithDhcid,
    /// Anybody may, and no DHCID is written.
    NoCheckWithoutDhcid,
}

impl ConflictResolution {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::CheckWithDhcid,
        Self::NoCheckWithDhcid,
        Self::CheckExistsWithDhcid,
        Self::NoCheckWithoutDhcid,
    ];

    /// The name that requests and configurations have for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CheckWithDhcid => "check-with-dhcid",
            Self::NoCheckWithDhcid => "no-check-with-dhcid",
            Self::CheckExistsWithDhcid => "check-exists-with-dhcid",
            Self::NoCheckWithoutDhcid => "no-check-without-dhcid",
        }
    }

    /// What a name means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// What the older `use-conflict-resolution` means.
    #[must_use]
    pub fn from_flag(is_used: bool) -> Self {
        if is_used { Self::CheckWithDhcid } else { Self::NoCheckWithDhcid }
    }
}
