//! What every server process needs: the clock, the log, the PID file, directories and the command
//! line. Only this crate reads the clock and the environment.

pub mod clock;
mod command_line;
mod directories;
mod log;
mod pid_file;

pub use command_line::{CommandLine, Mode, Usage, UsageError};
pub use directories::{Directories, ForbiddenPath};
pub use log::{Log, LogError, LogSettings, LoggerSettings, Loggers, Outlet, OutputSettings};
pub use pid_file::{PidFile, PidFileError};

/// Takes all permissions of others away from files that are created from now on.
pub fn restrict_new_files() {
    rustix::process::umask(rustix::fs::Mode::RWXO);
}
