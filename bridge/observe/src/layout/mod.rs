//! What a line of the log looks like: Kea's usual form, JSON, or a pattern of the operator's.
//!
//! A pattern is text with conversions such as `%-5p`: an optional `-` (to the left), the least
//! width, `.` and the most, and a letter; some letters take an argument in braces. It is what
//! log4cplus, Kea's library, calls a `PatternLayout`. Here patterns are read; whoever writes the
//! lines fills them in.

mod date;

use std::num::NonZeroU16;
use std::str::FromStr;

pub use date::{Date, DatePart};

/// The pattern that asks for a JSON object a line; to Kea it is a line without any content.
const JSON: &str = "json";
/// Widths beyond this are mistakes.
const MOST_WIDTH: u16 = 1000;

/// What a line looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As Kea writes it if nothing is said: time, severity, logger, process, thread, message.
    #[default]
    Usual,
    /// A JSON object.
    Json,
    /// The operator's own.
    Pattern(Box<[Piece]>),
}

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is written.
    pub field: Field,
    /// In how many characters.
    pub width: Width,
}

/// The room that a piece takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Width {
    /// Shorter texts are filled up with spaces.
    pub least: u16,
    /// Longer texts lose characters at their beginning.
    pub most: Option<u16>,
    /// Spaces come after the text, not before it.
    pub is_left: bool,
}

/// What a piece of a pattern stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Text as it is; also what log4cplus knows and an event does not have, which is no text.
    Text(Box<str>),
    /// `%d`, `%D`: when it happened.
    Date(Date),
    /// `%p`
    Severity,
    /// `%c`: the program and the component.
    Logger {
        /// How many names are left, counted from the end.
        names: Option<NonZeroU16>,
    },
    /// `%m`: the message's id and its text.
    Message,
    /// `%t`, `%T`: the number of the thread.
    Thread,
    /// `%i`: the number of the process.
    Process,
    /// `%h`
    Host,
    /// `%H`: the host with its domain.
    HostWithDomain,
    /// `%r`: milliseconds since the program was started.
    Running,
    /// `%E{NAME}`: a variable of the environment.
    Environment(Box<str>),
}

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Nobody knows the letter.
    #[error("'%{0}' is not known; use %D, %d, %p, %c, %m, %n, %t, %i, %h, %H, %r, %E or %%")]
    Unknown(char),
    /// Nobody knows the letter in a date, or what stands before it.
    #[error("'%{0}' is not known in a date; use those of strftime(3), %q, %Q or %%")]
    UnknownInDate(String),
    /// The end comes too early.
    #[error("the pattern ends after '%'; a percent sign is written %%")]
    Unfinished,
    /// The end comes too early in a date.
    #[error("the date ends after '%'; a percent sign is written %%")]
    UnfinishedDate,
    /// A brace is left open.
    #[error("the '{{' after '%{0}' is not closed")]
    Unclosed(char),
    /// A maximum without a number.
    #[error("after '.' there must be a number: the most characters")]
    NoMaximum,
    /// A number that is too large.
    #[error("a width is at most 1000")]
    TooWide,
    /// Something other than a number of names.
    #[error("'{0}' is not a number of names, as %c{{...}} takes it")]
    Names(String),
    /// A variable without a name.
    #[error("'%E' needs the name of a variable: %E{{NAME}}")]
    NoVariable,
}

impl FromStr for Layout {
    type Err = LayoutError;

    fn from_str(text: &str) -> Result<Self, LayoutError> {
        Ok(match text {
            "" => Self::Usual,
            JSON => Self::Json,
            text => Self::Pattern(pieces(text)?),
        })
    }
}

fn pieces(text: &str) -> Result<Box<[Piece]>, LayoutError> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut pattern = Pattern { rest: text };
    while let Some(character) = pattern.next() {
        if character != '%' || pattern.skips('%') {
            literal.push(character);
            continue;
        }
        if !literal.is_empty() {
            let field = Field::Text(std::mem::take(&mut literal).into());
            pieces.push(Piece { field, width: Width::default() });
        }
        let width = pattern.width()?;
        pieces.push(Piece { field: pattern.field()?, width });
    }
    if !literal.is_empty() {
        pieces.push(Piece { field: Field::Text(literal.into()), width: Width::default() });
    }
    Ok(pieces.into())
}

/// What is still to be read.
struct Pattern<'a> {
    rest: &'a str,
}

