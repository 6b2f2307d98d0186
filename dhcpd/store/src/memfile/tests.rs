use std::fs;

use ruru_lease::SearchOrder;
use ruru_wire::v4::HardwareAddress;
use tempfile::TempDir;

use super::*;

fn lease(last: u8) -> Lease4 {
    Lease4 {
        address: Ipv4Addr::new(192, 0, 2, last),
        hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, last]).unwrap(),
        client_id: Some([1, last][..].into()),
        valid_lifetime: 100,
        cltt: Time(1000 + u32::from(last)),
        subnet_id: SubnetId(1),
        pool_id: PoolId(0),
        state: ruru_lease::State::Assigned,
        fqdn_fwd: false,
        fqdn_rev: false,
        hostname: "".into(),
        user_context: None,
    }
}

struct Fixture {
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("kea-leases4.csv")
    }

    fn open(&self) -> (Memfile, LoadReport) {
        let options =
            MemfileOptions { path: Some(self.path()), sync: Sync::Batch, max_row_errors: 0 };
        Memfile::open(&options).unwrap()
    }

    fn store(&self, memfile: &Memfile, leases: &[u8]) {
        let batch = memfile.batch();
        for last in leases {
            batch.replace(lease(*last));
        }
        batch.commit().unwrap();
    }
}

#[test]
fn committed_leases_are_there_after_reopening() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3]);
    let batch = memfile.batch();
    batch.discard(lease(2).address);
    batch.commit().unwrap();
    drop(memfile);
    let (memfile, report) = fixture.open();
    assert_eq!((report.rows, report.damaged_rows), (4, 0));
    let (leases, more) = memfile.page(None, 10, |_| true);
    assert_eq!(leases, [lease(1), lease(3)]);
    assert_eq!(more, None);
}

#[test]
fn what_a_dropped_batch_has_changed_is_written_with_the_next() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    let dropped = memfile.batch();
    dropped.replace(lease(1));
    drop(dropped);
    fixture.store(&memfile, &[2]);
    drop(memfile);
    assert_eq!(fixture.open().0.page(None, 10, |_| true).0, [lease(1), lease(2)]);
}

#[test]
fn a_change_that_rests_on_what_is_not_so_any_more_is_refused() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    let batch = memfile.batch();
    let other = Lease4 { valid_lifetime: 7, ..lease(1) };
    assert!(matches!(batch.store(lease(1), None), Err(StoreError::Changed(_))));
    assert!(batch.store(lease(2), Some(&lease(2))).is_err());
    assert!(batch.store(lease(1), Some(&other)).is_err() && batch.delete(&other).is_err());
    assert_eq!(batch.changes(), 0);
    batch.store(other.clone(), Some(&lease(1))).unwrap();
    batch.delete(&other).unwrap();
    batch.commit().unwrap();
    assert!(memfile.is_empty());
}

#[test]
fn a_pool_that_comes_late_learns_which_addresses_are_held() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[10, 11, 200]);
    let address = |last| Ipv4Addr::new(192, 0, 2, last);
    let range = PoolRange::new(SubnetId(1), address(10), address(12)).unwrap();
    memfile.replace_pools(&[], &[PoolSetup { range, reserved: Vec::new() }]);
    let free = || memfile.leases.free_address(&range, SearchOrder::Iterative, Time(0));
    assert_eq!((free(), free()), (Some(address(12)), Some(address(12))));
    fixture.store(&memfile, &[12]);
    assert_eq!(free(), None);
    // Not reclaimed yet, but at its end.
    let now = Time(2000);
    let ended = memfile.leases.free_address(&range, SearchOrder::Iterative, now);
    assert!(ended.is_some_and(|address| range.contains(address)));
}

#[test]
fn a_torn_last_line_costs_only_itself() {
    let fixture = Fixture::new();
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
        assert_eq!(memfile.batch().get(lease(1).address), Some(lease(1)), "cut at {len}");
        fixture.store(&memfile, &[9]);
        drop(memfile);
        let (memfile, _) = fixture.open();
        assert_eq!(memfile.batch().get(lease(9).address), Some(lease(9)), "cut at {len}");
    }
}

