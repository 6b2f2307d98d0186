//! Where lines go: standard output, standard error, files that are rotated, the system log.

use std::env;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ruru_observe::Level;
use syslog::{Facility, Formatter3164, LoggerBackend};

use super::Line;
use super::file::{Awaiting, LogFile, Manner};

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
        /// Whether lines are written within milliseconds, not only within a second.
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
    File(Arc<LogFile>),
}

/// Opens destinations; a file that is named more than once, or that is in use, is opened once.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    pub(super) program: &'a str,
    pub(super) in_use: Vec<Arc<LogFile>>,
    /// The files that were opened.
    pub(super) files: Vec<Awaiting>,
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
                let (flush, max_size, max_versions) = (*flush, *max_size, *max_versions);
                let file = self.open_file(path, Manner { flush, max_size, max_versions });
                let file = file.map_err(|source| LogError::File { path: path.clone(), source })?;
                Arc::new(Output::File(file))
            }
        })
    }

    fn open_file(&mut self, path: &Path, manner: Manner) -> io::Result<Arc<LogFile>> {
        let mut opened = self.files.iter().map(Awaiting::file);
        if let Some(file) = opened.find(|file| file.path() == path) {
            return Ok(Arc::clone(file));
        }
        let in_use = self.in_use.iter().find(|file| file.path() == path);
        let awaiting = Awaiting::open(path, manner, in_use.cloned())?;
        let file = Arc::clone(awaiting.file());
        self.files.push(awaiting);
        Ok(file)
    }
}

impl Output {
    pub(super) fn file(&self) -> Option<&Arc<LogFile>> {
        match self {
            Self::Stdout | Self::Stderr | Self::Syslog(_) => None,
            Self::File(file) => Some(file),
        }
    }

    /// Writes what is still gathered.
    pub(super) fn flush(&self) -> io::Result<()> {
        match self {
            Self::Stdout | Self::Stderr | Self::Syslog(_) => Ok(()),
            Self::File(file) => file.flush(),
        }
    }

    pub(super) fn write(&self, line: &Line<'_>) -> io::Result<()> {
        let text = line.text.as_bytes();
        match self {
            Self::Stdout => io::stdout().lock().write_all(text),
            Self::Stderr => io::stderr().lock().write_all(text),
            Self::Syslog(syslog) => {
                syslog.lock().unwrap_or_else(PoisonError::into_inner).write(line)
            }
            Self::File(file) => file.write(line),
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
    fn write(&mut self, line: &Line<'_>) -> io::Result<()> {
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
    line: &Line<'_>,
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
