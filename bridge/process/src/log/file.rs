//! Log files: lines are gathered and written by a thread of the file's own, so that nobody who logs
//! waits for the disk. Warnings and worse are written at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
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

/// A file, and the thread that writes it.
#[derive(Debug)]
pub(super) struct LogFile {
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
    pub(super) fn open(path: &Path, flush: bool, max_size: u64, most: u32) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            gathered: Mutex::default(),
            file: Mutex::new(Rotated::open(path, max_size, most)?),
            is_told: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        });
        let gathering = if flush { GATHERING } else { LONG_GATHERING };
        let of_writer = Arc::clone(&shared);
        let writer = Builder::new().name("log".into()).spawn(move || of_writer.serve(gathering))?;
        Ok(Self { shared, writer: Some(writer) })
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
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
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

    fn serve(&self, gathering: Duration) {
        while !self.has_ended.load(Ordering::Acquire) {
            thread::park();
            if !self.has_ended.load(Ordering::Acquire) {
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
}

/// A file that is rotated when it is full.
#[derive(Debug)]
struct Rotated {
    path: PathBuf,
    file: File,
    size: u64,
    max_size: u64,
    max_versions: u32,
    /// Room for lines while others are written.
    spare: String,
}

impl Rotated {
    fn open(path: &Path, max_size: u64, max_versions: u32) -> io::Result<Self> {
        let file = append_to(path)?;
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, size, max_size, max_versions, spare: String::new() })
    }

    /// Writes whole lines, and rotates where they would make the file too large.
    fn write(&mut self, mut lines: &[u8]) -> io::Result<()> {
        while !lines.is_empty() {
            let room = match self.max_size {
                LEAST_ROTATED.. => self.max_size.saturating_sub(self.size),
                _ => u64::MAX,
            };
            let (now, later) = lines.split_at(whole_lines(lines, room));
            self.file.write_all(now)?;
            self.size += now.len() as u64;
            lines = later;
            if !lines.is_empty() {
                self.rotate()?;
                if now.is_empty() && whole_lines(lines, self.max_size) == 0 {
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
        for number in (1..self.max_versions).rev() {
            let older = version(number);
            if older.exists() {
                fs::rename(older, version(number + 1))?;
            }
        }
        fs::rename(&self.path, version(1))?;
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

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}
