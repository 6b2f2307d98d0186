//! The exchanges under way.
//!
//! A transaction id names the place of its exchange in the table and how often that place was
//! used, so that an answer finds its exchange at once, and one that is late finds none.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::clients::{Client, Lease};

/// The most bits of a transaction id that name a place.
const MOST_PLACE_BITS: u32 = 20;
/// The least that tell how often a place was used.
const USE_BITS: u32 = 6;
/// So many places rest before one is used again: a transaction id comes back after all the uses of
/// all of them, when its late answers are long gone.
const RESTING: usize = 1 << 12;

/// A transaction id.
pub(crate) type Xid = u32;

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// For nothing: its DISCOVER only warms the server up.
    Preload,
    /// It has asked for an address.
    Offer {
        /// Who it is.
        client: Client,
    },
    /// It has taken the one that it was offered.
    Ack(Lease),
    /// It renews the one that it has.
    Renewal(Lease),
    /// It has given it back.
    Release(Lease),
}

/// An exchange under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// What the client waits for.
    pub(crate) waits: Waits,
    /// When the exchange was due to begin.
    pub(crate) due: Instant,
    /// When its last query was sent.
    pub(crate) asked: Instant,
}

#[derive(Debug, Default)]
struct Place {
    used: u32,
    exchange: Option<Exchange>,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Sessions {
    places: Vec<Place>,
    /// Those that no exchange has, by how long.
    free: VecDeque<u32>,
    /// Bits of a transaction id that name a place; the others tell how often it was used.
    place_bits: u32,
    use_bits: u32,
    /// After what time answers to DISCOVERs and to REQUESTs are lost.
    drop_times: [Duration; 2],
    /// Their queries in the order in which they were sent; those that were answered are skipped.
    sent: [VecDeque<(Xid, Instant)>; 2],
}

impl Waits {
    /// Whether it is a DISCOVER (0) or a REQUEST (1) that the client waits for the answer of.
    pub(crate) fn stage(&self) -> usize {
        match self {
            Self::Preload | Self::Offer { .. } => 0,
            Self::Ack(_) | Self::Renewal(_) | Self::Release(_) => 1,
        }
    }
}

impl Sessions {
    /// None is under way; transaction ids have so many bits.
    pub(crate) fn new(drop_times: [Duration; 2], xid_bits: u32) -> Self {
        let place_bits = place_bits(xid_bits);
        Self {
            places: Vec::new(),
            free: VecDeque::new(),
            place_bits,
            use_bits: xid_bits - place_bits,
            drop_times,
            sent: Default::default(),
        }
    }

    /// How many exchanges are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Begins an exchange; `None` if too many are under way.
    pub(crate) fn begin(&mut self, waits: Waits, due: Instant, now: Instant) -> Option<Xid> {
        let has_room = self.places.len() < 1 << self.place_bits;
        let at = if self.free.len() < RESTING && has_room {
            self.places.push(Place::default());
            self.places.len() as u32 - 1
        } else {
            self.free.pop_front()?
        };
        let place = &mut self.places[at as usize];
        place.exchange = Some(Exchange { waits, due, asked: now });
        let xid = place.used << self.place_bits | at;
        self.sent[waits.stage()].push_back((xid, now));
        Some(xid)
    }

    /// The exchange that an answer belongs to.
    pub(crate) fn find(&self, xid: Xid) -> Option<&Exchange> {
        let place = self.places.get(self.place(xid))?;
        if place.used != xid >> self.place_bits {
            return None;
        }
        place.exchange.as_ref()
    }

    fn place(&self, xid: Xid) -> usize {
        (xid & ((1 << self.place_bits) - 1)) as usize
    }

    /// The client goes on with its next query, or asks again.
    pub(crate) fn go_on(&mut self, xid: Xid, waits: Waits, now: Instant) {
        if self.find(xid).is_none() {
            return;
        }
        let at = self.place(xid);
        if let Some(exchange) = &mut self.places[at].exchange {
            (exchange.waits, exchange.asked) = (waits, now);
            self.sent[waits.stage()].push_back((xid, now));
        }
    }

