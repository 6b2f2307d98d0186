//! What a server remembers of one peer.

use crate::error::RpcError;
use crate::framing::{Decoder, FrameError, Framing};
use crate::hello::{Hello, HelloError};
use crate::rpc::malformed;

/// A session as the server sees it.
#[derive(Debug)]
pub struct Session {
    state: State,
    decoder: Decoder,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The peer has not said hello.
    Greeting,
    /// Requests and answers.
    Open(Framing),
    /// Nothing is read any more.
    Closed,
}

/// Something that a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Its hello: the session is open.
    Hello(Hello),
    /// A message to read with [`crate::Rpc::parse`].
    Message(String),
    /// A message that is not even text, and the answer to it.
    NotText(RpcError),
    /// A hello that cannot be accepted: the session ends.
    BadHello(HelloError),
    /// A stream that cannot be read on: the session ends.
    BadFrame(FrameError),
}

impl Session {
    /// A session whose messages have at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { state: State::Greeting, decoder: Decoder::new(limit) }
    }

    /// Takes bytes from the stream.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.state != State::Closed {
            self.decoder.receive(bytes);
        }
    }

    /// Whether nothing more can come of this session.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether the peer has said hello.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The framing of what is sent now.
    pub fn framing(&self) -> Framing {
        match self.state {
            State::Greeting | State::Closed => Framing::EndOfMessage,
            State::Open(framing) => framing,
        }
    }

    /// What the peer sent, in its order.
    pub fn next_incoming(&mut self) -> Option<Incoming> {
        if self.state == State::Closed {
            return None;
        }
        let incoming = match self.decoder.next_message() {
            Ok(Some(bytes)) => self.message(bytes),
            Ok(None) => return None,
            Err(error) => Incoming::BadFrame(error),
        };
        self.state = self.state.after(&incoming);
        if let State::Open(framing) = self.state {
            self.decoder.set_framing(framing);
        }
        Some(incoming)
    }

    fn message(&self, bytes: Vec<u8>) -> Incoming {
        let text = String::from_utf8(bytes).map_err(|_| "the message is not UTF-8");
        match (self.state, text) {
            (State::Greeting, Ok(text)) => match Hello::from_client(&text) {
                Ok(hello) => match hello.framing() {
                    Ok(_) => Incoming::Hello(hello),
                    Err(error) => Incoming::BadHello(error),
                },
                Err(error) => Incoming::BadHello(error),
            },
            (State::Greeting, Err(_)) => Incoming::BadHello(HelloError::NotText),
            (State::Open(_) | State::Closed, Ok(text)) => Incoming::Message(text),
            (State::Open(_) | State::Closed, Err(reason)) => {
                Incoming::NotText(malformed(self.framing(), reason.to_owned()))
            }
        }
    }
}

impl State {
    fn after(self, incoming: &Incoming) -> Self {
        match (self, incoming) {
            (Self::Greeting, Incoming::Hello(hello)) => {
                hello.framing().map_or(Self::Closed, Self::Open)
            }
            (Self::Open(framing), Incoming::Message(_) | Incoming::NotText(_)) => {
                Self::Open(framing)
            }
            (Self::Greeting, Incoming::Message(_) | Incoming::NotText(_))
            | (Self::Open(_), Incoming::Hello(_))
            | (Self::Closed, _)
            | (_, Incoming::BadHello(_) | Incoming::BadFrame(_)) => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hello::{BASE_1_0, BASE_1_1};
    use crate::namespace;

    fn hello(base: &str) -> Vec<u8> {
        let text = format!(
            "<hello xmlns=\"{}\"><capabilities><capability>{base}</capability></capabilities>\
             </hello>",
            namespace::BASE
        );
        Framing::EndOfMessage.encode(&text)
    }

    fn all(session: &mut Session, bytes: &[u8]) -> Vec<Incoming> {
        session.receive(bytes);
        std::iter::from_fn(|| session.next_incoming()).collect()
    }

    #[test]
    fn the_framing_changes_right_after_the_hello() {
        let mut session = Session::new(1000);
        let bytes = [hello(BASE_1_1), Framing::Chunked.encode("<rpc/>")].concat();
        let incoming = all(&mut session, &bytes);
        assert!(matches!(incoming[0], Incoming::Hello(_)));
        assert_eq!(incoming[1], Incoming::Message("<rpc/>".to_owned()));
        assert_eq!(session.framing(), Framing::Chunked);
    }

    #[test]
    fn an_old_peer_keeps_the_old_framing() {
        let mut session = Session::new(1000);
        let bytes = [hello(BASE_1_0), Framing::EndOfMessage.encode("<rpc/>")].concat();
        assert_eq!(all(&mut session, &bytes).len(), 2);
        assert_eq!(session.framing(), Framing::EndOfMessage);
    }

    #[test]
    fn a_bad_hello_or_frame_ends_the_session() {
        let mut session = Session::new(1000);
        let incoming = all(&mut session, &Framing::EndOfMessage.encode("<hello/>"));
        assert!(matches!(incoming[..], [Incoming::BadHello(_)]));
        assert!(session.is_closed());
        assert_eq!(all(&mut session, &hello(BASE_1_1)), []);

        let mut session = Session::new(1000);
        let incoming = all(&mut session, &[hello(BASE_1_1), b"<rpc/>]]>]]>".to_vec()].concat());
        assert!(matches!(incoming[..], [Incoming::Hello(_), Incoming::BadFrame(_)]));
        assert!(session.is_closed());
    }

    #[test]
    fn a_message_that_is_not_utf_8_is_answered() {
        let mut session = Session::new(1000);
        let incoming = all(&mut session, &[hello(BASE_1_1), b"\n#1\n\xff\n##\n".to_vec()].concat());
        assert!(matches!(incoming[..], [Incoming::Hello(_), Incoming::NotText(_)]));
        assert!(session.is_open());
    }
}
