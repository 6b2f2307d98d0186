//! How the disk does, and how the lease file is made whole again.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::csv::Format;
use super::journal::sync_directory;
use super::load::Names;
use super::{Memfile, OpenError, compact};

/// How writing leases goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Why the last write failed; `None` if it did not.
    pub failure: Option<String>,
    /// How long the write under way has lasted, or else the last one.
    pub latency: Duration,
    /// Writes that failed since the file was opened.
    pub failures: u64,
}

/// A disk that takes this long for a write is slow.
const SLOW: Duration = Duration::from_millis(500);

/// How the disk does, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Leases are written as they should be.
    Ok,
    /// The last write took half a second or more, or one under way does.
    Slow,
    /// The last write failed.
    Failing,
}

impl Condition {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Failing => "failing",
        }
    }
}

impl Health {
    /// In a word.
    #[must_use]
    pub fn condition(&self) -> Condition {
        if self.failure.is_some() {
            Condition::Failing
        } else if self.latency >= SLOW {
            Condition::Slow
        } else {
            Condition::Ok
        }
    }
}

/// What [`Memfile::repair`] has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The file is as it should be.
    Unneeded,
    /// It was removed, replaced or could not be synced, and was written anew from memory.
    Rewritten,
}

/// What is known of writes.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    health: Health,
    begun: Option<Instant>,
    /// The system may have lost what it took.
    is_suspect: bool,
}

impl Watch {
    pub(super) fn begin(&self) -> Instant {
        let now = Instant::now();
        self.known().begun = Some(now);
        now
    }

    pub(super) fn end(&self, begun: Instant, error: Option<&Arc<io::Error>>) {
        let mut known = self.known();
        known.begun = None;
        known.health.latency = begun.elapsed();
        known.health.failure = error.map(|error| error.to_string());
        known.health.failures += u64::from(error.is_some());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Format> Memfile<F> {
    /// How writing leases goes.
    #[must_use]
    pub fn health(&self) -> Health {
        let known = self.watch.known();
        let mut health = known.health.clone();
        if let Some(begun) = known.begun {
            health.latency = health.latency.max(begun.elapsed());
        }
        health
    }

    /// Forces to the disk what was written, while writing goes on.
    ///
    /// # Errors
    /// The disk fails; [`Memfile::repair`] then writes all leases anew.
    pub fn sync(&self) -> io::Result<()> {
        let Some(writer) = self.lock_writer() else { return Ok(()) };
        let file = writer.journal.file()?;
        drop(writer);
        let synced = file.sync_data();
        if synced.is_err() {
            // The system forgets what it could not write, and says so once only.
            self.watch.known().is_suspect = true;
        }
        synced
    }

    /// Writes all leases into a new file if the old one was removed or replaced, or could not be
    /// synced. Writers wait meanwhile. Nothing is done while a compaction is under way.
    ///
    /// # Errors
    /// The new file cannot be written; it is to be tried again.
    pub fn repair(&self) -> Result<Repair, OpenError> {
        let Some(path) = self.path() else { return Ok(Repair::Unneeded) };
        let error = OpenError::file(path, "cannot be written anew");
        let Some(mut writer) = self.lock_writer() else { return Ok(Repair::Unneeded) };
        if self.lock.as_ref().is_some_and(|lock| Arc::strong_count(lock) > 1) {
            return Ok(Repair::Unneeded);
        }
        let open = writer.journal.file().and_then(|file| file.metadata());
        let is_there = match (open, fs::metadata(path)) {
            (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
            (Err(_), _) | (_, Err(_)) => false,
        };
        if is_there && !self.watch.known().is_suspect {
            return Ok(Repair::Unneeded);
        }
        let names = Names::of(path);
        let rewritten = compact::write(&names.output, &self.leases)
            .and_then(|()| fs::rename(&names.output, path))
            // The new file has everything, and knows of removals only by what it lacks.
            .and_then(|()| compact::remove(&names.input))
            .and_then(|()| compact::remove(&names.previous))
            .and_then(|()| compact::remove(&names.completed))
            .and_then(|()| sync_directory(path))
            .and_then(|()| writer.journal.reopen());
        rewritten.map_err(error)?;
        self.watch.known().is_suspect = false;
        Ok(Repair::Rewritten)
    }
}
