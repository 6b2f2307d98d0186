//! Event notifications, RFC 5277: what modules notify of, passed on to sessions that asked for it.
//!
//! The stream `NETCONF` holds the notifications of all modules; each module with notifications
//! also is a stream of its own name.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use ruru_netconf_protocol::{
    CreateSubscription, ErrorTag, ErrorType, Filter, Info, RpcError, namespace, notification,
    subtree_to_xpath,
};
use ruru_sysrepo::{
    Connection, Context, Datastore, Error, Format, Kind, Node, Notification, NotificationKind,
    PrintOptions, Session, Subscription,
};
use tokio::sync::{Notify, mpsc};

use super::errors::Failure;
use super::filter;

/// Notifications that may wait for a client to read them.
const WAITING: usize = 1024;
/// The stream of all modules.
const ALL: &str = "NETCONF";

/// Where a session's notifications go.
#[derive(Clone)]
pub(super) struct Outlet {
    messages: mpsc::Sender<String>,
    overflow: Arc<Notify>,
}

/// Where a session takes its notifications from.
pub(super) struct Inlet {
    messages: mpsc::Receiver<String>,
    overflow: Arc<Notify>,
}

/// A client does not read fast enough, so notifications were lost.
pub(super) struct Overflow;

/// The two ends of a session's notifications.
pub(super) fn channel() -> (Outlet, Inlet) {
    let (sender, messages) = mpsc::channel(WAITING);
    let overflow = Arc::new(Notify::new());
    (Outlet { messages: sender, overflow: Arc::clone(&overflow) }, Inlet { messages, overflow })
}

impl Inlet {
    /// The next message; waits for ever if there will be none.
    pub(super) async fn next(&mut self) -> Result<String, Overflow> {
        tokio::select! {
            Some(message) = self.messages.recv() => Ok(message),
            () = self.overflow.notified() => Err(Overflow),
            else => std::future::pending().await,
        }
    }
}

impl Outlet {
    fn send(&self, time: SystemTime, content: &str) {
        let time = humantime::format_rfc3339_millis(time).to_string();
        // Waiting would hold up whoever notifies. A session that is over needs no message.
        if let Err(mpsc::error::TrySendError::Full(_)) =
            self.messages.try_send(notification(&time, content))
        {
            self.overflow.notify_one();
        }
    }
}

/// A subscription of a session.
pub(super) struct Active {
    _subscription: Subscription,
    /// How many modules still notify.
    open: Arc<AtomicUsize>,
}

impl Active {
    /// Whether there is anything to come.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire) > 0
    }
}

/// Subscribes for a session, with the rights of its user.
pub(super) fn subscribe(
    session: &Session,
    outlet: &Outlet,
    asked: &CreateSubscription<'_>,
    now: SystemTime,
) -> Result<Active, Failure> {
    let (start, stop) = times(asked, now)?;
    let context = session.context()?;
    let stream = asked.stream.as_deref().unwrap_or(ALL);
    let modules: Vec<&str> =
        streams(&context).filter(|name| stream == ALL || stream == *name).collect();
    if modules.is_empty() {
        return Err(RpcError::invalid_value("stream", format!("no stream {stream}")).into());
    }
    let wanted = wanted(session, &context, asked.filter.as_ref())?;
    let own = session.connection().session(Datastore::Running)?;
    own.set_user(session.user().as_deref())?;
    let mut subscription = Subscription::new(own);
    let passing = Arc::new(Passing {
        outlet: outlet.clone(),
        wanted,
        replaying: AtomicUsize::new(modules.len()),
        open: Arc::new(AtomicUsize::new(modules.len())),
    });
    for module in modules {
        let passing = Arc::clone(&passing);
        let handler = move |event: &Notification<'_>| passing.pass(event);
        subscription.on_notification(module, None, start, stop, handler)?;
    }
    Ok(Active { _subscription: subscription, open: Arc::clone(&passing.open) })
}

/// The expression that selects what is wanted; `None` if everything is.
fn wanted(
    session: &Session,
    context: &Context,
    asked: Option<&Filter<'_>>,
) -> Result<Option<String>, Failure> {
    let Some(asked) = asked else { return Ok(None) };
    let expression = match asked {
        Filter::XPath(..) => filter::xpath(session, Some(asked))?,
        Filter::Subtree(subtree) => {
            let module =
                |ns: &str| context.module_of_namespace(ns).map(|module| module.name().to_owned());
            subtree_to_xpath(subtree, module)
                .map_err(|reason| RpcError::bad_element("filter", reason.to_string()))?
        }
    };
    // What selects nothing is no expression: one that is never true takes its place.
    Ok(Some(expression.unwrap_or_else(|| "/*[false()]".to_owned())))
}

/// What the handlers of one subscription share.
struct Passing {
    outlet: Outlet,
    wanted: Option<String>,
    /// Modules whose stored notifications have not all come.
    replaying: AtomicUsize,
    /// Modules that still notify.
    open: Arc<AtomicUsize>,
}

