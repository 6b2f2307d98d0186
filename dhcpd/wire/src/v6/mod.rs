//! DHCPv6: RFC 8415 and its successor RFC 9915 (messages, options, relaying).
//!
//! A [`Query`] is a received message with the relay agents' layers around it; a [`Writer`] writes
//! one, layers included. Both work in one pass and without copies: what was received is borrowed,
//! what is sent is written where it will stand.

mod codes;
mod duid;
mod index;
mod nested;
pub mod options;
mod passed;
mod prefix;
mod query;
mod relay;
#[cfg(test)]
mod tests;
mod writer;

pub use codes::{DuidType, HardwareType, MessageType, NtpSubOption, OptionCode, StatusCode};
pub use duid::Duid;
pub use index::Options;
pub use nested::Nested;
pub use passed::{Passed, Peer, dhcpv4_message};
pub use prefix::Prefix;
pub use query::Query;
pub use relay::{Relay, Relays};
pub use writer::{TooLong, Writer, option_bytes};

pub use crate::{Guard, HardwareAddress};

/// An option that a scope of the configuration provides.
pub type SentOption = crate::sent::SentOption<OptionCode>;

/// The options of one scope.
pub type OptionSet = crate::sent::OptionSet<OptionCode>;
