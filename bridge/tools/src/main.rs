//! `ruru NAME ...` runs the program `ruru-NAME`, as git and cargo run theirs.
//!
//! A new program is a subcommand as soon as it is installed: nothing is listed here. The program
//! takes this one's place, so that signals and the exit status are its own.

mod programs;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

use programs::Programs;

/// As for any wrong command line.
const WRONG: u8 = 2;

/// Runs one of Ruru's programs; without a name, says which there are.
#[derive(Debug, Parser)]
#[command(name = "ruru", version, disable_help_subcommand = true)]
#[command(after_help = "The program `ruru-NAME` is looked for beside this one, then in PATH.")]
struct Options {
    #[command(subcommand)]
    program: Option<Program>,
}

#[derive(Debug, Subcommand)]
enum Program {
    /// A program's name, and what it is given.
    #[command(external_subcommand)]
    Named(Vec<OsString>),
}

fn main() -> ExitCode {
    let programs = Programs::of_system();
    let Some(Program::Named(words)) = Options::parse().program else {
        return ended(list(&programs));
    };
    let Some((name, arguments)) = words.split_first() else { return ExitCode::from(WRONG) };
    let Some(path) = programs.find(name) else {
        complain(&unknown(&programs, name));
        return ExitCode::from(WRONG);
    };
    // Only comes back if the program could not be run.
    let error = Command::new(&path).args(arguments).exec();
    complain(&format!("cannot run {}: {error}", path.display()));
    ExitCode::FAILURE
}

fn list(programs: &Programs) -> io::Result<()> {
    let names = programs.names();
    let mut out = io::stdout().lock();
    if names.is_empty() {
        return writeln!(out, "No programs of Ruru are installed beside this one or in PATH.");
    }
    writeln!(out, "Usage: ruru NAME [ARGUMENTS]...\n\nInstalled:")?;
    names.iter().try_for_each(|name| writeln!(out, "  {name}"))
}

fn unknown(programs: &Programs, name: &OsString) -> String {
    let names: Vec<_> = programs.names().into_iter().collect();
    let name = name.display();
    format!("no program `ruru-{name}`; installed are: {}", names.join(", "))
}

fn complain(what: &str) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "ruru: {what}");
}

fn ended(result: io::Result<()>) -> ExitCode {
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
