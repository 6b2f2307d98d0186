//! The text of `option-data`, cut into values.

/// Cuts at a separator, leaving out what is empty; a backslash in front of a separator keeps it, a
/// backslash in front of a backslash is one.
pub(super) fn split(text: &str, separator: char) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = String::new();
    // Between two values separators count as one, whatever stands before them.
    let (mut is_within, mut is_escaped) = (false, false);
    for c in text.chars() {
        if c == separator {
            if is_within && !is_escaped {
                if !value.is_empty() {
                    values.push(std::mem::take(&mut value));
                }
                is_within = false;
            } else if is_escaped {
                is_escaped = false;
                value.push(c);
            }
            continue;
        }
        is_within = true;
        match (c, is_escaped) {
            ('\\', false) => is_escaped = true,
            ('\\', true) => {
                is_escaped = false;
                value.push(c);
            }
            (_, true) => {
                is_escaped = false;
                value.extend(['\\', c]);
            }
            (_, false) => value.push(c),
        }
    }
    if is_escaped {
        value.push('\\');
    }
    if !value.is_empty() {
        values.push(value);
    }
    values
}

/// Hexadecimal digits in any of Kea's spellings, or a text in single quotes.
pub(crate) fn hexadecimal(data: &str) -> Result<Vec<u8>, String> {
    let error = || format!("{data:?} is not hexadecimal");
    let trimmed = data.trim();
    if let Some(quoted) = trimmed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
        && !quoted.is_empty()
    {
        return Ok(quoted.as_bytes().to_vec());
    }
    if let Some(separator) = [':', ' '].into_iter().find(|separator| data.contains(*separator)) {
        let octet = |text: &str| match text.len() {
            1 | 2 => digits(text).and_then(|bytes| bytes.first().copied()).ok_or_else(error),
            _ => Err(error()),
        };
        return data.split(separator).map(octet).collect();
    }
    match data.strip_prefix("0x") {
        Some("") => Err(error()),
        Some(rest) => digits(rest).ok_or_else(error),
        None => digits(data).ok_or_else(error),
    }
}

/// Pairs of digits; blanks between digits are passed over.
pub(super) fn pairs(data: &str) -> Result<Vec<u8>, String> {
    let text: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let is_even = text.len().is_multiple_of(2);
    digits(&text).filter(|_| is_even).ok_or_else(|| {
        format!("{data:?} is not hexadecimal: expected an even number of digits, nothing between")
    })
}

/// Digits to bytes; a first one without its pair has a zero in front.
fn digits(text: &str) -> Option<Vec<u8>> {
    let values = text.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let (first, rest) = values.split_at(values.len() % 2);
    let pairs = rest.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit));
    first.iter().copied().chain(pairs).map(|value| u8::try_from(value).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_as_kea_cuts_them() {
        for (text, values) in [
            ("a, b", &["a", " b"][..]),
            ("a,,b,", &["a", "b"]),
            ("", &[]),
            (r"a\,b,c", &["a,b", "c"]),
            (r"a\\,b", &[r"a\", "b"]),
            (r"\x\", &[r"\x\"]),
            (",a", &["a"]),
        ] {
            assert_eq!(split(text, ','), values, "{text}");
        }
    }

    #[test]
    fn hexadecimal_has_several_spellings() {
        for (text, bytes) in [
            ("", &[][..]),
            ("0102", &[1, 2]),
            ("012", &[0, 0x12]),
            ("0x012", &[0, 0x12]),
            ("1:2", &[1, 2]),
            ("C0 a8", &[0xc0, 0xa8]),
            ("'abc'", b"abc"),
        ] {
            assert_eq!(hexadecimal(text).as_deref(), Ok(bytes), "{text}");
        }
        for text in ["0X01", "'", "''", "01:", "xyz", "01:0203", "01-02", " 01 ", "0x01:02", "0x"] {
            assert_eq!(hexadecimal(text), Err(format!("{text:?} is not hexadecimal")));
        }
        assert_eq!(pairs("01 02").as_deref(), Ok(&[1, 2][..]));
        assert!(pairs("012").is_err() && pairs("0x01").is_err());
    }
}
