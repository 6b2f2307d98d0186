//! Trees to text.

use std::ptr::null_mut;

use crate::error::yang;
use crate::sys;
use crate::text::taken;
use crate::{Context, Error};

/// How data are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// XML, RFC 7950.
    Xml,
    /// JSON, RFC 7951.
    Json,
}

impl Format {
    pub(crate) fn raw(self) -> u32 {
        match self {
            Self::Xml => sys::LYD_XML,
            Self::Json => sys::LYD_JSON,
        }
    }
}

/// Which nodes with default values are written, RFC 6243 section 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Defaults {
    /// Those that were set by somebody.
    #[default]
    Explicit,
    /// None, even when somebody set the default value.
    Trim,
    /// All.
    All,
    /// All, and those with the default value are tagged.
    AllTagged,
}

/// What is written, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrintOptions {
    /// Which nodes with default values.
    pub defaults: Defaults,
    /// The nodes that follow in the same parent too.
    pub siblings: bool,
    /// With line breaks and indentation.
    pub indent: bool,
    /// Empty containers without presence too.
    pub empty_containers: bool,
}

impl PrintOptions {
    /// All siblings on one line, without defaults: for messages.
    pub const COMPACT: Self = Self {
        defaults: Defaults::Explicit,
        siblings: true,
        indent: false,
        empty_containers: false,
    };

    fn raw(self) -> u32 {
        let defaults = match self.defaults {
            Defaults::Explicit => 0,
            Defaults::Trim => sys::LYD_PRINT_WD_TRIM,
            Defaults::All => sys::LYD_PRINT_WD_ALL,
            Defaults::AllTagged => sys::LYD_PRINT_WD_ALL_TAG,
        };
        let flags = sys::flags(&[
            (self.siblings, sys::LYD_PRINT_SIBLINGS),
            (!self.indent, sys::LYD_PRINT_SHRINK),
            (self.empty_containers, sys::LYD_PRINT_EMPTY_CONT),
        ]);
        defaults | flags
    }
}

/// Prints a node, or nothing for a null pointer.
pub(crate) fn print(
    node: *const sys::lyd_node,
    context: &Context,
    format: Format,
    options: PrintOptions,
) -> Result<String, Error> {
    let mut text = null_mut();
    // SAFETY: callers pass null or a live node of the context; `text` receives the result.
    yang(context.raw(), || unsafe {
        sys::lyd_print_mem(&raw mut text, node, format.raw(), options.raw())
    })?;
    // SAFETY: the text was allocated for the caller.
    Ok(unsafe { taken(text) }.unwrap_or_default())
}
