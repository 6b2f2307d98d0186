//! Where in memory a lease lies.
//!
//! Indexes name leases by it: it is four bytes, where an IPv6 address is sixteen.

use ruru_lease::Family;

/// How many parts there are: as many as there are bits in a word.
pub(super) const PARTS: usize = 64;

/// Bits that a slot has beside the part: a part with more than 2²⁶ leases would need more memory than
/// machines have.
const SLOT_BITS: u32 = u32::BITS - PARTS.trailing_zeros();

/// A part and a slot there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    pub(super) fn new(part: usize, slot: u32) -> Self {
        Self((part as u32) << SLOT_BITS | slot & ((1 << SLOT_BITS) - 1))
    }

    pub(super) fn part(self) -> usize {
        (self.0 >> SLOT_BITS) as usize
    }

    pub(super) fn slot(self) -> u32 {
        self.0 & ((1 << SLOT_BITS) - 1)
    }
}

/// The part of an address. Those of neighbours differ, be they addresses or prefixes.
pub(super) fn part_of<F: Family>(address: F::Address) -> usize {
    let bits: u128 = F::bits(address).into();
    let folded = (bits >> 64) as u64 ^ bits as u64;
    // The highest bits of the product.
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PARTS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::{Ipv4Addr, Ipv6Addr};

    use ruru_lease::{V4, V6};

    use super::*;

    #[test]
    fn a_part_and_a_slot_are_given_back() {
        for (part, slot) in [(0, 0), (63, 7), (17, (1 << 26) - 1)] {
            let place = Place::new(part, slot);
            assert_eq!((place.part(), place.slot()), (part, slot));
        }
    }

    #[test]
    fn neighbours_lie_in_all_parts() {
        let base = "2001:db8::".parse::<Ipv6Addr>().unwrap().to_bits();
        let spread =
            |part: &dyn Fn(u128) -> usize| (0..256).map(part).collect::<HashSet<_>>().len();
        let v4 = |n: u128| part_of::<V4>(Ipv4Addr::from_bits(0x0a00_0000 + n as u32));
        assert!(spread(&v4) > 60);
        for shift in [0, 64, 72, 80] {
            let v6 = |n: u128| part_of::<V6>(Ipv6Addr::from_bits(base + (n << shift)));
            assert!(spread(&v6) > 60, "{shift}");
        }
    }
}
