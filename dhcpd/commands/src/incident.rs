//! What happens with single clients that somebody may want to be told of at once, and the command
//! that reads it: `incident-get`. Kea has nothing like it.
//!
//! Nothing is kept unless somebody asks for it again and again, and then only so many: whoever asks
//! too seldom is told how many were lost.

use std::collections::VecDeque;
use std::net::Ipv6Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use ruru_command::Answer;
use ruru_json::{Map, Value};
use ruru_lease::Time;
use serde::Deserialize;

use crate::arguments::read;
use crate::{Commanded, Failure, Server};

/// How many are kept.
const MOST: usize = 1000;

/// Bytes that are kept at most: what clients call themselves can be as long as a message.
const MOST_BYTES: usize = 1 << 20;

/// Seconds for which incidents are kept after somebody has asked.
const PATIENCE: u32 = 60;

/// Something that happened with a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The client, in hexadecimal; empty if it does not say who it is.
    pub client: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The client declined addresses.
    Declined(Vec<Ipv6Addr>),
    /// The server answered with a status that is not success.
    Status {
        /// Its code.
        code: u16,
        /// Its words.
        message: String,
    },
    /// The server does not answer the client's message.
    Invalid {
        /// The type of the message.
        message_type: u8,
        /// Why.
        reason: &'static str,
    },
}

/// The latest incidents.
#[derive(Debug, Default)]
pub struct Incidents {
    /// When somebody last asked; 0 is never.
    asked: AtomicU32,
    ring: Mutex<Ring>,
}

/// Incidents with consecutive numbers.
#[derive(Debug, Default)]
struct Ring {
    list: VecDeque<Incident>,
    /// What those in the list take.
    bytes: usize,
    /// The number of the next one.
    next: u64,
}

impl Ring {
    fn add(&mut self, incident: Incident) {
        self.bytes += incident.bytes();
        self.list.push_back(incident);
        self.next += 1;
        while self.list.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.list.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }
}

impl Incidents {
    /// Whether anybody wants to know.
    pub fn are_wanted(&self, now: Time) -> bool {
        match self.asked.load(Ordering::Relaxed) {
            0 => false,
            asked => now.0 <= asked.saturating_add(PATIENCE),
        }
    }

    /// Keeps one.
    pub fn add(&self, incident: Incident) {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).add(incident);
    }

    /// Those from a number on, how many before them were lost, and the number of the next one.
    fn since(&self, from: Option<u64>, now: Time) -> (Vec<Incident>, u64, u64) {
        self.asked.store(now.0.max(1), Ordering::Relaxed);
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match from {
            None => ring.next,
            // A number of a process before this one: all of this one's are new.
            Some(from) if from > ring.next => 0,
            Some(from) => from,
        };
        let first = ring.next - ring.list.len() as u64;
        let passed = from.saturating_sub(first);
        let list = ring.list.iter().skip(usize::try_from(passed).unwrap_or(MOST)).cloned();
        (list.collect(), first.saturating_sub(from), ring.next)
    }
}

impl Incident {
    /// What it takes in memory.
    fn bytes(&self) -> usize {
        let what = match &self.what {
            What::Declined(addresses) => size_of_val(addresses.as_slice()),
            What::Status { message, .. } => message.len(),
            What::Invalid { .. } => 0,
        };
        size_of::<Self>() + self.client.len() + what
    }

    fn to_json(&self) -> Value {
        let mut map = Map::default();
        let kind = match &self.what {
            What::Declined(_) => "decline",
            What::Status { .. } => "status",
            What::Invalid { .. } => "invalid",
        };
        map.insert("kind", kind);
        map.insert("duid", self.client.as_str());
        match &self.what {
            What::Declined(addresses) => {
                let addresses = addresses.iter().map(|address| Value::from(address.to_string()));
                map.insert("ip-addresses", addresses.collect::<Vec<_>>());
            }
            What::Status { code, message } => {
                map.insert("code", u32::from(*code));
                map.insert("message", message.as_str());
            }
            What::Invalid { message_type, reason } => {
                map.insert("message-type", u32::from(*message_type));
                map.insert("reason", *reason);
            }
        }
        map.into()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Arguments {
    from: Option<u64>,
}

/// `incident-get`: what has happened since the one before the number `from`; without it, nothing but
/// the number to ask from.
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Arguments { from } = read(arguments)?;
    let (list, lost, next) = server.incidents.since(from, server.now());
    let list = list.iter().map(Incident::to_json).collect::<Vec<_>>();
    Ok(Answer::arguments(Value::object([
        ("incidents", Value::from(list)),
        ("lost", Value::from(lost)),
        ("next", Value::from(next)),
    ])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(number: u16) -> Incident {
        let what = What::Status { code: number, message: String::new() };
        Incident { client: "0a0102".to_owned(), what }
    }

    #[test]
    fn they_are_wanted_while_somebody_asks() {
        let incidents = Incidents::default();
        assert!(!incidents.are_wanted(Time(1000)));
        incidents.since(None, Time(1000));
        assert!(incidents.are_wanted(Time(1060)));
        assert!(!incidents.are_wanted(Time(1061)));
    }

    #[test]
    fn each_is_told_once_and_what_is_lost_is_counted() {
        let incidents = Incidents::default();
        assert_eq!(incidents.since(None, Time(1)), (vec![], 0, 0));
        incidents.add(incident(1));
        incidents.add(incident(2));
        assert_eq!(incidents.since(Some(0), Time(1)), (vec![incident(1), incident(2)], 0, 2));
        assert_eq!(incidents.since(Some(1), Time(1)), (vec![incident(2)], 0, 2));
        assert_eq!(incidents.since(Some(2), Time(1)), (vec![], 0, 2));
        assert_eq!(incidents.since(Some(9), Time(1)).0.len(), 2);
        for number in 0..1001 {
            incidents.add(incident(number));
        }
        let (list, lost, next) = incidents.since(Some(1), Time(1));
        assert_eq!((list.len(), lost, next), (1000, 2, 1003));
    }

    #[test]
    fn long_ones_do_not_fill_the_memory() {
        let incidents = Incidents::default();
        incidents.since(None, Time(1));
        let client = "0a".repeat(100_000);
        for number in 0..100 {
            incidents.add(Incident { client: client.clone(), ..incident(number) });
        }
        let (list, lost, next) = incidents.since(Some(0), Time(1));
        assert_eq!((list.len(), lost, next), (5, 95, 100));
        for number in 0..1000 {
            incidents.add(incident(number));
        }
        assert_eq!(incidents.since(Some(100), Time(1)).0.len(), 1000);
    }

    #[test]
    fn they_are_told_in_json() {
        let json = |what| ruru_json::compact(&Incident { client: "0a".to_owned(), what }.to_json());
        assert_eq!(
            json(What::Declined(vec![Ipv6Addr::LOCALHOST])),
            r#"{"kind":"decline","duid":"0a","ip-addresses":["::1"]}"#
        );
        assert_eq!(
            json(What::Invalid { message_type: 5, reason: "no" }),
            r#"{"kind":"invalid","duid":"0a","message-type":5,"reason":"no"}"#
        );
    }
}
