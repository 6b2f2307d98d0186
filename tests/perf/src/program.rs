//! `ruru-perf` from its command line to its exit status.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::command::{self, Options, Selector};
use crate::load;
use crate::plan::Plan;
use crate::report::{Report, Text, draw, print_arguments};

/// As perfdhcp: some exchanges were not completed.
const INCOMPLETE: u8 = 3;

/// Reads the command line, puts the server under load, prints the report.
pub fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let words: Vec<_> = std::env::args_os().map(|word| word.display().to_string()).collect();
    let plan = match command::plan(&options, words.join(" ")) {
        Ok(plan) => plan,
        // Prints the usage and ends with status 2.
        Err(rule) => Options::command().error(ErrorKind::ArgumentConflict, rule).exit(),
    };
    announce(&plan, &options)?;
    let stop = stop_on_signals().context("cannot take signals")?;
    let wrapped = plan.wrapped.as_deref();
    let started = wrapped.map(|program| call(program, "start")).transpose()?;
    let (report, diagnostics) = load::run(&plan, &stop)?;
    tell(&plan, &report)?;
    if let Some(program) = wrapped {
        call(program, "stop")?.wait().context("cannot wait for the program of -w")?;
    }
    // What runs between start and stop may still be running; it is the user's.
    drop(started);
    diagnostics.print(&plan, &report)?;
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { INCOMPLETE.into() })
}

fn announce(plan: &Plan, options: &Options) -> io::Result<()> {
    if !plan.output.json {
        let scenario = if plan.is_avalanche { "avalanche" } else { "basic" };
        writeln!(io::stdout(), "Running: {}\nScenario: {scenario}.", plan.output.command)?;
    }
    if plan.output.tells(Selector::Arguments) { print_arguments(options) } else { Ok(()) }
}

/// The first signal ends the load, the second one the program.
fn stop_on_signals() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

fn call(program: &Path, word: &str) -> anyhow::Result<Child> {
    let child = Command::new(program).arg(word).spawn();
    child.with_context(|| format!("cannot run {} {word}", program.display()))
}

fn tell(plan: &Plan, report: &Report) -> anyhow::Result<()> {
    if let Some(path) = &plan.output.plot {
        draw(path, report).with_context(|| format!("cannot draw {}", path.display()))?;
    }
    if plan.output.json {
        write!(io::stdout(), "{}", ruru_json::pretty(&report.to_json()))?;
    } else {
        let avalanche = if plan.is_avalanche { plan.end.count } else { None };
        write!(io::stdout(), "{}", Text { report, avalanche })?;
    }
    Ok(())
}
