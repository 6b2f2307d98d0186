//! `option-data` of one scope to the options that are sent.

use std::num::NonZeroU32;

use ruru_wire::{Guard, OptionSet, SentOption, v4, v6};

use super::definition::{Key, Known, check_code, check_space};
use super::payload::{Form, Payload, append, parse};
use super::{Definition, encode, tokens};
use crate::complaint::{Complaint, Within};
use crate::{Protocol, Settings};

/// The code of an option of one protocol.
pub trait Code: Copy + Ord {
    /// The code with this number; the configuration has no higher ones.
    fn new(code: u16) -> Self;
}

impl Code for v4::OptionCode {
    fn new(code: u16) -> Self {
        Self(u8::try_from(code).unwrap_or(u8::MAX))
    }
}

impl Code for v6::OptionCode {
    fn new(code: u16) -> Self {
        Self(code)
    }
}

/// Encodes the `option-data` of one scope. An option that holds those of a space gets all that the
/// scope has in that space.
///
/// # Errors
/// An option is unknown, its data does not fit its definition, or spaces hold each other.
pub fn encode_all<'k, C: Code>(
    scope: &Settings,
    known: impl Into<Known<'k>>,
) -> Result<OptionSet<C>, Complaint> {
    let known = known.into();
    let messages = known.protocol().space();
    let given = scope.maps("option-data");
    let mut entries = Vec::with_capacity(given.len());
    for (at, settings) in given.iter().enumerate() {
        entries.push(Entry::read(settings, known).at_index(at).under("option-data")?);
    }
    let mut options = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let enterprise = enterprise(entry.space);
        if enterprise.is_none() && entry.space != messages {
            continue;
        }
        let content = entry.content(&entries, &mut vec![entry.space]);
        options.push(SentOption {
            enterprise,
            code: C::new(entry.code),
            content: content.at_index(at).under("option-data")?.into(),
            always: entry.always,
            never: entry.never,
            guard: entry.guard.clone(),
        });
    }
    Ok(OptionSet::new(options))
}

/// Which option a map of `option-data` means, as its space, its code and, if there is one, its
/// definition.
///
/// # Errors
/// Neither name nor code is given, they do not agree, or the name is unknown.
pub fn identify<'s, 'k>(
    settings: &'s Settings,
    known: impl Into<Known<'k>>,
) -> Result<(&'s str, u16, Option<&'k Definition>), Complaint> {
    let known = known.into();
    let protocol = known.protocol();
    let space = settings.text("space").unwrap_or(protocol.space());
    check_space(protocol, space).under("space")?;
    let name = settings.text("name");
    if let Some(name) = name.filter(|name| name.contains(' ')) {
        let message = format!("option name '{name}' has a blank");
        return Err(Complaint::new(message).under("name"));
    }
    let Some(code) = settings.number("code") else {
        let Some(name) = name else {
            return Err(Complaint::new("an option needs a 'name' or a 'code'"));
        };
        let definition = known.find(space, Key::Name(name)).ok_or_else(|| {
            let message = format!("there is no option '{name}' in space {space}; give its code");
            Complaint::new(message).under("name")
        })?;
        return Ok((space, definition.code, Some(definition)));
    };
    let code = u16::try_from(code).unwrap_or(u16::MAX);
    check_code(protocol, space, code)?;
    let definition = known.find(space, Key::Code(code));
    if let (Some(name), Some(definition)) = (name, definition)
        && definition.name != name
    {
        let message = format!("option {code} is '{}', not '{name}'", definition.name);
        return Err(Complaint::new(message).under("name"));
    }
    Ok((space, code, definition))
}

/// One map of `option-data`.
struct Entry<'a> {
    protocol: Protocol,
    space: &'a str,
    code: u16,
    /// The space of the options in it; empty if it has none.
    holds: &'a str,
    payload: Payload,
    always: bool,
    never: bool,
    guard: Guard,
}

impl<'a> Entry<'a> {
    fn read(settings: &'a Settings, known: Known<'a>) -> Result<Self, Complaint> {
        let (space, code, definition) = identify(settings, known)?;
        if space == known.protocol().space() {
            refuse_server_options(known.protocol(), code)?;
        }
        let data = settings.text("data").unwrap_or_default();
        let never = settings.flag("never-send").unwrap_or(false);
        let is_text = settings.flag("csv-format").unwrap_or(true);
        let payload = match definition {
            // What is never sent needs no data.
            Some(_) if never && !settings.has("data") => Ok(Payload::default()),
            Some(definition) => {
                let bytes = match is_text {
                    true => encode::text(definition, data),
                    false => tokens::hexadecimal(data),
                };
                bytes.and_then(|bytes| parse(definition, &bytes, known))
            }
            None if is_text => {
                let message = format!(
                    "option {code} of space {space} has no definition: set 'csv-format' to false \
                     and give hexadecimal data"
                );
                return Err(Complaint::new(message));
            }
            None => tokens::hexadecimal(data).map(|head| Payload { head, inner: Vec::new() }),
        };
        Ok(Self {
            space,
            code,
            // Kea does not put options into those of enterprises, nor those of messages into others.
            holds: definition
                .filter(|_| enterprise(space).is_none())
                .map(held_by)
                .filter(|held| *held != known.protocol().space())
                .unwrap_or_default(),
            protocol: known.protocol(),
            payload: payload.map_err(|message| Complaint::new(message).under("data"))?,
            always: settings.flag("always-send").unwrap_or(false),
            never,
            guard: Guard::new(settings.texts("client-classes").into()),
        })
    }

    /// The payload with what the scope has of the space that this option holds. `path` are the
    /// spaces from the outermost inwards.
    fn content<'p>(
        &'p self,
        entries: &'p [Entry<'_>],
        path: &mut Vec<&'p str>,
    ) -> Result<Vec<u8>, Complaint> {
        let mut content = self.payload.head.clone();
        let mut inner = self.payload.inner.clone();
        if !self.holds.is_empty() {
            if path.contains(&self.holds) {
                let message = format!("options of space {} hold themselves", self.holds);
                return Err(Complaint::new(message));
            }
            path.push(self.holds);
            for entry in entries.iter().filter(|entry| entry.space == self.holds) {
                if inner.iter().all(|(code, _)| *code != entry.code) {
                    inner.push((entry.code, entry.content(entries, path)?));
                }
            }
            path.pop();
        }
        inner.sort_by_key(|(code, _)| *code);
        for (code, bytes) in inner {
            append(&mut content, self.protocol, code, &bytes);
        }
        Ok(content)
    }
}

/// The space of the options behind an option's own bytes.
fn held_by(definition: &Definition) -> &str {
    if Form::of(definition).has_options() { &definition.encapsulates } else { "" }
}

/// The enterprise of a space `vendor-NUMBER`; 0 is none.
fn enterprise(space: &str) -> Option<NonZeroU32> {
    space.strip_prefix("vendor-")?.parse().ok()
}

/// Options whose content only the server can know.
fn refuse_server_options(protocol: Protocol, code: u16) -> Result<(), Complaint> {
    let refused: &[u16] = match protocol {
        // Overload, message type, relay agent information.
        Protocol::V4 => &[52, 53, 82],
        // IAs, what stands in them, and what relays hold.
        Protocol::V6 => &[3, 4, 5, 9, 25, 26],
    };
    if refused.contains(&code) {
        let name = Definition::by_code(protocol, code).map_or("", |definition| &definition.name);
        let message =
            format!("option {name} ({code}) is made by the server and cannot be configured");
        return Err(Complaint::new(message));
    }
    Ok(())
}
