//! Pools of addresses and of prefixes.

use std::net::Ipv6Addr;

use crate::{Family, Resource, SubnetId, V4, V6};

/// A pool of a subnet: a run of addresses, or of prefixes of one length. It is never empty.
///
/// What it gives is counted by *offsets*: 0 is the first address or prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolRange<F: Family> {
    first: F::Address,
    last: F::Address,
    subnet: SubnetId,
    /// How long its prefixes are; `None` of a pool of addresses.
    delegated: Option<u8>,
}

impl<F: Family> PoolRange<F> {
    /// A pool of addresses; `None` if `last` comes before `first`.
    #[must_use]
    pub fn new(subnet: SubnetId, first: F::Address, last: F::Address) -> Option<Self> {
        (first <= last).then_some(Self { first, last, subnet, delegated: None })
    }

    /// The first address.
    #[must_use]
    pub fn first(&self) -> F::Address {
        self.first
    }

    /// The last address; of a pool of prefixes the last one of the last prefix.
    #[must_use]
    pub fn last(&self) -> F::Address {
        self.last
    }

    /// The subnet that the pool belongs to.
    #[must_use]
    pub fn subnet(&self) -> SubnetId {
        self.subnet
    }

    /// What it gives.
    #[must_use]
    pub fn resource(&self) -> Resource {
        if self.delegated.is_some() { Resource::Prefix } else { Resource::Address }
    }

    /// How long the prefixes are that it gives, in bits; `None` if it gives addresses.
    #[must_use]
    pub fn delegated_length(&self) -> Option<u8> {
        self.delegated
    }

    /// How many addresses or prefixes it has: 1 to 2¹²⁸ − 1. Of all addresses that there are, in one
    /// pool, the last is left out.
    #[must_use]
    pub fn size(&self) -> u128 {
        (self.distance(self.last) >> self.shift()).saturating_add(1)
    }

    /// Whether an address is one that it gives, or the first one of a prefix that it gives.
    #[must_use]
    pub fn contains(&self, address: F::Address) -> bool {
        self.offset_of(address).is_some()
    }

    /// Whether an address is in it, be it inside a prefix.
    #[must_use]
    pub fn covers(&self, address: F::Address) -> bool {
        // As numbers: addresses themselves are compared part by part.
        (F::bits(self.first)..=F::bits(self.last)).contains(&F::bits(address))
    }

    /// Whether two pools have an address in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Which of its addresses or prefixes this is.
    #[must_use]
    pub fn offset_of(&self, address: F::Address) -> Option<u128> {
        let distance = self.covers(address).then(|| self.distance(address))?;
        let offset = distance >> self.shift();
        (offset << self.shift() == distance).then_some(offset)
    }

    /// The address, or the prefix, with this offset, if there is one.
    #[must_use]
    pub fn at(&self, offset: u128) -> Option<F::Address> {
        let first: u128 = F::bits(self.first).into();
        (offset < self.size()).then(|| F::address(first + (offset << self.shift())))
    }

    /// `address` is not below the first one.
    fn distance(&self, address: F::Address) -> u128 {
        let (first, address): (u128, u128) = (F::bits(self.first).into(), F::bits(address).into());
        address.wrapping_sub(first)
    }

    /// Two of what it gives are 2 to the power of this apart; it is below 128.
    fn shift(&self) -> u32 {
        self.delegated.map_or(0, |length| u32::from(F::BITS - length))
    }
}

impl PoolRange<V4> {
    /// How many addresses it has: 1 to 2³².
    #[must_use]
    pub fn addresses(&self) -> u64 {
        u64::from(self.last.to_bits() - self.first.to_bits()) + 1
    }
}

