//! What is called, and the words that stand alone.

use super::{Parsed, Parser};
use crate::error::{Fault, ParseError};
use crate::lexer::Token;
use crate::pattern::Pattern;
use crate::tree::{Condition, Conversion, Extent, IfElse, Named, Value};
use crate::word::Word;

impl Parser<'_, '_> {
    /// What begins with a word.
    pub(super) fn construct(&mut self, word: Word) -> Result<Parsed, ParseError> {
        match word {
            Word::Option
            | Word::Relay4
            | Word::Relay6
            | Word::Vendor
            | Word::VendorClass
            | Word::Packet
            | Word::Packet4
            | Word::Packet6 => self.access(word),
            Word::Known | Word::Unknown => self.known(word).map(Parsed::Condition),
            Word::Member => self.call(Self::member).map(Parsed::Condition),
            Word::Match => self.call(Self::matches).map(Parsed::Condition),
            Word::Substring => self.call(Self::substring).map(Parsed::Value),
            Word::Split => self.call(Self::split).map(Parsed::Value),
            Word::Concat => {
                let (one, other) = self.call(Self::two_values)?;
                Ok(Parsed::Value(Value::Concat(vec![one, other])))
            }
            Word::HexString => {
                let values = self.call(Self::two_values)?;
                Ok(Parsed::Value(Value::HexString(Box::new(values))))
            }
            Word::IfElse | Word::SifElse => {
                let eager = word == Word::SifElse;
                self.call(|parser| parser.if_else(eager)).map(Parsed::Value)
            }
            _ => match Conversion::from_word(word) {
                Some(conversion) => {
                    let value = self.call(Self::value)?;
                    Ok(Parsed::Value(Value::Convert(conversion, Box::new(value))))
                }
                None => Err(self.unexpected(["a value or a condition"])),
            },
        }
    }

    /// A function: its name, and its arguments in brackets.
    fn call<T>(
        &mut self,
        arguments: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.advance()?;
        self.expect(Token::LeftParenthesis)?;
        let parsed = arguments(self)?;
        self.expect(Token::RightParenthesis)?;
        Ok(parsed)
    }

    /// Kea's manual has these, its grammar has not.
    fn known(&mut self, word: Word) -> Result<Condition, ParseError> {
        let span = self.advance()?;
        if word == Word::Known {
            return self.class("KNOWN", span);
        }
        let known = self.nested(|parser| parser.class("KNOWN", span))?;
        Ok(Condition::Not(Box::new(known)))
    }

    fn member(&mut self) -> Result<Condition, ParseError> {
        let (name, span) = self.expect_text()?;
        self.class(name, span)
    }

    fn matches(&mut self) -> Result<Condition, ParseError> {
        let (pattern, span) = self.expect_text()?;
        let pattern = Pattern::new(pattern)
            .map_err(|reason| ParseError::new(span, Fault::Pattern(reason)))?;
        self.expect(Token::Comma)?;
        Ok(Condition::Match(Box::new((pattern, self.value()?))))
    }

    fn two_values(&mut self) -> Result<(Value, Value), ParseError> {
        let one = self.value()?;
        self.expect(Token::Comma)?;
        Ok((one, self.value()?))
    }

    fn if_else(&mut self, eager: bool) -> Result<Value, ParseError> {
        let condition = self.condition()?;
        self.expect(Token::Comma)?;
        let (then, otherwise) = self.two_values()?;
        Ok(Value::IfElse(Box::new(IfElse { condition, then, otherwise, eager })))
    }

    fn substring(&mut self) -> Result<Value, ParseError> {
        let value = self.value()?;
        self.expect(Token::Comma)?;
        let start = self.expect_number("the start", i64::MIN..=i64::MAX)?;
        self.expect(Token::Comma)?;
        let extent = match self.token {
            Token::Integer(length) => Extent::Bytes(length),
            Token::Word(Word::All) => Extent::All,
            _ => return Err(self.unexpected([Token::Integer(0), Token::Word(Word::All)])),
        };
        self.advance()?;
        Ok(Value::Substring(Box::new(value), start, extent))
    }

    fn split(&mut self) -> Result<Value, ParseError> {
        let values = self.two_values()?;
        self.expect(Token::Comma)?;
        let field = self.expect_number("the field", i64::MIN..=i64::MAX)?;
        Ok(Value::Split(Box::new(values), field))
    }
}
