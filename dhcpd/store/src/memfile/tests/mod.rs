//! What holds for any family.

use std::fs;
use std::marker::PhantomData;

use ruru_lease::{
    Event, INFINITE_LIFETIME, LeaseRecord, PoolId, Resource, SearchOrder, SubnetId, V4, V6,
};
use tempfile::TempDir;

use super::*;

/// Makes tests of both families of functions that are for any.
macro_rules! battery {
    ($($name:ident,)*) => {
        mod dhcpv4 {
            $(#[test] fn $name() { super::$name::<super::V4>(); })*
        }
        mod dhcpv6 {
            $(#[test] fn $name() { super::$name::<super::V6>(); })*
        }
    };
}

mod compaction;
mod sample;
mod v6;

use sample::Sample;

battery! {
    leases_are_found_by_their_clients,
    committed_leases_are_there_after_reopening,
    leases_that_were_read_are_found_by_all_that_finds_leases,
    what_a_dropped_batch_has_changed_is_written_with_the_next,
    a_change_that_rests_on_what_is_not_so_any_more_is_refused,
    a_pool_that_comes_late_learns_which_addresses_are_held,
    a_torn_last_line_costs_only_itself,
    a_torn_header_is_written_again,
    damaged_lines_are_told_and_skipped_up_to_a_limit,
    a_file_of_another_kind_is_left_alone,
    two_servers_cannot_have_one_file,
    counts_follow_the_states_of_leases,
    leases_between_two_addresses_are_seen_alone,
    leases_of_a_subnet_are_counted_in_whatever_state,
    leases_end_and_reclaimed_ones_are_kept_apart,
    what_was_sealed_behind_a_group_that_cannot_be_written_is_taken_back_with_it,
    many_threads_settle_in_groups_and_lose_nothing,
    what_is_in_the_file_is_what_is_in_memory_whatever_threads_did_while_writes_failed,
    a_lease_file_that_was_removed_is_written_anew,
    a_journal_that_cannot_be_synced_is_written_anew,
}

struct Fixture<F> {
    directory: TempDir,
    family: PhantomData<F>,
}

impl<F: Sample> Fixture<F> {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), family: PhantomData }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("kea-leases.csv")
    }

    fn open(&self) -> (Memfile<F>, LoadReport) {
        let options =
            MemfileOptions { path: Some(self.path()), sync: Sync::Batch, max_row_errors: 0 };
        Memfile::open(&options).unwrap()
    }

    fn store(&self, memfile: &Memfile<F>, leases: &[u8]) {
        let batch = memfile.batch();
        for last in leases {
            batch.replace(F::lease(*last));
        }
        batch.commit().unwrap();
    }
}

fn committed_leases_are_there_after_reopening<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3]);
    let batch = memfile.batch();
    batch.discard(F::at(2));
    batch.commit().unwrap();
    drop(memfile);
    let (memfile, report) = fixture.open();
    assert_eq!((report.rows, report.damaged_rows), (4, 0));
    let (leases, more) = memfile.page(None, 10, |_| true);
    assert_eq!(leases, [F::lease(1), F::lease(3)]);
    assert_eq!(more, None);
}

fn leases_that_were_read_are_found_by_all_that_finds_leases<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[3, 1, 2, 4, 5, 2]);
    let batch = memfile.batch();
    let reclaimed = F::after(4, Event::Expire { now: Time(5000) });
    batch.replace(reclaimed.clone());
    batch.discard(F::at(3));
    batch.replace(F::lasting(5, INFINITE_LIFETIME));
    // It comes in place of the one that was removed.
    batch.replace(F::lease(6).moved_to(SubnetId(7)));
    batch.commit().unwrap();
    drop(memfile);
    let (memfile, _) = fixture.open();
    let sorted = |mut leases: Vec<F::Lease>| {
        leases.sort_by_key(F::Lease::address);
        leases
    };
    let moved = F::lease(6).moved_to(SubnetId(7));
    assert_eq!(sorted(memfile.expired(Time(5000), 10)), [F::lease(1), F::lease(2), moved.clone()]);
    assert_eq!(memfile.reclaimed_before(Time(5000), 10), [reclaimed]);
    assert_eq!([1, 7].map(|id| memfile.count_of(SubnetId(id))), [4, 1]);
    let scope = (SubnetId(1), Resource::Address, PoolId(0));
    assert_eq!(memfile.counts()[&scope].assigned, 3);
    for (last, leases) in [(2, vec![F::lease(2)]), (3, Vec::new()), (6, vec![moved])] {
        for key in F::lease(last).client_keys().into_iter().flatten() {
            assert_eq!(memfile.batch().of_client(key).into_vec(), leases, "{key:?}");
        }
    }
}

