//! The lease file that is being appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// When changes are forced to the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// Before the replies of each batch leave: nothing acknowledged is lost, come what may.
    #[default]
    Batch,
    /// So often, by [`super::Memfile::sync`]: a power failure may lose what was acknowledged
    /// within that time, a crash of the server loses nothing.
    Interval(Duration),
    /// When the system sees fit: a power failure may lose the last seconds, often thirty; a crash of
    /// the server loses nothing. This is what Kea does.
    Never,
}

/// A lease file, opened to append whole lines.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Length up to which the file holds whole lines.
    good: u64,
    /// An append failed half-way and could not be cut off yet.
    torn: bool,
    sync: Sync,
    /// The first line of a lease file.
    header: &'static str,
}

impl Journal {
    /// Opens or creates the file; a torn last line is ended, so that the next one stands alone.
    pub(super) fn open(path: &Path, sync: Sync, header: &'static str) -> io::Result<Self> {
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o640).open(path)?;
        let mut good = file.metadata()?.len();
        if good <= header.len() as u64 {
            // The first write was cut short: there is no lease in it.
            file.set_len(0)?;
            good = 0;
        }
        let mut journal = Self { path: path.to_owned(), file, good, torn: false, sync, header };
        if good == 0 {
            journal.append(&format!("{header}\n"))?;
            sync_directory(path)?;
        } else {
            let mut last = [0];
            file = journal.file.try_clone()?;
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                journal.append("\n")?;
            }
        }
        Ok(journal)
    }

    /// Appends whole lines and makes them as durable as asked for. After an error the file is as
    /// it was before.
    pub(super) fn append(&mut self, lines: &str) -> io::Result<()> {
        if self.torn {
            self.cut()?;
        }
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| match self.sync {
            Sync::Batch => self.file.sync_data(),
            Sync::Interval(_) | Sync::Never => Ok(()),
        });
        if let Err(error) = written {
            self.torn = true;
            // If this fails too it is tried again before the next append.
            let _ = self.cut();
            return Err(error);
        }
        self.good += lines.len() as u64;
        Ok(())
    }

    pub(super) fn set_sync(&mut self, sync: Sync) {
        self.sync = sync;
    }

    /// The open file, to be synced or looked at without holding writers up.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    #[cfg(test)]
    pub(super) fn replace_file(&mut self, file: File) -> File {
        // A cut that failed there is no matter here.
        self.torn = false;
        std::mem::replace(&mut self.file, file)
    }

    /// Goes on in another file, which has taken this one's place.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(&self.path, self.sync, self.header)?;
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the file away and goes on in a new one of the same name. Answers the old one, which may
    /// hold what is not synced yet.
    pub(super) fn rotate(&mut self, to: &Path) -> io::Result<File> {
        std::fs::rename(&self.path, to)?;
        match Self::open(&self.path, self.sync, self.header) {
            Ok(fresh) => Ok(std::mem::replace(self, fresh).file),
            Err(error) => {
                // Nothing was written to the new file: go on in the old one.
                std::fs::rename(to, &self.path)?;
                Err(error)
            }
        }
    }

    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.good)?;
        self.torn = false;
        Ok(())
    }
}

/// Makes names in the directory of `path` durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}
