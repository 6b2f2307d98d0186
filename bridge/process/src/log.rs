//! The log: events to lines, in Kea's format, to standard output, standard error and files.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ruru_observe::{Event, Level, Sink};

use crate::clock;

/// Files smaller than this are not rotated, as in Kea.
const LEAST_ROTATED: u64 = 204_800;

/// Which loggers there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// Loggers; a root logger to standard output at INFO is added if there is none.
    pub loggers: Vec<LoggerSettings>,
}

/// A logger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggerSettings {
    /// The component, without the program's name; empty for the root logger.
    pub component: String,
    /// The least level that is kept; `None` keeps nothing.
    pub level: Option<Level>,
    /// Where to; empty is where the root logger writes to.
    pub outputs: Vec<OutputSettings>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputSettings {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
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

/// A log file that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("log file {}", path.display())]
pub struct LogError {
    /// The file.
    path: PathBuf,
    /// Why.
    source: io::Error,
}

/// The log of a process.
#[derive(Debug)]
pub struct Log {
    program: String,
    /// Log everything whatever the settings say (`-d`).
    debug: bool,
    loggers: RwLock<Loggers>,
}

/// Open loggers, by component; a component that is not there uses the root logger.
#[derive(Debug)]
pub struct Loggers {
    root: Logger,
    components: HashMap<String, Logger>,
}

#[derive(Clone, Debug)]
struct Logger {
    level: Option<Level>,
    outputs: Vec<Arc<Output>>,
}

#[derive(Debug)]
enum Output {
    Stdout,
    Stderr,
    File(Mutex<LogFile>),
}

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: BufWriter<File>,
    size: u64,
    flush: bool,
    max_size: u64,
    max_versions: u32,
}

impl Log {
    /// A log to standard output at INFO, until it is told otherwise.
    #[must_use]
    pub fn new(program: &str, debug: bool) -> Self {
        let root = Logger { level: Some(Level::Info), outputs: vec![Arc::new(Output::Stdout)] };
        let loggers = RwLock::new(Loggers { root, components: HashMap::new() });
        Self { program: program.to_owned(), debug, loggers }
    }

    /// Opens what the settings ask for; [`Log::switch`] puts it to use.
    ///
    /// # Errors
    /// A file cannot be opened.
    pub fn open(settings: &LogSettings) -> Result<Loggers, LogError> {
        let mut files: HashMap<PathBuf, Arc<Output>> = HashMap::new();
        let mut open = |settings: &LoggerSettings| -> Result<Logger, LogError> {
            let outputs = settings.outputs.iter().map(|output| open_output(output, &mut files));
            Ok(Logger { level: settings.level, outputs: outputs.collect::<Result<_, _>>()? })
        };
        let mut root = Logger { level: Some(Level::Info), outputs: Vec::new() };
        let mut components = HashMap::new();
        for logger in &settings.loggers {
            if logger.component.is_empty() {
                root = open(logger)?;
            } else {
                components.insert(logger.component.clone(), open(logger)?);
            }
        }
        if root.outputs.is_empty() {
            root.outputs.push(Arc::new(Output::Stdout));
        }
        for logger in components.values_mut().filter(|logger| logger.outputs.is_empty()) {
            logger.outputs.clone_from(&root.outputs);
        }
        Ok(Loggers { root, components })
    }

    /// Puts loggers to use.
    pub fn switch(&self, loggers: Loggers) {
        *self.loggers.write().unwrap_or_else(PoisonError::into_inner) = loggers;
    }

    fn with_logger<T>(&self, component: &str, use_it: impl FnOnce(&Logger) -> T) -> T {
        let loggers = self.loggers.read().unwrap_or_else(PoisonError::into_inner);
        use_it(loggers.components.get(component).unwrap_or(&loggers.root))
    }
}

impl Sink for Log {
    fn wants(&self, logger: &'static str, level: Level) -> bool {
        self.debug || self.with_logger(logger, |logger| logger.keeps(level))
    }

    fn emit(&self, event: &dyn Event) {
        if !self.wants(event.logger(), event.level()) {
            return;
        }
        let line = format!(
            "{} {:<5} [{}.{}/{}.{}] {} {event}\n",
            clock::local_milliseconds(clock::now()),
            severity(event.level()),
            self.program,
            event.logger(),
            std::process::id(),
            rustix::thread::gettid().as_raw_nonzero(),
            event.id(),
        );
        self.with_logger(event.logger(), |logger| {
            for output in &logger.outputs {
                // A log that cannot be written has nowhere to say so.
                let _ = output.write(&line);
            }
        });
    }
}

