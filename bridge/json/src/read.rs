//! Text to trees.

use std::collections::HashSet;
use std::fmt;

use crate::value::{At, Data, Map, Value};

/// A tree that was read, and the names of the sources that its positions speak of.
#[derive(Clone, Debug)]
pub struct Document {
    /// The tree.
    pub root: Value,
    /// File names (or `<string>`-like names), by [`At::source`].
    pub sources: Vec<String>,
    /// Things that were accepted but should be changed, such as a trailing comma.
    pub warnings: Vec<Warning>,
}

/// Something that was accepted but should be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: At,
    /// What.
    pub text: &'static str,
}

/// Bounds on what is read, so that no text can exhaust the process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Depth of lists and maps.
    pub depth: usize,
    /// Depth of includes; Kea allows 10.
    pub includes: usize,
    /// Number of values, summed over all sources.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, includes: 10, values: 50_000_000 }
    }
}

/// Finds the text of an included file.
pub trait Loader {
    /// The text of `name`.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence fragment for the message.
    fn load(&self, name: &str) -> Result<String, String>;
}

/// Refuses every include: for texts that come from the network.
#[derive(Clone, Copy, Debug)]
pub struct NoIncludes;

impl Loader for NoIncludes {
    fn load(&self, _name: &str) -> Result<String, String> {
        Err("includes are allowed in configuration files only".to_owned())
    }
}

/// Why a text is not Kea's JSON; displays as `FILE:LINE:COLUMN: MESSAGE`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}:{}: {message}", at.line, at.column)]
pub struct SyntaxError {
    /// The name of the source.
    pub file: String,
    /// Where in the source.
    pub at: At,
    /// What is wrong.
    pub message: String,
}

impl Document {
    /// Reads `text`, which is called `name` in messages.
    ///
    /// # Errors
    /// The first fault, with its position.
    pub fn read(
        name: &str,
        text: &str,
        loader: &dyn Loader,
        limits: Limits,
    ) -> Result<Self, SyntaxError> {
        let mut reader = Reader {
            loader,
            limits,
            sources: vec![name.to_owned()],
            warnings: Vec::new(),
            inputs: Vec::new(),
            values: 0,
            depth: 0,
        };
        reader.push(0, text.to_owned());
        let root = reader.document()?;
        Ok(Self { root, sources: reader.sources, warnings: reader.warnings })
    }

    /// Reads a text that came from the network: default limits, no includes.
    ///
    /// # Errors
    /// The first fault, with its position.
    pub fn from_peer(text: &str) -> Result<Self, SyntaxError> {
        Self::read("<string>", text, &NoIncludes, Limits::default())
    }

    /// `FILE:LINE:COLUMN` of a position in this document.
    #[must_use]
    pub fn locate(&self, at: At) -> String {
        let file = self.sources.get(usize::from(at.source)).map_or("<string>", String::as_str);
        format!("{file}:{}:{}", at.line, at.column)
    }
}

/// The reader: a stack of inputs, because an include may stand between any two tokens.
struct Reader<'a> {
    loader: &'a dyn Loader,
    limits: Limits,
    sources: Vec<String>,
    warnings: Vec<Warning>,
    inputs: Vec<Input>,
    values: usize,
    depth: usize,
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

/// What stands next, after white space and comments.
enum Token {
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

impl Reader<'_> {
    fn push(&mut self, source: u16, text: String) {
        self.inputs.push(Input { text, offset: 0, at: At { source, line: 1, column: 1 } });
    }

    fn document(&mut self) -> Result<Value, SyntaxError> {
        let (token, at) = self.token()?;
        let root = self.value(token, at)?;
        match self.token()? {
            (Token::End, _) => Ok(root),
            (token, at) => {
                Err(self.error(at, format!("expected the end of the text, found {token}")))
            }
        }
    }

