//! A repository for one test.
//!
//! sysrepo reads where its repository is once in a process, so tests that use this must run in
//! processes of their own, as `cargo nextest` runs them; under plain `cargo test` the second test
//! of a binary would fail.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Connection, Error};

/// An empty repository with shared memory of its own; both are removed at the end, also when the
/// test fails. Make it first, so that it is dropped last.
#[derive(Debug)]
pub struct Repository {
    directory: PathBuf,
    prefix: String,
}

impl Repository {
    /// Makes the repository of this process.
    ///
    /// # Panics
    /// When the process has one already, or the directory cannot be made.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        assert!(
            !TAKEN.swap(true, Ordering::SeqCst),
            "one process, one repository: run the tests with cargo nextest"
        );
        let prefix = format!("ruru{}", std::process::id());
        let directory = std::env::temp_dir().join(format!("{prefix}-sysrepo"));
        let repository = Self { directory, prefix };
        // A killed test with the same process number may have left something.
        repository.clean();
        std::fs::create_dir_all(&repository.directory).expect("the temporary directory is usable");
        // SAFETY: nextest gives the test a process of its own, and no other thread of it reads or
        // writes the environment yet.
        unsafe {
            std::env::set_var("SYSREPO_REPOSITORY_PATH", &repository.directory);
            std::env::set_var("SYSREPO_SHM_PREFIX", &repository.prefix);
        }
        repository
    }

    /// Connects to it.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn connect(&self) -> Result<Connection, Error> {
        Connection::open()
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What another process needs in its environment to use the same repository.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("SYSREPO_REPOSITORY_PATH", self.directory.to_string_lossy().into_owned()),
            ("SYSREPO_SHM_PREFIX", self.prefix.clone()),
        ]
    }

    /// What a reboot does: all but the startup datastore is lost. Nothing may be connected.
    pub fn forget_running(&self) {
        let start = format!("{}_", self.prefix);
        for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&start) {
                // What cannot be removed is gone, or the next clean-up will try again.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn clean(&self) {
        let _ = std::fs::remove_dir_all(&self.directory);
        self.forget_running();
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.clean();
    }
}
