//! A connection to sysrepo: modules, contexts, sessions.

use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::Arc;

use crate::context::FeatureNames;
use crate::session::{Datastore, Session};
use crate::sys;
use crate::text::{c_text, copied};
use crate::{Code, Context, Error, log};

/// A connection to the repository of this process; clones share it.
///
/// Which repository that is say `SYSREPO_REPOSITORY_PATH` and `SYSREPO_SHM_PREFIX` in the
/// environment at the first call: one process, one repository. Never fork while connected.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

/// What sessions, contexts and subscriptions keep alive.
pub(crate) struct Shared {
    raw: *mut sys::sr_conn_ctx_t,
}

// SAFETY: sysrepo allows a connection to be used by many threads at the same time.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) fn raw(&self) -> *mut sys::sr_conn_ctx_t {
        self.raw
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: all sessions, subscriptions and contexts held the `Arc`, so none is left.
        unsafe { sys::sr_disconnect(self.raw) };
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connection({})", self.id())
    }
}

/// A module to install.
#[derive(Clone, Debug)]
pub struct Install {
    source: Source,
    features: Vec<String>,
}

#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Text(String),
}

impl Install {
    /// A module in a file called `NAME.yang` or `NAME@REVISION.yang`.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::File(path.into()), features: Vec::new() }
    }

    /// A module whose text this is; what it imports must be known or in a search directory.
    pub fn text(yang: impl Into<String>) -> Self {
        Self { source: Source::Text(yang.into()), features: Vec::new() }
    }

    /// Enables features; `"*"` means all.
    #[must_use]
    pub fn features(mut self, names: &[&str]) -> Self {
        self.features.extend(names.iter().map(|&name| name.to_owned()));
        self
    }
}

