//! The control channel: commands and answers as Kea frames them.
//!
//! Over a unix stream socket it is one command and one answer: the server answers when the JSON text
//! is complete, then closes; there is no length and no terminator. Over HTTP and HTTPS a command is
//! the body of a POST. [`UnixSocket`] and [`HttpSocket`] serve, [`Client`] asks.

mod client;
mod complete;
mod http;
mod memory;
mod respond;
mod unix;

pub use client::{Client, ClientError};
pub use http::{Authentication, Credential, HttpError, HttpSetup, HttpSocket, TlsFiles};
pub use memory::{apart, forget};
pub use unix::{ListenError, UnixSocket};

/// The largest command or answer, in bytes: a configuration of 100,000 subnets fits.
pub const MAX_MESSAGE: usize = 256 << 20;
