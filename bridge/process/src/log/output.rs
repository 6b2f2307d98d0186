//! Where lines go: standard output, standard error, files that are rotated, the system log.

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ruru_observe::Level;
use syslog::{Facility, Formatter3164, LoggerBackend};

use super::Line;

/// Files smaller than this are not rotated, as in Kea.
pub(super) const LEAST_ROTATED: u64 = 204_800;

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputSettings {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The system log.
    Syslog {
        /// `local0` and so on, in any case, with `LOG_` before it or not.
        facility: String,
    },
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// Whether each line is flushed.
        flush: bool,
        /// Bytes after which it is rotated; below 204,800 it is not.
        max_size: u64,
        /// Rotated files that are kept.
        max_versions: u32,
    },
}

/// A destination that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file cannot be opened.
    #[error("log file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system log does not know the name.
    #[error(
        "syslog has no facility '{0}'; use local0 to local7, daemon, user or another of syslog.conf"
    )]
    Facility(String),
}

impl OutputSettings {
    /// Where lines go that nothing else is said of: to what `KEA_LOGGER_DESTINATION` names,
    /// `stdout`, `stderr`, `syslog`, `syslog:FACILITY` or a file, else to standard output.
    #[must_use]
    pub fn from_environment() -> Self {
        let Some(name) = env::var_os("KEA_LOGGER_DESTINATION").filter(|name| !name.is_empty())
        else {
            return Self::Stdout;
        };
        let known = name.to_str().and_then(Self::of_name);
        let file =
            || Self::File { path: (&name).into(), flush: true, max_size: 0, max_versions: 0 };
        known.unwrap_or_else(file)
    }

    /// What `stdout`, `stderr`, `syslog` and `syslog:FACILITY` mean; `None` for a file's name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "stdout" => Some(Self::Stdout),
            "stderr" => Some(Self::Stderr),
            "syslog" => Some(Self::Syslog { facility: "local0".into() }),
            name => name.strip_prefix("syslog:").map(|name| Self::Syslog { facility: name.into() }),
        }
    }
}

/// An open destination.
#[derive(Debug)]
pub(super) enum Output {
    Stdout,
    Stderr,
    Syslog(Mutex<Syslog>),
    File(Mutex<LogFile>),
}

/// Opens destinations; a file that is named more than once is opened once.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    pub(super) program: &'a str,
    pub(super) files: HashMap<PathBuf, Arc<Output>>,
}

impl Opener<'_> {
    pub(super) fn open(&mut self, settings: &OutputSettings) -> Result<Arc<Output>, LogError> {
        Ok(match settings {
            OutputSettings::Stdout => Arc::new(Output::Stdout),
            OutputSettings::Stderr => Arc::new(Output::Stderr),
            OutputSettings::Syslog { facility } => {
                Arc::new(Output::Syslog(Mutex::new(Syslog::new(facility, self.program)?)))
            }
            OutputSettings::File { path, flush, max_size, max_versions } => {
                if let Some(open) = self.files.get(path) {
                    return Ok(Arc::clone(open));
                }
                let file = LogFile::open(path, *flush, *max_size, *max_versions);
                let file = file.map_err(|source| LogError::File { path: path.clone(), source })?;
                let output = Arc::new(Output::File(Mutex::new(file)));
                self.files.insert(path.clone(), Arc::clone(&output));
                output
            }
        })
    }
}

impl Output {
    pub(super) fn write(&self, line: &Line) -> io::Result<()> {
        let text = line.text.as_bytes();
        match self {
            Self::Stdout => io::stdout().lock().write_all(text),
            Self::Stderr => io::stderr().lock().write_all(text),
            Self::Syslog(syslog) => {
                syslog.lock().unwrap_or_else(PoisonError::into_inner).write(line)
            }
            Self::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(text),
        }
    }
}

/// The system log of this host.
pub(super) struct Syslog {
    format: Formatter3164,
    /// None until its first line, and after it could not be reached.
    connection: Option<syslog::Logger<LoggerBackend, Formatter3164>>,
}

impl Syslog {
    fn new(facility: &str, program: &str) -> Result<Self, LogError> {
        let unknown = |()| LogError::Facility(facility.to_owned());
        let facility = facility.parse::<Facility>().map_err(unknown)?;
        let (process, pid) = (program.to_owned(), std::process::id());
        let format = Formatter3164 { facility, hostname: None, process, pid };
        Ok(Self { format, connection: None })
    }

    /// A system log that was started anew is found again.
    fn write(&mut self, line: &Line) -> io::Result<()> {
        if let Some(connection) = &mut self.connection
            && send(connection, line).is_ok()
        {
            return Ok(());
        }
        self.connection = None;
        let mut connection = syslog::unix(self.format.clone()).map_err(io::Error::other)?;
        if let LoggerBackend::Unix(socket) = &connection.backend {
            // A system log that does not read must not hold the server up.
            socket.set_nonblocking(true)?;
        }
        send(&mut connection, line).map_err(io::Error::other)?;
        self.connection = Some(connection);
        Ok(())
    }
}

impl fmt::Debug for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Syslog").field("format", &self.format).finish_non_exhaustive()
    }
}

fn send(
    connection: &mut syslog::Logger<LoggerBackend, Formatter3164>,
    line: &Line,
) -> syslog::Result<()> {
    let text = line.without_time();
    match line.level {
        Level::Debug(_) => connection.debug(text),
        Level::Info => connection.info(text),
        Level::Warn => connection.warning(text),
        Level::Error => connection.err(text),
        Level::Fatal => connection.crit(text),
    }
}

/// A file that is rotated when it is full.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: BufWriter<File>,
    size: u64,
    flush: bool,
    max_size: u64,
    max_versions: u32,
}

impl LogFile {
    fn open(path: &Path, flush: bool, max_size: u64, max_versions: u32) -> io::Result<Self> {
        let file = append_to(path)?;
        let size = file.metadata()?.len();
        let (path, file) = (path.to_owned(), BufWriter::new(file));
        Ok(Self { path, file, size, flush, max_size, max_versions })
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let len = text.len() as u64;
        if self.max_size >= LEAST_ROTATED && self.size + len > self.max_size {
            self.rotate()?;
        }
        self.file.write_all(text)?;
        self.size += len;
        if self.flush { self.file.flush() } else { Ok(()) }
    }

    /// FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        self.file.flush()?;
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
        self.file = BufWriter::new(append_to(&self.path)?);
        self.size = 0;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}
