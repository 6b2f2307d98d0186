//! What holds for the workspace as a whole: floors, I/O, `unsafe`, files and documents.
//!
//! The member list in `Cargo.toml` is the map that everything is compared with: behind each crate
//! stands its floor, and `*` if it does I/O.

#![expect(clippy::unwrap_used, reason = "what is missing here is a fault of the workspace")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use ruru_json::{Document, Limits, NoIncludes, Value};

/// Libraries that talk to the kernel, the network or a database.
const IO: [&str; 13] = [
    "async-std",
    "hyper",
    "mio",
    "mysql",
    "pnet_datalink",
    "postgres",
    "rusqlite",
    "russh",
    "rustix",
    "rustls",
    "socket2",
    "sqlx",
    "tokio",
];

/// The one crate that may hold `unsafe`.
const UNSAFE: &str = "bridge/sysrepo";

/// From so many lines on a file needs a reason.
const LONG: usize = 600;
/// No file has more lines.
const LONGEST: usize = 1000;

/// Files that are longer than [`LONG`], with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// A crate, as the member list has it.
#[derive(Debug)]
struct Member {
    floor: u32,
    does_io: bool,
}

#[test]
fn dependencies_only_go_down() {
    let members = members();
    let directories = directories_by_name();
    for (directory, package) in packages() {
        for (name, _) in dependencies(&package).filter(|(_, kind)| kind.as_deref() != Some("dev")) {
            let Some(other) = directories.get(&name) else { continue };
            let (own, other_floor) = (members[&directory].floor, members[other].floor);
            assert!(
                other_floor < own,
                "{directory} (floor {own}) depends on {other} (floor {other_floor})"
            );
        }
    }
}

#[test]
fn only_marked_crates_do_input_and_output() {
    let members = members();
    for (directory, package) in packages() {
        let does_io = members[&directory].does_io;
        let uses = dependencies(&package)
            .filter(|(name, kind)| kind.is_none() && IO.contains(&name.as_str()));
        for (name, _) in uses {
            assert!(does_io, "{directory} depends on {name}, but its member line has no `*`");
        }
    }
}

#[test]
fn every_crate_stands_in_the_map_once() {
    let listed: BTreeSet<String> = members().into_keys().collect();
    let found: BTreeSet<String> = packages().into_iter().map(|(directory, _)| directory).collect();
    assert_eq!(listed, found);
}

#[test]
fn only_the_binding_of_sysrepo_is_unsafe() {
    let workspace = read("Cargo.toml");
    assert!(workspace.contains("unsafe_code = \"forbid\""), "the workspace forbids unsafe code");
    for directory in members().into_keys().filter(|directory| directory != UNSAFE) {
        let manifest = read(&format!("{directory}/Cargo.toml"));
        let inherits = manifest.contains("[lints]\nworkspace = true");
        assert!(inherits, "{directory}/Cargo.toml does not take the workspace's lints");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    // Tests of a module, in a file beside it, are for that module.
    for (path, text) in sources().filter(|(path, _)| !path.ends_with("tests.rs")) {
        assert!(text.starts_with("//!"), "{} does not start with `//!`", path.display());
    }
}

#[test]
fn files_are_short_or_have_a_reason() {
    let mut reasons: BTreeMap<&Path, &str> =
        LONG_FILES.iter().map(|(path, reason)| (Path::new(*path), *reason)).collect();
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
        if lines > LONG {
            assert!(
                reasons.remove(&*path).is_some(),
                "{} has {lines} lines: split it, or list it with a reason",
                path.display()
            );
        }
    }
    assert!(reasons.is_empty(), "no longer long, or no longer there: {reasons:?}");
}

#[test]
fn every_decision_is_linked_from_the_architecture() {
    let architecture = read("docs/architecture.md");
    for entry in std::fs::read_dir(root().join("docs/decisions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let link = format!("](decisions/{name})");
        assert!(architecture.contains(&link), "docs/architecture.md does not link {name}");
    }
}

#[test]
fn differences_from_kea_are_listed_and_seen() {
    let scenarios = root().join("tests/scenarios");
    let mut files = Vec::new();
    collect(&scenarios, "json", &mut files);
    let differs =
        |path: &PathBuf| std::fs::read_to_string(path).unwrap().contains("\"kea-differs\"");
    let name = |path: PathBuf| {
        path.strip_prefix(&scenarios).unwrap().with_extension("").display().to_string()
    };
    let seen: BTreeSet<String> = files.into_iter().filter(differs).map(name).collect();
    let document = read("docs/decisions/differences-from-kea.md");
    let is_scenario = |text: &&str| text.starts_with("v4/") || text.starts_with("v6/");
    let listed = document.split('`').filter(is_scenario).map(str::to_owned);
    assert_eq!(seen, listed.collect::<BTreeSet<_>>());
}

/// `"DIRECTORY",  # FLOOR [*]  PURPOSE`
fn members() -> BTreeMap<String, Member> {
    let manifest = read("Cargo.toml");
    let list = manifest.split_once("members = [").unwrap().1.split_once("\n]").unwrap().0;
    let lines = list.lines().filter(|line| !line.trim().is_empty());
    let member = |line: &str| {
        let (directory, rest) = line.trim().strip_prefix('"').unwrap().split_once('"').unwrap();
        let mut words = rest.split_once('#').expect("a floor behind each member").1.split(' ');
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        let floor = words.next().and_then(|word| word.parse().ok()).expect("a floor");
        (directory.to_owned(), Member { floor, does_io: words.next() == Some("*") })
    };
    lines.map(member).collect()
}

/// What Cargo knows of each crate, by directory.
fn packages() -> Vec<(String, Value)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let document = Document::read("cargo", &text, &NoIncludes, Limits::default()).unwrap();
    let packages = document.root.get("packages").and_then(Value::as_list).unwrap();
    let package = |package: &Value| {
        let manifest = Path::new(package.get("manifest_path").and_then(Value::as_text).unwrap());
        let directory = manifest.parent().unwrap().strip_prefix(root()).unwrap();
        (directory.display().to_string(), package.clone())
    };
    packages.iter().map(package).collect()
}

fn directories_by_name() -> BTreeMap<String, String> {
    let name = |package: &Value| package.get("name").and_then(Value::as_text).unwrap().to_owned();
    packages().into_iter().map(|(directory, package)| (name(&package), directory)).collect()
}

/// Name and kind of each dependency; normal ones have no kind.
fn dependencies(package: &Value) -> impl Iterator<Item = (String, Option<String>)> {
    let list = package.get("dependencies").and_then(Value::as_list).unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key)?.as_text().map(str::to_owned);
    list.iter().filter_map(move |d| Some((text(d, "name")?, text(d, "kind"))))
}

/// All source files of the workspace, by path from its root.
fn sources() -> impl Iterator<Item = (PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root(), "rs", &mut files);
    files.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root()).unwrap().to_owned(), text)
    })
}

fn collect(directory: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap_or_default();
        // What Cargo, Git and other tools make.
        let is_made = name.starts_with('.') || name == "target" || name == "node_modules";
        if path.is_dir() && !path.is_symlink() && !is_made {
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
