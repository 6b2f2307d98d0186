//! When a lease ends, as requests say it: `YYYYMMDDHHMMSS` in UTC.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A second between the years 1970 and 9999, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(u64);

/// What is no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time YYYYMMDDHHMMSS from 1970 on")]
pub struct ExpiryError;

impl Expiry {
    /// The second that is so many after 1970-01-01T00:00:00Z; `None` after the year 9999.
    #[must_use]
    pub fn new(seconds: u64) -> Option<Self> {
        (seconds <= LAST).then_some(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl From<u32> for Expiry {
    fn from(seconds: u32) -> Self {
        Self(seconds.into())
    }
}

impl FromStr for Expiry {
    type Err = ExpiryError;

    /// A leap second is the second after it, as in Kea.
    fn from_str(text: &str) -> Result<Self, ExpiryError> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ExpiryError);
        }
        let number = |from, to| text.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
        let small = |from| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
        let time = || {
            let date = Date::new(number(0, 4)?, small(4)?, small(6)?).ok()?;
            let second = small(12)?;
            let time = jiff::civil::Time::new(small(8)?, small(10)?, second.min(59), 0).ok()?;
            let since = date.to_datetime(time).duration_since(EPOCH).as_secs();
            let leap = match second {
                60 => 1,
                0..60 => 0,
                _ => return None,
            };
            Self::new(u64::try_from(since).ok()? + leap)
        };
        time().ok_or(ExpiryError)
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX));
        let time = EPOCH.saturating_add(since);
        write!(f, "{}", time.strftime("%Y%m%d%H%M%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_fourteen_digits_in_utc() {
        let read = |text: &str| text.parse::<Expiry>().map(Expiry::seconds);
        assert_eq!(read("20130626185455"), Ok(1_372_272_895));
        assert_eq!(read("19700101000000"), Ok(0));
        assert_eq!(read("99991231235959"), Ok(LAST));
        assert_eq!(read("20261121085960"), read("20261121090000"));
        for wrong in [
            "",
            "2026112108",
            "20261321085914",
            "20260230085914",
            "19691231235959",
            "20261121085914.5",
            "-0261121085914",
            "20261121245914",
            "20261121086014",
            "20261121085961",
            "00000101000000",
            "99991231235960",
            "2026112108591é",
        ] {
            assert_eq!(read(wrong), Err(ExpiryError), "{wrong}");
        }
        assert_eq!(Expiry::new(LAST).unwrap().to_string(), "99991231235959");
        assert_eq!(Expiry::from(1_372_272_895).to_string(), "20130626185455");
        assert_eq!(Expiry::new(LAST + 1), None);
    }
}
