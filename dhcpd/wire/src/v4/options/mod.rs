//! The options that the server acts upon, one small type each.
//!
//! All other options are opaque here: the configuration encodes those that are sent, and the
//! message keeps those that were received.

mod enterprise;
mod lease;
mod relay;

pub use enterprise::enterprise_blocks;
pub use lease::{
    ClientIdentifier, LeaseTime, MaxMessageSize, RebindingTime, RenewalTime, RequestedAddress,
    ServerIdentifier, SubnetMask, SubnetSelection,
};
pub use relay::RelayAgentInformation;

use crate::cursor::{DecodeError, Reader};
use crate::v4::OptionCode;

/// The content of an option as a type.
pub trait OptionData: Sized {
    /// The option's code.
    const CODE: OptionCode;
    /// The option's name, for errors.
    const NAME: &'static str;

    /// Reads the content.
    ///
    /// # Errors
    /// The content is too short or has an impossible value.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Appends the content.
    fn encode(&self, content: &mut Vec<u8>);

    /// Reads the content, which must hold nothing else.
    ///
    /// # Errors
    /// The content is too short, too long, or has an impossible value.
    fn decode_all(content: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(content);
        let value = Self::decode(&mut reader)?;
        reader.end(Self::NAME)?;
        Ok(value)
    }
}
