//! What can be wrong with an expression, and with evaluating one.

use std::fmt;
use std::ops::Range;

use crate::Family;
use crate::pattern::BadPattern;

/// Why a text is not an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} (at character {})", self.fault(), self.span().start + 1)]
pub struct ParseError(Box<(Range<usize>, Fault)>);

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text is longer than [`MAX_TEXT_LEN`](crate::MAX_TEXT_LEN).
    #[error("the expression has {0} bytes, more than {max}", max = crate::MAX_TEXT_LEN)]
    TooLong(usize),
    /// There are more brackets within brackets than [`MAX_NESTING`](crate::MAX_NESTING).
    #[error("this is nested more than {max} deep", max = crate::MAX_NESTING)]
    TooDeep,
    /// No part of the language begins with this character.
    #[error("the character {0:?} has no meaning here")]
    Character(char),
    /// A word that is not of the language.
    #[error("the word '{word}' has no meaning{}", hint(*similar))]
    Word {
        /// The word.
        word: String,
        /// The same word in small letters, if that is of the language.
        similar: Option<&'static str>,
    },
    /// A quote that has no second one on its line.
    #[error("the closing quote is missing")]
    Unterminated,
    /// Something else was expected.
    #[error("{found} where {expected} was expected")]
    Unexpected {
        /// What is there.
        found: String,
        /// What could be there.
        expected: Expected,
    },
    /// A condition where a value should be.
    #[error("this is a condition, a value was expected")]
    Condition,
    /// A value where a condition should be.
    #[error("this is a value, a condition was expected ('==' compares values)")]
    Value,
    /// A construct of the other protocol.
    #[error("'{word}' has no meaning in {family}")]
    Family {
        /// The construct.
        word: &'static str,
        /// The family of the expression.
        family: Family,
    },
    /// An option name that is not defined.
    #[error("the option '{0}' is not defined")]
    Option(String),
    /// A client class that is not defined, or not yet.
    #[error("the client class '{0}' is not defined before this one")]
    Class(String),
    /// A number that is too small or too large.
    #[error("{what} must be between {lowest} and {highest}, not {number}")]
    Range {
        /// What the number is.
        what: &'static str,
        /// The number, as it was written.
        number: String,
        /// The smallest one that is allowed.
        lowest: i64,
        /// The largest one that is allowed.
        highest: i64,
    },
    /// Something that looks like an address, but is none.
    #[error("'{0}' is not an IP address")]
    Address(String),
    /// A regular expression that cannot be used.
    #[error("bad regular expression: {0}")]
    Pattern(BadPattern),
}

fn hint(similar: Option<&str>) -> String {
    similar.map(|word| format!("; is it '{word}', in small letters?")).unwrap_or_default()
}

/// What could have been there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(pub(crate) Vec<String>);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, others)) = self.0.split_last() else { return f.write_str("nothing") };
        if !others.is_empty() {
            write!(f, "{} or ", others.join(", "))?;
        }
        f.write_str(last)
    }
}

impl ParseError {
    pub(crate) fn new(span: Range<usize>, fault: Fault) -> Self {
        Self(Box::new((span, fault)))
    }

    /// The bytes of the text that are wrong; empty at its end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.0.0.clone()
    }

    /// What is wrong with them.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.0.1
    }

    /// The message, the line of `text` that is wrong, and carets under the wrong part.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let before = text.get(..self.span().start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text.get(line_start..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
        // Tabs stay, so that what is below stands under what is above.
        let blank = |character| if character == '\t' { '\t' } else { ' ' };
        let indent = before.get(line_start..).unwrap_or_default();
        let indent: String = indent.chars().map(blank).collect();
        let wrong = text.get(self.span()).and_then(|wrong| wrong.split('\n').next());
        let carets = "^".repeat(wrong.map_or(1, |wrong| wrong.chars().count().max(1)));
        format!("{}\n  {line}\n  {indent}{carets}", self.fault())
    }
}

/// Why an expression has no value for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// A function that wants a number or an address got something of another size.
    #[error("{function} of {length} bytes; it takes {}", sizes(function))]
    Size {
        /// The function.
        function: &'static str,
        /// How many bytes it got.
        length: usize,
    },
    /// A value became longer than [`MAX_VALUE_LEN`](crate::MAX_VALUE_LEN).
    #[error("a value has more than {max} bytes", max = crate::MAX_VALUE_LEN)]
    TooLong,
}

fn sizes(function: &str) -> &'static str {
    match function {
        "addrtotext" => "4 or 16",
        "int8totext" | "uint8totext" => "1",
        "int16totext" | "uint16totext" => "2",
        _ => "4",
    }
}
