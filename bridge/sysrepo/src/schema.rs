//! The compiled schema: modules and their nodes.

use std::marker::PhantomData;
use std::ptr::{NonNull, null, null_mut};

use crate::Error;
use crate::error::{yang, yang_error};
use crate::sys;
use crate::text::{borrowed, c_text, c_text_option, pointer, taken};
use crate::types::Type;

/// A module of a context.
#[derive(Clone, Copy)]
pub struct Module<'c> {
    raw: NonNull<sys::lys_module>,
    context: PhantomData<&'c sys::ly_ctx>,
}

/// A node of the compiled schema.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SchemaNode<'c> {
    raw: NonNull<sys::lysc_node>,
    context: PhantomData<&'c ()>,
}

// SAFETY: schemas are not changed while their context lives.
unsafe impl Send for Module<'_> {}
// SAFETY: as above.
unsafe impl Sync for Module<'_> {}
// SAFETY: as above.
unsafe impl Send for SchemaNode<'_> {}
// SAFETY: as above.
unsafe impl Sync for SchemaNode<'_> {}

/// How a module is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaFormat {
    /// YANG, RFC 7950.
    Yang,
    /// YIN, its XML form.
    Yin,
    /// The tree diagram of RFC 8340.
    Tree,
}

impl SchemaFormat {
    fn raw(self) -> u32 {
        match self {
            Self::Yang => sys::LYS_OUT_YANG,
            Self::Yin => sys::LYS_OUT_YIN,
            Self::Tree => sys::LYS_OUT_TREE,
        }
    }
}

impl<'c> Module<'c> {
    /// # Safety
    /// `raw` is null or a module of a context that lives for `'c`.
    pub(crate) unsafe fn new(raw: *const sys::lys_module) -> Option<Self> {
        NonNull::new(raw.cast_mut()).map(|raw| Self { raw, context: PhantomData })
    }

    pub(crate) fn raw(self) -> *const sys::lys_module {
        self.raw.as_ptr()
    }

