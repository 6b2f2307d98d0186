//! `config-*`: the configuration as a whole.

mod transaction;

use std::sync::Arc;

use ruru_command::Answer;
use ruru_config::{Config, old_spellings};
use ruru_json::{Value, pretty};
use ruru_observe::{Sink, events};
use serde::Deserialize;

pub(crate) use transaction::{abort, commit, prepare};

use crate::arguments::{none, read};
use crate::{Commanded, Failure, Server};

/// `config-get`: the running configuration and its hash.
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    let mut json = server.config.to_json();
    let hash = hash(&server.config);
    if let Some(map) = json.as_map_mut() {
        map.insert("hash", hash);
    }
    Ok(Answer::arguments(json))
}

/// `config-hash-get`: only the hash.
pub(crate) fn hash_get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    Ok(Answer::arguments(hash_arguments(&server.config)))
}

/// `config-test`: the first step of `config-set` alone.
pub(crate) fn test<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let next = read_config(server, arguments)?;
    server.prepare(Arc::new(next))?;
    Ok(Answer::success("Configuration seems sane. Nothing was changed."))
}

/// `config-set`: replaces the running configuration.
pub(crate) fn set<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    server.refuse_while_prepared()?;
    let next = read_config(server, arguments)?;
    let effects = server.prepare(Arc::new(next))?;
    server.put_to_use(effects);
    Ok(Answer::success("Configuration successful.").with(hash_arguments(&server.config)))
}

/// `config-reload`: reads the configuration file again.
pub(crate) fn reload<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    server.refuse_while_prepared()?;
    let document = server.process.read_configuration().map_err(Failure::error)?;
    tell_of_old_spellings::<F>(&document.root, &*server.log);
    let next = Config::read(&document.root, &server.registry)
        .map_err(|complaint| Failure::error(complaint.located(&document)))?;
    let effects = server.prepare(Arc::new(next))?;
    server.put_to_use(effects);
    Ok(Answer::success("Configuration successful.").with(hash_arguments(&server.config)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteArguments {
    filename: Option<String>,
}

/// `config-write`: the running configuration into a file.
pub(crate) fn write<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let arguments: WriteArguments = read(arguments)?;
    let text = pretty(&server.config.to_json());
    let path = server
        .process
        .write_configuration(arguments.filename.as_deref(), &text)
        .map_err(Failure::error)?;
    let path = path.display().to_string();
    let answer = Value::object([
        ("filename", Value::from(path.as_str())),
        ("size", Value::from(text.len() as u64)),
    ]);
    Ok(Answer::success(format!("Configuration written to {path} successful")).with(answer))
}

events! {
    /// About configurations of DHCPv4 that are read.
    pub enum ConfigEvent4<'a> in "dhcp4" {
        /// Something is written as it once was.
        OldSpelling DHCP4_CONFIG_SYNTAX_WARNING Warn "configuration: {advice} ({place})"
            { advice: &'a str, place: &'a str },
    }
}

events! {
    /// About configurations of DHCPv6 that are read.
    pub enum ConfigEvent6<'a> in "dhcp6" {
        /// Something is written as it once was.
        OldSpelling DHCP6_CONFIG_SYNTAX_WARNING Warn "configuration: {advice} ({place})"
            { advice: &'a str, place: &'a str },
    }
}

/// Tells the operator of all parameters of a configuration that are written in an old way.
pub fn tell_of_old_spellings<F: Commanded>(root: &Value, log: &dyn Sink) {
    for complaint in old_spellings(root) {
        F::tell_of_old_spelling(log, &complaint.message, &complaint.path());
    }
}

fn read_config<F: Commanded>(server: &Server<F>, arguments: &Value) -> Result<Config<F>, Failure> {
    if arguments.as_map().is_none() {
        return Err(Failure::error("Missing mandatory 'arguments' parameter."));
    }
    let root = F::PROTOCOL.root();
    if arguments.get(root).is_none() {
        return Err(Failure::error(format!("Missing mandatory '{root}' parameter.")));
    }
    tell_of_old_spellings::<F>(arguments, &*server.log);
    Config::read(arguments, &server.registry)
        .map_err(|complaint| Failure::of_complaint(complaint, arguments))
}

fn hash_arguments<F: Commanded>(config: &Config<F>) -> Value {
    Value::object([("hash", hash(config))])
}

fn hash<F: Commanded>(config: &Config<F>) -> Value {
    config.digest().iter().map(|byte| format!("{byte:02X}")).collect::<String>().into()
}
