//! What options 124 and 125 consist of, RFC 3925.

/// The blocks of a content, each with its enterprise number, up to the first that is cut short.
pub fn enterprise_blocks(content: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let (number, behind) = rest.split_first_chunk()?;
        let (length, behind) = behind.split_first()?;
        let (block, behind) = behind.split_at_checked(usize::from(*length))?;
        rest = behind;
        Some((u32::from_be_bytes(*number), block))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_cut_short_is_none() {
        let content = [0, 0, 17, 139, 2, 1, 2, 0, 0, 0, 9, 3, 1];
        assert!(enterprise_blocks(&content).eq([(4491, &[1, 2][..])]));
    }
}
