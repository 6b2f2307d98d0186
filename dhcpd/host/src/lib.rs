//! Host reservations and how they are found.
//!
//! A [`Host`] reserves an address, a name, boot fields and options for the client that has its
//! [`Identifier`]. [`HostIndex`] finds the hosts of one scope by identifier and by address; its
//! copies share what they have in common, so that a changed configuration costs what changed.

mod identifier;
mod index;

use std::net::Ipv4Addr;

use ruru_wire::v4::OptionSet;

pub use identifier::{Identifier, IdentifierKind, InvalidIdentifier};
pub use index::{Conflict, HostIndex};

/// What is reserved for one client in one scope (a subnet, or globally).
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Who the client is.
    pub identifier: Identifier,
    /// The reserved address.
    pub address: Option<Ipv4Addr>,
    /// The reserved name; empty if there is none.
    pub hostname: Box<str>,
    /// siaddr; unspecified if there is none.
    pub next_server: Ipv4Addr,
    /// sname, at most 63 bytes; empty if there is none.
    pub server_hostname: Box<str>,
    /// file, at most 127 bytes; empty if there is none.
    pub boot_file_name: Box<str>,
    /// Options for this client.
    pub options: OptionSet,
    /// Classes that the client is in.
    pub classes: Box<[Box<str>]>,
}
