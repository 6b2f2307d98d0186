//! Kea's command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

/// What a server was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The name that the program was started by, without its directory.
    pub program: String,
    /// What to do.
    pub mode: Mode,
    /// Log everything, to standard output as well.
    pub debug: bool,
    /// Warn where paths break the rules, instead of refusing.
    pub relaxed: bool,
    /// The port to listen on, if not the usual one.
    pub server_port: Option<u16>,
    /// The port to answer to, if not the usual one.
    pub client_port: Option<u16>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Serve by this configuration file.
    Serve(PathBuf),
    /// Check this configuration file and end.
    Check(PathBuf),
    /// Print the version and end.
    Version,
    /// Print the version with what it is built of and end.
    ExtendedVersion,
    /// Print how it was built and end.
    BuildReport,
    /// A task of the program's own, by its name in [`Usage::tasks`].
    Task(&'static str),
}

/// What the command line of a program has.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// What the program is, for `--help`.
    pub about: &'static str,
    /// Whether there are `-p` and `-P`.
    pub has_ports: bool,
    /// Further things to do, `--NAME`, each with its line of help.
    pub tasks: &'static [(&'static str, &'static str)],
}

/// A command line that cannot be understood, or a request for help: the text to print, and
/// whether it is an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct UsageError {
    /// What to print.
    pub text: String,
    /// Whether the command line is wrong; help is not.
    pub is_error: bool,
}

impl CommandLine {
    /// Reads the arguments, the program's name first.
    ///
    /// # Errors
    /// An argument is unknown or wrong, or neither `-c` nor another thing to do is given.
    pub fn parse(
        arguments: impl IntoIterator<Item = OsString>,
        usage: Usage,
    ) -> Result<Self, UsageError> {
        let mut arguments: Vec<OsString> = arguments.into_iter().collect();
        let program = arguments
            .first()
            .map(PathBuf::from)
            .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .unwrap_or_else(|| "ruru".to_owned());
        if arguments.is_empty() {
            arguments.push(OsString::from(&program));
        }
        let matches = command(&program, usage)
            .try_get_matches_from(arguments)
            .map_err(|e| UsageError { text: e.to_string(), is_error: e.use_stderr() })?;
        let path = |name| matches.get_one::<PathBuf>(name).cloned();
        let task = usage.tasks.iter().map(|(name, _)| *name).find(|name| matches.get_flag(name));
        let mode = if let Some(task) = task {
            Mode::Task(task)
        } else if matches.get_flag("version") {
            Mode::Version
        } else if matches.get_flag("extended-version") {
            Mode::ExtendedVersion
        } else if matches.get_flag("build-report") {
            Mode::BuildReport
        } else if let Some(file) = path("check").or_else(|| path("check-all")) {
            Mode::Check(file)
        } else if let Some(file) = path("config") {
            Mode::Serve(file)
        } else {
            let text = format!("{program}: no configuration file; give one by -c FILE\n");
            return Err(UsageError { text, is_error: true });
        };
        let port = |name| usage.has_ports.then(|| matches.get_one::<u16>(name).copied()).flatten();
        Ok(Self {
            program,
            mode,
            debug: matches.get_flag("debug"),
            relaxed: matches.get_flag("relaxed"),
            server_port: port("server-port"),
            client_port: port("client-port"),
        })
    }
}

fn command(program: &str, usage: Usage) -> Command {
    let flag =
        |name, short, help| Arg::new(name).short(short).action(ArgAction::SetTrue).help(help);
    let file = |name, short, help| {
        Arg::new(name)
            .short(short)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    let command = Command::new(program.to_owned())
        .about(usage.about)
        .disable_version_flag(true)
        .arg(file("config", 'c', "Serve by this configuration file"))
        .arg(file("check", 't', "Check this configuration file and end"))
        .arg(file("check-all", 'T', "The same, with extra checks"))
        .arg(flag("debug", 'd', "Log everything"))
        .arg(flag("fatal", 'F', "End on fatal errors (always so)"))
        .arg(flag("relaxed", 'X', "Warn where paths break the rules, instead of refusing"))
        .arg(flag("version", 'v', "Print the version"))
        .arg(flag("extended-version", 'V', "Print the version with what it is built of"))
        .arg(flag("build-report", 'W', "Print how it was built"));
    let command =
        command.args(usage.tasks.iter().map(|(name, help)| {
            Arg::new(*name).long(*name).action(ArgAction::SetTrue).help(*help)
        }));
    if !usage.has_ports {
        return command;
    }
    let port = |name, short, help| {
        Arg::new(name)
            .short(short)
            .value_name("PORT")
            .value_parser(value_parser!(u16).range(1..))
            .help(help)
    };
    command.arg(port("server-port", 'p', "Listen on this port (for tests)")).arg(port(
        "client-port",
        'P',
        "Answer to this port (for tests)",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<CommandLine, UsageError> {
        let usage = Usage { about: "A server", has_ports: true, tasks: &[("do-it", "Do it")] };
        CommandLine::parse(arguments.iter().map(OsString::from), usage)
    }

    #[test]
    fn the_programs_name_is_that_of_the_link_it_was_started_by() {
        let line = parse(&["/usr/sbin/kea-dhcp4", "-c", "a.conf", "-d", "-p", "1067"]).unwrap();
        assert_eq!(line.program, "kea-dhcp4");
        assert_eq!(line.mode, Mode::Serve("a.conf".into()));
        assert!(line.debug && !line.relaxed);
        assert_eq!(line.server_port, Some(1067));
    }

    #[test]
    fn wrong_command_lines_are_errors_and_help_is_not() {
        assert!(parse(&["x"]).unwrap_err().is_error);
        assert!(parse(&["x", "-c"]).unwrap_err().is_error);
        assert!(parse(&["x", "-c", "f", "-p", "0"]).unwrap_err().is_error);
        assert!(parse(&["x", "-c", "f", "extra"]).unwrap_err().is_error);
        assert!(!parse(&["x", "--help"]).unwrap_err().is_error);
        assert_eq!(parse(&["x", "-v"]).unwrap().mode, Mode::Version);
        assert_eq!(parse(&["x", "--do-it"]).unwrap().mode, Mode::Task("do-it"));
    }
}
