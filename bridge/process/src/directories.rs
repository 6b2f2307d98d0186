//! Where files may lie: Kea's environment variables and path rules.

use std::env;
use std::path::{Component, Path, PathBuf};

/// The directories of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directories {
    /// Lease files (`KEA_DHCP_DATA_DIR`).
    pub data: PathBuf,
    /// Log files (`KEA_LOG_FILE_DIR`).
    pub log: PathBuf,
    /// Control sockets (`KEA_CONTROL_SOCKET_DIR`).
    pub socket: PathBuf,
    /// PID files (`KEA_PIDFILE_DIR`).
    pub pid: PathBuf,
    /// Whether a file elsewhere is refused.
    pub enforced: bool,
}

/// A file that lies where it may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} must lie directly in {}; give the name alone, set {variable}, or start with -X", directory.display())]
pub struct ForbiddenPath {
    path: String,
    directory: PathBuf,
    variable: &'static str,
}

impl Directories {
    /// From the environment; where it says nothing, Kea's usual places.
    #[must_use]
    pub fn from_environment(enforced: bool) -> Self {
        let of = |variable: &str, usual: &str| {
            env::var_os(variable)
                .filter(|v| !v.is_empty())
                .map_or_else(|| usual.into(), PathBuf::from)
        };
        Self {
            data: of("KEA_DHCP_DATA_DIR", "/var/lib/kea"),
            log: of("KEA_LOG_FILE_DIR", "/var/log/kea"),
            socket: of("KEA_CONTROL_SOCKET_DIR", "/var/run/kea"),
            pid: of("KEA_PIDFILE_DIR", "/var/run/kea"),
            enforced,
        }
    }

    /// The path of a lease file.
    ///
    /// # Errors
    /// It lies elsewhere and rules are enforced.
    pub fn data_file(&self, name: &str) -> Result<PathBuf, ForbiddenPath> {
        self.place(name, &self.data, "KEA_DHCP_DATA_DIR")
    }

    /// The path of a log file.
    ///
    /// # Errors
    /// It lies elsewhere and rules are enforced.
    pub fn log_file(&self, name: &str) -> Result<PathBuf, ForbiddenPath> {
        self.place(name, &self.log, "KEA_LOG_FILE_DIR")
    }

    /// The path of a control socket.
    ///
    /// # Errors
    /// It lies elsewhere and rules are enforced.
    pub fn control_socket(&self, name: &str) -> Result<PathBuf, ForbiddenPath> {
        self.place(name, &self.socket, "KEA_CONTROL_SOCKET_DIR")
    }

    fn place(
        &self,
        name: &str,
        directory: &Path,
        variable: &'static str,
    ) -> Result<PathBuf, ForbiddenPath> {
        let path = Path::new(name);
        let forbidden =
            || ForbiddenPath { path: name.to_owned(), directory: directory.to_owned(), variable };
        let Some(Component::Normal(file)) = path.components().next_back() else {
            return Err(forbidden());
        };
        if path.as_os_str() == file {
            return Ok(directory.join(file));
        }
        if path.parent() == Some(directory) || !self.enforced {
            return Ok(path.to_owned());
        }
        Err(forbidden())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directories(enforced: bool) -> Directories {
        Directories {
            data: "/var/lib/kea".into(),
            log: "/var/log/kea".into(),
            socket: "/run/kea".into(),
            pid: "/run/kea".into(),
            enforced,
        }
    }

    #[test]
    fn a_bare_name_is_completed_and_other_places_are_refused() {
        let strict = directories(true);
        assert_eq!(strict.data_file("a.csv"), Ok("/var/lib/kea/a.csv".into()));
        assert_eq!(strict.data_file("/var/lib/kea/a.csv"), Ok("/var/lib/kea/a.csv".into()));
        for bad in ["/tmp/a.csv", "/var/lib/kea/sub/a.csv", "../a.csv", "..", ".", "", "/"] {
            assert!(strict.data_file(bad).is_err(), "{bad}");
        }
        let error = strict.log_file("/tmp/x.log").unwrap_err().to_string();
        assert_eq!(
            error,
            "\"/tmp/x.log\" must lie directly in /var/log/kea; give the name alone, set \
             KEA_LOG_FILE_DIR, or start with -X"
        );
    }

    #[test]
    fn relaxed_rules_allow_any_file_but_not_none() {
        let relaxed = directories(false);
        assert_eq!(relaxed.data_file("/tmp/a.csv"), Ok("/tmp/a.csv".into()));
        assert!(relaxed.data_file("/tmp/..").is_err());
    }
}
