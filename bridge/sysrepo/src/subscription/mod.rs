//! Subscriptions: Rust closures that sysrepo calls.
//!
//! A [`Subscription`] has one thread of sysrepo's, which calls its handlers one after the other. So
//! use one for each class of handlers: a change handler that reads operational data which the same
//! subscription serves would wait for itself. A panic in a handler is caught and reaches the caller
//! as an internal error.

mod change;
mod notification;
mod operational;
mod rpc;

use std::any::Any;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::Arc;

pub use change::{Change, ChangeEvent, ChangeOptions, Changes, Event, Operation, Place};
pub use notification::{Notification, NotificationKind};
pub use operational::OperationalRequest;
pub use rpc::RpcRequest;

use crate::connection::Shared;
use crate::session::Session;
use crate::sys;
use crate::text::{c_text, c_text_option, pointer};
use crate::{Code, Context, Error, NetconfError};

/// Why a handler says no: the code that the caller gets, and what a NETCONF client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The errors, at least one if the caller is to know why.
    pub errors: Vec<NetconfError>,
}

impl Refusal {
    /// A refusal with one error of type `application`.
    pub fn new(tag: impl Into<String>, message: impl Into<String>) -> Self {
        let errors = vec![NetconfError::application(tag, message)];
        Self { code: Code::OPERATION_FAILED, errors }
    }

    /// Names the node that is at fault, by its instance path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.path = Some(path.into());
        }
        self
    }

    /// With another code than "operation failed".
    #[must_use]
    pub fn with_code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }
}

impl From<Error> for Refusal {
    /// Passes on what failed inside of a handler.
    fn from(error: Error) -> Self {
        let code = error.code().unwrap_or(Code::INTERNAL);
        let mut errors = error.netconf().cloned().collect::<Vec<_>>();
        if errors.is_empty() {
            errors.push(NetconfError::application("operation-failed", error.to_string()));
        }
        Self { code, errors }
    }
}

/// Handlers that share a thread; when it is dropped they are not called any more.
///
/// Must not be dropped in one of its own handlers.
pub struct Subscription {
    raw: *mut sys::sr_subscription_ctx_t,
    session: Session,
    // What sysrepo holds pointers to; freed when sysrepo does not call any more. Not boxes: moving
    // a box would end the life of pointers into it.
    handlers: Vec<Rc<dyn Any>>,
}

// SAFETY: sysrepo does not bind a subscription to a thread; the handlers are `Send` and `Sync`, and
// there is one counted reference of each.
unsafe impl Send for Subscription {}

/// What sysrepo gets a pointer to.
struct Handler<F: ?Sized> {
    connection: Arc<Shared>,
    call: Box<F>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.close().is_err() {
            // sysrepo may still call: better lose memory than free what it uses.
            std::mem::forget(std::mem::take(&mut self.handlers));
        }
    }
}

impl Subscription {
    /// An empty subscription; handlers of changes are for the datastore of the session.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { raw: null_mut(), session, handlers: Vec::new() }
    }

    /// Its session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Unsubscribes; waits for handlers that are running.
    ///
    /// # Errors
    /// When sysrepo cannot unsubscribe, which leaves the handlers subscribed.
    pub fn close(&mut self) -> Result<(), Error> {
        const TRIES: usize = 3;
        if self.raw.is_null() {
            return Ok(());
        }
        let mut result = Ok(());
        for _ in 0..TRIES {
            // SAFETY: subscribed, and not unsubscribed before.
            result = crate::log::collect(|| unsafe { sys::sr_unsubscribe(self.raw) });
            match result {
                Ok(()) => {
                    self.raw = null_mut();
                    self.handlers.clear();
                    break;
                }
                // A lock was not to be had in time; nothing was unsubscribed.
                Err(Error::Sysrepo { code: Code::TIMED_OUT, .. }) => {}
                Err(_) => break,
            }
        }
        result
    }

    /// Keeps a handler and subscribes it.
    fn subscribe<F: ?Sized + 'static>(
        &mut self,
        call: Box<F>,
        subscribe: impl FnOnce(
            *mut sys::sr_session_ctx_t,
            *mut c_void,
            *mut *mut sys::sr_subscription_ctx_t,
        ) -> c_int,
    ) -> Result<(), Error> {
        let connection = Arc::clone(self.session.shared());
        let handler = Rc::new(Handler { connection, call });
        let private = Rc::as_ptr(&handler).cast_mut().cast();
        // The handler may be called before this call is over, so it is kept first.
        self.handlers.push(handler);
        let code = subscribe(self.session.raw(), private, &raw mut self.raw);
        let result = self.session.check(code);
        if result.is_err() {
            self.handlers.pop();
        }
        result
    }
}

/// Runs a handler in sysrepo's thread: what it lends is wrapped, panics and refusals become codes.
///
/// # Safety
/// `session` is live for the call, and `private` is what [`Subscription::subscribe`] made for `F`.
unsafe fn run<F: ?Sized + 'static>(
    session: *mut sys::sr_session_ctx_t,
    private: *mut c_void,
    body: impl FnOnce(&F, &Session, &Context) -> Result<(), Refusal>,
) -> c_int {
    // SAFETY: the handler lives until sysrepo has unsubscribed it.
    let handler = unsafe { &*private.cast::<Handler<F>>() };
    // SAFETY: as the caller says.
    let session = unsafe { Session::lent(session, &handler.connection) };
    let result = catch_unwind(AssertUnwindSafe(|| {
        let context = session.context()?;
        body(&handler.call, &session, &context)
    }));
    match result {
        Ok(Ok(())) => sys::SR_ERR_OK.cast_signed(),
        Ok(Err(refusal)) => refuse(&session, &refusal),
        Err(_) => sys::SR_ERR_INTERNAL.cast_signed(),
    }
}

/// Tells sysrepo why, and answers the code.
fn refuse(session: &Session, refusal: &Refusal) -> c_int {
    for error in &refusal.errors {
        // Without the message the code must do: a text with a zero byte cannot be passed on.
        let _ = set_error(session, error);
    }
    // A refusal must not look like consent.
    let code = if refusal.code == Code::OK { Code::OPERATION_FAILED } else { refusal.code };
    code.0.cast_signed()
}

fn set_error(session: &Session, error: &NetconfError) -> Result<(), Error> {
    let (kind, tag) = (c_text(&error.kind)?, c_text(&error.tag)?);
    let app_tag = c_text_option(error.app_tag.as_deref())?;
    let path = c_text_option(error.path.as_deref())?;
    let message = c_text(&error.message)?;
    let texts = |pick: fn(&(String, String)) -> &str| {
        error.info.iter().map(|pair| c_text(pick(pair))).collect::<Result<Vec<_>, _>>()
    };
    let (names, values) = (texts(|pair| &pair.0)?, texts(|pair| &pair.1)?);
    let mut names = names.iter().map(|name| name.as_ptr()).collect::<Vec<_>>();
    let mut values = values.iter().map(|value| value.as_ptr()).collect::<Vec<_>>();
    let count = u32::try_from(names.len()).unwrap_or(0);
    // SAFETY: the session is live; all texts live until the call is over and are copied.
    session.check(unsafe {
        sys::sr_session_set_netconf_error2(
            session.raw(),
            kind.as_ptr(),
            tag.as_ptr(),
            pointer(&app_tag),
            pointer(&path),
            message.as_ptr(),
            count,
            names.as_mut_ptr(),
            values.as_mut_ptr(),
        )
    })
}
