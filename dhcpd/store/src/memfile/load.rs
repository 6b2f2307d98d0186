//! Reading lease files at start, damaged ones included.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use super::csv::{Format, Row};
use super::draft::Draft;
use super::rows::{Numbered, Rows};

/// What was found while lease files were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Files that were read, in order.
    pub files: Vec<PathBuf>,
    /// Lines that were read, the damaged ones included.
    pub rows: u64,
    /// Damaged lines: file, line number from 1, and what is wrong. At most 100 are told.
    pub damaged: Vec<(PathBuf, u64, String)>,
    /// How many lines were damaged.
    pub damaged_rows: u64,
}

/// Why leases cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file cannot be opened, read or written.
    #[error("lease file {}: {operation}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// Another process has the file.
    #[error("lease file {} is in use by another process; stop it first", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a lease file.
    #[error("{} is not a {family} lease file: its first line is {header:?}", path.display())]
    NotALeaseFile {
        /// The file.
        path: PathBuf,
        /// What it should be of: DHCPv4 or DHCPv6.
        family: &'static str,
        /// The first line, shortened.
        header: String,
    },
    /// More lines are damaged than is allowed.
    #[error("more than {limit} damaged lines in lease files, the last in {} line {line}", path.display())]
    TooManyDamaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The limit, max-row-errors.
        limit: u32,
    },
}

impl OpenError {
    pub(super) fn file(path: &Path, operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, operation, source }
    }
}

/// The names that compaction uses beside the lease file; they are Kea's.
pub(super) struct Names {
    /// Being cleaned.
    pub(super) input: PathBuf,
    /// Result of the last clean-up.
    pub(super) previous: PathBuf,
    /// Being written.
    pub(super) output: PathBuf,
    /// Written, not renamed yet.
    pub(super) completed: PathBuf,
}

impl Names {
    pub(super) fn of(path: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        Self {
            input: with(".1"),
            previous: with(".2"),
            output: with(".output"),
            completed: with(".completed"),
        }
    }
}

/// Reads the files that belong to `path`, in the order in which they were written.
pub(super) fn load<F: Format>(
    path: &Path,
    max_row_errors: u32,
) -> Result<(Draft<F>, LoadReport), OpenError> {
    let names = Names::of(path);
    let files = if names.completed.exists() {
        vec![names.completed.as_path(), path]
    } else {
        vec![names.previous.as_path(), names.input.as_path(), path]
    };
    load_set(&files, max_row_errors)
}

/// Leases that room is made for before they are read.
const MOST_RESERVED: u64 = 1 << 20;
/// A line is hardly ever shorter.
const SHORTEST_LINE: u64 = 64;

/// How many lines are handed over at once, and how many times so many may wait.
const BATCH: usize = 256;
const BATCHES: usize = 16;

/// Reads those of `files` that exist, one after the other.
fn load_set<F: Format>(
    files: &[&Path],
    max_row_errors: u32,
) -> Result<(Draft<F>, LoadReport), OpenError> {
    let (mut leases, mut report) = (Draft::default(), LoadReport::default());
    for file in files.iter().filter(|file| file.exists()) {
        if let Some(rows) = Rows::open(file)? {
            load_file(file, rows, &mut leases, max_row_errors, &mut report)?;
        }
        report.files.push((*file).to_owned());
    }
    Ok((leases, report))
}

fn load_file<F: Format>(
    path: &Path,
    mut rows: Rows<F>,
    leases: &mut Draft<F>,
    max_row_errors: u32,
    report: &mut LoadReport,
) -> Result<(), OpenError> {
    // A journal of many renewals has more lines than leases, so there is a bound.
    let most = (rows.size / SHORTEST_LINE).min(MOST_RESERVED);
    leases.reserve(usize::try_from(most).unwrap_or(0));
    // One processor reads the lines, another keeps the leases.
    thread::scope(|scope| {
        let (read, batches) = mpsc::sync_channel(BATCHES);
        let reading = move || {
            let mut rows = std::iter::from_fn(|| rows.next().transpose());
            loop {
                let batch: Result<Vec<_>, _> = rows.by_ref().take(BATCH).collect();
                let is_last = batch.as_ref().map_or(true, Vec::is_empty);
                if read.send(batch).is_err() || is_last {
                    break;
                }
            }
        };
        thread::Builder::new()
            .name("lease-reader".to_owned())
            .spawn_scoped(scope, reading)
            .map_err(OpenError::file(path, "needs a thread to be read"))?;
        for batch in batches {
            for Numbered { number, row } in batch? {
                report.rows += 1;
                match row {
                    Ok(Row::Lease(lease)) => leases.set(lease),
                    Ok(Row::Removed(address)) => leases.remove(address),
                    Err(reason) => damaged(path, number, reason, max_row_errors, report)?,
                }
            }
        }
        Ok(())
    })
}

fn damaged(
    path: &Path,
    line: u64,
    reason: String,
    max_row_errors: u32,
    report: &mut LoadReport,
) -> Result<(), OpenError> {
    report.damaged_rows += 1;
    if max_row_errors > 0 && report.damaged_rows > max_row_errors.into() {
        return Err(OpenError::TooManyDamaged {
            path: path.to_owned(),
            line,
            limit: max_row_errors,
        });
    }
    if report.damaged.len() < 100 {
        report.damaged.push((path.to_owned(), line, reason));
    }
    Ok(())
}
