//! Kea's JSON dialect, with the position of every value.
//!
//! What the dialect adds to RFC 8259: comments (`#`, `//`, `/* */`), `<?include "file"?>` in any
//! place, a comma after the last element of a list or map, floats without a leading zero. What it
//! takes away: numbers with a plus sign, `\u` escapes above `00ff`, duplicate keys.
//!
//! [`Document::read`] makes a [`Value`] tree; every value knows where it stood ([`At`]), so that
//! whoever refuses it later can say file, line and column. [`from_value`] reads a tree into any
//! serde type with the same positions in its errors.

mod de;
mod read;
mod value;
mod write;

pub use de::{Mismatch, from_value};
pub use read::{Document, Limits, Loader, NoIncludes, SyntaxError, Warning};
pub use value::{At, Data, Map, Value};
pub use write::{compact, kea, pretty};
