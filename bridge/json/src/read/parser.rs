//! Tokens to values.

use std::collections::HashSet;

use super::scanner::{Scanner, Token};
use super::{Document, Limits, SyntaxError};
use crate::value::{At, Data, Map, Value};

/// Reads one document.
pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
    limits: Limits,
    values: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(scanner: Scanner<'a>, limits: Limits) -> Self {
        Self { scanner, limits, values: 0, depth: 0 }
    }

    pub(super) fn document(mut self) -> Result<Document, SyntaxError> {
        let (token, at) = self.scanner.token()?;
        let root = self.value(token, at)?;
        match self.scanner.token()? {
            (Token::End, _) => {
                let (sources, warnings) = self.scanner.into_notes();
                Ok(Document { root, sources, warnings })
            }
            (token, at) => {
                Err(self.scanner.error(at, format!("expected the end of the text, found {token}")))
            }
        }
    }

    fn value(&mut self, token: Token, at: At) -> Result<Value, SyntaxError> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.scanner.error(at, format!("more than {} values", self.limits.values)));
        }
        let data = match token {
            Token::Scalar(data) => data,
            Token::Open('{') => Data::Map(self.nested(at, Self::map)?),
            Token::Open(_) => Data::List(self.nested(at, Self::list)?),
            other => {
                return Err(self.scanner.error(at, format!("expected a value, found {other}")));
            }
        };
        Ok(Value { data, at })
    }

    fn nested<T>(
        &mut self,
        at: At,
        read: fn(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            let message = format!("nested deeper than {} levels", self.limits.depth);
            return Err(self.scanner.error(at, message));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn map(&mut self) -> Result<Map, SyntaxError> {
        let mut map = Map::default();
        let mut keys = HashSet::new();
        let mut after_comma = None;
        loop {
            let (token, at) = self.scanner.token()?;
            let key = match token {
                Token::Close('}') => {
                    self.warn_trailing(after_comma);
                    return Ok(map);
                }
                Token::Scalar(Data::Text(key)) => key,
                other => {
                    return Err(self
                        .scanner
                        .error(at, format!("expected a key or '}}', found {other}")));
                }
            };
            match self.scanner.token()? {
                (Token::Colon, _) => {}
                (other, at) => {
                    return Err(self
                        .scanner
                        .error(at, format!("expected ':' after \"{key}\", found {other}")));
                }
            }
            let (token, value_at) = self.scanner.token()?;
            let value = self.value(token, value_at)?;
            if !keys.insert(key.clone()) {
                return Err(self.scanner.error(at, format!("duplicate key \"{key}\"")));
            }
            map.push_at(key, at, value);
            match self.scanner.token()? {
                (Token::Comma, at) => after_comma = Some(at),
                (Token::Close('}'), _) => return Ok(map),
                (other, at) => {
                    return Err(self
                        .scanner
                        .error(at, format!("expected ',' or '}}', found {other}")));
                }
            }
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, SyntaxError> {
        let mut list = Vec::new();
        let mut after_comma = None;
        loop {
            let (token, at) = self.scanner.token()?;
            if let Token::Close(']') = token {
                self.warn_trailing(after_comma);
                return Ok(list);
            }
            list.push(self.value(token, at)?);
            match self.scanner.token()? {
                (Token::Comma, at) => after_comma = Some(at),
                (Token::Close(']'), _) => return Ok(list),
                (other, at) => {
                    return Err(self
                        .scanner
                        .error(at, format!("expected ',' or ']', found {other}")));
                }
            }
        }
    }

    fn warn_trailing(&mut self, comma: Option<At>) {
        if let Some(at) = comma {
            self.scanner.warn(at, "extraneous comma");
        }
    }
}
