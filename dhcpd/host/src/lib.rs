//! Host reservations and how they are found.
//!
//! A [`Host`] reserves addresses, a name and options for the client that has its [`Identifier`]. [`HostIndex`] finds the hosts of one scope by identifier and by address; its
//! copies share what they have in common, so that a changed configuration costs what changed.

mod identifier;
mod index;

use std::fmt::{Debug, Display};
use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_wire::v6::Prefix;
use ruru_wire::{OptionSet, v4, v6};

pub use identifier::{Identifier, IdentifierKind, InvalidIdentifier};
pub use index::{Conflict, HostIndex, HostRecord};

/// What a protocol has of its own in a reservation.
pub trait Reserved: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// An address, or the first one of a prefix.
    type Address: Copy + Debug + Display + Eq + Ord + Send + Sync + 'static;
    /// Codes of options.
    type Code: Copy + Debug + Ord + Send + Sync + 'static;

    /// The reserved addresses, and the first ones of reserved prefixes, in order.
    fn addresses(&self) -> impl Iterator<Item = Self::Address>;
}

/// What is reserved for one client in one scope (a subnet, or globally).
#[derive(Clone, Debug, PartialEq)]
pub struct Host<R: Reserved> {
    /// Who the client is.
    pub identifier: Identifier,
    /// The reserved name; empty if there is none.
    pub hostname: Box<str>,
    /// Options for this client.
    pub options: OptionSet<R::Code>,
    /// Classes that the client is in.
    pub classes: Box<[Box<str>]>,
    /// What only one protocol has.
    pub own: R,
}

/// What DHCPv4 reserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved4 {
    /// The reserved address.
    pub address: Option<Ipv4Addr>,
    /// siaddr; unspecified if there is none.
    pub next_server: Ipv4Addr,
    /// sname, at most 63 bytes; empty if there is none.
    pub server_hostname: Box<str>,
    /// file, at most 127 bytes; empty if there is none.
    pub boot_file_name: Box<str>,
}

impl Reserved for Reserved4 {
    type Address = Ipv4Addr;
    type Code = v4::OptionCode;

    fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        self.address.into_iter()
    }
}

/// What DHCPv6 reserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved6 {
    /// Reserved addresses, in the order in which they are given.
    pub addresses: Box<[Ipv6Addr]>,
    /// Reserved prefixes, and what the client must leave out of each (RFC 6603).
    pub prefixes: Box<[(Prefix, Option<Prefix>)]>,
}

impl Reserved for Reserved6 {
    type Address = Ipv6Addr;
    type Code = v6::OptionCode;

    fn addresses(&self) -> impl Iterator<Item = Ipv6Addr> {
        let prefixes = self.prefixes.iter().map(|(prefix, _)| prefix.address());
        self.addresses.iter().copied().chain(prefixes)
    }
}
