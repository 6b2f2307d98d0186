//! A set of compiled modules: made from files, or borrowed from sysrepo.

use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::Arc;

use crate::connection::Shared;
use crate::error::{yang, yang_error};
use crate::schema::{Module, SchemaNode};
use crate::sys;
use crate::text::{c_text, c_text_option, pointer};
use crate::{Error, YangCode};

/// A set of compiled modules; clones share it.
///
/// A context that came from a [`crate::Connection`] holds sysrepo's context lock: as long as it, or
/// a tree made in it, lives, no module can be installed. So keep neither longer than the operation
/// that needs them.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    raw: *const sys::ly_ctx,
    /// Whose context it is; without an owner it is ours.
    connection: Option<Arc<Shared>>,
}

// SAFETY: a context is not changed any more once it is made, libyang's readers of a context may run
// in any thread at the same time, and releasing sysrepo's context is not bound to a thread.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl Drop for Inner {
    fn drop(&mut self) {
        match &self.connection {
            // SAFETY: the connection is live and its context was acquired once for this value.
            Some(connection) => unsafe { sys::sr_release_context(connection.raw()) },
            // SAFETY: made by `ly_ctx_new`; nothing refers to it, since trees hold the `Arc`.
            None => unsafe { sys::ly_ctx_destroy(self.raw.cast_mut()) },
        }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("modules", &self.modules().count()).finish()
    }
}

impl Context {
    /// Starts a context of its own, without sysrepo: for tests and for translation.
    #[must_use]
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    pub(crate) fn acquire(connection: &Arc<Shared>) -> Result<Self, Error> {
        // SAFETY: the connection is live.
        let raw = unsafe { sys::sr_acquire_context(connection.raw()) };
        if raw.is_null() {
            return Err(Error::Sysrepo { code: crate::Code::INTERNAL, details: Vec::new() });
        }
        Ok(Self(Arc::new(Inner { raw, connection: Some(Arc::clone(connection)) })))
    }

    pub(crate) fn raw(&self) -> *const sys::ly_ctx {
        self.0.raw
    }

    /// Trees of one context must not hold nodes of another.
    pub(crate) fn check_same(&self, other: &Self) -> Result<(), Error> {
        if self.raw() == other.raw() { Ok(()) } else { Err(Error::OtherContext) }
    }

    /// All modules, also those that are only imported.
    pub fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        let mut index = 0;
        std::iter::from_fn(move || {
            // SAFETY: the context is live and the index is only moved by the function.
            unsafe { Module::new(sys::ly_ctx_get_module_iter(self.raw(), &raw mut index)) }
        })
    }

    /// The implemented module of this name.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<Module<'_>> {
        let name = c_text(name).ok()?;
        // SAFETY: the context is live and so is the name.
        unsafe { Module::new(sys::ly_ctx_get_module_implemented(self.raw(), name.as_ptr())) }
    }

    /// The implemented module of this namespace.
    #[must_use]
    pub fn module_of_namespace(&self, namespace: &str) -> Option<Module<'_>> {
        let name = c_text(namespace).ok()?;
        // SAFETY: the context is live and so is the name.
        unsafe { Module::new(sys::ly_ctx_get_module_implemented_ns(self.raw(), name.as_ptr())) }
    }

    /// A module of this name, implemented or not: the given revision, or else the newest.
    #[must_use]
    pub fn any_module(&self, name: &str, revision: Option<&str>) -> Option<Module<'_>> {
        let name = c_text(name).ok()?;
        let revision = c_text_option(revision).ok()?;
        // SAFETY: the context is live and so are both texts.
        unsafe {
            Module::new(match &revision {
                Some(date) => sys::ly_ctx_get_module(self.raw(), name.as_ptr(), date.as_ptr()),
                None => sys::ly_ctx_get_module_latest(self.raw(), name.as_ptr()),
            })
        }
    }

    /// The schema node of a path such as `/module:list/leaf`, without predicates.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<SchemaNode<'_>> {
        let path = c_text(path).ok()?;
        let mut found = null();
        yang(self.raw(), || {
            // SAFETY: the context is live and so is the path.
            found = unsafe { sys::lys_find_path(self.raw(), null(), path.as_ptr(), 0) };
            if found.is_null() { sys::LY_ENOTFOUND } else { sys::LY_SUCCESS }
        })
        .ok()?;
        // SAFETY: a node of this context.
        unsafe { SchemaNode::new(found) }
    }

    /// A number that changes with the set of modules, revisions and features.
    #[must_use]
    pub fn hash(&self) -> u32 {
        // SAFETY: the context is live.
        unsafe { sys::ly_ctx_get_modules_hash(self.raw()) }
    }
}