impl Connection {
    /// Connects. An empty repository directory is set up at the first connect.
    ///
    /// # Errors
    /// When the repository or the shared memory cannot be used.
    pub fn open() -> Result<Self, Error> {
        let mut raw = null_mut();
        // SAFETY: `raw` receives the connection.
        log::collect(|| unsafe { sys::sr_connect(0, &raw mut raw) })?;
        Ok(Self(Arc::new(Shared { raw })))
    }

    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }

    /// Starts a session.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn session(&self, datastore: Datastore) -> Result<Session, Error> {
        Session::start(&self.0, datastore)
    }

    /// The context of all installed modules; see [`Context`] on how long to keep it.
    ///
    /// # Errors
    /// When the context lock cannot be had.
    pub fn context(&self) -> Result<Context, Error> {
        Context::acquire(&self.0)
    }

    /// A number that changes with the installed modules: `content-id` of the YANG library.
    #[must_use]
    pub fn content_id(&self) -> u32 {
        // SAFETY: the connection is live.
        unsafe { sys::sr_get_content_id(self.0.raw) }
    }

    /// The number of this connection in the repository.
    #[must_use]
    pub fn id(&self) -> u32 {
        // SAFETY: the connection is live.
        unsafe { sys::sr_get_cid(self.0.raw) }
    }

    /// Installs modules together; imports are looked up in `search` too. Install before data are
    /// loaded: every installation reads all data again. A module that is there already stays as it
    /// is.
    ///
    /// # Errors
    /// What is wrong with a module.
    pub fn install(&self, modules: &[Install], search: &[&Path]) -> Result<(), Error> {
        let mut sources = Vec::new();
        let mut features = Vec::new();
        for module in modules {
            sources.push(match &module.source {
                Source::File(path) => c_text(&path.to_string_lossy())?,
                Source::Text(text) => c_text(text)?,
            });
            features.push(FeatureNames::new(module.features.iter().map(String::as_str))?);
        }
        let sources = sources.iter().map(|source| source.as_ptr()).collect::<Vec<_>>();
        let mut names = features.iter().map(FeatureNames::pointers).collect::<Vec<_>>();
        let names = names.iter_mut().map(Vec::as_mut_ptr).collect::<Vec<_>>();
        let search = search.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>();
        let search = c_text(&search.join(":"))?;
        let count = u32::try_from(modules.len()).unwrap_or(u32::MAX);
        // SAFETY: both arrays have `count` members, and everything lives until the call is over.
        log::collect(|| unsafe {
            let (sources, names) = (sources.as_ptr(), names.as_ptr());
            sys::ruru_install(self.0.raw, count, sources, names, search.as_ptr())
        })
    }

    /// Replaces an installed module by a newer revision.
    ///
    /// # Errors
    /// What is wrong with the module, or that the stored data do not fit it.
    pub fn update(&self, file: &Path, search: &[&Path]) -> Result<(), Error> {
        let file = c_text(&file.to_string_lossy())?;
        let search = search.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>();
        let search = c_text(&search.join(":"))?;
        // SAFETY: the connection is live and so are the texts.
        log::collect(|| unsafe {
            sys::sr_update_module(self.0.raw, file.as_ptr(), search.as_ptr())
        })
    }

    /// Takes a module and its data away.
    ///
    /// # Errors
    /// When other modules need it.
    pub fn remove(&self, module: &str) -> Result<(), Error> {
        let module = c_text(module)?;
        // SAFETY: the connection is live and so is the name.
        log::collect(|| unsafe { sys::sr_remove_module(self.0.raw, module.as_ptr(), 0) })
    }

    /// Switches a feature of an installed module.
    ///
    /// # Errors
    /// When there is no such feature, or data or other modules need it.
    pub fn set_feature(&self, module: &str, feature: &str, enabled: bool) -> Result<(), Error> {
        let (module, feature) = (c_text(module)?, c_text(feature)?);
        // SAFETY: the connection is live and so are the names.
        log::collect(|| unsafe {
            let (module, feature) = (module.as_ptr(), feature.as_ptr());
            if enabled {
                sys::sr_enable_module_feature(self.0.raw, module, feature)
            } else {
                sys::sr_disable_module_feature(self.0.raw, module, feature)
            }
        })
    }

    /// Stores the notifications of a module for replay, or of all modules when it is `None`.
    ///
    /// # Errors
    /// When there is no such module.
    pub fn set_replay(&self, module: Option<&str>, enabled: bool) -> Result<(), Error> {
        let module = crate::text::c_text_option(module)?;
        // SAFETY: the connection is live and so is the name.
        log::collect(|| unsafe {
            let name = crate::text::pointer(&module);
            sys::sr_set_module_replay_support(self.0.raw, name, enabled.into())
        })
    }

    /// Who holds the lock of a datastore, or of one module of it: the id of a sysrepo session.
    ///
    /// # Errors
    /// When there is no such module.
    pub fn lock_holder(
        &self,
        datastore: Datastore,
        module: Option<&str>,
    ) -> Result<Option<u32>, Error> {
        let module = crate::text::c_text_option(module)?;
        let (mut locked, mut id) = (0, 0);
        // SAFETY: the connection is live; the results are received by the variables.
        log::collect(|| unsafe {
            let name = crate::text::pointer(&module);
            let (locked, id) = (&raw mut locked, &raw mut id);
            sys::sr_get_lock(self.0.raw, datastore.raw(), name, locked, id, null_mut())
        })?;
        Ok((locked != 0).then_some(id))
    }

    /// The text of an installed module or submodule: of the given revision, or else the newest.
    ///
    /// # Errors
    /// [`Code::NOT_FOUND`] when it is not installed.
    pub fn module_text(&self, name: &str, revision: Option<&str>) -> Result<String, Error> {
        let found = std::fs::read_dir(repository().join("yang"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let Some(stem) = file.strip_suffix(".yang") else { return false };
                let (stem, date) =
                    stem.split_once('@').map_or((stem, None), |(stem, date)| (stem, Some(date)));
                stem == name && (revision.is_none() || revision == date)
            })
            .max();
        found
            .and_then(|path| std::fs::read_to_string(path).ok())
            .ok_or_else(|| Error::Sysrepo { code: Code::NOT_FOUND, details: Vec::new() })
    }
}

/// Keeps the running datastore in memory, for all connections of this process: reading one subnet
/// out of ten thousand then takes 0.2 ms instead of 300.
pub fn cache_running(enabled: bool) {
    // SAFETY: a global switch of the library.
    unsafe { sys::sr_cache_running(enabled.into()) };
}

/// The directory of the repository that this process uses.
#[must_use]
pub fn repository() -> PathBuf {
    // SAFETY: the function answers a string that lives as long as the process.
    PathBuf::from(unsafe { copied(sys::sr_get_repo_path()) })
}

/// The prefix of the shared memory files that this process uses.
#[must_use]
pub fn shared_memory_prefix() -> String {
    // SAFETY: the function answers a string that lives as long as the process.
    unsafe { copied(sys::sr_get_shm_prefix()) }
}
