//! `<rpc-reply>`, RFC 6241 section 4.2, and `<notification>`, RFC 5277 section 2.2.1.

use crate::error::RpcError;
use crate::namespace;
use crate::rpc::Envelope;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Done, and nothing to return.
    Ok,
    /// The content of `<data>`: elements that declare their namespaces.
    Data(String),
    /// Elements that declare their namespaces.
    Output(String),
    /// Not done.
    Errors(Vec<RpcError>),
}

impl From<RpcError> for Reply {
    fn from(error: RpcError) -> Self {
        Self::Errors(vec![error])
    }
}

/// The message that tells of an event; `content` is an element that declares its namespaces.
pub fn notification(time: &str, content: &str) -> String {
    let namespace = namespace::NOTIFICATION;
    format!(
        "<notification xmlns=\"{namespace}\"><eventTime>{time}</eventTime>{content}</notification>"
    )
}

impl Envelope {
    /// The message that answers this request: its attributes come back as they were.
    pub fn reply(&self, reply: &Reply) -> String {
        let prefix = self.prefix();
        let mut text = String::with_capacity(200);
        text.push_str(&format!("<{prefix}rpc-reply{}>", self.attributes()));
        match reply {
            Reply::Ok => text.push_str(&format!("<{prefix}ok/>")),
            Reply::Data(data) if data.is_empty() => text.push_str(&format!("<{prefix}data/>")),
            Reply::Data(data) => {
                text.push_str(&format!("<{prefix}data>{data}</{prefix}data>"));
            }
            Reply::Output(output) => text.push_str(output),
            Reply::Errors(errors) => {
                for error in errors {
                    text.push_str(&format!("<{prefix}rpc-error>"));
                    error.write(&mut text, &prefix);
                    text.push_str(&format!("</{prefix}rpc-error>"));
                }
            }
        }
        text.push_str(&format!("</{prefix}rpc-reply>"));
        text
    }
}
