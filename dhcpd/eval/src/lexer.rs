//! The parts that an expression is written with.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::error::{Fault, ParseError};
use crate::word::Word;

/// A part of an expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token<'t> {
    /// What stands between single quotes.
    Text(&'t str),
    /// The digits behind `0x`.
    Hex(&'t str),
    Address(IpAddr),
    /// A number; the text has its sign and digits.
    Integer(i64),
    /// The name of an option, which stands before `]` only.
    Name(&'t str),
    Word(Word),
    Equal,
    Plus,
    Star,
    Dot,
    Comma,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Text(_) => "a string",
            Self::Hex(_) => "a hexadecimal string",
            Self::Address(_) => "an address",
            Self::Integer(_) => "a number",
            Self::Name(name) => return write!(f, "the name '{name}'"),
            Self::Word(word) => return write!(f, "'{}'", word.text()),
            Self::Equal => "'=='",
            Self::Plus => "'+'",
            Self::Star => "'*'",
            Self::Dot => "'.'",
            Self::Comma => "','",
            Self::LeftParenthesis => "'('",
            Self::RightParenthesis => "')'",
            Self::LeftBracket => "'['",
            Self::RightBracket => "']'",
            Self::End => "the end",
        };
        f.write_str(text)
    }
}

/// Takes a text apart.
#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Where the last word began, if it ends here.
    word_start: Option<usize>,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, word_start: None }
    }

    /// The next part and where it stands.
    pub(crate) fn next(&mut self) -> Result<(Token<'t>, Range<usize>), ParseError> {
        let rest = self.rest();
        let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '\n']).len();
        self.at += skipped;
        if skipped > 0 {
            self.word_start = None;
        }
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, self.at..self.at));
        };
        let (token, length) = match first {
            '\'' => self.quoted(rest)?,
            '0'..='9' | 'a'..='z' | 'A'..='Z' | ':' | '-' => self.number_or_word(rest, first)?,
            '=' if rest.starts_with("==") => (Token::Equal, 2),
            '+' => (Token::Plus, 1),
            '*' => (Token::Star, 1),
            '.' => (Token::Dot, 1),
            ',' => (Token::Comma, 1),
            '(' => (Token::LeftParenthesis, 1),
            ')' => (Token::RightParenthesis, 1),
            '[' => (Token::LeftBracket, 1),
            ']' => (Token::RightBracket, 1),
            _ => return Err(self.error(first.len_utf8(), Fault::Character(first))),
        };
        let span = self.at..self.at + length;
        self.at = span.end;
        self.word_start = match token {
            Token::Word(_) => self.word_start.or(Some(span.start)),
            _ => None,
        };
        Ok((token, span))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, length: usize, fault: Fault) -> ParseError {
        ParseError::new(self.at..self.at + length, fault)
    }

    fn quoted(&self, rest: &'t str) -> Result<(Token<'t>, usize), ParseError> {
        let content = rest.get(1..).unwrap_or_default();
        match content.split_once(['\'', '\n']) {
            Some((content, _)) if rest.as_bytes().get(content.len() + 1) == Some(&b'\'') => {
                Ok((Token::Text(content), content.len() + 2))
            }
            Some((content, _)) => Err(self.error(content.len() + 1, Fault::Unterminated)),
            None => Err(self.error(rest.len(), Fault::Unterminated)),
        }
    }

    /// What is longest wins, as in Kea.
    fn number_or_word(&self, rest: &'t str, first: char) -> Result<(Token<'t>, usize), ParseError> {
        if let Some(length) = name_length(rest) {
            return Ok((Token::Name(rest.get(..length).unwrap_or_default()), length));
        }
        if let Some(length) = address6_length(rest) {
            return self.address(rest, length, |text| text.parse::<Ipv6Addr>().map(IpAddr::V6));
        }
        if let Some(length) = address4_length(rest) {
            return self.address(rest, length, |text| text.parse::<Ipv4Addr>().map(IpAddr::V4));
        }
        let digits = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"));
        if let Some(length) = digits.map(|digits| run(digits, |byte| byte.is_ascii_hexdigit()))
            && length > 0
        {
            return Ok((Token::Hex(rest.get(2..2 + length).unwrap_or_default()), 2 + length));
        }
        let unsigned = rest.strip_prefix('-').unwrap_or(rest);
        let length = run(unsigned, |byte| byte.is_ascii_digit());
        if length > 0 {
            return self.integer(rest, rest.len() - unsigned.len() + length);
        }
        if let Some(word) = Word::at_start_of(rest) {
            return Ok((Token::Word(word), word.text().len()));
        }
        Err(self.no_word(rest, first))
    }

    fn address<E>(
        &self,
        rest: &str,
        length: usize,
        parse: impl Fn(&str) -> Result<IpAddr, E>,
    ) -> Result<(Token<'t>, usize), ParseError> {
        let text = rest.get(..length).unwrap_or_default();
        match parse(text) {
            Ok(address) => Ok((Token::Address(address), length)),
            Err(_) => Err(self.error(length, Fault::Address(text.to_owned()))),
        }
    }

    fn integer(&self, rest: &str, length: usize) -> Result<(Token<'t>, usize), ParseError> {
        let text = rest.get(..length).unwrap_or_default();
        text.parse().map(|number| (Token::Integer(number), length)).map_err(|_| {
            let (what, number) = ("a number", text.to_owned());
            self.error(length, Fault::Range { what, number, lowest: i64::MIN, highest: i64::MAX })
        })
    }

    /// The error for letters that are no word: all of them, with the words glued to their front.
    fn no_word(&self, rest: &str, first: char) -> ParseError {
        let length = run(rest, |byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !first.is_ascii_alphabetic() {
            return self.error(1, Fault::Character(first));
        }
        let span = self.word_start.unwrap_or(self.at)..self.at + length;
        let word = self.text.get(span.clone()).unwrap_or_default().to_owned();
        let similar = Word::in_another_case(&word).map(Word::text);
        ParseError::new(span, Fault::Word { word, similar })
    }
}

/// How many bytes at the start are such.
fn run(text: &str, is_such: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_such(*byte)).count()
}

/// How long the option name at the start is: letters, digits, `-` and `_` before `]`.
fn name_length(text: &str) -> Option<usize> {
    let length = run(text, |byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let (name, behind) = text.split_at_checked(length)?;
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let ends_well = name.ends_with(|last: char| last.is_ascii_alphanumeric());
    let is_before_bracket = behind.trim_start_matches([' ', '\t', '\n']).starts_with(']');
    (begins_well && ends_well && is_before_bracket).then_some(length)
}

/// How long what looks like an IPv6 address at the start is: digits and two colons at least.
fn address6_length(text: &str) -> Option<usize> {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit();
    let first = run(text, is_digit);
    let behind = text.get(first..)?.strip_prefix(':')?;
    let second = run(behind, is_digit);
    let behind = behind.get(second..)?.strip_prefix(':')?;
    Some(first + 1 + second + 1 + run(behind, |byte| is_digit(byte) || b":.".contains(&byte)))
}

/// How long what looks like an IPv4 address at the start is: four numbers between three dots.
fn address4_length(text: &str) -> Option<usize> {
    let mut length = 0;
    for part in 0..4 {
        if part > 0 {
            text.get(length..)?.strip_prefix('.')?;
            length += 1;
        }
        let digits = run(text.get(length..)?, |byte| byte.is_ascii_digit());
        if digits == 0 {
            return None;
        }
        length += digits;
    }
    Some(length)
}
