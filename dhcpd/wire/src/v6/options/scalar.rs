//! Options whose content is one number, or nothing.

use super::OptionData;
use crate::v6::OptionCode;
use crate::{DecodeError, Reader};

macro_rules! scalar_options {
    ($($(#[$meta:meta])* $name:ident($type:ident) = $code:ident, $text:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $type);

        impl<'a> OptionData<'a> for $name {
            const CODE: OptionCode = OptionCode::$code;
            const NAME: &'static str = $text;

            fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
                reader.$type(Self::NAME).map(Self)
            }

            fn encode(&self, content: &mut Vec<u8>) {
                content.extend_from_slice(&self.0.to_be_bytes());
            }
        }
    )* };
}

scalar_options! {
    /// How much a client should prefer the server, RFC 8415 section 21.8.
    Preference(u8) = PREFERENCE, "preference";
    /// Hundredths of a second since the client began, RFC 8415 section 21.9.
    ElapsedTime(u16) = ELAPSED_TIME, "elapsed-time";
    /// Seconds until a stateless client asks again, RFC 8415 section 21.23.
    InformationRefreshTime(u32) = INFORMATION_REFRESH_TIME, "information-refresh-time";
    /// The longest time between SOLICIT messages in seconds, RFC 8415 section 21.24.
    SolMaxRt(u32) = SOL_MAX_RT, "solmax-rt";
    /// The longest time between INFORMATION-REQUEST messages in seconds, RFC 8415 section 21.25.
    InfMaxRt(u32) = INF_MAX_RT, "inf-max-rt";
    /// The port that a relay agent sends from and wants answers at; zero if it is the last agent's
    /// own (RFC 8357 section 5.1).
    RelaySourcePort(u16) = RELAY_SOURCE_PORT, "relay-source-port";
}

/// The client takes a REPLY at once, or the server gives it, RFC 8415 section 21.14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RapidCommit;

impl<'a> OptionData<'a> for RapidCommit {
    const CODE: OptionCode = OptionCode::RAPID_COMMIT;
    const NAME: &'static str = "rapid-commit";

    fn decode(_reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }

    fn encode(&self, _content: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_must_have_its_exact_length() {
        assert_eq!(ElapsedTime::decode_all(&[1, 0]), Ok(ElapsedTime(256)));
        assert!(ElapsedTime::decode_all(&[1]).is_err());
        assert!(ElapsedTime::decode_all(&[1, 0, 0]).is_err());
        assert!(RapidCommit::decode_all(&[]).is_ok() && RapidCommit::decode_all(&[1]).is_err());
    }
}
