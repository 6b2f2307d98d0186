//! The options that the server acts upon, one small type each.
//!
//! What is of variable length is borrowed from the message. All other options are opaque here: the
//! configuration encodes those that are sent, and the message keeps those that were received.

mod exclude;
mod fqdn;
mod identity;
mod lease;
mod list;
mod relay;
mod scalar;
mod status;
mod vendor;

pub use exclude::PdExclude;
pub use fqdn::{ClientFqdn, DomainName};
pub use identity::{ClientIdentifier, ClientLinkLayerAddress, RelayIdentifier, ServerIdentifier};
pub use lease::{IaAddress, IaNa, IaPd, IaPrefix, Iaid};
pub use list::{Codes, EchoRequest, OptionRequest};
pub use relay::{Dhcpv4Message, InterfaceId, RelaySuppliedOptions, RemoteId, SubscriberId};
pub use scalar::{
    ElapsedTime, InfMaxRt, InformationRefreshTime, Preference, RapidCommit, RelaySourcePort,
    SolMaxRt,
};
pub use status::Status;
pub use vendor::{Tuples, UserClass, VendorClass, VendorOptions};

use super::OptionCode;
use crate::{DecodeError, Reader};

/// The content of an option as a type.
pub trait OptionData<'a>: Sized {
    /// The option's code.
    const CODE: OptionCode;
    /// The option's name, for errors.
    const NAME: &'static str;

    /// Reads the content.
    ///
    /// # Errors
    /// The content is too short or has an impossible value.
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Appends the content.
    fn encode(&self, content: &mut Vec<u8>);

    /// Reads the content, which must hold nothing else.
    ///
    /// # Errors
    /// The content is too short, too long, or has an impossible value.
    fn decode_all(content: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(content);
        let value = Self::decode(&mut reader)?;
        reader.end(Self::NAME)?;
        Ok(value)
    }
}

/// Declares options whose content is bytes of any meaning.
macro_rules! opaque_options {
    ($($(#[$meta:meta])* $name:ident = $code:ident, $text:literal;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> $crate::v6::options::OptionData<'a> for $name<'a> {
            const CODE: OptionCode = OptionCode::$code;
            const NAME: &'static str = $text;

            fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
                Ok(Self(reader.take_rest()))
            }

            fn encode(&self, content: &mut Vec<u8>) {
                content.extend_from_slice(self.0);
            }
        }
    )* };
}
use opaque_options;
