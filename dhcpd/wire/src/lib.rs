//! DHCP messages and options: bytes in, values out.
//!
//! [`v4::Query`] reads a DHCPv4 message (RFC 2131, RFC 2132) without copying it; [`v4::Writer`]
//! writes one. Options that the server acts upon have a type each in [`v4::options`]; all others
//! are bytes. Nothing here knows of sockets, clocks or configuration, and no input panics.

mod bytes;
mod codes;
mod cursor;
mod hex;
pub mod v4;

pub use bytes::Bytes;
pub use cursor::{DecodeError, Reader};
pub use hex::ColonHex;
