//! What the process does for commands: opening what a configuration needs, files, status.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ruru_commands::{
    CompactionStart, Effects, InterfaceStatus, Process, Status, check_leases, upkeep,
};
use ruru_config::{Complaint, Config, Globals, InterfaceChoice, LeaseSync, LogOutput};
use ruru_json::Document;
use ruru_lease::Time;
use ruru_ncr::NameChangeRequest;
use ruru_observe::Event;
use ruru_process::{
    Directories, ForbiddenPath, LogSettings, LoggerSettings, Outlet, OutputSettings, clock,
};
use ruru_store::{LoadReport, Memfile, MemfileOptions, Sync};
use tokio::sync::mpsc::UnboundedSender;

use crate::compaction;
use crate::control::ControlSockets;
use crate::document;
use crate::events::{ServerEvent, StoreEvent};
use crate::family::Served;
use crate::sockets::{Channel, ChannelError, Sockets};
use crate::start;
use crate::worker::{Shared, Snapshot, chain};

/// What the main loop is told.
pub(crate) enum Notice {
    /// Commands come in by these sockets now.
    ControlSockets(ControlSockets),
    /// A configuration was put to use.
    Reconfigured,
    /// End with this status.
    ShutDown(i32),
}

/// The process, as commands see it.
pub(crate) struct Daemon<F: Served> {
    pub(crate) shared: Arc<Shared<F>>,
    pub(crate) directories: Directories,
    pub(crate) config_file: PathBuf,
    pub(crate) program: String,
    pub(crate) notices: UnboundedSender<Notice>,
    pub(crate) started: Instant,
    pub(crate) reloaded: Rc<Cell<Instant>>,
    /// Whether a configuration is in use: at start there is none to take anything from.
    pub(crate) serves: Rc<Cell<bool>>,
    /// The control sockets of the running configuration.
    pub(crate) control: Rc<RefCell<ControlSockets>>,
}

/// What a configuration needs, opened and not in use yet.
pub(crate) struct Opened<F: Served> {
    pub(crate) snapshot: Snapshot<F>,
    sync: Sync,
    loggers: ruru_process::Loggers,
    control: ControlSockets,
}

impl<F: Served> Daemon<F> {
    /// Opens what `next` needs and the running configuration does not have.
    pub(crate) fn open(&self, next: &Arc<Config<F>>) -> Result<Opened<F>, Complaint> {
        let globals = next.globals();
        globals.check_hook_libraries().map_err(|complaint| complaint.under(F::PROTOCOL.root()))?;
        let current = self.shared.snapshot.load();
        let loggers = self.shared.log.open(&self.log_settings(next)?).map_err(|error| {
            Complaint::new(chain(&error)).under("loggers").under(F::PROTOCOL.root())
        })?;
        let store = self.store_options(next)?;
        // The same file stays open, whatever else has changed: it is locked against a second user.
        let leases = if current.leases.path() == store.path.as_deref() && self.serves.get() {
            Arc::clone(&current.leases)
        } else {
            Arc::new(self.open_leases(&store)?)
        };
        let mut sockets = self.open_sockets(globals, &current.sockets);
        if globals.interfaces.require_all
            && globals.interfaces.retries == 0
            && let Some(error) = sockets.errors.first()
        {
            return Err(Complaint::new(error).under("interfaces-config").under(F::PROTOCOL.root()));
        }
        for reason in &sockets.errors {
            self.emit(&ServerEvent::OpenSocketFailed { reason });
        }
        sockets.channel = self.open_channel(globals, &current.sockets)?;
        let wanted = &globals.control_sockets;
        let control = ControlSockets::open(wanted, &self.directories, &self.control.borrow())
            .map_err(|complaint| complaint.under(F::PROTOCOL.root()))?;
        let identity = F::identity(next, &self.directories)
            .map_err(|complaint| complaint.under(F::PROTOCOL.root()))?;
        let snapshot = Snapshot {
            config: Arc::clone(next),
            leases,
            sockets: Arc::new(sockets),
            identity: Arc::new(identity),
        };
        Ok(Opened { snapshot, sync: store.sync, loggers, control })
    }

    fn open_sockets(&self, globals: &Globals<F>, current: &Sockets<F>) -> Sockets<F> {
        let Shared { ports, workers, .. } = *self.shared;
        if start::workers(globals) != workers {
            self.emit(&ServerEvent::ThreadsLater { workers });
        }
        let sockets = Sockets::open(&globals.interfaces, ports, workers, current);
        if let Err(error) = sockets.set_queue(globals.packet_queue) {
            let reason = &format!("failed to set the size of packet queues: {error}");
            self.emit(&ServerEvent::OpenSocketFailed { reason });
        }
        sockets
    }

