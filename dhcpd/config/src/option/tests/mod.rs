//! Options, from what is configured to bytes and from bytes to text.

mod data;
mod definitions;
mod noise;
mod received;
mod texts;

use ruru_json::Document;
use ruru_wire::v4::OptionSet;

use super::*;
use crate::Protocol;
use crate::Settings;
use crate::params::Scope;

/// The definitions in a list of `option-def`.
fn definitions(list: &str) -> Result<Definitions, String> {
    let settings = settings(Scope::Global, &format!(r#"{{ "option-def": {list} }}"#))?;
    Definitions::of_all(&settings).map_err(|complaint| complaint.to_string())
}

/// The options in a list of `option-data`.
fn options(list: &str, definitions: &Definitions) -> Result<OptionSet, String> {
    let settings = settings(Scope::Subnet, &format!(r#"{{ "option-data": {list} }}"#))?;
    encode_all(&settings, definitions).map_err(|complaint| complaint.to_string())
}

fn settings(scope: Scope, text: &str) -> Result<Settings, String> {
    let document = Document::from_peer(text).unwrap();
    Settings::read(Protocol::V4, scope, &document.root).map_err(|complaint| complaint.to_string())
}

fn bytes(digits: &str) -> Vec<u8> {
    tokens::pairs(digits).unwrap()
}
