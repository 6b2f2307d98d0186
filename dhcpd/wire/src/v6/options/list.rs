//! Lists of option codes.

use super::OptionData;
use crate::v6::OptionCode;
use crate::{DecodeError, Reader};

/// How many codes of an echo request count. Each may be compared with each of the relay agent's
/// options, so that without a bound a message of 64 KiB would cost a hundred million comparisons.
const MOST_ECHOES: usize = 128;

/// Codes one behind the other, in the order of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Codes<'a>(&'a [u8]);

impl<'a> Codes<'a> {
    fn decode(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, DecodeError> {
        let content = reader.take_rest();
        if content.len().is_multiple_of(2) {
            return Ok(Self(content));
        }
        Err(DecodeError::Truncated { what, needed: 2, left: 1 })
    }

    /// The codes.
    pub fn iter(self) -> impl Iterator<Item = OptionCode> + 'a {
        let (pairs, _) = self.0.as_chunks();
        pairs.iter().map(|pair| OptionCode(u16::from_be_bytes(*pair)))
    }
}

/// The options that a client asks for, RFC 8415 section 21.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OptionRequest<'a>(pub Codes<'a>);

impl OptionRequest<'_> {
    /// Whether a code is among them.
    #[must_use]
    pub fn contains(self, code: OptionCode) -> bool {
        self.0.iter().any(|asked| asked == code)
    }
}

impl<'a> OptionData<'a> for OptionRequest<'a> {
    const CODE: OptionCode = OptionCode::ORO;
    const NAME: &'static str = "oro";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Codes::decode(reader, Self::NAME).map(Self)
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(self.0.0);
    }
}

/// The options that a relay agent wants back, RFC 4994 section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoRequest<'a>(pub Codes<'a>);

impl EchoRequest<'_> {
    /// Whether a code is among them; those behind the first 128 do not count.
    #[must_use]
    pub fn asks_for(self, code: OptionCode) -> bool {
        self.0.iter().take(MOST_ECHOES).any(|asked| asked == code)
    }
}

impl<'a> OptionData<'a> for EchoRequest<'a> {
    const CODE: OptionCode = OptionCode::ERO;
    const NAME: &'static str = "ero";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Codes::decode(reader, Self::NAME).map(Self)
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(self.0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_whole_codes() {
        let request = OptionRequest::decode_all(&[0, 23, 0, 24]).unwrap();
        assert!(request.contains(OptionCode::DNS_SERVERS) && !request.contains(OptionCode::ORO));
        assert!(request.0.iter().eq([OptionCode::DNS_SERVERS, OptionCode::DOMAIN_SEARCH]));
        assert!(OptionRequest::decode_all(&[0, 23, 0]).is_err());
    }

    #[test]
    fn an_endless_echo_request_is_bounded() {
        let content: Vec<u8> = (0..1000_u16).flat_map(u16::to_be_bytes).collect();
        let request = EchoRequest::decode_all(&content).unwrap();
        assert!(request.asks_for(OptionCode(127)) && !request.asks_for(OptionCode(128)));
    }
}
