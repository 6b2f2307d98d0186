//! Text to tokens; comments, white space and includes end here.

use std::fmt;

use super::{Loader, SyntaxError, Warning};
use crate::value::{At, Data};

/// A stack of inputs, because an include may stand between any two tokens.
pub(super) struct Scanner<'a> {
    loader: &'a dyn Loader,
    /// Depth of includes.
    includes: usize,
    sources: Vec<String>,
    warnings: Vec<Warning>,
    inputs: Vec<Input>,
}

/// What stands next, after white space and comments.
pub(super) enum Token {
    Open(char),
    Close(char),
    Comma,
    Colon,
    Scalar(Data),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(c) | Self::Close(c) => write!(f, "'{c}'"),
            Self::Comma => f.write_str("','"),
            Self::Colon => f.write_str("':'"),
            Self::Scalar(Data::Text(_)) => f.write_str("a string"),
            Self::Scalar(_) => f.write_str("a value"),
            Self::End => f.write_str("the end of the text"),
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn new(name: &str, text: &str, loader: &'a dyn Loader, includes: usize) -> Self {
        let sources = vec![name.to_owned()];
        let mut scanner =
            Self { loader, includes, sources, warnings: Vec::new(), inputs: Vec::new() };
        scanner.push(0, text.to_owned());
        scanner
    }

    /// The names of the sources, and what was accepted but should be changed.
    pub(super) fn into_notes(self) -> (Vec<String>, Vec<Warning>) {
        (self.sources, self.warnings)
    }

    pub(super) fn warn(&mut self, at: At, text: &'static str) {
        self.warnings.push(Warning { at, text });
    }

    fn push(&mut self, source: u16, text: String) {
        self.inputs.push(Input { text, offset: 0, at: At { source, line: 1, column: 1 } });
    }

    /// The next token and where it stands.
    pub(super) fn token(&mut self) -> Result<(Token, At), SyntaxError> {
        self.skip_blank()?;
        let Some(input) = self.inputs.last_mut() else {
            return Ok((Token::End, At::NOWHERE));
        };
        let at = input.at;
        let Some(c) = input.peek() else { return Ok((Token::End, at)) };
        let token = match c {
            '{' | '[' => Token::Open(c),
            '}' | ']' => Token::Close(c),
            ',' => Token::Comma,
            ':' => Token::Colon,
            '"' => return Ok((Token::Scalar(Data::Text(self.string(at)?)), at)),
            '-' | '.' | '0'..='9' => return Ok((Token::Scalar(self.number(at)?), at)),
            c if c.is_ascii_alphabetic() => return Ok((Token::Scalar(self.word(at)?), at)),
            other => return Err(self.error(at, format!("unexpected character {other:?}"))),
        };
        input.next();
        Ok((token, at))
    }

