//! Where a message ends on a stream, RFC 6242 section 4.

/// How messages are set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `]]>]]>` after each message: base:1.0, and every hello.
    EndOfMessage,
    /// Chunks with their length before them: base:1.1.
    Chunked,
}

const END_OF_MESSAGE: &[u8] = b"]]>]]>";
const END_OF_CHUNKS: &[u8] = b"\n##\n";

impl Framing {
    /// The bytes of one message.
    pub fn encode(self, message: &str) -> Vec<u8> {
        match self {
            Self::EndOfMessage => [message.as_bytes(), END_OF_MESSAGE].concat(),
            Self::Chunked => {
                let mut bytes = Vec::with_capacity(message.len() + 24);
                // A chunk holds at most 4294967295 bytes.
                for chunk in message.as_bytes().chunks(u32::MAX as usize) {
                    bytes.extend_from_slice(format!("\n#{}\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                }
                bytes.extend_from_slice(END_OF_CHUNKS);
                bytes
            }
        }
    }
}

/// Why a stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The message is longer than this side takes.
    #[error("message of more than {limit} bytes")]
    TooLarge {
        /// What this side takes.
        limit: usize,
    },
    /// Bytes that are no chunk header where one has to be.
    #[error("no chunk header where one has to be")]
    ChunkHeader,
    /// The end of chunks before the first one.
    #[error("a message without chunks")]
    NoChunk,
}

/// Cuts messages out of a stream, however it is split.
#[derive(Debug)]
pub struct Decoder {
    framing: Framing,
    limit: usize,
    input: Vec<u8>,
    /// Bytes of `input` that are done with.
    consumed: usize,
    message: Vec<u8>,
    /// Bytes still missing of the current chunk.
    missing: usize,
    /// Bytes that were searched for the end of the message in vain.
    searched: usize,
}

enum Header {
    Chunk(usize),
    End,
}

impl Decoder {
    /// A decoder of messages of at most `limit` bytes, for a stream that begins with a hello.
    pub fn new(limit: usize) -> Self {
        Self {
            framing: Framing::EndOfMessage,
            limit,
            input: Vec::new(),
            consumed: 0,
            message: Vec::new(),
            missing: 0,
            searched: 0,
        }
    }

    /// Changes the framing of what follows the last message returned.
    pub fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// Takes bytes from the stream.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.input.drain(..self.consumed);
        self.consumed = 0;
        self.input.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        match self.framing {
            Framing::EndOfMessage => self.next_delimited(),
            Framing::Chunked => self.next_chunked(),
        }
    }

    fn rest(&self) -> &[u8] {
        self.input.get(self.consumed..).unwrap_or_default()
    }

    fn next_delimited(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let searched = self.searched.saturating_sub(END_OF_MESSAGE.len());
        let rest = self.rest();
        let found = rest
            .get(searched..)
            .unwrap_or_default()
            .windows(END_OF_MESSAGE.len())
            .position(|window| window == END_OF_MESSAGE)
            .map(|position| position + searched);
        if found.unwrap_or(rest.len().saturating_sub(END_OF_MESSAGE.len())) > self.limit {
            return Err(FrameError::TooLarge { limit: self.limit });
        }
        let Some(length) = found else {
            self.searched = rest.len();
            return Ok(None);
        };
        let message = rest.get(..length).unwrap_or_default().to_vec();
        self.consumed += length + END_OF_MESSAGE.len();
        self.searched = 0;
        Ok(Some(message))
    }

    fn next_chunked(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        loop {
            if self.missing > 0 {
                let rest = self.input.get(self.consumed..).unwrap_or_default();
                let taken = rest.get(..self.missing).unwrap_or(rest);
                if taken.is_empty() {
                    return Ok(None);
                }
                self.message.extend_from_slice(taken);
                self.consumed += taken.len();
                self.missing -= taken.len();
                continue;
            }
            let Some((header, length)) = header(self.rest())? else { return Ok(None) };
            self.consumed += length;
            match header {
                Header::Chunk(size) if self.message.len().saturating_add(size) > self.limit => {
                    return Err(FrameError::TooLarge { limit: self.limit });
                }
                Header::Chunk(size) => self.missing = size,
                Header::End if self.message.is_empty() => return Err(FrameError::NoChunk),
                Header::End => return Ok(Some(std::mem::take(&mut self.message))),
            }
        }
    }
}

/// The header that `input` begins with and its length, if all of it is there.
fn header(input: &[u8]) -> Result<Option<(Header, usize)>, FrameError> {
    const LONGEST: usize = "4294967295".len();
    match input {
        [] | [b'\n'] | [b'\n', b'#'] | [b'\n', b'#', b'#'] => Ok(None),
        [b'\n', b'#', b'#', b'\n', ..] => Ok(Some((Header::End, END_OF_CHUNKS.len()))),
        [b'\n', b'#', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let text = rest.get(..digits).unwrap_or_default();
            if digits == 0 || digits > LONGEST || text.starts_with(b"0") {
                return Err(FrameError::ChunkHeader);
            }
            match rest.get(digits) {
                None => Ok(None),
                Some(b'\n') => {
                    let size = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                    let size: u32 = size.ok_or(FrameError::ChunkHeader)?;
                    let size = usize::try_from(size).map_err(|_| FrameError::ChunkHeader)?;
                    Ok(Some((Header::Chunk(size), digits + 3)))
                }
                Some(_) => Err(FrameError::ChunkHeader),
            }
        }
        _ => Err(FrameError::ChunkHeader),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoder(framing: Framing, limit: usize) -> Decoder {
        let mut decoder = Decoder::new(limit);
        decoder.set_framing(framing);
        decoder
    }

    fn decode(framing: Framing, bytes: &[u8]) -> Result<Option<Vec<u8>>, FrameError> {
        let mut decoder = decoder(framing, 100);
        decoder.receive(bytes);
        decoder.next_message()
    }

    #[test]
    fn the_example_of_rfc_6242_is_one_message() {
        let bytes = b"\n#4\n<rpc\n#18\n message-id=\"102\"\n\n#5\n>..\n\n\n##\n";
        let message = decode(Framing::Chunked, bytes).unwrap().unwrap();
        assert_eq!(message, b"<rpc message-id=\"102\"\n>..\n\n");
    }

    #[test]
    fn a_bad_chunk_header_is_an_error_as_soon_as_it_can_be_seen() {
        for bytes in [
            &b"<rpc"[..],
            b"\n#0\n",
            b"\n#01\nx",
            b"\n#-1\n",
            b"\n#x",
            b"\n#4294967296\n",
            b"\n#42949672950",
            b"\n# 4\n",
        ] {
            assert_eq!(decode(Framing::Chunked, bytes), Err(FrameError::ChunkHeader));
        }
        assert_eq!(decode(Framing::Chunked, b"\n##\n"), Err(FrameError::NoChunk));
    }

    #[test]
    fn a_message_over_the_limit_is_refused_before_it_is_all_there() {
        let limit = FrameError::TooLarge { limit: 100 };
        assert_eq!(decode(Framing::Chunked, b"\n#101\n"), Err(limit));
        assert_eq!(decode(Framing::EndOfMessage, &[b'x'; 107]), Err(limit));
        assert_eq!(decode(Framing::EndOfMessage, &[b'x'; 106]), Ok(None));
    }

    proptest! {
        #[test]
        fn messages_come_back_however_the_stream_is_split(
            messages in prop::collection::vec("[^\\]\u{0}]{1,200}", 1..5),
            chunked: bool,
            step in 1usize..40,
        ) {
            let framing = if chunked { Framing::Chunked } else { Framing::EndOfMessage };
            let stream: Vec<u8> = messages.iter().flat_map(|m| framing.encode(m)).collect();
            let mut decoder = decoder(framing, 1000);
            let mut decoded = Vec::new();
            for bytes in stream.chunks(step) {
                decoder.receive(bytes);
                while let Some(message) = decoder.next_message().unwrap() {
                    decoded.push(String::from_utf8(message).unwrap());
                }
            }
            prop_assert_eq!(decoded, messages);
        }

        #[test]
        fn no_input_panics_or_is_kept_beyond_the_limit(
            parts in prop::collection::vec("([\n#0-9\\]>]|[a-z]){0,20}", 0..20),
            chunked: bool,
        ) {
            let framing = if chunked { Framing::Chunked } else { Framing::EndOfMessage };
            let mut decoder = decoder(framing, 30);
            for part in parts {
                decoder.receive(part.as_bytes());
                loop {
                    match decoder.next_message() {
                        Ok(Some(message)) => prop_assert!(message.len() <= 30),
                        Ok(None) => break,
                        Err(_) => return Ok(()),
                    }
                }
                prop_assert!(decoder.input.len() + decoder.message.len() <= 100);
            }
        }
    }
}