fn what_a_dropped_batch_has_changed_is_written_with_the_next<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    let dropped = memfile.batch();
    dropped.replace(F::lease(1));
    drop(dropped);
    fixture.store(&memfile, &[2]);
    drop(memfile);
    assert_eq!(fixture.open().0.page(None, 10, |_| true).0, [F::lease(1), F::lease(2)]);
}

fn a_change_that_rests_on_what_is_not_so_any_more_is_refused<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    let batch = memfile.batch();
    let other = F::lasting(1, 7);
    assert!(matches!(batch.store(F::lease(1), None), Err(StoreError::Changed(_))));
    assert!(batch.store(F::lease(2), Some(&F::lease(2))).is_err());
    assert!(batch.store(F::lease(1), Some(&other)).is_err() && batch.delete(&other).is_err());
    assert_eq!(batch.changes(), 0);
    batch.store(other.clone(), Some(&F::lease(1))).unwrap();
    batch.delete(&other).unwrap();
    batch.commit().unwrap();
    assert!(memfile.is_empty());
}

fn a_pool_that_comes_late_learns_which_addresses_are_held<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[10, 11, 200]);
    let range = PoolRange::new(SubnetId(1), F::at(10), F::at(12)).unwrap();
    memfile.replace_pools(&[], &[PoolSetup { range, reserved: Vec::new() }]);
    let free = || memfile.leases.free_address(&range, SearchOrder::Iterative, Time(0));
    assert_eq!((free(), free()), (Some(F::at(12)), Some(F::at(12))));
    fixture.store(&memfile, &[12]);
    assert_eq!(free(), None);
    // Not reclaimed yet, but at its end.
    let now = Time(2000);
    let ended = memfile.leases.free_address(&range, SearchOrder::Iterative, now);
    assert!(ended.is_some_and(|address| range.contains(address)));
}

fn a_torn_last_line_costs_only_itself<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    fixture.store(&memfile, &[2]);
    drop(memfile);
    let whole = fs::read(fixture.path()).unwrap();
    let second =
        whole.len() - whole[..whole.len() - 1].iter().rev().position(|b| *b == b'\n').unwrap();
    for len in second - 1..whole.len() - 4 {
        fs::write(fixture.path(), &whole[..len]).unwrap();
        let (memfile, _) = fixture.open();
        assert_eq!(memfile.batch().get(F::at(1)), Some(F::lease(1)), "cut at {len}");
        fixture.store(&memfile, &[9]);
        drop(memfile);
        let (memfile, _) = fixture.open();
        assert_eq!(memfile.batch().get(F::at(9)), Some(F::lease(9)), "cut at {len}");
    }
}

fn a_torn_header_is_written_again<F: Sample>() {
    let fixture = Fixture::<F>::new();
    fs::write(fixture.path(), &F::HEADER[..12]).unwrap();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 1);
}

fn damaged_lines_are_told_and_skipped_up_to_a_limit<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    drop(memfile);
    let mut text = fs::read_to_string(fixture.path()).unwrap();
    text.push_str("garbage\n192.0.2.300");
    text.push_str(&",".repeat(F::HEADER.split(',').count() - 1));
    text.push('\n');
    fs::write(fixture.path(), text).unwrap();
    let (memfile, report) = fixture.open();
    assert_eq!(memfile.len(), 1);
    assert_eq!(report.damaged_rows, 2);
    assert_eq!((report.damaged[0].1, report.damaged[0].2.as_str()), (3, "it has 1 columns"));
    drop(memfile);
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 1 };
    let error = Memfile::<F>::open(&options).unwrap_err();
    assert!(matches!(error, OpenError::TooManyDamaged { line: 4, .. }), "{error}");
}