    /// Ends an exchange.
    pub(crate) fn end(&mut self, xid: Xid) -> Option<Exchange> {
        self.find(xid)?;
        let at = self.place(xid);
        let place = &mut self.places[at];
        place.used = (place.used + 1) % (1 << self.use_bits);
        self.free.push_back(at as u32);
        place.exchange.take()
    }

    /// Ends the next exchange whose answer is overdue.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<Exchange> {
        let xid = self.next_overdue(now, self.drop_times)?;
        self.end(xid)
    }

    /// Ends the next of all exchanges, because nobody waits any longer.
    pub(crate) fn give_up(&mut self, now: Instant) -> Option<Exchange> {
        let xid = self.next_overdue(now, [Duration::ZERO; 2])?;
        self.end(xid)
    }

    /// The next exchange whose last query was sent so long ago.
    fn next_overdue(&mut self, now: Instant, after: [Duration; 2]) -> Option<Xid> {
        for (stage, after) in after.into_iter().enumerate() {
            while let Some((xid, asked)) = self.sent[stage].front().copied() {
                let waits_still = self.find(xid).is_some_and(|exchange| exchange.asked == asked);
                if waits_still && now.duration_since(asked) < after {
                    break;
                }
                self.sent[stage].pop_front();
                if waits_still {
                    return Some(xid);
                }
            }
        }
        None
    }
}

/// The most exchanges that can be under way at the same time, with so many bits of a transaction id.
pub(crate) fn most_under_way(xid_bits: u32) -> u32 {
    1 << place_bits(xid_bits)
}

fn place_bits(xid_bits: u32) -> u32 {
    MOST_PLACE_BITS.min(xid_bits - USE_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn offer(number: u32) -> Waits {
        Waits::Offer { client: Client { number, relay: 0 } }
    }

    fn sessions() -> (Sessions, Instant) {
        (Sessions::new([SECOND; 2], 24), Instant::now())
    }

    #[test]
    fn a_late_answer_finds_no_exchange() {
        let (mut sessions, now) = sessions();
        let first = sessions.begin(offer(1), now, now).unwrap();
        assert!(sessions.end(first).is_some());
        // Places are used in turn.
        let mut second = first;
        for number in 0..RESTING as u32 {
            sessions.end(second);
            second = sessions.begin(offer(number), now, now).unwrap();
        }
        assert_eq!(first % most_under_way(24), second % most_under_way(24));
        assert!(sessions.find(first).is_none() && sessions.find(second).is_some());
        assert!(sessions.end(first).is_none());
        assert_eq!(sessions.under_way(), 1);
    }

    #[test]
    fn an_exchange_is_overdue_by_its_last_query() {
        let (mut sessions, now) = sessions();
        let quiet = sessions.begin(offer(1), now, now).unwrap();
        let lively = sessions.begin(offer(2), now, now).unwrap();
        sessions.go_on(lively, offer(2), now + SECOND / 2);
        let lost = sessions.overdue(now + SECOND).unwrap();
        assert_eq!(lost.waits, offer(1));
        assert!(sessions.overdue(now + SECOND).is_none());
        assert!(sessions.find(quiet).is_none());
        assert!(sessions.overdue(now + SECOND * 2).is_some());
        assert_eq!(sessions.under_way(), 0);
    }

    #[test]
    fn nothing_waits_once_all_is_given_up() {
        let (mut sessions, now) = sessions();
        sessions.begin(offer(1), now, now);
        sessions.begin(offer(2), now, now);
        assert!(sessions.give_up(now).is_some() && sessions.give_up(now).is_some());
        assert!(sessions.give_up(now).is_none() && sessions.under_way() == 0);
    }
}
