//! What the tests share.

#![allow(dead_code, missing_docs, clippy::unwrap_used, unreachable_pub)]

use ruru_json::{Document, Value, compact};
use ruru_sysrepo::Context;
use ruru_translate::{RULES4, Translator};

/// A context with the server's modules.
pub fn context() -> Context {
    let mut builder = Context::builder();
    for module in ruru_yang::MODULES.iter().filter(|module| !module.name.starts_with("ietf")) {
        builder = builder.text(module.text, &[]);
    }
    builder.build().unwrap()
}

pub fn translator(context: &Context) -> Translator {
    Translator::new(context, RULES4).unwrap()
}

pub fn read(text: &str) -> Value {
    Document::from_peer(text).unwrap().root
}

/// By what the entries of a list are sorted, so that order does not matter.
pub fn sort_key(list: &str, value: &Value) -> String {
    let text = |key: &str| value.get(key).map(compact).unwrap_or_default();
    match list {
        "option-data" => [text("space"), text("name"), text("data")].join(" "),
        _ => compact(value),
    }
}
