//! Sessions: who acts on which datastore; reading, calling, notifying. Writing is in `edit`.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use crate::connection::{Connection, Shared};
use crate::error::session_error;
use crate::node::Node;
use crate::sys;
use crate::text::{borrowed, c_text, c_text_option, pointer, taken};
use crate::tree::Tree;
use crate::{Code, Context, Error};

/// The datastores of RFC 8342.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datastore {
    /// What the system starts with.
    Startup,
    /// What the system is told to do.
    Running,
    /// What is being prepared.
    Candidate,
    /// What the system does.
    Operational,
    /// What the system came with.
    FactoryDefault,
}

impl Datastore {
    pub(crate) fn raw(self) -> sys::sr_datastore_t {
        match self {
            Self::Startup => sys::SR_DS_STARTUP,
            Self::Running => sys::SR_DS_RUNNING,
            Self::Candidate => sys::SR_DS_CANDIDATE,
            Self::Operational => sys::SR_DS_OPERATIONAL,
            Self::FactoryDefault => sys::SR_DS_FACTORY_DEFAULT,
        }
    }

    fn of(raw: sys::sr_datastore_t) -> Self {
        match raw {
            sys::SR_DS_STARTUP => Self::Startup,
            sys::SR_DS_CANDIDATE => Self::Candidate,
            sys::SR_DS_OPERATIONAL => Self::Operational,
            sys::SR_DS_FACTORY_DEFAULT => Self::FactoryDefault,
            _ => Self::Running,
        }
    }
}

/// How a read is done. What to leave out or to add is for the operational datastore only.
#[derive(Clone, Copy, Debug, Default)]
pub struct GetOptions {
    /// Levels below the selected nodes; 0 means all.
    pub depth: u32,
    /// No state data.
    pub config_only: bool,
    /// No configuration data.
    pub state_only: bool,
    /// With the origin of every node as annotation.
    pub origin: bool,
    /// How long subscribers may take; zero means sysrepo's default.
    pub timeout: Duration,
}

impl GetOptions {
    fn raw(self) -> u32 {
        sys::flags(&[
            (self.config_only, sys::SR_OPER_NO_STATE),
            (self.state_only, sys::SR_OPER_NO_CONFIG),
            (self.origin, sys::SR_OPER_WITH_ORIGIN),
        ])
    }
}

/// A session on a datastore: for one thread at a time.
///
/// Calls that wait take a timeout, which is how long subscribers may take; zero means sysrepo's
/// default of some seconds, which is too short for a server that reconfigures itself.
pub struct Session {
    raw: *mut sys::sr_session_ctx_t,
    connection: Arc<Shared>,
    /// Whether it is ours to stop, not one that sysrepo lends to a callback.
    owned: bool,
}

// SAFETY: sysrepo does not bind a session to a thread, only two threads must not use it at once;
// it is not `Sync`.
unsafe impl Send for Session {}

impl Drop for Session {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: started by `sr_session_start`, stopped once.
            unsafe { sys::sr_session_stop(self.raw) };
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({} on {:?})", self.id(), self.datastore())
    }
}

/// Milliseconds for sysrepo; what is not zero stays so.
pub(crate) fn milliseconds(timeout: Duration) -> u32 {
    if timeout.is_zero() {
        return 0;
    }
    u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1)
}

impl Session {
    pub(crate) fn start(connection: &Arc<Shared>, datastore: Datastore) -> Result<Self, Error> {
        let mut raw = null_mut();
        // SAFETY: the connection is live, `raw` receives the session.
        crate::log::collect(|| unsafe {
            sys::sr_session_start(connection.raw(), datastore.raw(), &raw mut raw)
        })?;
        Ok(Self { raw, connection: Arc::clone(connection), owned: true })
    }

    /// A session that sysrepo lends to a callback.
    ///
    /// # Safety
    /// `raw` is live as long as the value, and of `connection`.
    pub(crate) unsafe fn lent(raw: *mut sys::sr_session_ctx_t, connection: &Arc<Shared>) -> Self {
        Self { raw, connection: Arc::clone(connection), owned: false }
    }

