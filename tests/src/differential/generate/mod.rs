//! Dice, and what they are thrown for.
//!
//! Everything is taken from small sets, so that clients, addresses and names meet again.

mod classes;
mod options;
mod packet;
mod scopes;
mod world;

use ruru_json::Value;

use super::pair::Memory;
use world::World;

/// Dice that fall the same way each time.
pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// True in so many of a hundred.
    fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end.max(1))
    }

    fn between(&mut self, first: u32, last: u32) -> u32 {
        self.0.u32(first..=last)
    }

    /// One of some, of which there is at least one.
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn coin(&mut self) -> bool {
        self.chance(50)
    }
}

/// Makes a configuration, and then packets for it.
pub(super) struct Generator {
    dice: Dice,
    world: World,
}

impl Generator {
    pub(super) fn new(mut dice: Dice) -> Self {
        let world = World::new(&mut dice);
        Self { dice, world }
    }

    /// The value of `Dhcp4`.
    pub(super) fn configuration(&mut self) -> Value {
        scopes::global(&mut self.dice, &self.world).into()
    }

    /// The next packet, in the words of a scenario.
    pub(super) fn packet(&mut self, memory: &Memory) -> Value {
        packet::packet(&mut self.dice, &self.world, memory).into()
    }
}