    fn text(
        self,
        read: unsafe extern "C" fn(*const sys::lys_module) -> *const std::ffi::c_char,
    ) -> &'c str {
        // SAFETY: the module is live for `'c` and its strings with it.
        unsafe { borrowed(read(self.raw())) }.unwrap_or("")
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'c str {
        self.text(sys::ruru_module_name)
    }

    /// Its newest revision, if it has any.
    #[must_use]
    pub fn revision(self) -> Option<&'c str> {
        Some(self.text(sys::ruru_module_revision)).filter(|date| !date.is_empty())
    }

    /// Its XML namespace.
    #[must_use]
    pub fn namespace(self) -> &'c str {
        self.text(sys::ruru_module_namespace)
    }

    /// The prefix that it uses for itself.
    #[must_use]
    pub fn prefix(self) -> &'c str {
        self.text(sys::ruru_module_prefix)
    }

    /// Whether it is implemented, not only imported.
    #[must_use]
    pub fn is_implemented(self) -> bool {
        // SAFETY: the module is live.
        unsafe { sys::ruru_module_is_implemented(self.raw()) != 0 }
    }

    /// The enabled features of an implemented module.
    pub fn features(self) -> impl Iterator<Item = &'c str> {
        // SAFETY: the module is live and the shim checks the index.
        self.each(move |index| unsafe { sys::ruru_module_feature(self.raw(), index) })
    }

    /// Names and revisions of its submodules.
    pub fn submodules(self) -> impl Iterator<Item = (&'c str, Option<&'c str>)> {
        // SAFETY: the module is live and the shim checks the index.
        let names =
            self.each(move |index| unsafe { sys::ruru_module_submodule(self.raw(), index) });
        names.zip(0..).map(move |(name, index)| {
            // SAFETY: as above.
            (name, unsafe { borrowed(sys::ruru_module_submodule_revision(self.raw(), index)) })
        })
    }

    /// Names of the modules that deviate it.
    pub fn deviations(self) -> impl Iterator<Item = &'c str> {
        // SAFETY: the module is live and the shim checks the index.
        self.each(move |index| unsafe { sys::ruru_module_deviator(self.raw(), index) })
    }

    fn each(self, at: impl Fn(u64) -> *const std::ffi::c_char) -> impl Iterator<Item = &'c str> {
        // SAFETY: the strings live as long as the module.
        (0..).map_while(move |index| unsafe { borrowed(at(index)) })
    }

    /// The top-level nodes: data, RPCs and notifications.
    pub fn roots(self) -> impl Iterator<Item = SchemaNode<'c>> {
        // SAFETY: the module is live; a module that is not implemented has no compiled part.
        let compiled = unsafe { sys::ruru_module_compiled(self.raw()) };
        let mut last = null();
        std::iter::from_fn(move || {
            if compiled.is_null() {
                return None;
            }
            // SAFETY: both live as long as the context.
            unsafe {
                last = sys::lys_getnext(last, null(), compiled, 0);
                SchemaNode::new(last)
            }
        })
    }

    /// The text of the module.
    ///
    /// # Errors
    /// When the context does not keep the source: sysrepo's contexts usually do not, see
    /// [`crate::Connection::module_text`].
    pub fn print(self, format: SchemaFormat) -> Result<String, Error> {
        let mut text = null_mut();
        // SAFETY: the module is live.
        let context = unsafe { sys::ruru_module_context(self.raw()) };
        // SAFETY: as above.
        if unsafe { sys::ruru_module_has_source(self.raw()) } == 0 {
            return Err(yang_error(context, sys::LY_ENOTFOUND));
        }
        // SAFETY: as above; `text` receives the result.
        yang(context, || unsafe {
            sys::lys_print_mem(&raw mut text, self.raw(), format.raw(), 0)
        })?;
        // SAFETY: the text was allocated for the caller.
        Ok(unsafe { taken(text) }.unwrap_or_default())
    }

    /// The text of a submodule of this module.
    ///
    /// # Errors
    /// When there is no such submodule or the context does not keep the source.
    pub fn print_submodule(
        self,
        name: &str,
        revision: Option<&str>,
        format: SchemaFormat,
    ) -> Result<String, Error> {
        let name = c_text(name)?;
        let revision = c_text_option(revision)?;
        let mut text = null_mut();
        // SAFETY: the module is live.
        let context = unsafe { sys::ruru_module_context(self.raw()) };
        // SAFETY: all arguments are live; `text` receives the result.
        yang(context, || unsafe {
            let date = pointer(&revision);
            sys::ruru_print_submodule(context, name.as_ptr(), date, format.raw(), &raw mut text)
        })?;
        // SAFETY: the text was allocated for the caller.
        Ok(unsafe { taken(text) }.unwrap_or_default())
    }
}

impl PartialEq for Module<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl std::fmt::Debug for Module<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name(), self.revision().unwrap_or("-"))
    }
}

/// What a schema node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `container`
    Container,
    /// `choice`
    Choice,
    /// `case`
    Case,
    /// `leaf`
    Leaf,
    /// `leaf-list`
    LeafList,
    /// `list`
    List,
    /// `anyxml`
    AnyXml,
    /// `anydata`
    AnyData,
    /// `rpc`
    Rpc,
    /// `action`
    Action,
    /// `notification`
    Notification,
    /// `input` of an RPC or action
    Input,
    /// `output` of an RPC or action
    Output,
}

impl<'c> SchemaNode<'c> {
    /// # Safety
    /// `raw` is null or a node of a context that lives for `'c`.
    pub(crate) unsafe fn new(raw: *const sys::lysc_node) -> Option<Self> {
        NonNull::new(raw.cast_mut()).map(|raw| Self { raw, context: PhantomData })
    }

    pub(crate) fn raw(self) -> *const sys::lysc_node {
        self.raw.as_ptr()
    }

