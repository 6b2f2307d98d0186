//! The typed configuration of the DHCP servers.
//!
//! [`params`] lists every parameter once. [`Settings`] reads a JSON map by that table and writes
//! it back; [`v4::Config`] is what the server works by: resolved, encoded, indexed. A `Config` is
//! never changed: [`v4::Config`]'s functions make a next one that shares what stays the same.

mod complaint;
pub mod control;
pub mod option;
pub mod params;
mod prefix;
mod protocol;
mod renamed;
mod settings;
pub mod v4;

pub use complaint::{Complaint, Step};
pub use prefix::{InvalidPrefix, Ipv4Prefix};
pub use protocol::Protocol;
pub use renamed::old_spellings;
pub use settings::{Setting, Settings};
