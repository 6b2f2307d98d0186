//! Data trees that are owned.

use std::ptr::null_mut;

use crate::builder::Builder;
use crate::error::yang;
use crate::node::{Node, Siblings};
use crate::print::{Format, PrintOptions, print};
use crate::sys;
use crate::text::{c_text, c_text_option, pointer};
use crate::{Context, Error};

/// A data tree: any number of top-level nodes, and the context that they are of.
///
/// As long as a tree of sysrepo's context lives, no module can be installed; see [`Context`].
pub struct Tree {
    /// The first top-level node, or null.
    first: *mut sys::lyd_node,
    context: Context,
}

// SAFETY: nothing else refers to the nodes of a tree, and libyang does not bind them to a thread.
// Not `Sync`: canonical values are filled in when they are first asked for.
unsafe impl Send for Tree {}

impl Drop for Tree {
    fn drop(&mut self) {
        // SAFETY: the nodes are ours; the context is dropped after them.
        unsafe { sys::lyd_free_all(self.first) };
    }
}

/// What a validation looks at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Validation {
    /// State data are refused.
    pub config_only: bool,
    /// Only modules of which there are data are looked at.
    pub present_only: bool,
    /// The data are operational: constraints are warnings only, RFC 8342 section 5.3.
    pub operational: bool,
    /// All faults are reported, not only the first.
    pub all_errors: bool,
}

impl Validation {
    pub(crate) fn raw(self) -> u32 {
        sys::flags(&[
            (self.config_only, sys::LYD_VALIDATE_NO_STATE),
            (self.present_only, sys::LYD_VALIDATE_PRESENT),
            (self.operational, sys::LYD_VALIDATE_OPERATIONAL),
            (self.all_errors, sys::LYD_VALIDATE_MULTI_ERROR),
        ])
    }
}

impl Tree {
    /// An empty tree.
    #[must_use]
    pub fn new(context: &Context) -> Self {
        Self { first: null_mut(), context: context.clone() }
    }

    /// # Safety
    /// `node` is null or any node of a tree in `context` that nobody else owns.
    pub(crate) unsafe fn from_any(node: *mut sys::lyd_node, context: Context) -> Self {
        let mut tree = Self { first: node, context };
        tree.rewind();
        tree
    }

    /// Moves `first` to the first top-level node, wherever in the tree it stands.
    fn rewind(&mut self) {
        // SAFETY: null or a live node of this tree.
        unsafe {
            while !self.first.is_null() && !sys::ruru_node_parent(self.first).is_null() {
                self.first = sys::ruru_node_parent(self.first);
            }
            self.first = sys::lyd_first_sibling(self.first);
        }
    }

    /// Gives the nodes away; the context lives as long as the second value.
    pub(crate) fn into_raw(mut self) -> (*mut sys::lyd_node, Context) {
        let first = std::mem::replace(&mut self.first, null_mut());
        (first, self.context.clone())
    }

    pub(crate) fn raw(&self) -> *mut sys::lyd_node {
        self.first
    }

