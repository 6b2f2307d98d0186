//! The log: events to lines, in Kea's format or another.

mod file;
mod output;
mod shape;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ruru_observe::{Event, Layout, Level, Sink};

use crate::clock;
use file::{Awaiting, LogFile};
use output::{Opener, Output};
use shape::{Facts, Shape};

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
    pub outputs: Vec<Outlet>,
}

/// A destination, and what lines look like there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Where to.
    pub output: OutputSettings,
    /// In which form.
    pub layout: Layout,
}

/// The log of a process.
#[derive(Debug)]
pub struct Log {
    program: String,
    pid: u32,
    started: Duration,
    /// Log everything whatever the settings say (`-d`).
    debug: bool,
    /// Where lines go whose logger does not say it.
    usual: Arc<Output>,
    loggers: ArcSwap<Loggers>,
    /// What the finest logger keeps: most events need nothing else to be passed over.
    finest: AtomicU8,
}

/// Open loggers, by component; a component that is not there uses the root logger.
#[derive(Debug)]
pub struct Loggers {
    root: Logger,
    components: HashMap<String, Logger>,
    /// Files that are to be told when these loggers come into use.
    files: Vec<Awaiting>,
}

#[derive(Clone, Debug)]
struct Logger {
    level: Option<Level>,
    outlets: Outlets,
}

/// Open destinations.
#[derive(Clone, Debug, Default)]
struct Outlets {
    /// Of lines in the usual form.
    usual: Vec<Arc<Output>>,
    /// Of others.
    shaped: Vec<(Arc<Shape>, Arc<Output>)>,
}

/// A line of the log.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    level: Level,
    text: &'a str,
    /// Bytes of `text` that tell the time in its usual place.
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
        let mut opener = Opener { program, in_use: Vec::new(), files: Vec::new() };
        let usual = opener.open(usual)?;
        let outlets = Outlets { usual: vec![Arc::clone(&usual)], shaped: Vec::new() };
        let root = Logger { level: Some(Level::Info), outlets };
        let loggers = Loggers { root, components: HashMap::new(), files: opener.files };
        let finest = AtomicU8::new(loggers.finest());
        let loggers = ArcSwap::from_pointee(loggers.put_to_use());
        let (program, pid, started) = (program.to_owned(), std::process::id(), clock::now());
        Ok(Self { program, pid, started, debug, usual, loggers, finest })
    }

    /// Opens what the settings ask for; [`Log::switch`] puts it to use. Files that were made for
    /// loggers that are dropped instead are removed again.
    ///
    /// # Errors
    /// A file cannot be opened, or the system log does not have the facility.
    pub fn open(&self, settings: &LogSettings) -> Result<Loggers, LogError> {
        let in_use = self.files_in_use();
        let mut opener = Opener { program: &self.program, in_use, files: Vec::new() };
        let mut open = |settings: &LoggerSettings| -> Result<Logger, LogError> {
            let mut outlets = Outlets::default();
            for Outlet { output, layout } in &settings.outputs {
                let output = opener.open(output)?;
                match Shape::new(layout, self.pid) {
                    None => outlets.usual.push(output),
                    Some(shape) => outlets.shaped.push((Arc::new(shape), output)),
                }
            }
            Ok(Logger { level: settings.level, outlets })
        };
        let mut root = Logger { level: Some(Level::Info), outlets: Outlets::default() };
        let mut components = HashMap::new();
        for logger in &settings.loggers {
            if logger.component.is_empty() {
                root = open(logger)?;
            } else {
                components.insert(logger.component.clone(), open(logger)?);
            }
        }
        if root.outlets.is_empty() {
            root.outlets.usual.push(Arc::clone(&self.usual));
        }
        for logger in components.values_mut().filter(|logger| logger.outlets.is_empty()) {
            logger.outlets.clone_from(&root.outlets);
        }
        Ok(Loggers { root, components, files: opener.files })
    }

    /// Puts loggers to use.
    pub fn switch(&self, loggers: Loggers) {
        self.finest.store(loggers.finest(), Ordering::Relaxed);
        self.loggers.store(Arc::new(loggers.put_to_use()));
    }

    /// Writes all lines that files still wait for; to be called before the process ends.
    pub fn flush(&self) {
        let loggers = self.loggers.load();
        for output in loggers.outputs() {
            // A log that cannot be written has nowhere to say so.
            let _ = output.flush();
        }
    }
}

impl Sink for Log {
    fn wants(&self, logger: &'static str, level: Level) -> bool {
        self.debug || (self.may_keep(level) && self.loggers.load().of(logger).keeps(level))
    }

    fn emit(&self, event: &dyn Event) {
        if !self.debug && !self.may_keep(event.level()) {
            return;
        }
        let loggers = self.loggers.load();
        let logger = loggers.of(event.logger());
        if !self.debug && !logger.keeps(event.level()) {
            return;
        }
        thread_local! {
            static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
        }
        TEXT.with_borrow_mut(|text| {
            let now = clock::now();
            if !logger.outlets.usual.is_empty() {
                let line = self.usual_line(text, now, event);
                for output in &logger.outlets.usual {
                    // A log that cannot be written has nowhere to say so.
                    let _ = output.write(&line);
                }
            }
            for (shape, output) in &logger.outlets.shaped {
                let Self { program, pid, started, .. } = self;
                text.clear();
                shape.write(text, Facts { program, pid: *pid, started: *started, now, event });
                let _ = output.write(&Line { level: event.level(), text, time: 0 });
            }
        });
    }
}

