//! `ietf-dhcpv6-server` (RFC 9243) to the JSON of the DHCPv6 server and back.
//!
//! The RFC's tree is another cut through the same matter: options stand in sets that are referred to,
//! reservations in the pool of their address, ranges beside each other whatever link they are on. So
//! it is put together by hand ([`Ietf::to_json`], [`Ietf::to_yang`]). What the RFC leaves to servers is
//! in `ruru-ietf-dhcpv6`, has the names of Kea's model and is walked as that is, by the same plans.
//!
//! A configuration that came from JSON goes back equivalent: what the RFC's own nodes cannot say to
//! the letter is said by ours. Beside the exceptions that hold for Kea's model,
//!
//! - subnets are sorted by their numbers, outside of shared networks;
//! - pools are sorted by their addresses, and one that is a whole prefix is written as prefix;
//! - DUIDs of reservations that the RFC's nodes hold are written with colons;
//! - the code of an option that the RFC has a node for is filled in.

mod change;
mod duid;
mod import;
mod import_range;
mod locate;
mod numbers;
mod options;
mod range;
mod refuse;
mod reservations;
mod to_json;

pub use change::TouchedRanges;
pub use numbers::{pool_number, range_number};

use ruru_sysrepo::{Context, Node};

use crate::common::COMMON;
use crate::plan::{self, Plan};
use crate::rules::{Row, Rule, Rules};
use crate::{RULES6, Uncovered, rules6};

use Rule::{NotTold, Prefix};

/// The module of the RFC.
pub const MODULE: &str = "ietf-dhcpv6-server";

/// The path of the configuration.
const ROOT: &str = "/ietf-dhcpv6-server:dhcpv6-server";

/// How a container of our own is named where the RFC's nodes are around it.
const SETTINGS: &str = "ruru-ietf-dhcpv6:settings";

/// As for Kea's model, whose nodes are ours.
static RULES: &Rules = &Rules {
    module: MODULE,
    container: "dhcpv6-server",
    rows: &[COMMON, rules6::ROWS, ROWS],
    ..*RULES6
};

const ROWS: &[Row] = &[
    ("settings/excluded-prefix", Prefix { length: "excluded-prefix-len" }),
    // What becomes of it depends on the identifier.
    ("settings/number", NotTold),
];

/// Lifetimes and times: the leaf of the RFC, and the key in JSON.
const TIMES: [(&str, &str); 4] = [
    ("valid-lifetime", "valid-lifetime"),
    ("renew-time", "renew-timer"),
    ("rebind-time", "rebind-timer"),
    ("preferred-lifetime", "preferred-lifetime"),
];

/// Translates the configuration of a DHCPv6 server that `ietf-dhcpv6-server` configures.
///
/// It is made from a schema but keeps no hold on it, so it may live as long as the program.
#[derive(Debug)]
pub struct Ietf {
    /// What holds for the server.
    server: Plan,
    /// The list of classes.
    classes: Plan,
    /// The list of options of a set.
    options: Plan,
    range: Plan,
    pool: Plan,
    prefix_pool: Plan,
}

impl Ietf {
    /// Joins the schema and the table.
    ///
    /// # Errors
    /// The nodes of our own that have no place in JSON.
    pub fn new(context: &Context) -> Result<Self, Uncovered> {
        let part = |path: &str, name: &str, json: &str| {
            let row =
                if name == "settings" { "/settings".to_owned() } else { format!("/{name}[]") };
            let path = format!("{ROOT}/{path}/ruru-ietf-dhcpv6:{name}");
            plan::compile_part(context, RULES, &path, &row, json)
        };
        let range = "allocation-ranges/allocation-range";
        Ok(Self {
            server: part("vendor-config", "settings", "Dhcp6")?,
            classes: part("class-selector", "client-class", "client-classes")?,
            options: part("option-sets/option-set", "option-data", "option-data")?,
            range: part(range, "settings", "subnet6")?,
            pool: part(&format!("{range}/address-pools/address-pool"), "settings", "pools")?,
            prefix_pool: part(
                &format!("{range}/prefix-pools/prefix-pool"),
                "settings",
                "pd-pools",
            )?,
        })
    }

    /// The instance path of the configuration.
    #[must_use]
    pub fn root(&self) -> &'static str {
        ROOT
    }
}

/// The node of our own of this name.
fn own<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    node.children().find(|child| child.name() == name && child.module() == Some("ruru-ietf-dhcpv6"))
}

/// The entries of a list, or of a leaf-list.
fn entries<'a>(node: Node<'a>, name: &'static str) -> impl Iterator<Item = Node<'a>> {
    node.children().filter(move |child| child.name() == name)
}

/// The entries of a list in a container.
fn listed<'a>(
    node: Node<'a>,
    container: &str,
    list: &'static str,
) -> impl Iterator<Item = Node<'a>> {
    node.child(container).into_iter().flat_map(move |container| entries(container, list))
}
