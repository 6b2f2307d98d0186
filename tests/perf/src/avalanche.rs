//! Clients that ask again, RFC 2131 section 4.1: later each time, and not all at once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::session::{Sessions, Xid};

/// A client waits a second at first, then twice as long each time, up to 64 seconds.
const DOUBLINGS: u32 = 6;
/// More or less than that, in milliseconds.
const SPREAD: i64 = 500;

/// When queries are sent again.
#[derive(Debug)]
pub(crate) struct Retries {
    waiting: BinaryHeap<Reverse<Retry>>,
    random: Rng,
}

/// A query that is to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Retry {
    at: Instant,
    /// Whose it is.
    pub(crate) xid: Xid,
    /// When it was sent, which tells it from later queries.
    asked: Instant,
    tries: u32,
}

impl Retries {
    /// None waits.
    pub(crate) fn new(random: Rng) -> Self {
        Self { waiting: BinaryHeap::new(), random }
    }

    /// A query was sent for the first time.
    pub(crate) fn asked(&mut self, xid: Xid, now: Instant) {
        self.wait(xid, now, 0);
    }

    /// It was sent again.
    pub(crate) fn asked_again(&mut self, retry: Retry, now: Instant) {
        self.wait(retry.xid, now, retry.tries + 1);
    }

    fn wait(&mut self, xid: Xid, asked: Instant, tries: u32) {
        let milliseconds = (1000_i64 << tries.min(DOUBLINGS)) + self.random.i64(-SPREAD..=SPREAD);
        let after = Duration::from_millis(milliseconds.unsigned_abs());
        self.waiting.push(Reverse(Retry { at: asked + after, xid, asked, tries }));
    }

    /// The next query to be sent again, because nobody has answered it.
    pub(crate) fn next(&mut self, now: Instant, sessions: &Sessions) -> Option<Retry> {
        while let Some(Reverse(retry)) = self.waiting.peek().copied() {
            if retry.at > now {
                return None;
            }
            self.waiting.pop();
            if sessions.find(retry.xid).is_some_and(|exchange| exchange.asked == retry.asked) {
                return Some(retry);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Waits;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_client_waits_longer_each_time_until_it_is_answered() {
        let (mut sessions, mut now) = (Sessions::new([SECOND; 2], 32), Instant::now());
        let mut retries = Retries::new(Rng::with_seed(1));
        let xid = sessions.begin(Waits::Preload, now, now).unwrap();
        retries.asked(xid, now);
        for seconds in [1, 2, 4, 8, 16, 32, 64, 64] {
            assert!(retries.next(now + SECOND * (seconds - 1), &sessions).is_none());
            now += SECOND * (seconds + 1);
            let retry = retries.next(now, &sessions).unwrap();
            sessions.go_on(xid, Waits::Preload, now);
            retries.asked_again(retry, now);
        }
        sessions.end(xid);
        assert!(retries.next(now + SECOND * 99, &sessions).is_none());
    }
}
