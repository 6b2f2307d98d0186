//! Nodes of a data tree, borrowed from their tree.

use std::ptr::{NonNull, null_mut};

use crate::error::yang;
use crate::print::{Format, PrintOptions, print};
use crate::schema::SchemaNode;
use crate::sys;
use crate::text::{borrowed, c_text, taken};
use crate::tree::Tree;
use crate::types::Type;
use crate::{Context, Error};

/// A node of a data tree.
///
/// Values are canonical: `decimal64` without needless digits, addresses in their short form.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    // Not `Send` nor `Sync`: libyang fills in canonical values when they are first asked for.
    raw: NonNull<sys::lyd_node>,
    context: &'a Context,
}

/// An annotation of a node: metadata of a known module, or an XML attribute that no module knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annotation<'a> {
    /// The name without prefix.
    pub name: &'a str,
    /// The namespace; of an attribute without prefix, `None`.
    pub namespace: Option<&'a str>,
    /// The module that defines it, if one does.
    pub module: Option<&'a str>,
    /// The prefix that an unknown attribute was written with.
    pub prefix: Option<&'a str>,
    /// The value.
    pub value: &'a str,
}

impl<'a> Node<'a> {
    /// # Safety
    /// `raw` is null or a node in `context` that neither changes nor goes away for `'a`.
    pub(crate) unsafe fn new(raw: *const sys::lyd_node, context: &'a Context) -> Option<Self> {
        NonNull::new(raw.cast_mut()).map(|raw| Self { raw, context })
    }

    pub(crate) fn raw(self) -> *const sys::lyd_node {
        self.raw.as_ptr()
    }

