//! The seeds of the fuzz targets, and what fuzzing found, hold.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a failure names the seed")]

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&fs::read(&path).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0, "no seeds in {}", directory.display());
}

#[test]
fn packets_hold() {
    replay("packet", ruru_noise::packet);
}

#[test]
fn configurations_hold() {
    replay("configuration", ruru_noise::configuration);
}

#[test]
fn commands_hold() {
    replay("command", ruru_noise::command);
}
