//! Points in time, in whole seconds, as DHCP and lease files count.

use std::fmt;

/// The lifetime of a lease that never ends, RFC 2131 section 3.3.
pub const INFINITE_LIFETIME: u32 = u32::MAX;

/// Seconds since 1970-01-01T00:00:00Z.
///
/// 32 bits last until 2106; later times saturate, which makes a lease last longer, never shorter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u32);

impl Time {
    /// The end of what can be told; used for leases that never end.
    pub const NEVER: Self = Self(u32::MAX);

    /// This time and `seconds` more.
    #[must_use]
    pub fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` until this time, 0 if that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
