//! Hardware addresses of any kind of link.

use std::fmt;

use crate::ColonHex;

/// A hardware address of up to 16 bytes, which is what chaddr holds, or of up to 20, which is
/// what lease files hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HardwareAddress {
    len: u8,
    octets: [u8; Self::MAX_LEN],
}

impl HardwareAddress {
    /// The longest hardware address (InfiniBand's).
    pub const MAX_LEN: usize = 20;

    /// `None` if there are more than 20 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut octets = [0; Self::MAX_LEN];
        octets.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { len: u8::try_from(bytes.len()).ok()?, octets })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len.into()).unwrap_or_default()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ColonHex(self.as_bytes()).fmt(f)
    }
}

impl fmt::Debug for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
