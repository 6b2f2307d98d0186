//! Compaction: what it keeps, and who is kept from reading what it changes.

use std::fs;
use std::thread;

use ruru_lease::{LeaseRecord, V4, V6};

use super::super::*;
use super::Fixture;
use super::sample::Sample;

battery! {
    compaction_keeps_what_counts_and_what_came_meanwhile,
    a_compaction_that_stopped_anywhere_loses_nothing,
    of_threads_that_begin_a_compaction_at_once_no_two_go_on,
    a_compaction_whose_memfile_is_gone_leaves_the_rest_to_the_next,
    a_file_is_not_read_while_a_compaction_has_it,
    a_file_that_is_left_for_another_during_a_compaction_has_lost_nothing_after_coming_back,
    a_file_that_is_left_for_memory_during_a_compaction_has_lost_nothing_after_coming_back,
}

fn compaction_keeps_what_counts_and_what_came_meanwhile<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    for _ in 0..50 {
        fixture.store(&memfile, &[1, 2, 3]);
    }
    let compaction = memfile.begin_compaction().unwrap().unwrap();
    fixture.store(&memfile, &[4]);
    compaction.run().unwrap();
    let batch = memfile.batch();
    batch.discard(F::at(1));
    batch.commit().unwrap();
    drop(memfile);
    let previous = fs::read_to_string(fixture.directory.path().join("kea-leases.csv.2")).unwrap();
    assert_eq!(previous.lines().count(), 4);
    let (memfile, _) = fixture.open();
    assert_eq!(memfile.page(None, 10, |_| true).0, [F::lease(2), F::lease(3), F::lease(4)]);
}

fn a_compaction_that_stopped_anywhere_loses_nothing<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1, 2]);
    // Stopped before it ran: F.1 is there.
    drop(memfile.begin_compaction().unwrap().unwrap());
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

fn of_threads_that_begin_a_compaction_at_once_no_two_go_on<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    for _ in 0..100 {
        let begun = thread::scope(|scope| {
            let begin = || memfile.begin_compaction().unwrap();
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(begin)).collect();
            let begun = threads.into_iter().filter_map(|thread| thread.join().unwrap());
            begun.collect::<Vec<_>>()
        });
        assert!(begun.len() < 2);
    }
    assert!(memfile.begin_compaction().unwrap().is_some());
}

fn a_compaction_whose_memfile_is_gone_leaves_the_rest_to_the_next<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let names = Names::of(&fixture.path());
    let abandon = |last| {
        let (memfile, _) = fixture.open();
        fixture.store(&memfile, &[last]);
        let compaction = memfile.begin_compaction().unwrap().unwrap();
        drop(memfile);
        compaction.run().unwrap();
    };
    abandon(1);
    assert!(names.input.exists() && !names.completed.exists() && !names.previous.exists());
    fs::copy(&names.input, &names.completed).unwrap();
    abandon(2);
    assert!(names.input.exists() && names.completed.exists() && !names.previous.exists());
    let (memfile, _) = fixture.open();
    memfile.begin_compaction().unwrap().unwrap().run().unwrap();
    assert!(!names.input.exists() && !names.completed.exists() && names.previous.exists());
    drop(memfile);
    assert_eq!(fixture.open().0.page(None, 10, |_| true).0, [F::lease(1), F::lease(2)]);
}

fn a_file_is_not_read_while_a_compaction_has_it<F: Sample>() {
    let fixture = Fixture::<F>::new();
    let (memfile, _) = fixture.open();
    fixture.store(&memfile, &[1]);
    let compaction = memfile.begin_compaction().unwrap().unwrap();
    drop(memfile);
    thread::scope(|scope| {
        let opening = scope.spawn(|| fixture.open().0.len());
        // Another process would not be waited for so long.
        sleep(PATIENCE + Duration::from_millis(500));
        assert!(!opening.is_finished());
        drop(compaction);
        assert_eq!(opening.join().unwrap(), 1);
    });
}

fn a_file_that_is_left_for_another_during_a_compaction_has_lost_nothing_after_coming_back<
    F: Sample,
>() {
    let fixture = Fixture::<F>::new();
    leave_and_come_back(&fixture, Some(fixture.directory.path().join("other.csv")));
}

fn a_file_that_is_left_for_memory_during_a_compaction_has_lost_nothing_after_coming_back<
    F: Sample,
>() {
    leave_and_come_back(&Fixture::<F>::new(), None);
}

/// Many enough that a compaction is not over before it is looked at.
const MANY: u32 = 20_000;

/// How far a compaction is when the file is left.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Begun,
    HalfWritten,
    Written,
}

/// What a change of the configuration to another lease database and back does.
fn leave_and_come_back<F: Sample>(fixture: &Fixture<F>, other: Option<PathBuf>) {
    let other = MemfileOptions { path: other, sync: Sync::Never, max_row_errors: 0 };
    let (mut memfile, _) = fixture.open();
    let batch = memfile.batch();
    (0..MANY).for_each(|number| batch.replace(F::numbered(number)));
    batch.commit().unwrap();
    for moment in [Moment::Begun, Moment::HalfWritten, Moment::Written] {
        // So that the next one begins at the beginning, with all leases in one file.
        memfile.begin_compaction().unwrap().unwrap().run().unwrap();
        let compaction = memfile.begin_compaction().unwrap().unwrap();
        let compacting = thread::spawn(|| compaction.run());
        await_moment(moment, &Names::of(&fixture.path()));
        drop(memfile);
        drop(Memfile::<F>::open(&other).unwrap());
        let (back, report) = fixture.open();
        assert_eq!((report.damaged, back.len()), (Vec::new(), MANY as usize), "{moment:?}");
        let batch = back.batch();
        for lease in (0..MANY).map(F::numbered) {
            assert_eq!(batch.get(lease.address()), Some(lease), "{moment:?}");
        }
        compacting.join().unwrap().unwrap();
        memfile = back;
    }
}

fn await_moment(moment: Moment, names: &Names) {
    let start = Instant::now();
    let size = |path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let has_come = || match moment {
        Moment::Begun => names.output.exists(),
        Moment::HalfWritten => size(&names.output) > size(&names.previous) / 2,
        Moment::Written => names.completed.exists(),
    };
    // What was missed is no moment to test at.
    while !has_come() && names.input.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "{moment:?} does not come");
    }
}
