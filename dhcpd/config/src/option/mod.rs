//! Options of the configuration: their definitions, from `option-data` to the bytes that are sent,
//! and from the bytes that are received to text.

mod data;
mod definition;
mod dnr;
mod encode;
mod kind;
mod names;
mod payload;
mod received;
mod received6;
mod routes;
mod standard;
#[cfg(test)]
mod tests;
mod text;
mod tokens;

pub use data::{Code, encode_all, identify};
pub use definition::{Definition, Definitions, Key, Known, is_deferred};
pub use kind::Type;
pub use received::{Received, sub_options, text_of};
pub use received6::Received6;
pub use standard::definitions;
pub(crate) use tokens::hexadecimal;

/// The space of the options of DHCPv4 messages.
const DHCP4: &str = "dhcp4";
/// The space of what relays add, RFC 3046.
const RELAY_AGENT: &str = "dhcp-agent-options-space";
/// The space of the options in option 122, RFC 3495.
const CABLELABS: &str = "cablelabs-client-conf";
/// The space of the options in option 43 as the standard has it, RFC 2132 section 8.4.
const VENDOR: &str = "vendor-encapsulated-options-space";
