//! The programs `ruru-dhcp4` and `ruru-dhcp6`, the DHCPv4 and the DHCPv6 server.
//!
//! Workers serve packets, each with sockets of its own; the committer waits for the disk; the main
//! thread serves the control socket, signals and the clock. They share one snapshot, which is
//! swapped as a whole.

mod committer;
mod compaction;
mod congestion;
mod control;
mod daemon;
mod document;
mod events;
mod family;
mod maintain;
mod reopen;
mod sockets;
mod staged;
mod start;
mod threads;
mod updates;
mod v4;
mod v6;
mod worker;

use std::process::ExitCode;

use ruru_lease::{V4, V6};
use ruru_process::{CommandLine, Mode, Usage};

use family::Served;

/// The DHCPv4 server, from its command line to its exit status.
pub fn dhcp4() -> ExitCode {
    run::<V4>()
}

/// The DHCPv6 server, from its command line to its exit status.
pub fn dhcp6() -> ExitCode {
    run::<V6>()
}

fn run<F: Served>() -> ExitCode {
    ruru_process::restrict_new_files();
    let usage = Usage { about: F::ABOUT, has_ports: true, tasks: &[] };
    let line = match CommandLine::parse(std::env::args_os(), usage) {
        Ok(line) => line,
        Err(usage) if usage.is_error => return fail(&usage.text),
        Err(usage) => return say(&usage.text),
    };
    match &line.mode {
        Mode::Version => say(env!("CARGO_PKG_VERSION")),
        Mode::ExtendedVersion => {
            say(concat!(env!("CARGO_PKG_VERSION"), "\nlease backends:\n- Memfile backend 3.0"))
        }
        Mode::BuildReport => {
            say(concat!("Ruru ", env!("CARGO_PKG_VERSION"), "\nlease backends: memfile"))
        }
        Mode::Check(file) => match start::check::<F>(file) {
            Ok(warnings) => {
                for warning in warnings {
                    warn(&warning);
                }
                say("Configuration seems sane.")
            }
            Err(reason) => fail(&format!("Error encountered: {reason}")),
        },
        // There are no tasks of its own.
        Mode::Task(_) => ExitCode::FAILURE,
        Mode::Serve(file) => match start::serve::<F>(&line, file) {
            Ok(status) => ExitCode::from(status),
            Err(error) => {
                fail(&format!("{}: Failed to initialize server: {error:#}", line.program))
            }
        },
    }
}

#[expect(clippy::print_stderr, reason = "there is no log yet")]
fn warn(text: &str) {
    eprintln!("warning: {text}");
}

#[expect(clippy::print_stdout, reason = "what was asked for is printed")]
fn say(text: &str) -> ExitCode {
    println!("{}", text.trim_end());
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "the log may not be there yet")]
fn fail(text: &str) -> ExitCode {
    eprintln!("{}", text.trim_end());
    ExitCode::FAILURE
}
