//! What commands work on.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ruru_config::{Complaint, Config, Configured, Subnet, pool_kind};
use ruru_json::Document;
use ruru_lease::{SubnetId, Time};
use ruru_ncr::NameChangeRequest;
use ruru_observe::Sink;
use ruru_observe::counters::PoolKind;
use ruru_store::{Format, Memfile};

use crate::incident::Incidents;
use crate::service::ServiceState;
use crate::statistic::{Gone, Samples};
use crate::{Counters, Failure};

/// How long a prepared configuration waits for its commit.
const PREPARED_FOR: Duration = Duration::from_secs(120);

/// The server, as commands see it.
pub struct Server<F: Configured + Format> {
    /// The running configuration.
    pub config: Arc<Config<F>>,
    /// The leases.
    pub leases: Arc<Memfile<F>>,
    /// Counters.
    pub registry: Arc<Counters<F>>,
    /// Whether clients are answered.
    pub service: Arc<ServiceState>,
    /// What happens with clients.
    pub incidents: Arc<Incidents>,
    /// Takes events.
    pub log: Arc<dyn Sink + Send + Sync>,
    pub(crate) samples: Samples,
    pub(crate) process: Box<dyn Process<F>>,
    prepared: Option<Prepared<F>>,
    tokens: u64,
}

/// What the process does for commands.
pub trait Process<F: Configured + Format> {
    /// The time, in whole seconds.
    fn now(&self) -> Time;

    /// Opens what the next configuration needs and the present one does not have. Nothing changes
    /// before [`Effects::apply`].
    ///
    /// # Errors
    /// Something cannot be opened.
    fn prepare(&mut self, next: &Arc<Config<F>>) -> Result<Effects<F>, Complaint>;

    /// Reads the configuration file.
    ///
    /// # Errors
    /// It cannot be read, or is not JSON: with file, line and column.
    fn read_configuration(&self) -> Result<Document, String>;

    /// The configuration file.
    fn configuration_file(&self) -> PathBuf;

    /// Writes a configuration into a file: the given one, which must lie beside the configuration
    /// file, or that itself. Answers the path.
    ///
    /// # Errors
    /// The path is not allowed or the file cannot be written; the old file is still there then.
    fn write_configuration(&self, name: Option<&str>, text: &str) -> Result<PathBuf, String>;

    /// The path of a lease file that an operator names.
    ///
    /// # Errors
    /// It may not lie there.
    fn lease_file(&self, name: &str) -> Result<PathBuf, String>;

    /// How the process is.
    fn status(&self) -> Status;

    /// Begins a compaction of the lease file.
    fn compact(&self) -> CompactionStart;

    /// The interfaces of the machine as they are now.
    fn interfaces(&self) -> Vec<InterfaceStatus>;

    /// Looks for interfaces anew and opens what is asked for, and on these interfaces; answers what
    /// could not be opened.
    ///
    /// # Errors
    /// The process has no sockets.
    fn reopen_sockets(&mut self, more: &[String]) -> Result<Vec<String>, String>;

    /// Tells the DNS updater of leases that were stored or deleted.
    fn tell(&self, changes: Vec<NameChangeRequest>);

    /// Ends the process, once the answer is out.
    fn shut_down(&mut self, status: i32);
}

/// What a prepared configuration needs, opened.
pub struct Effects<F: Format> {
    /// The lease store of the next configuration.
    pub leases: Arc<Memfile<F>>,
    /// Puts it to use; this cannot fail.
    pub apply: Box<dyn FnOnce()>,
}

/// A configuration, and what it needs, opened.
pub(crate) type Ready<F> = (Arc<Config<F>>, Effects<F>);

/// How the process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Since the start.
    pub uptime: Duration,
    /// Since the last change of the configuration.
    pub reload: Duration,
    /// Sockets that could not be opened.
    pub socket_errors: Vec<String>,
    /// Packet-processing threads.
    pub workers: usize,
    /// The DUID of a DHCPv6 server.
    pub duid: Option<String>,
}

/// An interface of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceStatus {
    /// Its name.
    pub name: String,
    /// Its number.
    pub index: u32,
    /// Whether it is up.
    pub is_up: bool,
    /// Whether it is a loopback interface.
    pub is_loopback: bool,
    /// The VRF that it belongs to, or that it is.
    pub vrf: Option<String>,
    /// Its addresses of the server's family.
    pub addresses: Vec<String>,
    /// The sockets that are open on it: `raw`, or `udp` with the address.
    pub sockets: Vec<String>,
}

