//! The PID file, which also keeps a second server of the same configuration from starting.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A PID file; it goes when it is dropped.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
}

/// Why the PID file cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PidFileError {
    /// The process that made it still runs.
    #[error("already running as process {pid}, says PID file {}", path.display())]
    Running {
        /// The process.
        pid: u32,
        /// The file.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("PID file {}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PidFile {
    /// Makes `CONFIGBASENAME.PROGRAM.pid` in `directory`.
    ///
    /// # Errors
    /// The process that an existing file names runs, or the file cannot be written.
    pub fn create(directory: &Path, config: &Path, program: &str) -> Result<Self, PidFileError> {
        let stem = config.file_stem().unwrap_or_default().to_string_lossy();
        let path = directory.join(format!("{stem}.{program}.pid"));
        let running =
            fs::read_to_string(&path).ok().and_then(|text| text.trim().parse::<u32>().ok()).filter(
                |pid| *pid != std::process::id() && Path::new(&format!("/proc/{pid}")).exists(),
            );
        if let Some(pid) = running {
            return Err(PidFileError::Running { pid, path });
        }
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o640)
            .open(&path)
            .and_then(|mut file| writeln!(file, "{}", std::process::id()))
            .map_err(|source| PidFileError::System { path: path.clone(), source })?;
        Ok(Self { path })
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Nothing is left to do if it is gone already.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_server_keeps_its_file_and_a_dead_one_loses_it() {
        let directory = tempfile::tempdir().unwrap();
        let create =
            || PidFile::create(directory.path(), Path::new("/etc/kea/a.conf"), "kea-dhcp4");
        let path = directory.path().join("a.kea-dhcp4.pid");
        fs::write(&path, "1\n").unwrap();
        assert!(matches!(create(), Err(PidFileError::Running { pid: 1, .. })));
        fs::write(&path, "4294967294\n").unwrap();
        let file = create().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
        drop(file);
        assert!(!path.exists());
    }
}
