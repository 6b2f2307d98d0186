//! The standard options of both protocols.

mod v4;
mod v6;

use super::Definition;
use crate::Protocol;

/// All standard options of a protocol. A space that is not named there has none of its own.
#[must_use]
pub fn definitions(protocol: Protocol) -> &'static [Definition] {
    match protocol {
        Protocol::V4 => v4::DEFINITIONS,
        Protocol::V6 => v6::DEFINITIONS,
    }
}
