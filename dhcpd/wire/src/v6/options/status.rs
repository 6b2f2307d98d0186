//! How a request went.

use super::OptionData;
use crate::v6::{OptionCode, StatusCode};
use crate::{DecodeError, Reader};

/// The status of a message, an association or a lease, RFC 8415 section 21.13. Where there is none
/// it is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status<'a> {
    /// The code.
    pub code: StatusCode,
    /// A text for people.
    pub message: &'a str,
}

impl<'a> OptionData<'a> for Status<'a> {
    const CODE: OptionCode = OptionCode::STATUS_CODE;
    const NAME: &'static str = "status-code";

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let code = StatusCode(reader.u16(Self::NAME)?);
        let message = str::from_utf8(reader.take_rest()).map_err(|error| {
            let value = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            DecodeError::Invalid { what: "status message, not UTF-8 from byte", value }
        })?;
        Ok(Self { code, message })
    }

    fn encode(&self, content: &mut Vec<u8>) {
        content.extend_from_slice(&self.code.0.to_be_bytes());
        content.extend_from_slice(self.message.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_a_code_and_a_text() {
        let status = Status::decode_all(b"\0\x03gone").unwrap();
        assert_eq!(status, Status { code: StatusCode::NO_BINDING, message: "gone" });
        assert!(Status::decode_all(b"\0").is_err() && Status::decode_all(b"\0\0\xff").is_err());
    }
}
