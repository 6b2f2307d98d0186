//! `interface-*`: the interfaces of the machine, and what is served on them.

use ruru_command::Answer;
use ruru_json::Value;
use serde::Deserialize;

use crate::arguments::{none, read};
use crate::{Commanded, Failure, InterfaceStatus, Server};

/// `interface-list`
pub(crate) fn list<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let interfaces: Vec<Value> = server.process.interfaces().iter().map(json).collect();
    let text = format!("{} interface(s) found.", interfaces.len());
    let found = Value::object([("interfaces", Value::from(interfaces))]);
    Ok(Answer::success(text).with(found))
}

/// `interface-redetect`: interfaces that have come are served, if the configuration asks for them.
pub(crate) fn redetect<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    server.refuse_while_prepared()?;
    opened(server.process.reopen_sockets(&[]), "Interfaces were detected again.")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddArguments {
    interfaces: Vec<String>,
}

/// `interface-add`: serves on more interfaces until the next configuration.
pub(crate) fn add<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let AddArguments { interfaces } = read(arguments)?;
    if interfaces.is_empty() {
        return Err(Failure::error("'interfaces' must name at least one interface"));
    }
    server.refuse_while_prepared()?;
    opened(server.process.reopen_sockets(&interfaces), "Interfaces were added.")
}

fn opened(errors: Result<Vec<String>, String>, text: &str) -> Result<Answer, Failure> {
    match errors.map_err(Failure::error)?.as_slice() {
        [] => Ok(Answer::success(text)),
        errors => Err(Failure::error(errors.join("; "))),
    }
}

fn json(status: &InterfaceStatus) -> Value {
    let texts = |texts: &[String]| {
        Value::from(texts.iter().map(|text| Value::from(text.as_str())).collect::<Vec<_>>())
    };
    let vrf = status.vrf.as_ref().map(|vrf| ("vrf", Value::from(vrf.as_str())));
    let always = [
        ("name", Value::from(status.name.as_str())),
        ("index", Value::from(u64::from(status.index))),
        ("up", Value::from(status.is_up)),
        ("loopback", Value::from(status.is_loopback)),
        ("addresses", texts(&status.addresses)),
        ("sockets", texts(&status.sockets)),
    ];
    Value::object(always.into_iter().chain(vrf))
}
