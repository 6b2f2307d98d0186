//! Expressions as their users see them.

use std::fmt;

use crate::error::{EvaluationError, Fault, ParseError};
use crate::evaluate::Evaluation;
use crate::parse::Parser;
use crate::tree::{Condition, Value};
use crate::{Bytes, Family, Names, Packet};

/// How many bytes the text of an expression may have.
pub const MAX_TEXT_LEN: usize = 1 << 16;

/// How many brackets, function calls and negations may stand within each other.
pub const MAX_NESTING: usize = 128;

/// An expression that is true or false: `test` of a client class.
///
/// ```
/// use ruru_eval::{Family, Names, Test};
///
/// struct Defined;
/// impl Names for Defined {
///     fn option(&self, name: &str) -> Option<u16> {
///         (name == "vendor-class-identifier").then_some(60)
///     }
///     fn class(&self, name: &str) -> bool {
///         name == "phones"
///     }
/// }
///
/// let text = "member('phones') and option[vendor-class-identifier].exists and known";
/// let test = Test::parse(text, Family::V4, &Defined)?;
/// assert_eq!(test.classes().collect::<Vec<_>>(), ["KNOWN", "phones"]);
///
/// let text = "option[12].hax == 'a'";
/// let error = Test::parse(text, Family::V4, &Defined).unwrap_err();
/// assert_eq!(error.render(text), "\
/// the word 'hax' has no meaning
///   option[12].hax == 'a'
///              ^^^");
/// # Ok::<(), ruru_eval::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Test(Compiled<Condition>);

/// An expression that has some bytes as its value: `template-test` of a client class, and the
/// expressions of extensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Compiled<Value>);

#[derive(Clone, Debug, PartialEq)]
struct Compiled<T> {
    root: T,
    family: Family,
    /// The classes that it asks for, in order, each once.
    classes: Box<[Box<str>]>,
}

impl Test {
    /// Compiles a text. Client classes that it asks for must be defined or built in.
    ///
    /// # Errors
    /// The text is not a condition, or asks for what is not there.
    pub fn parse(text: &str, family: Family, names: &dyn Names) -> Result<Self, ParseError> {
        let mut parser = Parser::new(text, family, names, true)?;
        let root = parser.whole_condition()?;
        Ok(Self(Compiled { root, family, classes: parser.into_classes() }))
    }

    /// Whether it is true for a packet.
    ///
    /// # Errors
    /// It has no value for this packet; the packet does not belong to the class then.
    pub fn evaluate<P: Packet + ?Sized>(&self, packet: &P) -> Result<bool, EvaluationError> {
        Evaluation { packet, family: self.0.family }.condition(&self.0.root)
    }
}

impl Template {
    /// Compiles a text. Client classes that it asks for need not be defined.
    ///
    /// # Errors
    /// The text is not a value, or asks for what is not there.
    pub fn parse(text: &str, family: Family, names: &dyn Names) -> Result<Self, ParseError> {
        let mut parser = Parser::new(text, family, names, false)?;
        let root = parser.whole_value()?;
        Ok(Self(Compiled { root, family, classes: parser.into_classes() }))
    }

    /// Its value for a packet.
    ///
    /// # Errors
    /// It has no value for this packet; the packet does not belong to the class then.
    pub fn evaluate<'v, P: Packet + ?Sized>(
        &'v self,
        packet: &'v P,
    ) -> Result<Bytes<'v>, EvaluationError> {
        Evaluation { packet, family: self.0.family }.value(&self.0.root)
    }
}

/// What both kinds of expressions tell of themselves.
macro_rules! tells {
    ($name:ident) => {
        impl $name {
            /// The protocol that it was compiled for.
            #[must_use]
            pub fn family(&self) -> Family {
                self.0.family
            }

            /// The client classes that it asks for, in alphabetical order, each once.
            pub fn classes(&self) -> impl ExactSizeIterator<Item = &str> {
                self.0.classes.iter().map(|class| &**class)
            }

            /// Whether it asks for this client class.
            #[must_use]
            pub fn asks_for(&self, class: &str) -> bool {
                self.0.classes.binary_search_by(|own| (**own).cmp(class)).is_ok()
            }

            /// Whether its value may depend on a reservation being found: it asks for `KNOWN` or
            /// `UNKNOWN`, or for a class that does, as `depends` says of each other class.
            pub fn depends_on_known(&self, mut depends: impl FnMut(&str) -> bool) -> bool {
                self.classes().any(|class| matches!(class, "KNOWN" | "UNKNOWN") || depends(class))
            }
        }

        impl fmt::Display for $name {
            /// An expression that is compiled to an equal one.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.root.fmt(f)
            }
        }
    };
}

tells!(Test);
tells!(Template);

/// Refuses a text that is too long to look at.
pub(crate) fn check_length(text: &str) -> Result<(), ParseError> {
    match text.len() {
        0..=MAX_TEXT_LEN => Ok(()),
        length => Err(ParseError::new(MAX_TEXT_LEN..length, Fault::TooLong(length))),
    }
}
