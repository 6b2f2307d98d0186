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
use ruru_config::{Complaint, Config, Globals, old_spellings};
use ruru_json::{Document, Value};
use ruru_observe::Sink;
use ruru_observe::counters::Registry;
use ruru_process::{CommandLine, Directories, Log, OutputSettings, PidFile};
use ruru_store::{Memfile, MemfileOptions, Sync};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{JoinHandle, LocalSet};

use crate::daemon::{Daemon, Notice};
use crate::document;
use crate::events::ServerEvent;
use crate::family::Served;
use crate::reopen::Reopening;
use crate::sockets::{Ports, Sockets};
use crate::threads::Threads;
use crate::updates::Updates;
use crate::worker::{Shared, Snapshot};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How often the main loop looks for what nobody wants any more.
const LOOK: Duration = Duration::from_secs(10);

/// Checks a configuration file; answers what is written in an old way.
pub(crate) fn check<F: Served>(file: &Path) -> Result<Vec<String>, String> {
    let document = document::read(file)?;
    build::<F>(&document, &Registry::default())?;
    Ok(old_spellings(&document.root).iter().map(|warning| warning.located(&document)).collect())
}

/// Serves by a configuration file until it is told to end; answers the exit status.
pub(crate) fn serve<F: Served>(line: &CommandLine, file: &Path) -> anyhow::Result<u8> {
    let log = Arc::new(Log::new(&line.program, line.debug, &OutputSettings::from_environment())?);
    F::emit(&log, &ServerEvent::Starting { protocol: F::PROTOCOL.name(), version: VERSION });
    let directories = Directories::from_environment(!line.relaxed);
    let document = document::read(file).map_err(|reason| failed::<F>(&log, file, &reason))?;
    for warning in &document.warnings {
        let place = document.locate(warning.at);
        F::emit(&log, &ServerEvent::ConfigWarning { place: &place, text: warning.text });
    }
    tell_of_old_spellings::<F>(&document.root, &*log);
    let registry = Arc::new(Registry::default());
    let config =
        build::<F>(&document, &registry).map_err(|reason| failed::<F>(&log, file, &reason))?;
    let config = Arc::new(config);
    let _pid_file = PidFile::create(&directories.pid, file, &line.program)?;
    let about = |complaint: Complaint| {
        failed::<F>(&log, file, &complaint.under(F::PROTOCOL.root()).located(&document))
    };
    let (identity, _) = F::identity(&config, &directories).map_err(about)?;
    let shared = Arc::new(Shared {
        snapshot: ArcSwap::from_pointee(nothing::<F>(&registry, identity)?),
        registry,
        service: Arc::new(ServiceState::default()),
        incidents: Arc::default(),
        log: Arc::clone(&log),
        ports: Ports {
            server: line.server_port.unwrap_or(F::PORTS.server),
            client: line.client_port.unwrap_or(F::PORTS.client),
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
            .map_err(|complaint| failed::<F>(&log, file, &complaint.located(&document)))?;
        ruru_control::forget(document);
        let leases = Arc::clone(&opened.leases);
        daemon.applier(Arc::clone(&config), Some(opened))();
        let mut server = Server::new(
            config,
            leases,
            Arc::clone(&shared.registry),
            Arc::clone(&shared.service),
            Arc::clone(&log) as Arc<dyn Sink + Send + std::marker::Sync>,
            Box::new(daemon),
        );
        server.incidents = Arc::clone(&shared.incidents);
        run(shared, server, notices, file).await
    })?;
    Ok(status)
}

/// How many threads serve packets by a configuration: more than there are processors would only
/// stand in each other's way. If nothing is said one processor is left to the committer, which sends
/// all that has waited for the disk.
pub(crate) fn workers<F: Served>(globals: &Globals<F>) -> usize {
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).get();
    let usual = processors.saturating_sub(1).max(1);
    globals.workers.map_or(usual, |wanted| wanted.get().min(processors))
}

/// A snapshot of nothing, to be replaced before anything runs.
fn nothing<F: Served>(
    registry: &Registry<F::Statistics>,
    identity: F::Identity,
) -> anyhow::Result<Snapshot<F>> {
    let empty = Value::object([(F::PROTOCOL.root(), Value::map())]);
    let config = Config::read(&empty, registry).context("an empty configuration")?;
    let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
    let (leases, _) = Memfile::open(&options)?;
    Ok(Snapshot {
        config: Arc::new(config),
        leases: Arc::new(leases),
        sockets: Arc::new(Sockets::default()),
        identity: Arc::new(identity),
    })
}

fn build<F: Served>(
    document: &Document,
    registry: &Registry<F::Statistics>,
) -> Result<Config<F>, String> {
    Config::read(&document.root, registry).map_err(|complaint| complaint.located(document))
}

fn failed<F: Served>(log: &Log, file: &Path, reason: &str) -> anyhow::Error {
    let file = file.display().to_string();
    F::emit(log, &ServerEvent::ConfigFailed { file: &file, reason });
    anyhow!("Failed to apply configuration: {reason}")
}

/// The main loop.
async fn run<F: Served>(
    shared: Arc<Shared<F>>,
    server: Server<F>,
    mut notices: UnboundedReceiver<Notice>,
    file: &Path,
) -> anyhow::Result<u8> {
    let log = Arc::clone(&shared.log);
    let server = Rc::new(RefCell::new(server));
    let threads = Threads::start(&shared)?;
    // Commands and changes of the configuration wait for packets, not packets for them.
    let _ = rustix::process::nice(10);
    F::emit(&log, &ServerEvent::Threads { workers: shared.workers });
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut control: Vec<JoinHandle<()>> = Vec::new();
    let mut follow = |notice| match notice {
        Notice::ShutDown(status) => Some(u8::try_from(status).unwrap_or(1)),
        Notice::Reconfigured => {
            let subnets = server.borrow().config.subnet_count();
            let (protocol, ip) = (F::PROTOCOL.name(), F::PROTOCOL.ip());
            F::emit(&log, &ServerEvent::ConfigComplete { protocol, ip, subnets });
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
    F::emit(&log, &ServerEvent::Started { protocol: F::PROTOCOL.name(), version: VERSION });
    let mut reopening = Reopening::default();
    let mut look = tokio::time::interval(LOOK);
    let status = loop {
        let delay = reopening.delay(&shared);
        tokio::select! {
            () = tokio::time::sleep(delay.unwrap_or_default()), if delay.is_some() => {
                ensure!(reopening.attempt(&shared), "not all sockets could be opened");
            }
            _ = look.tick() => server.borrow_mut().forget_stale(),
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
    F::emit(&log, &ServerEvent::Shutdown { reason: "" });
    log.flush();
    Ok(status)
}

/// SIGHUP: the configuration file is read again; if it is wrong the running one stays.
fn reload<F: Served>(server: &Rc<RefCell<Server<F>>>, log: &Log, file: &Path) {
    let file = file.display().to_string();
    F::emit(log, &ServerEvent::Reconfiguring { file: &file });
    let answer = server.borrow_mut().run(&Request::new("config-reload"));
    if answer.is_success() {
        F::emit(log, &ServerEvent::Reconfigured { file: &file });
    } else {
        let reason = answer.text.unwrap_or_default();
        F::emit(log, &ServerEvent::ReconfigurationFailed { file: &file, reason: &reason });
    }
}
