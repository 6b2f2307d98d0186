//! Domain names in options, RFC 1035 section 3.1.

/// The longest name, its root label included.
const LONGEST: usize = 255;

/// A name in labels, without compression. It is taken as complete, with a dot at its end or not.
/// A backslash keeps a character, and stands before the three digits of a byte's number.
pub(super) fn encode(name: &str) -> Result<Vec<u8>, String> {
    let error = || format!("{name:?} is not a domain name");
    if name == "." {
        return Ok(vec![0]);
    }
    let mut bytes = Vec::new();
    let mut label = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match (first, behind) {
            (b'.', _) => end_label(&mut label, &mut bytes).ok_or_else(error)?,
            (b'\\', [hundreds, tens, ones, behind @ ..]) if hundreds.is_ascii_digit() => {
                let digits = [*hundreds, *tens, *ones];
                let number = str::from_utf8(&digits).ok().and_then(|text| text.parse().ok());
                label.push(number.ok_or_else(error)?);
                rest = behind;
            }
            (b'\\', [kept, behind @ ..]) => {
                label.push(*kept);
                rest = behind;
            }
            (b'\\', []) => return Err(error()),
            (byte, _) => label.push(*byte),
        }
    }
    if !label.is_empty() || bytes.is_empty() {
        end_label(&mut label, &mut bytes).ok_or_else(error)?;
    }
    bytes.push(0);
    if bytes.len() > LONGEST { Err(error()) } else { Ok(bytes) }
}

/// Appends a label; nothing if it is empty or too long.
fn end_label(label: &mut Vec<u8>, bytes: &mut Vec<u8>) -> Option<()> {
    let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
    bytes.push(length);
    bytes.append(label);
    Some(())
}

/// The name at the start of bytes: in labels without compression, and how many bytes it took.
/// Pointers count from `whole`, of which the bytes from `at` are read (RFC 3397 section 2).
pub(super) fn read(whole: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut name = Vec::new();
    let mut at = at;
    let mut end = None;
    // A pointer leads to what stands before it, so that there is an end to it.
    let mut least = at;
    loop {
        let length = *whole.get(at)?;
        match length {
            0 => {
                name.push(0);
                return (name.len() <= LONGEST).then_some((name, end.unwrap_or(at + 1)));
            }
            1..=63 => {
                let label = whole.get(at..=at + usize::from(length))?;
                name.extend_from_slice(label);
                at += label.len();
            }
            0xc0..=0xff => {
                let target = usize::from(length & 0x3f) << 8 | usize::from(*whole.get(at + 1)?);
                end.get_or_insert(at + 2);
                if target >= least {
                    return None;
                }
                (at, least) = (target, target);
            }
            64..=0xbf => return None,
        }
        if name.len() > LONGEST {
            return None;
        }
    }
}

/// How many bytes the name at the start of bytes has; it is not compressed.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            0 => return (at < LONGEST).then_some(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            64.. => return None,
        }
    }
}

/// A name as text, with a dot at its end; bytes that names do not have are escaped.
pub(super) fn text(name: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = name;
    while let Some((length, behind)) = rest.split_first()
        && *length > 0
    {
        let (label, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        for byte in label {
            match byte {
                b'"' | b'(' | b')' | b'.' | b';' | b'\\' | b'@' | b'$' => {
                    text.push('\\');
                    text.push(char::from(*byte));
                }
                0x21..=0x7e => text.push(char::from(*byte)),
                _ => text.push_str(&format!("\\{byte:03}")),
            }
        }
        text.push('.');
        rest = behind;
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_labels() {
        assert_eq!(encode("a.bc").as_deref(), Ok(&b"\x01a\x02bc\0"[..]));
        assert_eq!(encode("a.bc.").as_deref(), Ok(&b"\x01a\x02bc\0"[..]));
        assert_eq!(encode(".").as_deref(), Ok(&b"\0"[..]));
        assert_eq!(encode(r"a\.b.c\032d").as_deref(), Ok(&b"\x03a.b\x03c d\0"[..]));
        for name in ["", r"\300", r"a\", "a..", "a..b", ".a", &"x".repeat(64), &"x.".repeat(128)] {
            assert_eq!(encode(name), Err(format!("{name:?} is not a domain name")));
        }
    }

    #[test]
    fn compressed_names_are_read() {
        let bytes = b"\x01a\x01b\0\x01c\xc0\x02";
        assert_eq!(read(bytes, 0), Some((b"\x01a\x01b\0".to_vec(), 5)));
        assert_eq!(read(bytes, 5), Some((b"\x01c\x01b\0".to_vec(), 9)));
        for bad in [&b"\x01a"[..], b"", b"\x01a\xc0\x00", b"\x41a\0", b"\xc0\x02\0", b"\x05a\0"] {
            assert_eq!(read(bad, 0), None, "{bad:?}");
        }
    }

    #[test]
    fn names_are_written_as_kea_writes_them() {
        assert_eq!(text(b"\x01a\x03b c\0"), r"a.b\032c.");
        assert_eq!(text(b"\x03a.b\0"), r"a\.b.");
        assert_eq!(text(b"\0"), ".");
    }
}