impl Log {
    fn files_in_use(&self) -> Vec<Arc<LogFile>> {
        let loggers = self.loggers.load();
        let outputs = loggers.outputs().chain([&*self.usual]);
        outputs.filter_map(Output::file).cloned().collect()
    }

    /// Whether any logger keeps such events.
    fn may_keep(&self, level: Level) -> bool {
        level.fineness() <= self.finest.load(Ordering::Relaxed)
    }

    /// The line in Kea's usual form.
    fn usual_line<'a>(&self, text: &'a mut String, now: Duration, event: &dyn Event) -> Line<'a> {
        text.clear();
        clock::write_local_milliseconds(text, now);
        let time = text.len() + 1;
        // Pieces that are text are not worth a format.
        for piece in [padded_severity(event.level()), &self.program, ".", event.logger()] {
            text.push_str(piece);
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "/{}.{}] {} {event}", self.pid, thread_number(), event.id());
        Line { level: event.level(), text, time }
    }
}

impl From<OutputSettings> for Outlet {
    /// With lines in the usual form.
    fn from(output: OutputSettings) -> Self {
        Self { output, layout: Layout::Usual }
    }
}

impl Outlets {
    fn is_empty(&self) -> bool {
        self.usual.is_empty() && self.shaped.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &Output> {
        let shaped = self.shaped.iter().map(|(_, output)| output);
        self.usual.iter().chain(shaped).map(|output| &**output)
    }
}

impl Loggers {
    fn of(&self, component: &str) -> &Logger {
        self.components.get(component).unwrap_or(&self.root)
    }

    fn outputs(&self) -> impl Iterator<Item = &Output> {
        let all = self.components.values().chain([&self.root]);
        all.flat_map(|logger| logger.outlets.all())
    }

    fn put_to_use(mut self) -> Self {
        self.files.drain(..).for_each(Awaiting::put_to_use);
        self
    }

    /// What the finest events are that any of them keeps.
    fn finest(&self) -> u8 {
        let components = self.components.values().map(Logger::fineness);
        components.fold(self.root.fineness(), u8::max)
    }
}

impl Logger {
    fn keeps(&self, level: Level) -> bool {
        level.fineness() <= self.fineness()
    }

