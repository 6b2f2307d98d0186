//! One test for each file below `tests/scenarios`.
//!
//! `SUBJECT` is `ours` (in this process, the default), `ours-wire` (the built program) or `kea`;
//! scenarios of a server that does not run in this process are not among those of `ours`.
//! `UPDATE_SCENARIOS=1` rewrites what is expected.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let subject = std::env::var("SUBJECT").unwrap_or_else(|_| "ours".to_owned());
    let trials = files.into_iter().map(|path| trial(&root, path, &subject)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(root: &Path, path: PathBuf, subject: &str) -> Trial {
    let name = path.strip_prefix(root).unwrap_or(&path).with_extension("").display().to_string();
    let subject = subject.to_owned();
    let run = move || {
        ruru_tests::scenario::run(&path, &subject)
            .map_err(|error| Failed::from(format!("{}: {error:#}", path.display())))
    };
    Trial::test(name, run)
}

/// All scenario files: those below a family and a topic; what stands beside them are parts.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(directory).expect("the scenarios are part of the repository");
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, files);
        } else if name.ends_with(".json") && name.starts_with(|c: char| c.is_ascii_digit()) {
            files.push(path);
        }
    }
}