#[test]
fn a_torn_header_is_written_again() {
    let fixture = Fixture::new();
    fs::write(fixture.path(), "address,hwad").unwrap();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 1);
}

#[test]
fn damaged_lines_are_told_and_skipped_up_to_a_limit() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    drop(memfile);
    let mut text = fs::read_to_string(fixture.path()).unwrap();
    text.push_str("garbage\n192.0.2.300,,,,,,,,,,,\n");
    fs::write(fixture.path(), text).unwrap();
    let (memfile, report) = fixture.open();
    assert_eq!(memfile.len(), 1);
    assert_eq!(report.damaged_rows, 2);
    assert_eq!((report.damaged[0].1, report.damaged[0].2.as_str()), (3, "it has 1 columns"));
    drop(memfile);
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 1 };
    let error = Memfile::open(&options).unwrap_err();
    assert!(matches!(error, OpenError::TooManyDamaged { line: 4, .. }), "{error}");
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let fixture = Fixture::new();
    fs::write(fixture.path(), "address,duid,valid_lifetime\n").unwrap();
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 0 };
    let error = Memfile::open(&options).unwrap_err();
    assert!(matches!(error, OpenError::NotALeaseFile { .. }), "{error}");
    assert_eq!(fs::read_to_string(fixture.path()).unwrap(), "address,duid,valid_lifetime\n");
}

#[test]
fn two_servers_cannot_have_one_file() {
    let fixture = Fixture::new();
    let (_memfile, _) = fixture.open();
    let options =
        MemfileOptions { path: Some(fixture.path()), sync: Sync::Never, max_row_errors: 0 };
    assert!(matches!(Memfile::open(&options), Err(OpenError::InUse { .. })));
}

#[test]
fn compaction_keeps_what_counts_and_what_came_meanwhile() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    for _ in 0..50 {
        fixture.store(&memfile, &[1, 2, 3]);
    }
    let compaction = memfile.begin_compaction().unwrap().unwrap();
    fixture.store(&memfile, &[4]);
    compaction.run().unwrap();
    let batch = memfile.batch();
    batch.discard(lease(1).address);
    batch.commit().unwrap();
    drop(memfile);
    let previous = fs::read_to_string(fixture.directory.path().join("kea-leases4.csv.2")).unwrap();
    assert_eq!(previous.lines().count(), 4);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.page(None, 10, |_| true).0, [lease(2), lease(3), lease(4)]);
}

#[test]
fn a_compaction_that_stopped_anywhere_loses_nothing() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2]);
    // Stopped before it ran: F.1 is there.
    let _not_run = memfile.begin_compaction().unwrap().unwrap();
    fixture.store(&memfile, &[3]);
    drop(memfile);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.len(), 3);
    // Stopped after F.completed was written: F.1 and F.2 are left over and do not count.
    let names = Names::of(&fixture.path());
    fs::copy(&names.input, &names.completed).unwrap();
    drop(memfile);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.len(), 3);
    memfile.begin_compaction().unwrap().unwrap().run().unwrap();
    assert!(!names.input.exists() && !names.completed.exists() && names.previous.exists());
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 3);
}

#[test]
fn counts_follow_the_states_of_leases() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2, 3]);
    let batch = memfile.batch();
    batch.replace(lease(1).after(ruru_lease::Event::Decline).unwrap());
    batch.replace(lease(2).after(ruru_lease::Event::Release).unwrap());
    batch.commit().unwrap();
    let counts = memfile.counts();
    assert_eq!(counts[&(SubnetId(1), PoolId(0))], Counts { assigned: 2, declined: 1 });
}

#[test]
fn leases_end_and_reclaimed_ones_are_kept_apart() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[3, 1, 2]);
    let mut ended = memfile.expired(Time(1102), 10);
    ended.sort_by_key(|lease| lease.address);
    assert_eq!(ended, [lease(1), lease(2)]);
    let batch = memfile.batch();
    let now = Time(1102);
    batch.replace(lease(1).after(ruru_lease::Event::Expire { now }).unwrap());
    batch.commit().unwrap();
    assert_eq!(memfile.expired(now, 10), [lease(2)]);
    assert_eq!(memfile.reclaimed_before(Time(1101), 10).len(), 1);
    assert_eq!(memfile.reclaimed_before(Time(1100), 10), []);
}

