//! Keeping datastore and server together.

use std::time::Duration;

use ruru_command::Request;
use ruru_sysrepo::{Datastore, Error, GetOptions, Node};
use ruru_translate::Fault;

use super::change::forget;
use super::manager::{Agreement, CommandError, Manager, Status, hash_in};
use crate::log::Event;

/// How long others may take to agree to an import.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long an edit may be neither done nor aborted; other subscribers are asked in that time.
const UNDECIDED: Duration = Duration::from_secs(15);

/// Why datastore and server could not be brought together.
#[derive(Debug, thiserror::Error)]
enum ReconcileError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("sysrepo: {0}")]
    Sysrepo(#[from] Error),
    #[error("the configuration cannot be translated: {0}")]
    Fault(#[from] Fault),
}

impl Manager {
    /// At start: running wins; if it has nothing, the server's configuration is taken over.
    pub(super) fn reconcile(&self) {
        let mut status = self.status();
        self.bring_together(&mut status);
    }

    /// Every now and then: a server that is not as the agent left it gets running again.
    pub(super) fn look_after(&self) {
        let mut status = self.status();
        // Sysrepo tells no end of an edit whose client lost patience while the server was asked.
        if let Some(lost) = status.pending.take_if(|pending| pending.since.elapsed() > UNDECIDED) {
            forget(self, &lost);
        }
        // Between prepare and commit nothing is wrong, and the server must be left alone.
        if status.pending.is_some() {
            return;
        }
        match self.hash() {
            Err(error) => self.note(&mut status, Agreement::Unreachable(error.to_string())),
            Ok(hash) if status.hash.as_ref() == Some(&hash) => {
                self.note(&mut status, Agreement::Agreed);
            }
            Ok(_) if self.wishes().boot_update || status.hash.is_some() => {
                self.bring_together(&mut status);
            }
            Ok(_) => {
                let reason = "the agent was told not to update the server at start".to_owned();
                self.note(&mut status, Agreement::Differs(reason));
            }
        }
    }

    fn bring_together(&self, status: &mut Status) {
        match self.push_or_import() {
            Ok(hash) => {
                status.hash = Some(hash);
                self.note(status, Agreement::Agreed);
            }
            Err(error) => {
                let reason = error.to_string();
                let sync = match error {
                    ReconcileError::Command(CommandError::Away(_)) => {
                        Agreement::Unreachable(reason)
                    }
                    _ => Agreement::Differs(reason),
                };
                self.note(status, sync);
            }
        }
    }

    /// Makes the two equal; answers the hash of the server's configuration.
    fn push_or_import(&self) -> Result<String, ReconcileError> {
        let session = self.connection.session(Datastore::Running)?;
        let root = self.model.root();
        let tree = session.get(&root, GetOptions::default())?;
        // Containers without presence are there even if nobody has put anything into them.
        let is_given = |node: Node<'_>| node.value().is_some() && !node.is_default();
        let config = tree.find(&root).filter(|config| config.descend().any(is_given));
        let Some(config) = config else {
            drop(tree);
            return self.import();
        };
        let json = self.complete(self.model.to_json(config)?);
        let answer = self.order(&Request::with("config-set", json))?;
        self.log.write(&Event::ConfigPushed { server: self.socket() });
        match hash_in(&answer) {
            Some(hash) => Ok(hash),
            None => Ok(self.hash()?),
        }
    }

    /// Takes the server's configuration over into running and startup.
    fn import(&self) -> Result<String, ReconcileError> {
        let answer = self.order(&Request::new("config-get"))?;
        let hash = self.hash()?;
        let mut json = answer.arguments.unwrap_or_else(ruru_json::Value::map);
        if let Some(map) = json.as_map_mut() {
            map.remove("hash");
        }
        let context = self.connection.context()?;
        let config = self.model.to_yang(&context, &json)?;
        let module = self.model.module();
        let session = self.connection.session(Datastore::Running)?;
        session.replace(config, Some(module), PATIENCE)?;
        session.switch(Datastore::Startup)?;
        session.copy_from(Datastore::Running, Some(module), PATIENCE)?;
        self.log.write(&Event::ConfigImported { server: self.socket() });
        Ok(hash)
    }
}
