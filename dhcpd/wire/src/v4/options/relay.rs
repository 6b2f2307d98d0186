//! Relay agent information, RFC 3046.

use std::net::Ipv4Addr;

use crate::cursor::Reader;
use crate::v4::RelaySubOption;

/// The sub-options that a relay agent added; borrowed from the message.
///
/// Sub-options are looked for in the bytes: there are a handful, and the option is echoed as it
/// came, so that decoding it into something else would lose what the relay wants back.
#[derive(Clone, Copy, Debug)]
pub struct RelayAgentInformation<'a>(pub &'a [u8]);

impl<'a> RelayAgentInformation<'a> {
    /// The content of the first sub-option with this code.
    #[must_use]
    pub fn get(self, code: RelaySubOption) -> Option<&'a [u8]> {
        self.iter().find(|(found, _)| *found == code).map(|(_, content)| content)
    }

    /// The address in the link selection sub-option, RFC 3527.
    #[must_use]
    pub fn link_selection(self) -> Option<Ipv4Addr> {
        self.address(RelaySubOption::LINK_SELECTION)
    }

    /// The address in the server identifier override sub-option, RFC 5107.
    #[must_use]
    pub fn server_id_override(self) -> Option<Ipv4Addr> {
        self.address(RelaySubOption::SERVER_ID_OVERRIDE)
    }

    /// Whether the relay wants the answer at the port that it sent from, RFC 8357.
    #[must_use]
    pub fn relay_port(self) -> bool {
        self.get(RelaySubOption::RELAY_PORT).is_some()
    }

    /// Sub-options in their order, up to the first that is cut short.
    pub fn iter(self) -> impl Iterator<Item = (RelaySubOption, &'a [u8])> {
        let mut reader = Reader::new(self.0);
        std::iter::from_fn(move || {
            let code = RelaySubOption(reader.u8("sub-option code").ok()?);
            let len = reader.u8("sub-option length").ok()?;
            Some((code, reader.bytes(len.into(), "sub-option").ok()?))
        })
    }

    fn address(self, code: RelaySubOption) -> Option<Ipv4Addr> {
        // What stands behind the address does not count, as in options of messages.
        self.get(code)?.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_options_are_found_and_a_cut_one_ends_the_list() {
        let info = RelayAgentInformation(&[1, 2, 7, 8, 5, 4, 192, 0, 2, 1, 2, 9, 1]);
        assert_eq!(info.get(RelaySubOption::CIRCUIT_ID), Some(&[7, 8][..]));
        assert_eq!(info.link_selection(), Some(Ipv4Addr::new(192, 0, 2, 1)));
        assert_eq!(info.get(RelaySubOption::REMOTE_ID), None);
    }
}
