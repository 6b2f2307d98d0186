//! Free addresses of a pool, found in constant time, by many threads at once.
//!
//! Addresses are bits in leaves of 4,096; above the leaves stands a tree of bitmaps that tells
//! which leaves still have a free bit. A leaf exists only once one of its addresses is taken, so
//! that even a pool of 2³² addresses costs memory for what is used, not for what it could hold.
//!
//! There is no lock. Whoever clears the last bit of a word clears the word's bit one level up, and
//! then looks whether somebody has set a bit of the word meanwhile. So a bit further up may be set
//! while there is nothing below it, and a search goes on behind it; it is never clear for long while
//! there is something.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which offsets `0..size` are free.
#[derive(Debug)]
pub struct FreeMap {
    size: u64,
    leaves: Vec<OnceLock<BitTree>>,
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
        let open = BitTree::full(leaves);
        Self { size, leaves: (0..leaves).map(|_| OnceLock::new()).collect(), open }
    }

    /// Takes `offset`; answers whether it was free.
    pub fn take(&self, offset: u64) -> bool {
        if offset >= self.size {
            return false;
        }
        let (index, bit) = place(offset);
        let bits = usize::try_from((self.size - index as u64 * LEAF_BITS).min(LEAF_BITS));
        let leaf = self.leaves[index].get_or_init(|| BitTree::full(bits.unwrap_or(0)));
        let was_free = leaf.clear(bit);
        if leaf.is_empty() {
            self.open.clear(index);
            if !leaf.is_empty() {
                self.open.set(index);
            }
        }
        was_free
    }

    /// Frees `offset`; answers whether it was taken.
    pub fn release(&self, offset: u64) -> bool {
        if offset >= self.size {
            return false;
        }
        let (index, bit) = place(offset);
        let Some(leaf) = self.leaves[index].get() else { return false };
        let was_taken = leaf.set(bit);
        self.open.set(index);
        was_taken
    }

    /// The first free offset from `from` on, or else the first of all. It may be taken by another
    /// thread at once.
    #[must_use]
    pub fn next_free(&self, from: u64) -> Option<u64> {
        self.free_from(from).or_else(|| self.free_from(0))
    }

    fn free_from(&self, from: u64) -> Option<u64> {
        if from >= self.size {
            return None;
        }
        let (mut index, mut bit) = place(from);
        loop {
            let leaf = self.leaves[index].get();
            if let Some(bit) = leaf.map_or(Some(bit), |leaf| leaf.set_from(bit)) {
                return Some(index as u64 * LEAF_BITS + bit as u64);
            }
            (index, bit) = (self.open.set_from(index + 1)?, 0);
        }
    }
}

fn place(offset: u64) -> (usize, usize) {
    // Both fit: offsets are below 2^32.
    ((offset / LEAF_BITS) as usize, (offset % LEAF_BITS) as usize)
}

/// A bitmap with bitmaps above it that tell which words are not zero.
#[derive(Debug)]
struct BitTree {
    /// The bits, then a bit for each of their words, and so on up to a single word.
    levels: Vec<Vec<AtomicU64>>,
}

impl BitTree {
    fn full(bits: usize) -> Self {
        let mut levels = Vec::new();
        let mut count = bits;
        loop {
            let mut words: Vec<_> =
                (0..count.div_ceil(64)).map(|_| AtomicU64::new(u64::MAX)).collect();
            if let Some(last) = words.last_mut().filter(|_| !count.is_multiple_of(64)) {
                *last = AtomicU64::new((1 << (count % 64)) - 1);
            }
            count = words.len();
            levels.push(words);
            if count <= 1 {
                return Self { levels };
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.levels.last().into_iter().flatten().all(|word| word.load(Ordering::SeqCst) == 0)
    }

    /// Answers whether the bit was clear.
    fn set(&self, bit: usize) -> bool {
        self.set_at(0, bit)
    }

    fn set_at(&self, level: usize, bit: usize) -> bool {
        let mut at = bit;
        let mut was_clear = None;
        for words in &self.levels[level..] {
            let earlier = words[at / 64].fetch_or(1 << (at % 64), Ordering::SeqCst);
            was_clear.get_or_insert(earlier & 1 << (at % 64) == 0);
            at /= 64;
        }
        was_clear.unwrap_or(false)
    }

    /// Answers whether the bit was set.
    fn clear(&self, bit: usize) -> bool {
        self.clear_at(0, bit)
    }

    fn clear_at(&self, level: usize, at: usize) -> bool {
        let Some(words) = self.levels.get(level) else { return false };
        let (word, mask) = (&words[at / 64], 1 << (at % 64));
        let earlier = word.fetch_and(!mask, Ordering::SeqCst);
        if earlier == mask {
            self.clear_at(level + 1, at / 64);
            if word.load(Ordering::SeqCst) != 0 {
                self.set_at(level + 1, at / 64);
            }
        }
        earlier & mask != 0
    }

    /// The first set bit from `from` on: up until a later bit is set, then down to it.
    fn set_from(&self, from: usize) -> Option<usize> {
        let (mut at, mut level) = (from, 0);
        loop {
            let word = self.levels.get(level)?.get(at / 64)?.load(Ordering::SeqCst);
            let here = word & (u64::MAX << (at % 64));
            if here == 0 {
                (at, level) = (at / 64 + 1, level + 1);
                continue;
            }
            at = at / 64 * 64 + here.trailing_zeros() as usize;
            if level == 0 {
                return Some(at);
            }
            (at, level) = (at * 64, level - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_pool_has_nothing_and_one_release_is_found_from_anywhere() {
        let map = FreeMap::new(1 << 16);
        for offset in 0..1 << 16 {
            assert_eq!(map.next_free(offset), Some(offset));
            assert!(map.take(offset));
        }
        assert_eq!(map.next_free(77), None);
        assert!(map.release(12_345));
        assert_eq!(map.next_free(0), Some(12_345));
        assert_eq!(map.next_free(40_000), Some(12_345));
    }

    #[test]
    fn the_largest_pool_costs_memory_only_for_what_is_taken() {
        let map = FreeMap::new(1 << 32);
        assert!(map.take((1 << 32) - 1));
        assert_eq!(map.next_free((1 << 32) - 1), Some(0));
        assert_eq!(map.leaves.iter().filter(|leaf| leaf.get().is_some()).count(), 1);
    }

    #[test]
    fn threads_that_take_and_free_leave_every_offset_to_be_found() {
        const SIZE: u64 = 64 * 64 + 100;
        let map = FreeMap::new(SIZE);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let map = &map;
                scope.spawn(move || {
                    // Nearly all words are empty and full again, each time in another order.
                    for round in 0..100 {
                        let own = (0..SIZE).filter(|offset| offset % 4 == thread);
                        let order: Vec<u64> = own.map(|at| at * (2 * round + 1)).collect();
                        order.iter().for_each(|at| {
                            map.take(at % SIZE);
                        });
                        order.iter().for_each(|at| {
                            map.release(at % SIZE);
                        });
                    }
                });
            }
        });
        for offset in 0..SIZE {
            assert_eq!(map.next_free(offset), Some(offset));
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set(
            size in 1_u64..20_000,
            actions in prop::collection::vec((any::<bool>(), any::<u64>()), 0..400)
        ) {
            let map = FreeMap::new(size);
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
            }
        }
    }
}
