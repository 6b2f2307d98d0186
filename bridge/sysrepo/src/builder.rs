//! Making nodes, parent by parent: much faster than by path.

use std::ptr::{null, null_mut};

use crate::error::{Quiet, yang_error};
use crate::node::Node;
use crate::sys;
use crate::text::{c_text, with_c_text};
use crate::{Context, Error};

/// Adds nodes to a parent, or at the top of a tree.
///
/// A name may have its module in front (`module:name`), which is needed at the top and for nodes
/// that another module adds to the parent.
pub struct Builder<'t> {
    /// Null at the top.
    parent: *mut sys::lyd_node,
    /// Where the first top-level node is kept.
    first: *mut *mut sys::lyd_node,
    context: &'t Context,
    output: bool,
}

impl<'t> Builder<'t> {
    pub(crate) fn of_tree(first: &'t mut *mut sys::lyd_node, context: &'t Context) -> Self {
        Self { parent: null_mut(), first, context, output: false }
    }

    /// Adds to `parent`, or at the top of `first` when it is null. With `output`, to the output of
    /// an RPC or action.
    ///
    /// # Safety
    /// `parent` is null or a live node; `first` is null or points to null or to a top-level node;
    /// nobody else reads or changes the tree for `'t`.
    pub(crate) unsafe fn of_parent(
        parent: *mut sys::lyd_node,
        first: *mut *mut sys::lyd_node,
        context: &'t Context,
        output: bool,
    ) -> Self {
        Self { parent, first, context, output }
    }

    /// The node that is added to, as it is now; `None` at the top.
    #[must_use]
    pub fn node(&self) -> Option<Node<'_>> {
        // SAFETY: the parent is live and cannot change while the builder is borrowed.
        unsafe { Node::new(self.parent, self.context) }
    }

    /// The context of the tree.
    #[must_use]
    pub fn context(&self) -> &'t Context {
        self.context
    }

    /// Adds a container, RPC, action or notification, and goes on in it.
    ///
    /// # Errors
    /// When there is no such schema node.
    pub fn container(&mut self, name: &str) -> Result<Builder<'_>, Error> {
        let (parent, output) = (self.parent, u8::from(self.output));
        // SAFETY: all pointers are live; `node` receives the result.
        let node = self.make(name, |module, name, node| unsafe {
            sys::lyd_new_inner(parent, module, name, output, node)
        })?;
        Ok(self.below(node))
    }

    /// Adds a list instance with these keys in the order of the schema, and goes on in it.
    ///
    /// # Errors
    /// When there is no such list, or the keys do not fit.
    pub fn list(&mut self, name: &str, keys: &[&str]) -> Result<Builder<'_>, Error> {
        let texts = keys.iter().map(|key| c_text(key)).collect::<Result<Vec<_>, _>>()?;
        let mut values = texts.iter().map(|key| key.as_ptr().cast()).collect::<Vec<_>>();
        let (parent, options) = (self.parent, self.options());
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        // SAFETY: all pointers are live; libyang reads one value a key, and the check before ensures
        // that they are there; `node` receives the result.
        let node = self.make(name, |module, name, node| unsafe {
            if sys::ruru_key_count(parent, module, name, options) != count {
                return sys::LY_EINVAL;
            }
            let keys = if count == 0 { null_mut() } else { values.as_mut_ptr() };
            sys::lyd_new_list3(parent, module, name, keys, null_mut(), options, node)
        })?;
        Ok(self.below(node))
    }

    /// Adds a leaf, or an entry of a leaf-list.
    ///
    /// # Errors
    /// When there is no such leaf or the value does not fit.
    pub fn leaf(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let (parent, options) = (self.parent, self.options());
        with_c_text(value, |value| {
            // SAFETY: all pointers are live; `node` receives the result.
            self.make(name, |module, name, node| unsafe {
                sys::lyd_new_term(parent, module, name, value, options, node)
            })
        })
        .map(drop)
    }

    /// Adds a leaf if there is a value.
    ///
    /// # Errors
    /// As [`Self::leaf`].
    pub fn leaf_option(&mut self, name: &str, value: Option<&str>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.leaf(name, value))
    }

    /// Adds `anydata` or `anyxml` with a text that is not parsed.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn any_text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let text = c_text(text)?;
        let (parent, options) = (self.parent, self.options());
        // SAFETY: all pointers are live; the text is copied; `node` receives the result.
        self.make(name, |module, name, node| unsafe {
            sys::lyd_new_any(parent, module, name, null(), text.as_ptr(), 0, options, node)
        })
        .map(drop)
    }

    /// Adds a copy of a node and what is below.
    ///
    /// # Errors
    /// When the node does not belong here.
    pub fn copy(&mut self, node: Node<'_>) -> Result<(), Error> {
        self.context.check_same(node.context())?;
        let _quiet = Quiet::new();
        let options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        let mut copy = null_mut();
        // SAFETY: both trees are live and of one context; with a parent the copy is inserted, else it is ours.
        let code = unsafe { sys::lyd_dup_single(node.raw(), self.parent, options, &raw mut copy) };
        self.checked(code)?;
        self.keep(copy)
    }

    fn options(&self) -> u32 {
        if self.output { sys::LYD_NEW_VAL_OUTPUT } else { 0 }
    }

    fn below(&self, parent: *mut sys::lyd_node) -> Builder<'_> {
        Builder { parent, first: self.first, context: self.context, output: self.output }
    }

    fn make(
        &mut self,
        name: &str,
        call: impl FnOnce(
            *const sys::lys_module,
            *const std::ffi::c_char,
            *mut *mut sys::lyd_node,
        ) -> sys::LY_ERR,
    ) -> Result<*mut sys::lyd_node, Error> {
        let (module, name) = match name.split_once(':') {
            Some((module, name)) => match self.context.module(module) {
                Some(module) => (module.raw(), name),
                None => return Err(yang_error(self.context.raw(), sys::LY_ENOTFOUND)),
            },
            None => (null(), name),
        };
        let _quiet = Quiet::new();
        let mut node = null_mut();
        let code = with_c_text(name, |name| Ok(call(module, name, &raw mut node)))?;
        self.checked(code)?;
        self.keep(node)?;
        Ok(node)
    }

    fn checked(&self, code: sys::LY_ERR) -> Result<(), Error> {
        match code {
            sys::LY_SUCCESS => Ok(()),
            code => Err(yang_error(self.context.raw(), code)),
        }
    }

    /// Puts a new top-level node to the others.
    fn keep(&mut self, node: *mut sys::lyd_node) -> Result<(), Error> {
        if !self.parent.is_null() || self.first.is_null() {
            return Ok(());
        }
        // SAFETY: `first` points to null or to the first top-level node, and the new node is ours.
        let code = unsafe { sys::lyd_insert_sibling(*self.first, node, self.first) };
        self.checked(code)
    }
}
