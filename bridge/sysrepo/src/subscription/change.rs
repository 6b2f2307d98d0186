//! Changes of configuration: prepare, commit, abort.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{null, null_mut};

use super::{Refusal, Subscription, run};
use crate::error::session_error;
use crate::node::Node;
use crate::session::Session;
use crate::sys;
use crate::text::{borrowed, c_text, c_text_option, pointer};
use crate::{Context, Error};

/// Which changes are wanted, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeOptions<'a> {
    /// The module.
    pub module: &'a str,
    /// Only changes below these nodes.
    pub xpath: Option<&'a str>,
    /// Handlers with higher numbers come first.
    pub priority: u32,
    /// The current configuration comes first, as [`Event::Enabled`], in the thread that subscribes.
    pub enabled: bool,
    /// Only [`Event::Done`] is wanted.
    pub done_only: bool,
    /// Subscribing does not make the configuration appear in the operational datastore.
    pub passive: bool,
    /// The handler may change the edit, in [`Event::Update`].
    pub update: bool,
    /// Reads in the handler show the new data of other modules too.
    pub all_modules: bool,
}

impl ChangeOptions<'_> {
    fn raw(self) -> u32 {
        sys::flags(&[
            (self.enabled, sys::SR_SUBSCR_ENABLED),
            (self.done_only, sys::SR_SUBSCR_DONE_ONLY),
            (self.passive, sys::SR_SUBSCR_PASSIVE),
            (self.update, sys::SR_SUBSCR_UPDATE),
            (self.all_modules, sys::SR_SUBSCR_CHANGE_ALL_MODULES),
        ])
    }
}

/// What happens to a change, or to an RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The handler may add to the edit.
    Update,
    /// The handler says whether it can do it, and prepares.
    Change,
    /// It is done; a refusal has no effect any more.
    Done,
    /// Somebody else refused what this handler had accepted, or the handler took too long.
    Abort,
    /// The current configuration, at the time of subscribing.
    Enabled,
    /// An RPC is executed.
    Rpc,
}

impl Event {
    pub(super) fn of(raw: sys::sr_event_t) -> Self {
        match raw {
            sys::SR_EV_UPDATE => Self::Update,
            sys::SR_EV_CHANGE => Self::Change,
            sys::SR_EV_DONE => Self::Done,
            sys::SR_EV_ENABLED => Self::Enabled,
            sys::SR_EV_RPC => Self::Rpc,
            _ => Self::Abort,
        }
    }
}

/// An event on a change.
#[derive(Debug)]
pub struct ChangeEvent<'a> {
    /// What happens.
    pub event: Event,
    /// The number of the edit: all its events have the same.
    pub operation: u32,
    /// The module that changes.
    pub module: &'a str,
    session: &'a Session,
    context: &'a Context,
}

impl<'a> ChangeEvent<'a> {
    /// The session that sysrepo lends: it shows the new data, and who made the change. Until
    /// [`Event::Done`] any other session shows the data before.
    #[must_use]
    pub fn session(&self) -> &'a Session {
        self.session
    }

    /// The context of all installed modules.
    #[must_use]
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// The changes of the nodes that an XPath expression selects.
    ///
    /// # Errors
    /// When the expression is not right.
    pub fn changes_of(&self, xpath: &str) -> Result<Changes<'a>, Error> {
        let xpath = c_text(xpath)?;
        let mut raw = null_mut();
        let session = self.session;
        // SAFETY: the session is live; `raw` receives the iterator.
        session.check(unsafe {
            sys::sr_get_changes_iter(session.raw(), xpath.as_ptr(), &raw mut raw)
        })?;
        Ok(Changes { raw, session, context: self.context })
    }

    /// All changes of the module. A list instance that is made or deleted comes first, then every
    /// node in it; deleted nodes can still be read.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn changes(&self) -> Result<Changes<'a>, Error> {
        self.changes_of(&format!("/{}:*//.", self.module))
    }
}

