//! Class expressions: compiled once, evaluated for each packet.
//!
//! Kea's expression language, `option[60].hex == 'docsis3.0' and not member('KNOWN')`. A [`Test`]
//! gives a condition (`test` of a client class), a [`Template`] some bytes (`template-test`, and
//! the expressions of extensions such as flex-id). Both are compiled from text for one [`Family`],
//! with [`Names`] to look options and classes up, and evaluated on anything that is a [`Packet`].
//! What an expression means is written down in `spec/classification.md`, sections 1 and 2.
//!
//! The language has strings of bytes and conditions; which of them stands where is known when an
//! expression is compiled, so no value has a wrong type later. Evaluation borrows from the packet
//! and from the expression; only what computes new bytes (`+`, `concat`, `lcase`, …) allocates.
//!
//! Nothing here overflows the stack, hangs or takes more memory than a limit allows, whatever the
//! text and the packet are: see [`MAX_TEXT_LEN`], [`MAX_NESTING`] and [`MAX_VALUE_LEN`].

mod bytes;
mod display;
mod error;
mod evaluate;
mod expression;
mod lexer;
mod names;
mod options;
mod packet;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;
mod tree;
mod word;

pub use bytes::Bytes;
pub use error::{EvaluationError, Expected, Fault, ParseError};
pub use evaluate::MAX_VALUE_LEN;
pub use expression::{MAX_NESTING, MAX_TEXT_LEN, Template, Test};
pub use names::{Names, is_built_in_class};
pub use options::standard_sub_options;
pub use packet::{Fields4, OptionPlace, Packet, Relay6};
pub use pattern::BadPattern;

/// Which protocol an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// DHCPv4.
    V4,
    /// DHCPv6.
    V6,
}

impl Family {
    /// The largest option code.
    #[must_use]
    pub fn largest_code(self) -> u16 {
        match self {
            Self::V4 => u16::from(u8::MAX),
            Self::V6 => u16::MAX,
        }
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::V4 => "DHCPv4",
            Self::V6 => "DHCPv6",
        })
    }
}
