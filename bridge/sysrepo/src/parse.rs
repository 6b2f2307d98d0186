//! Text to trees.

use std::ptr::null_mut;

use crate::context::Input;
use crate::error::yang;
use crate::node::Node;
use crate::print::Format;
use crate::sys;
use crate::tree::{Tree, Validation};
use crate::{Context, Error};

/// What is accepted.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions {
    /// Nodes that no module knows become opaque nodes instead of errors: for edits, whose
    /// attributes and empty leaves do not fit the schema.
    pub opaque: bool,
    /// Nodes that no module knows are left out silently.
    pub lenient: bool,
    /// State data are refused.
    pub config_only: bool,
    /// Checks all constraints too; without it, only the types of values are checked.
    pub validation: Option<Validation>,
}

impl ParseOptions {
    /// For the content of `edit-config`: attributes are kept, nothing is validated.
    pub const EDIT: Self =
        Self { opaque: true, lenient: false, config_only: false, validation: None };

    fn raw(self) -> (u32, u32) {
        let raw = sys::flags(&[
            (self.opaque, sys::LYD_PARSE_OPAQ),
            (!self.lenient, sys::LYD_PARSE_STRICT),
            (self.config_only, sys::LYD_PARSE_NO_STATE),
        ]);
        match self.validation {
            Some(validation) => (raw, validation.raw()),
            None => (raw | sys::LYD_PARSE_ONLY, 0),
        }
    }
}

/// Whether an operation stands alone or in NETCONF's `rpc` element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An RPC or action.
    Rpc,
    /// A notification.
    Notification,
}

/// An RPC or action that came in NETCONF's `rpc` element.
#[derive(Debug)]
pub struct Rpc {
    /// The `rpc` element (and `action`) as opaque nodes: here are its attributes.
    pub envelope: Tree,
    /// The operation; of an action, the data nodes above it too.
    pub tree: Tree,
    operation: *mut sys::lyd_node,
}

// SAFETY: the pointer is into the tree, which may go to other threads.
unsafe impl Send for Rpc {}

impl Rpc {
    /// The RPC or action node.
    #[must_use]
    pub fn operation(&self) -> Option<Node<'_>> {
        // SAFETY: the operation is in the tree, which is borrowed.
        unsafe { Node::new(self.operation, self.tree.context()) }
    }
}

/// An operation that was not accepted: why, and what could be read of its envelope.
#[derive(Debug)]
pub struct RpcError {
    /// Why.
    pub error: Error,
    /// The opaque nodes of the `rpc` element, as far as they were read.
    pub envelope: Tree,
}

impl std::fmt::Display for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for RpcError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Context {
    /// Reads data.
    ///
    /// # Errors
    /// What is wrong with the text or the data.
    pub fn parse(&self, text: &str, format: Format, options: ParseOptions) -> Result<Tree, Error> {
        let input = Input::new(text)?;
        let (parse, validate) = options.raw();
        let mut first = null_mut();
        // SAFETY: the input lives until the call is over; `first` receives the result.
        let result = yang(self.raw(), || unsafe {
            let (context, parent, format) = (self.raw(), null_mut(), format.raw());
            let first = &raw mut first;
            sys::lyd_parse_data(context, parent, input.raw, format, parse, validate, first)
        });
        // SAFETY: the nodes are ours, and of this context.
        let tree = unsafe { Tree::from_any(first, self.clone()) };
        result.map(|()| tree)
    }

    /// Reads an RPC, an action or a notification that stands alone.
    ///
    /// # Errors
    /// What is wrong with the text or the operation.
    pub fn parse_operation(
        &self,
        text: &str,
        format: Format,
        operation: Operation,
    ) -> Result<Tree, Error> {
        let kind = match operation {
            Operation::Rpc => sys::LYD_TYPE_RPC_YANG,
            Operation::Notification => sys::LYD_TYPE_NOTIF_YANG,
        };
        let (result, first, _) = self.operation(text, format, kind)?;
        // SAFETY: the nodes are ours, and of this context.
        let tree = unsafe { Tree::from_any(first, self.clone()) };
        result.map(|()| tree)
    }

    /// Reads a NETCONF `rpc` element. What is in `config` or `filter` is kept opaque.
    ///
    /// # Errors
    /// What is wrong, with as much of the envelope as could be read. [`crate::YangCode::NOT`] says
    /// that the text is XML, but not an `rpc` element.
    pub fn parse_rpc(&self, text: &str) -> Result<Rpc, Box<RpcError>> {
        let kind = sys::LYD_TYPE_RPC_NETCONF;
        let failed = |error| Box::new(RpcError { error, envelope: Tree::new(self) });
        let (result, envelope, operation) =
            self.operation(text, Format::Xml, kind).map_err(failed)?;
        // SAFETY: both trees are ours, and of this context; they do not share nodes.
        let (envelope, tree) = unsafe {
            (Tree::from_any(envelope, self.clone()), Tree::from_any(operation, self.clone()))
        };
        match result {
            Ok(()) => Ok(Rpc { envelope, tree, operation }),
            Err(error) => Err(Box::new(RpcError { error, envelope })),
        }
    }

    #[allow(clippy::type_complexity)]
    fn operation(
        &self,
        text: &str,
        format: Format,
        kind: sys::lyd_type,
    ) -> Result<(Result<(), Error>, *mut sys::lyd_node, *mut sys::lyd_node), Error> {
        let input = Input::new(text)?;
        let (mut first, mut operation) = (null_mut(), null_mut());
        // SAFETY: the input lives until the call is over; the last two receive the results.
        let result = yang(self.raw(), || unsafe {
            sys::lyd_parse_op(
                self.raw(),
                null_mut(),
                input.raw,
                format.raw(),
                kind,
                sys::LYD_PARSE_STRICT,
                &raw mut first,
                &raw mut operation,
            )
        });
        Ok((result, first, operation))
    }
}
