//! Requests on their way to the DNS updater, which is told by UDP and answers nothing.
//!
//! Whoever has something to tell puts it in a queue and goes on: packets never wait for the updater.
//! What does not fit is dropped, and said.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ruru_config::Updater;
use ruru_ncr::NameChangeRequest;

use crate::events::UpdateEvent;
use crate::family::Served;
use crate::worker::Shared;

/// How long the thread waits before it looks whether it is to end.
const PATIENCE: Duration = Duration::from_millis(100);

/// Requests that wait to be sent.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    requests: VecDeque<NameChangeRequest>,
    /// Since the last time that something was sent.
    dropped: u64,
}

impl Updates {
    /// Adds requests, as long as not too many wait.
    pub(crate) fn push(&self, requests: Vec<NameChangeRequest>, updater: Option<&Updater>) {
        let Some(updater) = updater.filter(|_| !requests.is_empty()) else { return };
        let mut waiting = self.waiting();
        let room = updater.most_queued.saturating_sub(waiting.requests.len());
        waiting.dropped += requests.len().saturating_sub(room) as u64;
        waiting.requests.extend(requests.into_iter().take(room));
        self.more.notify_one();
    }

    /// Waits for requests; answers them, and how many were dropped.
    fn take(&self) -> (VecDeque<NameChangeRequest>, u64) {
        let waiting = self.waiting();
        let (mut waiting, _) = self
            .more
            .wait_timeout_while(waiting, PATIENCE, |waiting| waiting.requests.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let waiting = std::mem::take(&mut *waiting);
        (waiting.requests, waiting.dropped)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends requests until the server ends and all are sent.
pub(crate) fn run<F: Served>(shared: &Shared<F>) {
    let mut link: Option<Link> = None;
    let mut failed = false;
    loop {
        let ends = shared.stop.load(Ordering::Relaxed);
        let (requests, dropped) = shared.updates.take();
        if requests.is_empty() && ends {
            return;
        }
        if dropped > 0 {
            shared.emit(&UpdateEvent::Dropped { dropped, marker: std::marker::PhantomData });
        }
        let config = shared.snapshot.load().config.clone();
        let Some(updater) = &config.globals().updater else {
            link = None;
            continue;
        };
        for request in requests {
            let sent = connected(&mut link, updater)
                .and_then(|socket| socket.send(&request.encode()).map(drop));
            let has_failed = sent.is_err();
            match sent {
                Err(error) if !failed => {
                    let to = SocketAddr::new(updater.address, updater.port);
                    shared.emit(&UpdateEvent::SendFailed { to, reason: &error });
                }
                Ok(()) | Err(_) => {}
            }
            failed = has_failed;
        }
    }
}

/// A socket to an updater.
struct Link {
    updater: Updater,
    socket: UdpSocket,
}

/// The socket to an updater, made anew if it is another one than before.
fn connected<'l>(link: &'l mut Option<Link>, updater: &Updater) -> io::Result<&'l UdpSocket> {
    if link.as_ref().is_none_or(|link| link.updater != *updater) {
        *link = None;
        let any = match updater.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let socket = UdpSocket::bind((updater.sender.unwrap_or(any), updater.sender_port))?;
        socket.connect((updater.address, updater.port))?;
        *link = Some(Link { updater: updater.clone(), socket });
    }
    // It has just been made, if it was not there.
    link.as_ref().map(|link| &link.socket).ok_or_else(|| io::ErrorKind::NotConnected.into())
}

#[cfg(test)]
mod tests {
    use ruru_ncr::{Change, ConflictResolution, Dhcid, Directions};

    use super::*;

    fn request() -> NameChangeRequest {
        NameChangeRequest {
            change: Change::Add,
            directions: Directions::Both,
            name: "host.example.".parse().unwrap(),
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            dhcid: Dhcid::new(vec![0; 35]).unwrap(),
            lease_expires_on: None,
            lease_length: 600,
            conflict_resolution: ConflictResolution::CheckWithDhcid,
        }
    }

    fn updater(most_queued: usize) -> Updater {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Updater { address, port: 53001, sender: None, sender_port: 0, most_queued }
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let updates = Updates::default();
        updates.push(vec![request(), request()], Some(&updater(3)));
        updates.push(vec![request(), request()], Some(&updater(3)));
        updates.push(vec![request()], None);
        let (requests, dropped) = updates.take();
        assert_eq!((requests.len(), dropped), (3, 1));
        assert_eq!(updates.take().0.len(), 0);
    }
}
