//! `statistic-*` and `stat-leaseN-get`

mod gauges;
mod samples;
mod values;

use std::time::Duration;

use ruru_command::Answer;
use ruru_json::Value;
use ruru_process::clock;
use serde::Deserialize;

pub use gauges::{Gauged, Gauges};
pub(crate) use samples::{Gone, Samples};
use values::Scope;

use crate::arguments::{none, read};
use crate::command::STAT_LEASE_GET;
use crate::{Commanded, Failure, Server};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

/// `statistic-get`
pub(crate) fn get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Name { name } = read(arguments)?;
    let now = clock::now();
    let found = values::one(server, &name).and_then(|value| server.samples.read(&name, value, now));
    Ok(Answer::arguments(Value::object(found.map(|samples| (name, samples)))))
}

/// `statistic-get-all`
pub(crate) fn get_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    Ok(Answer::arguments(read_all(server, Scope::All)))
}

/// `statistic-global-get-all`
pub(crate) fn global_get_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    Ok(Answer::arguments(read_all(server, Scope::Global)))
}

fn read_all<F: Commanded>(server: &mut Server<F>, scope: Scope) -> Value {
    let now = clock::now();
    let mut map = ruru_json::Map::default();
    for (name, value) in values::all(server, scope) {
        if let Some(samples) = server.samples.read(&name, value, now) {
            map.append(name, samples);
        }
    }
    map.into()
}

/// `statistic-reset`
pub(crate) fn reset<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Name { name } = read(arguments)?;
    let value = known(server, &name)?;
    server.samples.reset(&name, value, clock::now());
    Ok(Answer::success(format!("Statistic '{name}' reset.")))
}

/// `statistic-reset-all`
pub(crate) fn reset_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    for (name, value) in values::all(server, Scope::All) {
        server.samples.reset(&name, value, clock::now());
    }
    Ok(Answer::success("All statistics reset to neutral values."))
}

/// `statistic-remove`: hides a statistic until it is reset, or its subnet or pool comes back, or a
/// whole configuration is put to use.
pub(crate) fn remove<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Name { name } = read(arguments)?;
    known(server, &name)?;
    server.samples.remove(&name);
    Ok(Answer::success(format!("Statistic '{name}' removed.")))
}

/// `statistic-remove-all`
pub(crate) fn remove_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    none(arguments)?;
    for (name, _) in values::all(server, Scope::All) {
        server.samples.remove(&name);
    }
    let text = "Warning: statistic-remove-all command is deprecated. All statistics removed.";
    Ok(Answer::success(text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Age {
    name: String,
    duration: u64,
}

/// `statistic-sample-age-set`
pub(crate) fn sample_age_set<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Age { name, duration } = read(arguments)?;
    known(server, &name)?;
    server.samples.limit_age(Some(&name), Duration::from_secs(duration));
    Ok(Answer::success(format!("Statistic '{name}' duration limit is set.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeOfAll {
    duration: u64,
}

/// `statistic-sample-age-set-all`
pub(crate) fn sample_age_set_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let AgeOfAll { duration } = read(arguments)?;
    server.samples.limit_age(None, Duration::from_secs(duration));
    Ok(Answer::success("All statistics duration limit are set."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Count {
    name: String,
    max_samples: usize,
}

/// `statistic-sample-count-set`
pub(crate) fn sample_count_set<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let Count { name, max_samples } = read(arguments)?;
    known(server, &name)?;
    server.samples.limit_count(Some(&name), max_samples)?;
    Ok(Answer::success(format!("Statistic '{name}' count limit is set.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CountOfAll {
    max_samples: usize,
}

/// `statistic-sample-count-set-all`
pub(crate) fn sample_count_set_all<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let CountOfAll { max_samples } = read(arguments)?;
    server.samples.limit_count(None, max_samples)?;
    Ok(Answer::success("All statistics count limit are set."))
}

fn known<F: Commanded>(server: &Server<F>, name: &str) -> Result<u128, Failure> {
    values::one(server, name)
        .filter(|_| !server.samples.is_removed(name))
        .ok_or_else(|| Failure::error(format!("No '{name}' statistic found")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Subnets {
    subnet_id: Option<u32>,
    subnet_range: Option<Range>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Range {
    first_subnet_id: u32,
    last_subnet_id: u32,
}

/// `stat-leaseN-get`
pub(crate) fn lease_get<F: Commanded>(
    server: &mut Server<F>,
    arguments: &Value,
) -> Result<Answer, Failure> {
    let (first, last, label) = match read(arguments)? {
        Subnets { subnet_id: Some(id), subnet_range: None } => (id, id, format!("subnet-id={id}")),
        Subnets { subnet_id: None, subnet_range: Some(range) } => {
            let (first, last) = (range.first_subnet_id, range.last_subnet_id);
            (first, last, format!("subnets {first} through {last}"))
        }
        Subnets { subnet_id: None, subnet_range: None } => (1, u32::MAX, "all subnets".to_owned()),
        Subnets { subnet_id: Some(_), subnet_range: Some(_) } => {
            return Err(Failure::error(
                "either 'subnet-id' or 'subnet-range' is allowed, not both",
            ));
        }
    };
    let rows = values::lease_rows(server, first, last);
    let name = STAT_LEASE_GET.of(F::PROTOCOL);
    if rows.is_empty() {
        let text = format!("{name}[{label}]: no matching data");
        return Ok(Answer::empty(text).with(Value::map()));
    }
    let text = format!("{name}[{label}]: {} rows found", rows.len());
    let columns: Vec<Value> = values::columns::<F>().map(Value::from).collect();
    let set = Value::object([
        ("columns", columns.into()),
        ("rows", rows.into()),
        ("timestamp", Value::from(clock::local_microseconds(clock::now()))),
    ]);
    Ok(Answer::success(text).with(Value::object([("result-set", set)])))
}

/// A value. Numbers of addresses go beyond 64 bits, as in Kea, whose numbers end at 127.
fn number(value: u128) -> Value {
    Value::from(i128::try_from(value).unwrap_or(i128::MAX))
}

#[cfg(test)]
mod tests;