    /// Skips white space, comments and the ends of included files, and enters includes.
    fn skip_blank(&mut self) -> Result<(), SyntaxError> {
        loop {
            let included = self.inputs.len() > 1;
            let Some(input) = self.inputs.last_mut() else { return Ok(()) };
            let rest = input.rest();
            if rest.is_empty() {
                if !included {
                    return Ok(());
                }
                self.inputs.pop();
            } else if rest.starts_with([' ', '\t', '\r', '\n']) {
                input.next();
            } else if rest.starts_with('#') || rest.starts_with("//") {
                while input.peek().is_some_and(|c| c != '\n') {
                    input.next();
                }
            } else if rest.starts_with("/*") {
                self.skip_block_comment()?;
            } else if rest.starts_with("<?") {
                self.include()?;
            } else {
                return Ok(());
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), SyntaxError> {
        let Some(input) = self.inputs.last_mut() else { return Ok(()) };
        let start = input.at;
        input.next();
        input.next();
        while !input.rest().starts_with("*/") {
            if input.next().is_none() {
                return Err(self.error(start, "comment has no end".to_owned()));
            }
        }
        input.next();
        input.next();
        Ok(())
    }

    /// `<?include "file"?>`: the file's text continues in this place.
    fn include(&mut self) -> Result<(), SyntaxError> {
        let Some(input) = self.inputs.last_mut() else { return Ok(()) };
        let at = input.at;
        let name = input
            .rest()
            .strip_prefix("<?include")
            .map(str::trim_start)
            .and_then(|rest| rest.strip_prefix('"'))
            .and_then(|rest| rest.split_once('"'))
            .filter(|(name, rest)| !name.contains('\n') && rest.trim_start().starts_with("?>"))
            .map(|(name, _)| name.to_owned());
        let Some(name) = name else {
            return Err(self.error(at, "expected <?include \"file\"?>".to_owned()));
        };
        while !input.rest().starts_with("?>") {
            input.next();
        }
        input.next();
        input.next();
        if self.inputs.len() > self.includes {
            return Err(self.error(at, format!("includes nested deeper than {}", self.includes)));
        }
        let text = self
            .loader
            .load(&name)
            .map_err(|reason| self.error(at, format!("cannot include \"{name}\": {reason}")))?;
        let source = u16::try_from(self.sources.len())
            .map_err(|_| self.error(at, "too many includes".to_owned()))?;
        self.sources.push(name);
        self.push(source, text);
        Ok(())
    }

    fn word(&mut self, at: At) -> Result<Data, SyntaxError> {
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        match word.as_str() {
            "true" => Ok(Data::Bool(true)),
            "false" => Ok(Data::Bool(false)),
            "null" => Ok(Data::Null),
            _ if ["true", "false", "null"].contains(&word.to_ascii_lowercase().as_str()) => {
                let message = format!("{word} must be written in lower case");
                Err(self.error(at, message))
            }
            _ => Err(self.error(at, format!("unexpected word {word:?}"))),
        }
    }

    fn number(&mut self, at: At) -> Result<Data, SyntaxError> {
        let text = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let data = if digits.chars().all(|c| c.is_ascii_digit()) && !digits.is_empty() {
            text.parse().ok().map(Data::Int)
        } else if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            text.parse().ok().filter(|real: &f64| real.is_finite()).map(Data::Real)
        } else {
            None
        };
        let Some(data) = data else {
            return Err(self.error(at, format!("{text:?} is not a number")));
        };
        if digits.len() > 1
            && digits.starts_with('0')
            && digits.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
        {
            self.warn(at, "leading zero");
        }
        Ok(data)
    }

    fn take_while(&mut self, keep: fn(char) -> bool) -> String {
        let mut taken = String::new();
        let Some(input) = self.inputs.last_mut() else { return taken };
        while let Some(c) = input.peek().filter(|c| keep(*c)) {
            taken.push(c);
            input.next();
        }
        taken
    }

    fn string(&mut self, at: At) -> Result<String, SyntaxError> {
        let mut text = String::new();
        self.advance();
        loop {
            let here = self.here();
            match self.advance() {
                None | Some('\n') => return Err(self.error(at, "string has no end".to_owned())),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(here)?),
                Some(c) if c < ' ' => {
                    let message = format!("control character {c:?} in a string");
                    return Err(self.error(here, message));
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, at: At) -> Result<char, SyntaxError> {
        Ok(match self.advance() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits: String = (0..4).map_while(|_| self.advance()).collect();
                u8::from_str_radix(&digits, 16)
                    .ok()
                    .or_else(|| {
                        digits.strip_prefix("00").and_then(|d| u8::from_str_radix(d, 16).ok())
                    })
                    .filter(|_| digits.len() == 4)
                    .map(char::from)
                    .ok_or_else(|| {
                        self.error(at, "only \\u0000 to \\u00ff can be escaped by \\u".to_owned())
                    })?
            }
            _ => return Err(self.error(at, "unknown escape in a string".to_owned())),
        })
    }

    fn advance(&mut self) -> Option<char> {
        self.inputs.last_mut()?.next()
    }

    fn here(&self) -> At {
        self.inputs.last().map_or(At::NOWHERE, |input| input.at)
    }

    pub(super) fn error(&self, at: At, message: String) -> SyntaxError {
        let file = self.sources.get(usize::from(at.source)).cloned().unwrap_or_default();
        SyntaxError { file, at, message }
    }
}

/// One text being read.
struct Input {
    text: String,
    offset: usize,
    at: At,
}

impl Input {
    fn rest(&self) -> &str {
        self.text.get(self.offset..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.offset += c.len_utf8();
        if c == '\n' {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        Some(c)
    }
}
