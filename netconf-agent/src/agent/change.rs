//! An edit of the configuration: the *change* event prepares, *done* commits, *abort* aborts.

use std::collections::BTreeSet;
use std::time::Instant;

use ruru_command::Request;
use ruru_json::Value;
use ruru_sysrepo::{Change, ChangeEvent, Event, GetOptions, Operation, Refusal, Tree};
use ruru_translate::change::{ChangeError, Command};
use ruru_translate::{Fault, Place};

use super::manager::{Agreement, CommandError, Manager, Pending, Promise, hash_in, refused};
use super::model::Touch;
use crate::log;

/// Handles one event.
pub(super) fn handle(manager: &Manager, event: &ChangeEvent<'_>) -> Result<(), Refusal> {
    if manager.is_import(event.session().originator_session()) {
        return Ok(());
    }
    match event.event {
        Event::Change => prepare(manager, event),
        Event::Done => {
            commit(manager, event.operation);
            Ok(())
        }
        Event::Abort => {
            abort(manager, event.operation);
            Ok(())
        }
        Event::Update | Event::Enabled | Event::Rpc => Ok(()),
    }
}

fn prepare(manager: &Manager, event: &ChangeEvent<'_>) -> Result<(), Refusal> {
    let mut status = manager.status();
    // An edit whose end was never told, because its client went away.
    if let Some(stale) = status.pending.take() {
        forget(manager, &stale);
    }
    let available = manager.commands().map_err(|error| away(&error))?;
    let touched = manager.model.touched(event.changes()?)?;
    let promise = if available.contains("config-prepare") {
        prepare_with_us(manager, event, touched.as_ref())?
    } else {
        prepare_with_kea(manager, event, touched.as_ref(), &available)?
    };
    let (operation, since) = (event.operation, Instant::now());
    status.pending = Some(Pending { operation, promise, since });
    Ok(())
}

/// A server that prepares: first with the smallest plan; if it refuses that, the whole
/// configuration has the last word, and its complaint the better place.
fn prepare_with_us(
    manager: &Manager,
    event: &ChangeEvent<'_>,
    touched: Option<&Touch>,
) -> Result<Promise, Refusal> {
    if let Some(commands) = smallest(manager, event, touched)? {
        let list: Vec<Value> = commands.iter().map(Request::to_json).collect();
        let arguments = Value::object([("commands", Value::from(list))]);
        match manager.order(&Request::with("config-prepare", arguments)) {
            Ok(answer) => return token(&answer),
            Err(CommandError::Refused { .. }) => {}
            Err(error) => return Err(away(&error)),
        }
    }
    let whole = Whole::read(manager, event)?;
    let request = Request::with("config-prepare", whole.json.clone());
    match manager.order(&request) {
        Ok(answer) => token(&answer),
        Err(error) => Err(whole.refusal(manager, &error, touched)),
    }
}

fn token(answer: &ruru_command::Answer) -> Result<Promise, Refusal> {
    let token = answer.arguments.as_ref().and_then(|a| a.get("token")).and_then(Value::as_int);
    token
        .map(Promise::Token)
        .ok_or_else(|| Refusal::new("operation-failed", "the server gave no token"))
}

/// The smallest list of commands, if there is one.
fn smallest(
    manager: &Manager,
    event: &ChangeEvent<'_>,
    touched: Option<&Touch>,
) -> Result<Option<Vec<Request>>, Refusal> {
    let Some(touched) = touched else { return Ok(None) };
    let read = |path: &str| event.session().get(path, GetOptions::default());
    let commands = manager.model.commands(touched, read).map_err(plan_failed)?;
    let request = |command: Command| Request::with(command.name, command.arguments);
    Ok(commands.map(|commands| commands.into_iter().map(request).collect()))
}

/// A server that can only be asked whether a whole configuration is right.
fn prepare_with_kea(
    manager: &Manager,
    event: &ChangeEvent<'_>,
    touched: Option<&Touch>,
    available: &BTreeSet<String>,
) -> Result<Promise, Refusal> {
    let whole = Whole::read(manager, event)?;
    if manager.wishes().validate_changes {
        let answer = manager
            .ask(&Request::with("config-test", whole.json.clone()))
            .map_err(|error| away(&error))?;
        if !answer.is_success() {
            return Err(whole.refusal(manager, &refused(&answer), touched));
        }
    }
    let has_all = |commands: &Vec<Request>| {
        commands.iter().all(|request| available.contains(&request.command))
    };
    let small = smallest(manager, event, touched)?.filter(has_all);
    let commands = small.unwrap_or_else(|| vec![Request::with("config-set", whole.json)]);
    Ok(Promise::Commands(commands))
}

