//! Commands and answers of the control protocol, as values.
//!
//! A request is a map with `command` and, where a command takes them, `arguments`; an answer has
//! `result`, mostly `text`, and where there is something to tell `arguments`. How they travel is
//! another crate's business.

use ruru_json::{Data, Document, Map, Value};

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The command's name.
    pub command: String,
    /// Its arguments.
    pub arguments: Option<Value>,
}

/// Why a text is not a command, or not an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// It is not JSON.
    #[error("{0}")]
    Syntax(String),
    /// It is JSON, but not a command or an answer.
    #[error("{0}")]
    Content(String),
}

impl Request {
    /// A command without arguments.
    #[must_use]
    pub fn new(command: &str) -> Self {
        Self { command: command.to_owned(), arguments: None }
    }

    /// A command with arguments.
    #[must_use]
    pub fn with(command: impl Into<String>, arguments: Value) -> Self {
        Self { command: command.into(), arguments: Some(arguments) }
    }

    /// Reads a command that came over the wire. Comments are allowed; `service` is accepted and
    /// not looked at, because a server is reached directly.
    ///
    /// # Errors
    /// The text is not JSON, or not a command.
    pub fn parse(text: &str) -> Result<Self, InvalidRequest> {
        let document =
            Document::from_peer(text).map_err(|e| InvalidRequest::Syntax(e.to_string()))?;
        let Data::Map(map) = document.root.data else {
            return Err(content("a command must be a map with the member 'command'"));
        };
        let mut request = Self { command: String::new(), arguments: None };
        for (key, value) in map.into_pairs() {
            match (key.as_str(), &value.data) {
                ("command", Data::Text(command)) if !command.is_empty() => {
                    request.command.clone_from(command);
                }
                ("command", _) => {
                    return Err(content("'command' must be a string with a name"));
                }
                ("arguments", _) => request.arguments = Some(value),
                ("service", Data::List(_)) => {}
                ("service", _) => {
                    return Err(content("'service' must be a list of strings"));
                }
                _ => {
                    return Err(content(format!("unknown member '{key}' in a command")));
                }
            }
        }
        if request.command.is_empty() {
            return Err(content("the member 'command' is missing"));
        }
        Ok(request)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::default();
        map.insert("command", self.command.as_str());
        if let Some(arguments) = &self.arguments {
            map.insert("arguments", arguments.clone());
        }
        map.into()
    }
}

fn content(reason: impl Into<String>) -> InvalidRequest {
    InvalidRequest::Content(reason.into())
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultCode(pub i64);

impl ResultCode {
    /// It was done.
    pub const SUCCESS: Self = Self(0);
    /// It was not done.
    pub const ERROR: Self = Self(1);
    /// There is no such command.
    pub const UNSUPPORTED: Self = Self(2);
    /// There is nothing of what was asked for.
    pub const EMPTY: Self = Self(3);
    /// It is at odds with what is there.
    pub const CONFLICT: Self = Self(4);
    /// It went wrong half-way.
    pub const FATAL: Self = Self(5);
}

/// What a command answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How it ended.
    pub result: ResultCode,
    /// For people.
    pub text: Option<String>,
    /// For programs.
    pub arguments: Option<Value>,
}

impl Answer {
    /// Done, with something to tell.
    #[must_use]
    pub fn success(text: impl Into<String>) -> Self {
        Self::of(ResultCode::SUCCESS, text)
    }

    /// Nothing found or nothing to do.
    #[must_use]
    pub fn empty(text: impl Into<String>) -> Self {
        Self::of(ResultCode::EMPTY, text)
    }

    /// Not done.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self::of(ResultCode::ERROR, text)
    }

    /// With any result.
    #[must_use]
    pub fn of(result: ResultCode, text: impl Into<String>) -> Self {
        Self { result, text: Some(text.into()), arguments: None }
    }

    /// Done, with arguments and no text.
    #[must_use]
    pub fn arguments(arguments: impl Into<Value>) -> Self {
        Self { result: ResultCode::SUCCESS, text: None, arguments: Some(arguments.into()) }
    }

    /// The same with arguments.
    #[must_use]
    pub fn with(self, arguments: impl Into<Value>) -> Self {
        Self { arguments: Some(arguments.into()), ..self }
    }

    /// Whether the command was done.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result == ResultCode::SUCCESS
    }

    /// As JSON, in the order in which Kea writes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut map = Map::default();
        if let Some(arguments) = &self.arguments {
            map.insert("arguments", arguments.clone());
        }
        map.insert("result", self.result.0);
        if let Some(text) = &self.text {
            map.insert("text", text.as_str());
        }
        map.into()
    }

    /// Reads an answer that came over the wire; over HTTP it stands in a list of one.
    ///
    /// # Errors
    /// The text is not JSON, or not an answer.
    pub fn parse(text: &str) -> Result<Self, InvalidRequest> {
        let document =
            Document::from_peer(text).map_err(|e| InvalidRequest::Syntax(e.to_string()))?;
        let value = match document.root.as_list() {
            Some([answer]) => answer,
            Some(_) => return Err(content("not the answer of one server")),
            None => &document.root,
        };
        let result =
            value.get("result").and_then(Value::as_int).and_then(|n| i64::try_from(n).ok());
        let result = result.ok_or_else(|| content("an answer needs 'result'"))?;
        Ok(Self {
            result: ResultCode(result),
            text: value.get("text").and_then(Value::as_text).map(str::to_owned),
            arguments: value.get("arguments").cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_with_comments_and_service() {
        let request =
            Request::parse("# hello\n{ \"command\": \"config-get\", \"service\": [ \"dhcp4\" ] }");
        assert_eq!(request, Ok(Request::new("config-get")));
    }

    #[test]
    fn what_is_not_a_command_is_told() {
        for (text, message) in [
            ("[]", "a command must be a map with the member 'command'"),
            ("{ }", "the member 'command' is missing"),
            ("{ \"command\": 1 }", "'command' must be a string with a name"),
            ("{ \"command\": \"a\", \"x\": 1 }", "unknown member 'x' in a command"),
            ("{", "<string>:1:2: expected a key or '}', found the end of the text"),
        ] {
            assert_eq!(Request::parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn answers_survive_the_wire() {
        let answer = Answer::success("ok").with(Value::object([("a", Value::from(1))]));
        let text = ruru_json::kea(&answer.to_json());
        assert_eq!(text, r#"{ "arguments": { "a": 1 }, "result": 0, "text": "ok" }"#);
        assert_eq!(Answer::parse(&text), Ok(answer.clone()));
        assert_eq!(Answer::parse(&format!("[ {text} ]")), Ok(answer));
    }
}
