//! Sets of option codes.

/// Codes below 256, as the bits of a set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Codes([u64; 4]);

impl Codes {
    pub(crate) fn add(&mut self, code: u8) {
        self.0[usize::from(code / 64)] |= 1 << (code % 64);
    }

    pub(crate) fn remove(&mut self, code: u8) {
        self.0[usize::from(code / 64)] &= !(1 << (code % 64));
    }

    pub(crate) fn has(&self, code: u8) -> bool {
        self.0[usize::from(code / 64)] & (1 << (code % 64)) != 0
    }

    /// In their order.
    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..4_u8).zip(self.0).flat_map(|(at, word)| {
            let without_lowest = |word: &u64| Some(word & word.wrapping_sub(1));
            let words = std::iter::successors(Some(word), without_lowest);
            // Below 64, so it fits.
            let bits = words.take_while(|word| *word != 0).map(|word| word.trailing_zeros() as u8);
            bits.map(move |bit| at * 64 + bit)
        })
    }
}
