//! The programs whose names begin with `ruru-`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PREFIX: &str = "ruru-";

/// Where programs are looked for, in this order.
#[derive(Debug)]
pub(crate) struct Programs(Vec<PathBuf>);

impl Programs {
    /// Beside the program that runs, then in PATH.
    pub(crate) fn of_system() -> Self {
        let own = env::current_exe().ok();
        let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        let path = env::var_os("PATH").unwrap_or_default();
        // An empty part of PATH is the working directory, which may be anybody's.
        let path = env::split_paths(&path).filter(|part| part.is_absolute());
        Self(beside.into_iter().chain(path).collect())
    }

    /// The program of this name.
    pub(crate) fn find(&self, name: &OsStr) -> Option<PathBuf> {
        // Names are no paths: `ruru x/../../y` would be another program.
        if name.as_encoded_bytes().contains(&b'/') {
            return None;
        }
        let mut file = OsString::from(PREFIX);
        file.push(name);
        self.0.iter().map(|directory| directory.join(&file)).find(|path| is_program(path))
    }

    /// The names of all programs.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let files = self.0.iter().filter_map(|directory| fs::read_dir(directory).ok()).flatten();
        let programs = files.flatten().filter_map(|entry| {
            let name = entry.file_name().to_str()?.strip_prefix(PREFIX)?.to_owned();
            is_program(&entry.path()).then_some(name)
        });
        programs.collect()
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
