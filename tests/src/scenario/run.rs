//! Running a scenario: shows its steps to a subject and compares what comes out.

use std::path::Path;

use anyhow::{Context, bail};
use ruru_command::Request;
use ruru_json::{Data, Document, Map, Value};
use ruru_lease::{V4, V6};
use ruru_ncr::NameChangeRequest;

use super::wire::{Program, Wire};
use super::{Action, Protocol, Scenario, Sent, Step, Subject, layout};

/// Runs the scenario of a file against a subject: `ours`, `ours-wire` or `kea`.
///
/// # Errors
/// What comes out is not what the file says, or the subject cannot be run.
pub fn run(path: &Path, subject: &str) -> anyhow::Result<()> {
    if is_v6(path) { run_as::<V6>(path, subject) } else { run_as::<V4>(path, subject) }
}

/// The directories say it: `v4` and `v6`.
fn is_v6(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "v6")
}

fn run_as<P: Protocol>(path: &Path, subject: &str) -> anyhow::Result<()> {
    let mut scenario = Scenario::<P>::read(path)?;
    let update = std::env::var_os("UPDATE_SCENARIOS").is_some();
    if !update {
        scenario.check_differences()?;
    }
    let differences = match subject {
        "ours" => {
            let mut server = P::in_process(&scenario)?;
            play(&mut scenario, &mut *server, false)?
        }
        "ours-wire" => on_wire(&mut scenario, Program::Ours)?,
        "kea" => on_wire(&mut scenario, Program::Kea)?,
        other => bail!("SUBJECT is ours, ours-wire or kea, not '{other}'"),
    };
    if update {
        return scenario.save();
    }
    if differences.is_empty() { Ok(()) } else { bail!("{}", differences.join("\n")) }
}

/// Runs in a thread of its own, because a thread that entered a name space stays there.
fn on_wire<P: Protocol>(
    scenario: &mut Scenario<P>,
    program: Program,
) -> anyhow::Result<Vec<String>> {
    let run = || {
        let mut server = match (Wire::start(scenario, program), scenario.kea_refuses()) {
            (server, None) => server?,
            (server, Some(_)) if program == Program::Ours => server?,
            (Ok(_), Some(_)) => bail!("Kea knows the configuration: remove 'kea-refuses'"),
            (Err(error), Some(words)) if format!("{error:#}").contains(words) => {
                return Ok(Vec::new());
            }
            (Err(error), Some(_)) => return Err(error),
        };
        let mut differences = play(scenario, &mut server, program == Program::Kea)
            .with_context(|| server.last_words())?;
        if !differences.is_empty() && std::env::var_os("SHOW_LOG").is_some() {
            differences.push(server.last_words());
        }
        Ok(differences)
    };
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| bail!("the scenario's thread panicked"))
}

/// Shows all steps; answers what came out otherwise than expected, and records it.
fn play<P: Protocol>(
    scenario: &mut Scenario<P>,
    subject: &mut dyn Subject<P>,
    is_kea: bool,
) -> anyhow::Result<Vec<String>> {
    let mut differences = Vec::new();
    for (at, step) in scenario.steps.clone().iter().enumerate() {
        let expected = if is_kea { step.kea.as_ref().unwrap_or(&step.out) } else { &step.out };
        let observed = observe(scenario, subject, step, expected)
            .with_context(|| format!("step {}", at + 1))?;
        // A real server cannot be moved in time: what comes after is not its business.
        let Some(observed) = observed else { break };
        if observed != *expected {
            differences.push(difference(at, expected, &observed));
            scenario.record(at, observed, is_kea);
        }
    }
    Ok(differences)
}

fn difference(at: usize, expected: &Value, observed: &Value) -> String {
    let (expected, observed) = (layout::write(expected), layout::write(observed));
    format!("step {}\nexpected {expected}observed {observed}", at + 1)
}

