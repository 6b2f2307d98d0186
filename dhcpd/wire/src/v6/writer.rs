//! Writing messages.
//!
//! A length stands before what it counts: it is written as zero and corrected when its end is known,
//! so that options may nest and relay agents' layers may wrap without a second buffer.

use smallvec::SmallVec;

use super::options::{EchoRequest, OptionData};
use super::{MessageType, OptionCode, Options, Relay, Relays};

/// A message is longer than what UDP can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message has {len} bytes, more than UDP can carry")]
pub struct TooLong {
    /// How many bytes it would have.
    pub len: usize,
}

/// Writes a message: the layers of relay agents and the header at once, then options in the order
/// of the calls; [`finish`](Self::finish) corrects the lengths of the layers.
///
/// The buffer is the caller's and keeps its capacity, so that writing does not allocate.
#[derive(Debug)]
pub struct Writer<'a> {
    message: &'a mut Vec<u8>,
    /// Where the lengths of the relay messages stand, the outermost first.
    relayed: SmallVec<[usize; 4]>,
}

impl<'a> Writer<'a> {
    /// Clears `message` and begins one that is not relayed. Of the transaction id the lower 24 bits
    /// count.
    pub fn new(message: &'a mut Vec<u8>, message_type: MessageType, transaction_id: u32) -> Self {
        message.clear();
        let mut writer = Self { message, relayed: SmallVec::new() };
        writer.header(message_type, transaction_id);
        writer
    }

    /// Begins an answer to a query that came through `relays`: in as many RELAY-REPL messages, with
    /// the same hop count and addresses (RFC 8415 section 19.3). Of the agents' options go back
    /// the interface id, the relay source port (RFC 8357), and those that an agent asks for by an
    /// echo request option (RFC 4994).
    pub fn reply(
        message: &'a mut Vec<u8>,
        relays: &Relays<'_>,
        message_type: MessageType,
        transaction_id: u32,
    ) -> Self {
        message.clear();
        let mut writer = Self { message, relayed: SmallVec::new() };
        for relay in relays.iter() {
            writer.layer(MessageType::RELAY_REPL, relay, echoes(&relay.options));
        }
        writer.header(message_type, transaction_id);
        writer
    }

    /// Begins a message within the layers of `relays` with all their options: as it was received.
    pub fn relayed<'r>(
        message: &'a mut Vec<u8>,
        relays: impl IntoIterator<Item = &'r Relay<'r>>,
        message_type: MessageType,
        transaction_id: u32,
    ) -> Self {
        message.clear();
        let mut writer = Self { message, relayed: SmallVec::new() };
        for relay in relays {
            writer.layer(relay.message_type, relay, relay.options.iter());
        }
        writer.header(message_type, transaction_id);
        writer
    }

    fn header(&mut self, message_type: MessageType, transaction_id: u32) {
        let [_, high, middle, low] = transaction_id.to_be_bytes();
        self.message.extend_from_slice(&[message_type.0, high, middle, low]);
    }

    fn layer<'o>(
        &mut self,
        message_type: MessageType,
        relay: &Relay<'_>,
        options: impl Iterator<Item = (OptionCode, &'o [u8])>,
    ) {
        self.message.extend_from_slice(&[message_type.0, relay.hop_count]);
        self.message.extend_from_slice(&relay.link_address.octets());
        self.message.extend_from_slice(&relay.peer_address.octets());
        for (code, content) in options {
            self.option(code, content);
        }
        let length = open(self.message, OptionCode::RELAY_MSG);
        self.relayed.push(length);
    }

    /// Writes an option.
    pub fn option(&mut self, code: OptionCode, content: &[u8]) {
        option_bytes(self.message, code, content);
    }

    /// Writes an option from its type.
    pub fn typed<'o, T: OptionData<'o>>(&mut self, option: &T) {
        let length = open(self.message, T::CODE);
        option.encode(self.message);
        close(self.message, length);
    }

    /// Writes an option from its type with further options inside, behind its fields: an IA or a
    /// lease with what belongs to it.
    pub fn typed_with<'o, T: OptionData<'o>>(
        &mut self,
        option: &T,
        inside: impl FnOnce(&mut Self),
    ) {
        let length = open(self.message, T::CODE);
        option.encode(self.message);
        inside(self);
        close(self.message, length);
    }

    /// Writes an option that `inside` fills with options.
    pub fn nested(&mut self, code: OptionCode, inside: impl FnOnce(&mut Self)) {
        let length = open(self.message, code);
        inside(self);
        close(self.message, length);
    }

    /// Appends bytes as they are; within [`nested`](Self::nested), fields before its options.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.message.extend_from_slice(bytes);
    }

    /// Completes the message.
    ///
    /// # Errors
    /// The message is longer than what UDP can carry, and must not be sent.
    pub fn finish(self) -> Result<(), TooLong> {
        for length in &self.relayed {
            close(self.message, *length);
        }
        match u16::try_from(self.message.len()) {
            Ok(_) => Ok(()),
            Err(_) => Err(TooLong { len: self.message.len() }),
        }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.message.len()
    }

    /// Never: the header is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.message.is_empty()
    }
}

/// Appends an option as it stands in a message: code, length, content.
pub fn option_bytes(bytes: &mut Vec<u8>, code: OptionCode, content: &[u8]) {
    let length = open(bytes, code);
    bytes.extend_from_slice(content);
    close(bytes, length);
}

/// Begins an option; returns where its length stands.
fn open(bytes: &mut Vec<u8>, code: OptionCode) -> usize {
    bytes.extend_from_slice(&code.0.to_be_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.len() - 2
}

/// Corrects the length that stands at `length`: all bytes behind it. One that does not fit makes the
/// message too long as a whole, which [`Writer::finish`] says.
fn close(bytes: &mut [u8], length: usize) {
    let content = bytes.len().saturating_sub(length + 2);
    let content = u16::try_from(content).unwrap_or(u16::MAX);
    if let Some(place) = bytes.get_mut(length..length + 2) {
        place.copy_from_slice(&content.to_be_bytes());
    }
}

/// Those of a relay agent's options that go back to it, in the order of their codes. What it may send
/// once goes back once.
fn echoes<'a>(options: &Options<'a>) -> impl Iterator<Item = (OptionCode, &'a [u8])> {
    // An agent that garbles the list is not owed an echo.
    let echo = options.decode::<EchoRequest<'_>>().ok().flatten();
    let mut before = None;
    options.iter().filter(move |(code, _)| {
        let is_first = before.replace(*code) != Some(*code);
        match *code {
            OptionCode::INTERFACE_ID | OptionCode::RELAY_SOURCE_PORT => is_first,
            OptionCode::ERO => false,
            other => echo.is_some_and(|echo| echo.asks_for(other)),
        }
    })
}
