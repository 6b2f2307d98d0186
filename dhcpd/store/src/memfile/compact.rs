//! Compaction: the journal is rewritten in the background without what later lines replaced.
//!
//! The steps and file names are those of Kea's lease file cleanup, so that either program can
//! finish what the other began: F.1 and F.2 are merged into F.output, which becomes F.completed;
//! then F.1 and F.2 go and F.completed becomes F.2.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::csv;
use super::journal::sync_directory;
use super::load::Names;
use super::table::Table;
use super::{OpenError, load};

/// Work for a background thread: [`Compaction::run`].
#[derive(Debug)]
#[must_use = "the files stay uncompacted until it runs"]
pub struct Compaction {
    path: PathBuf,
    _under_way: Arc<()>,
}

impl Compaction {
    pub(super) fn new(path: &Path, under_way: Arc<()>) -> Self {
        Self { path: path.to_owned(), _under_way: under_way }
    }

    /// Merges the files that were moved aside; may be run again after any failure.
    ///
    /// # Errors
    /// A file cannot be read or written; nothing is lost.
    pub fn run(self) -> Result<(), OpenError> {
        let names = Names::of(&self.path);
        if !names.completed.exists() {
            let mut table = Table::default();
            load::load_set(&[&names.previous, &names.input], &mut table, 0)?;
            write(&names.output, &table)
                .and_then(|()| fs::rename(&names.output, &names.completed))
                .and_then(|()| sync_directory(&self.path))
                .map_err(OpenError::file(&names.output, "cannot be written"))?;
        }
        remove(&names.input)
            .and_then(|()| remove(&names.previous))
            .and_then(|()| fs::rename(&names.completed, &names.previous))
            .and_then(|()| sync_directory(&self.path))
            .map_err(OpenError::file(&names.completed, "cannot be renamed"))
    }
}

pub(super) fn write(path: &Path, table: &Table) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(path)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut line = format!("{}\n", csv::HEADER);
    out.write_all(line.as_bytes())?;
    for lease in table.behind(None) {
        line.clear();
        csv::write_lease(&mut line, lease);
        out.write_all(line.as_bytes())?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
