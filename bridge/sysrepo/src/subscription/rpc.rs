//! RPCs and actions.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::{Event, Refusal, Subscription, run};
use crate::Error;
use crate::builder::Builder;
use crate::node::Node;
use crate::session::Session;
use crate::sys;
use crate::text::{borrowed, c_text};

/// A call of an RPC or action.
#[derive(Debug)]
pub struct RpcRequest<'a> {
    /// The path of the operation.
    pub path: &'a str,
    /// [`Event::Rpc`]; or [`Event::Abort`] if a later handler failed and this one is to undo.
    pub event: Event,
    /// The number of the call.
    pub operation: u32,
    /// The RPC or action node with its input; of an action, the list instances above it too.
    pub input: Node<'a>,
    session: &'a Session,
}

impl<'a> RpcRequest<'a> {
    /// The session that sysrepo lends: it tells who calls.
    #[must_use]
    pub fn session(&self) -> &'a Session {
        self.session
    }
}

type OnCall = dyn Fn(&RpcRequest<'_>, &mut Builder<'_>) -> Result<(), Refusal> + Send + Sync;

impl Subscription {
    /// Calls `handler` for an RPC or action; it adds the output.
    ///
    /// # Errors
    /// When there is no such operation.
    pub fn on_call(
        &mut self,
        path: &str,
        priority: u32,
        handler: impl Fn(&RpcRequest<'_>, &mut Builder<'_>) -> Result<(), Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<(), Error> {
        let path = c_text(path)?;
        let handler: Box<OnCall> = Box::new(handler);
        // SAFETY: all pointers are live for the call, and the handler until it is unsubscribed.
        self.subscribe(handler, |session, private, subscription| unsafe {
            let path = path.as_ptr();
            sys::sr_rpc_subscribe_tree(
                session,
                path,
                Some(on_call),
                private,
                priority,
                0,
                subscription,
            )
        })
    }
}

unsafe extern "C" fn on_call(
    session: *mut sys::sr_session_ctx_t,
    _sub_id: u32,
    path: *const c_char,
    input: *const sys::lyd_node,
    event: sys::sr_event_t,
    operation: u32,
    output: *mut sys::lyd_node,
    private: *mut c_void,
) -> c_int {
    // SAFETY: sysrepo passes the session, text and nodes that live for the call, and the pointer
    // that `on_call` of `Subscription` gave.
    unsafe {
        run::<OnCall>(session, private, |handler, session, context| {
            let Some(input) = Node::new(input, context) else { return Ok(()) };
            let path = borrowed(path).unwrap_or("");
            let event = Event::of(event);
            let request = RpcRequest { path, event, operation, input, session };
            handler(&request, &mut Builder::of_parent(output, null_mut(), context, true))
        })
    }
}
