//! Why something cannot be translated, and where it stands.

use std::fmt;

use ruru_json::At;
use ruru_sysrepo::Error;

/// Why something cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Fault {
    /// Where it stands.
    pub place: Place,
    /// What is wrong, and what to do.
    pub message: String,
    #[source]
    source: Option<Error>,
}

/// Where the fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In data of YANG: the instance path.
    Yang(String),
    /// In JSON.
    Json {
        /// The path, such as `Dhcp4/subnet4[3]/pools[0]/pool`.
        path: String,
        /// The position in the text, if it was read from one.
        at: At,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yang(path) | Self::Json { path, .. } => f.write_str(path),
        }
    }
}

impl Fault {
    /// A fault of a node.
    pub(crate) fn yang(path: String, message: impl Into<String>) -> Self {
        Self { place: Place::Yang(path), message: message.into(), source: None }
    }

    /// A fault of a JSON value.
    pub(crate) fn json(path: String, at: At, message: impl Into<String>) -> Self {
        Self { place: Place::Json { path, at }, message: message.into(), source: None }
    }

    /// A fault of a JSON value that libyang found; its words, without its path, are the message.
    pub(crate) fn json_because(path: String, at: At, error: Error) -> Self {
        let message = match &error {
            Error::Yang { details, .. } if !details.is_empty() => details[0].message.clone(),
            other => other.to_string(),
        };
        Self { source: Some(error), ..Self::json(path, at, message) }
    }
}
