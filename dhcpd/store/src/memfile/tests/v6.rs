//! What only DHCPv6 has: prefixes, and addresses that clients register.

use std::collections::HashSet;
use std::net::Ipv6Addr;

use ruru_lease::{
    ClientKey6, Lease6, LeaseKind, PoolId, PoolRange, Resource, SearchOrder, State, SubnetId, Time,
    V6,
};
use ruru_wire::v6::options::Iaid;

use super::super::{Counts, Memfile, MemfileOptions, PoolSetup, Sync};
use super::Fixture;
use super::sample::Sample;

fn in_memory() -> Memfile<V6> {
    let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
    Memfile::open(&options).unwrap().0
}

fn prefix(pool: &PoolRange<V6>, offset: u128) -> Lease6 {
    let length = pool.delegated_length().unwrap();
    let kind = LeaseKind::Prefix { length };
    Lease6 { address: pool.at(offset).unwrap(), kind, ..V6::lease(1) }
}

fn pool_of_prefixes(text: &str, length: u8, delegated: u8) -> PoolRange<V6> {
    PoolRange::of_prefixes(SubnetId(1), text.parse().unwrap(), length, delegated).unwrap()
}

fn add(memfile: &Memfile<V6>, range: PoolRange<V6>, reserved: &[Ipv6Addr]) {
    memfile.replace_pools(&[], &[PoolSetup { range, reserved: reserved.to_vec() }]);
}

#[test]
fn prefixes_are_given_in_turn_but_for_those_that_are_held_or_reserved() {
    let memfile = in_memory();
    let range = pool_of_prefixes("2001:db8:100::", 40, 56);
    let batch = memfile.batch();
    batch.replace(prefix(&range, 1));
    add(&memfile, range, &[range.at(2).unwrap()]);
    let next = || memfile.leases.free_address(&range, SearchOrder::Iterative, Time(0));
    assert_eq!((next(), next()), (range.at(0), range.at(3)));
    // An address inside a prefix is not the prefix.
    batch.replace(Lease6 { address: "2001:db8:100:401::1".parse().unwrap(), ..V6::lease(2) });
    assert_eq!(next(), range.at(4));
    batch.discard(range.at(1).unwrap());
    batch.replace(prefix(&range, 0xffff));
    let last = SearchOrder::Random(0xffff);
    assert_eq!(memfile.leases.free_address(&range, last, Time(0)), range.at(0));
}

#[test]
fn a_pool_of_any_size_gives_addresses_all_over_it() {
    let memfile = in_memory();
    let first: Ipv6Addr = "2001:db8::".parse().unwrap();
    let addresses = |bits: u32| {
        let last = Ipv6Addr::from_bits(first.to_bits() | (u128::MAX >> (128 - bits)));
        PoolRange::new(SubnetId(1), first, last).unwrap()
    };
    for range in [addresses(64), addresses(96), pool_of_prefixes("3000::", 20, 64)] {
        add(&memfile, range, &[]);
        let mut quarters = HashSet::new();
        let mut number = 1_u128;
        for last in 0..200 {
            number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).rotate_left(7);
            let order = SearchOrder::Random(number);
            let address = memfile.leases.free_address(&range, order, Time(0)).unwrap();
            assert!(range.contains(address) && memfile.batch().get(address).is_none());
            quarters.insert(range.offset_of(address).unwrap() / (range.size() / 4));
            memfile.batch().replace(Lease6 { address, ..V6::lease(last) });
        }
        assert_eq!(quarters.len(), 4, "{range:?}");
    }
}

#[test]
fn pools_that_come_late_learn_which_of_very_many_prefixes_are_held() {
    const HELD: u128 = 5000;
    let memfile = in_memory();
    // Between the pools there is a third one, which does not come, and whose leases are passed over.
    let pools = ["3000::", "3000:1::", "3000:2::"].map(|text| pool_of_prefixes(text, 32, 64));
    for pool in &pools {
        // The last one is held, and a few at the beginning are not.
        for offset in (3..HELD).chain([pool.size() - 1]) {
            memfile.batch().replace(prefix(pool, offset));
        }
    }
    let [first, _, third] = pools;
    add(&memfile, third, &[]);
    add(&memfile, first, &[]);
    for pool in [first, third] {
        let next = || memfile.leases.free_address(&pool, SearchOrder::Iterative, Time(0));
        let expected = [0, 1, 2, HELD, HELD + 1].map(|offset| pool.at(offset));
        assert_eq!(expected.map(|_| next()), expected);
        let behind = SearchOrder::Random(pool.size() - 1);
        assert_eq!(memfile.leases.free_address(&pool, behind, Time(0)), pool.at(0));
    }
}

#[test]
fn addresses_prefixes_and_what_is_registered_are_counted_apart() {
    let memfile = in_memory();
    let range = pool_of_prefixes("2001:db8:100::", 40, 56);
    let batch = memfile.batch();
    (0..3).for_each(|offset| batch.replace(prefix(&range, offset)));
    batch.replace(V6::lease(1));
    batch.replace(Lease6 { state: State::Registered, ..V6::lease(2) });
    batch.replace(Lease6 { kind: LeaseKind::Temporary, ..V6::lease(3) });
    batch.replace(Lease6 { pool_id: PoolId(7), ..V6::lease(4) });
    let counts = memfile.counts();
    let of = |resource, pool| counts[&(SubnetId(1), resource, PoolId(pool))];
    let counts_of = |assigned, registered| Counts { assigned, declined: 0, registered };
    assert_eq!(of(Resource::Prefix, 0), counts_of(3, 0));
    assert_eq!(of(Resource::Address, 0), counts_of(1, 1));
    assert_eq!(of(Resource::Address, 7), counts_of(1, 0));
}

#[test]
fn a_registered_address_is_never_free_and_is_told_when_it_ends() {
    let memfile = in_memory();
    let range = PoolRange::new(SubnetId(1), V6::at(1), V6::at(1)).unwrap();
    add(&memfile, range, &[]);
    let registered = Lease6 { state: State::Registered, ..V6::lease(1) };
    memfile.batch().replace(registered.clone());
    let now = Time(5000);
    let free = || memfile.leases.free_address(&range, SearchOrder::Iterative, now);
    assert_eq!(free(), None);
    assert_eq!(memfile.expired(now, 10), [registered]);
    memfile.batch().discard(V6::at(1));
    assert_eq!(free(), Some(V6::at(1)));
}

#[test]
fn a_client_has_all_its_addresses_and_prefixes() {
    let fixture = Fixture::<V6>::new();
    let (memfile, _) = fixture.open();
    let range = pool_of_prefixes("2001:db8:100::", 40, 56);
    let mine = [V6::lease(1), Lease6 { iaid: Iaid(9), ..prefix(&range, 7) }];
    let batch = memfile.batch();
    mine.iter().for_each(|lease| batch.replace(lease.clone()));
    batch.replace(V6::lease(2));
    batch.commit().unwrap();
    drop(memfile);
    let (memfile, report) = fixture.open();
    assert_eq!((report.rows, report.damaged_rows), (3, 0));
    let key = ClientKey6::Duid(&mine[0].duid);
    let mut found = memfile.batch().of_client(key);
    found.sort_by_key(|lease| lease.address);
    assert_eq!(*found, mine);
}
