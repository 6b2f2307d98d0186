//! `<rpc>`, the envelope of a request: RFC 6241 section 4.1.

use crate::error::{ErrorTag, ErrorType, Info, RpcError};
use crate::framing::Framing;
use crate::namespace;
use crate::xml::Element;

/// What of a request comes back in its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    prefix: String,
    attributes: String,
}

impl Default for Envelope {
    /// The envelope of an answer to what was no request.
    fn default() -> Self {
        Self { prefix: String::new(), attributes: format!(" xmlns=\"{}\"", namespace::BASE) }
    }
}

impl Envelope {
    /// The prefix of names of the protocol, with its colon.
    pub(crate) fn prefix(&self) -> String {
        if self.prefix.is_empty() { String::new() } else { format!("{}:", self.prefix) }
    }

    /// All attributes, as they were written.
    pub(crate) fn attributes(&self) -> &str {
        &self.attributes
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Rpc<'a> {
    /// What comes back in the answer.
    pub envelope: Envelope,
    /// The operation.
    pub operation: Element<'a>,
}

/// A message that is no request, and the answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What comes back in the answer.
    pub envelope: Envelope,
    /// What is wrong.
    pub error: Box<RpcError>,
}

impl Rejected {
    fn bare(error: RpcError) -> Self {
        Self { envelope: Envelope::default(), error: Box::new(error) }
    }
}

impl<'a> Rpc<'a> {
    /// Reads a message of a session with this framing.
    pub fn parse(message: &'a str, framing: Framing) -> Result<Self, Rejected> {
        let root = Element::document(message)
            .map_err(|reason| Rejected::bare(malformed(framing, reason.to_string())))?;
        if !root.is(namespace::BASE, "rpc") {
            return Err(Rejected::bare(not_rpc(framing, &root)));
        }
        let envelope = Envelope {
            prefix: root.prefix().to_owned(),
            attributes: root.raw_attributes().trim_end().to_owned(),
        };
        let reject = |error| Rejected { envelope: envelope.clone(), error: Box::new(error) };
        if root.attribute("message-id").is_none() {
            return Err(reject(RpcError::missing_attribute(ErrorType::Rpc, "message-id", "rpc")));
        }
        let children = root.children();
        let children = children.map_err(|reason| reject(malformed(framing, reason.to_string())))?;
        let mut children = children.into_iter();
        match (children.next(), children.next()) {
            (Some(operation), None) => Ok(Self { envelope, operation }),
            (Some(_), Some(second)) => Err(reject(RpcError::unknown_element(second.name()))),
            (None, _) => {
                let error = RpcError::new(
                    ErrorType::Rpc,
                    ErrorTag::MissingElement,
                    "<rpc> holds no operation",
                );
                Err(reject(error.with_info(Info::BadElement("rpc".to_owned()))))
            }
        }
    }
}

/// `malformed-message`, which peers of base:1.0 do not know.
pub(crate) fn malformed(framing: Framing, reason: String) -> RpcError {
    let tag = match framing {
        Framing::EndOfMessage => ErrorTag::OperationFailed,
        Framing::Chunked => ErrorTag::MalformedMessage,
    };
    RpcError::new(ErrorType::Rpc, tag, reason)
}

fn not_rpc(framing: Framing, root: &Element<'_>) -> RpcError {
    if root.name() == "rpc" {
        let message = format!("<rpc> of the namespace \"{}\" is not known", root.namespace());
        return RpcError::new(ErrorType::Rpc, ErrorTag::UnknownNamespace, message)
            .with_info(Info::BadElement("rpc".to_owned()))
            .with_info(Info::BadNamespace(root.namespace().to_owned()));
    }
    malformed(framing, format!("<{}> where <rpc> has to be", root.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    fn parse(message: &str) -> Result<Rpc<'_>, Rejected> {
        Rpc::parse(message, Framing::Chunked)
    }

    #[test]
    fn every_attribute_comes_back_and_prefixes_keep_their_meaning() {
        let rpc = parse(
            "<nc:rpc xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id='1&lt;' \
             ex:user='f' xmlns:ex='http://example.net' xmlns='urn:other'><nc:get/></nc:rpc>",
        )
        .unwrap();
        assert!(rpc.operation.is(namespace::BASE, "get"));
        assert_eq!(
            rpc.envelope.reply(&Reply::Ok),
            "<nc:rpc-reply xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" \
             message-id='1&lt;' ex:user='f' xmlns:ex='http://example.net' xmlns='urn:other'>\
             <nc:ok/></nc:rpc-reply>"
        );
    }

    #[test]
    fn what_is_no_request_is_answered_all_the_same() {
        let base = namespace::BASE;
        let tag = |message: &str| parse(message).unwrap_err().error.tag;
        assert_eq!(tag("<rpc"), ErrorTag::MalformedMessage);
        assert_eq!(tag("<hello/>"), ErrorTag::MalformedMessage);
        assert_eq!(tag("<rpc message-id='1'><get/></rpc>"), ErrorTag::UnknownNamespace);
        assert_eq!(tag(&format!("<rpc xmlns='{base}'><get/></rpc>")), ErrorTag::MissingAttribute);
        let empty = format!("<rpc message-id='7' xmlns='{base}'></rpc>");
        let rejected = parse(&empty).unwrap_err();
        assert_eq!(rejected.error.tag, ErrorTag::MissingElement);
        assert!(rejected.envelope.reply(&(*rejected.error).into()).contains("message-id='7'"));
        let old = Rpc::parse("<rpc", Framing::EndOfMessage).unwrap_err();
        assert_eq!(old.error.tag, ErrorTag::OperationFailed);
    }
}
