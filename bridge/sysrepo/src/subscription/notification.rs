//! Notifications.

use std::ffi::c_void;
use std::ptr::null;
use std::time::{Duration, SystemTime};

use super::{Subscription, run};
use crate::Error;
use crate::node::Node;
use crate::session::Session;
use crate::sys::{self, timespec};
use crate::text::{c_text, c_text_option, pointer};

/// What comes to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotificationKind {
    /// A notification as it happens.
    Realtime,
    /// A stored one.
    Replay,
    /// All stored ones have come.
    ReplayComplete,
    /// The subscription is over.
    Terminated,
    /// The subscription was changed.
    Modified,
    /// The subscription is suspended.
    Suspended,
    /// The subscription goes on.
    Resumed,
    /// The stop time is reached: the subscription is over.
    Stopped,
}

/// A notification, or news of the subscription itself.
#[derive(Debug)]
pub struct Notification<'a> {
    /// What comes.
    pub kind: NotificationKind,
    /// The notification node; for news of the subscription, `None`.
    pub node: Option<Node<'a>>,
    /// When it was sent.
    pub time: SystemTime,
    session: &'a Session,
}

impl<'a> Notification<'a> {
    /// The session that sysrepo lends.
    #[must_use]
    pub fn session(&self) -> &'a Session {
        self.session
    }
}

type OnNotification = dyn Fn(&Notification<'_>) + Send + Sync;

impl Subscription {
    /// Calls `handler` on the notifications of a module that an XPath expression selects. With a
    /// start time stored ones come first; with a stop time the subscription ends then.
    ///
    /// # Errors
    /// When there is no such module or it has no notifications.
    pub fn on_notification(
        &mut self,
        module: &str,
        xpath: Option<&str>,
        start: Option<SystemTime>,
        stop: Option<SystemTime>,
        handler: impl Fn(&Notification<'_>) + Send + Sync + 'static,
    ) -> Result<(), Error> {
        let (module, xpath) = (c_text(module)?, c_text_option(xpath)?);
        let (start, stop) = (start.map(to_timespec), stop.map(to_timespec));
        let time = |time: &Option<timespec>| time.as_ref().map_or(null(), std::ptr::from_ref);
        let handler: Box<OnNotification> = Box::new(handler);
        // SAFETY: all pointers are live for the call, and the handler until it is unsubscribed.
        self.subscribe(handler, |session, private, subscription| unsafe {
            sys::sr_notif_subscribe_tree(
                session,
                module.as_ptr(),
                pointer(&xpath),
                time(&start),
                time(&stop),
                Some(on_notification),
                private,
                0,
                subscription,
            )
        })
    }
}

fn to_timespec(time: SystemTime) -> timespec {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    timespec {
        tv_sec: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(since.subsec_nanos()),
    }
}

fn of_timespec(time: timespec) -> SystemTime {
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    let nanoseconds = Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0));
    SystemTime::UNIX_EPOCH + seconds + nanoseconds
}

unsafe extern "C" fn on_notification(
    session: *mut sys::sr_session_ctx_t,
    _sub_id: u32,
    kind: sys::sr_ev_notif_type_t,
    notification: *const sys::lyd_node,
    time: *mut timespec,
    private: *mut c_void,
) {
    let kind = match kind {
        sys::SR_EV_NOTIF_REALTIME => NotificationKind::Realtime,
        sys::SR_EV_NOTIF_REPLAY => NotificationKind::Replay,
        sys::SR_EV_NOTIF_REPLAY_COMPLETE => NotificationKind::ReplayComplete,
        sys::SR_EV_NOTIF_MODIFIED => NotificationKind::Modified,
        sys::SR_EV_NOTIF_SUSPENDED => NotificationKind::Suspended,
        sys::SR_EV_NOTIF_RESUMED => NotificationKind::Resumed,
        sys::SR_EV_NOTIF_STOP_TIME => NotificationKind::Stopped,
        _ => NotificationKind::Terminated,
    };
    // SAFETY: sysrepo passes the session, the notification or null, and the time, which live for
    // the call, and the pointer that `on_notification` of `Subscription` gave.
    unsafe {
        let time = if time.is_null() { timespec::default() } else { *time };
        run::<OnNotification>(session, private, |handler, session, context| {
            let node = Node::new(notification, context);
            handler(&Notification { kind, node, time: of_timespec(time), session });
            Ok(())
        });
    }
}
