//! A cursor over bytes that cannot overrun.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end inside a field.
    #[error("{what}: {needed} bytes needed, {left} left")]
    Truncated {
        /// The field.
        what: &'static str,
        /// Bytes that it needs.
        needed: usize,
        /// Bytes that there are.
        left: usize,
    },
    /// Bytes are left behind the last field.
    #[error("{what}: {left} bytes too many")]
    TrailingBytes {
        /// What should have ended.
        what: &'static str,
        /// Bytes left over.
        left: usize,
    },
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// A field has a value that cannot be.
    #[error("{what}: {value} is not valid")]
    Invalid {
        /// The field.
        what: &'static str,
        /// Its value.
        value: u32,
    },
}

/// Reads fields one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether all bytes were read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn bytes(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let Some((head, tail)) = self.bytes.split_at_checked(len) else {
            return Err(DecodeError::Truncated { what, needed: len, left: self.bytes.len() });
        };
        self.bytes = tail;
        Ok(head)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let Some((head, tail)) = self.bytes.split_first_chunk::<N>() else {
            return Err(DecodeError::Truncated { what, needed: N, left: self.bytes.len() });
        };
        self.bytes = tail;
        Ok(*head)
    }

    /// A reader of the next `len` bytes alone.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn sub(&mut self, len: usize, what: &'static str) -> Result<Self, DecodeError> {
        self.bytes(len, what).map(Self::new)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] at the end.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Two bytes, in network order.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, DecodeError> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Three bytes, in network order.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn u24(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        self.array(what).map(|[high, middle, low]| u32::from_be_bytes([0, high, middle, low]))
    }

    /// Four bytes, in network order.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// An IPv4 address.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer than four bytes.
    pub fn ipv4(&mut self, what: &'static str) -> Result<Ipv4Addr, DecodeError> {
        self.array::<4>(what).map(Ipv4Addr::from)
    }

    /// An IPv6 address.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there are fewer than 16 bytes.
    pub fn ipv6(&mut self, what: &'static str) -> Result<Ipv6Addr, DecodeError> {
        self.array::<16>(what).map(Ipv6Addr::from)
    }

    /// All bytes that are left.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    /// Says that everything must have been read.
    ///
    /// # Errors
    /// [`DecodeError::TrailingBytes`] if something was not.
    pub fn end(&self, what: &'static str) -> Result<(), DecodeError> {
        if self.is_empty() {
            return Ok(());
        }
        Err(DecodeError::TrailingBytes { what, left: self.bytes.len() })
    }
}
