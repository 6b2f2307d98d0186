//! The log: events to lines, in Kea's format.

mod file;
mod output;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arc_swap::ArcSwap;
use ruru_observe::{Event, Level, Sink};

use crate::clock;
use output::{Opener, Output};

pub use output::{LogError, OutputSettings};

/// Which loggers there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// Loggers; a root logger at INFO to the usual place is added if there is none.
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

/// The log of a process.
#[derive(Debug)]
pub struct Log {
    program: String,
    pid: u32,
    /// Log everything whatever the settings say (`-d`).
    debug: bool,
    /// Where lines go whose logger does not say it.
    usual: Arc<Output>,
    loggers: ArcSwap<Loggers>,
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

/// A line of the log.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    level: Level,
    text: &'a str,
    /// Bytes of `text` that tell the time.
    time: usize,
}

impl Line<'_> {
    /// For those that write the time themselves.
    fn without_time(&self) -> &str {
        self.text.get(self.time..).unwrap_or_default().trim_end()
    }
}

impl Log {
    /// A log at INFO until it is told otherwise, to `usual`: what `KEA_LOGGER_DESTINATION` says,
    /// see [`OutputSettings::from_environment`].
    ///
    /// # Errors
    /// A file cannot be opened, or the system log does not have the facility.
    pub fn new(program: &str, debug: bool, usual: &OutputSettings) -> Result<Self, LogError> {
        let usual = Opener { program, files: HashMap::new() }.open(usual)?;
        let root = Logger { level: Some(Level::Info), outputs: vec![Arc::clone(&usual)] };
        let loggers = ArcSwap::from_pointee(Loggers { root, components: HashMap::new() });
        let (program, pid) = (program.to_owned(), std::process::id());
        Ok(Self { program, pid, debug, usual, loggers })
    }

    /// Opens what the settings ask for; [`Log::switch`] puts it to use.
    ///
    /// # Errors
    /// A file cannot be opened, or the system log does not have the facility.
    pub fn open(&self, settings: &LogSettings) -> Result<Loggers, LogError> {
        let mut opener = Opener { program: &self.program, files: HashMap::new() };
        let mut open = |settings: &LoggerSettings| -> Result<Logger, LogError> {
            let outputs = settings.outputs.iter().map(|output| opener.open(output));
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
            root.outputs.push(Arc::clone(&self.usual));
        }
        for logger in components.values_mut().filter(|logger| logger.outputs.is_empty()) {
            logger.outputs.clone_from(&root.outputs);
        }
        Ok(Loggers { root, components })
    }

    /// Puts loggers to use.
    pub fn switch(&self, loggers: Loggers) {
        self.loggers.store(Arc::new(loggers));
    }

    /// Writes all lines that files still wait for; to be called before the process ends.
    pub fn flush(&self) {
        let loggers = self.loggers.load();
        let all = loggers.components.values().chain([&loggers.root]);
        for output in all.flat_map(|logger| &logger.outputs) {
            // A log that cannot be written has nowhere to say so.
            let _ = output.flush();
        }
    }
}

impl Sink for Log {
    fn wants(&self, logger: &'static str, level: Level) -> bool {
        self.debug || self.loggers.load().of(logger).keeps(level)
    }

    fn emit(&self, event: &dyn Event) {
        let loggers = self.loggers.load();
        let logger = loggers.of(event.logger());
        if !self.debug && !logger.keeps(event.level()) {
            return;
        }
        thread_local! {
            static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
        }
        TEXT.with_borrow_mut(|text| {
            text.clear();
            clock::write_local_milliseconds(text, clock::now());
            let time = text.len() + 1;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                " {:<5} [{}.{}/{}.{}] {} {event}",
                severity(event.level()),
                self.program,
                event.logger(),
                self.pid,
                thread_number(),
                event.id(),
            );
            let line = Line { level: event.level(), text, time };
            for output in &logger.outputs {
                // A log that cannot be written has nowhere to say so.
                let _ = output.write(&line);
            }
        });
    }
}

impl Loggers {
    fn of(&self, component: &str) -> &Logger {
        self.components.get(component).unwrap_or(&self.root)
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

/// The kernel's number of this thread, which it is asked for once.
fn thread_number() -> i32 {
    thread_local! {
        static NUMBER: i32 = rustix::thread::gettid().as_raw_nonzero().get();
    }
    NUMBER.with(|number| *number)
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
    use std::fs;
    use std::path::Path;

    use super::file::LEAST_ROTATED;
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
        let log = Log::new("kea-dhcp4", false, &OutputSettings::Stdout).unwrap();
        log.switch(
            log.open(&LogSettings {
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
        log.flush();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        let start = format!(" INFO  [kea-dhcp4.leases/{}.", std::process::id());
        assert!(lines[0][23..].starts_with(&start), "{}", lines[0]);
        assert!(lines[1].ends_with("] TEST_DEBUG said b"), "{}", lines[1]);
    }

    #[test]
    fn destinations_have_the_names_of_kea() {
        let syslog = |facility: &str| Some(OutputSettings::Syslog { facility: facility.into() });
        assert_eq!(OutputSettings::of_name("stderr"), Some(OutputSettings::Stderr));
        assert_eq!(OutputSettings::of_name("syslog"), syslog("local0"));
        assert_eq!(OutputSettings::of_name("syslog:daemon"), syslog("daemon"));
        assert_eq!(OutputSettings::of_name("syslogs"), None);
        let error = Log::new("p", false, &syslog("nowhere").unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("syslog has no facility 'nowhere'"));
    }

    #[test]
    fn a_large_file_is_rotated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        let loggers = vec![logger("", Level::Info, vec![file(&path, LEAST_ROTATED)])];
        log.switch(log.open(&LogSettings { loggers }).unwrap());
        let text = "x".repeat(100_000);
        for _ in 0..7 {
            log.emit(&Said::Info { text: &text });
        }
        log.flush();
        assert!(path.exists());
        assert!(directory.path().join("log.1").exists() && directory.path().join("log.2").exists());
        assert!(!directory.path().join("log.3").exists());
    }
}