/// What comes out of a step, in the words of what is expected; nothing if the subject cannot do
/// the step.
fn observe<P: Protocol>(
    scenario: &Scenario<P>,
    subject: &mut dyn Subject<P>,
    step: &Step<P>,
    expected: &Value,
) -> anyhow::Result<Option<Value>> {
    subject.log()?;
    subject.updates(None)?;
    let mut out = Map::default();
    match &step.action {
        Action::In(packet) => {
            let interface = scenario.interfaces.iter().find(|i| i.name == P::interface(packet));
            let interface = interface.context("the packet's interface is not there")?;
            let Sent { query, reply, is_counted } = subject.send(packet)?;
            if let Some(reply) = reply {
                out.insert("reply", P::describe(&reply, &query, interface.address())?);
            }
            if !is_counted {
                out.insert("is-counted", false);
            }
        }
        Action::Advance(seconds) => {
            if !subject.advance(*seconds)? {
                return Ok(None);
            }
        }
        Action::Command(request) => {
            let answer = subject.command(request)?.to_json();
            let wanted = expected.get("answer").cloned().unwrap_or_else(Value::map);
            let mut shown = shaped(&wanted, &answer);
            if let (Some(map), Some(result)) = (shown.as_map_mut(), answer.get("result")) {
                map.insert("result", result.clone());
            }
            out.insert("answer", shown);
        }
    }
    if let Some(wanted) = expected.get("leases") {
        out.insert("leases", leases(subject, wanted)?);
    }
    if let Some(wanted) = expected.get("statistics").and_then(Value::as_map) {
        out.insert("statistics", statistics(subject, wanted)?);
    }
    if let Some(wanted) = expected.get("log").and_then(Value::as_list) {
        let said = subject.log()?;
        let is_said = |id: &&Value| id.as_text().is_some_and(|id| said.iter().any(|s| s == id));
        out.insert("log", wanted.iter().filter(is_said).cloned().collect::<Vec<_>>());
    }
    if let Some(wanted) = expected.get("updates").and_then(Value::as_list) {
        let told = subject.updates(Some(wanted.len()))?;
        out.insert("updates", told.iter().map(update_as_json).collect::<anyhow::Result<Vec<_>>>()?);
    }
    Ok(Some(out.into()))
}

/// A name change request as it is written, without the time.
pub(crate) fn update_as_json(request: &NameChangeRequest) -> anyhow::Result<Value> {
    let request = NameChangeRequest { lease_expires_on: None, ..request.clone() };
    Ok(Document::from_peer(&request.to_json())?.root)
}

/// The members of `value` that `wanted` has as well.
fn shaped(wanted: &Value, value: &Value) -> Value {
    match (&wanted.data, &value.data) {
        (Data::Map(wanted), Data::Map(map)) => {
            let both = wanted.iter().filter_map(|(key, w)| Some((key, shaped(w, map.get(key)?))));
            Value::object(both)
        }
        (Data::List(wanted), Data::List(list)) if wanted.len() == list.len() => {
            let both = wanted.iter().zip(list).map(|(wanted, value)| shaped(wanted, value));
            Value::new(Data::List(both.collect()))
        }
        _ => value.clone(),
    }
}

/// All leases by address: the state, or the members that are wanted.
fn leases<P: Protocol>(subject: &mut dyn Subject<P>, wanted: &Value) -> anyhow::Result<Map> {
    let answer = subject.command(&Request::new(P::LEASES))?;
    let arguments = answer.arguments.unwrap_or_else(Value::map);
    let list = arguments.get("leases").and_then(Value::as_list).unwrap_or_default();
    let mut leases = Map::default();
    for lease in list {
        let name = P::lease_name(lease);
        let state = match lease.get("state").and_then(Value::as_int) {
            Some(0) => "assigned",
            Some(1) => "declined",
            Some(2) => "reclaimed",
            Some(3) => "released",
            Some(4) => "registered",
            _ => "unknown",
        };
        let mut shown = lease.clone();
        if let Some(map) = shown.as_map_mut() {
            map.insert("state", state);
        }
        let shown = match wanted.get(&name) {
            Some(wanted) if wanted.as_map().is_some() => shaped(wanted, &shown),
            _ => Value::from(state),
        };
        leases.insert(name, shown);
    }
    leases.sort();
    Ok(leases)
}

/// The values of the statistics that are wanted; one that the subject does not have is left out.
fn statistics<P: Protocol>(subject: &mut dyn Subject<P>, wanted: &Map) -> anyhow::Result<Map> {
    let answer = subject.command(&Request::new("statistic-get-all"))?;
    let all = answer.arguments.context("statistic-get-all has arguments")?;
    let value = |name: &str| {
        let sample = all.get(name)?.as_list()?.first()?.as_list()?.first()?;
        Some(sample.clone())
    };
    Ok(wanted.iter().filter_map(|(name, _)| Some((name, value(name)?))).collect())
}
