//! Regular expressions in ECMAScript's syntax, as Kea has them.
//!
//! They are translated to those of the `regex` crate, which takes time in proportion to the value
//! whatever the expression is; a letter is a byte, and classes such as `\w` are ASCII. For that
//! price three things of ECMAScript are not there: back-references (`\1`), looking ahead (`(?=a)`,
//! `(?!a)`), and collating elements (`[[.a.]]`, `[[=a=]]`). An expression that has one is refused
//! with an error that says so.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Bytes;

use regex::bytes::{Regex, RegexBuilder};

/// How many bytes a compiled expression may take.
const MAX_SIZE: usize = 1 << 20;

/// How many brackets may stand within each other.
const MAX_NESTING: u32 = 64;

/// Why a regular expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// `\1`.
    #[error("a reference back to a group is not supported")]
    BackReference,
    /// `(?=a)`, `(?!a)`.
    #[error("looking ahead is not supported")]
    LookAhead,
    /// `[[.a.]]`, `[[=a=]]`.
    #[error("collating elements are not supported")]
    Collating,
    /// Another `(?`.
    #[error("'(?' begins a group only in '(?:'")]
    Group,
    /// An escape that is not finished, or that is no byte.
    #[error("an escape is not finished, or stands for no byte")]
    Escape,
    /// A class such as `[[:nothing:]]`.
    #[error("there is no class of characters '{0}'")]
    Class(String),
    /// `[a`.
    #[error("a ']' is missing")]
    Unclosed,
    /// `[b-a]`, `[a-\d]`, `[\d-a]`.
    #[error("a range ends before it begins, or an end of it is not a character")]
    Range,
    /// `a{`, `a{2,1}`.
    #[error("'{{' stands only before a count such as '2', '2,' or '2,4', and '}}'")]
    Count,
    /// It would take too much memory.
    #[error("it is too large")]
    TooLarge,
    /// Something else.
    #[error("{0}")]
    Syntax(String),
}

/// A regular expression for whole values.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: Box<str>,
    regex: Regex,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, BadPattern> {
        let translated = Translator::new(text).translate()?;
        let regex = RegexBuilder::new(&format!(r"\A(?:{translated})\z"))
            .unicode(false)
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_SIZE)
            .nest_limit(MAX_NESTING)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => BadPattern::TooLarge,
                // The last line says what is wrong, those before it show the translation.
                error => {
                    let message = error.to_string();
                    let reason = message.lines().last().unwrap_or_default();
                    BadPattern::Syntax(reason.trim_start_matches("error: ").to_owned())
                }
            })?;
        Ok(Self { text: text.into(), regex })
    }

    /// How it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches all of a value.
    pub(crate) fn matches(&self, value: &[u8]) -> bool {
        self.regex.is_match(value)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What an escape stands for.
enum Escape {
    Byte(u8),
    /// One of the letters in `\d`, `\D`, `\w`, `\W`, `\s`, `\S`.
    Class(u8),
    /// `\b`, `\B`.
    Boundary(u8),
}

struct Translator<'t> {
    rest: Peekable<Bytes<'t>>,
    translated: String,
}

