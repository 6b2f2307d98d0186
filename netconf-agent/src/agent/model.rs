//! Which YANG module configures a server: Kea's own for each, or RFC 9243's for DHCPv6.
//!
//! The choice is about the configuration alone. What servers tell of their state is provided in
//! Kea's tree either way, and in the RFC's too if that is the one that configures.

use ruru_json::Value;
use ruru_sysrepo::{Change, Context, Error, Node, Tree};
use ruru_translate::change::{ChangeError, Command, Touched};
use ruru_translate::ietf::{Ietf, TouchedRanges};
use ruru_translate::{Fault, Translator, Uncovered};

/// The name of the module of RFC 9243.
pub(super) const IETF6: &str = ruru_translate::ietf::MODULE;

/// What translates the configuration.
pub(super) struct Model {
    /// Kea's model: that of the configuration, if there is no other, and of the state.
    pub(super) kea: Translator,
    ietf: Option<Ietf>,
}

/// What an edit touches.
pub(super) enum Touch {
    Kea(Touched),
    Ietf(TouchedRanges),
}

impl Model {
    /// The model of this name, or Kea's.
    pub(super) fn new(
        kea: Translator,
        name: Option<&str>,
        context: &Context,
    ) -> Result<Self, Uncovered> {
        let ietf = (name == Some(IETF6)).then(|| Ietf::new(context)).transpose()?;
        Ok(Self { kea, ietf })
    }

    /// Whether the model of RFC 9243 configures the server.
    pub(super) fn is_ietf(&self) -> bool {
        self.ietf.is_some()
    }

    /// The module that configures the server.
    pub(super) fn module(&self) -> &'static str {
        if self.is_ietf() { IETF6 } else { self.kea.module() }
    }

    /// The module that could configure it, but does not.
    pub(super) fn other(&self) -> Option<&'static str> {
        match (self.is_ietf(), self.kea.version()) {
            (true, _) => Some(self.kea.module()),
            (false, 6) => Some(IETF6),
            (false, _) => None,
        }
    }

    /// The instance path of the configuration.
    pub(super) fn root(&self) -> String {
        match &self.ietf {
            Some(ietf) => ietf.root().to_owned(),
            None => self.kea.root(),
        }
    }

    /// The configuration as the server takes it.
    pub(super) fn to_json(&self, config: Node<'_>) -> Result<Value, Fault> {
        match &self.ietf {
            Some(ietf) => ietf.to_json(config),
            None => self.kea.to_json(config),
        }
    }

    /// The configuration of a server.
    pub(super) fn to_yang(&self, context: &Context, json: &Value) -> Result<Tree, Fault> {
        match &self.ietf {
            Some(ietf) => ietf.to_yang(context, json),
            None => self.kea.to_yang(context, json),
        }
    }

    /// The instance path of what stands at a place in the JSON that was made of `config`.
    pub(super) fn locate(&self, config: Node<'_>, json_path: &str) -> String {
        match &self.ietf {
            Some(ietf) => ietf.locate(config, json_path),
            None => self.kea.locate(config, json_path),
        }
    }

    /// What an edit touches; `None` if the whole configuration must be sent.
    pub(super) fn touched<'a>(
        &self,
        changes: impl IntoIterator<Item = Result<Change<'a>, Error>>,
    ) -> Result<Option<Touch>, Error> {
        match &self.ietf {
            Some(_) => Ok(TouchedRanges::by(changes)?.map(Touch::Ietf)),
            None => Ok(Touched::by(changes, &self.kea)?.map(Touch::Kea)),
        }
    }

    /// The smallest list of commands for what is touched; `None` if the whole configuration must be
    /// sent. `read` gives the new data at a path.
    pub(super) fn commands(
        &self,
        touch: &Touch,
        read: impl Fn(&str) -> Result<Tree, Error>,
    ) -> Result<Option<Vec<Command>>, ChangeError> {
        match (touch, &self.ietf) {
            (Touch::Kea(touched), _) => touched.commands(&self.kea, read),
            (Touch::Ietf(touched), Some(ietf)) => touched.commands(ietf, read),
            (Touch::Ietf(_), None) => Ok(None),
        }
    }

    /// The instance path of the largest thing that is touched, for complaints that name no place.
    pub(super) fn first_path(&self, touch: &Touch) -> Option<String> {
        match touch {
            Touch::Kea(touched) => touched.first_path(&self.kea),
            Touch::Ietf(touched) => touched.first_path(),
        }
    }
}
