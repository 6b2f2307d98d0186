//! What the process does for commands: opening what a configuration needs, files, status.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ruru_commands::{
    CompactionStart, Effects, InterfaceStatus, Process, Status, check_leases, upkeep,
};
use ruru_config::{Complaint, Config, Globals, LeaseSync, LogOutput};
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
use crate::staged::Staged;
use crate::worker::{Shared, Snapshot, chain};
use crate::{reopen, start};

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

/// What a configuration needs of the process, opened and not in use yet.
pub(crate) struct Opened<F: Served> {
    pub(crate) leases: Arc<Memfile<F>>,
    sync: Sync,
    loggers: ruru_process::Loggers,
    sockets: Sockets<F>,
    control: ControlSockets,
    identity: F::Identity,
    /// The file that keeps the identity, if it is another one.
    kept: Option<Staged>,
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
        let Shared { ports, workers, .. } = *self.shared;
        if start::workers(globals) != workers {
            self.emit(&ServerEvent::ThreadsLater { workers });
        }
        let mut sockets = Sockets::open(&globals.interfaces, ports, workers, &current.sockets);
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
        let (identity, kept) = F::identity(next, &self.directories)
            .map_err(|complaint| complaint.under(F::PROTOCOL.root()))?;
        Ok(Opened { leases, sync: store.sync, loggers, sockets, control, identity, kept })
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

    /// What puts a configuration to use. Without `opened` it needs nothing of the process that the
    /// running one does not have: all that is open stays as it is then.
    pub(crate) fn applier(
        &self,
        next: Arc<Config<F>>,
        opened: Option<Opened<F>>,
    ) -> impl FnOnce() + use<F> {
        let shared = Arc::clone(&self.shared);
        let notices = self.notices.clone();
        let reloaded = Rc::clone(&self.reloaded);
        let control = Rc::clone(&self.control);
        let serves = Rc::clone(&self.serves);
        move || {
            let current = shared.snapshot.load_full();
            let snapshot = match opened {
                None => Snapshot { config: next, ..Snapshot::clone(&current) },
                Some(opened) => {
                    serves.set(true);
                    *control.borrow_mut() = opened.control.clone();
                    // The main loop lives as long as the process.
                    let _ = notices.send(Notice::ControlSockets(opened.control.clone()));
                    opened.into_use(next, &shared, &current)
                }
            };
            let is_same_file = Arc::ptr_eq(&snapshot.leases, &current.leases);
            let told = is_same_file.then_some(&*current.config);
            upkeep::set_pools(&snapshot.leases, told, &snapshot.config);
            shared.snapshot.store(Arc::new(snapshot));
            reloaded.set(Instant::now());
            let _ = notices.send(Notice::Reconfigured);
        }
    }
}

impl<F: Served> Opened<F> {
    /// Takes the place of what `current` has open.
    fn into_use(
        self,
        config: Arc<Config<F>>,
        shared: &Shared<F>,
        current: &Snapshot<F>,
    ) -> Snapshot<F> {
        let Self { leases, sync, loggers, sockets, identity, kept, .. } = self;
        shared.log.switch(loggers);
        leases.set_sync(sync);
        let is_same_file = Arc::ptr_eq(&leases, &current.leases);
        if !is_same_file || config.subnets_changed_since(&current.config).next().is_some() {
            // What cannot be stored now is only told again with the next start.
            let _ = check_leases(&config, &leases, &*shared.log);
        }
        if let Some(reason) = &kept.and_then(|kept| kept.keep().err()) {
            shared.emit(&ServerEvent::IdentityNotKept { reason, marker: PhantomData });
        }
        sockets.set_queue(config.globals().packet_queue, |reason| {
            let reason = &format!("failed to set the size of packet queues: {reason}");
            shared.emit(&ServerEvent::OpenSocketFailed { reason });
        });
        sockets.forget_what_came(&current.sockets);
        Snapshot { config, leases, sockets: Arc::new(sockets), identity: Arc::new(identity) }
    }
}

impl<F: Served> Process<F> for Daemon<F> {
    fn now(&self) -> Time {
        Time(clock::seconds())
    }

    fn prepare(&mut self, next: &Arc<Config<F>>) -> Result<Effects<F>, Complaint> {
        let current = self.shared.snapshot.load();
        let is_of_process = !next.shares_globals(&current.config);
        let opened = is_of_process.then(|| self.open(next)).transpose()?;
        let leases = opened.as_ref().map_or(&current.leases, |opened| &opened.leases);
        let leases = Arc::clone(leases);
        Ok(Effects { leases, apply: Box::new(self.applier(Arc::clone(next), opened)) })
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
        Staged::write(&path, text)
            .and_then(Staged::keep)
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
        let sockets = reopen::sockets(&self.shared, &current, more, true);
        let errors = sockets.errors.clone();
        let sockets = Arc::new(sockets);
        self.shared.snapshot.store(Arc::new(Snapshot { sockets, ..Snapshot::clone(&current) }));
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
