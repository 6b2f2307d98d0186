//! The sessions that there are, and what is counted: RFC 6022.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use ruru_netconf_protocol::Datastore;
use tokio::sync::Notify;

/// All sessions of the server.
#[derive(Debug)]
pub(super) struct Registry {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    sessions: BTreeMap<u32, Session>,
    statistics: Statistics,
}

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The user.
    pub(super) user: String,
    /// Where the client is.
    pub(super) peer: SocketAddr,
    /// When it began.
    pub(super) since: SystemTime,
    /// What was counted.
    pub(super) counters: Counters,
    /// The datastores that it has locked, and since when.
    pub(super) locks: Vec<(Datastore, SystemTime)>,
    kill: Arc<Notify>,
}

/// What is counted of a session, and of all together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    /// Requests.
    pub(super) in_rpcs: u32,
    /// Messages that were no requests.
    pub(super) in_bad_rpcs: u32,
    /// Answers with an error.
    pub(super) out_rpc_errors: u32,
    /// Notifications.
    pub(super) out_notifications: u32,
}

/// What is counted of the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statistics {
    /// When the server started.
    pub(super) since: SystemTime,
    /// Sessions that did not begin because of their hello.
    pub(super) in_bad_hellos: u32,
    /// Sessions that began.
    pub(super) in_sessions: u32,
    /// Sessions that were not closed by an operation.
    pub(super) dropped_sessions: u32,
    /// All sessions together.
    pub(super) counters: Counters,
}

/// What came in or went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// A request that was answered without error.
    Rpc,
    /// A request that was answered with an error.
    FailedRpc,
    /// A message that was no request.
    BadRpc,
    /// A notification that was sent.
    Notification,
}

impl Counters {
    fn add(&mut self, count: Count) {
        let add = |counter: &mut u32| *counter = counter.saturating_add(1);
        match count {
            Count::Rpc => add(&mut self.in_rpcs),
            Count::FailedRpc => {
                add(&mut self.in_rpcs);
                add(&mut self.out_rpc_errors);
            }
            Count::Notification => add(&mut self.out_notifications),
            Count::BadRpc => {
                add(&mut self.in_bad_rpcs);
                add(&mut self.out_rpc_errors);
            }
        }
    }
}

/// A session's place in the registry; it ends with it.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    id: u32,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.state().sessions.remove(&self.id);
        self.registry.ended.notify_all();
    }
}

impl Registry {
    /// A registry without sessions.
    pub(super) fn new(now: SystemTime) -> Arc<Self> {
        let statistics = Statistics {
            since: now,
            in_bad_hellos: 0,
            in_sessions: 0,
            dropped_sessions: 0,
            counters: Counters::default(),
        };
        let state = State { sessions: BTreeMap::new(), statistics };
        Arc::new(Self { state: Mutex::new(state), ended: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A counter that a panicking thread left half changed is still a counter.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a session; `kill` tells it to end.
    pub(super) fn enter(
        self: &Arc<Self>,
        id: u32,
        user: &str,
        peer: SocketAddr,
        now: SystemTime,
        kill: Arc<Notify>,
    ) -> Place {
        let session = Session {
            user: user.to_owned(),
            peer,
            since: now,
            counters: Counters::default(),
            locks: Vec::new(),
            kill,
        };
        let mut state = self.state();
        state.sessions.insert(id, session);
        state.statistics.in_sessions = state.statistics.in_sessions.saturating_add(1);
        Place { registry: Arc::clone(self), id }
    }

    /// Counts for a session and for the server.
    pub(super) fn count(&self, id: u32, count: Count) {
        let mut state = self.state();
        state.statistics.counters.add(count);
        if let Some(session) = state.sessions.get_mut(&id) {
            session.counters.add(count);
        }
    }

    /// Counts a session that did not begin because of its hello.
    pub(super) fn count_bad_hello(&self) {
        let mut state = self.state();
        state.statistics.in_bad_hellos = state.statistics.in_bad_hellos.saturating_add(1);
    }

    /// Counts a session that was not closed by an operation.
    pub(super) fn count_dropped(&self) {
        let mut state = self.state();
        state.statistics.dropped_sessions = state.statistics.dropped_sessions.saturating_add(1);
    }

    /// Whether this is a session of the server.
    pub(super) fn contains(&self, id: u32) -> bool {
        self.state().sessions.contains_key(&id)
    }

    /// Ends a session and waits until it has let go of everything, for a while. Answers whether
    /// there was one.
    pub(super) fn kill(&self, id: u32) -> bool {
        const PATIENCE: Duration = Duration::from_secs(5);
        let state = self.state();
        let Some(session) = state.sessions.get(&id) else { return false };
        session.kill.notify_one();
        let alive = |state: &mut State| state.sessions.contains_key(&id);
        drop(self.ended.wait_timeout_while(state, PATIENCE, alive));
        true
    }

    /// Notes that a session has locked a datastore.
    pub(super) fn lock(&self, id: u32, datastore: Datastore, now: SystemTime) {
        if let Some(session) = self.state().sessions.get_mut(&id) {
            session.locks.push((datastore, now));
        }
    }

    /// Notes that a session has unlocked a datastore.
    pub(super) fn unlock(&self, id: u32, datastore: Datastore) {
        if let Some(session) = self.state().sessions.get_mut(&id) {
            session.locks.retain(|(locked, _)| *locked != datastore);
        }
    }

    /// Whether a session has locked a datastore.
    pub(super) fn has_lock(&self, id: u32, datastore: Datastore) -> bool {
        let state = self.state();
        let locks = state.sessions.get(&id).map(|session| &session.locks);
        locks.is_some_and(|locks| locks.iter().any(|(locked, _)| *locked == datastore))
    }

    /// Everything, as it is now.
    pub(super) fn snapshot(&self) -> (BTreeMap<u32, Session>, Statistics) {
        let state = self.state();
        (state.sessions.clone(), state.statistics)
    }
}
