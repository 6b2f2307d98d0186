//! The command line, as Kea's programs have it.

use std::path::PathBuf;

/// What the program is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Serve with this configuration file.
    Serve(PathBuf),
    /// Check this configuration file.
    Check(PathBuf),
    /// Install the YANG modules into sysrepo.
    InstallModules,
    /// Print the version.
    Version,
    /// Print the version and what it is made of.
    ExtendedVersion,
    /// Print how it was built.
    BuildReport,
}

/// The command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// What to do.
    pub task: Task,
    /// `-d`: log everything.
    pub debug: bool,
    /// `-X`: paths and modes of files are not held to the rules.
    pub unrestricted: bool,
}

/// Why the command line cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Usage {
    /// An option that there is not.
    #[error("unknown option {0}")]
    Unknown(String),
    /// An option without the value that it needs.
    #[error("option {0} needs a file")]
    NoFile(String),
    /// Nothing to do.
    #[error("a configuration file is needed: -c FILE")]
    NoTask,
}

/// How the program is used.
pub const HELP: &str = "\
Usage: ruru-netconf -c FILE [-d] [-X]
       ruru-netconf -t FILE | --install-modules | -v | -V | -W

  -c FILE            serve with this configuration file
  -t FILE            check this configuration file
  --install-modules  install the YANG modules into sysrepo
  -d                 log everything
  -X                 do not hold files to the rules for paths and modes
  -v, -V, -W         version, version with details, build report";

impl Arguments {
    /// Reads the arguments behind the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, Usage> {
        let mut arguments = arguments.into_iter();
        let (mut task, mut debug, mut unrestricted) = (None, false, false);
        while let Some(argument) = arguments.next() {
            let mut file = || {
                let file = arguments.next().ok_or_else(|| Usage::NoFile(argument.clone()))?;
                Ok(PathBuf::from(file))
            };
            match argument.as_str() {
                "-c" => task = Some(Task::Serve(file()?)),
                "-t" => task = Some(Task::Check(file()?)),
                "--install-modules" => task = Some(Task::InstallModules),
                "-v" => task = Some(Task::Version),
                "-V" => task = Some(Task::ExtendedVersion),
                "-W" => task = Some(Task::BuildReport),
                "-d" => debug = true,
                "-X" => unrestricted = true,
                _ => return Err(Usage::Unknown(argument)),
            }
        }
        Ok(Self { task: task.ok_or(Usage::NoTask)?, debug, unrestricted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, Usage> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_those_of_kea() {
        let arguments = parse("-d -c /etc/ruru/netconf.conf -X").unwrap();
        assert_eq!(arguments.task, Task::Serve("/etc/ruru/netconf.conf".into()));
        assert!(arguments.debug && arguments.unrestricted);
        assert_eq!(parse("-v").unwrap().task, Task::Version);
    }

    #[test]
    fn a_wrong_line_says_what_is_wrong() {
        assert_eq!(parse(""), Err(Usage::NoTask));
        assert_eq!(parse("-c"), Err(Usage::NoFile("-c".to_owned())));
        assert_eq!(parse("-p 5"), Err(Usage::Unknown("-p".to_owned())));
    }
}
