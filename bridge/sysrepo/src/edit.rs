//! Sessions that write: edits, copies, locks.

use std::ffi::{CString, c_char};
use std::ptr::null;
use std::time::Duration;

use crate::Error;
use crate::session::{Datastore, Session, milliseconds};
use crate::sys;
use crate::text::{c_text, c_text_option, pointer};
use crate::tree::Tree;

/// How single items are edited.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditOptions {
    /// What is set must not be there yet, what is deleted must be there.
    pub strict: bool,
    /// Nodes above are not made.
    pub non_recursive: bool,
    /// Not merged with the other operations of the edit.
    pub isolated: bool,
}

impl EditOptions {
    fn raw(self) -> u32 {
        sys::flags(&[
            (self.strict, sys::SR_EDIT_STRICT),
            (self.non_recursive, sys::SR_EDIT_NON_RECURSIVE),
            (self.isolated, sys::SR_EDIT_ISOLATE),
        ])
    }
}

/// Where an item of a user-ordered list is moved to.
#[derive(Clone, Copy, Debug)]
pub enum Position<'a> {
    /// To the front.
    First,
    /// To the end.
    Last,
    /// Before the item with these key predicates (`[id='1']`) or this value.
    Before(&'a str),
    /// Behind the item with these key predicates or this value.
    After(&'a str),
}

/// What an edit does with nodes that say nothing themselves, RFC 6241 section 7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultOperation {
    /// They are merged.
    Merge,
    /// They replace what is there.
    Replace,
    /// They only lead to others.
    None,
}

impl DefaultOperation {
    fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Merge => c"merge",
            Self::Replace => c"replace",
            Self::None => c"none",
        }
    }
}

impl Session {
    /// Adds to the edit: sets the node at a path.
    ///
    /// # Errors
    /// When there is no such schema node or the value does not fit.
    pub fn set(&self, path: &str, value: Option<&str>, options: EditOptions) -> Result<(), Error> {
        let (path, value) = (c_text(path)?, c_text_option(value)?);
        // SAFETY: the session is live and so are the texts.
        self.check(unsafe {
            let (path, value) = (path.as_ptr(), pointer(&value));
            sys::sr_set_item_str(self.raw(), path, value, null(), options.raw())
        })
    }

    /// Adds to the edit: deletes the nodes at a path.
    ///
    /// # Errors
    /// When there is no such schema node.
    pub fn delete(&self, path: &str, options: EditOptions) -> Result<(), Error> {
        let path = c_text(path)?;
        // SAFETY: the session is live and so is the text.
        self.check(unsafe { sys::sr_delete_item(self.raw(), path.as_ptr(), options.raw()) })
    }

    /// Adds to the edit: moves, or makes, an item of a user-ordered list or leaf-list.
    ///
    /// # Errors
    /// When there is no such list.
    pub fn move_to(&self, path: &str, to: Position<'_>) -> Result<(), Error> {
        let path = c_text(path)?;
        let (position, anchor) = match to {
            Position::First => (sys::SR_MOVE_FIRST, None),
            Position::Last => (sys::SR_MOVE_LAST, None),
            Position::Before(anchor) => (sys::SR_MOVE_BEFORE, Some(anchor)),
            Position::After(anchor) => (sys::SR_MOVE_AFTER, Some(anchor)),
        };
        let anchor = c_text_option(anchor)?;
        // SAFETY: the session is live and so are the texts. Of lists the first anchor is looked at,
        // of leaf-lists the second.
        self.check(unsafe {
            let (path, anchor) = (path.as_ptr(), pointer(&anchor));
            sys::sr_move_item(self.raw(), path, position, anchor, anchor, null(), 0)
        })
    }

    /// Adds a whole tree to the edit, whose nodes may carry `ietf-netconf:operation`.
    ///
    /// # Errors
    /// When an operation or a position is not right.
    pub fn edit(&self, edit: &Tree, default: DefaultOperation) -> Result<(), Error> {
        if edit.is_empty() {
            return Ok(());
        }
        self.check_context(edit.context())?;
        // SAFETY: the session is live; the tree is copied.
        self.check(unsafe { sys::sr_edit_batch(self.raw(), edit.raw(), default.name().as_ptr()) })
    }

    /// Whether there is an edit that is not applied.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        // SAFETY: the session is live.
        unsafe { sys::sr_has_changes(self.raw()) != 0 }
    }

    /// Applies the edit. If that fails the edit is dropped.
    ///
    /// # Errors
    /// Why the edit is not valid, not allowed, or which subscriber refused it.
    pub fn apply(&self, timeout: Duration) -> Result<(), Error> {
        // SAFETY: the session is live.
        let result =
            self.check(unsafe { sys::sr_apply_changes(self.raw(), milliseconds(timeout)) });
        if result.is_err() {
            // The edit would stay in the session and fail again with the next one.
            self.discard()?;
        }
        result
    }

    /// Drops the edit.
    ///
    /// # Errors
    /// What sysrepo says.
    pub fn discard(&self) -> Result<(), Error> {
        // SAFETY: the session is live.
        self.check(unsafe { sys::sr_discard_changes(self.raw()) })
    }

    /// Checks the datastore with the edit against the modules. Subscribers are not asked.
    ///
    /// # Errors
    /// The constraint that is broken.
    pub fn validate(&self, module: Option<&str>, timeout: Duration) -> Result<(), Error> {
        let module = c_text_option(module)?;
        // SAFETY: the session is live and so is the name.
        self.check(unsafe { sys::sr_validate(self.raw(), pointer(&module), milliseconds(timeout)) })
    }

    /// Replaces the datastore, or one module of it, by another datastore.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn copy_from(
        &self,
        source: Datastore,
        module: Option<&str>,
        timeout: Duration,
    ) -> Result<(), Error> {
        let module = c_text_option(module)?;
        // SAFETY: the session is live and so is the name.
        self.check(unsafe {
            let (module, timeout) = (pointer(&module), milliseconds(timeout));
            sys::sr_copy_config(self.raw(), module, source.raw(), timeout)
        })
    }

    /// Replaces the datastore, or one module of it, by a tree.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn replace(
        &self,
        config: Tree,
        module: Option<&str>,
        timeout: Duration,
    ) -> Result<(), Error> {
        self.check_context(config.context())?;
        let module = c_text_option(module)?;
        let (first, _context) = config.into_raw();
        // SAFETY: the session is live; the nodes are sysrepo's now, whatever happens.
        self.check(unsafe {
            let (module, timeout) = (pointer(&module), milliseconds(timeout));
            sys::sr_replace_config(self.raw(), module, first, timeout)
        })
    }

    /// Locks the datastore, or one module of it.
    ///
    /// # Errors
    /// [`crate::Code::LOCKED`] when another session has the lock.
    pub fn lock(&self, module: Option<&str>) -> Result<(), Error> {
        self.on_module(module, |session, module| {
            // SAFETY: the session is live and so is the name.
            unsafe { sys::sr_lock(session, module, 0) }
        })
    }

    /// Unlocks what was locked.
    ///
    /// # Errors
    /// When this session does not have the lock.
    pub fn unlock(&self, module: Option<&str>) -> Result<(), Error> {
        self.on_module(module, |session, module| {
            // SAFETY: the session is live and so is the name.
            unsafe { sys::sr_unlock(session, module) }
        })
    }

    fn on_module(
        &self,
        module: Option<&str>,
        call: impl FnOnce(*mut sys::sr_session_ctx_t, *const c_char) -> i32,
    ) -> Result<(), Error> {
        let module: Option<CString> = c_text_option(module)?;
        self.check(call(self.raw(), pointer(&module)))
    }
}
