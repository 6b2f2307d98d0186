//! The thread of a session that calls sysrepo.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;

use ruru_netconf_protocol::{Framing, Hello};
use ruru_sysrepo::{Datastore, Error};
use tokio::sync::{Notify, oneshot};

use super::notifications::Outlet;
use super::operations::Operations;
use super::{Shared, monitoring};

/// A thread that answers the requests of one session. When it is dropped the thread ends after
/// the request that it is at, and lets go of the session's locks.
pub(super) struct Worker {
    id: u32,
    requests: mpsc::Sender<Request>,
    ended: oneshot::Receiver<()>,
}

struct Request {
    message: String,
    framing: Framing,
    answer: oneshot::Sender<Answer>,
}

/// An answer.
pub(super) struct Answer {
    /// The message.
    pub(super) text: String,
    /// Whether the session ends with it.
    pub(super) last: bool,
    /// Whether notifications may come.
    pub(super) subscribed: bool,
}

/// The thread is gone although nobody ended it: it has panicked.
#[derive(Debug, thiserror::Error)]
#[error("the session's thread is gone")]
pub(super) struct WorkerGone;

/// Why a session cannot begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkerError {
    #[error(transparent)]
    Sysrepo(#[from] Error),
    #[error("no thread: {0}")]
    Thread(std::io::Error),
    #[error(transparent)]
    Gone(#[from] WorkerGone),
}

impl Worker {
    /// Starts the thread and its session with sysrepo, whose number is the session's id; answers
    /// the server's hello too.
    pub(super) async fn start(
        shared: &Arc<Shared>,
        user: &str,
        peer: SocketAddr,
        kill: Arc<Notify>,
        outlet: Outlet,
    ) -> Result<(Self, Hello), WorkerError> {
        let (started, start) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (requests, incoming) = mpsc::channel();
        let (shared, user) = (Arc::clone(shared), user.to_owned());
        let work = move || {
            let (session, capabilities) = match open(&shared, &user) {
                Ok(opened) => opened,
                Err(error) => return drop(started.send(Err(error))),
            };
            let id = session.id();
            let now = shared.log.now();
            let place = shared.registry.enter(id, &user, peer, now, kill);
            let hello = Hello { capabilities, session_id: Some(id) };
            if started.send(Ok((id, hello))).is_ok() {
                answer_all(Operations::new(session, Arc::clone(&shared), outlet), &incoming);
            }
            // The session is over with sysrepo before others see that it is gone.
            drop(place);
            // Nobody may be waiting.
            let _ = end.send(());
        };
        thread::Builder::new()
            .name("netconf-session".to_owned())
            .spawn(work)
            .map_err(WorkerError::Thread)?;
        let (id, hello) = start.await.map_err(|_| WorkerGone)??;
        Ok((Self { id, requests, ended }, hello))
    }

    /// The session's id.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Has a message answered.
    pub(super) async fn ask(
        &self,
        message: String,
        framing: Framing,
    ) -> Result<Answer, WorkerGone> {
        let (answer, answered) = oneshot::channel();
        let request = Request { message, framing, answer };
        self.requests.send(request).map_err(|_| WorkerGone)?;
        answered.await.map_err(|_| WorkerGone)
    }

    /// Ends the thread and waits for it.
    pub(super) async fn finish(self) {
        drop(self.requests);
        // An error says that it has ended already.
        let _ = self.ended.await;
    }
}

/// The session with sysrepo, and what the server can do now.
fn open(shared: &Shared, user: &str) -> Result<(ruru_sysrepo::Session, Vec<String>), Error> {
    let session = shared.connection.session(Datastore::Running)?;
    session.set_user(Some(user))?;
    session.set_originator("ruru-netconf", &[user.as_bytes()])?;
    Ok((session, monitoring::capabilities(&shared.connection)?))
}

fn answer_all(mut operations: Operations, incoming: &mpsc::Receiver<Request>) {
    for Request { message, framing, answer } in incoming {
        let answered = operations.answer(&message, framing);
        let last = answered.last;
        // The client may have gone while the request was handled.
        if answer.send(answered).is_err() || last {
            break;
        }
    }
    operations.end();
}
