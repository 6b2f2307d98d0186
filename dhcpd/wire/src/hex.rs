//! Octets as people read them.

use std::fmt;

/// Octets in hexadecimal with colons between them, as addresses are written: `02:0a:00`.
#[derive(Clone, Copy, Debug)]
pub struct ColonHex<'a>(pub &'a [u8]);

impl fmt::Display for ColonHex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Lease files and logs are full of these: digits by a table, a piece at a time.
        const PIECE: usize = 32;
        for (index, piece) in self.0.chunks(PIECE).enumerate() {
            let mut text = [b':'; 3 * PIECE];
            for (place, octet) in text.chunks_exact_mut(3).zip(piece) {
                place[1] = DIGITS[usize::from(octet >> 4)];
                place[2] = DIGITS[usize::from(octet & 0xf)];
            }
            let start = usize::from(index == 0);
            let text = text.get(start..3 * piece.len()).unwrap_or_default();
            f.write_str(str::from_utf8(text).unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_have_two_digits_and_colons_between_them() {
        assert_eq!(ColonHex(&[]).to_string(), "");
        assert_eq!(ColonHex(&[0x0a]).to_string(), "0a");
        let octets: Vec<u8> = (0..=255).collect();
        let expected: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(ColonHex(&octets).to_string(), expected.join(":"));
    }
}
