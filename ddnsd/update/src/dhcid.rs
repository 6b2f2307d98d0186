//! DHCID: who a name belongs to, as a digest that does not tell who it is, RFC 4701.
//!
//! The record holds what kind of identity it was (two bytes), how the digest is made (one byte, 1
//! for SHA-256), and the digest of the identity and the name, which is in wire format and small
//! letters.

use ruru_ncr::{Dhcid, DhcidError, Name};
use sha2::{Digest, Sha256};

/// SHA-256, RFC 4701 section 3.4.
const DIGEST: u8 = 1;
/// A client identifier that starts so has an IAID and a DUID in it, RFC 4361 section 6.1.
const WITH_DUID: u8 = 255;
/// Bytes of the IAID, with the one before it.
const BEFORE_DUID: usize = 5;
/// Bytes of a DUID at most, RFC 8415 section 11.1.
const MOST_OF_DUID: usize = 130;

/// Who a lease belongs to, RFC 4701 section 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity<'a> {
    /// The hardware type and address of a DHCPv4 client: type 0.
    Hardware {
        /// `htype` of the message.
        kind: u8,
        /// `chaddr`, as long as `hlen` says.
        address: &'a [u8],
    },
    /// Option 61 of DHCPv4, its type included: type 1, or type 2 if a DUID is in it.
    ClientId(&'a [u8]),
    /// A DUID: type 2.
    Duid(&'a [u8]),
}

/// An identity that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is nothing to tell clients apart by.
    #[error("the hardware address, client identifier or DUID is empty")]
    Empty,
    /// There is more than a DUID may have.
    #[error("the DUID has more than 130 bytes")]
    LongDuid,
    /// There is something wrong with the length of what came out.
    #[error("the DHCID cannot be used")]
    Dhcid(#[from] DhcidError),
}

impl Identity<'_> {
    /// The DHCID of this client for a name.
    ///
    /// # Errors
    /// The identity is empty, ends before its DUID, or its DUID is too long.
    pub fn dhcid(self, name: &Name) -> Result<Dhcid, IdentityError> {
        let (code, hardware, identity) = match self {
            Self::Hardware { kind, address } => (0_u16, Some(kind), address),
            Self::ClientId([WITH_DUID, iaid_and_duid @ ..]) => {
                (2, None, iaid_and_duid.get(BEFORE_DUID - 1..).unwrap_or_default())
            }
            Self::ClientId(bytes) => (1, None, bytes),
            Self::Duid(bytes) => (2, None, bytes),
        };
        match identity.len() {
            0 => return Err(IdentityError::Empty),
            length if code == 2 && length > MOST_OF_DUID => return Err(IdentityError::LongDuid),
            _ => {}
        }
        let mut digest = Sha256::new();
        digest.update(hardware.as_slice());
        digest.update(identity);
        digest.update(name.lower_case().as_wire());
        let record = [&code.to_be_bytes()[..], &[DIGEST], &digest.finalize()].concat();
        Ok(Dhcid::new(record)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUID: &[u8] = &[0, 1, 0, 6, 0x41, 0x2d, 0xf1, 0x66, 1, 2, 3, 4, 5, 6];

    fn dhcid(identity: Identity<'_>, name: &str) -> String {
        identity.dhcid(&name.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn the_examples_of_the_rfc_come_out() {
        // Section 3.6, from base 64 to hexadecimal.
        assert_eq!(
            dhcid(Identity::Duid(DUID), "chi6.example.com"),
            hexadecimal("AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=")
        );
        assert_eq!(
            dhcid(Identity::ClientId(&[1, 7, 8, 9, 10, 11, 12]), "chi.example.com"),
            hexadecimal("AAEBOSD+XR3Os/0LozeXVqcNc7FwCfQdWL3b/NaiUDlW2No=")
        );
        let hardware = Identity::Hardware { kind: 1, address: &[1, 2, 3, 4, 5, 6] };
        assert_eq!(
            dhcid(hardware, "client.example.com"),
            hexadecimal("AAABxLmlskllE0MVjd57zHcWmEH3pCQ6VytcKD//7es/deY=")
        );
    }

    #[test]
    fn kea_computes_the_same() {
        // Seen in requests of Kea 3.0.4.
        let hardware = Identity::Hardware { kind: 1, address: &[1, 2, 3, 4, 5, 6] };
        assert_eq!(
            dhcid(hardware, "Host0.Example.COM."),
            "000001F7D043FED6DA4013353B1F096BEB08243ACF20B2E5E6E431F045C7A6A0D809A4"
        );
        assert_eq!(
            dhcid(Identity::ClientId(&[1, 1, 2, 3, 4, 5, 6]), "host1.example.com."),
            "000101CE0977712A1EFBA24651099E916B4DC741A794FA37DF3C97DB41E09F3F74E51E"
        );
        let with_duid = [&[255, 0x11, 0x22, 0x33, 0x44], DUID].concat();
        assert_eq!(
            dhcid(Identity::ClientId(&with_duid), "host2.example.com."),
            "000201B2C6E24A7F390BF0DD115E6D046CFE922B98BF9064CCA27EE7619BE5F466EF8B"
        );
        assert_eq!(
            dhcid(Identity::Duid(DUID), "host2.example.com."),
            dhcid(Identity::ClientId(&with_duid), "host2.example.com.")
        );
    }

    #[test]
    fn nothing_is_no_identity_and_duids_have_an_end() {
        let name = "a".parse().unwrap();
        for identity in [
            Identity::Hardware { kind: 1, address: &[] },
            Identity::ClientId(&[]),
            Identity::ClientId(&[255]),
            Identity::ClientId(&[255, 1, 2, 3, 4]),
            Identity::Duid(&[]),
        ] {
            assert_eq!(identity.dhcid(&name), Err(IdentityError::Empty), "{identity:?}");
        }
        assert!(Identity::ClientId(&[255; 135]).dhcid(&name).is_ok());
        for identity in [Identity::ClientId(&[255; 136]), Identity::Duid(&[1; 131])] {
            assert_eq!(identity.dhcid(&name), Err(IdentityError::LongDuid), "{identity:?}");
        }
    }

    /// From base 64, as the RFC has it.
    fn hexadecimal(text: &str) -> String {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: String = text
            .bytes()
            .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte))
            .map(|value| format!("{value:06b}"))
            .collect();
        bits.as_bytes()
            .chunks_exact(8)
            .map(|octet| u8::from_str_radix(str::from_utf8(octet).unwrap(), 2).unwrap())
            .map(|octet| format!("{octet:02X}"))
            .collect()
    }
}
