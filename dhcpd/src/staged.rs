//! Files that are written before it is certain that they are wanted.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file beside the one whose place it takes once it is kept. So one of the two is always there,
/// after a power failure, too; one that is not kept goes.
#[derive(Debug)]
pub(crate) struct Staged {
    new: PathBuf,
    path: PathBuf,
}

impl Staged {
    pub(crate) fn write(path: &Path, text: &str) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let staged = Self { new: name.into(), path: path.to_owned() };
        let mut options = fs::OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o640).open(&staged.new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(staged)
    }

    pub(crate) fn keep(self) -> io::Result<()> {
        fs::rename(&self.new, &self.path)?;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        fs::File::open(directory)?.sync_all()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // One that was kept has another name by now.
        let _ = fs::remove_file(&self.new);
    }
}
