//! `ruru-netconf`: the agent of the DHCP servers, and their NETCONF server.

use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use ruru_netconf::agent::Agent;
use ruru_netconf::cli::{Arguments, HELP, Task};
use ruru_netconf::config::Netconf;
use ruru_netconf::install::install_modules;
use ruru_netconf::log::{Event, Log, Severity};
use ruru_netconf::server::{Server, check_users};
use ruru_sysrepo::Connection;
use tokio::signal::unix::{SignalKind, signal};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => return complain(&format!("{usage}\n\n{HELP}")),
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{error:#}")),
    }
}

#[expect(clippy::print_stderr, reason = "there is no log before it is configured")]
fn complain(text: &str) -> ExitCode {
    eprintln!("ruru-netconf: {text}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "what was asked for on the command line")]
fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.task {
        Task::Version => println!("{VERSION}"),
        Task::ExtendedVersion => {
            println!("{VERSION}");
            for module in ruru_yang::MODULES {
                println!("{}@{}", module.name, module.revision);
            }
        }
        Task::BuildReport => {
            let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
            let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
            println!("ruru-netconf {VERSION}, {profile} build for {system} on {machine}");
        }
        Task::Check(file) => {
            let config = Netconf::load(file)?;
            config.netconf_server.as_ref().map_or(Ok(()), check_users)?;
            println!("{}: the configuration is well-formed", file.display());
        }
        Task::InstallModules => {
            let connection = Connection::open().context("cannot use sysrepo")?;
            for name in install_modules(&connection).context("cannot install the modules")? {
                println!("installed {name}");
            }
        }
        Task::Serve(file) => {
            let config = Netconf::load(file)?;
            let least = if arguments.debug { Severity::Debug } else { Severity::Info };
            serve(&config, arguments.unrestricted, log(least))?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program has a clock; its parts are given it")]
fn log(least: Severity) -> Log {
    Log::new(least, SystemTime::now)
}

fn serve(config: &Netconf, unrestricted: bool, log: Log) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        // Reading one subnet of ten thousand takes a fraction of a millisecond instead of 150.
        ruru_sysrepo::cache_running(true);
        let connection = Connection::open().context("cannot use sysrepo")?;
        // Keyed reads of a large configuration cost what they return.
        ruru_sysrepo::cache_running(true);
        let agent = tokio::task::block_in_place(|| Agent::start(config, &connection, log))?;
        match &config.netconf_server {
            Some(server) => {
                let server = Server::start(server, unrestricted, connection, log).await?;
                log.write(&Event::NETCONF_STARTED { version: VERSION });
                server.run(shutdown).await;
            }
            None => shutdown.await,
        }
        // Dropping it waits for handlers that are running, which may wait for the runtime.
        tokio::task::block_in_place(|| drop(agent));
        log.write(&Event::NETCONF_SHUTDOWN {});
        Ok(())
    })
}
