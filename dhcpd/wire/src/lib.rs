//! DHCP messages and options: bytes in, values out.
//!
//! [`v4::Query`] reads a DHCPv4 message (RFC 2131, RFC 2132) without copying it; [`v4::Writer`]
//! writes one. [`v6::Query`] and [`v6::Writer`] do so for DHCPv6 (RFC 8415), relayed or not. Options
//! that the server acts upon have a type each in [`v4::options`] and [`v6::options`]; all others are
//! bytes. Nothing here knows of sockets, clocks or configuration, and no input panics.

mod bytes;
mod codes;
mod cursor;
mod hardware;
mod hex;
pub mod sent;
pub mod v4;
pub mod v6;

pub use bytes::Bytes;
pub use cursor::{DecodeError, Reader};
pub use hardware::HardwareAddress;
pub use hex::ColonHex;
pub use sent::{Guard, OptionSet, SentOption};
