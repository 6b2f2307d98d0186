//! From text to a compiled expression.
//!
//! A recursive descent: [`operators`] has what binds how tightly, [`functions`] what is called,
//! [`access`] what is read from a packet. Whether a text is a condition or a value is only known
//! at its end (`('a') == 'b'`), so both are parsed by the same functions and told apart after.

mod access;
mod functions;
mod operators;

use std::ops::Range;

use crate::error::{Expected, Fault, ParseError};
use crate::expression::{MAX_NESTING, check_length};
use crate::lexer::{Lexer, Token};
use crate::names::is_built_in_class;
use crate::tree::{Condition, Named, Value};
use crate::word::Word;
use crate::{Family, Names};

pub(crate) struct Parser<'t, 'n> {
    lexer: Lexer<'t>,
    /// The part to look at next.
    token: Token<'t>,
    /// Where it stands.
    span: Range<usize>,
    /// Where the part before it ended.
    behind: usize,
    nesting: usize,
    family: Family,
    names: &'n dyn Names,
    /// Whether classes must be defined.
    checks_classes: bool,
    classes: Vec<Box<str>>,
}

/// What a part of a text turned out to be.
enum Parsed {
    Condition(Condition),
    Value(Value),
}

impl<'t, 'n> Parser<'t, 'n> {
    pub(crate) fn new(
        text: &'t str,
        family: Family,
        names: &'n dyn Names,
        checks_classes: bool,
    ) -> Result<Self, ParseError> {
        check_length(text)?;
        let mut lexer = Lexer::new(text);
        let (token, span) = lexer.next()?;
        let (behind, nesting, classes) = (0, 0, Vec::new());
        Ok(Self { lexer, token, span, behind, nesting, family, names, checks_classes, classes })
    }

    /// The whole text, a condition.
    pub(crate) fn whole_condition(&mut self) -> Result<Condition, ParseError> {
        let parsed = self.whole()?;
        self.as_condition(parsed, 0)
    }

    /// The whole text, a value.
    pub(crate) fn whole_value(&mut self) -> Result<Value, ParseError> {
        let parsed = self.whole()?;
        self.as_value(parsed, 0)
    }

    /// The classes that were asked for.
    pub(crate) fn into_classes(mut self) -> Box<[Box<str>]> {
        self.classes.sort_unstable();
        self.classes.dedup();
        self.classes.into()
    }

    fn whole(&mut self) -> Result<Parsed, ParseError> {
        let parsed = self.anything()?;
        if self.token == Token::End {
            return Ok(parsed);
        }
        Err(self.unexpected_behind(&parsed, Token::End))
    }

    /// Goes on to the next part; gives where the last one stands.
    fn advance(&mut self) -> Result<Range<usize>, ParseError> {
        let (token, span) = self.lexer.next()?;
        self.token = token;
        let last = std::mem::replace(&mut self.span, span);
        self.behind = last.end;
        Ok(last)
    }

    /// Goes on if this is the next part.
    fn take(&mut self, token: Token<'_>) -> Result<bool, ParseError> {
        if self.token != token {
            return Ok(false);
        }
        self.advance().map(|_| true)
    }

    /// Goes on; it is an error if this is not the next part.
    fn expect(&mut self, token: Token<'_>) -> Result<(), ParseError> {
        if self.take(token)? { Ok(()) } else { Err(self.unexpected([token])) }
    }

    /// Goes on behind a word that names something.
    fn expect_named<T: Named>(&mut self) -> Result<T, ParseError> {
        let word = self.expect_word(T::WORDS)?;
        T::from_word(word).ok_or_else(|| self.unexpected_word(T::WORDS))
    }

    /// Goes on behind one of some words; gives it.
    fn expect_word(&mut self, words: &[Word]) -> Result<Word, ParseError> {
        match self.token {
            Token::Word(word) if words.contains(&word) => self.advance().map(|_| word),
            _ => Err(self.unexpected_word(words)),
        }
    }

    /// Goes on behind a number between two; gives it.
    fn expect_number(
        &mut self,
        what: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, ParseError> {
        let Token::Integer(number) = self.token else {
            return Err(self.unexpected([Token::Integer(0)]));
        };
        if !range.contains(&number) {
            let (lowest, highest) = range.into_inner();
            let number = number.to_string();
            return Err(self.fault(Fault::Range { what, number, lowest, highest }));
        }
        self.advance()?;
        Ok(number)
    }

    /// Goes on behind a string; gives it and where it stands.
    fn expect_text(&mut self) -> Result<(&'t str, Range<usize>), ParseError> {
        let Token::Text(text) = self.token else { return Err(self.unexpected([Token::Text("")])) };
        Ok((text, self.advance()?))
    }

    /// Parses what stands within something else.
    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.nest()?;
        let parsed = parse(self)?;
        self.nesting -= 1;
        Ok(parsed)
    }

    /// Goes one level deeper.
    fn nest(&mut self) -> Result<(), ParseError> {
        if self.nesting == MAX_NESTING {
            return Err(self.fault(Fault::TooDeep));
        }
        self.nesting += 1;
        Ok(())
    }

    /// A condition that was parsed from `start` until here.
    fn as_condition(&self, parsed: Parsed, start: usize) -> Result<Condition, ParseError> {
        match parsed {
            Parsed::Condition(condition) => Ok(condition),
            Parsed::Value(_) => Err(ParseError::new(start..self.behind, Fault::Value)),
        }
    }

    /// A value that was parsed from `start` until here.
    fn as_value(&self, parsed: Parsed, start: usize) -> Result<Value, ParseError> {
        match parsed {
            Parsed::Value(value) => Ok(value),
            Parsed::Condition(_) => Err(ParseError::new(start..self.behind, Fault::Condition)),
        }
    }

    /// A client class that the expression asks for.
    fn class(&mut self, name: &str, span: Range<usize>) -> Result<Condition, ParseError> {
        if self.checks_classes && !is_built_in_class(name) && !self.names.class(name) {
            return Err(ParseError::new(span, Fault::Class(name.to_owned())));
        }
        self.classes.push(name.into());
        Ok(Condition::Member(name.into()))
    }

    /// The next part is wrong.
    fn fault(&self, fault: Fault) -> ParseError {
        ParseError::new(self.span.clone(), fault)
    }

    /// The next part is none of those that may stand here.
    fn unexpected<T: ToString>(&self, expected: impl IntoIterator<Item = T>) -> ParseError {
        let expected = expected.into_iter().map(|token| token.to_string());
        let (found, expected) = (self.token.to_string(), Expected(expected.collect()));
        self.fault(Fault::Unexpected { found, expected })
    }

    fn unexpected_word(&self, words: &[Word]) -> ParseError {
        self.unexpected(words.iter().copied().map(Token::Word))
    }

    /// The next part neither continues what was parsed nor closes it.
    fn unexpected_behind(&self, parsed: &Parsed, closing: Token<'_>) -> ParseError {
        let (one, other) = match parsed {
            Parsed::Condition(_) => (Token::Word(Word::And), Token::Word(Word::Or)),
            Parsed::Value(_) => (Token::Equal, Token::Plus),
        };
        self.unexpected([one, other, closing])
    }
}
