//! `ruru` in a directory of its own, with programs beside it.

#![expect(clippy::unwrap_used, reason = "what fails here is a failure of the test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory with `ruru`, and one that is in PATH.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(place.path("path")).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_ruru"), place.path("ruru")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        fs::write(self.path(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(self.path("ruru")).args(words).env("PATH", self.path("path")).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_program_takes_over_with_its_words_and_its_status() {
    let place = Place::new();
    place.program("ruru-echo", "printf '<%s>' \"$@\"; exit 7");
    let output = place.run(&["echo", "-n", "--help", "x y"]);
    assert_eq!(text(&output.stdout), "<-n><--help><x y>");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn what_stands_beside_goes_before_what_is_in_the_path() {
    let place = Place::new();
    place.program("path/ruru-one", "echo path");
    assert_eq!(text(&place.run(&["one"]).stdout), "path\n");
    place.program("ruru-one", "echo beside");
    assert_eq!(text(&place.run(&["one"]).stdout), "beside\n");
}

#[test]
fn without_a_name_it_says_which_there_are() {
    let place = Place::new();
    assert!(text(&place.run(&[]).stdout).contains("No programs"));
    place.program("ruru-two", "");
    place.program("path/ruru-one", "");
    fs::write(place.path("ruru-one.d"), "").unwrap();
    let output = place.run(&[]);
    assert!(output.status.success());
    assert!(text(&output.stdout).ends_with("Installed:\n  one\n  two\n"));
}

#[test]
fn an_unknown_name_is_refused() {
    let place = Place::new();
    place.program("ruru-one", "");
    fs::create_dir(place.path("ruru-d")).unwrap();
    for name in ["two", "d", "", "d/../ruru-one"] {
        let output = place.run(&[name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let complaint = text(&output.stderr);
        assert!(complaint.contains(&format!("ruru-{name}")), "{complaint}");
        assert!(complaint.contains("installed are: one"), "{complaint}");
    }
}

#[test]
fn it_tells_about_itself() {
    let place = Place::new();
    let version = place.run(&["--version"]);
    assert_eq!(text(&version.stdout), format!("ruru {}\n", env!("CARGO_PKG_VERSION")));
    assert!(text(&place.run(&["--help"]).stdout).contains("Usage: ruru"));
    assert_eq!(place.run(&["--nonsense"]).status.code(), Some(2));
}