fn commit(manager: &Manager, operation: u32) {
    let mut status = manager.status();
    let Some(pending) = status.pending.take_if(|pending| pending.operation == operation) else {
        // It was forgotten, but it is in running all the same: the server gets all of that.
        status.hash = None;
        return;
    };
    let done = match &pending.promise {
        Promise::Token(token) => {
            let arguments = Value::object([("token", Value::from(*token))]);
            manager.order(&Request::with("config-commit", arguments)).map(|answer| hash_in(&answer))
        }
        Promise::Commands(commands) => commands
            .iter()
            .try_for_each(|command| manager.order(command).map(|_| ()))
            .and_then(|()| manager.hash().map(Some)),
    };
    match done {
        Ok(hash) => {
            status.hash = hash;
            manager.note(&mut status, Agreement::Agreed);
        }
        Err(error) => {
            // The datastore has the change; the server gets all of it as soon as it can.
            status.hash = None;
            let reason = error.to_string();
            manager.log.write(&log::Event::CommitFailed { reason: &reason });
            manager.note(&mut status, Agreement::Differs(reason));
        }
    }
}

fn abort(manager: &Manager, operation: u32) {
    let mut status = manager.status();
    if let Some(pending) = status.pending.take_if(|pending| pending.operation == operation) {
        forget(manager, &pending);
    }
}

/// Refuses to write what does not configure the server: it would have no effect. Remains of the time
/// when it did may be deleted.
pub(super) fn refuse_other(manager: &Manager, event: &ChangeEvent<'_>) -> Result<(), Refusal> {
    if event.event != Event::Change {
        return Ok(());
    }
    for change in event.changes()? {
        let Change { operation, node } = change?;
        if operation != Operation::Deleted {
            let text = format!(
                "the server is configured by {}: write that, or let the agent's configuration name \
                 this model in managed-servers",
                manager.model.module()
            );
            return Err(Refusal::new("operation-not-supported", text).at(node.path()));
        }
    }
    Ok(())
}

/// Tells the server that nothing comes of what it prepared. If it cannot be told it forgets by
/// itself.
pub(super) fn forget(manager: &Manager, pending: &Pending) {
    if let Promise::Token(token) = pending.promise {
        let arguments = Value::object([("token", Value::from(token))]);
        let _ = manager.ask(&Request::with("config-abort", arguments));
    }
}

/// The whole configuration of an edit.
struct Whole {
    tree: Option<Tree>,
    json: Value,
}

impl Whole {
    fn read(manager: &Manager, event: &ChangeEvent<'_>) -> Result<Self, Refusal> {
        let root = manager.model.root();
        let tree = event.session().get(&root, GetOptions::default())?;
        let Some(config) = tree.find(&root) else {
            let empty = Value::object([(manager.model.kea.json_root(), Value::map())]);
            return Ok(Self { tree: None, json: manager.complete(empty) });
        };
        let json = manager.model.to_json(config).map_err(untranslated)?;
        Ok(Self { tree: Some(tree), json: manager.complete(json) })
    }

    /// The server's refusal, with the node that it is about.
    fn refusal(&self, manager: &Manager, error: &CommandError, touched: Option<&Touch>) -> Refusal {
        let CommandError::Refused { text, path } = error else { return away(error) };
        let refusal = Refusal::new("operation-failed", text.clone());
        let config = self.tree.as_ref().and_then(|tree| tree.find(&manager.model.root()));
        match (path, config) {
            (Some(path), Some(config)) => {
                refusal.at(manager.model.locate(config, &path.replace('.', "/")))
            }
            _ => match touched.and_then(|touched| manager.model.first_path(touched)) {
                Some(path) => refusal.at(path),
                None => refusal,
            },
        }
    }
}

fn away(error: &CommandError) -> Refusal {
    Refusal::new("resource-denied", format!("{error}; nothing was changed"))
}

fn plan_failed(error: ChangeError) -> Refusal {
    match error {
        ChangeError::Sysrepo(error) => error.into(),
        ChangeError::Fault(fault) => untranslated(fault),
    }
}

fn untranslated(fault: Fault) -> Refusal {
    let refusal = Refusal::new("invalid-value", fault.message);
    match fault.place {
        Place::Yang(path) => refusal.at(path),
        Place::Json { .. } => refusal,
    }
}
