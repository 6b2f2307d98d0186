//! The scenario file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use ruru_command::Request;
use ruru_json::{Document, Limits, Map, NoIncludes, Value, from_value};

use super::{Protocol, layout};

/// A scenario as it stands in its file.
#[derive(Clone, Debug)]
pub struct Scenario<P: Protocol> {
    path: PathBuf,
    root: Value,
    /// The value of `Dhcp4` or `Dhcp6`, but for what the subject needs.
    pub config: Value,
    /// The server's interfaces.
    pub interfaces: Vec<Interface<P>>,
    /// Whether the server answers to where queries come from, which its environment says.
    pub answers_to_source: bool,
    /// What happens.
    pub steps: Vec<Step<P>>,
}

/// An interface of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface<P: Protocol> {
    /// Its name.
    pub name: String,
    /// Its addresses, with the bits of their prefixes; there is at least one.
    pub addresses: Vec<(P::Address, u8)>,
}

impl<P: Protocol> Interface<P> {
    /// The address that replies come from.
    #[must_use]
    pub fn address(&self) -> P::Address {
        self.addresses.first().map_or(P::LOWEST, |(address, _)| *address)
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub struct Step<P: Protocol> {
    /// What.
    pub action: Action<P>,
    /// What must come out.
    pub out: Value,
    /// What comes out of Kea where that is meant to differ.
    pub kea: Option<Value>,
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum Action<P: Protocol> {
    /// A packet comes in.
    In(Box<P::Packet>),
    /// Seconds pass.
    Advance(u32),
    /// An operator gives a command.
    Command(Request),
}

impl<P: Protocol> Scenario<P> {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read or is not a scenario; with line and column where there is one.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        Self::of(path, document(path)?)
    }

    /// A scenario that stands, or could stand, in the file of this name.
    ///
    /// # Errors
    /// It is not a scenario; with line and column where there is one.
    pub fn of(path: &Path, root: Value) -> anyhow::Result<Self> {
        let map = root.as_map().context("a scenario is a map")?;
        let known = [
            "about",
            "interfaces",
            "answers-to-source",
            "config",
            "kea-differs",
            "kea-refuses",
            "steps",
        ];
        if let Some((key, _)) = map.iter().find(|(key, _)| !known.contains(key)) {
            bail!("a scenario has no '{key}'; it has {}", known.join(", "));
        }
        let config = match map.get("config").context("a scenario needs 'config'")? {
            name if name.as_text().is_some() => {
                document(&path.with_file_name(name.as_text().unwrap_or_default()))?
            }
            inline => inline.clone(),
        };
        let steps = map.get("steps").and_then(Value::as_list).context("'steps' is a list")?;
        let steps = steps.iter().enumerate().map(|(at, step)| {
            read_step(step).with_context(|| format!("step {} (line {})", at + 1, step.at.line))
        });
        let steps = steps.collect::<anyhow::Result<Vec<_>>>()?;
        let interfaces = interfaces(map.get("interfaces"))?;
        let answers_to_source =
            map.get("answers-to-source").and_then(Value::as_bool).unwrap_or(false);
        let (path, root) = (path.to_owned(), root.clone());
        Ok(Self { path, root, config, interfaces, answers_to_source, steps })
    }

    /// What Kea says of a configuration that it does not know yet.
    pub fn kea_refuses(&self) -> Option<&str> {
        self.root.get("kea-refuses").and_then(Value::as_text)
    }

    /// Checks that a difference from Kea has a reason, and that a reason has a difference.
    ///
    /// # Errors
    /// One is there without the other.
    pub fn check_differences(&self) -> anyhow::Result<()> {
        let differs = self.steps.iter().any(|step| step.kea.is_some());
        let reason = self.root.get("kea-differs").and_then(Value::as_text).unwrap_or_default();
        if differs == reason.is_empty() {
            bail!("'kea-differs' says why, and stands there if and only if a step has 'kea'");
        }
        if self.steps.iter().any(|step| step.kea.as_ref() == Some(&step.out)) {
            bail!("'kea' says the same as 'out'");
        }
        Ok(())
    }

    /// Sets what comes out of a step, for the server or for Kea.
    pub fn record(&mut self, step: usize, out: Value, is_kea: bool) {
        let own = self.steps[step].out.clone();
        let Some(map) = self.step_mut(step) else { return };
        if !is_kea {
            map.insert("out", out);
        } else if out == own {
            map.remove("kea");
        } else {
            map.insert("kea", out);
        }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        layout::write(&self.root)
    }

    /// Writes the file, if anything was recorded that differs.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        let text = self.text();
        if fs::read_to_string(&self.path)? != text {
            fs::write(&self.path, text)?;
        }
        Ok(())
    }

    fn step_mut(&mut self, step: usize) -> Option<&mut Map> {
        let steps = self.root.as_map_mut()?.get_mut("steps")?;
        let ruru_json::Data::List(list) = &mut steps.data else { return None };
        list.get_mut(step)?.as_map_mut()
    }
}

fn document(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let name = path.display().to_string();
    Ok(Document::read(&name, &text, &NoIncludes, Limits::default())?.root)
}

fn read_step<P: Protocol>(step: &Value) -> anyhow::Result<Step<P>> {
    let map = step.as_map().context("a step is a map")?;
    let (mut action, mut out, mut kea) = (None, Value::map(), None);
    for (key, value) in map.iter() {
        match key {
            "in" => action = Some(Action::In(Box::new(from_value(value).map_err(mismatch)?))),
            "advance" => action = Some(Action::Advance(seconds(value)?)),
            "command" => action = Some(Action::Command(command(value)?)),
            "out" => out = value.clone(),
            "kea" => kea = Some(value.clone()),
            "why" => {}
            _ => bail!("a step has no '{key}'; it has in, advance or command, and out, kea, why"),
        }
    }
    Ok(Step { action: action.context("a step needs in, advance or command")?, out, kea })
}

fn mismatch(mismatch: ruru_json::Mismatch) -> anyhow::Error {
    anyhow!("line {}: {mismatch}", mismatch.at.line)
}

/// A name alone, or a map with its arguments.
fn command(value: &Value) -> anyhow::Result<Request> {
    Ok(match value.as_text() {
        Some(name) => Request::new(name),
        None => Request::parse(&ruru_json::compact(value))?,
    })
}

/// `90`, `"90s"`, `"5m"`, `"2h"` or `"1d"`.
fn seconds(value: &Value) -> anyhow::Result<u32> {
    if let Some(seconds) = value.as_int() {
        return Ok(u32::try_from(seconds)?);
    }
    let text = value.as_text().context("a time is seconds, or a text such as \"5m\"")?;
    let unit = text.find(|c: char| !c.is_ascii_digit()).context("a time needs a unit")?;
    let (number, unit) = text.split_at(unit);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => bail!("units are s, m, h, d"),
    };
    Ok(number.parse::<u32>()? * unit)
}

/// `{ "eth0": "192.0.2.1/24" }`, or with a list of addresses.
fn interfaces<P: Protocol>(value: Option<&Value>) -> anyhow::Result<Vec<Interface<P>>> {
    let Some(value) = value else {
        let (name, texts) = P::INTERFACE;
        return Ok(vec![interface(name, texts.iter().copied())?]);
    };
    let map = value.as_map().context("'interfaces' is a map")?;
    let interfaces = map.iter().map(|(name, value)| {
        let texts = value.as_list().unwrap_or(std::slice::from_ref(value));
        interface(name, texts.iter().filter_map(Value::as_text))
    });
    interfaces.collect()
}

fn interface<'a, P: Protocol>(
    name: &str,
    texts: impl Iterator<Item = &'a str>,
) -> anyhow::Result<Interface<P>> {
    let address = |text: &str| {
        let (address, prefix) = text.split_once('/').context("an address needs a prefix length")?;
        let address = address.parse().ok().with_context(|| format!("'{text}' is no address"))?;
        Ok((address, prefix.parse()?))
    };
    Ok(Interface {
        name: name.to_owned(),
        addresses: texts.map(address).collect::<anyhow::Result<_>>()?,
    })
}