impl Passing {
    fn pass(&self, event: &Notification<'_>) {
        let last = |counter: &AtomicUsize| counter.fetch_sub(1, Ordering::AcqRel) == 1;
        let said = |name: &str| format!("<{name} xmlns=\"{}\"/>", namespace::MANAGE_EVENT);
        match event.kind {
            NotificationKind::Realtime | NotificationKind::Replay => {
                let wanted = event.node.filter(|node| self.is_wanted(*node));
                // Nodes that cannot be printed cannot come from a datastore.
                if let Some(Ok(content)) = wanted.map(print) {
                    self.outlet.send(event.time, &content);
                }
            }
            NotificationKind::ReplayComplete => {
                if last(&self.replaying) {
                    self.outlet.send(event.time, &said("replayComplete"));
                }
            }
            NotificationKind::Stopped => {
                if last(&self.open) {
                    self.outlet.send(event.time, &said("notificationComplete"));
                }
            }
            NotificationKind::Terminated
            | NotificationKind::Modified
            | NotificationKind::Suspended
            | NotificationKind::Resumed => {}
        }
    }

    /// An expression about other modules selects nothing here.
    fn is_wanted(&self, node: Node<'_>) -> bool {
        let selects = |xpath: &String| node.select(xpath).is_ok_and(|found| !found.is_empty());
        self.wanted.as_ref().is_none_or(selects)
    }
}

fn print(node: Node<'_>) -> Result<String, Error> {
    let top = std::iter::successors(Some(node), |node| node.parent()).last().unwrap_or(node);
    top.print(Format::Xml, PrintOptions { siblings: false, ..PrintOptions::COMPACT })
}

/// The names of modules that notify of something.
fn streams(context: &Context) -> impl Iterator<Item = &str> {
    let notifies = |module: &ruru_sysrepo::Module<'_>| {
        module.is_implemented() && module.roots().any(|node| node.kind() == Kind::Notification)
    };
    context.modules().filter(notifies).map(ruru_sysrepo::Module::name)
}

/// Start and stop of a subscription, RFC 5277 section 2.1.1.
fn times(
    asked: &CreateSubscription<'_>,
    now: SystemTime,
) -> Result<(Option<SystemTime>, Option<SystemTime>), RpcError> {
    let time = |name: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(|text| {
            parse_time(text).ok_or_else(|| RpcError::invalid_value(name, "not a date-and-time"))
        });
        parsed.transpose()
    };
    let (start, stop) = (time("startTime", &asked.start)?, time("stopTime", &asked.stop)?);
    match (start, stop) {
        (None, Some(_)) => Err(RpcError::new(
            ErrorType::Protocol,
            ErrorTag::MissingElement,
            "<stopTime> goes with <startTime>",
        )
        .with_info(Info::BadElement("startTime".to_owned()))),
        (Some(start), _) if start > now => {
            Err(RpcError::bad_element("startTime", "the start is in the future"))
        }
        (Some(start), Some(stop)) if stop < start => {
            Err(RpcError::bad_element("stopTime", "the stop is before the start"))
        }
        times => Ok(times),
    }
}

/// A time of RFC 3339 with any offset.
fn parse_time(text: &str) -> Option<SystemTime> {
    if let Ok(time) = humantime::parse_rfc3339(text) {
        return Some(time);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<u64>().ok()? * 3600 + minutes.parse::<u64>().ok()? * 60;
    let time = humantime::parse_rfc3339(&format!("{local}Z")).ok()?;
    let offset_length = Duration::from_secs(seconds);
    match offset.as_bytes().first()? {
        b'+' => time.checked_sub(offset_length),
        b'-' => time.checked_add(offset_length),
        _ => None,
    }
}

/// Provides the list of streams.
pub(super) fn provide(connection: &Connection) -> Result<Subscription, Error> {
    const MODULE: &str = "nc-notifications";
    let mut subscription = Subscription::new(connection.session(Datastore::Running)?);
    let path = format!("/{MODULE}:netconf");
    subscription.on_request(MODULE, &path, false, |_, builder| {
        let mut netconf = builder.container(&format!("{MODULE}:netconf"))?;
        let mut list = netconf.container("streams")?;
        let context = list.context();
        for name in std::iter::once(ALL).chain(streams(context)) {
            let mut stream = list.list("stream", &[name])?;
            let about =
                if name == ALL { "all modules".to_owned() } else { format!("module {name}") };
            stream.leaf("description", &about)?;
            stream.leaf("replaySupport", "true")?;
        }
        Ok(())
    })?;
    Ok(subscription)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_have_an_offset() {
        let utc = parse_time("2026-11-21T02:00:00Z").unwrap();
        for same in ["2026-11-21T03:30:00+01:30", "2026-11-20T20:00:00-06:00"] {
            assert_eq!(parse_time(same), Some(utc));
        }
        let later = utc + Duration::from_millis(500);
        assert_eq!(parse_time("2026-11-21T03:00:00.5+01:00"), Some(later));
        for wrong in ["", "yesterday", "2026-11-21", "2026-11-21T02:00:00*01:00", "é+01:00"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
