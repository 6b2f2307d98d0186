//! The seeds of the fuzz targets, and what fuzzing found, hold.

use std::path::Path;
use std::{fs, io};

#[expect(clippy::print_stdout, reason = "says which seed it was, if one does not hold")]
fn replay(target: &str, check: fn(&[u8])) -> io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let seeds = fs::read_dir(&directory)?.collect::<io::Result<Vec<_>>>()?;
    assert!(!seeds.is_empty(), "no seeds in {}", directory.display());
    for seed in seeds {
        println!("{}", seed.path().display());
        check(&fs::read(seed.path())?);
    }
    Ok(())
}

#[test]
fn packets_hold() -> io::Result<()> {
    replay("packet", ruru_noise::packet)
}

#[test]
fn configurations_hold() -> io::Result<()> {
    replay("configuration", ruru_noise::configuration)
}

#[test]
fn commands_hold() -> io::Result<()> {
    replay("command", ruru_noise::command)
}