fn a_file_of_another_kind_is_left_alone<F: Sample>() {
    let fixture = Fixture::<F>::new();
    fs::write(fixture.path(), format!("{}\n", F::OTHER_HEADER)).unwrap();
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 0 };
    let error = Memfile::<F>::open(&options).unwrap_err();
    assert!(matches!(error, OpenError::NotALeaseFile { .. }), "{error}");
    let text = fs::read_to_string(fixture.path()).unwrap();
    assert_eq!(text.trim_end(), F::OTHER_HEADER);
}

fn two_servers_cannot_have_one_file<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (_memfile, _) = fixture.open();
    // As if it were another process: number 0 is nobody's.
    fs::write(fixture.directory.path().join("kea-leases.csv.lock"), "0\n").unwrap();
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 0 };
    let start = Instant::now();
    assert!(matches!(Memfile::<F>::open(&options), Err(OpenError::InUse { .. })));
    assert!(start.elapsed() < PATIENCE_WITH_SELF);
}

fn counts_follow_the_states_of_leases<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3]);
    let batch = memfile.batch();
    batch.replace(F::after(1, Event::Decline));
    batch.replace(F::after(2, Event::Release));
    batch.commit().unwrap();
    let counts = memfile.counts();
    assert_eq!(
        counts[&(SubnetId(1), Resource::Address, PoolId(0))],
        Counts { assigned: 2, declined: 1, registered: 0 }
    );
}

fn leases_end_and_reclaimed_ones_are_kept_apart<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[3, 1, 2]);
    let mut ended = memfile.expired(Time(1102), 10);
    ended.sort_by_key(F::Lease::address);
    assert_eq!(ended, [F::lease(1), F::lease(2)]);
    let batch = memfile.batch();
    let now = Time(1102);
    batch.replace(F::after(1, Event::Expire { now }));
    batch.commit().unwrap();
    assert_eq!(memfile.expired(now, 10), [F::lease(2)]);
    assert_eq!(memfile.reclaimed_before(Time(1101), 10).len(), 1);
    assert_eq!(memfile.reclaimed_before(Time(1100), 10), []);
}

/// A memfile whose disk is full: a small file system of its own is not to be had everywhere, but
/// `/dev/full` behaves like one.
fn full<F: Sample>() -> (Fixture<F>, Memfile<F>) {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    let journal = OpenOptions::new().append(true).open("/dev/full").unwrap();
    memfile.lock_writer().unwrap().journal.replace_file(journal);
    (fixture, memfile)
}

fn what_was_sealed_behind_a_group_that_cannot_be_written_is_taken_back_with_it<F: Sample>() {
    let (_fixture, memfile) = full::<F>();
    let batch = memfile.batch();
    batch.replace(F::lease(2));
    let first = batch.seal();
    let batch = memfile.batch();
    batch.discard(F::at(1));
    batch.replace(F::lasting(2, 7));
    let second = batch.seal();
    // It has changed nothing, but has seen what may be taken back.
    let third = memfile.batch().seal();
    assert!(!memfile.is_settled(&first) && memfile.batch().get(F::at(2)).is_some());
    assert!(memfile.settle(&second).is_err());
    assert!(memfile.is_settled(&first) && memfile.is_settled(&third));
    assert!(memfile.settle(&first).is_err() && memfile.settle(&third).is_err());
    assert_eq!(memfile.page(None, 10, |_| true).0, [F::lease(1)]);
    assert_eq!(memfile.health().failures, 1);
    // What comes later rests on nothing that failed.
    let later = memfile.batch().seal();
    assert!(memfile.settle(&later).is_ok());
}

fn many_threads_settle_in_groups_and_lose_nothing<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    std::thread::scope(|scope| {
        for part in 0..4_u8 {
            let memfile = &memfile;
            scope.spawn(move || {
                for at in 0..50 {
                    let batch = memfile.batch();
                    batch.replace(F::lease(part * 50 + at));
                    memfile.settle(&batch.seal()).unwrap();
                }
            });
        }
    });
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 200);
}

