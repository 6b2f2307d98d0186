//! Access control, RFC 8341, as sysrepo does it.

use std::ptr::null_mut;
use std::sync::Mutex;

use crate::session::Session;
use crate::sys;
use crate::{Code, Error};

/// Access control in this process: as long as it lives, sessions with a user are checked.
///
/// There is one in a process.
pub struct AccessControl {
    raw: *mut sys::sr_subscription_ctx_t,
    // Subscriptions end with their session.
    _session: Session,
}

// SAFETY: nothing is called through it but its end, which is not bound to a thread.
unsafe impl Send for AccessControl {}
// SAFETY: a shared reference allows nothing.
unsafe impl Sync for AccessControl {}

static STARTED: Mutex<bool> = Mutex::new(false);

impl AccessControl {
    /// Starts access control; `ietf-netconf-acm` must be installed, which sysrepo does itself.
    ///
    /// # Errors
    /// When it is started already ([`Code::EXISTS`]), or what sysrepo says.
    pub fn start(session: Session) -> Result<Self, Error> {
        let mut started = STARTED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *started {
            return Err(Error::Sysrepo { code: Code::EXISTS, details: Vec::new() });
        }
        let mut raw = null_mut();
        // SAFETY: the session is live, `raw` receives the subscription.
        session.check(unsafe { sys::sr_nacm_init(session.raw(), 0, &raw mut raw) })?;
        *started = true;
        Ok(Self { raw, _session: session })
    }
}

impl Drop for AccessControl {
    fn drop(&mut self) {
        let mut started = STARTED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // SAFETY: subscribed by `sr_nacm_init`; the subscription must end before the rest.
        unsafe {
            if sys::sr_unsubscribe(self.raw).cast_unsigned() == sys::SR_ERR_OK {
                sys::sr_nacm_destroy();
                *started = false;
            }
        }
    }
}

impl std::fmt::Debug for AccessControl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessControl")
    }
}
