//! Keeping datastore and server together.

use std::time::Duration;

use ruru_command::Request;
use ruru_sysrepo::{Datastore, Error, GetOptions, Node, Session, Tree};
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
    /// At start: running wins; if it has nothing, the server's configuration is taken over. Changes
    /// must be heard of already, or those that are made meanwhile would be lost.
    pub(super) fn reconcile(&self) {
        let is_empty = self.bring_together(&mut self.status());
        if is_empty {
            self.take_over();
        }
    }

    /// Every now and then: a server that is not as the agent left it gets running again.
    pub(super) fn look_after(&self) {
        if self.look() {
            self.take_over();
        }
    }

    /// The part of [`Self::look_after`] that writes nothing, so that it can be done while somebody
    /// reads; answers whether running has nothing and the server's configuration is to be taken over.
    pub(super) fn look(&self) -> bool {
        let mut status = self.status();
        // Sysrepo tells no end of an edit whose client lost patience while the server was asked.
        if let Some(lost) = status.pending.take_if(|pending| pending.since.elapsed() > UNDECIDED) {
            forget(self, &lost);
        }
        // Between prepare and commit nothing is wrong, and the server must be left alone.
        if status.pending.is_some() {
            return false;
        }
        match self.hash() {
            Err(error) => self.note(&mut status, Agreement::Unreachable(error.to_string())),
            Ok(hash) if status.hash.as_ref() == Some(&hash) => {
                self.note(&mut status, Agreement::Agreed);
            }
            Ok(_) if self.wishes().boot_update || status.hash.is_some() => {
                return self.bring_together(&mut status);
            }
            Ok(_) => {
                let reason = "the agent was told not to update the server at start".to_owned();
                self.note(&mut status, Agreement::Differs(reason));
            }
        }
        false
    }

    /// Gives the server what is in running; answers whether that is nothing.
    fn bring_together(&self, status: &mut Status) -> bool {
        let pushed = self.push();
        let is_empty = matches!(pushed, Ok(None));
        self.conclude(status, pushed);
        is_empty
    }

    /// Makes the server's configuration that of the datastore. Nobody may wait for the status
    /// meanwhile: whoever does may be reading, and no edit is done until all have read.
    fn take_over(&self) {
        let imported = self.import();
        self.conclude(&mut self.status(), imported);
    }

    /// Notes the hash of what both have now, or why they do not have the same; nothing, if there was
    /// nothing to do.
    fn conclude(&self, status: &mut Status, done: Result<Option<String>, ReconcileError>) {
        match done {
            Ok(None) => {}
            Ok(hash) => {
                status.hash = hash;
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

    /// Sends running to the server; answers the hash of its configuration, or `None` if there is
    /// nothing in running.
    fn push(&self) -> Result<Option<String>, ReconcileError> {
        let tree = self.running(&self.connection.session(Datastore::Running)?)?;
        let Some(config) = tree.as_ref().and_then(|tree| tree.find(&self.model.root())) else {
            return Ok(None);
        };
        let json = self.complete(self.model.to_json(config)?);
        let answer = self.order(&Request::with("config-set", json))?;
        self.log.write(&Event::ConfigPushed { server: self.socket() });
        match hash_in(&answer) {
            Some(hash) => Ok(Some(hash)),
            None => Ok(Some(self.hash()?)),
        }
    }

    /// What is in running, if there is anything.
    fn running(&self, session: &Session) -> Result<Option<Tree>, Error> {
        let root = self.model.root();
        let tree = session.get(&root, GetOptions::default())?;
        // Containers without presence are there even if nobody has put anything into them.
        let is_given = |node: Node<'_>| node.value().is_some() && !node.is_default();
        let is_there = tree.find(&root).is_some_and(|config| config.descend().any(is_given));
        Ok(is_there.then_some(tree))
    }

    /// Takes the server's configuration over into running and startup; answers its hash, or `None`
    /// if somebody has written something into running meanwhile.
    fn import(&self) -> Result<Option<String>, ReconcileError> {
        let answer = self.order(&Request::new("config-get"))?;
        let hash = self.hash()?;
        let mut json = answer.arguments.unwrap_or_else(ruru_json::Value::map);
        if let Some(map) = json.as_map_mut() {
            map.remove("hash");
        }
        let module = self.model.module();
        let session = self.connection.session(Datastore::Running)?;
        // The session takes its lock with it when it goes.
        session.lock(Some(module))?;
        if self.running(&session)?.is_some() {
            return Ok(None);
        }
        let context = self.connection.context()?;
        let config = self.model.to_yang(&context, &json)?;
        // Sysrepo asks us as well.
        self.imports_by(session.id());
        session.replace(config, Some(module), PATIENCE)?;
        session.switch(Datastore::Startup)?;
        session.copy_from(Datastore::Running, Some(module), PATIENCE)?;
        self.log.write(&Event::ConfigImported { server: self.socket() });
        Ok(Some(hash))
    }
}