/// What was done to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new. In a list or leaf-list that the user orders, behind which one it is.
    Created(Option<Place>),
    /// Its value is another.
    Modified {
        /// The value before.
        before: String,
        /// Whether the value before was there by default only.
        was_default: bool,
    },
    /// It is gone.
    Deleted,
    /// It is in another place.
    Moved(Option<Place>),
}

/// A place in a list or leaf-list that the user orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In front of all others.
    First,
    /// Behind the one with these key predicates (`[id='1']`) or this value.
    After(String),
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// What was done.
    pub operation: Operation,
    /// The node, with all that is above it. What is below it need not be complete.
    pub node: Node<'a>,
}

/// The changes of an event.
pub struct Changes<'a> {
    raw: *mut sys::sr_change_iter_t,
    session: &'a Session,
    context: &'a Context,
}

impl Drop for Changes<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `sr_get_changes_iter`, freed once. The nodes belong to the event.
        unsafe { sys::sr_free_change_iter(self.raw) };
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = Result<Change<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut operation, mut node, mut was_default) = (0, null(), 0);
        let (mut value, mut list) = (null(), null());
        // SAFETY: session and iterator are live; the rest receives the results, which live as long
        // as the event.
        unsafe {
            let code = sys::sr_get_change_tree_next(
                self.session.raw(),
                self.raw,
                &raw mut operation,
                &raw mut node,
                &raw mut value,
                &raw mut list,
                &raw mut was_default,
            );
            match code.cast_unsigned() {
                sys::SR_ERR_OK => {}
                sys::SR_ERR_NOT_FOUND => return None,
                code => return Some(Err(session_error(self.session.raw(), code))),
            }
            let place = || {
                let anchor = borrowed(list).or_else(|| borrowed(value))?;
                Some(if anchor.is_empty() { Place::First } else { Place::After(anchor.into()) })
            };
            let operation = match operation {
                sys::SR_OP_CREATED => Operation::Created(place()),
                sys::SR_OP_MODIFIED => Operation::Modified {
                    before: borrowed(value).unwrap_or("").to_owned(),
                    was_default: was_default != 0,
                },
                sys::SR_OP_DELETED => Operation::Deleted,
                _ => Operation::Moved(place()),
            };
            Some(Ok(Change { operation, node: Node::new(node, self.context)? }))
        }
    }
}

type OnChange = dyn Fn(&ChangeEvent<'_>) -> Result<(), Refusal> + Send + Sync;

impl Subscription {
    /// Calls `handler` on changes of a module.
    ///
    /// # Errors
    /// When there is no such module, or the handler refuses [`Event::Enabled`].
    pub fn on_change(
        &mut self,
        options: ChangeOptions<'_>,
        handler: impl Fn(&ChangeEvent<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Result<(), Error> {
        let (module, xpath) = (c_text(options.module)?, c_text_option(options.xpath)?);
        let handler: Box<OnChange> = Box::new(handler);
        // SAFETY: all pointers are live for the call, and the handler until it is unsubscribed.
        self.subscribe(handler, |session, private, subscription| unsafe {
            sys::sr_module_change_subscribe(
                session,
                module.as_ptr(),
                pointer(&xpath),
                Some(on_change),
                private,
                options.priority,
                options.raw(),
                subscription,
            )
        })
    }
}

unsafe extern "C" fn on_change(
    session: *mut sys::sr_session_ctx_t,
    _sub_id: u32,
    module: *const c_char,
    _xpath: *const c_char,
    event: sys::sr_event_t,
    operation: u32,
    private: *mut c_void,
) -> c_int {
    // SAFETY: sysrepo passes the session and texts that live for the call, and the pointer that
    // `on_change` of `Subscription` gave.
    unsafe {
        run::<OnChange>(session, private, |handler, session, context| {
            let module = borrowed(module).unwrap_or("");
            let event = Event::of(event);
            handler(&ChangeEvent { event, operation, module, session, context })
        })
    }
}
