//! `ruru-perf` plays a relay with many clients and measures how a DHCPv4 server keeps up.
//!
//! New clients go through DISCOVER, OFFER, REQUEST, ACK; clients that have a lease renew it. In
//! the closed loop a fixed number of exchanges is under way at any time, which finds the highest
//! rate; in the open loop exchanges begin at a given rate, whatever the server does. Options are
//! named as those of Kea's perfdhcp where it has them.

mod load;
mod options;
mod pacing;
mod report;
mod session;
mod template;
mod transport;

use std::process::ExitCode;

use clap::Parser;

use options::Options;

/// As perfdhcp: some exchanges were not completed.
const INCOMPLETE: u8 = 3;

#[expect(clippy::print_stdout, reason = "the report is what was asked for")]
fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let report = load::run(&options)?;
    if options.json {
        print!("{}", ruru_json::pretty(&report.to_json()));
    } else {
        print!("{report}");
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { INCOMPLETE.into() })
}
