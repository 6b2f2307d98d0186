//! Compaction: the journal is rewritten in the background without what later lines replaced.
//!
//! The steps and file names are those of Kea's lease file cleanup, so that either program can
//! finish what the other began: F.1 and F.2 are merged into F.output, which becomes F.completed;
//! then F.1 and F.2 go and F.completed becomes F.2.
//!
//! The file stays locked until the compaction has ended, for nobody can read what it is changing. It
//! ends early if the memfile is gone, so that who opens the file next need not wait for all of it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruru_lease::LeaseRecord;

use super::OpenError;
use super::csv::{self, Format, Row};
use super::journal::sync_directory;
use super::load::Names;
use super::memory::Memory;
use super::rows::{Numbered, Rows};

/// Work for a background thread: [`Compaction::run`].
#[derive(Debug)]
#[must_use = "the files stay uncompacted until it runs"]
pub struct Compaction<F: Format> {
    path: PathBuf,
    /// Shared with the memfile.
    lock: Arc<File>,
    family: PhantomData<F>,
}

/// Why a compaction ends before its end.
enum Halt {
    /// The memfile is gone.
    Abandoned,
    Failed(OpenError),
}

impl From<OpenError> for Halt {
    fn from(error: OpenError) -> Self {
        Self::Failed(error)
    }
}

impl<F: Format> Compaction<F> {
    pub(super) fn new(path: &Path, lock: Arc<File>) -> Self {
        Self { path: path.to_owned(), lock, family: PhantomData }
    }

    /// Merges the files that were moved aside; may be run again after any failure. Once the memfile
    /// is gone it does no more, and leaves the rest to the next compaction.
    ///
    /// # Errors
    /// A file cannot be read or written; nothing is lost.
    pub fn run(self) -> Result<(), OpenError> {
        let names = Names::of(&self.path);
        match self.merge(&names).and_then(|()| self.replace(&names)) {
            // What there is now is what a crash at this point would have left.
            Ok(()) | Err(Halt::Abandoned) => Ok(()),
            Err(Halt::Failed(error)) => Err(error),
        }
    }

    /// Writes F.completed, unless it is there.
    fn merge(&self, names: &Names) -> Result<(), Halt> {
        if names.completed.exists() {
            return Ok(());
        }
        // Replies matter more than when this is done. Without the right it goes as it is.
        let _ = rustix::process::nice(10);
        let files = [names.previous.as_path(), names.input.as_path()];
        let mut out = Output::<F>::create(&names.output)
            .map_err(OpenError::file(&names.output, "cannot be written"))?;
        self.copy_latest(&files, &self.latest(&files)?, &mut out)?;
        out.finish()
            .and_then(|()| fs::rename(&names.output, &names.completed))
            .and_then(|()| sync_directory(&self.path))
            .map_err(OpenError::file(&names.output, "cannot be written"))?;
        Ok(())
    }

    /// Puts F.completed in the place of what it was made of.
    fn replace(&self, names: &Names) -> Result<(), Halt> {
        for old in [&names.input, &names.previous] {
            self.check_needed()?;
            remove(old).map_err(OpenError::file(old, "cannot be removed"))?;
        }
        fs::rename(&names.completed, &names.previous)
            .and_then(|()| sync_directory(&self.path))
            .map_err(OpenError::file(&names.completed, "cannot be renamed"))?;
        Ok(())
    }

    /// For each address that has a lease, which line tells it: lines are counted through all files.
    fn latest(&self, files: &[&Path]) -> Result<HashMap<F::Address, u32>, Halt> {
        let mut latest = HashMap::new();
        self.each_row(files, |at, row| {
            match row {
                Row::Lease(lease) => latest.insert(lease.address(), at),
                Row::Removed(address) => latest.remove(&address),
            };
            Ok(())
        })?;
        Ok(latest)
    }

    /// Writes those leases again that a later line does not replace. What is in memory meanwhile is
    /// a number for each lease, not the lease.
    fn copy_latest(
        &self,
        files: &[&Path],
        latest: &HashMap<F::Address, u32>,
        out: &mut Output<F>,
    ) -> Result<(), Halt> {
        self.each_row(files, |at, row| match row {
            Row::Lease(lease) if latest.get(&lease.address()) == Some(&at) => {
                out.write(&lease).map_err(OpenError::file(&out.path, "cannot be written"))
            }
            Row::Lease(_) | Row::Removed(_) => Ok(()),
        })
    }

    /// Goes through the undamaged lines of all files.
    fn each_row(
        &self,
        files: &[&Path],
        mut act: impl FnMut(u32, Row<F>) -> Result<(), OpenError>,
    ) -> Result<(), Halt> {
        let mut at = 0_u32;
        for file in files {
            let Some(mut rows) = Rows::<F>::open(file)? else { continue };
            while let Some(Numbered { row, .. }) = rows.next()? {
                self.check_needed()?;
                if let Ok(row) = row {
                    act(at, row)?;
                }
                // Four thousand million lines are 250 GB.
                at = at.saturating_add(1);
            }
        }
        Ok(())
    }

    fn check_needed(&self) -> Result<(), Halt> {
        // Nobody but the memfile shares the lock.
        if Arc::strong_count(&self.lock) == 1 { Err(Halt::Abandoned) } else { Ok(()) }
    }
}

/// Writes all leases.
pub(super) fn write<F: Format>(path: &Path, leases: &Memory<F>) -> io::Result<()> {
    let mut out = Output::<F>::create(path)?;
    leases.from(Bound::Unbounded).try_for_each(|lease| out.write(&lease))?;
    out.finish()
}

/// A lease file that is being written. It reaches the disk in pieces, so that writers of other files
/// never wait for much of it.
struct Output<F: Format> {
    path: PathBuf,
    file: File,
    lines: String,
    family: PhantomData<F>,
}

impl<F: Format> Output<F> {
    const PIECE: usize = 1 << 19;

    fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o640).open(path)?;
        let lines = format!("{}\n", F::HEADER);
        Ok(Self { path: path.to_owned(), file, lines, family: PhantomData })
    }

    fn write(&mut self, lease: &F::Lease) -> io::Result<()> {
        csv::write_lease::<F>(&mut self.lines, lease);
        if self.lines.len() >= Self::PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        self.file.sync_data()
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.file.sync_all()
    }
}

/// How much of a file is given back to the file system at a time.
const SLICE: u64 = 1 << 20;

/// Removes a file that nobody needs any more, from its end: while a file system frees a large one,
/// in one piece, nobody's writes become durable.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let mut len = file.metadata()?.len();
    while len > SLICE {
        len -= SLICE;
        file.set_len(len)?;
    }
    fs::remove_file(path)
}