    pub(crate) fn raw(&self) -> *mut sys::sr_session_ctx_t {
        self.raw
    }

    /// Its connection.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection::of(&self.connection)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.connection
    }

    /// The context of all installed modules; see [`Context`] on how long to keep it.
    ///
    /// # Errors
    /// When the context lock cannot be had.
    pub fn context(&self) -> Result<Context, Error> {
        Context::acquire(&self.connection)
    }

    /// Trees that are given to sysrepo must be of its context.
    pub(crate) fn check_context(&self, context: &Context) -> Result<(), Error> {
        self.context()?.check_same(context)
    }

    pub(crate) fn check(&self, code: i32) -> Result<(), Error> {
        match code.cast_unsigned() {
            sys::SR_ERR_OK => Ok(()),
            code => Err(session_error(self.raw, code)),
        }
    }

    /// Its number in the repository.
    #[must_use]
    pub fn id(&self) -> u32 {
        // SAFETY: the session is live.
        unsafe { sys::sr_session_get_id(self.raw) }
    }

    /// The datastore that it works on.
    #[must_use]
    pub fn datastore(&self) -> Datastore {
        // SAFETY: the session is live.
        Datastore::of(unsafe { sys::sr_session_get_ds(self.raw) })
    }

    /// Goes to another datastore; the edit of each is kept.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn switch(&self, datastore: Datastore) -> Result<(), Error> {
        // SAFETY: the session is live.
        self.check(unsafe { sys::sr_session_switch_ds(self.raw, datastore.raw()) })
    }

    /// Acts for this user, so that access control applies ([`crate::AccessControl`] must live);
    /// `None` acts for the system.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn set_user(&self, user: Option<&str>) -> Result<(), Error> {
        let user = c_text_option(user)?;
        // SAFETY: the session is live and so is the name.
        self.check(unsafe { sys::sr_nacm_set_user(self.raw, pointer(&user)) })
    }

    /// The user that it acts for.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        // SAFETY: the session is live, and the name as long as nobody sets another.
        unsafe { borrowed(sys::sr_nacm_get_user(self.raw)) }.map(str::to_owned)
    }

    /// Whether the user may execute this RPC or action: for operations that a server executes
    /// itself; [`Self::call`] checks by itself.
    ///
    /// # Errors
    /// The NETCONF error to answer with.
    pub fn check_operation(&self, operation: Node<'_>) -> Result<(), Error> {
        self.check_context(operation.context())?;
        // SAFETY: session and node are live.
        self.check(unsafe { sys::sr_nacm_check_operation(self.raw, operation.raw()) })
    }

    /// Tells subscribers who makes the changes: a program's name, and pieces of data that it
    /// defines.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn set_originator(&self, name: &str, data: &[&[u8]]) -> Result<(), Error> {
        let name = c_text(name)?;
        // SAFETY: the session is live; name and data are copied.
        unsafe {
            sys::sr_session_del_orig_data(self.raw);
            self.check(sys::sr_session_set_orig_name(self.raw, name.as_ptr()))?;
            for piece in data {
                let size = u32::try_from(piece.len()).unwrap_or(u32::MAX);
                let piece = piece.as_ptr().cast();
                self.check(sys::sr_session_push_orig_data(self.raw, size, piece))?;
            }
        }
        Ok(())
    }

    /// In a callback: the name that the originator gave itself.
    #[must_use]
    pub fn originator(&self) -> Option<String> {
        // SAFETY: the session is live, and the name as long as nobody sets another.
        let name = unsafe { borrowed(sys::sr_session_get_orig_name(self.raw)) }?;
        Some(name).filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// In a callback: a piece of data of the originator.
    #[must_use]
    pub fn originator_data(&self, index: u32) -> Option<Vec<u8>> {
        let (mut size, mut data) = (0, null());
        // SAFETY: the session is live, and the piece as long as nobody sets another.
        unsafe {
            let code = sys::sr_session_get_orig_data(self.raw, index, &raw mut size, &raw mut data);
            if code.cast_unsigned() != sys::SR_ERR_OK || data.is_null() {
                return None;
            }
            Some(std::slice::from_raw_parts(data.cast::<u8>(), size as usize).to_vec())
        }
    }

    /// In a callback: the id of the originator's session.
    #[must_use]
    pub fn originator_session(&self) -> u32 {
        // SAFETY: the session is live.
        unsafe { sys::sr_session_get_orig_sid(self.raw) }
    }

    /// Reads the nodes that an XPath expression selects, with what is above and below them. The
    /// whole datastore is `/*`. Nodes that the user may not read are left out.
    ///
    /// # Errors
    /// When the expression is not right or a subscriber fails.
    pub fn get(&self, xpath: &str, options: GetOptions) -> Result<Tree, Error> {
        let xpath = c_text(xpath)?;
        let timeout = milliseconds(options.timeout);
        self.data(|data| {
            // SAFETY: the session is live; `data` receives the result.
            unsafe {
                let (depth, flags) = (options.depth, options.raw());
                sys::sr_get_data(self.raw, xpath.as_ptr(), depth, timeout, flags, data)
            }
        })
    }

    /// Reads the value of one leaf; `None` if it is not there.
    ///
    /// # Errors
    /// When the path is not right or selects several.
    pub fn item(&self, path: &str) -> Result<Option<String>, Error> {
        let path = c_text(path)?;
        // SAFETY: the session is live; `node` receives the result.
        let tree = self.data(|node| unsafe { sys::sr_get_node(self.raw, path.as_ptr(), 0, node) });
        match tree {
            Ok(tree) => Ok(tree.first().and_then(Node::value).map(str::to_owned)),
            Err(Error::Sysrepo { code: Code::NOT_FOUND, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Calls a function that answers data, and takes them over.
    fn data(&self, call: impl FnOnce(*mut *mut sys::sr_data_t) -> i32) -> Result<Tree, Error> {
        let context = self.context()?;
        let mut data = null_mut();
        self.check(call(&raw mut data))?;
        // SAFETY: the data are ours. The nodes stay valid when the data's own hold on the context
        // is released, because `context` holds it too.
        unsafe {
            let first = sys::ruru_data_take(data);
            sys::sr_release_data(data);
            Ok(Tree::from_any(first, context))
        }
    }

    /// The XPath expression of a subtree filter; the tree holds what is in `filter`.
    ///
    /// # Errors
    /// When the filter does not fit any module.
    pub fn filter_to_xpath(&self, filter: Node<'_>) -> Result<String, Error> {
        self.check_context(filter.context())?;
        let mut text = null_mut();
        // SAFETY: session and node are live; `text` receives the result.
        unsafe {
            let code = sys::sr_filter_subtree2xpath(self.raw, filter.raw(), 0, &raw mut text);
            self.check(code)?;
            Ok(taken(text).unwrap_or_default())
        }
    }

    /// Executes an RPC or action and answers the operation with its output.
    ///
    /// # Errors
    /// When the input is not valid, not allowed, or the subscriber fails.
    pub fn call(&self, input: &Tree, timeout: Duration) -> Result<Tree, Error> {
        let context = self.context()?;
        context.check_same(input.context())?;
        let input = input.duplicate()?;
        let mut output = null_mut();
        // SAFETY: the session is live; default nodes are added to a copy of the input.
        unsafe {
            let (raw, timeout) = (input.raw(), milliseconds(timeout));
            self.check(sys::sr_rpc_send_tree(self.raw, raw, timeout, &raw mut output))?;
            let first = sys::ruru_data_take(output);
            sys::sr_release_data(output);
            Ok(Tree::from_any(first, context))
        }
    }

    /// Sends a notification; with a timeout, waits for the subscribers.
    ///
    /// # Errors
    /// When the notification is not valid.
    pub fn notify(&self, notification: &Tree, wait: Option<Duration>) -> Result<(), Error> {
        self.check_context(notification.context())?;
        let copy = notification.duplicate()?;
        let timeout = milliseconds(wait.unwrap_or_default());
        // SAFETY: the session is live; default nodes are added to the copy.
        self.check(unsafe {
            sys::sr_notif_send_tree(self.raw, copy.raw(), timeout, wait.is_some().into())
        })
    }
}
