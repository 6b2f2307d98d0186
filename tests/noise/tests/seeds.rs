//! The seeds of the fuzz targets, and what fuzzing found, hold.

use std::path::Path;
use std::{fs, io};

#[expect(clippy::print_stdout, reason = "says which seed it was, if one does not hold")]
fn replay(target: &str, check: fn(&[u8]) -> bool) -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let seeds = fs::read_dir(&directory)?.collect::<io::Result<Vec<_>>>()?;
    assert!(!seeds.is_empty(), "no seeds in {}", directory.display());
    for seed in seeds {
        println!("{}", seed.path().display());
        let is_understood = check(&fs::read(seed.path())?);
        // What the fuzzer has found may be wrong as a whole; what people wrote leads it in.
        assert!(is_understood || is_find(&seed.path()), "{} is wrong", seed.path().display());
    }
    Ok(())
}

/// Whether a seed is an input that something did not hold for once.
fn is_find(seed: &Path) -> bool {
    seed.file_name().is_some_and(|name| name.to_string_lossy().starts_with("found-"))
}

#[test]
fn packets_hold() -> io::Result<()> {
    replay("packet", ruru_noise::packet)
}

#[test]
fn packets6_hold() -> io::Result<()> {
    replay("packet6", ruru_noise::packet6)
}

#[test]
fn exchanges4_hold() -> io::Result<()> {
    replay("exchange4", ruru_noise::exchange4)
}

#[test]
fn exchanges6_hold() -> io::Result<()> {
    replay("exchange6", ruru_noise::exchange6)
}

#[test]
fn passed_messages_hold() -> io::Result<()> {
    replay("passed", ruru_noise::passed)
}

#[test]
fn configurations_hold() -> io::Result<()> {
    replay("configuration", ruru_noise::configuration)
}

#[test]
fn expressions_hold() -> io::Result<()> {
    replay("expression", ruru_noise::expression)
}

#[test]
fn requests_hold() -> io::Result<()> {
    replay("request", ruru_noise::request)
}

#[test]
fn commands_hold() -> io::Result<()> {
    replay("command", ruru_noise::command)
}

#[test]
fn commands6_hold() -> io::Result<()> {
    replay("command6", ruru_noise::command6)
}
