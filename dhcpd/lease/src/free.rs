//! Free addresses of a pool, found in constant time.
//!
//! Addresses are bits in leaves of 4,096; above the leaves stands a tree of bitmaps that tells
//! which leaves still have a free bit. A leaf exists only once one of its addresses is taken, so
//! that even a pool of 2³² addresses costs memory for what is used, not for what it could hold.

/// Which offsets `0..size` are free.
#[derive(Clone, Debug)]
pub struct FreeMap {
    size: u64,
    taken: u64,
    leaves: Vec<Option<Box<Leaf>>>,
    /// Which leaves have a free offset.
    open: BitTree,
}

const LEAF_BITS: u64 = 4096;

impl FreeMap {
    /// All of `size` offsets are free; at most 2³².
    #[must_use]
    pub fn new(size: u64) -> Self {
        let size = size.min(1 << 32);
        let leaves = usize::try_from(size.div_ceil(LEAF_BITS)).unwrap_or(1 << 20);
        Self { size, taken: 0, leaves: vec![None; leaves], open: BitTree::full(leaves) }
    }

    /// How many offsets are free.
    #[must_use]
    pub fn free(&self) -> u64 {
        self.size - self.taken
    }

    /// Whether `offset` is taken; what lies outside counts as taken.
    #[must_use]
    pub fn is_taken(&self, offset: u64) -> bool {
        if offset >= self.size {
            return true;
        }
        let (leaf, bit) = place(offset);
        self.leaves[leaf].as_ref().is_some_and(|leaf| leaf.is_taken(bit))
    }

    /// Takes `offset`; answers whether it was free.
    pub fn take(&mut self, offset: u64) -> bool {
        if self.is_taken(offset) {
            return false;
        }
        let (index, bit) = place(offset);
        let bits = usize::try_from((self.size - index as u64 * LEAF_BITS).min(LEAF_BITS));
        let leaf = self.leaves[index].get_or_insert_with(|| Leaf::new(bits.unwrap_or(0)));
        leaf.take(bit);
        if leaf.is_full() {
            self.open.clear(index);
        }
        self.taken += 1;
        true
    }

    /// Frees `offset`; answers whether it was taken.
    pub fn release(&mut self, offset: u64) -> bool {
        if offset >= self.size || !self.is_taken(offset) {
            return false;
        }
        let (index, bit) = place(offset);
        if let Some(leaf) = &mut self.leaves[index] {
            leaf.release(bit);
        }
        self.open.set(index);
        self.taken -= 1;
        true
    }

    /// The first free offset from `from` on, or else the first of all.
    #[must_use]
    pub fn next_free(&self, from: u64) -> Option<u64> {
        self.free_from(from).or_else(|| self.free_from(0))
    }

    fn free_from(&self, from: u64) -> Option<u64> {
        if from >= self.size {
            return None;
        }
        let (index, bit) = place(from);
        let here = match &self.leaves[index] {
            None => Some(bit),
            Some(leaf) => leaf.free_from(bit),
        };
        if let Some(bit) = here {
            return Some(index as u64 * LEAF_BITS + bit as u64);
        }
        let index = self.open.set_from(index + 1)?;
        let bit = self.leaves[index].as_ref().map_or(Some(0), |leaf| leaf.free_from(0))?;
        Some(index as u64 * LEAF_BITS + bit as u64)
    }
}

fn place(offset: u64) -> (usize, usize) {
    // Both fit: offsets are below 2^32.
    ((offset / LEAF_BITS) as usize, (offset % LEAF_BITS) as usize)
}

/// 4,096 bits, and one bit for each word of them that is not full.
#[derive(Clone, Debug)]
struct Leaf {
    open_words: u64,
    free: [u64; 64],
}

impl Leaf {
    /// The first `bits` bits are free, the others do not exist.
    fn new(bits: usize) -> Box<Self> {
        let mut leaf = Box::new(Self { open_words: 0, free: [0; 64] });
        for (index, word) in leaf.free.iter_mut().enumerate() {
            let here = bits.saturating_sub(index * 64).min(64);
            *word = if here == 64 { u64::MAX } else { (1 << here) - 1 };
            if here > 0 {
                leaf.open_words |= 1 << index;
            }
        }
        leaf
    }

    fn is_taken(&self, bit: usize) -> bool {
        self.free[bit / 64] & (1 << (bit % 64)) == 0
    }