impl PoolRange<V6> {
    /// A pool of prefixes of `delegated` bits, RFC 9915 section 6.3: those in `prefix`, which has
    /// `length` bits. `None` if they are shorter than it or longer than 128 bits, or if `prefix` has
    /// bits behind its length. Nobody is given `::/0`.
    #[must_use]
    pub fn of_prefixes(
        subnet: SubnetId,
        prefix: Ipv6Addr,
        length: u8,
        delegated: u8,
    ) -> Option<Self> {
        let fits = length <= delegated && (1..=128).contains(&delegated);
        let below = fits.then(|| u128::MAX.checked_shr(length.into()).unwrap_or(0))?;
        let first = prefix.to_bits();
        let last = Ipv6Addr::from_bits(first | below);
        let pool = Self { first: prefix, last, subnet, delegated: Some(delegated) };
        (first & below == 0).then_some(pool)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    const SUBNET: SubnetId = SubnetId(1);

    fn prefixes(text: &str, length: u8, delegated: u8) -> Option<PoolRange<V6>> {
        PoolRange::of_prefixes(SUBNET, text.parse().unwrap(), length, delegated)
    }

    #[test]
    fn a_pool_of_addresses_gives_each() {
        let address = |last| Ipv4Addr::new(192, 0, 2, last);
        let pool = PoolRange::<V4>::new(SUBNET, address(10), address(12)).unwrap();
        assert_eq!((pool.size(), pool.resource()), (3, Resource::Address));
        assert_eq!(pool.offset_of(address(12)), Some(2));
        assert!(!pool.contains(address(13)) && !pool.contains(address(9)));
        assert_eq!((pool.at(2), pool.at(3)), (Some(address(12)), None));
        assert_eq!(PoolRange::<V4>::new(SUBNET, address(2), address(1)), None);
    }

    #[test]
    fn a_pool_of_prefixes_gives_what_is_aligned() {
        let pool = prefixes("2001:db8:100::", 40, 56).unwrap();
        assert_eq!((pool.size(), pool.resource()), (1 << 16, Resource::Prefix));
        assert_eq!(pool.at(1), Some("2001:db8:100:100::".parse().unwrap()));
        assert_eq!(
            pool.last(),
            "2001:db8:1ff:ffff:ffff:ffff:ffff:ffff".parse::<Ipv6Addr>().unwrap()
        );
        let inside = "2001:db8:100:1::".parse().unwrap();
        assert!(pool.covers(inside) && !pool.contains(inside));
    }

    #[test]
    fn prefixes_that_cannot_be_are_refused() {
        assert_eq!(prefixes("2001:db8::", 64, 56), None);
        assert_eq!(prefixes("2001:db8::", 64, 129), None);
        assert_eq!(prefixes("2001:db8::1", 64, 64), None);
        assert_eq!(prefixes("::", 0, 0), None);
        assert_eq!(prefixes("2001:db8::", 64, 64).unwrap().size(), 1);
        assert_eq!(prefixes("2001:db8::1", 128, 128).unwrap().size(), 1);
    }

    #[test]
    fn sizes_go_up_to_all_there_is() {
        assert_eq!(prefixes("2000::", 20, 64).unwrap().size(), 1 << 44);
        assert_eq!(prefixes("2001::", 16, 128).unwrap().size(), 1 << 112);
        assert_eq!(prefixes("::", 0, 1).unwrap().size(), 2);
        let all = PoolRange::<V6>::new(SUBNET, V6::LOWEST, Ipv6Addr::from_bits(u128::MAX)).unwrap();
        assert_eq!(all.size(), u128::MAX);
        assert_eq!(all.at(u128::MAX - 1), Some(Ipv6Addr::from_bits(u128::MAX - 1)));
        let all = PoolRange::<V4>::new(SUBNET, V4::LOWEST, Ipv4Addr::BROADCAST).unwrap();
        assert_eq!((all.size(), all.at(u32::MAX.into())), (1 << 32, Some(Ipv4Addr::BROADCAST)));
    }

    proptest! {
        #[test]
        fn offsets_and_prefixes_belong_together(
            length in 0..=128_u8, more in 0..=128_u8, bits in any::<u128>(), at in any::<u128>()
        ) {
            let delegated = length.saturating_add(more).clamp(1, 128);
            let kept = u128::MAX.checked_shl(u32::from(128 - length)).unwrap_or(0);
            let prefix = Ipv6Addr::from_bits(bits & kept);
            let pool = PoolRange::of_prefixes(SUBNET, prefix, length, delegated).unwrap();
            let offset = at % pool.size();
            let address = pool.at(offset).unwrap();
            prop_assert_eq!(pool.offset_of(address), Some(offset));
            prop_assert!(pool.covers(address));
        }
    }
}