    /// The channel to the server of the other protocol; the one that is open, if it is on the port.
    fn open_channel(
        &self,
        globals: &Globals<F>,
        current: &Sockets<F>,
    ) -> Result<Option<Arc<Channel>>, Complaint> {
        let Some(port) = globals.over6_port else { return Ok(None) };
        if let Some(channel) = current.channel.as_ref().filter(|channel| channel.port() == port) {
            return Ok(Some(Arc::clone(channel)));
        }
        let about = |error: ChannelError| {
            Complaint::new(chain(&error)).under("dhcp4o6-port").under(F::PROTOCOL.root())
        };
        Channel::open(port, F::PROTOCOL).map(|channel| Some(Arc::new(channel))).map_err(about)
    }

    fn store_options(&self, config: &Config<F>) -> Result<MemfileOptions, Complaint> {
        let database = &config.globals().lease_database;
        let path = match &database.name {
            _ if !database.persist => None,
            None => Some(self.directories.data.join(F::LEASE_FILE)),
            Some(name) => {
                let path = self.directories.data_file(name);
                Some(path.map_err(|error| about_lease_file::<F>(error.to_string()))?)
            }
        };
        Ok(MemfileOptions {
            path,
            sync: match database.sync {
                LeaseSync::Batch => Sync::Batch,
                LeaseSync::Interval(time) => Sync::Interval(time),
                LeaseSync::Never => Sync::Never,
            },
            max_row_errors: database.max_row_errors,
        })
    }

    fn open_leases(&self, options: &MemfileOptions) -> Result<Memfile<F>, Complaint> {
        let opened = Memfile::open(options);
        let (memfile, report) = opened.map_err(|error| about_lease_file::<F>(chain(&error)))?;
        self.report(&memfile, &report);
        Ok(memfile)
    }

    fn report(&self, memfile: &Memfile<F>, report: &LoadReport) {
        let path = memfile.path().map_or("none".to_owned(), |path| path.display().to_string());
        self.emit(&StoreEvent::Opened { path: &path });
        for path in &report.files {
            self.emit(&StoreEvent::Loaded { path: path.display() });
        }
        for (path, row, reason) in &report.damaged {
            self.emit(&StoreEvent::Damaged { path: path.display(), row: *row, reason });
        }
    }

    fn log_settings(&self, config: &Config<F>) -> Result<LogSettings, Complaint> {
        let mut settings = LogSettings::default();
        for (at, logger) in config.globals().loggers.iter().enumerate() {
            let component = self.component(&logger.name).ok_or_else(|| {
                let message = format!(
                    "logger '{}' is not of this program; use {} or {}.COMPONENT",
                    logger.name,
                    F::KEA,
                    F::KEA
                );
                Complaint::new(message)
                    .under("name")
                    .at_index(at)
                    .under("loggers")
                    .under(F::PROTOCOL.root())
            })?;
            let output = |(index, output): (usize, &LogOutput)| {
                self.log_outlet(output).map_err(|error| {
                    Complaint::new(error.to_string())
                        .under("output")
                        .at_index(index)
                        .under("output-options")
                        .at_index(at)
                        .under("loggers")
                        .under(F::PROTOCOL.root())
                })
            };
            let outputs =
                logger.outputs.iter().enumerate().map(output).collect::<Result<_, _>>()?;
            settings.loggers.push(LoggerSettings {
                component: component.to_owned(),
                level: logger.level,
                outputs,
            });
        }
        Ok(settings)
    }

    /// The component that a logger's name means; empty for the root logger. Kea's names and the
    /// program's own are the same.
    fn component<'n>(&self, name: &'n str) -> Option<&'n str> {
        [F::KEA, F::RURU, &self.program].into_iter().find_map(|program| {
            let rest = name.strip_prefix(program)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
        })
    }

    fn log_outlet(&self, output: &LogOutput) -> Result<Outlet, ForbiddenPath> {
        let settings = match OutputSettings::of_name(&output.output) {
            Some(known) => known,
            None => OutputSettings::File {
                path: self.directories.log_file(&output.output)?,
                flush: output.flush,
                max_size: output.max_size.into(),
                max_versions: output.max_versions,
            },
        };
        Ok(Outlet { output: settings, layout: output.pattern.clone() })
    }

    pub(crate) fn emit<E: Event>(&self, event: &E) {
        self.shared.emit(event);
    }

    /// What puts an opened configuration to use.
    pub(crate) fn applier(&self, opened: Opened<F>) -> impl FnOnce() + use<F> {
        let shared = Arc::clone(&self.shared);
        let notices = self.notices.clone();
        let reloaded = Rc::clone(&self.reloaded);
        let control = Rc::clone(&self.control);
        let serves = Rc::clone(&self.serves);
        move || {
            serves.set(true);
            shared.log.switch(opened.loggers);
            opened.snapshot.leases.set_sync(opened.sync);
            let Snapshot { config, leases, .. } = &opened.snapshot;
            let current = shared.snapshot.load();
            let told = Arc::ptr_eq(leases, &current.leases).then_some(&*current.config);
            if told.is_none() {
                // What cannot be stored now is only told again with the next start.
                let _ = check_leases(config, leases, &*shared.log);
            }
            upkeep::set_pools(leases, told, config);
            shared.snapshot.store(Arc::new(opened.snapshot));
            *control.borrow_mut() = opened.control.clone();
            reloaded.set(Instant::now());
            // The main loop lives as long as the process.
            let _ = notices.send(Notice::ControlSockets(opened.control));
            let _ = notices.send(Notice::Reconfigured);
        }
    }
}

