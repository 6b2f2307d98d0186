//! `ruru-netconf`: the agent of the DHCP servers, and their NETCONF server.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use ruru_netconf::agent::Agent;
use ruru_netconf::config::Netconf;
use ruru_netconf::install::install_modules;
use ruru_netconf::log::{Event, Log};
use ruru_netconf::loggers;
use ruru_netconf::server::{Server, check_users};
use ruru_process::{CommandLine, Directories, Mode, PidFile, Usage};
use ruru_sysrepo::Connection;
use tokio::signal::unix::{SignalKind, signal};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const INSTALL: &str = "install-modules";
const USAGE: Usage = Usage {
    about: "NETCONF server, and agent of the DHCP servers",
    has_ports: false,
    tasks: &[(INSTALL, "Install the YANG modules into sysrepo and end")],
};

fn main() -> ExitCode {
    ruru_process::restrict_new_files();
    let line = match CommandLine::parse(std::env::args_os(), USAGE) {
        Ok(line) => line,
        Err(usage) if usage.is_error => return complain(&usage.text),
        Err(usage) => {
            say(&usage.text);
            return ExitCode::SUCCESS;
        }
    };
    match run(&line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{}: {error:#}", line.program)),
    }
}

#[expect(clippy::print_stderr, reason = "there is no log before it is configured")]
fn complain(text: &str) -> ExitCode {
    eprintln!("{}", text.trim_end());
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "what was asked for on the command line")]
fn say(text: &str) {
    println!("{}", text.trim_end());
}

fn run(line: &CommandLine) -> anyhow::Result<()> {
    match &line.mode {
        Mode::Version => say(VERSION),
        Mode::ExtendedVersion => {
            say(VERSION);
            for module in ruru_yang::MODULES {
                say(&format!("{}@{}", module.name, module.revision));
            }
        }
        Mode::BuildReport => {
            let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
            let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
            say(&format!("ruru-netconf {VERSION}, {profile} build for {system} on {machine}"));
        }
        Mode::Check(file) => {
            let config = Netconf::load(file)?;
            config.netconf_server.as_ref().map_or(Ok(()), check_users)?;
            let directories = Directories::from_environment(!line.relaxed);
            loggers::settings(&config.loggers, &line.program, &directories)?;
            say(&format!("{}: the configuration is well-formed", file.display()));
        }
        Mode::Task(task) if *task == INSTALL => {
            let connection = Connection::open().context("cannot use sysrepo")?;
            for name in install_modules(&connection).context("cannot install the modules")? {
                say(&format!("installed {name}"));
            }
        }
        Mode::Task(task) => bail!("there is no task {task}"),
        Mode::Serve(file) => serve(line, file)?,
    }
    Ok(())
}

fn serve(line: &CommandLine, file: &Path) -> anyhow::Result<()> {
    let config = Netconf::load(file)?;
    let directories = Directories::from_environment(!line.relaxed);
    let log = Log::new(&line.program, line.debug)?;
    let settings = loggers::settings(&config.loggers, &line.program, &directories)?;
    log.switch(log.open(&settings)?);
    let _pid_file = PidFile::create(&directories.pid, file, &line.program)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run_until_told(&config, line.relaxed, log));
    log.flush();
    ended
}

async fn run_until_told(config: &Netconf, unrestricted: bool, log: Log) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let connection = Connection::open().context("cannot use sysrepo")?;
    // Keyed reads of a large configuration cost what they return.
    ruru_sysrepo::cache_running(true);
    let agent = tokio::task::block_in_place(|| Agent::start(config, &connection, log))?;
    match &config.netconf_server {
        Some(server) => {
            let server = Server::start(server, unrestricted, connection, log).await?;
            log.write(&Event::Started { version: VERSION });
            server.run(shutdown).await;
        }
        None => {
            log.write(&Event::Started { version: VERSION });
            shutdown.await;
        }
    }
    // Dropping it waits for handlers that are running, which may wait for the runtime.
    tokio::task::block_in_place(|| drop(agent));
    log.write(&Event::Shutdown {});
    Ok(())
}
