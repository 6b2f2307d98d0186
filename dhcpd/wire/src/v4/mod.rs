//! DHCPv4: RFC 2131 (messages), RFC 2132 (options), RFC 3396 (long options).

mod codes;
mod index;
pub mod options;
mod query;
mod writer;

pub use codes::{BootpOp, HardwareType, MessageType, OptionCode, RelaySubOption};
pub use index::Options;
pub use query::{BROADCAST_FLAG, Header, MAGIC_COOKIE, Query};
pub use writer::{Writer, option_bytes};

pub use crate::{Guard, HardwareAddress};

/// An option that a scope of the configuration provides.
pub type SentOption = crate::sent::SentOption<OptionCode>;

/// The options of one scope.
pub type OptionSet = crate::sent::OptionSet<OptionCode>;

/// Length of the fixed part of a message, up to the magic cookie (RFC 2131 section 2).
pub const HEADER_LEN: usize = 236;
