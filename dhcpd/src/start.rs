//! Start, main loop and end.

use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, ensure};
use arc_swap::ArcSwap;
use ruru_command::Request;
use ruru_commands::{Server, ServiceState, tell_of_old_spellings};
use ruru_config::old_spellings;
use ruru_config::v4::{Config, Globals};
use ruru_json::{Document, Value};
use ruru_lease::V4;
use ruru_observe::Sink;
use ruru_observe::counters::{Dhcp4, Registry};
use ruru_process::{CommandLine, Directories, Log, OutputSettings, PidFile};
use ruru_store::{Memfile, MemfileOptions, Sync};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{JoinHandle, LocalSet};

use crate::daemon::{Daemon, Notice};
use crate::document;
use crate::events::ServerEvent;
use crate::reopen::Reopening;
use crate::sockets::{Ports, Sockets};
use crate::threads::Threads;
use crate::updates::Updates;
use crate::worker::{Shared, Snapshot};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Checks a configuration file; answers what is written in an old way.
pub(crate) fn check(file: &Path) -> Result<Vec<String>, String> {
    let document = document::read(file)?;
    build(&document, &Registry::default())?;
    Ok(old_spellings(&document.root).iter().map(|warning| warning.located(&document)).collect())
}

/// Serves by a configuration file until it is told to end; answers the exit status.
pub(crate) fn serve(line: &CommandLine, file: &Path) -> anyhow::Result<u8> {
    let log = Arc::new(Log::new(&line.program, line.debug, &OutputSettings::from_environment())?);
    log.emit(&ServerEvent::Starting { version: VERSION });
    let directories = Directories::from_environment(!line.relaxed);
    let document = document::read(file).map_err(|reason| failed(&log, file, &reason))?;
    for warning in &document.warnings {
        let place = document.locate(warning.at);
        log.emit(&ServerEvent::ConfigWarning { place: &place, text: warning.text });
    }
    tell_of_old_spellings::<V4>(&document.root, &*log);
    let registry = Arc::new(Registry::default());
    let config = build(&document, &registry).map_err(|reason| failed(&log, file, &reason))?;
    let config = Arc::new(config);
    let _pid_file = PidFile::create(&directories.pid, file, &line.program)?;
    let shared = Arc::new(Shared {
        snapshot: ArcSwap::from_pointee(nothing(&registry)?),
        registry,
        service: Arc::new(ServiceState::default()),
        log: Arc::clone(&log),
        ports: Ports {
            server: line.server_port.unwrap_or(67),
            client: line.client_port.unwrap_or(68),
        },
        workers: workers(config.globals()),
        updates: Updates::default(),
        answer_to_source: std::env::var_os("KEA_TEST_SEND_RESPONSES_TO_SOURCE").is_some(),
        stop: AtomicBool::new(false),
    });
    let (sender, notices) = unbounded_channel();
    let daemon = Daemon {
        shared: Arc::clone(&shared),
        directories,
        config_file: std::path::absolute(file)?,
        program: line.program.clone(),
        notices: sender,
        started: Instant::now(),
        reloaded: Rc::new(Cell::new(Instant::now())),
        serves: Rc::new(Cell::new(false)),
        control: Rc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let status = LocalSet::new().block_on(&runtime, async move {
        let opened = daemon
            .open(&config)
            .map_err(|complaint| failed(&log, file, &complaint.located(&document)))?;
        ruru_control::forget(document);
        let leases = Arc::clone(&opened.snapshot.leases);
        daemon.applier(opened)();
        let server = Server::new(
            config,
            leases,
            Arc::clone(&shared.registry),
            Arc::clone(&shared.service),
            Arc::clone(&log) as Arc<dyn Sink + Send + std::marker::Sync>,
            Box::new(daemon),
        );
        run(shared, server, notices, file).await
    })?;
    Ok(status)
}

/// How many threads serve packets by a configuration: more than there are processors would only
/// stand in each other's way. If nothing is said one processor is left to the committer, which sends
/// all that has waited for the disk.
pub(crate) fn workers(globals: &Globals) -> usize {
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).get();
    let usual = processors.saturating_sub(1).max(1);
    globals.workers.map_or(usual, |wanted| wanted.get().min(processors))
}

