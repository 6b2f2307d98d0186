//! Log files: lines are gathered and written by a thread of the file's own, so that nobody who logs
//! waits for the disk. Warnings and worse are written at once.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

use ruru_observe::Level;

use super::Line;

/// Files smaller than this are not rotated, as in Kea.
pub(super) const LEAST_ROTATED: u64 = 204_800;
/// How long lines are gathered.
const GATHERING: Duration = Duration::from_millis(5);
/// How long, if the operator does not want each line flushed.
const LONG_GATHERING: Duration = Duration::from_secs(1);
/// Bytes that are gathered at most: what comes while the disk does not take them is lost.
const MOST_GATHERED: usize = 8 << 20;

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether lines are written within milliseconds, not only within a second.
    pub(super) flush: bool,
    /// Bytes after which it is rotated; below [`LEAST_ROTATED`] it is not.
    pub(super) max_size: u64,
    /// Rotated files that are kept.
    pub(super) max_versions: u32,
}

/// A file that is open for loggers which are not in use yet. If they never are, it goes, if it was
/// made for them.
#[derive(Debug)]
pub(super) struct Awaiting {
    file: Arc<LogFile>,
    manner: Manner,
    made: Option<Made>,
}

impl Awaiting {
    /// Opens the file of a path, or takes the one that is `in_use`: two that write under one name
    /// would not know of each other's rotation.
    pub(super) fn open(
        path: &Path,
        manner: Manner,
        in_use: Option<Arc<LogFile>>,
    ) -> io::Result<Self> {
        let (file, made) = match in_use {
            None => {
                let (file, made) = LogFile::open(path, manner)?;
                (Arc::new(file), made)
            }
            // What the name stands for now must be known to open before it is needed.
            Some(file) if !file.has_its_name() => (file, open_or_make(path)?.1),
            Some(file) => (file, None),
        };
        Ok(Self { file, manner, made })
    }

    pub(super) fn file(&self) -> &Arc<LogFile> {
        &self.file
    }

    /// Its loggers are in use from now on.
    pub(super) fn put_to_use(self) {
        self.file.take_up(self.manner);
        if let Some(made) = self.made {
            made.keep();
        }
    }
}

/// A file, and the thread that writes it.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    gathered: Mutex<Gathered>,
    /// Locked before `gathered`, by whoever writes.
    file: Mutex<Rotated>,
    /// Whether the writer has been told that there is something.
    is_told: AtomicBool,
    has_ended: AtomicBool,
}

#[derive(Debug, Default)]
struct Gathered {
    text: String,
    lost: u64,
}

