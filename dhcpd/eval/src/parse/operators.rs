//! Operators and brackets.

use super::{Parsed, Parser};
use crate::error::ParseError;
use crate::lexer::Token;
use crate::tree::{Condition, Connective, Literal, Value};
use crate::word::Word;

/// What stands between conditions, the one that binds loosest first.
const CONNECTIVES: [Connective; 4] =
    [Connective::EagerOr, Connective::Or, Connective::EagerAnd, Connective::And];

impl Parser<'_, '_> {
    /// A condition or a value.
    pub(super) fn anything(&mut self) -> Result<Parsed, ParseError> {
        self.chain(&CONNECTIVES)
    }

    /// A condition.
    pub(super) fn condition(&mut self) -> Result<Condition, ParseError> {
        let start = self.span.start;
        let parsed = self.anything()?;
        self.as_condition(parsed, start)
    }

    /// A value.
    pub(super) fn value(&mut self) -> Result<Value, ParseError> {
        let start = self.span.start;
        let parsed = self.anything()?;
        self.as_value(parsed, start)
    }

    /// Conditions with the first of these connectives between them, or what binds tighter.
    fn chain(&mut self, connectives: &[Connective]) -> Result<Parsed, ParseError> {
        let Some((connective, tighter)) = connectives.split_first() else {
            return self.negation();
        };
        let start = self.span.start;
        let first = self.chain(tighter)?;
        let between = Token::Word(connective.word());
        if self.token != between {
            return Ok(first);
        }
        let mut conditions = vec![self.as_condition(first, start)?];
        while self.take(between)? {
            let start = self.span.start;
            let next = self.chain(tighter)?;
            conditions.push(self.as_condition(next, start)?);
        }
        Ok(Parsed::Condition(Condition::Chain(*connective, conditions)))
    }

    fn negation(&mut self) -> Result<Parsed, ParseError> {
        if !self.take(Token::Word(Word::Not))? {
            return self.comparison();
        }
        let start = self.span.start;
        let parsed = self.nested(Self::negation)?;
        let condition = self.as_condition(parsed, start)?;
        Ok(Parsed::Condition(Condition::Not(Box::new(condition))))
    }

    fn comparison(&mut self) -> Result<Parsed, ParseError> {
        let start = self.span.start;
        let left = self.sum()?;
        if self.token != Token::Equal {
            return Ok(left);
        }
        let left = self.as_value(left, start)?;
        self.advance()?;
        let start = self.span.start;
        let right = self.sum()?;
        let right = self.as_value(right, start)?;
        Ok(Parsed::Condition(Condition::Equal(Box::new((left, right)))))
    }

    fn sum(&mut self) -> Result<Parsed, ParseError> {
        let start = self.span.start;
        let first = self.operand()?;
        if self.token != Token::Plus {
            return Ok(first);
        }
        let mut values = vec![self.as_value(first, start)?];
        while self.take(Token::Plus)? {
            let start = self.span.start;
            let next = self.operand()?;
            values.push(self.as_value(next, start)?);
        }
        Ok(Parsed::Value(Value::Concat(values)))
    }

    fn operand(&mut self) -> Result<Parsed, ParseError> {
        let literal = match self.token {
            Token::Text(text) => Literal::Text(text.into()),
            Token::Hex(digits) => Literal::Hex(bytes_of(digits)),
            Token::Address(address) => Literal::Address(address),
            Token::Integer(_) => {
                let number = self.expect_number("a value", 0..=u32::MAX.into())?;
                // The range was checked.
                let number = Literal::Number(u32::try_from(number).unwrap_or(u32::MAX));
                return Ok(Parsed::Value(Value::Literal(number)));
            }
            Token::LeftParenthesis => return self.parenthesis(),
            Token::Word(word) => return self.construct(word),
            _ => return Err(self.unexpected(["a value or a condition"])),
        };
        self.advance()?;
        Ok(Parsed::Value(Value::Literal(literal)))
    }

    fn parenthesis(&mut self) -> Result<Parsed, ParseError> {
        self.advance()?;
        let parsed = self.nested(Self::anything)?;
        if self.take(Token::RightParenthesis)? {
            return Ok(parsed);
        }
        Err(self.unexpected_behind(&parsed, Token::RightParenthesis))
    }
}

impl Connective {
    /// How it is written.
    pub(crate) fn word(self) -> Word {
        match self {
            Self::And => Word::And,
            Self::EagerAnd => Word::Sand,
            Self::Or => Word::Or,
            Self::EagerOr => Word::Sor,
        }
    }
}

/// Two digits make a byte; if the number of digits is odd, a zero is missing in front.
fn bytes_of(digits: &str) -> Box<[u8]> {
    let digits = digits.bytes().filter_map(|digit| char::from(digit).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits
        .rchunks(2)
        .rev()
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}
