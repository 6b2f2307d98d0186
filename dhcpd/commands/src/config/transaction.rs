//! `config-prepare`, `config-commit`, `config-abort`: for callers that change several servers at
//! once and must be able to stop before any of them has changed.

use std::sync::Arc;

use ruru_command::{Answer, ResultCode};
use ruru_config::Config;
use ruru_json::{Value, from_value};
use serde::Deserialize;

use crate::arguments::read;
use crate::command::{Run, find};
use crate::{Commanded, Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    command: String,
    arguments: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: u64,
}

/// `config-prepare`: either `Dhcp4` or `Dhcp6` with a whole configuration or `commands` with a list
/// of commands that change it. Answers a token, or a complaint with its place: `path` in the
/// arguments, and `command`, counted from 0, if there is a list.
pub(crate) fn prepare<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    server.refuse_while_prepared()?;
    let root = F::PROTOCOL.root();
    let next = match (arguments.get(root), arguments.get("commands").map(Value::as_list)) {
        (Some(_), None) => whole(server, arguments),
        (None, Some(Some(commands))) => chained(server, commands),
        _ => {
            let text = format!("either '{root}' or a list 'commands' is needed");
            return Err(Failure::error(text));
        }
    };
    let prepared = next.and_then(|next| {
        server.prepare(Arc::new(next)).map_err(|failure| Refusal { failure, step: None })
    });
    match prepared {
        Ok(prepared) => {
            let token = server.keep_prepared(prepared);
            let token = Value::object([("token", Value::from(token))]);
            Ok(Answer::success("The configuration is prepared.").with(token))
        }
        Err(refusal) => Ok(refusal.into_answer()),
    }
}

/// `config-commit`: puts what was prepared to use.
pub(crate) fn commit<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Token { token } = read(arguments)?;
    let prepared = server.take_prepared(token)?;
    server.put_to_use(prepared);
    let hash = super::hash_arguments(&server.config);
    Ok(Answer::success("Configuration successful.").with(hash))
}

/// `config-abort`: forgets what was prepared.
pub(crate) fn abort<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Token { token } = read(arguments)?;
    server.take_prepared(token)?;
    Ok(Answer::success("The prepared configuration is forgotten."))
}

/// A failure, and which command of the list it is about.
struct Refusal {
    failure: Failure,
    step: Option<usize>,
}

impl Refusal {
    fn into_answer(self) -> Answer {
        let mut place = Value::map();
        if let Some(map) = place.as_map_mut() {
            if let Some(complaint) = &self.failure.complaint {
                map.insert("path", complaint.path());
                map.insert("reason", complaint.message.as_str());
            }
            if let Some(step) = self.step {
                map.insert("command", step as u64);
            }
        }
        self.failure.into_answer().with(place)
    }
}

fn whole<F: Commanded>(server: &Server<F>, arguments: &Value) -> Result<Config<F>, Refusal> {
    let next = Config::read(arguments, &server.registry);
    next.map_err(|c| Refusal { failure: Failure::of_complaint(c, arguments), step: None })
}

fn chained<F: Commanded>(server: &Server<F>, commands: &[Value]) -> Result<Config<F>, Refusal> {
    let mut next = Config::clone(&server.config);
    for (at, command) in commands.iter().enumerate() {
        let refuse = |failure| Refusal { failure, step: Some(at) };
        let step: Step = from_value(command).map_err(|m| refuse(Failure::of_mismatch(&m)))?;
        let Some(Run::Change(run)) = find::<F>(&step.command).map(|command| command.run) else {
            let text =
                format!("'{}' is not a command that changes the configuration", step.command);
            let failure = Failure { result: ResultCode::UNSUPPORTED, ..Failure::error(text) };
            return Err(refuse(failure));
        };
        let arguments = step.arguments.unwrap_or_else(Value::map);
        (next, _) = run(&next, &server.registry, &arguments).map_err(refuse)?;
    }
    Ok(next)
}