impl LogFile {
    fn open(path: &Path, manner: Manner) -> io::Result<(Self, Option<Made>)> {
        let (file, made) = open_or_make(path)?;
        let shared = Arc::new(Shared {
            gathered: Mutex::default(),
            file: Mutex::new(Rotated::new(path, file, manner)?),
            is_told: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        });
        let of_writer = Arc::clone(&shared);
        let writer = Builder::new().name("log".into()).spawn(move || of_writer.serve())?;
        Ok((Self { path: path.to_owned(), shared, writer: Some(writer) }, made))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its name still stands for the file that is open.
    fn has_its_name(&self) -> bool {
        self.shared.file().has_its_name()
    }

    /// Writes in another manner from now on, and to what has its name now: others move log files
    /// away, too.
    fn take_up(&self, manner: Manner) {
        let mut file = self.shared.file();
        file.manner = manner;
        // If it cannot be opened after all, the file that is open is better than none.
        if !file.has_its_name()
            && let Ok(next) = append_to(&self.path)
            && let Ok(next) = Rotated::new(&self.path, next, manner)
        {
            *file = next;
        }
    }

    pub(super) fn write(&self, line: &Line<'_>) -> io::Result<()> {
        self.shared.gather(line.text);
        if line.level >= Level::Warn {
            return self.shared.flush();
        }
        if let Some(writer) = &self.writer
            && !self.shared.is_told.swap(true, Ordering::AcqRel)
        {
            writer.thread().unpark();
        }
        Ok(())
    }

    /// Writes what was gathered.
    pub(super) fn flush(&self) -> io::Result<()> {
        self.shared.flush()
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::Release);
        if let Some(writer) = self.writer.take() {
            writer.thread().unpark();
            // It has no way to panic, and nothing can be done here.
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn gather(&self, text: &str) {
        let mut gathered = self.gathered();
        if gathered.text.len() + text.len() > MOST_GATHERED {
            gathered.lost += 1;
        } else {
            gathered.text.push_str(text);
        }
    }

    /// Writes what was gathered.
    fn flush(&self) -> io::Result<()> {
        let mut file = self.file();
        let spare = std::mem::take(&mut file.spare);
        let Gathered { mut text, lost } =
            std::mem::replace(&mut *self.gathered(), Gathered { text: spare, lost: 0 });
        if lost > 0 {
            text.push_str(&format!(
                "{lost} lines were lost: they came faster than they were written\n"
            ));
        }
        let written = file.write(text.as_bytes());
        text.clear();
        file.spare = text;
        written
    }

    fn serve(&self) {
        while !self.has_ended.load(Ordering::Acquire) {
            thread::park();
            if !self.has_ended.load(Ordering::Acquire) {
                let gathering = if self.file().manner.flush { GATHERING } else { LONG_GATHERING };
                thread::park_timeout(gathering);
            }
            self.is_told.store(false, Ordering::Release);
            // A log that cannot be written has nowhere to say so.
            let _ = self.flush();
        }
        let _ = self.flush();
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> MutexGuard<'_, Rotated> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that is rotated when it is full.
#[derive(Debug)]
struct Rotated {
    path: PathBuf,
    file: File,
    size: u64,
    manner: Manner,
    /// Room for lines while others are written.
    spare: String,
}

impl Rotated {
    fn new(path: &Path, file: File, manner: Manner) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, size, manner, spare: String::new() })
    }

    fn has_its_name(&self) -> bool {
        under_name(&self.file, &self.path).is_some()
    }

    /// Writes whole lines, and rotates where they would make the file too large.
    fn write(&mut self, mut lines: &[u8]) -> io::Result<()> {
        let max_size = self.manner.max_size;
        while !lines.is_empty() {
            let room = match max_size {
                LEAST_ROTATED.. => max_size.saturating_sub(self.size),
                _ => u64::MAX,
            };
            let (now, later) = lines.split_at(whole_lines(lines, room));
            self.file.write_all(now)?;
            self.size += now.len() as u64;
            lines = later;
            if !lines.is_empty() {
                self.rotate()?;
                if now.is_empty() && whole_lines(lines, max_size) == 0 {
                    // A line that no file has room for.
                    self.file.write_all(lines)?;
                    self.size += lines.len() as u64;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        let version = |number: u32| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..self.manner.max_versions).rev() {
            let older = version(number);
            if older.exists() {
                fs::rename(older, version(number + 1))?;
            }
        }
        match fs::rename(&self.path, version(1)) {
            // Somebody has moved it away already.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            moved => moved?,
        }
        self.file = append_to(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

/// How many bytes of `lines` are whole lines of no more than `room` bytes together.
fn whole_lines(lines: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if lines.len() <= room {
        return lines.len();
    }
    lines[..room].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// A file that was not there before. It goes with this if it is still empty and nobody keeps it.
#[derive(Debug)]
struct Made {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl Made {
    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.is_kept && under_name(&self.file, &self.path).is_some_and(|now| now.len() == 0) {
            // An empty file does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a file is like now, if a path still leads to it.
fn under_name(file: &File, path: &Path) -> Option<Metadata> {
    let (open, named) = (file.metadata().ok()?, fs::metadata(path).ok()?);
    ((open.dev(), open.ino()) == (named.dev(), named.ino())).then_some(named)
}

fn open_or_make(path: &Path) -> io::Result<(File, Option<Made>)> {
    match appending().create_new(true).open(path) {
        Ok(file) => {
            let made = Made { path: path.to_owned(), file: file.try_clone()?, is_kept: false };
            Ok((file, Some(made)))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok((append_to(path)?, None)),
        Err(error) => Err(error),
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    appending().create(true).open(path)
}

fn appending() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).mode(0o640);
    options
}
