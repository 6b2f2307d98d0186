//! Options as they will be sent: encoded once, when the configuration is built.

use super::OptionCode;

/// An option that a scope of the configuration provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentOption {
    /// The code.
    pub code: OptionCode,
    /// The content, encoded.
    pub content: Box<[u8]>,
    /// Send it even if the client did not ask.
    pub always: bool,
    /// Never send this code, whichever scope has it.
    pub never: bool,
}

/// The options of one scope, in the order of their codes; the first of a code counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionSet(Box<[SentOption]>);

impl OptionSet {
    /// Sorts the options by code, keeping the order within a code.
    #[must_use]
    pub fn new(mut options: Vec<SentOption>) -> Self {
        options.sort_by_key(|option| option.code);
        Self(options.into())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The option with this code.
    #[must_use]
    pub fn get(&self, code: OptionCode) -> Option<&SentOption> {
        let at = self.0.partition_point(|option| option.code < code);
        self.0.get(at).filter(|option| option.code == code)
    }

    /// All options in order.
    pub fn iter(&self) -> std::slice::Iter<'_, SentOption> {
        self.0.iter()
    }
}