    fn flags(self) -> u16 {
        // SAFETY: the node is live.
        unsafe { sys::ruru_schema_flags(self.raw()) }
    }

    fn context(self) -> *const sys::ly_ctx {
        // SAFETY: the module is live.
        unsafe { sys::ruru_module_context(self.module().raw()) }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'c str {
        // SAFETY: the node is live for `'c` and its name with it.
        unsafe { borrowed(sys::ruru_schema_name(self.raw())) }.unwrap_or("")
    }

    /// The module that it belongs to; for a node that was added by an augment, the augmenting one.
    #[must_use]
    pub fn module(self) -> Module<'c> {
        // SAFETY: every node has a module.
        let module = unsafe { Module::new(sys::ruru_schema_module(self.raw())) };
        module.expect("libyang gives every compiled node a module")
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        // SAFETY: the node is live.
        match unsafe { sys::ruru_schema_kind(self.raw()) } {
            sys::LYS_CONTAINER => Kind::Container,
            sys::LYS_CHOICE => Kind::Choice,
            sys::LYS_CASE => Kind::Case,
            sys::LYS_LEAF => Kind::Leaf,
            sys::LYS_LEAFLIST => Kind::LeafList,
            sys::LYS_LIST => Kind::List,
            sys::LYS_ANYXML => Kind::AnyXml,
            sys::LYS_RPC => Kind::Rpc,
            sys::LYS_ACTION => Kind::Action,
            sys::LYS_NOTIF => Kind::Notification,
            sys::LYS_INPUT => Kind::Input,
            sys::LYS_OUTPUT => Kind::Output,
            _ => Kind::AnyData,
        }
    }

    /// Whether it is configuration, not state.
    #[must_use]
    pub fn is_config(self) -> bool {
        self.flags() & sys::LYS_CONFIG_W != 0
    }

    /// Whether it must be there.
    #[must_use]
    pub fn is_mandatory(self) -> bool {
        self.flags() & sys::LYS_MAND_TRUE != 0
    }

    /// Whether it is a container whose existence has a meaning.
    #[must_use]
    pub fn is_presence(self) -> bool {
        self.kind() == Kind::Container && self.flags() & sys::LYS_PRESENCE != 0
    }

    /// Whether it is a list or leaf-list whose order the user decides.
    #[must_use]
    pub fn is_user_ordered(self) -> bool {
        matches!(self.kind(), Kind::List | Kind::LeafList)
            && self.flags() & sys::LYS_ORDBY_USER != 0
    }

    /// Whether it is a key of its list.
    #[must_use]
    pub fn is_key(self) -> bool {
        self.kind() == Kind::Leaf && self.flags() & sys::LYS_KEY != 0
    }

    /// Whether its status is `deprecated` or `obsolete`.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.flags() & (sys::LYS_STATUS_DEPRC | sys::LYS_STATUS_OBSLT) != 0
    }

    /// Whether a `when` decides over its existence.
    #[must_use]
    pub fn has_when(self) -> bool {
        // SAFETY: the node is live.
        unsafe { sys::ruru_schema_has_when(self.raw()) != 0 }
    }

    /// The keys of a list, in their order.
    pub fn keys(self) -> impl Iterator<Item = Self> {
        let of_list = self.kind() == Kind::List;
        self.children().take_while(move |child| of_list && child.is_key())
    }

    /// The data nodes below it, those of choices included; the input of an RPC or action.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.next_of(0)
    }

    /// The data nodes of the output of an RPC or action.
    pub fn output(self) -> impl Iterator<Item = Self> {
        self.next_of(sys::LYS_GETNEXT_OUTPUT)
    }

    fn next_of(self, options: u32) -> impl Iterator<Item = Self> {
        let leaf =
            matches!(self.kind(), Kind::Leaf | Kind::LeafList | Kind::AnyData | Kind::AnyXml);
        let mut last = null();
        std::iter::from_fn(move || {
            if leaf {
                return None;
            }
            // SAFETY: the node is live and `last` is one of its children.
            unsafe {
                last = sys::lys_getnext(last, self.raw(), null(), options);
                Self::new(last)
            }
        })
    }

    /// The child of this name, from whichever module.
    #[must_use]
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The actions of a container or list.
    pub fn actions(self) -> impl Iterator<Item = Self> {
        // SAFETY: the node is live and the shim checks the index.
        (0..).map_while(move |index| unsafe {
            Self::new(sys::ruru_schema_action(self.raw(), index))
        })
    }

    /// The notifications of a container or list.
    pub fn notifications(self) -> impl Iterator<Item = Self> {
        // SAFETY: the node is live and the shim checks the index.
        (0..).map_while(move |index| unsafe {
            Self::new(sys::ruru_schema_notification(self.raw(), index))
        })
    }

    /// The data node that it is in; choices and cases are passed over.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let mut node = self;
        loop {
            // SAFETY: the node is live.
            node = unsafe { Self::new(sys::ruru_schema_parent(node.raw())) }?;
            if !matches!(node.kind(), Kind::Choice | Kind::Case | Kind::Input | Kind::Output) {
                return Some(node);
            }
        }
    }

    /// The type of a leaf or leaf-list.
    #[must_use]
    pub fn leaf_type(self) -> Option<Type<'c>> {
        // SAFETY: the node is live and its type with it.
        unsafe { Type::new(sys::ruru_schema_type(self.raw())) }
    }

    /// The units of a leaf or leaf-list.
    #[must_use]
    pub fn units(self) -> Option<&'c str> {
        // SAFETY: the node is live and its units with it.
        unsafe { borrowed(sys::ruru_schema_units(self.raw())) }
    }

    /// The defaults of a leaf or leaf-list.
    pub fn defaults(self) -> impl Iterator<Item = &'c str> {
        // SAFETY: the node is live and the shim checks the index.
        (0..).map_while(move |index| unsafe {
            borrowed(sys::ruru_schema_default(self.raw(), index))
        })
    }

    /// `min-elements` of a list or leaf-list.
    #[must_use]
    pub fn min_elements(self) -> u32 {
        // SAFETY: the node is live.
        unsafe { sys::ruru_schema_min(self.raw()) }
    }

    /// `max-elements` of a list or leaf-list, if it is bounded.
    #[must_use]
    pub fn max_elements(self) -> Option<u32> {
        // SAFETY: the node is live.
        let max = unsafe { sys::ruru_schema_max(self.raw()) };
        Some(max).filter(|&max| max != 0 && max != u32::MAX)
    }

    /// What the module says of it.
    #[must_use]
    pub fn description(self) -> Option<&'c str> {
        // SAFETY: the node is live and its description with it.
        unsafe { borrowed(sys::ruru_schema_description(self.raw())) }
    }

    /// Its path, such as `/module:list/leaf`: choices and cases are left out.
    #[must_use]
    pub fn path(self) -> String {
        // SAFETY: the node is live; without a buffer the path is allocated for the caller.
        unsafe { taken(sys::lysc_path(self.raw(), sys::LYSC_PATH_DATA, null_mut(), 0)) }
            .unwrap_or_default()
    }

    /// Whether a leaf or leaf-list takes this value, as far as it can be said without other data.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn check_value(self, value: &str) -> Result<(), Error> {
        let text = c_text(value)?;
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        yang(self.context(), || {
            // SAFETY: the node is live and so is the text; no results are asked for.
            let code = unsafe {
                let (text, none) = (text.as_ptr(), null());
                sys::lyd_value_validate(self.raw(), text, length, none, null_mut(), null_mut())
            };
            // Whether the target of a reference exists is for the validation of the whole.
            if code == sys::LY_EINCOMPLETE { sys::LY_SUCCESS } else { code }
        })
    }
}

impl std::fmt::Debug for SchemaNode<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.kind(), self.path())
    }
}
