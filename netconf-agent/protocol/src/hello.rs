//! `<hello>`, RFC 6241 section 8.1.

use crate::framing::Framing;
use crate::namespace;
use crate::xml::{Element, Malformed, escape};

/// NETCONF of RFC 4741.
pub const BASE_1_0: &str = "urn:ietf:params:netconf:base:1.0";
/// NETCONF of RFC 6241.
pub const BASE_1_1: &str = "urn:ietf:params:netconf:base:1.1";

/// What a side says of itself before anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The URIs of what it can do.
    pub capabilities: Vec<String>,
    /// The session's id; only a server says it.
    pub session_id: Option<u32>,
}

/// Why a session cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// Not UTF-8.
    #[error("the hello is not UTF-8")]
    NotText,
    /// Not XML.
    #[error("the hello is malformed")]
    Malformed(#[source] Malformed),
    /// Another element.
    #[error("<{0}> where <hello> has to be")]
    NotHello(String),
    /// A client does not choose the session's id.
    #[error("the client's hello has a session-id")]
    SessionId,
    /// No version of the protocol in common.
    #[error("no base capability in common")]
    NoBase,
}

impl Hello {
    /// The message.
    pub fn to_xml(&self) -> String {
        let mut text = format!("<hello xmlns=\"{}\"><capabilities>", namespace::BASE);
        for capability in &self.capabilities {
            text.push_str(&format!("<capability>{}</capability>", escape(capability)));
        }
        text.push_str("</capabilities>");
        if let Some(id) = self.session_id {
            text.push_str(&format!("<session-id>{id}</session-id>"));
        }
        text.push_str("</hello>");
        text
    }

    /// Reads a client's message.
    pub fn from_client(message: &str) -> Result<Self, HelloError> {
        let root = Element::document(message).map_err(HelloError::Malformed)?;
        if !root.is(namespace::BASE, "hello") {
            return Err(HelloError::NotHello(root.name().to_owned()));
        }
        let mut capabilities = Vec::new();
        for child in root.children().map_err(HelloError::Malformed)? {
            if child.is(namespace::BASE, "session-id") {
                return Err(HelloError::SessionId);
            }
            if !child.is(namespace::BASE, "capabilities") {
                continue;
            }
            for capability in child.children().map_err(HelloError::Malformed)? {
                capabilities.push(capability.text().map_err(HelloError::Malformed)?);
            }
        }
        Ok(Self { capabilities, session_id: None })
    }

    /// The framing of a session between a server that knows both versions and this client.
    pub fn framing(&self) -> Result<Framing, HelloError> {
        let has = |base: &str| self.capabilities.iter().any(|capability| capability == base);
        match (has(BASE_1_1), has(BASE_1_0)) {
            (true, _) => Ok(Framing::Chunked),
            (false, true) => Ok(Framing::EndOfMessage),
            (false, false) => Err(HelloError::NoBase),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(content: &str) -> Result<Framing, HelloError> {
        let text = format!("<hello xmlns=\"{}\">{content}</hello>", namespace::BASE);
        Hello::from_client(&text)?.framing()
    }

    #[test]
    fn the_highest_common_version_decides_the_framing() {
        let both = format!(
            "<capabilities><capability>{BASE_1_0}</capability>\
             <capability>\n {BASE_1_1}\n</capability></capabilities>"
        );
        assert_eq!(hello(&both), Ok(Framing::Chunked));
        let old = format!("<capabilities><capability>{BASE_1_0}</capability></capabilities>");
        assert_eq!(hello(&old), Ok(Framing::EndOfMessage));
        assert_eq!(hello("<capabilities/>"), Err(HelloError::NoBase));
        assert_eq!(hello("<session-id>4</session-id>"), Err(HelloError::SessionId));
        assert!(matches!(Hello::from_client("<rpc/>"), Err(HelloError::NotHello(_))));
        assert!(matches!(Hello::from_client("rpc"), Err(HelloError::Malformed(_))));
    }
}
