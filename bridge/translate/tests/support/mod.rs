//! What the tests share.

#![allow(dead_code, missing_docs, clippy::unwrap_used, unreachable_pub)]

pub mod coverage;
pub mod equivalence;
pub mod random;
pub mod running;

use std::path::{Path, PathBuf};

use ruru_json::{Document, Value, compact};
use ruru_sysrepo::Context;
use ruru_translate::{RULES4, RULES6, Rules, Translator};

/// A DHCP server, and what is known of it beside its table.
pub struct Server {
    pub rules: &'static Rules,
    /// The module that adds to the configuration.
    pub own: &'static str,
    /// The list of subnets.
    pub subnets: &'static str,
    /// The directory of examples.
    examples: &'static str,
    /// The keys that the grammar of the server knows.
    pub keys: &'static str,
    /// Parts of paths of nodes that the server has no key for.
    pub not_told: &'static [&'static str],
}

pub const DHCP4: Server = Server {
    rules: RULES4,
    own: "ruru-dhcp4-config",
    subnets: "subnet4",
    examples: "kea4",
    keys: include_str!("../data/keys4.txt"),
    not_told: &["-database/user-context", "/pool/ddns-use-conflict-resolution"],
};

pub const DHCP6: Server = Server {
    rules: RULES6,
    own: "ruru-dhcp6-config",
    subnets: "subnet6",
    examples: "kea6",
    keys: include_str!("../data/keys6.txt"),
    not_told: &[
        "-database/user-context",
        "/pool/ddns-use-conflict-resolution",
        "/compatibility/ignore-rai-link-selection",
        "/pd-pool/ddns-",
        "/pd-pool/hostname-char-",
    ],
};

impl Server {
    pub fn translator(&self, context: &Context) -> Translator {
        Translator::new(context, self.rules).unwrap()
    }

    /// The instance path of the configuration.
    pub fn root(&self) -> String {
        format!("/{}:config", self.rules.module)
    }

    /// Kea's example configurations.
    pub fn examples(&self) -> Vec<PathBuf> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/examples");
        let mut examples = std::fs::read_dir(directory.join(self.examples))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect::<Vec<_>>();
        examples.sort();
        assert!(examples.len() > 10);
        examples
    }
}

/// A context with the modules of the servers.
pub fn context() -> Context {
    let mut builder = Context::builder();
    for module in ruru_yang::MODULES.iter().filter(|module| !module.name.contains("ietf")) {
        builder = builder.text(module.text, &[]);
    }
    builder.build().unwrap()
}

/// A context with the model of RFC 9243 as well, and the modules of sysrepo that it imports.
pub fn context_ietf() -> Context {
    let mut builder = Context::builder().search("/usr/share/yang/modules/sysrepo");
    for module in ruru_yang::MODULES.iter().filter(|m| !m.name.starts_with("ietf-netconf")) {
        builder = builder.text(module.text, module.features);
    }
    builder.build().unwrap()
}

pub fn translator(context: &Context) -> Translator {
    DHCP4.translator(context)
}

pub fn read(text: &str) -> Value {
    Document::from_peer(text).unwrap().root
}

/// By what the entries of a list are sorted, so that order does not matter.
pub fn sort_key(list: &str, value: &Value) -> String {
    let text = |key: &str| value.get(key).map(compact).unwrap_or_default();
    match list {
        "option-data" => [text("space"), text("name"), text("data")].join(" "),
        "option-def" => [text("space"), text("code")].join(" "),
        _ => compact(value),
    }
}
