//! Free offsets of a pool, found by many threads at once, whatever its size.
//!
//! A pool of up to 2²⁴ addresses, as all of DHCPv4 are, is a [`Bitmap`]: constant time, no lock, a
//! bit for each address of those parts of the pool that are in use. A larger pool is a set of
//! [`Runs`] of what is taken: its cost follows from how many are taken, wherever they lie. Bitmaps
//! would not do there: of 2⁶⁴ addresses, picked at random, hardly two are neighbours, and each would
//! need a leaf of its own, which cannot be given back without a lock either.

mod bitmap;
mod runs;

use bitmap::Bitmap;
use runs::Runs;

/// Which offsets `0..size` are free, and which one is next in turn.
#[derive(Debug)]
pub struct FreeMap(Map);

#[derive(Debug)]
enum Map {
    Small(Bitmap),
    Large(Runs<u64>),
    Huge(Runs<u128>),
}

impl FreeMap {
    /// All of `size` offsets are free.
    #[must_use]
    pub fn new(size: u128) -> Self {
        Self::with_turn(size, 0)
    }

    /// All of `size` offsets are free, and `turn` is the first to be next in turn.
    #[must_use]
    pub fn with_turn(size: u128, turn: u128) -> Self {
        Self(match Bitmap::new(size, turn) {
            Some(bitmap) => Map::Small(bitmap),
            None if size <= 1 << 64 => Map::Large(Runs::new(size, turn)),
            None => Map::Huge(Runs::new(size, turn)),
        })
    }

    /// Takes `offset`; answers whether it was free.
    pub fn take(&self, offset: u128) -> bool {
        match &self.0 {
            Map::Small(bitmap) => bitmap.take(offset),
            Map::Large(runs) => runs.take(offset),
            Map::Huge(runs) => runs.take(offset),
        }
    }

    /// Frees `offset`; answers whether it was taken.
    pub fn release(&self, offset: u128) -> bool {
        match &self.0 {
            Map::Small(bitmap) => bitmap.release(offset),
            Map::Large(runs) => runs.release(offset),
            Map::Huge(runs) => runs.release(offset),
        }
    }

    /// The first free offset from `from` on, or else the first of all. It may be taken by another
    /// thread at once.
    #[must_use]
    pub fn next_free(&self, from: u128) -> Option<u128> {
        match &self.0 {
            Map::Small(bitmap) => bitmap.next_free(from),
            Map::Large(runs) => runs.next_free(from),
            Map::Huge(runs) => runs.next_free(from),
        }
    }

    /// The first free offset behind the last answer of this function, or else the first of all. Two
    /// threads get two, unless there is only one.
    #[must_use]
    pub fn next_in_turn(&self) -> Option<u128> {
        match &self.0 {
            Map::Small(bitmap) => bitmap.next_in_turn(),
            Map::Large(runs) => runs.next_in_turn(),
            Map::Huge(runs) => runs.next_in_turn(),
        }
    }

    /// From where on [`FreeMap::next_in_turn`] searches.
    #[must_use]
    pub fn turn(&self) -> u128 {
        match &self.0 {
            Map::Small(bitmap) => bitmap.turn(),
            Map::Large(runs) => runs.turn(),
            Map::Huge(runs) => runs.turn(),
        }
    }
}

#[cfg(test)]
mod tests;
