//! The states of a lease and the events that change them.

use crate::Time;

/// What an address is to its client; the numbers are those of lease files and databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// The client may use the address until the lease ends.
    Assigned = 0,
    /// A client found somebody else using the address; it rests until probation ends.
    Declined = 1,
    /// The lease ended and was cleaned up; it remembers who had the address.
    Reclaimed = 2,
    /// The client gave the address back; the lease remembers who had it.
    Released = 3,
    /// The client made the address itself and told of it, RFC 9686; DHCPv6 only. It is nobody's to
    /// be given, and when it ends nothing is remembered of it.
    Registered = 4,
}

impl State {
    /// The state with this number in lease files.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Assigned),
            1 => Some(Self::Declined),
            2 => Some(Self::Reclaimed),
            3 => Some(Self::Released),
            4 => Some(Self::Registered),
            _ => None,
        }
    }

    /// The number of this state in lease files.
    #[must_use]
    pub fn number(self) -> u32 {
        self as u32
    }

    /// Whether the address is out of reach for other clients until the lease ends; of a registered
    /// one until it is removed.
    #[must_use]
    pub fn holds_address(self) -> bool {
        matches!(self, Self::Assigned | Self::Declined | Self::Registered)
    }

    /// Whether a lease in this state no longer holds its address once it has ended, even if nobody
    /// has looked yet.
    pub(crate) fn frees_at_end(self) -> bool {
        self != Self::Registered
    }

    /// What `event` makes of a lease in this state that ends at `until`; nothing else changes a
    /// lease's state.
    ///
    /// # Errors
    /// The event cannot happen to such a lease.
    pub fn after(self, event: Event, until: Time) -> Result<Self, Refused> {
        let refused = Err(Refused { from: self, event });
        match (self, event) {
            (Self::Assigned | Self::Reclaimed | Self::Released, Event::Request { .. }) => {
                Ok(Self::Assigned)
            }
            // A declined address may be given out once probation is over, even if it has not
            // been reclaimed yet.
            (Self::Declined, Event::Request { now }) if until <= now => Ok(Self::Assigned),
            (Self::Assigned, Event::Decline) => Ok(Self::Declined),
            (Self::Assigned, Event::Release) => Ok(Self::Released),
            (Self::Assigned | Self::Declined | Self::Released, Event::Expire { now })
                if until <= now =>
            {
                Ok(Self::Reclaimed)
            }
            (Self::Registered | Self::Reclaimed | Self::Released, Event::Register { .. }) => {
                Ok(Self::Registered)
            }
            (Self::Assigned | Self::Declined, Event::Register { now }) if until <= now => {
                Ok(Self::Registered)
            }
            (
                Self::Assigned
                | Self::Declined
                | Self::Reclaimed
                | Self::Released
                | Self::Registered,
                Event::Request { .. }
                | Event::Decline
                | Event::Release
                | Event::Expire { .. }
                | Event::Register { .. },
            ) => refused,
        }
    }
}

/// What can happen to a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A client gets the address or keeps it.
    Request {
        /// When.
        now: Time,
    },
    /// Its client found the address in use.
    Decline,
    /// Its client gives the address back.
    Release,
    /// Somebody looks whether the lease has ended. One that was registered is removed then.
    Expire {
        /// When.
        now: Time,
    },
    /// A client tells of an address that it has made itself, RFC 9686.
    Register {
        /// When.
        now: Time,
    },
}

/// An event that cannot happen to a lease in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lease that is {from:?} cannot take {event:?}")]
pub struct Refused {
    /// The state.
    pub from: State,
    /// The event.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1000);

    #[test]
    fn a_declined_address_is_not_given_out_before_probation_ends() {
        let request = Event::Request { now: NOW };
        assert!(State::Declined.after(request, Time(1001)).is_err());
        assert_eq!(State::Declined.after(request, NOW), Ok(State::Assigned));
    }

    #[test]
    fn only_what_was_assigned_is_declined_or_released() {
        for state in [State::Declined, State::Reclaimed, State::Released] {
            assert!(state.after(Event::Decline, NOW).is_err(), "{state:?}");
            assert!(state.after(Event::Release, NOW).is_err(), "{state:?}");
        }
    }

    #[test]
    fn a_lease_is_reclaimed_once_and_only_after_its_end() {
        let expire = Event::Expire { now: NOW };
        assert!(State::Assigned.after(expire, Time(1001)).is_err());
        assert_eq!(State::Assigned.after(expire, NOW), Ok(State::Reclaimed));
        assert!(State::Reclaimed.after(expire, NOW).is_err());
    }

    #[test]
    fn a_registered_address_is_never_given_out() {
        for event in [Event::Request { now: NOW }, Event::Expire { now: NOW }, Event::Release] {
            assert!(State::Registered.after(event, Time(0)).is_err(), "{event:?}");
        }
        let register = Event::Register { now: NOW };
        assert_eq!(State::Registered.after(register, Time(2000)), Ok(State::Registered));
        assert_eq!(State::Reclaimed.after(register, Time(0)), Ok(State::Registered));
        assert!(State::Assigned.after(register, Time(1001)).is_err());
        assert_eq!(State::Assigned.after(register, NOW), Ok(State::Registered));
    }

    #[test]
    fn numbers_are_those_of_lease_files() {
        for number in 0..5 {
            assert_eq!(State::from_number(number).unwrap().number(), number);
        }
        assert_eq!(State::from_number(5), None);
    }
}
