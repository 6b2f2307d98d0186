//! NETCONF as values: bytes in, requests out; replies in, bytes out. RFC 6241 and 6242.
//!
//! [`Session`] holds what a server has to remember of one peer: the framing and whether both
//! sides have said hello. It yields [`Rpc`]s, whose content [`Operation`] reads; data stay text,
//! because their schema is not known here. Sockets, datastores and data models are left to the
//! caller, and so is everything that needs a clock.

mod error;
mod framing;
mod hello;
mod operation;
mod parameters;
mod reply;
mod rpc;
mod session;
mod subtree;
mod xml;
mod xpath;

pub use error::{ErrorPath, ErrorTag, ErrorType, Info, RpcError};
pub use framing::{Decoder, FrameError, Framing};
pub use hello::{BASE_1_0, BASE_1_1, Hello, HelloError};
pub use operation::{
    Commit, Content, CreateSubscription, Datastore, DefaultOperation, Edit, ErrorOption, Filter,
    GetData, Operation, Source, TestOption, WithDefaults,
};
pub use reply::{Reply, notification};
pub use rpc::{Envelope, Rejected, Rpc};
pub use session::{Incoming, Session};
pub use subtree::subtree_to_xpath;
pub use xml::{Element, Malformed, escape};
pub use xpath::{UnknownPrefix, data_path_to_xml, resolve_prefixes};

/// Namespaces of the protocol and of the modules that extend it.
pub mod namespace {
    /// RFC 6241.
    pub const BASE: &str = "urn:ietf:params:xml:ns:netconf:base:1.0";
    /// `ietf-netconf-with-defaults`, RFC 6243.
    pub const WITH_DEFAULTS: &str = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults";
    /// `ietf-netconf-monitoring`, RFC 6022.
    pub const MONITORING: &str = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring";
    /// `ietf-netconf-nmda`, RFC 8526.
    pub const NMDA: &str = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda";
    /// `ietf-datastores`, RFC 8342.
    pub const DATASTORES: &str = "urn:ietf:params:xml:ns:yang:ietf-datastores";
    /// Event notifications, RFC 5277.
    pub const NOTIFICATION: &str = "urn:ietf:params:xml:ns:netconf:notification:1.0";
    /// What is said about a subscription, RFC 5277.
    pub const MANAGE_EVENT: &str = "urn:ietf:params:xml:ns:netmod:notification";
    /// YANG itself, RFC 7950: the element `action`.
    pub const YANG: &str = "urn:ietf:params:xml:ns:yang:1";
}