    /// The context of its tree.
    #[must_use]
    pub fn context(self) -> &'a Context {
        self.context
    }

    /// Its schema node; an opaque node, which no module knows, has none.
    #[must_use]
    pub fn schema(self) -> Option<SchemaNode<'a>> {
        // SAFETY: the node is live for `'a`, and so is its schema.
        unsafe { SchemaNode::new(sys::ruru_node_schema(self.raw())) }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'a str {
        // SAFETY: the node is live for `'a`, and so is its name.
        unsafe { borrowed(sys::ruru_node_name(self.raw())) }.unwrap_or("")
    }

    /// The name of its module; of an opaque node, if it is written with one (JSON).
    #[must_use]
    pub fn module(self) -> Option<&'a str> {
        match self.schema() {
            Some(schema) => Some(schema.module().name()),
            None => self.opaque_module(sys::LYD_JSON),
        }
    }

    /// Its namespace; of an opaque node, if it is written with one (XML).
    #[must_use]
    pub fn namespace(self) -> Option<&'a str> {
        match self.schema() {
            Some(schema) => Some(schema.module().namespace()),
            None => self.opaque_module(sys::LYD_XML),
        }
    }

    fn opaque_module(self, format: u32) -> Option<&'a str> {
        // SAFETY: the node is live for `'a`, and so are its strings.
        unsafe {
            if sys::ruru_opaque_format(self.raw()) != format {
                return None;
            }
            borrowed(sys::ruru_opaque_module(self.raw()))
        }
    }

    /// The canonical value of a leaf or leaf-list; the text of an opaque node.
    #[must_use]
    pub fn value(self) -> Option<&'a str> {
        // SAFETY: the node is live for `'a`; its canonical value lives as long as the value, which
        // nobody changes for `'a`.
        unsafe { borrowed(sys::ruru_node_value(self.raw())) }
    }

    /// The type of the value; of a union the member that took it.
    #[must_use]
    pub fn value_type(self) -> Option<Type<'a>> {
        // SAFETY: the node is live for `'a`, and so is the type.
        unsafe { Type::new(sys::ruru_node_value_type(self.raw())) }
    }

    /// The text of `anydata` or `anyxml` that was not parsed into [`Self::children`].
    #[must_use]
    pub fn any_text(self) -> Option<&'a str> {
        // SAFETY: the node is live for `'a`, and so is the text.
        unsafe { borrowed(sys::ruru_any_value(self.raw())) }
    }

    /// What `anydata` or `anyxml` holds, written out.
    ///
    /// # Errors
    /// What libyang says.
    pub fn any_content(self, format: Format) -> Result<String, Error> {
        let mut text = null_mut();
        // SAFETY: the node is live; `text` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_any_value_str(self.raw(), format.raw(), &raw mut text)
        })?;
        // SAFETY: the text was allocated for the caller.
        Ok(unsafe { taken(text) }.unwrap_or_default())
    }

    /// Whether the node is there only because the schema has a default for it.
    #[must_use]
    pub fn is_default(self) -> bool {
        // SAFETY: the node is live.
        unsafe { sys::lyd_is_default(self.raw()) != 0 }
    }

    /// The node that it is in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        // SAFETY: the node is live for `'a`, and so is its parent.
        unsafe { Self::new(sys::ruru_node_parent(self.raw()), self.context) }
    }

    /// The next node in the same parent.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        // SAFETY: the node is live for `'a`, and so are its siblings.
        unsafe { Self::new(sys::ruru_node_next(self.raw()), self.context) }
    }

    /// The nodes in it, those of parsed `anydata` too, in their order: the keys of a list first.
    #[must_use]
    pub fn children(self) -> Siblings<'a> {
        // SAFETY: the node is live for `'a`, and so are its children.
        Siblings(unsafe { Self::new(sys::ruru_node_child(self.raw()), self.context) })
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The value of the first child of this name.
    #[must_use]
    pub fn leaf(self, name: &str) -> Option<&'a str> {
        self.child(name)?.value()
    }

    /// The keys of a list instance, in their order.
    pub fn keys(self) -> impl Iterator<Item = Self> {
        self.children().take_while(|child| child.schema().is_some_and(SchemaNode::is_key))
    }

    /// It and all nodes below it, parents before children.
    pub fn descend(self) -> impl Iterator<Item = Self> {
        let mut open = vec![Siblings(Some(self))];
        let mut top = true;
        std::iter::from_fn(move || {
            loop {
                let Some(node) = open.last_mut()?.next() else {
                    open.pop();
                    continue;
                };
                if std::mem::take(&mut top) {
                    // The siblings of the start do not belong to it.
                    open.clear();
                }
                open.push(node.children());
                return Some(node);
            }
        })
    }

    /// The node at a path without wildcards: downwards from this one, or absolute in its tree.
    #[must_use]
    pub fn find(self, path: &str) -> Option<Self> {
        let path = c_text(path).ok()?;
        let mut found = null_mut();
        // SAFETY: the node is live, `found` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_find_path(self.raw(), path.as_ptr(), 0, &raw mut found)
        })
        .ok()?;
        // SAFETY: a node of the same tree.
        unsafe { Self::new(found, self.context) }
    }

    /// The nodes that an XPath expression selects, with this node as context node.
    ///
    /// # Errors
    /// When the expression is not right or does not select nodes.
    pub fn select(self, xpath: &str) -> Result<Vec<Self>, Error> {
        let xpath = c_text(xpath)?;
        let mut set = null_mut();
        // SAFETY: the node is live, `set` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_find_xpath(self.raw(), xpath.as_ptr(), &raw mut set)
        })?;
        // SAFETY: the set is ours; its members are nodes of the same tree.
        unsafe {
            let count = sys::ruru_set_count(set);
            let nodes = (0..count)
                .filter_map(|index| Self::new(sys::ruru_set_node(set, index), self.context))
                .collect();
            sys::ly_set_free(set, None);
            Ok(nodes)
        }
    }

    /// Its instance path, such as `/module:list[key='1']/leaf`.
    #[must_use]
    pub fn path(self) -> String {
        // SAFETY: the node is live; without a buffer the path is allocated for the caller.
        unsafe { taken(sys::lyd_path(self.raw(), sys::LYD_PATH_STD, null_mut(), 0)) }
            .unwrap_or_default()
    }

    /// Its metadata and attributes.
    pub fn annotations(self) -> impl Iterator<Item = Annotation<'a>> {
        self.metadata().chain(self.attributes())
    }

    /// The value of the annotation of this name, from whichever module.
    #[must_use]
    pub fn annotation(self, name: &str) -> Option<&'a str> {
        self.annotations().find(|found| found.name == name).map(|found| found.value)
    }

    fn metadata(self) -> impl Iterator<Item = Annotation<'a>> {
        // SAFETY: the node is live for `'a`, and so are its metadata.
        let mut next = unsafe { sys::ruru_node_meta(self.raw()) };
        std::iter::from_fn(move || {
            let meta = next;
            if meta.is_null() {
                return None;
            }
            // SAFETY: as above.
            unsafe {
                next = sys::ruru_meta_next(meta);
                let module = sys::ruru_meta_module(meta);
                Some(Annotation {
                    name: borrowed(sys::ruru_meta_name(meta)).unwrap_or(""),
                    namespace: borrowed(sys::ruru_module_namespace(module)),
                    module: borrowed(sys::ruru_module_name(module)),
                    prefix: borrowed(sys::ruru_module_prefix(module)),
                    value: borrowed(sys::ruru_meta_value(meta)).unwrap_or(""),
                })
            }
        })
    }

    fn attributes(self) -> impl Iterator<Item = Annotation<'a>> {
        // SAFETY: the node is live for `'a`, and so are its attributes.
        let mut next = unsafe { sys::ruru_node_attr(self.raw()) };
        std::iter::from_fn(move || {
            let attr = next;
            if attr.is_null() {
                return None;
            }
            // SAFETY: as above.
            unsafe {
                next = sys::ruru_attr_next(attr);
                let module = borrowed(sys::ruru_attr_module(attr));
                let xml = sys::ruru_opaque_format(self.raw()) == sys::LYD_XML;
                Some(Annotation {
                    name: borrowed(sys::ruru_attr_name(attr)).unwrap_or(""),
                    namespace: module.filter(|_| xml),
                    module: module.filter(|_| !xml),
                    prefix: borrowed(sys::ruru_attr_prefix(attr)),
                    value: borrowed(sys::ruru_attr_value(attr)).unwrap_or(""),
                })
            }
        })
    }

    /// A copy of it and what is below, as a tree of its own; with `parents`, in copies of its
    /// parents and their keys.
    ///
    /// # Errors
    /// What libyang says.
    pub fn duplicate(self, parents: bool) -> Result<Tree, Error> {
        let mut options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        if parents {
            options |= sys::LYD_DUP_WITH_PARENTS;
        }
        let mut copy = null_mut();
        // SAFETY: the node is live; `copy` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_dup_single(self.raw(), null_mut(), options, &raw mut copy)
        })?;
        // SAFETY: the copy is ours, and of this context.
        Ok(unsafe { Tree::from_any(copy, self.context.clone()) })
    }

    /// A copy of what is in it, as a tree of its own: of the content of `config`, for an edit.
    ///
    /// # Errors
    /// What libyang says.
    pub fn duplicate_children(self) -> Result<Tree, Error> {
        let Some(first) = self.children().next() else { return Ok(Tree::new(self.context)) };
        let options = sys::LYD_DUP_RECURSIVE | sys::LYD_DUP_WITH_FLAGS;
        let mut copy = null_mut();
        // SAFETY: the children are live; `copy` receives the result.
        yang(self.context.raw(), || unsafe {
            sys::lyd_dup_siblings(first.raw(), null_mut(), options, &raw mut copy)
        })?;
        // SAFETY: the copy is ours, and of this context.
        Ok(unsafe { Tree::from_any(copy, self.context.clone()) })
    }

    /// It and what is below, written out; with [`PrintOptions::siblings`] those after it too.
    ///
    /// # Errors
    /// What libyang says.
    pub fn print(self, format: Format, options: PrintOptions) -> Result<String, Error> {
        print(self.raw(), self.context, format, options)
    }
}

impl PartialEq for Node<'_> {
    /// Whether both are the same node, not only equal ones.
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path())?;
        match self.value() {
            Some(value) => write!(f, " = {value:?}"),
            None => Ok(()),
        }
    }
}

/// A node and those after it in the same parent.
#[derive(Clone, Debug)]
pub struct Siblings<'a>(pub(crate) Option<Node<'a>>);

impl<'a> Iterator for Siblings<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let node = self.0?;
        self.0 = node.next();
        Some(node)
    }
}
