//! `loggers`, as Kea's programs have them.

use ruru_observe::{Layout, LayoutError, Level};
use ruru_process::{
    Directories, ForbiddenPath, LogSettings, LoggerSettings, Outlet, OutputSettings,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A logger.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Logger {
    /// `kea-netconf` or `kea-netconf.COMPONENT`.
    pub name: String,
    /// The least severity that is kept.
    #[serde(default)]
    pub severity: Severity,
    /// How much is kept at severity DEBUG, 0 to 99.
    #[serde(default)]
    pub debuglevel: u8,
    /// Where to; standard output if it is not said.
    #[serde(default)]
    pub output_options: Vec<Output>,
    /// Free data of the operator.
    pub user_context: Option<IgnoredAny>,
    /// A remark of the operator.
    pub comment: Option<String>,
}

/// The severities of Kea.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    None,
    Fatal,
    Error,
    Warn,
    #[default]
    Info,
    Debug,
}

/// A destination.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// `stdout`, `stderr`, `syslog`, `syslog:FACILITY` or a file of the log directory.
    pub output: String,
    /// Whether each line is flushed.
    #[serde(default = "yes")]
    pub flush: bool,
    /// Bytes after which a file is rotated; below 204,800 it is not.
    #[serde(default = "max_size")]
    pub maxsize: u64,
    /// Rotated files that are kept.
    #[serde(default = "max_versions")]
    pub maxver: u32,
    /// What lines look like.
    #[serde(default)]
    pub pattern: String,
}

fn yes() -> bool {
    true
}

fn max_size() -> u64 {
    10_240_000
}

fn max_versions() -> u32 {
    1
}

/// A logger that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoggerError {
    /// It is another program's.
    #[error("logger '{0}' is not of this program; use kea-netconf or kea-netconf.COMPONENT")]
    Foreign(String),
    /// Its file may not lie there.
    #[error(transparent)]
    Forbidden(#[from] ForbiddenPath),
    /// Its lines cannot look like that.
    #[error("pattern: {0}")]
    Pattern(#[from] LayoutError),
}

/// What the log is told.
///
/// # Errors
/// See [`LoggerError`].
pub fn settings(
    loggers: &[Logger],
    program: &str,
    directories: &Directories,
) -> Result<LogSettings, LoggerError> {
    let logger = |logger: &Logger| {
        let outlet = |output: &Output| -> Result<Outlet, LoggerError> {
            let layout: Layout = output.pattern.parse()?;
            Ok(Outlet { output: destination(output, directories)?, layout })
        };
        let outputs = logger.output_options.iter().map(outlet);
        Ok(LoggerSettings {
            component: component(&logger.name, program)?,
            level: level(logger),
            outputs: outputs.collect::<Result<_, _>>()?,
        })
    };
    Ok(LogSettings { loggers: loggers.iter().map(logger).collect::<Result<_, LoggerError>>()? })
}

/// The component that a logger's name means; empty for the root logger.
fn component(name: &str, program: &str) -> Result<String, LoggerError> {
    let of = |program: &str| {
        let rest = name.strip_prefix(program)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
    };
    ["kea-netconf", "ruru-netconf", program]
        .into_iter()
        .find_map(of)
        .map(str::to_owned)
        .ok_or_else(|| LoggerError::Foreign(name.to_owned()))
}

fn level(logger: &Logger) -> Option<Level> {
    match logger.severity {
        Severity::None => None,
        Severity::Fatal => Some(Level::Fatal),
        Severity::Error => Some(Level::Error),
        Severity::Warn => Some(Level::Warn),
        Severity::Info => Some(Level::Info),
        Severity::Debug => Some(Level::Debug(logger.debuglevel)),
    }
}

fn destination(
    output: &Output,
    directories: &Directories,
) -> Result<OutputSettings, ForbiddenPath> {
    if let Some(known) = OutputSettings::of_name(&output.output) {
        return Ok(known);
    }
    Ok(OutputSettings::File {
        path: directories.log_file(&output.output)?,
        flush: output.flush,
        max_size: output.maxsize,
        max_versions: output.maxver,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logger_is_of_this_program_and_writes_where_it_may() {
        let directories = Directories {
            data: "/d".into(),
            log: "/l".into(),
            socket: "/s".into(),
            pid: "/p".into(),
            enforced: true,
        };
        let make = |name: &str, output: &str, pattern: &str| {
            let output = Output {
                output: output.into(),
                flush: true,
                maxsize: 0,
                maxver: 1,
                pattern: pattern.into(),
            };
            let logger = Logger {
                name: name.into(),
                severity: Severity::Debug,
                debuglevel: 7,
                output_options: vec![output],
                user_context: None,
                comment: None,
            };
            settings(&[logger], "agent", &directories).map(|settings| settings.loggers[0].clone())
        };
        let logger = make("kea-netconf.netconf", "netconf.log", "json").unwrap();
        assert_eq!((logger.component.as_str(), logger.level), ("netconf", Some(Level::Debug(7))));
        assert!(
            matches!(&logger.outputs[0].output, OutputSettings::File { path, .. } if path.as_os_str() == "/l/netconf.log")
        );
        assert_eq!(logger.outputs[0].layout, Layout::Json);
        assert!(make("agent", "stderr", "").unwrap().component.is_empty());
        assert!(matches!(make("kea-dhcp4", "stdout", ""), Err(LoggerError::Foreign(_))));
        let syslog = make("kea-netconf", "syslog:daemon", "").unwrap();
        assert_eq!(syslog.outputs, [OutputSettings::Syslog { facility: "daemon".into() }.into()]);
        assert!(matches!(make("kea-netconf", "/tmp/x", ""), Err(LoggerError::Forbidden(_))));
        let error = make("kea-netconf", "stdout", "%z").unwrap_err();
        assert!(error.to_string().starts_with("pattern: '%z' is not known"), "{error}");
    }
}
