//! Confirmed commits, RFC 6241 section 8.4: what is committed is undone unless it is confirmed.
//!
//! There is one at a time. What was in force before is kept as text, so that no context of
//! sysrepo is held meanwhile. It does not outlive the process: a server that ends undoes it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ruru_netconf_protocol::{Commit, ErrorTag, ErrorType, Info, RpcError};
use ruru_sysrepo::{
    Connection, Datastore, Error, Format, GetOptions, ParseOptions, PrintOptions, Session,
};

use super::TIMEOUT;
use crate::log::{Event, Log};

/// RFC 6241 section 8.4.1.
const DEFAULT_TIMEOUT: u32 = 600;
/// How long an undo waits before it is tried again, when somebody has locked what is in force.
const PATIENCE: Duration = Duration::from_secs(1);

/// The confirmed commit that waits for its confirmation, if there is one.
pub(super) struct Confirmed {
    connection: Connection,
    log: Log,
    pending: Mutex<Option<Pending>>,
    changed: Condvar,
}

struct Pending {
    /// What was in force before.
    before: String,
    /// The session that may confirm it, unless it is persistent.
    session: u32,
    persist: Option<String>,
    deadline: Instant,
}

impl Confirmed {
    pub(super) fn new(connection: Connection, log: Log) -> Arc<Self> {
        let confirmed =
            Self { connection, log, pending: Mutex::new(None), changed: Condvar::new() };
        Arc::new(confirmed)
    }

    fn pending(&self) -> MutexGuard<'_, Option<Pending>> {
        // The value is replaced as a whole, so a panicking thread leaves a good one.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that waits for a confirmation, if that is another one.
    pub(super) fn other(&self, session: u32) -> Option<u32> {
        let pending = self.pending();
        pending.as_ref().map(|pending| pending.session).filter(|owner| *owner != session)
    }

    /// Whether this session may commit or cancel now.
    pub(super) fn check(&self, session: u32, persist_id: Option<&str>) -> Result<(), RpcError> {
        let pending = self.pending();
        let Some(pending) = pending.as_ref() else {
            return match persist_id {
                Some(_) => Err(wrong_id()),
                None => Ok(()),
            };
        };
        match (&pending.persist, persist_id) {
            (Some(persist), Some(id)) if persist == id => Ok(()),
            (_, Some(_)) => Err(wrong_id()),
            (None, None) if pending.session == session => Ok(()),
            (_, None) => {
                let message = "another commit waits for its confirmation";
                Err(RpcError::new(ErrorType::Protocol, ErrorTag::InUse, message)
                    .with_info(Info::SessionId(pending.session)))
            }
        }
    }

    /// What is in force, before a commit that has to be confirmed.
    pub(super) fn before(&self, commit: &Commit) -> Result<Option<String>, Error> {
        if !commit.confirmed {
            return Ok(None);
        }
        let session = self.connection.session(Datastore::Running)?;
        let data = session.get("/*", GetOptions::default())?;
        data.print(Format::Xml, PrintOptions::COMPACT).map(Some)
    }

    /// Notes a commit that was made: `before` is what was in force, if it has to be confirmed.
    pub(super) fn committed(
        self: &Arc<Self>,
        session: u32,
        commit: Commit,
        before: Option<String>,
    ) -> Result<(), std::io::Error> {
        let mut pending = self.pending();
        let Some(before) = before else {
            *pending = None;
            self.changed.notify_all();
            return Ok(());
        };
        let timeout = Duration::from_secs(commit.timeout.unwrap_or(DEFAULT_TIMEOUT).into());
        // A commit that follows another one still goes back to what was before the first.
        let first = pending.take().map(|earlier| earlier.before);
        let waiting = first.is_some();
        *pending = Some(Pending {
            before: first.unwrap_or(before),
            session,
            persist: commit.persist,
            deadline: Instant::now() + timeout,
        });
        self.changed.notify_all();
        if !waiting {
            let confirmed = Arc::clone(self);
            thread::Builder::new()
                .name("netconf-rollback".to_owned())
                .spawn(move || confirmed.wait())?;
        }
        Ok(())
    }

    /// Undoes what is not confirmed, if it is this session's and ends with it.
    pub(super) fn session_ended(&self, session: u32) {
        let pending = self.pending();
        if pending.as_ref().is_some_and(|own| own.session == session && own.persist.is_none()) {
            self.expire(pending);
        }
    }

    /// Undoes what is not confirmed.
    pub(super) fn cancel(&self) -> Result<(), Error> {
        let Some(pending) = self.pending().take() else { return Ok(()) };
        self.changed.notify_all();
        self.undo(&pending.before)
    }

    /// Has the waiting thread undo it now.
    fn expire(&self, mut pending: MutexGuard<'_, Option<Pending>>) {
        if let Some(pending) = pending.as_mut() {
            pending.deadline = Instant::now();
        }
        self.changed.notify_all();
    }

    /// Waits for the confirmation, or undoes it.
    fn wait(&self) {
        let mut pending = self.pending();
        loop {
            let Some(deadline) = pending.as_ref().map(|pending| pending.deadline) else { return };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let Some(Pending { before, .. }) = pending.as_ref() else { return };
                match self.undo(before) {
                    Ok(()) => {
                        self.log.write(&Event::CommitUndone {});
                        *pending = None;
                        return;
                    }
                    Err(error) => {
                        let reason = &error.to_string();
                        self.log.write(&Event::CommitStays { reason });
                        if let Some(pending) = pending.as_mut() {
                            pending.deadline = Instant::now() + PATIENCE;
                        }
                    }
                }
                continue;
            }
            let waited = self.changed.wait_timeout(pending, left);
            pending = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn undo(&self, before: &str) -> Result<(), Error> {
        let session: Session = self.connection.session(Datastore::Running)?;
        let options = ParseOptions { config_only: true, ..ParseOptions::default() };
        let config = session.context()?.parse(before, Format::Xml, options)?;
        session.replace(config, None, TIMEOUT)
    }
}

fn wrong_id() -> RpcError {
    RpcError::invalid_value("persist-id", "no commit of this name waits for its confirmation")
}