impl Logger {
    fn keeps(&self, level: Level) -> bool {
        match (self.level, level) {
            (None, _) => false,
            // A larger debug level keeps more.
            (Some(Level::Debug(most)), Level::Debug(this)) => this <= most,
            (Some(least), level) => level >= least,
        }
    }
}

impl Output {
    fn write(&self, line: &str) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().lock().write_all(line.as_bytes()),
            Self::Stderr => io::stderr().lock().write_all(line.as_bytes()),
            Self::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(line),
        }
    }
}

impl LogFile {
    fn write(&mut self, line: &str) -> io::Result<()> {
        let len = line.len() as u64;
        if self.max_size >= LEAST_ROTATED && self.size + len > self.max_size {
            self.rotate()?;
        }
        self.file.write_all(line.as_bytes())?;
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

fn open_output(
    settings: &OutputSettings,
    files: &mut HashMap<PathBuf, Arc<Output>>,
) -> Result<Arc<Output>, LogError> {
    let OutputSettings::File { path, flush, max_size, max_versions } = settings else {
        let is_stdout = *settings == OutputSettings::Stdout;
        return Ok(Arc::new(if is_stdout { Output::Stdout } else { Output::Stderr }));
    };
    if let Some(open) = files.get(path) {
        return Ok(Arc::clone(open));
    }
    let error = |source| LogError { path: path.clone(), source };
    let file = append_to(path).map_err(error)?;
    let size = file.metadata().map_err(error)?.len();
    let (path, flush) = (path.clone(), *flush);
    let (max_size, max_versions) = (*max_size, *max_versions);
    let output = Arc::new(Output::File(Mutex::new(LogFile {
        path: path.clone(),
        file: BufWriter::new(file),
        size,
        flush,
        max_size,
        max_versions,
    })));
    files.insert(path, Arc::clone(&output));
    Ok(output)
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Debug(_) => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
        Level::Fatal => "FATAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    ruru_observe::events! {
        /// For tests.
        enum Said<'a> in "leases" {
            /// Something.
            Info TEST_INFO Info "said {text}" { text: &'a str },
            /// Something small.
            Debug TEST_DEBUG Debug(50) "said {text}" { text: &'a str },
            /// Something tiny.
            Detail TEST_DETAIL Debug(51) "said {text}" { text: &'a str },
        }
    }

    fn file(path: &Path, max_size: u64) -> OutputSettings {
        OutputSettings::File { path: path.to_owned(), flush: true, max_size, max_versions: 2 }
    }

    fn logger(component: &str, level: Level, outputs: Vec<OutputSettings>) -> LoggerSettings {
        LoggerSettings { component: component.into(), level: Some(level), outputs }
    }

    #[test]
    fn lines_have_keas_format_and_loggers_their_own_levels() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Log::new("kea-dhcp4", false);
        log.switch(
            Log::open(&LogSettings {
                loggers: vec![
                    logger("", Level::Warn, vec![file(&path, 0)]),
                    logger("leases", Level::Debug(50), Vec::new()),
                ],
            })
            .unwrap(),
        );
        assert!(!log.wants("dhcp4", Level::Info));
        assert!(log.wants("leases", Level::Debug(50)) && !log.wants("leases", Level::Debug(51)));
        log.emit(&Said::Info { text: "a" });
        log.emit(&Said::Debug { text: "b" });
        log.emit(&Said::Detail { text: "c" });
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        let start = format!(" INFO  [kea-dhcp4.leases/{}.", std::process::id());
        assert!(lines[0][23..].starts_with(&start), "{}", lines[0]);
        assert!(lines[1].ends_with("] TEST_DEBUG said b"), "{}", lines[1]);
    }

    #[test]
    fn a_large_file_is_rotated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Log::new("p", false);
        let loggers = vec![logger("", Level::Info, vec![file(&path, LEAST_ROTATED)])];
        log.switch(Log::open(&LogSettings { loggers }).unwrap());
        let text = "x".repeat(100_000);
        for _ in 0..7 {
            log.emit(&Said::Info { text: &text });
        }
        assert!(path.exists());
        assert!(directory.path().join("log.1").exists() && directory.path().join("log.2").exists());
        assert!(!directory.path().join("log.3").exists());
    }
}
