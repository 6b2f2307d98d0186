//! Operators and brackets.

use super::{Parsed, Parser};
use crate::error::ParseError;
use crate::lexer::Token;
use crate::tree::{Condition, Connective, Literal, Value};
use crate::word::Word;

impl Parser<'_, '_> {
    /// A condition or a value: what stands between connectives, and these.
    ///
    /// There is one loop for all connectives, not a function for each, as each function in between
    /// costs stack for each bracket.
    pub(super) fn anything(&mut self) -> Result<Parsed, ParseError> {
        let mut chains: Vec<(Connective, Vec<Condition>)> = Vec::new();
        loop {
            let start = self.span.start;
            let parsed = self.negation()?;
            let connective = match self.token {
                Token::Word(word) => Connective::from_word(word),
                _ => None,
            };
            if connective.is_none() && chains.is_empty() {
                return Ok(parsed);
            }
            let condition = self.as_condition(parsed, start)?;
            let condition = end_chains(&mut chains, condition, connective);
            let Some(connective) = connective else { return Ok(Parsed::Condition(condition)) };
            match chains.last_mut().filter(|(last, _)| *last == connective) {
                Some((_, conditions)) => conditions.push(condition),
                None => chains.push((connective, vec![condition])),
            }
            self.advance()?;
        }
    }

    /// A condition within something else.
    pub(super) fn condition(&mut self) -> Result<Condition, ParseError> {
        let start = self.span.start;
        let parsed = self.nested(Self::anything)?;
        self.as_condition(parsed, start)
    }

    /// A value within something else.
    pub(super) fn value(&mut self) -> Result<Value, ParseError> {
        let start = self.span.start;
        let parsed = self.nested(Self::anything)?;
        self.as_value(parsed, start)
    }

    fn negation(&mut self) -> Result<Parsed, ParseError> {
        let outside = self.nesting;
        while self.token == Token::Word(Word::Not) {
            self.nest()?;
            self.advance()?;
        }
        let start = self.span.start;
        let parsed = self.comparison()?;
        let negations = self.nesting - outside;
        self.nesting = outside;
        if negations == 0 {
            return Ok(parsed);
        }
        let condition = self.as_condition(parsed, start)?;
        let negated = (0..negations).fold(condition, |inner, _| Condition::Not(Box::new(inner)));
        Ok(Parsed::Condition(negated))
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

/// Puts a condition behind the chains that bind it tighter than what comes next, or all if nothing
/// comes; gives what is left to stand before that.
fn end_chains(
    chains: &mut Vec<(Connective, Vec<Condition>)>,
    mut condition: Condition,
    next: Option<Connective>,
) -> Condition {
    while let Some((connective, mut conditions)) =
        chains.pop_if(|(own, _)| next.is_none_or(|next| own.binds_tighter(next)))
    {
        conditions.push(condition);
        condition = Condition::Chain(connective, conditions);
    }
    condition
}

impl Connective {
    fn from_word(word: Word) -> Option<Self> {
        match word {
            Word::And => Some(Self::And),
            Word::Sand => Some(Self::EagerAnd),
            Word::Or => Some(Self::Or),
            Word::Sor => Some(Self::EagerOr),
            _ => None,
        }
    }

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