fn what_is_in_the_file_is_what_is_in_memory_whatever_threads_did_while_writes_failed<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &(0..100).collect::<Vec<u8>>());
    let told: Vec<F::Lease> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u32)
            .map(|thread| {
                let memfile = &memfile;
                scope.spawn(move || {
                    let mut told = Vec::new();
                    for round in 0..300_u32 {
                        let batch = memfile.batch();
                        let last = (round * 7 + thread) % 100;
                        let now = batch.get(F::at(last as u8));
                        let next = F::lasting(last as u8, 1000 + 4 * round + thread);
                        let stored = batch.store(next.clone(), now.as_ref());
                        if stored.is_ok() && memfile.settle(&batch.seal()).is_ok() {
                            told.push(next);
                        }
                    }
                    told
                })
            })
            .collect();
        for _ in 0..20 {
            let full = OpenOptions::new().append(true).open("/dev/full").unwrap();
            let whole = memfile.lock_writer().unwrap().journal.replace_file(full);
            sleep(Duration::from_millis(1));
            memfile.lock_writer().unwrap().journal.replace_file(whole);
            sleep(Duration::from_millis(1));
        }
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(!told.is_empty());
    let in_memory = memfile.page(None, 1000, |_| true).0;
    drop(memfile);
    assert_eq!(fixture.open().0.page(None, 1000, |_| true).0, in_memory);
    // What was promised was so, and only a later promise has changed it.
    let text = fs::read_to_string(fixture.path()).unwrap();
    for lease in told {
        let line = format!("{},", lease.address());
        let lifetime = format!(",{},", F::lifetime(&lease).0);
        assert!(text.lines().any(|l| l.starts_with(&line) && l.contains(&lifetime)), "{lease:?}");
    }
}

fn a_lease_file_that_was_removed_is_written_anew<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2]);
    memfile.begin_compaction().unwrap().unwrap().run().unwrap();
    let batch = memfile.batch();
    batch.discard(F::at(2));
    batch.commit().unwrap();
    assert_eq!(memfile.repair().unwrap(), Repair::Unneeded);
    fs::remove_file(fixture.path()).unwrap();
    fixture.store(&memfile, &[3]);
    assert_eq!(memfile.repair().unwrap(), Repair::Rewritten);
    fixture.store(&memfile, &[4]);
    drop(memfile);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.page(None, 10, |_| true).0, [F::lease(1), F::lease(3), F::lease(4)]);
}

fn a_journal_that_cannot_be_synced_is_written_anew<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    // A pipe cannot be synced.
    let (_reader, pipe) = std::io::pipe().unwrap();
    memfile
        .lock_writer()
        .unwrap()
        .journal
        .replace_file(File::from(std::os::fd::OwnedFd::from(pipe)));
    assert!(memfile.sync().is_err());
    assert_eq!(memfile.repair().unwrap(), Repair::Rewritten);
    fixture.store(&memfile, &[2]);
    assert_eq!(memfile.sync().ok(), Some(()));
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 2);
}

fn leases_are_found_by_their_clients<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3]);
    let batch = memfile.batch();
    let found = |last| {
        let lease = F::lease(last);
        let keys = lease.client_keys().into_iter().flatten();
        keys.map(|key| batch.of_client(key).into_vec()).collect::<Vec<_>>()
    };
    assert!(found(2).iter().all(|leases| *leases == [F::lease(2)]));
    // Another lease takes its place in memory.
    batch.discard(F::at(2));
    batch.replace(F::lease(4));
    assert!(found(2).iter().all(Vec::is_empty));
    assert!(found(4).iter().all(|leases| *leases == [F::lease(4)]));
    batch.replace(F::after(1, Event::Decline));
    assert!(found(1).iter().all(Vec::is_empty));
}

fn leases_between_two_addresses_are_seen_alone<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3, 4, 9]);
    let between = |first, last| memfile.page_between(first, F::at(last), 2, |_| true);
    let page = between(Bound::Included(F::at(2)), 4);
    assert_eq!(page, (vec![F::lease(2), F::lease(3)], Some(F::at(3))));
    assert_eq!(between(Bound::Excluded(F::at(3)), 4), (vec![F::lease(4)], None));
    assert_eq!(between(Bound::Included(F::at(5)), 8), (Vec::new(), None));
}

fn leases_of_a_subnet_are_counted_in_whatever_state<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2]);
    let batch = memfile.batch();
    batch.replace(F::after(1, Event::Release));
    batch.replace(F::lease(3).moved_to(SubnetId(7)));
    assert_eq!([1, 7, 9].map(|id| memfile.count_of(SubnetId(id))), [2, 1, 0]);
    batch.replace(F::lease(2).moved_to(SubnetId(7)));
    batch.discard(F::at(3));
    assert_eq!([1, 7].map(|id| memfile.count_of(SubnetId(id))), [1, 1]);
}
