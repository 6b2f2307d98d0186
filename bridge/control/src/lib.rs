//! The control channel: one command and one answer over a unix stream socket, as Kea frames them.
//!
//! The server answers when the JSON text is complete, then closes; there is no length and no
//! terminator. [`Listener`] serves, [`Client`] asks.

mod client;
mod complete;
mod listener;
mod memory;

pub use client::{Client, ClientError};
pub use listener::{ListenError, Listener};
pub use memory::{apart, forget};

/// The largest command or answer, in bytes: a configuration of 100,000 subnets fits.
pub const MAX_MESSAGE: usize = 256 << 20;
