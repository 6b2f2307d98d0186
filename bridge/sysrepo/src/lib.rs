//! Safe sessions on sysrepo 5 and safe trees of libyang 6.
//!
//! This is the only crate with unsafe code. It is a thin wrapper: names and behaviour are those of
//! the libraries, ownership and threads are checked by the compiler.
//!
//! - [`Connection`] and [`Session`]: reading, editing, locking, calling, notifying;
//! - [`Subscription`]: closures for changes, operational data, RPCs and notifications;
//! - [`Context`], [`Module`], [`SchemaNode`]: the compiled schema, with or without sysrepo;
//! - [`Tree`], [`Node`], [`Builder`]: data that are owned, read and made.
//!
//! What holds a context of sysrepo (a [`Tree`], a [`Context`]) keeps modules from being installed:
//! keep it for the length of an operation only.

mod builder;
mod connection;
mod context;
mod edit;
mod error;
mod log;
mod nacm;
mod node;
mod parse;
mod print;
mod schema;
mod session;
mod subscription;
mod sys;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
mod tree;
mod types;

pub use builder::Builder;
pub use connection::{Connection, Install, cache_running, repository, shared_memory_prefix};
pub use context::{Context, ContextBuilder};
pub use edit::{DefaultOperation, EditOptions, Position};
pub use error::{Code, Detail, Error, NetconfError, YangCode, YangDetail};
pub use log::{Level, set_sink};
pub use nacm::AccessControl;
pub use node::{Annotation, Node, Siblings};
pub use parse::{Operation as OperationKind, ParseOptions, Rpc, RpcError};
pub use print::{Defaults, Format, PrintOptions};
pub use schema::{Kind, Module, SchemaFormat, SchemaNode};
pub use session::{Datastore, GetOptions, Session};
pub use subscription::{
    Change, ChangeEvent, ChangeOptions, Changes, Event, Notification, NotificationKind, Operation,
    OperationalRequest, Place, Refusal, RpcRequest, Subscription,
};
pub use tree::{Tree, Validation};
pub use types::{Base, Type};