/// A snapshot of nothing, to be replaced before anything runs.
fn nothing(registry: &Registry<Dhcp4>) -> anyhow::Result<Snapshot<V4>> {
    let empty = Value::object([("Dhcp4", Value::map())]);
    let config = Config::read(&empty, registry).context("an empty configuration")?;
    let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
    let (leases, _) = Memfile::open(&options)?;
    Ok(Snapshot {
        config: Arc::new(config),
        leases: Arc::new(leases),
        sockets: Arc::new(Sockets::default()),
        identity: Arc::new(()),
    })
}

fn build(document: &Document, registry: &Registry<Dhcp4>) -> Result<Config, String> {
    Config::read(&document.root, registry).map_err(|complaint| complaint.located(document))
}

fn failed(log: &Log, file: &Path, reason: &str) -> anyhow::Error {
    let file = file.display().to_string();
    log.emit(&ServerEvent::ConfigFailed { file: &file, reason });
    anyhow!("Failed to apply configuration: {reason}")
}

/// The main loop.
async fn run(
    shared: Arc<Shared<V4>>,
    server: Server<V4>,
    mut notices: UnboundedReceiver<Notice>,
    file: &Path,
) -> anyhow::Result<u8> {
    let log = Arc::clone(&shared.log);
    let server = Rc::new(RefCell::new(server));
    let threads = Threads::start(&shared)?;
    // Commands and changes of the configuration wait for packets, not packets for them.
    let _ = rustix::process::nice(10);
    log.emit(&ServerEvent::Threads { workers: shared.workers });
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut control: Vec<JoinHandle<()>> = Vec::new();
    let mut follow = |notice| match notice {
        Notice::ShutDown(status) => Some(u8::try_from(status).unwrap_or(1)),
        Notice::Reconfigured => {
            let subnets = server.borrow().config.subnet_count();
            let marker = std::marker::PhantomData;
            log.emit(&ServerEvent::ConfigComplete { subnets, marker });
            None
        }
        Notice::ControlSockets(sockets) => {
            control.drain(..).for_each(|task| task.abort());
            control = sockets.serve(&server, &log);
            None
        }
    };
    // What the first configuration brought.
    while let Ok(notice) = notices.try_recv() {
        follow(notice);
    }
    log.emit(&ServerEvent::Started { version: VERSION });
    let mut reopening = Reopening::default();
    let status = loop {
        let delay = reopening.delay(&shared);
        tokio::select! {
            () = tokio::time::sleep(delay.unwrap_or_default()), if delay.is_some() => {
                ensure!(reopening.attempt(&shared), "not all sockets could be opened");
            }
            _ = terminate.recv() => break 0,
            _ = interrupt.recv() => break 0,
            _ = hangup.recv() => reload(&server, &log, file),
            notice = notices.recv() => match notice.map(&mut follow) {
                None => break 0,
                Some(None) => {}
                Some(Some(status)) => {
                    // The answer to the command is still to be sent.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    break status;
                }
            },
        }
    };
    ensure!(threads.stop(), "a packet thread panicked");
    log.emit(&ServerEvent::Shutdown { reason: "" });
    log.flush();
    Ok(status)
}

/// SIGHUP: the configuration file is read again; if it is wrong the running one stays.
fn reload(server: &Rc<RefCell<Server<V4>>>, log: &Log, file: &Path) {
    let file = file.display().to_string();
    log.emit(&ServerEvent::Reconfiguring { file: &file });
    let answer = server.borrow_mut().run(&Request::new("config-reload"));
    if answer.is_success() {
        log.emit(&ServerEvent::Reconfigured { file: &file });
    } else {
        let reason = answer.text.unwrap_or_default();
        log.emit(&ServerEvent::ReconfigurationFailed { file: &file, reason: &reason });
    }
}