/// A memfile whose disk is full: a small file system of its own is not to be had everywhere, but
/// `/dev/full` behaves like one.
fn full() -> (Fixture, Memfile) {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    let journal = OpenOptions::new().append(true).open("/dev/full").unwrap();
    memfile.lock_writer().unwrap().journal.replace_file(journal);
    (fixture, memfile)
}

#[test]
fn what_was_sealed_behind_a_group_that_cannot_be_written_is_taken_back_with_it() {
    let (_fixture, memfile) = full();
    let batch = memfile.batch();
    batch.replace(lease(2));
    let first = batch.seal();
    let batch = memfile.batch();
    batch.discard(lease(1).address);
    batch.replace(Lease4 { valid_lifetime: 7, ..lease(2) });
    let second = batch.seal();
    // It has changed nothing, but has seen what may be taken back.
    let third = memfile.batch().seal();
    assert!(!memfile.is_settled(&first) && memfile.batch().get(lease(2).address).is_some());
    assert!(memfile.settle(&second).is_err());
    assert!(memfile.is_settled(&first) && memfile.is_settled(&third));
    assert!(memfile.settle(&first).is_err() && memfile.settle(&third).is_err());
    assert_eq!(memfile.page(None, 10, |_| true).0, [lease(1)]);
    assert_eq!(memfile.health().failures, 1);
    // What comes later rests on nothing that failed.
    let later = memfile.batch().seal();
    assert!(memfile.settle(&later).is_ok());
}

#[test]
fn many_threads_settle_in_groups_and_lose_nothing() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    std::thread::scope(|scope| {
        for part in 0..4_u8 {
            let memfile = &memfile;
            scope.spawn(move || {
                for at in 0..50 {
                    let batch = memfile.batch();
                    batch.replace(lease(part * 50 + at));
                    memfile.settle(&batch.seal()).unwrap();
                }
            });
        }
    });
    drop(memfile);
    assert_eq!(fixture.open().0.len(), 200);
}

#[test]
fn what_is_in_the_file_is_what_is_in_memory_whatever_threads_did_while_writes_failed() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &(0..100).collect::<Vec<u8>>());
    let told: Vec<Lease4> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u32)
            .map(|thread| {
                let memfile = &memfile;
                scope.spawn(move || {
                    let mut told = Vec::new();
                    for round in 0..300_u32 {
                        let batch = memfile.batch();
                        let last = (round * 7 + thread) % 100;
                        let now = batch.get(lease(last as u8).address);
                        let next = Lease4 {
                            valid_lifetime: 1000 + 4 * round + thread,
                            ..lease(last as u8)
                        };
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
        let line = format!("{},", lease.address);
        let lifetime = format!(",{},", lease.valid_lifetime);
        assert!(text.lines().any(|l| l.starts_with(&line) && l.contains(&lifetime)), "{lease:?}");
    }
}

#[test]
fn a_lease_file_that_was_removed_is_written_anew() {
    let fixture = Fixture::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2]);
    memfile.begin_compaction().unwrap().unwrap().run().unwrap();
    let batch = memfile.batch();
    batch.discard(lease(2).address);
    batch.commit().unwrap();
    assert_eq!(memfile.repair().unwrap(), Repair::Unneeded);
    fs::remove_file(fixture.path()).unwrap();
    fixture.store(&memfile, &[3]);
    assert_eq!(memfile.repair().unwrap(), Repair::Rewritten);
    fixture.store(&memfile, &[4]);
    drop(memfile);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.page(None, 10, |_| true).0, [lease(1), lease(3), lease(4)]);
}

#[test]
fn a_journal_that_cannot_be_synced_is_written_anew() {
    let fixture = Fixture::new();
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