    fn is_full(&self) -> bool {
        self.open_words == 0
    }

    fn take(&mut self, bit: usize) {
        let word = &mut self.free[bit / 64];
        *word &= !(1 << (bit % 64));
        if *word == 0 {
            self.open_words &= !(1 << (bit / 64));
        }
    }

    fn release(&mut self, bit: usize) {
        self.free[bit / 64] |= 1 << (bit % 64);
        self.open_words |= 1 << (bit / 64);
    }

    fn free_from(&self, bit: usize) -> Option<usize> {
        let index = bit / 64;
        let here = self.free[index] & (u64::MAX << (bit % 64));
        if here != 0 {
            return Some(index * 64 + here.trailing_zeros() as usize);
        }
        let later = self.open_words & u64::MAX.checked_shl(index as u32 + 1).unwrap_or(0);
        if later == 0 {
            return None;
        }
        let index = later.trailing_zeros() as usize;
        Some(index * 64 + self.free[index].trailing_zeros() as usize)
    }
}

/// A bitmap with bitmaps above it that tell which words are not zero.
#[derive(Clone, Debug)]
struct BitTree {
    /// The bits, then a bit for each of their words, and so on up to a single word.
    levels: Vec<Vec<u64>>,
}

impl BitTree {
    fn full(bits: usize) -> Self {
        let mut levels = Vec::new();
        let mut count = bits;
        loop {
            let mut words = vec![u64::MAX; count.div_ceil(64)];
            if let Some(last) = words.last_mut().filter(|_| !count.is_multiple_of(64)) {
                *last = (1 << (count % 64)) - 1;
            }
            count = words.len();
            levels.push(words);
            if count <= 1 {
                return Self { levels };
            }
        }
    }

    fn set(&mut self, bit: usize) {
        let mut at = bit;
        for words in &mut self.levels {
            words[at / 64] |= 1 << (at % 64);
            at /= 64;
        }
    }

    fn clear(&mut self, bit: usize) {
        let mut at = bit;
        for words in &mut self.levels {
            words[at / 64] &= !(1 << (at % 64));
            if words[at / 64] != 0 {
                return;
            }
            at /= 64;
        }
    }

    /// The first set bit from `from` on: up until a later bit is set, then down to it.
    fn set_from(&self, from: usize) -> Option<usize> {
        let mut at = from;
        let mut level = 0;
        loop {
            let word = self.levels.get(level)?.get(at / 64).copied()?;
            let here = word & (u64::MAX << (at % 64));
            if here != 0 {
                at = at / 64 * 64 + here.trailing_zeros() as usize;
                break;
            }
            at = at / 64 + 1;
            level += 1;
        }
        while level > 0 {
            level -= 1;
            at = at * 64 + self.levels[level][at].trailing_zeros() as usize;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_pool_has_nothing_and_one_release_is_found_from_anywhere() {
        let mut map = FreeMap::new(1 << 16);
        for offset in 0..1 << 16 {
            assert_eq!(map.next_free(offset), Some(offset));
            assert!(map.take(offset));
        }
        assert_eq!(map.next_free(77), None);
        assert!(map.release(12_345));
        assert_eq!(map.next_free(0), Some(12_345));
        assert_eq!(map.next_free(40_000), Some(12_345));
        assert_eq!(map.free(), 1);
    }

    #[test]
    fn the_largest_pool_costs_memory_only_for_what_is_taken() {
        let mut map = FreeMap::new(1 << 32);
        assert!(map.take((1 << 32) - 1));
        assert_eq!(map.next_free((1 << 32) - 1), Some(0));
        assert_eq!(map.leaves.iter().flatten().count(), 1);
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set(
            size in 1_u64..20_000,
            actions in prop::collection::vec((any::<bool>(), any::<u64>()), 0..400)
        ) {
            let mut map = FreeMap::new(size);
            let mut free: BTreeSet<u64> = (0..size).collect();
            for (take, at) in actions {
                let at = at % (size + 2);
                if take {
                    prop_assert_eq!(map.take(at), free.remove(&at));
                } else {
                    prop_assert_eq!(map.release(at), at < size && free.insert(at));
                }
                let expected = free.range(at..).next().or(free.first()).copied();
                prop_assert_eq!(map.next_free(at), expected);
                prop_assert_eq!(map.free(), free.len() as u64);
            }
        }
    }
}
