//! A message as it was received, read without copying.

use super::{MessageType, OptionCode, Options, Relay, Relays};
use crate::{DecodeError, Reader};

/// A received message.
///
/// In the messages of DHCPv4 over DHCPv6 (RFC 7341) flags stand in place of the transaction id; the
/// highest of the 24 bits is the unicast flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// The relay agents that it has passed.
    pub relays: Relays<'a>,
    /// The message type.
    pub message_type: MessageType,
    /// The transaction id: 24 bits.
    pub transaction_id: u32,
    /// The options.
    pub options: Options<'a>,
}

impl<'a> Query<'a> {
    /// Reads a message: the UDP payload.
    ///
    /// # Errors
    /// A header is cut short, a relay agent's layer holds no message, or there are more of them than
    /// [`Relays::MOST`].
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        let mut relays = Relays::default();
        let mut message = message;
        loop {
            let mut reader = Reader::new(message);
            let message_type = MessageType(reader.u8("message type")?);
            if !message_type.is_relayed() {
                let transaction_id = reader.u24("transaction id")?;
                let options = Options::new(reader.rest())?;
                return Ok(Self { relays, message_type, transaction_id, options });
            }
            let (relay, relayed) = Relay::decode(message_type, &mut reader)?;
            relays.push(relay)?;
            message = relayed;
        }
    }

    /// Whether the answer goes to the port that the query came from (RFC 8357 section 5.2), not to
    /// the one that is assigned.
    #[must_use]
    pub fn has_source_port(&self) -> bool {
        let last = self.relays.first();
        last.is_some_and(|relay| relay.options.contains(OptionCode::RELAY_SOURCE_PORT))
    }
}
