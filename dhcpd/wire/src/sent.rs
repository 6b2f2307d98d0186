//! Options as they will be sent: encoded once, when the configuration is built. DHCPv4 and DHCPv6
//! differ in the type of the code `C` alone.

use std::num::NonZeroU32;

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
pub struct SentOption<C> {
    /// The enterprise whose options it is one of (RFC 3925, RFC 8415 section 21.17); nothing for an
    /// option of the message.
    pub enterprise: Option<NonZeroU32>,
    /// The code.
    pub code: C,
    /// The content, encoded.
    pub content: Box<[u8]>,
    /// Send it even if the client did not ask.
    pub always: bool,
    /// Never send this code, whichever scope has it.
    pub never: bool,
    /// Whose clients it is for.
    pub guard: Guard,
}

/// The options of one scope, in the order of their codes and behind them those of enterprises; of a
/// code the first counts that is for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSet<C>(Box<[SentOption<C>]>);

impl<C: Copy + Ord> OptionSet<C> {
    /// Sorts the options by enterprise and code, keeping the order within a code.
    #[must_use]
    pub fn new(mut options: Vec<SentOption<C>>) -> Self {
        options.sort_by_key(SentOption::key);
        Self(options.into())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The option with this code that is for a client of these classes.
    pub fn get(&self, code: C, is_member: impl Fn(&str) -> bool) -> Option<&SentOption<C>> {
        self.all(code).find(|option| option.guard.admits(&is_member))
    }

    /// All options with this code, for whichever client.
    pub fn all(&self, code: C) -> impl Iterator<Item = &SentOption<C>> {
        self.with_key((None, code))
    }

    /// The option with this code among those of an enterprise that is for a client of these classes.
    pub fn get_of(
        &self,
        enterprise: NonZeroU32,
        code: C,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<&SentOption<C>> {
        let mut same = self.with_key((Some(enterprise), code));
        same.find(|option| option.guard.admits(&is_member))
    }

    /// All options of messages in order.
    pub fn iter(&self) -> std::slice::Iter<'_, SentOption<C>> {
        let end = self.0.partition_point(|option| option.enterprise.is_none());
        self.0[..end].iter()
    }

    /// The options of an enterprise in order.
    pub fn of(&self, enterprise: NonZeroU32) -> impl Iterator<Item = &SentOption<C>> {
        let at = self.0.partition_point(|option| option.enterprise < Some(enterprise));
        self.0[at..].iter().take_while(move |option| option.enterprise == Some(enterprise))
    }

    /// Whether there are options of an enterprise.
    #[must_use]
    pub fn has_enterprise(&self) -> bool {
        self.0.last().is_some_and(|option| option.enterprise.is_some())
    }

    fn with_key(&self, key: Key<C>) -> impl Iterator<Item = &SentOption<C>> {
        let at = self.0.partition_point(|option| option.key() < key);
        self.0[at..].iter().take_while(move |option| option.key() == key)
    }
}

impl<C> Default for OptionSet<C> {
    fn default() -> Self {
        Self(Box::default())
    }
}

/// By what options are sorted.
type Key<C> = (Option<NonZeroU32>, C);

impl<C: Copy> SentOption<C> {
    fn key(&self) -> Key<C> {
        (self.enterprise, self.code)
    }
}
