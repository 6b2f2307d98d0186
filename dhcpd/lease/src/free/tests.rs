use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A small pool as any kind of map.
fn kinds(size: u128) -> [FreeMap; 3] {
    let bitmap = Bitmap::new(size, 0).unwrap();
    let (large, huge) = (Runs::new(size, 0), Runs::new(size, 0));
    [FreeMap(Map::Small(bitmap)), FreeMap(Map::Large(large)), FreeMap(Map::Huge(huge))]
}

#[test]
fn a_full_pool_has_nothing_and_one_release_is_found_from_anywhere() {
    for map in kinds(1 << 16) {
        for offset in 0..1 << 16 {
            assert_eq!(map.next_free(offset), Some(offset));
            assert!(map.take(offset));
        }
        assert_eq!((map.next_free(77), map.next_in_turn()), (None, None));
        assert!(map.release(12_345));
        assert_eq!(map.next_free(0), Some(12_345));
        assert_eq!(map.next_free(40_000), Some(12_345));
    }
}

#[test]
fn the_search_in_turn_goes_on_behind_the_last_answer_and_begins_again() {
    for map in kinds(4) {
        map.take(1);
        let order: Vec<_> = (0..4).map(|_| map.next_in_turn()).collect();
        assert_eq!(order, [Some(0), Some(2), Some(3), Some(0)]);
        assert_eq!(FreeMap::with_turn(4, map.turn()).next_in_turn(), Some(1));
    }
    assert_eq!(FreeMap::with_turn(4, u128::MAX).next_in_turn(), Some(0));
    assert_eq!(FreeMap::with_turn(1 << 40, u128::MAX).next_in_turn(), Some(0));
}

#[test]
fn a_pool_costs_memory_only_for_what_is_taken() {
    let FreeMap(Map::Small(bitmap)) = FreeMap::new(1 << 24) else { panic!("it is small") };
    assert!(bitmap.take((1 << 24) - 1) && bitmap.leaves() == 1);
    assert_eq!(bitmap.next_free((1 << 24) - 1), Some(0));
    let FreeMap(Map::Huge(runs)) = FreeMap::new(u128::MAX) else { panic!("it is huge") };
    assert!(runs.take(u128::MAX - 1) && !runs.take(u128::MAX));
    assert_eq!(runs.next_free(u128::MAX - 1), Some(0));
    for offset in (0..1000).rev() {
        assert!(runs.take(offset));
    }
    assert_eq!((runs.count(), runs.next_free(5)), (2, Some(1000)));
    for offset in 0..1000 {
        assert!(runs.release(offset));
    }
    assert_eq!(runs.count(), 1);
}

#[test]
fn threads_that_take_and_free_leave_every_offset_to_be_found() {
    const SIZE: u128 = 64 * 64 + 100;
    for map in kinds(SIZE) {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let map = &map;
                scope.spawn(move || {
                    // Nearly all words are empty and full again, each time in another order.
                    for round in 0..100 {
                        let own = (0..SIZE).filter(|offset| offset % 4 == thread);
                        let order: Vec<u128> = own.map(|at| at * (2 * round + 1)).collect();
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
}

#[test]
fn what_threads_get_in_turn_is_got_once() {
    for size in [1 << 16, 1 << 40] {
        let map = FreeMap::new(size);
        let got: Vec<u128> = std::thread::scope(|scope| {
            let take = || (0..1000).map(|_| map.next_in_turn().unwrap()).collect::<Vec<_>>();
            let threads = [scope.spawn(take), scope.spawn(take), scope.spawn(take)];
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(got.into_iter().collect::<BTreeSet<_>>(), (0..3000).collect());
    }
}

proptest! {
    #[test]
    fn it_agrees_with_a_set(
        size in 1_u128..20_000,
        actions in prop::collection::vec((any::<bool>(), any::<u128>()), 0..400)
    ) {
        for map in kinds(size) {
            let mut free: BTreeSet<u128> = (0..size).collect();
            for (take, at) in &actions {
                let at = at % (size + 2);
                if *take {
                    prop_assert_eq!(map.take(at), free.remove(&at));
                } else {
                    prop_assert_eq!(map.release(at), at < size && free.insert(at));
                }
                let expected = free.range(at..).next().or(free.first()).copied();
                prop_assert_eq!(map.next_free(at), expected);
            }
        }
    }

    /// Of a pool whose size may be anything a few places are crowded: slices' ends among them.
    #[test]
    fn it_agrees_with_a_set_of_what_is_taken_whatever_the_size(
        bits in 24_u32..128,
        is_round in any::<bool>(),
        more in any::<u128>(),
        actions in prop::collection::vec((any::<bool>(), 0_u128..=16, 0_u128..12), 0..400)
    ) {
        let size = (1 << bits) + if is_round { 0 } else { more % (1 << bits) };
        let map = FreeMap::new(size);
        let mut taken = BTreeSet::new();
        for (take, slice, near) in actions {
            let at = (size.div_ceil(16).saturating_mul(slice).saturating_add(near)).saturating_sub(6);
            if take {
                prop_assert_eq!(map.take(at), at < size && taken.insert(at));
            } else {
                prop_assert_eq!(map.release(at), taken.remove(&at));
            }
            let mut expected = if at < size { at } else { 0 };
            while taken.contains(&expected) {
                expected = (expected + 1) % size;
            }
            prop_assert_eq!(map.next_free(at), Some(expected));
        }
    }
}
