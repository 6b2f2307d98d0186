//! The layers that relay agents have put around a message.

use std::fmt;
use std::net::Ipv6Addr;

use super::{MessageType, Options};
use crate::{DecodeError, Reader};

/// The layer that a relay agent has put around a message, RFC 8415 section 9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay<'a> {
    /// RELAY-FORW from an agent, RELAY-REPL to one.
    pub message_type: MessageType,
    /// Agents between this one and the client.
    pub hop_count: u8,
    /// An address that identifies the client's link, or `::`.
    pub link_address: Ipv6Addr,
    /// Where the agent had the message from.
    pub peer_address: Ipv6Addr,
    /// The agent's options, but for the relay message.
    pub options: Options<'a>,
}

impl<'a> Relay<'a> {
    /// Reads what follows the message type; the message that was relayed is returned beside it.
    pub(crate) fn decode(
        message_type: MessageType,
        reader: &mut Reader<'a>,
    ) -> Result<(Self, &'a [u8]), DecodeError> {
        let hop_count = reader.u8("hop-count")?;
        let link_address = reader.ipv6("link-address")?;
        let peer_address = reader.ipv6("peer-address")?;
        let (options, relayed) = Options::and_relay_message(reader.rest())?;
        let relayed = relayed.ok_or(DecodeError::Missing { what: "relay message option" })?;
        Ok((Self { message_type, hop_count, link_address, peer_address, options }, relayed))
    }
}

/// How many relay agents have a place without allocation: one at the edge and one behind it.
const USUAL: usize = 2;

/// The relay agents that a message has passed: first the one that the server has it from, last the
/// one next to the client.
///
/// A `SmallVec` would tie all borrows of a message to one lifetime, as it is not covariant.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Relays<'a> {
    usual: [Option<Relay<'a>>; USUAL],
    more: Vec<Relay<'a>>,
}

impl<'a> Relays<'a> {
    /// The most relay agents that a message may have passed: an agent of RFC 3315 section 20.1.2 adds
    /// itself up to the hop count 32, and Kea takes what it sends. Agents of RFC 8415 section 7.6 stop
    /// at eight.
    pub const MOST: usize = 33;

    /// Adds the next one towards the client.
    pub(crate) fn push(&mut self, relay: Relay<'a>) -> Result<(), DecodeError> {
        let len = self.len();
        if len == Self::MOST {
            return Err(DecodeError::Invalid { what: "relay agents", value: 34 });
        }
        match self.usual.get_mut(len) {
            Some(place) => *place = Some(relay),
            None => self.more.push(relay),
        }
        Ok(())
    }

    /// The relay agents; in reverse, from the client on.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Relay<'a>> {
        self.usual.iter().flatten().chain(&self.more)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.usual.iter().flatten().count() + self.more.len()
    }

    /// Whether the message has come from the client itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The one that the server has the message from.
    #[must_use]
    pub fn first(&self) -> Option<&Relay<'a>> {
        self.iter().next()
    }

    /// The one next to the client.
    #[must_use]
    pub fn last(&self) -> Option<&Relay<'a>> {
        self.iter().next_back()
    }

    /// The one that `number` others stand before, counted from the server.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Relay<'a>> {
        self.iter().nth(number)
    }
}

impl fmt::Debug for Relays<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