impl<'t> Translator<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text.bytes().peekable(), translated: String::with_capacity(text.len() * 2) }
    }

    fn translate(mut self) -> Result<String, BadPattern> {
        while let Some(byte) = self.rest.next() {
            match byte {
                b'\\' => self.escape_outside()?,
                b'[' => self.class()?,
                b'(' => self.group()?,
                b'{' => self.count()?,
                b'.' => self.translated.push_str(r"[^\n\r]"),
                b')' | b'|' | b'*' | b'+' | b'?' | b'^' | b'$' => {
                    self.translated.push(byte.into());
                }
                _ => self.byte(byte),
            }
        }
        Ok(self.translated)
    }

    /// A byte that stands for itself.
    fn byte(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() {
            self.translated.push(byte.into());
        } else {
            // Writing to a string does not fail.
            let _ = write!(self.translated, r"\x{byte:02X}");
        }
    }

    fn letter_escape(&mut self, letter: u8) {
        self.translated.extend(['\\', letter.into()]);
    }

    fn escape_outside(&mut self) -> Result<(), BadPattern> {
        match self.escape()? {
            Escape::Byte(byte) => self.byte(byte),
            Escape::Class(letter) | Escape::Boundary(letter) => self.letter_escape(letter),
        }
        Ok(())
    }

    /// What is behind a backslash.
    fn escape(&mut self) -> Result<Escape, BadPattern> {
        Ok(Escape::Byte(match self.rest.next().ok_or(BadPattern::Escape)? {
            b'1'..=b'9' => return Err(BadPattern::BackReference),
            letter @ (b'd' | b'D' | b'w' | b'W' | b's' | b'S') => return Ok(Escape::Class(letter)),
            letter @ (b'b' | b'B') => return Ok(Escape::Boundary(letter)),
            b'0' => 0,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'c' => {
                let letter = self.rest.next_if(u8::is_ascii_alphabetic);
                letter.ok_or(BadPattern::Escape)? % 32
            }
            b'x' => self.hexadecimal(2)?,
            b'u' => self.hexadecimal(4)?,
            other => other,
        }))
    }

    fn hexadecimal(&mut self, digits: u32) -> Result<u8, BadPattern> {
        let mut number = 0;
        for _ in 0..digits {
            let digit = self.rest.next().and_then(|digit| char::from(digit).to_digit(16));
            number = number << 4 | digit.ok_or(BadPattern::Escape)?;
        }
        u8::try_from(number).map_err(|_| BadPattern::Escape)
    }

    /// No group is ever asked for, so all are the same.
    fn group(&mut self) -> Result<(), BadPattern> {
        self.translated.push_str("(?:");
        if self.rest.next_if_eq(&b'?').is_none() {
            return Ok(());
        }
        match self.rest.next() {
            Some(b':') => Ok(()),
            Some(b'=' | b'!') => Err(BadPattern::LookAhead),
            _ => Err(BadPattern::Group),
        }
    }

    fn count(&mut self) -> Result<(), BadPattern> {
        let least = self.number().ok_or(BadPattern::Count)?;
        let mut most = Some(least);
        if self.rest.next_if_eq(&b',').is_some() {
            most = self.number();
        }
        if self.rest.next() != Some(b'}') || most.is_some_and(|most| most < least) {
            return Err(BadPattern::Count);
        }
        // Writing to a string does not fail.
        let _ = match most {
            None => write!(self.translated, "{{{least},}}"),
            Some(most) => write!(self.translated, "{{{least},{most}}}"),
        };
        Ok(())
    }

    fn number(&mut self) -> Option<u32> {
        let mut number = None;
        while let Some(digit) = self.rest.next_if(u8::is_ascii_digit) {
            let digit = u32::from(digit - b'0');
            number = Some(number.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit));
        }
        number
    }

    /// What is between square brackets; the first one is behind us.
    fn class(&mut self) -> Result<(), BadPattern> {
        let negated = self.rest.next_if_eq(&b'^').is_some();
        if self.rest.next_if_eq(&b']').is_some() {
            // No byte is in an empty class, any is outside of it.
            self.translated.push_str(if negated { r"[\x00-\xFF]" } else { r"[^\x00-\xFF]" });
            return Ok(());
        }
        self.translated.push_str(if negated { "[^" } else { "[" });
        loop {
            match self.rest.next().ok_or(BadPattern::Unclosed)? {
                b']' => break,
                first => self.member(first)?,
            }
        }
        self.translated.push(']');
        Ok(())
    }

    /// A byte, a range or a class within a class.
    fn member(&mut self, first: u8) -> Result<(), BadPattern> {
        let lowest = self.single(first)?;
        if let Some(lowest) = lowest {
            self.byte(lowest);
        }
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some(b'-') && ahead.peek().is_some_and(|byte| *byte != b']');
        if !is_range {
            return Ok(());
        }
        let lowest = lowest.ok_or(BadPattern::Range)?;
        self.rest = ahead;
        self.translated.push('-');
        let next = self.rest.next().ok_or(BadPattern::Unclosed)?;
        let highest = self.single(next)?.filter(|highest| lowest <= *highest);
        self.byte(highest.ok_or(BadPattern::Range)?);
        Ok(())
    }

    /// A byte; nothing if it was a class, which is translated then.
    fn single(&mut self, first: u8) -> Result<Option<u8>, BadPattern> {
        match first {
            b'\\' => match self.escape()? {
                Escape::Byte(byte) => return Ok(Some(byte)),
                Escape::Boundary(b'b') => return Ok(Some(0x08)),
                Escape::Class(letter) => self.letter_escape(letter),
                Escape::Boundary(_) => return Err(BadPattern::Escape),
            },
            b'[' if self.rest.next_if_eq(&b':').is_some() => self.named_class()?,
            b'[' if matches!(self.rest.peek(), Some(b'.' | b'=')) => {
                return Err(BadPattern::Collating);
            }
            byte => return Ok(Some(byte)),
        }
        Ok(None)
    }

    /// `[:alpha:]`; `[:` is behind us.
    fn named_class(&mut self) -> Result<(), BadPattern> {
        const NAMES: [&str; 12] = [
            "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "xdigit",
        ];
        let mut name = String::new();
        while let Some(letter) = self.rest.next_if(u8::is_ascii_alphabetic) {
            name.push(letter.into());
        }
        if self.rest.next() != Some(b':') || self.rest.next() != Some(b']') {
            return Err(BadPattern::Unclosed);
        }
        match &*name {
            "d" | "w" | "s" => self.translated.extend(["\\", &name]),
            known if NAMES.contains(&known) => self.translated.extend(["[:", known, ":]"]),
            _ => return Err(BadPattern::Class(name)),
        }
        Ok(())
    }
}