impl<'a> Pattern<'a> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    fn skips(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Digits, if there are any.
    fn number(&mut self) -> Result<Option<u16>, LayoutError> {
        let rest = self.rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let (digits, _) = self.rest.split_at(self.rest.len() - rest.len());
        self.rest = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        let number = digits.parse().ok().filter(|width| *width <= MOST_WIDTH);
        number.map(Some).ok_or(LayoutError::TooWide)
    }

    fn width(&mut self) -> Result<Width, LayoutError> {
        let mut is_left = false;
        while self.skips('-') {
            is_left = true;
        }
        let least = self.number()?.unwrap_or(0);
        let most = match self.skips('.') {
            true => Some(self.number()?.ok_or(LayoutError::NoMaximum)?),
            false => None,
        };
        Ok(Width { least, most, is_left })
    }

    fn field(&mut self) -> Result<Field, LayoutError> {
        Ok(match self.next().ok_or(LayoutError::Unfinished)? {
            'p' => Field::Severity,
            'c' => Field::Logger { names: self.argument('c')?.map_or(Ok(None), names)? },
            'm' => Field::Message,
            'n' => Field::Text("\n".into()),
            't' | 'T' => Field::Thread,
            'i' => Field::Process,
            'h' => Field::Host,
            'H' => Field::HostWithDomain,
            'r' => Field::Running,
            'd' => Field::Date(Date::new(self.argument('d')?, true)?),
            'D' => Field::Date(Date::new(self.argument('D')?, false)?),
            'E' => match self.argument('E')? {
                None | Some("") => return Err(LayoutError::NoVariable),
                Some(name) => Field::Environment(name.into()),
            },
            // The place in the source, which an event does not have.
            'F' | 'L' | 'M' | 'b' => Field::Text("".into()),
            'l' => Field::Text(":".into()),
            // Contexts of a thread, which Kea does not use.
            'x' => Field::Text("".into()),
            'X' => self.argument('X').map(|_| Field::Text("".into()))?,
            letter => return Err(LayoutError::Unknown(letter)),
        })
    }

    /// What stands in braces, if anything does.
    fn argument(&mut self, letter: char) -> Result<Option<&'a str>, LayoutError> {
        if !self.skips('{') {
            return Ok(None);
        }
        let (argument, rest) = self.rest.split_once('}').ok_or(LayoutError::Unclosed(letter))?;
        self.rest = rest;
        Ok(Some(argument))
    }
}

/// All names if the number is 0, as in Kea.
fn names(argument: &str) -> Result<Option<NonZeroU16>, LayoutError> {
    let number = argument.parse().map_err(|_| LayoutError::Names(argument.to_owned()))?;
    Ok(NonZeroU16::new(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pattern: &str) -> Vec<Piece> {
        match pattern.parse().unwrap() {
            Layout::Pattern(pieces) => pieces.into(),
            other => panic!("{pattern} is {other:?}"),
        }
    }

    fn text(text: &str) -> Piece {
        Piece { field: Field::Text(text.into()), width: Width::default() }
    }

    #[test]
    fn nothing_is_the_usual_form_and_json_is_a_word() {
        assert_eq!("".parse(), Ok(Layout::Usual));
        assert_eq!("json".parse(), Ok(Layout::Json));
        assert_eq!(read("json\n"), [text("json\n")]);
    }

    #[test]
    fn widths_stand_before_the_letter_and_arguments_behind_it() {
        let piece =
            |field, least, most, is_left| Piece { field, width: Width { least, most, is_left } };
        assert_eq!(
            read("100%% %-5p[%20.30c{2}]%.3t %m{x}\n"),
            [
                text("100% "),
                piece(Field::Severity, 5, None, true),
                text("["),
                piece(Field::Logger { names: NonZeroU16::new(2) }, 20, Some(30), false),
                text("]"),
                piece(Field::Thread, 0, Some(3), false),
                text(" "),
                piece(Field::Message, 0, None, false),
                text("{x}\n"),
            ]
        );
    }

    #[test]
    fn mistakes_are_named() {
        let error = |pattern: &str| pattern.parse::<Layout>().unwrap_err();
        assert_eq!(error("%m %z"), LayoutError::Unknown('z'));
        assert_eq!(error("%é"), LayoutError::Unknown('é'));
        assert_eq!(error("%5%"), LayoutError::Unknown('%'));
        assert_eq!(error("100%"), LayoutError::Unfinished);
        assert_eq!(error("%-5"), LayoutError::Unfinished);
        assert_eq!(error("%5.p"), LayoutError::NoMaximum);
        assert_eq!(error("%1001p"), LayoutError::TooWide);
        assert_eq!(error("%99999999999p"), LayoutError::TooWide);
        assert_eq!(error("%D{%H"), LayoutError::Unclosed('D'));
        assert_eq!(error("%c{x}"), LayoutError::Names("x".into()));
        assert_eq!(error("%E"), LayoutError::NoVariable);
        assert_eq!(error("%D{%J}"), LayoutError::UnknownInDate("J".into()));
        assert_eq!(error("%D{%").to_string(), "the '{' after '%D' is not closed");
        assert_eq!(error("%c{x}").to_string(), "'x' is not a number of names, as %c{...} takes it");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(pattern in "[%a-zA-Z0-9.{}é-]{0,20}") {
            let _ = pattern.parse::<Layout>();
        }
    }
}
