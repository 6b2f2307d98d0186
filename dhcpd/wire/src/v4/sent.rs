//! Options as they will be sent: encoded once, when the configuration is built.

use super::OptionCode;

/// Client classes of which a client must be in at least one; if there are none, all clients may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard(Box<[Box<str>]>);

impl Guard {
    /// Lets members of these classes pass.
    #[must_use]
    pub fn new(classes: Box<[Box<str>]>) -> Self {
        Self(classes)
    }

    /// Whether a client passes.
    pub fn admits(&self, is_member: impl Fn(&str) -> bool) -> bool {
        self.0.is_empty() || self.0.iter().any(|class| is_member(class))
    }

    /// The classes.
    #[must_use]
    pub fn classes(&self) -> &[Box<str>] {
        &self.0
    }
}

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
    /// Whose clients it is for.
    pub guard: Guard,
}

/// The options of one scope, in the order of their codes; of a code the first counts that is for the
/// client.
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

    /// The option with this code that is for a client of these classes.
    pub fn get(&self, code: OptionCode, is_member: impl Fn(&str) -> bool) -> Option<&SentOption> {
        let at = self.0.partition_point(|option| option.code < code);
        let same = self.0[at..].iter().take_while(|option| option.code == code);
        same.into_iter().find(|option| option.guard.admits(&is_member))
    }

    /// All options in order.
    pub fn iter(&self) -> std::slice::Iter<'_, SentOption> {
        self.0.iter()
    }
}