    /// The context that the nodes are of.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// The first top-level node.
    #[must_use]
    pub fn first(&self) -> Option<Node<'_>> {
        // SAFETY: the nodes live as long as the tree and do not change while it is borrowed.
        unsafe { Node::new(self.first, &self.context) }
    }

    /// The top-level nodes.
    #[must_use]
    pub fn roots(&self) -> Siblings<'_> {
        Siblings(self.first())
    }

    /// The node at a path without wildcards, such as `/module:list[key='1']/leaf`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Node<'_>> {
        self.first()?.find(path)
    }

    /// The nodes that an absolute XPath expression selects.
    ///
    /// # Errors
    /// When the expression is not right or does not select nodes.
    pub fn select(&self, xpath: &str) -> Result<Vec<Node<'_>>, Error> {
        self.first().map_or(Ok(Vec::new()), |first| first.select(xpath))
    }

    /// Adds nodes at the top.
    pub fn build(&mut self) -> Builder<'_> {
        Builder::of_tree(&mut self.first, &self.context)
    }

    /// Sets the node at a path, making those above it; a leaf that is there gets the new value.
    ///
    /// # Errors
    /// When there is no such schema node or the value does not fit.
    pub fn set(&mut self, path: &str, value: Option<&str>) -> Result<(), Error> {
        let path = c_text(path)?;
        let value = c_text_option(value)?;
        let mut made = null_mut();
        // SAFETY: the tree is ours, `made` receives the first node that was made.
        yang(self.context.raw(), || unsafe {
            sys::lyd_new_path(
                self.first,
                self.context.raw(),
                path.as_ptr(),
                pointer(&value),
                sys::LYD_NEW_PATH_UPDATE,
                &raw mut made,
            )
        })?;
        if self.first.is_null() {
            self.first = made;
        }
        self.rewind();
        Ok(())
    }

    /// Annotates the node at `path` with metadata such as `ietf-netconf:operation`.
    ///
    /// # Errors
    /// When there is no such node or annotation, or the value does not fit.
    pub fn annotate(&mut self, path: &str, name: &str, value: &str) -> Result<(), Error> {
        let node = self.find(path).map_or(null_mut(), |node| node.raw().cast_mut());
        let (name, value) = (c_text(name)?, c_text(value)?);
        // SAFETY: the node is of this tree, which is borrowed mutably, or null, which is refused.
        yang(self.context.raw(), || unsafe {
            let (context, none) = (self.context.raw(), std::ptr::null());
            if node.is_null() {
                return sys::LY_ENOTFOUND;
            }
            sys::lyd_new_meta(context, node, none, name.as_ptr(), value.as_ptr(), 0, null_mut())
        })
    }

    /// Takes the node at `path` out, if there is one; answers whether there was.
    pub fn remove(&mut self, path: &str) -> bool {
        let Some(node) = self.find(path) else { return false };
        let node = node.raw().cast_mut();
        // SAFETY: the node is of this tree, which is borrowed mutably.
        unsafe {
            if node == self.first {
                self.first = sys::ruru_node_next(node);
            }
            sys::lyd_free_tree(node);
        }
        true
    }

    /// Adds what `source` has; its leaves win.
    ///
    /// # Errors
    /// What libyang says.
    pub fn merge(&mut self, source: &Self) -> Result<(), Error> {
        self.context.check_same(&source.context)?;
        // SAFETY: both trees are live and of one context; the source is copied.
        yang(self.context.raw(), || unsafe {
            sys::lyd_merge_siblings(&raw mut self.first, source.first, 0)
        })?;
        self.rewind();
        Ok(())
    }

    /// A copy.
    ///
    /// # Errors
    /// What libyang says.
    pub fn duplicate(&self) -> Result<Self, Error> {
        if self.is_empty() {
            return Ok(Self::new(&self.context));
        }
        let options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        let mut copy = null_mut();
        // SAFETY: the tree is live; `copy` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_dup_siblings(self.first, null_mut(), options, &raw mut copy)
        })?;
        // SAFETY: the copy is ours, and of this context.
        Ok(unsafe { Self::from_any(copy, self.context.clone()) })
    }

    /// Copies of nodes that have the same parent and of what is below them, in copies of their
    /// parents with their keys and annotations.
    ///
    /// # Errors
    /// What libyang says.
    pub fn of_siblings(context: &Context, nodes: &[Node<'_>]) -> Result<Self, Error> {
        let options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        let mut tree = Self::new(context);
        let mut parent = null_mut();
        for (index, node) in nodes.iter().enumerate() {
            context.check_same(node.context())?;
            let options = if index == 0 { options | sys::LYD_DUP_WITH_PARENTS } else { options };
            let mut copy = null_mut();
            // SAFETY: both trees are live and of one context; with a parent the copy is inserted,
            // else it is ours.
            yang(context.raw(), || unsafe {
                sys::lyd_dup_single(node.raw(), parent, options, &raw mut copy)
            })?;
            if index == 0 {
                tree.first = copy;
                // SAFETY: the copy is live.
                parent = unsafe { sys::ruru_node_parent(copy) };
                tree.rewind();
            } else if parent.is_null() {
                // SAFETY: both are ours, and the copy is in no tree yet.
                yang(context.raw(), || unsafe {
                    sys::lyd_insert_sibling(tree.first, copy, &raw mut tree.first)
                })?;
            }
        }
        Ok(tree)
    }

    /// A copy in another context, by the names of modules and nodes.
    ///
    /// # Errors
    /// When the other context does not know a node.
    pub fn duplicate_to(&self, context: &Context) -> Result<Self, Error> {
        let options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        let mut copy = null_mut();
        if !self.is_empty() {
            // SAFETY: tree and context are live; `copy` receives the result.
            yang(context.raw(), || unsafe {
                let (target, parent) = (context.raw(), null_mut());
                sys::lyd_dup_siblings_to_ctx(self.first, target, parent, options, &raw mut copy)
            })?;
        }
        // SAFETY: the copy is ours, and of the other context.
        Ok(unsafe { Self::from_any(copy, context.clone()) })
    }

    /// What leads from this tree to `other`, with the annotation `yang:operation` on what changes.
    ///
    /// # Errors
    /// What libyang says.
    pub fn difference(&self, other: &Self) -> Result<Self, Error> {
        self.context.check_same(&other.context)?;
        let mut diff = null_mut();
        // SAFETY: both trees are live and of one context; `diff` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_diff_siblings(self.first, other.first, 0, &raw mut diff)
        })?;
        // SAFETY: the result is ours, and of this context.
        Ok(unsafe { Self::from_any(diff, self.context.clone()) })
    }

    /// Whether both trees hold the same data; the order matters where the user decides it.
    #[must_use]
    pub fn is_equal(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return self.is_empty() && other.is_empty();
        }
        let options = sys::LYD_COMPARE_FULL_RECURSION;
        // SAFETY: both trees are live.
        unsafe { sys::lyd_compare_siblings(self.first, other.first, options) == sys::LY_SUCCESS }
    }

    /// Checks all constraints of the modules and adds the default nodes.
    ///
    /// # Errors
    /// The constraints that are broken.
    pub fn validate(&mut self, what: Validation) -> Result<(), Error> {
        // SAFETY: the tree is ours; the default nodes are added to it.
        let result = yang(self.context.raw(), || unsafe {
            let context = self.context.raw();
            sys::lyd_validate_all(&raw mut self.first, context, what.raw(), null_mut())
        });
        self.rewind();
        result
    }

    /// The top-level nodes, written out.
    ///
    /// # Errors
    /// What libyang says.
    pub fn print(&self, format: Format, options: PrintOptions) -> Result<String, Error> {
        print(self.first, &self.context, format, PrintOptions { siblings: true, ..options })
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.print(Format::Json, PrintOptions::COMPACT) {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<{error}>"),
        }
    }
}
