//! `<rpc-error>`, RFC 6241 section 4.3 and appendix A.

use crate::xml::escape;

/// The layer at which an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// Secure transport.
    Transport,
    /// The envelope.
    Rpc,
    /// The operation and its parameters.
    Protocol,
    /// The data.
    Application,
}

impl ErrorType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Rpc => "rpc",
            Self::Protocol => "protocol",
            Self::Application => "application",
        }
    }
}

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kind of an error, RFC 6241 appendix A.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorTag { $($(#[$doc])* $name,)* }

        impl ErrorTag {
            /// The tag as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The tag that is written so.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

tags! {
    /// A resource is in use already.
    InUse = "in-use",
    /// A parameter has a value that is not allowed.
    InvalidValue = "invalid-value",
    /// Request or answer is too large.
    TooBig = "too-big",
    /// An attribute is missing.
    MissingAttribute = "missing-attribute",
    /// An attribute has a wrong value.
    BadAttribute = "bad-attribute",
    /// An attribute that is not known.
    UnknownAttribute = "unknown-attribute",
    /// An element is missing.
    MissingElement = "missing-element",
    /// An element has a wrong value.
    BadElement = "bad-element",
    /// An element that is not known.
    UnknownElement = "unknown-element",
    /// A namespace that is not known.
    UnknownNamespace = "unknown-namespace",
    /// Not allowed for this user.
    AccessDenied = "access-denied",
    /// Somebody else holds the lock.
    LockDenied = "lock-denied",
    /// Not enough resources.
    ResourceDenied = "resource-denied",
    /// What was begun could not be undone.
    RollbackFailed = "rollback-failed",
    /// Data to create are there already.
    DataExists = "data-exists",
    /// Data to delete or replace are not there.
    DataMissing = "data-missing",
    /// Not supported by this server.
    OperationNotSupported = "operation-not-supported",
    /// Failed for a reason that no other tag covers.
    OperationFailed = "operation-failed",
    /// Not XML; in base:1.1 only.
    MalformedMessage = "malformed-message",
}

/// What an error says beyond its tag, in `<error-info>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Info {
    /// Name of the attribute.
    BadAttribute(String),
    /// Name of the element.
    BadElement(String),
    /// Name of the namespace.
    BadNamespace(String),
    /// Session that holds a lock; 0 for one that is not of NETCONF.
    SessionId(u32),
}

/// Where in the data an error is, with the prefixes that the path uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorPath {
    /// The path; every name has a prefix.
    pub text: String,
    /// The prefixes and their namespaces.
    pub namespaces: Vec<(String, String)>,
}

/// One error of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    /// The layer.
    pub kind: ErrorType,
    /// The kind of error.
    pub tag: ErrorTag,
    /// The tag of the data model.
    pub app_tag: Option<String>,
    /// Where in the data.
    pub path: Option<Box<ErrorPath>>,
    /// For people to read.
    pub message: Option<String>,
    /// More for programs to read.
    pub info: Vec<Info>,
}

impl RpcError {
    /// An error that has only a tag and a message.
    pub fn new(kind: ErrorType, tag: ErrorTag, message: impl Into<String>) -> Self {
        let message = Some(message.into());
        Self { kind, tag, app_tag: None, path: None, message, info: Vec::new() }
    }

    /// The same error with more for programs to read.
    #[must_use]
    pub fn with_info(mut self, info: Info) -> Self {
        self.info.push(info);
        self
    }

    /// `missing-attribute`.
    pub fn missing_attribute(kind: ErrorType, attribute: &str, element: &str) -> Self {
        let message = format!("<{element}> needs the attribute {attribute}");
        Self::new(kind, ErrorTag::MissingAttribute, message)
            .with_info(Info::BadAttribute(attribute.to_owned()))
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `bad-attribute`.
    pub fn bad_attribute(attribute: &str, element: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorType::Protocol, ErrorTag::BadAttribute, message)
            .with_info(Info::BadAttribute(attribute.to_owned()))
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `missing-element`.
    pub fn missing_element(element: &str) -> Self {
        let message = format!("<{element}> is missing");
        Self::new(ErrorType::Protocol, ErrorTag::MissingElement, message)
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `bad-element`: not what may stand there.
    pub fn bad_element(element: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorType::Protocol, ErrorTag::BadElement, message)
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `invalid-value` of a parameter.
    pub fn invalid_value(element: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorType::Protocol, ErrorTag::InvalidValue, message)
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `unknown-element`.
    pub fn unknown_element(element: &str) -> Self {
        let message = format!("<{element}> is not known here");
        Self::new(ErrorType::Protocol, ErrorTag::UnknownElement, message)
            .with_info(Info::BadElement(element.to_owned()))
    }

    /// `operation-not-supported`.
    pub fn not_supported(message: impl Into<String>) -> Self {
        Self::new(ErrorType::Protocol, ErrorTag::OperationNotSupported, message)
    }

    /// `operation-failed`.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorType::Application, ErrorTag::OperationFailed, message)
    }

    /// Appends the element, whose names get `prefix`.
    pub(crate) fn write(&self, out: &mut String, prefix: &str) {
        let mut leaf = |name: &str, attributes: &str, value: &str| {
            let value = escape(value);
            out.push_str(&format!("<{prefix}{name}{attributes}>{value}</{prefix}{name}>"));
        };
        leaf("error-type", "", self.kind.as_str());
        leaf("error-tag", "", self.tag.as_str());
        leaf("error-severity", "", "error");
        if let Some(app_tag) = &self.app_tag {
            leaf("error-app-tag", "", app_tag);
        }
        if let Some(path) = &self.path {
            let declared = path.namespaces.iter();
            let declared = declared.map(|(p, ns)| format!(" xmlns:{p}=\"{}\"", escape(ns)));
            leaf("error-path", &declared.collect::<String>(), &path.text);
        }
        if let Some(message) = &self.message {
            leaf("error-message", " xml:lang=\"en\"", message);
        }
        if self.info.is_empty() {
            return;
        }
        out.push_str(&format!("<{prefix}error-info>"));
        for info in &self.info {
            let (name, value) = match info {
                Info::BadAttribute(value) => ("bad-attribute", value.clone()),
                Info::BadElement(value) => ("bad-element", value.clone()),
                Info::BadNamespace(value) => ("bad-namespace", value.clone()),
                Info::SessionId(id) => ("session-id", id.to_string()),
            };
            let value = escape(&value);
            out.push_str(&format!("<{prefix}{name}>{value}</{prefix}{name}>"));
        }
        out.push_str(&format!("</{prefix}error-info>"));
    }
}
