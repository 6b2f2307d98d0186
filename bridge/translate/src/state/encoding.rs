//! Bytes and times in the notations of JSON and YANG.

/// Of base 64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in hexadecimal, with or without colons.
pub(crate) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).ok();
    if text.contains(':') {
        let short = |part: &str| matches!(part.len(), 1 | 2) && !part.starts_with('+');
        return text.split(':').map(|part| short(part).then(|| byte(part))?).collect();
    }
    if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| byte(text.get(at..at + 2)?)).collect()
}

/// RFC 4648 section 4, as the type `binary` wants it.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - group.len()));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 0x3f;
            let padding = digit > group.len();
            text.push(if padding { '=' } else { char::from(DIGITS[index as usize]) });
        }
    }
    text
}

/// The bytes of a canonical `binary` value, in hexadecimal.
pub(crate) fn hexadecimal_of_base64(text: &str) -> String {
    let digit = |byte| DIGITS.iter().position(|digit| *digit == byte);
    let digits: Vec<usize> = text.bytes().filter_map(digit).collect();
    let mut out = String::with_capacity(digits.len() * 3 / 2);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        for byte in 0..group.len() * 6 / 8 {
            out.push_str(&format!("{:02X}", bits >> (16 - 8 * byte) & 0xff));
        }
    }
    out
}

/// Seconds since 1970 as `date-and-time`, in UTC.
pub(crate) fn date_and_time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 1 March of year 0, so that a leap day ends a year: then eras of 400
    // years, years and months follow by division.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_and_written() {
        assert_eq!(hexadecimal("08:00:2b:1").unwrap(), [8, 0, 0x2b, 1]);
        assert_eq!(hexadecimal("08002B01").unwrap(), [8, 0, 0x2b, 1]);
        for wrong in ["0", "0g", "08:", "+1:02", "080:1", "é0"] {
            assert_eq!(hexadecimal(wrong), None, "{wrong}");
        }
        let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, text) in texts.iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), *text);
            assert_eq!(hexadecimal_of_base64(text), "666F6F626172"[..2 * length]);
        }
    }

    #[test]
    fn times_are_written() {
        assert_eq!(date_and_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(date_and_time(951_826_154), "2000-02-29T12:09:14Z");
        assert_eq!(date_and_time(951_868_800), "2000-03-01T00:00:00Z");
        assert_eq!(date_and_time(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(date_and_time(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(date_and_time(0xffff_ffff), "2106-02-07T06:28:15Z");
    }
}