impl<F: Served> Process<F> for Daemon<F> {
    fn now(&self) -> Time {
        Time(clock::seconds())
    }

    fn prepare(&mut self, next: &Arc<Config<F>>) -> Result<Effects<F>, Complaint> {
        let opened = self.open(next)?;
        let leases = Arc::clone(&opened.snapshot.leases);
        Ok(Effects { leases, apply: Box::new(self.applier(opened)) })
    }

    fn read_configuration(&self) -> Result<Document, String> {
        document::read(&self.config_file)
    }

    fn configuration_file(&self) -> PathBuf {
        self.config_file.clone()
    }

    fn write_configuration(&self, name: Option<&str>, text: &str) -> Result<PathBuf, String> {
        let directory = self.config_file.parent().unwrap_or(Path::new("."));
        let path = match name {
            None => self.config_file.clone(),
            Some(name) => {
                let path = directory.join(name);
                let is_beside =
                    path.parent() == Some(directory) && Path::new(name).file_name().is_some();
                if !is_beside && self.directories.enforced {
                    return Err(format!("'{name}' must lie in {}", directory.display()));
                }
                path
            }
        };
        replace_file(&path, text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(path)
    }

    fn lease_file(&self, name: &str) -> Result<PathBuf, String> {
        self.directories.data_file(name).map_err(|error| error.to_string())
    }

    fn status(&self) -> Status {
        Status {
            uptime: self.started.elapsed(),
            reload: self.reloaded.get().elapsed(),
            socket_errors: self.shared.snapshot.load().sockets.errors.clone(),
            workers: self.shared.workers,
            duid: F::duid(&self.shared.snapshot.load().identity),
        }
    }

    fn compact(&self) -> CompactionStart {
        compaction::start(&self.shared.snapshot.load().leases, &self.shared.log)
    }

    fn interfaces(&self) -> Vec<InterfaceStatus> {
        self.shared.snapshot.load().sockets.interfaces()
    }

    fn reopen_sockets(&mut self, more: &[String]) -> Result<Vec<String>, String> {
        let current = self.shared.snapshot.load_full();
        let there = current.sockets.interfaces();
        if let Some(name) = more.iter().find(|name| there.iter().all(|one| one.name != **name)) {
            return Err(format!("interface {name} does not exist"));
        }
        let globals = current.config.globals();
        let mut wanted = globals.interfaces.clone();
        let named = |name: &String| InterfaceChoice::Named { name: (**name).into(), address: None };
        let kept = current.sockets.added.iter().chain(more);
        let added: Vec<String> = kept.cloned().collect();
        wanted.choices = wanted.choices.iter().cloned().chain(added.iter().map(named)).collect();
        wanted.detect = true;
        let Shared { ports, workers, .. } = *self.shared;
        let mut sockets = Sockets::open(&wanted, ports, workers, &current.sockets);
        sockets.added = added;
        let errors = sockets.errors.clone();
        let set = sockets.set_queue(globals.packet_queue);
        set.map_err(|error| format!("failed to set the size of packet queues: {error}"))?;
        let (config, leases) = (Arc::clone(&current.config), Arc::clone(&current.leases));
        let sockets = Arc::new(sockets);
        let identity = Arc::clone(&current.identity);
        self.shared.snapshot.store(Arc::new(Snapshot { config, leases, sockets, identity }));
        Ok(errors)
    }

    fn tell(&self, changes: Vec<NameChangeRequest>) {
        let snapshot = self.shared.snapshot.load();
        self.shared.updates.push(changes, snapshot.config.globals().updater.as_ref());
    }

    fn shut_down(&mut self, status: i32) {
        // The main loop lives as long as the process.
        let _ = self.notices.send(Notice::ShutDown(status));
    }
}

fn about_lease_file<F: Served>(message: String) -> Complaint {
    Complaint::new(message).under("name").under("lease-database").under(F::PROTOCOL.root())
}

/// Writes a file beside the old one and renames it, so that one of the two is always there.
fn replace_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}
