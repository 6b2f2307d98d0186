//! YANG to Kea's JSON and back, by a walk over the compiled schema.
//!
//! A node of the configuration stands in the JSON under its own name, with a value of the same
//! type: `leaf` as scalar, `leaf-list` and `list` as list, `container` as map. What differs is a
//! row in a table ([`RULES4`], [`RULES6`]); the same walk reads it in both directions. [`Translator::new`]
//! refuses a table with a row that names no node and a schema with a node that has no place.
//!
//! What comes back from JSON is equal to what went there, with these exceptions:
//!
//! - a `comment` becomes the key of that name in `user-context`;
//! - `user-context`, `parameters` and `dhcp-queue-control` are JSON texts in YANG, written without
//!   needless white space;
//! - a pool is written `first - last`, or as prefix if it was one;
//! - addresses and prefixes are written in the canonical form of their types;
//! - the code of an option that was named only is filled in, and its space if it was left out;
//! - lists that the user does not order are sorted by their keys;
//! - what the server has no key for, but need not know, is left out;
//! - real numbers have the precision of JSON readers, about 15 digits.
//!
//! The model of RFC 9243 is another cut through the same matter, which [`ietf`] puts together.
//!
//! What an edit changes becomes a list of commands in [`change`]. The state that is read from servers
//! is put into nodes by [`state`].

pub mod change;
mod common;
mod fault;
pub mod ietf;
mod keys;
mod locate;
mod options;
mod options4;
mod options6;
mod path;
mod plan;
mod pool;
mod prefix;
mod rules;
mod rules4;
mod rules6;
pub mod state;
mod to_json;
mod to_yang;

pub use fault::{Fault, Place};
pub use options::StandardOption;
pub use options4::OPTIONS4;
pub use options6::OPTIONS6;
pub use plan::{Gap, Uncovered};
pub use rules::{OptionNames, Row, Rule, Rules};
pub use rules4::RULES4;
pub use rules6::RULES6;

use ruru_sysrepo::Context;

/// Translates the configuration of one kind of server.
///
/// It is made from a schema but keeps no hold on it, so it may live as long as the program.
#[derive(Debug)]
pub struct Translator {
    rules: &'static Rules,
    plan: plan::Plan,
}

impl Translator {
    /// Joins a schema and a table.
    ///
    /// # Errors
    /// The rows that name no node, and the nodes that have no place in JSON.
    pub fn new(context: &Context, rules: &'static Rules) -> Result<Self, Uncovered> {
        Ok(Self { rules, plan: plan::compile(context, rules)? })
    }

    /// The module of the configuration.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.rules.module
    }

    /// The member of the JSON that holds the configuration.
    #[must_use]
    pub fn json_root(&self) -> &'static str {
        self.rules.json
    }

    /// The version of IP that the server is for.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.rules.version
    }

    /// The instance path of the configuration.
    #[must_use]
    pub fn root(&self) -> String {
        format!("/{}:{}", self.rules.module, self.plan.name)
    }

    /// The places of all configuration nodes that the server hears of: the YANG path, and the path
    /// in JSON with `[]` behind lists, as `Dhcp4.subnet4[].pools[].pool`.
    #[must_use]
    pub fn places(&self) -> Vec<(String, String)> {
        let mut places = Vec::new();
        self.plan.places(&format!("/{}", self.plan.name), self.rules.json, &mut places);
        places
    }
}