/// What became of the wish to compact the lease file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompactionStart {
    /// It has begun.
    Started,
    /// There is one already.
    UnderWay,
    /// There is no file.
    NoFile,
    /// It could not begin; the reason.
    Failed(String),
}

/// A configuration that was prepared and not committed yet.
struct Prepared<F: Configured + Format> {
    token: u64,
    next: Arc<Config<F>>,
    effects: Effects<F>,
    since: Instant,
}

impl<F: Configured + Format> Server<F> {
    /// A server with a configuration that is in use already.
    #[must_use]
    pub fn new(
        config: Arc<Config<F>>,
        leases: Arc<Memfile<F>>,
        registry: Arc<Counters<F>>,
        service: Arc<ServiceState>,
        log: Arc<dyn Sink + Send + Sync>,
        process: Box<dyn Process<F>>,
    ) -> Self {
        let samples = Samples::new(config.globals().samples);
        let incidents = Arc::default();
        Self {
            config,
            leases,
            registry,
            service,
            incidents,
            log,
            samples,
            process,
            prepared: None,
            tokens: 0,
        }
    }

    /// The time, in whole seconds.
    #[must_use]
    pub fn now(&self) -> Time {
        self.process.now()
    }

    /// First step of a change: opens what the next configuration needs.
    pub(crate) fn prepare(&mut self, next: Arc<Config<F>>) -> Result<Ready<F>, Failure> {
        let effects = self.process.prepare(&next)?;
        Ok((next, effects))
    }

    /// Second step: cannot fail.
    pub(crate) fn put_to_use(&mut self, (next, effects): Ready<F>) {
        (effects.apply)();
        self.leases = effects.leases;
        self.forget_gone(&next);
        // As in Kea, where a new configuration makes all its statistics; a command that changes a
        // subnet or a reservation does not.
        if !next.shares_globals(&self.config) {
            self.samples.bring_back_removed();
        }
        self.samples.follow(next.globals().samples);
        self.config = next;
    }

    /// Forgets the statistics of subnets and pools that the next configuration does not have: what
    /// comes back counts from zero.
    fn forget_gone(&mut self, next: &Config<F>) {
        let mut gone = Gone::default();
        for change in next.subnets_changed_since(&self.config) {
            let Some(earlier) = change.earlier else { continue };
            let (id, mut pools) = (earlier.id.0, pools_of(earlier));
            if let Some(next) = change.next {
                let stay = pools_of(next);
                pools.retain(|pool| !stay.contains(pool));
                self.registry.forget_pools(id, pools.iter().copied());
                gone.pools.extend(pools.into_iter().map(|(kind, pool)| (id, kind, pool)));
            } else {
                self.registry.forget_subnet(id, pools.into_iter());
                gone.subnets.insert(id);
            }
        }
        self.registry.retain_subnets(next.subnet_count(), |id| next.subnet(SubnetId(id)).is_some());
        self.samples.forget(&gone);
    }

    /// Keeps a prepared configuration until it is committed; answers its token.
    pub(crate) fn keep_prepared(&mut self, (next, effects): Ready<F>) -> u64 {
        self.tokens += 1;
        let token = self.tokens;
        self.prepared = Some(Prepared { token, next, effects, since: Instant::now() });
        token
    }

    /// The prepared configuration of a token.
    pub(crate) fn take_prepared(&mut self, token: u64) -> Result<Ready<F>, Failure> {
        self.forget_stale();
        match self.prepared.take_if(|prepared| prepared.token == token) {
            Some(prepared) => Ok((prepared.next, prepared.effects)),
            None => Err(Failure::empty(format!(
                "no configuration is prepared under token {token}; it may have waited too long"
            ))),
        }
    }

    /// Changes wait while another is prepared: what was promised to its owner must stay true.
    pub(crate) fn refuse_while_prepared(&mut self) -> Result<(), Failure> {
        self.forget_stale();
        if self.prepared.is_none() {
            return Ok(());
        }
        Err(Failure::conflict("another change is prepared; it must be committed or aborted first"))
    }

    /// Closes what was prepared too long ago: sockets and files are not held for nobody.
    pub fn forget_stale(&mut self) {
        self.prepared.take_if(|prepared| prepared.since.elapsed() > PREPARED_FOR);
    }
}

/// What the pools of a subnet are counted under.
fn pools_of<F: Configured>(subnet: &Subnet<F>) -> HashSet<(PoolKind, u32)> {
    subnet.pools.iter().map(|pool| (pool_kind(pool.range.resource()), pool.id.0)).collect()
}

impl<F: Configured + Format> std::fmt::Debug for Server<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl<F: Format> std::fmt::Debug for Effects<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Effects").finish_non_exhaustive()
    }
}