    /// What the finest events are that it keeps; less than any if it keeps none.
    fn fineness(&self) -> u8 {
        self.level.map_or(0, Level::fineness)
    }
}

/// The kernel's number of this thread, which it is asked for once.
fn thread_number() -> i32 {
    thread_local! {
        static NUMBER: i32 = rustix::thread::gettid().as_raw_nonzero().get();
    }
    NUMBER.with(|number| *number)
}

/// The severity with what is before and after it in the usual form.
fn padded_severity(level: Level) -> &'static str {
    match level {
        Level::Debug(_) => " DEBUG [",
        Level::Info => " INFO  [",
        Level::Warn => " WARN  [",
        Level::Error => " ERROR [",
        Level::Fatal => " FATAL [",
    }
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
            /// Something odd.
            Warn TEST_WARN Warn "it is odd" {},
            /// Something bad.
            Error TEST_ERROR Error "it is bad" {},
            /// Something very bad.
            Fatal TEST_FATAL Fatal "it is very bad" {},
        }
    }

    fn file(path: &Path, max_size: u64) -> Outlet {
        let path = path.to_owned();
        OutputSettings::File { path, flush: true, max_size, max_versions: 2 }.into()
    }

    fn logger(component: &str, level: Level, outputs: Vec<Outlet>) -> LoggerSettings {
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
    fn each_destination_has_a_form_of_its_own_and_components_inherit_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let log = Log::new("kea-dhcp4", false, &OutputSettings::Stdout).unwrap();
        let shaped = |name: &str, layout: &str| Outlet {
            layout: layout.parse().unwrap(),
            ..file(&path(name), 0)
        };
        let outputs = vec![
            file(&path("usual"), 0),
            shaped("pattern", "%p %m\n"),
            shaped("pattern", "%c %m\n"),
            shaped("json", "json"),
        ];
        let component = logger("leases", Level::Debug(50), Vec::new());
        let loggers = vec![logger("", Level::Warn, outputs), component];
        log.switch(log.open(&LogSettings { loggers }).unwrap());
        log.emit(&Said::Info { text: "a" });
        log.emit(&Said::Detail { text: "b" });
        log.flush();
        let read = |name| fs::read_to_string(path(name)).unwrap();
        assert!(read("usual").ends_with("] TEST_INFO said a\n"), "{}", read("usual"));
        assert_eq!(read("pattern"), "INFO TEST_INFO said a\nkea-dhcp4.leases TEST_INFO said a\n");
        assert!(read("json").starts_with("{\"time\":\"20") && read("json").lines().count() == 1);
    }

    #[test]
    fn the_usual_form_is_the_pattern_that_kea_documents() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let log = Log::new("kea-dhcp4", false, &OutputSettings::Stdout).unwrap();
        let pattern = "%D{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i.%t] %m\n";
        let spelled = Outlet { layout: pattern.parse().unwrap(), ..file(&path("spelled"), 0) };
        let loggers = vec![logger("", Level::Debug(99), vec![file(&path("usual"), 0), spelled])];
        log.switch(log.open(&LogSettings { loggers }).unwrap());
        for event in [
            Said::Debug { text: "a" },
            Said::Info { text: "é" },
            Said::Warn {},
            Said::Error {},
            Said::Fatal {},
        ] {
            log.emit(&event);
        }
        log.flush();
        let usual = fs::read_to_string(path("usual")).unwrap();
        assert_eq!(usual.lines().count(), 5);
        assert_eq!(usual, fs::read_to_string(path("spelled")).unwrap());
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

    /// Half of what a file may hold before it is rotated.
    fn half() -> String {
        "x".repeat(100_000)
    }

    fn of_file(path: &Path, max_size: u64) -> LogSettings {
        LogSettings { loggers: vec![logger("", Level::Info, vec![file(path, max_size)])] }
    }

    #[test]
    fn a_file_that_was_rotated_before_the_next_loggers_are_in_use_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        log.switch(log.open(&of_file(&path, LEAST_ROTATED)).unwrap());
        let next = log.open(&of_file(&path, LEAST_ROTATED)).unwrap();
        for _ in 0..3 {
            log.emit(&Said::Info { text: &half() });
        }
        log.flush();
        let rotated = fs::read(directory.path().join("log.1")).unwrap();
        log.switch(next);
        log.emit(&Said::Info { text: "after" });
        log.flush();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() == 2 && text.ends_with(" said after\n"));
        assert!(fs::read(directory.path().join("log.1")).unwrap() == rotated);
        // The size is that of the file under the name.
        assert!(!directory.path().join("log.2").exists());
        for _ in 0..2 {
            log.emit(&Said::Info { text: &half() });
        }
        log.flush();
        assert!(directory.path().join("log.2").exists());
    }

    #[test]
    fn a_file_is_rotated_as_the_loggers_in_use_say() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        log.switch(log.open(&of_file(&path, 0)).unwrap());
        let fill = || {
            for _ in 0..3 {
                log.emit(&Said::Info { text: &half() });
            }
            log.flush();
        };
        let next = log.open(&of_file(&path, LEAST_ROTATED)).unwrap();
        fill();
        assert!(!directory.path().join("log.1").exists());
        log.switch(next);
        fill();
        assert!(directory.path().join("log.1").exists());
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew_by_the_next_loggers() {
        let directory = tempfile::tempdir().unwrap();
        let (path, moved) = (directory.path().join("log"), directory.path().join("moved"));
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        log.switch(log.open(&of_file(&path, 0)).unwrap());
        log.emit(&Said::Info { text: "before" });
        log.flush();
        fs::rename(&path, &moved).unwrap();
        log.switch(log.open(&of_file(&path, 0)).unwrap());
        log.emit(&Said::Info { text: "after" });
        log.flush();
        let lines = |path| fs::read_to_string(path).unwrap().lines().count();
        assert_eq!((lines(&moved), lines(&path)), (1, 1));
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew_when_it_is_full() {
        let directory = tempfile::tempdir().unwrap();
        let (path, moved) = (directory.path().join("log"), directory.path().join("moved"));
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        log.switch(log.open(&of_file(&path, 250_000)).unwrap());
        let text = "x".repeat(100_000);
        for line in 0..4 {
            log.emit(&Said::Info { text: &text });
            log.flush();
            if line == 1 {
                fs::rename(&path, &moved).unwrap();
            }
        }
        let lines = |path| fs::read_to_string(path).unwrap().lines().count();
        assert_eq!((lines(&moved), lines(&path)), (2, 2));
    }

    #[test]
    fn loggers_that_never_come_into_use_leave_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let log = Log::new("p", false, &OutputSettings::Stdout).unwrap();
        fs::write(path("found"), "").unwrap();
        let names = ["made", "found", "filled"];
        let outputs = names.map(|name| file(&path(name), 0)).to_vec();
        let settings = LogSettings { loggers: vec![logger("", Level::Info, outputs)] };
        let refused = log.open(&settings).unwrap();
        assert!(path("made").exists());
        fs::write(path("filled"), "by somebody else").unwrap();
        drop(refused);
        assert!(!path("made").exists());
        assert!(path("found").exists() && path("filled").exists());
        // A destination that cannot be opened comes to light beside one that can.
        let outputs = vec![file(&path("made"), 0), file(&path("nowhere/log"), 0)];
        let settings = LogSettings { loggers: vec![logger("", Level::Info, outputs)] };
        assert!(log.open(&settings).is_err() && !path("made").exists());
        log.switch(log.open(&of_file(&path("made"), 0)).unwrap());
        assert!(path("made").exists());
    }
}
