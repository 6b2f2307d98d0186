//! Free offsets as bits, without a lock.
//!
//! Offsets are bits in leaves of 4,096; above the leaves stands a bitmap that tells which of them
//! still have a free bit. A leaf exists only once one of its offsets is taken, and room for it only
//! once it or one of its neighbours is there.
//!
//! Whoever sets a bit sees to it that its word's bit one level up is set. Whoever clears the last bit
//! of a word clears that one, and then looks whether somebody has set a bit of the word meanwhile. So
//! a bit further up may be set while there is nothing below it, and a search goes on behind it; it is
//! never clear for long while there is something.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Offsets as bits: at most 2²⁴, a full block of full blocks.
#[derive(Debug)]
pub(super) struct Bitmap {
    size: usize,
    groups: Box<[OnceLock<Group>]>,
    /// Which leaves have a free offset.
    open: Block,
    /// Where the search in turn goes on.
    turn: AtomicU64,
}

/// Leaves that are neighbours.
type Group = Box<[OnceLock<Block>]>;

/// Leaves of a group.
const GROUP: usize = 64;

impl Bitmap {
    /// All of `size` offsets are free; `None` if these are too many.
    pub(super) fn new(size: u128, turn: u128) -> Option<Self> {
        let size = usize::try_from(size).ok().filter(|size| *size <= Block::BITS * Block::BITS)?;
        let leaves = size.div_ceil(Block::BITS);
        let groups = empty(leaves.div_ceil(GROUP));
        let turn = AtomicU64::new(u64::try_from(turn).unwrap_or(0));
        Some(Self { size, groups, open: Block::full(leaves), turn })
    }

    pub(super) fn take(&self, offset: u128) -> bool {
        let Some((index, bit)) = self.place(offset) else { return false };
        let leaf = self.leaf_to_change(index);
        let was_free = leaf.clear(bit);
        if leaf.is_empty() {
            self.open.clear(index);
            if !leaf.is_empty() {
                self.open.set(index);
            }
        }
        was_free
    }

    pub(super) fn release(&self, offset: u128) -> bool {
        let Some((index, bit)) = self.place(offset) else { return false };
        let Some(leaf) = self.leaf(index) else { return false };
        let was_taken = leaf.set(bit);
        if !self.open.has(index) {
            self.open.set(index);
        }
        was_taken
    }

    pub(super) fn next_free(&self, from: u128) -> Option<u128> {
        self.free_from(from).or_else(|| self.free_from(0))
    }

    pub(super) fn next_in_turn(&self) -> Option<u128> {
        let mut from = self.turn.load(Ordering::Relaxed);
        loop {
            let offset = self.next_free(from.into())?;
            // Behind the last one there is none: the search begins again.
            let next = offset as u64 + 1;
            match self.turn.compare_exchange(from, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(offset),
                Err(other) => from = other,
            }
        }
    }

    pub(super) fn turn(&self) -> u128 {
        self.turn.load(Ordering::Relaxed).into()
    }

    fn free_from(&self, from: u128) -> Option<u128> {
        let (mut index, mut bit) = self.place(from)?;
        loop {
            let leaf = self.leaf(index);
            if let Some(bit) = leaf.map_or(Some(bit), |leaf| leaf.set_from(bit)) {
                return Some((index * Block::BITS + bit) as u128);
            }
            (index, bit) = (self.open.set_from(index + 1)?, 0);
        }
    }

    /// The leaf of an offset, and its bit there.
    fn place(&self, offset: u128) -> Option<(usize, usize)> {
        let offset = usize::try_from(offset).ok().filter(|offset| *offset < self.size)?;
        Some((offset / Block::BITS, offset % Block::BITS))
    }

    fn leaf(&self, index: usize) -> Option<&Block> {
        self.groups[index / GROUP].get()?[index % GROUP].get()
    }

    fn leaf_to_change(&self, index: usize) -> &Block {
        let leaves = self.size.div_ceil(Block::BITS);
        let first = index / GROUP * GROUP;
        let group = self.groups[index / GROUP].get_or_init(|| empty(GROUP.min(leaves - first)));
        group[index % GROUP]
            .get_or_init(|| Block::full(Block::BITS.min(self.size - index * Block::BITS)))
    }

    #[cfg(test)]
    pub(super) fn leaves(&self) -> usize {
        let leaves = self.groups.iter().filter_map(OnceLock::get).flatten();
        leaves.filter(|leaf| leaf.get().is_some()).count()
    }
}

fn empty<T>(count: usize) -> Box<[OnceLock<T>]> {
    (0..count).map(|_| OnceLock::new()).collect()
}

/// Up to 4,096 bits, with a word above them that tells which of their words are not zero.
#[derive(Debug)]
struct Block {
    words: Box<[AtomicU64]>,
    open: AtomicU64,
}

const WORD: usize = u64::BITS as usize;

impl Block {
    const BITS: usize = WORD * WORD;

    /// `bits` bits are set: 1 to 4,096.
    fn full(bits: usize) -> Self {
        let ones = |count: usize| AtomicU64::new(u64::MAX >> (WORD - count.clamp(1, WORD)));
        let words: Box<_> = (0..bits).step_by(WORD).map(|first| ones(bits - first)).collect();
        Self { open: ones(words.len()), words }
    }

    fn is_empty(&self) -> bool {
        self.open.load(Ordering::SeqCst) == 0
    }

    fn has(&self, bit: usize) -> bool {
        self.words[bit / WORD].load(Ordering::SeqCst) & 1 << (bit % WORD) != 0
    }

    /// Answers whether the bit was clear.
    fn set(&self, bit: usize) -> bool {
        let (mask, above) = (1 << (bit % WORD), 1 << (bit / WORD));
        let earlier = self.words[bit / WORD].fetch_or(mask, Ordering::SeqCst);
        if self.open.load(Ordering::SeqCst) & above == 0 {
            self.open.fetch_or(above, Ordering::SeqCst);
        }
        earlier & mask == 0
    }

    /// Answers whether the bit was set.
    fn clear(&self, bit: usize) -> bool {
        let (word, mask) = (&self.words[bit / WORD], 1 << (bit % WORD));
        let earlier = word.fetch_and(!mask, Ordering::SeqCst);
        if earlier == mask {
            let above = 1 << (bit / WORD);
            self.open.fetch_and(!above, Ordering::SeqCst);
            if word.load(Ordering::SeqCst) != 0 {
                self.open.fetch_or(above, Ordering::SeqCst);
            }
        }
        earlier & mask != 0
    }

    /// The first set bit from `from` on.
    fn set_from(&self, from: usize) -> Option<usize> {
        let (mut at, mut mask) = (from / WORD, u64::MAX << (from % WORD));
        while at < self.words.len() {
            let here = self.words[at].load(Ordering::SeqCst) & mask;
            if here != 0 {
                return Some(at * WORD + here.trailing_zeros() as usize);
            }
            let open = self.open.load(Ordering::SeqCst);
            let behind = open & u64::MAX.checked_shl(at as u32 + 1).unwrap_or(0);
            (at, mask) = (behind.trailing_zeros() as usize, u64::MAX);
        }
        None
    }
}