    fn value(&mut self, token: Token, at: At) -> Result<Value, SyntaxError> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.error(at, format!("more than {} values", self.limits.values)));
        }
        let data = match token {
            Token::Scalar(data) => data,
            Token::Open('{') => Data::Map(self.nested(at, Self::map)?),
            Token::Open(_) => Data::List(self.nested(at, Self::list)?),
            other => return Err(self.error(at, format!("expected a value, found {other}"))),
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
            return Err(self.error(at, message));
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
            let (token, at) = self.token()?;
            let key = match token {
                Token::Close('}') => {
                    self.warn_trailing(after_comma);
                    return Ok(map);
                }
                Token::Scalar(Data::Text(key)) => key,
                other => {
                    return Err(self.error(at, format!("expected a key or '}}', found {other}")));
                }
            };
            match self.token()? {
                (Token::Colon, _) => {}
                (other, at) => {
                    return Err(
                        self.error(at, format!("expected ':' after \"{key}\", found {other}"))
                    );
                }
            }
            let (token, value_at) = self.token()?;
            let value = self.value(token, value_at)?;
            if !keys.insert(key.clone()) {
                return Err(self.error(at, format!("duplicate key \"{key}\"")));
            }
            map.push_at(key, at, value);
            match self.token()? {
                (Token::Comma, at) => after_comma = Some(at),
                (Token::Close('}'), _) => return Ok(map),
                (other, at) => {
                    return Err(self.error(at, format!("expected ',' or '}}', found {other}")));
                }
            }
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, SyntaxError> {
        let mut list = Vec::new();
        let mut after_comma = None;
        loop {
            let (token, at) = self.token()?;
            if let Token::Close(']') = token {
                self.warn_trailing(after_comma);
                return Ok(list);
            }
            list.push(self.value(token, at)?);
            match self.token()? {
                (Token::Comma, at) => after_comma = Some(at),
                (Token::Close(']'), _) => return Ok(list),
                (other, at) => {
                    return Err(self.error(at, format!("expected ',' or ']', found {other}")));
                }
            }
        }
    }

    fn warn_trailing(&mut self, comma: Option<At>) {
        if let Some(at) = comma {
            self.warnings.push(Warning { at, text: "extraneous comma" });
        }
    }

    fn token(&mut self) -> Result<(Token, At), SyntaxError> {
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
        if self.inputs.len() > self.limits.includes {
            return Err(
                self.error(at, format!("includes nested deeper than {}", self.limits.includes))
            );
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
            self.warnings.push(Warning { at, text: "leading zero" });
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

    fn error(&self, at: At, message: String) -> SyntaxError {
        let file = self.sources.get(usize::from(at.source)).cloned().unwrap_or_default();
        SyntaxError { file, at, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Files;

    impl Loader for Files {
        fn load(&self, name: &str) -> Result<String, String> {
            match name {
                "members.json" => Ok("\"b\": 2,\n\"c\": [".to_owned()),
                "loop.json" => Ok("<?include \"loop.json\"?>".to_owned()),
                _ => Err("no such file".to_owned()),
            }
        }
    }

    fn read(text: &str) -> Result<Document, SyntaxError> {
        Document::read("test.json", text, &Files, Limits::default())
    }

    fn fault(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn comments_of_all_three_kinds_are_blank() {
        let text = "# one\n{ // two\n \"a\": /* three\n */ 1 }";
        let document = read(text).unwrap();
        assert_eq!(document.root, Value::object([("a", Value::from(1))]));
        assert_eq!(document.root.get("a").unwrap().at, At { source: 0, line: 4, column: 5 });
    }

    #[test]
    fn an_include_may_stand_anywhere() {
        let document = read("{ \"a\": 1, <?include \"members.json\"?> 3 ] }").unwrap();
        assert_eq!(crate::compact(&document.root), r#"{"a":1,"b":2,"c":[3]}"#);
        assert_eq!(document.locate(document.root.get("b").unwrap().at), "members.json:1:6");
    }

    #[test]
    fn endless_includes_are_refused() {
        assert_eq!(
            fault("<?include \"loop.json\"?>"),
            "loop.json:1:1: includes nested deeper than 10"
        );
    }

    #[test]
    fn a_trailing_comma_is_accepted_with_a_warning() {
        let document = read("[ 1, 2, ]").unwrap();
        assert_eq!(document.warnings.len(), 1);
        assert_eq!(document.warnings[0].at.column, 7);
    }

    #[test]
    fn faults_name_file_line_and_column() {
        assert_eq!(fault("{\n \"a\": tru }"), "test.json:2:7: unexpected word \"tru\"");
        assert_eq!(fault("{ \"a\": 1, \"a\": 2 }"), "test.json:1:11: duplicate key \"a\"");
        assert_eq!(fault("[ +1 ]"), "test.json:1:3: unexpected character '+'");
        assert_eq!(fault("[ True ]"), "test.json:1:3: True must be written in lower case");
        assert_eq!(fault("{ \"a\" }"), "test.json:1:7: expected ':' after \"a\", found '}'");
        assert_eq!(
            fault("\"\\u0100\""),
            "test.json:1:2: only \\u0000 to \\u00ff can be escaped by \\u"
        );
        assert_eq!(fault("{} {"), "test.json:1:4: expected the end of the text, found '{'");
    }

    #[test]
    fn nesting_is_bounded() {
        let text = "[".repeat(100_000);
        assert_eq!(fault(&text), "test.json:1:65: nested deeper than 64 levels");
    }

    #[test]
    fn numbers_follow_keas_dialect() {
        let document = read("[ .5, -1, 1e3, 007 ]").unwrap();
        let list = document.root.as_list().unwrap();
        assert_eq!(list[0].data, Data::Real(0.5));
        assert_eq!(list[1].data, Data::Int(-1));
        assert_eq!(list[2].data, Data::Real(1000.0));
        assert_eq!(list[3].data, Data::Int(7));
        assert_eq!(document.warnings.len(), 1);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::new(Data::Null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |r| r.is_finite()).prop_map(Value::from),
            "[ -\u{ff}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,6}", inner, 0..8).prop_map(Value::object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in values()) {
            for text in [crate::compact(&value), crate::kea(&value), crate::pretty(&value)] {
                prop_assert_eq!(&read(&text).unwrap().root, &value);
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,64}") {
            let _ = read(&text);
        }
    }
}