/// What a context of its own is made of.
#[derive(Debug, Default)]
pub struct ContextBuilder {
    directories: Vec<PathBuf>,
    modules: Vec<Wanted>,
}

#[derive(Debug)]
struct Wanted {
    source: Source,
    features: Vec<String>,
}

#[derive(Debug)]
enum Source {
    Name(String),
    Text(String),
}

impl ContextBuilder {
    /// Looks for modules in this directory too, and below it.
    #[must_use]
    pub fn search(mut self, directory: impl AsRef<Path>) -> Self {
        self.directories.push(directory.as_ref().to_owned());
        self
    }

    /// Implements the newest module of this name with these features; `"*"` means all.
    #[must_use]
    pub fn module(mut self, name: &str, features: &[&str]) -> Self {
        self.want(Source::Name(name.to_owned()), features)
    }

    /// Implements the module whose text this is.
    #[must_use]
    pub fn text(mut self, yang: &str, features: &[&str]) -> Self {
        self.want(Source::Text(yang.to_owned()), features)
    }

    fn want(&mut self, source: Source, features: &[&str]) -> Self {
        let features = features.iter().map(|&name| name.to_owned()).collect();
        self.modules.push(Wanted { source, features });
        std::mem::take(self)
    }

    /// Loads and compiles the modules.
    ///
    /// # Errors
    /// What libyang says of the first directory or module that does not load.
    pub fn build(self) -> Result<Context, Error> {
        let mut raw = null_mut();
        // libyang finds its internal modules in its own directory only, and would walk the whole
        // tree below the current directory if it were not told otherwise.
        let options = sys::LY_CTX_DISABLE_SEARCHDIR_CWD | sys::LY_CTX_NO_YANGLIBRARY;
        // SAFETY: the directory is a constant of the library, and `raw` receives the context.
        yang(null(), || unsafe {
            sys::ly_ctx_new(sys::ly_yang_module_dir(), options, &raw mut raw)
        })?;
        let context = Context(Arc::new(Inner { raw, connection: None }));
        for directory in &self.directories {
            let directory = c_text(&directory.to_string_lossy())?;
            // SAFETY: nobody else knows the context yet.
            match yang(raw, || unsafe { sys::ly_ctx_set_searchdir(raw, directory.as_ptr()) }) {
                Err(Error::Yang { code: YangCode::EXISTS, .. }) | Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        for wanted in &self.modules {
            load(raw, wanted)?;
        }
        Ok(context)
    }
}

fn load(context: *mut sys::ly_ctx, wanted: &Wanted) -> Result<(), Error> {
    let features = FeatureNames::new(wanted.features.iter().map(String::as_str))?;
    let mut pointers = features.pointers();
    match &wanted.source {
        Source::Name(name) => {
            let name = c_text(name)?;
            yang(context, || {
                // SAFETY: nobody else knows the context yet; the array ends with null.
                let module = unsafe {
                    sys::ly_ctx_load_module(context, name.as_ptr(), null(), pointers.as_mut_ptr())
                };
                if module.is_null() { sys::LY_ENOTFOUND } else { sys::LY_SUCCESS }
            })
        }
        Source::Text(text) => {
            let input = Input::new(text)?;
            let format = sys::LYS_IN_YANG;
            // SAFETY: as above; the input lives until the call is over.
            yang(context, || unsafe {
                sys::lys_parse(context, input.raw, format, pointers.as_mut_ptr(), null_mut())
            })
        }
    }
}

/// Names of features, kept while C looks at them.
pub(crate) struct FeatureNames(Vec<CString>);

impl FeatureNames {
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, Error> {
        names.map(c_text).collect::<Result<_, _>>().map(Self)
    }

    /// The array with null at its end that both libraries take.
    pub(crate) fn pointers(&self) -> Vec<*const std::ffi::c_char> {
        self.0.iter().map(|name| name.as_ptr()).chain([pointer(&None)]).collect()
    }
}

/// libyang's handle of a text to read.
pub(crate) struct Input {
    pub(crate) raw: *mut sys::ly_in,
    _text: CString,
}

impl Input {
    pub(crate) fn new(text: &str) -> Result<Self, Error> {
        let text = c_text(text)?;
        let mut raw = null_mut();
        // SAFETY: the text lives as long as the handle, in the same value.
        match unsafe { sys::ly_in_new_memory(text.as_ptr(), &raw mut raw) } {
            sys::LY_SUCCESS => Ok(Self { raw, _text: text }),
            code => Err(yang_error(null(), code)),
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // SAFETY: made by `ly_in_new_memory`; the text is not libyang's to free.
        unsafe { sys::ly_in_free(self.raw, 0) };
    }
}
