//! Operational data, made when they are asked for.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::{Refusal, Subscription, run};
use crate::Error;
use crate::builder::Builder;
use crate::session::Session;
use crate::sys;
use crate::text::{borrowed, c_text};

/// A request for operational data.
#[derive(Debug)]
pub struct OperationalRequest<'a> {
    /// The module.
    pub module: &'a str,
    /// The path that was subscribed to.
    pub path: &'a str,
    /// What the client asked for, verbatim. More than that may be answered, since sysrepo filters
    /// again; less would be wrong. So use only what is fully understood.
    pub xpath: Option<&'a str>,
    /// The number of the request.
    pub operation: u32,
    session: &'a Session,
}

impl<'a> OperationalRequest<'a> {
    /// The session that sysrepo lends: it tells who asks.
    #[must_use]
    pub fn session(&self) -> &'a Session {
        self.session
    }
}

type OnRequest =
    dyn Fn(&OperationalRequest<'_>, &mut Builder<'_>) -> Result<(), Refusal> + Send + Sync;

impl Subscription {
    /// Calls `handler` for the data at `path`: it adds them to the parent that the builder stands
    /// in, or at the top. With `merge`, to what others provide at the same path.
    ///
    /// # Errors
    /// When there is no such path.
    pub fn on_request(
        &mut self,
        module: &str,
        path: &str,
        merge: bool,
        handler: impl Fn(&OperationalRequest<'_>, &mut Builder<'_>) -> Result<(), Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<(), Error> {
        let (module, path) = (c_text(module)?, c_text(path)?);
        let options = if merge { sys::SR_SUBSCR_OPER_MERGE } else { 0 };
        let handler: Box<OnRequest> = Box::new(handler);
        // SAFETY: all pointers are live for the call, and the handler until it is unsubscribed.
        self.subscribe(handler, |session, private, subscription| unsafe {
            sys::sr_oper_get_subscribe(
                session,
                module.as_ptr(),
                path.as_ptr(),
                Some(on_request),
                private,
                options,
                subscription,
            )
        })
    }
}

unsafe extern "C" fn on_request(
    session: *mut sys::sr_session_ctx_t,
    _sub_id: u32,
    module: *const c_char,
    path: *const c_char,
    request: *const c_char,
    operation: u32,
    parent: *mut *mut sys::lyd_node,
    private: *mut c_void,
) -> c_int {
    // SAFETY: sysrepo passes the session, texts and the parent, which live for the call, and the
    // pointer that `on_request` of `Subscription` gave. Without a parent, new top-level nodes are
    // left in `parent`; with one, the parent stays there.
    unsafe {
        run::<OnRequest>(session, private, |handler, session, context| {
            let request = OperationalRequest {
                module: borrowed(module).unwrap_or(""),
                path: borrowed(path).unwrap_or(""),
                xpath: borrowed(request),
                operation,
                session,
            };
            let first = if (*parent).is_null() { parent } else { null_mut() };
            handler(&request, &mut Builder::of_parent(*parent, first, context, false))
        })
    }
}
