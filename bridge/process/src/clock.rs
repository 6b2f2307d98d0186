//! The clock.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Time since 1970-01-01T00:00:00Z.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Duration {
    // A clock before 1970 is a clock that was never set.
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Whole seconds since 1970-01-01T00:00:00Z; 32 bits last until 2106.
#[must_use]
pub fn seconds() -> u32 {
    u32::try_from(now().as_secs()).unwrap_or(u32::MAX)
}

/// Appends `YYYY-MM-DD HH:MM:SS.mmm` in local time, as log lines have it.
pub fn write_local_milliseconds(out: &mut String, time: Duration) {
    thread_local! {
        /// The last second that this thread has asked for, and its text: lines come in crowds.
        static LAST: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
    }
    LAST.with_borrow_mut(|(second, text)| {
        if *second != time.as_secs() {
            *text = formatted(time, Zone::Local, "%Y-%m-%d %H:%M:%S");
            *second = time.as_secs();
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{text}.{:03}", time.subsec_millis());
    });
}

/// `YYYY-MM-DD HH:MM:SS.uuuuuu` in local time, as statistics have it.
#[must_use]
pub fn local_microseconds(time: Duration) -> String {
    formatted(time, Zone::Local, "%Y-%m-%d %H:%M:%S%.6f")
}

/// Whose time of day it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Zone {
    Local,
    Utc,
}

/// The time in a format of `strftime`; what the format does not know ends the text.
pub(crate) fn formatted(time: Duration, zone: Zone, format: &str) -> String {
    let timestamp = Timestamp::try_from(UNIX_EPOCH + time).unwrap_or(Timestamp::UNIX_EPOCH);
    let zone = match zone {
        Zone::Local => TimeZone::system(),
        Zone::Utc => TimeZone::UTC,
    };
    let mut text = String::new();
    // Writing to a string cannot fail, but jiff may not know a conversion.
    let _ = write!(text, "{}", timestamp.to_zoned(zone).strftime(format));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_keas_form() {
        let mut text = String::new();
        write_local_milliseconds(&mut text, Duration::from_millis(1_700_000_000_123));
        assert_eq!((text.len(), &text[19..]), (23, ".123"));
        let text = local_microseconds(Duration::from_micros(1_700_000_000_000_456));
        assert_eq!((text.len(), &text[19..]), (26, ".000456"));
    }
}
