//! One session: bytes of a stream to messages, messages to the worker, answers to bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ruru_netconf_protocol::{
    Envelope, ErrorTag, ErrorType, FrameError, Framing, Hello, Incoming, Reply, RpcError, Session,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, watch};

use super::notifications::{Inlet, Overflow};
use super::worker::{Answer, Worker};
use super::{Shared, notifications};
use crate::log::Event;
use crate::server::registry::Count;

/// How long a client may take to say hello.
const HELLO_TIME: Duration = Duration::from_secs(30);
/// How long a client may take to read an answer.
const WRITE_TIME: Duration = Duration::from_secs(120);

/// Who is at the other end.
pub(super) struct Peer {
    pub(super) user: String,
    pub(super) address: SocketAddr,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// `<close-session>`.
    Closed,
    /// `<kill-session>` of another session.
    Killed,
    /// The client has gone.
    Gone,
    /// No request for too long.
    Idle,
    /// The client does not read its notifications.
    Slow,
    /// The stream could not be read on.
    Broken,
    /// No hello, or one that is not acceptable.
    BadHello,
    /// The server ends.
    Shutdown,
}

impl End {
    fn reason(self) -> &'static str {
        match self {
            Self::Closed => "by the client",
            Self::Killed => "by another session",
            Self::Gone => "the client has gone",
            Self::Idle => "idle for too long",
            Self::Slow => "notifications were not read in time",
            Self::Broken => "the stream is broken",
            Self::BadHello => "no acceptable hello",
            Self::Shutdown => "the server ends",
        }
    }
}

/// Runs a session to its end.
pub(super) async fn run<S>(
    mut stream: S,
    peer: Peer,
    shared: Arc<Shared>,
    mut closing: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let kill = Arc::new(Notify::new());
    let (outlet, inlet) = notifications::channel();
    let killed = Arc::clone(&kill);
    let started = Worker::start(&shared, &peer.user, peer.address, killed, outlet).await;
    let (worker, hello) = match started {
        Ok(started) => started,
        Err(reason) => {
            let (peer, user) = (peer.address, peer.user.as_str());
            let reason = &reason.to_string();
            shared.log.write(&Event::SessionRefused { peer, user, reason });
            return;
        }
    };
    let id = worker.id();
    let (user, address) = (peer.user.as_str(), peer.address);
    shared.log.write(&Event::SessionOpened { id, user, peer: address });
    let mut connected = Connected {
        stream: &mut stream,
        protocol: Session::new(shared.max_message_size),
        worker: &worker,
        shared: &shared,
        inlet,
        subscribed: false,
    };
    let end = tokio::select! {
        end = connected.serve(&hello) => end,
        () = kill.notified() => End::Killed,
        _ = closing.wait_for(|closing| *closing) => End::Shutdown,
    };
    match end {
        End::BadHello => shared.registry.count_bad_hello(),
        End::Closed | End::Killed => {}
        End::Gone | End::Idle | End::Slow | End::Broken | End::Shutdown => {
            shared.registry.count_dropped();
        }
    }
    shared.log.write(&Event::SessionClosed { id, reason: end.reason() });
    // A client that is gone already cannot be told; a worker may still be at a request.
    let shutdown = tokio::time::timeout(Duration::from_secs(5), stream.shutdown());
    let _ = tokio::join!(shutdown, worker.finish());
}

struct Connected<'a, S> {
    stream: &'a mut S,
    protocol: Session,
    worker: &'a Worker,
    shared: &'a Shared,
    inlet: Inlet,
    /// Whether notifications may come.
    subscribed: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connected<'_, S> {
    async fn serve(&mut self, hello: &Hello) -> End {
        let greeting = Framing::EndOfMessage.encode(&hello.to_xml());
        if let Err(end) = self.send(&greeting).await {
            return end;
        }
        let begin = Instant::now();
        let mut buffer = vec![0; 32 << 10];
        loop {
            let read = match self.read(&mut buffer, begin).await {
                Ok(read) => read,
                Err(end) => return end,
            };
            self.protocol.receive(buffer.get(..read).unwrap_or_default());
            while let Some(incoming) = self.protocol.next_incoming() {
                if let Err(end) = self.handle(incoming).await {
                    return end;
                }
            }
        }
    }

    /// Waits for bytes, as long as the client may take; passes notifications on meanwhile.
    async fn read(&mut self, buffer: &mut [u8], begin: Instant) -> Result<usize, End> {
        let (limit, late) = if self.protocol.is_open() {
            // Who waits for notifications is not idle.
            (self.shared.idle_timeout.filter(|_| !self.subscribed), End::Idle)
        } else {
            (Some(HELLO_TIME.saturating_sub(begin.elapsed())), End::BadHello)
        };
        let too_late = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(too_late);
        loop {
            let message = tokio::select! {
                read = self.stream.read(buffer) => return match read {
                    Ok(0) | Err(_) => Err(End::Gone),
                    Ok(read) => Ok(read),
                },
                message = self.inlet.next() => message.map_err(|Overflow| End::Slow)?,
                () = &mut too_late => return Err(late),
            };
            self.shared.registry.count(self.worker.id(), Count::Notification);
            self.send(&self.protocol.framing().encode(&message)).await?;
        }
    }

    async fn handle(&mut self, incoming: Incoming) -> Result<(), End> {
        let framing = self.protocol.framing();
        match incoming {
            Incoming::Hello(_) => Ok(()),
            Incoming::BadHello(_) => Err(End::BadHello),
            Incoming::Message(message) => {
                let Answer { text, last, subscribed } = self.worker.ask(message, framing).await?;
                self.subscribed = subscribed;
                self.send(&framing.encode(&text)).await?;
                if last { Err(End::Closed) } else { Ok(()) }
            }
            Incoming::NotText(error) => self.refuse(framing, error).await,
            Incoming::BadFrame(error) => {
                if let FrameError::TooLarge { .. } = error {
                    let error = RpcError::new(ErrorType::Rpc, ErrorTag::TooBig, error.to_string());
                    self.refuse(framing, error).await?;
                }
                Err(End::Broken)
            }
        }
    }

    /// Answers what could not be read as a request.
    async fn refuse(&mut self, framing: Framing, error: RpcError) -> Result<(), End> {
        self.shared.registry.count(self.worker.id(), Count::BadRpc);
        let text = Envelope::default().reply(&Reply::from(error));
        self.send(&framing.encode(&text)).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(WRITE_TIME, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

impl From<super::worker::WorkerGone> for End {
    fn from(_: super::worker::WorkerGone) -> Self {
        Self::Broken
    }
}
