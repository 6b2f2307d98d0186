//! The exchanges under way.
//!
//! A transaction id names the place of its exchange in the table and how often that place was
//! used, so that an answer finds its exchange at once, and one that is late finds none.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::template::Lease;

/// Exchanges that can be under way at the same time: bits of a transaction id that name a place.
const PLACE_BITS: u32 = 20;
const PLACES: u32 = 1 << PLACE_BITS;

/// A transaction id.
pub(crate) type Xid = u32;

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// It has asked for an address.
    Offer {
        /// Its number.
        client: u32,
    },
    /// It has taken the one that it was offered.
    Ack(Lease),
    /// It renews the one that it has.
    Renewal(Lease),
}

/// An exchange under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// What the client waits for.
    pub(crate) waits: Waits,
    /// When the exchange began.
    pub(crate) began: Instant,
    /// When its last query was sent.
    pub(crate) asked: Instant,
}

#[derive(Debug, Default)]
struct Place {
    used: u32,
    exchange: Option<Exchange>,
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    places: Vec<Place>,
    free: Vec<u32>,
    /// Queries in the order in which they were sent; those that were answered are skipped.
    sent: VecDeque<(Xid, Instant)>,
}

impl Sessions {
    /// How many exchanges are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Begins an exchange; `None` if too many are under way.
    pub(crate) fn begin(&mut self, waits: Waits, now: Instant) -> Option<Xid> {
        let at = match self.free.pop() {
            Some(at) => at,
            None if self.places.len() < PLACES as usize => {
                self.places.push(Place::default());
                self.places.len() as u32 - 1
            }
            None => return None,
        };
        let place = &mut self.places[at as usize];
        place.exchange = Some(Exchange { waits, began: now, asked: now });
        let xid = place.used << PLACE_BITS | at;
        self.sent.push_back((xid, now));
        Some(xid)
    }

    /// The exchange that an answer belongs to.
    pub(crate) fn find(&self, xid: Xid) -> Option<&Exchange> {
        let place = self.places.get((xid % PLACES) as usize)?;
        if place.used != xid >> PLACE_BITS {
            return None;
        }
        place.exchange.as_ref()
    }

    /// The client goes on with its next query.
    pub(crate) fn go_on(&mut self, xid: Xid, waits: Waits, now: Instant) {
        if self.find(xid).is_none() {
            return;
        }
        if let Some(exchange) = &mut self.places[(xid % PLACES) as usize].exchange {
            (exchange.waits, exchange.asked) = (waits, now);
            self.sent.push_back((xid, now));
        }
    }

    /// Ends an exchange.
    pub(crate) fn end(&mut self, xid: Xid) -> Option<Exchange> {
        self.find(xid)?;
        let at = xid % PLACES;
        let place = &mut self.places[at as usize];
        place.used = (place.used + 1) % (1 << (Xid::BITS - PLACE_BITS));
        self.free.push(at);
        place.exchange.take()
    }

    /// Ends the next exchange whose answer is overdue.
    pub(crate) fn overdue(&mut self, now: Instant, drop_time: Duration) -> Option<Exchange> {
        while let Some((xid, asked)) = self.sent.front().copied() {
            let waits_still = self.find(xid).is_some_and(|exchange| exchange.asked == asked);
            if waits_still && now.duration_since(asked) < drop_time {
                return None;
            }
            self.sent.pop_front();
            if waits_still {
                return self.end(xid);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_late_answer_finds_no_exchange() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.begin(Waits::Offer { client: 1 }, now).unwrap();
        assert!(sessions.end(first).is_some());
        let second = sessions.begin(Waits::Offer { client: 2 }, now).unwrap();
        assert_eq!(first % PLACES, second % PLACES);
        assert!(sessions.find(first).is_none() && sessions.find(second).is_some());
        assert!(sessions.end(first).is_none());
        assert_eq!(sessions.under_way(), 1);
    }

    #[test]
    fn an_exchange_is_overdue_by_its_last_query() {
        let (mut sessions, now) = (Sessions::default(), Instant::now());
        let quiet = sessions.begin(Waits::Offer { client: 1 }, now).unwrap();
        let lively = sessions.begin(Waits::Offer { client: 2 }, now).unwrap();
        sessions.go_on(lively, Waits::Offer { client: 2 }, now + SECOND / 2);
        let lost = sessions.overdue(now + SECOND, SECOND).unwrap();
        assert_eq!(lost.waits, Waits::Offer { client: 1 });
        assert!(sessions.overdue(now + SECOND, SECOND).is_none());
        assert!(sessions.find(quiet).is_none());
        assert!(sessions.overdue(now + SECOND * 2, SECOND).is_some());
        assert_eq!(sessions.under_way(), 0);
    }
}
