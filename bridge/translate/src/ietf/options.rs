//! Options that the RFC has nodes for, and the `option-data` of JSON.

use std::net::Ipv6Addr;

use ruru_json::{Map, Value};
use ruru_sysrepo::Node;

use super::{Ietf, entries, listed};
use crate::state::encoding::hexadecimal_of_base64;
use crate::{Fault, to_json};

/// An option that is a container with one leaf.
struct Standard {
    container: &'static str,
    leaf: &'static str,
    code: i64,
    name: &'static str,
    kind: Kind,
}

/// What the leaf holds.
enum Kind {
    Number { most: u32 },
    Address,
}

const fn standard(
    container: &'static str,
    leaf: &'static str,
    code: i64,
    name: &'static str,
    kind: Kind,
) -> Standard {
    Standard { container, leaf, code, name, kind }
}

const SECONDS: Kind = Kind::Number { most: u32::MAX };

const STANDARD: [Standard; 5] = [
    standard("preference-option", "pref-value", 7, "preference", Kind::Number { most: 255 }),
    standard("server-unicast-option", "server-address", 12, "unicast", Kind::Address),
    standard(
        "info-refresh-time-option",
        "info-refresh-time",
        32,
        "information-refresh-time",
        SECONDS,
    ),
    standard("sol-max-rt-option", "sol-max-rt-value", 82, "solmax-rt", SECONDS),
    standard("inf-max-rt-option", "inf-max-rt-value", 83, "inf-max-rt", SECONDS),
];

/// Containers of options that cannot be configured, and what to do.
const REFUSED: [(&str, &str); 3] = [
    ("auth-option", "the server does not authenticate messages: delete it"),
    (
        "rapid-commit-option",
        "the server sends the option where rapid-commit is true: set that leaf in allocation-ranges \
         or in an allocation range, and delete this",
    ),
    ("reconfigure-message-option", "the server sends no Reconfigure messages: delete it"),
];

/// The options of a set, each with the node that it comes from.
pub(super) fn of_set<'a>(ietf: &Ietf, set: Node<'a>) -> Result<Vec<(Node<'a>, Value)>, Fault> {
    for (container, what) in REFUSED {
        if let Some(node) = set.child(container).filter(|node| is_set(*node)) {
            return Err(Fault::yang(node.path(), what));
        }
    }
    let mut options = Vec::new();
    for standard in &STANDARD {
        let leaf = set.child(standard.container).and_then(|node| node.child(standard.leaf));
        if let Some(leaf) = leaf {
            let data = Some(leaf.value().unwrap_or(""));
            options.push((leaf, option(standard.name, standard.code, data)));
        }
    }
    if let Some(node) = set.child("reconfigure-accept-option") {
        let mut accept = option("reconf-accept", 20, None);
        if let Some(map) = accept.as_map_mut() {
            // Clients do not ask for it by name.
            map.insert("always-send", true);
        }
        options.push((node, accept));
    }
    let vendors =
        listed(set, "vendor-specific-information-options", "vendor-specific-information-option");
    for vendor in vendors {
        let enterprise = vendor.leaf("enterprise-number").unwrap_or("");
        options.push((vendor, option("vendor-opts", 17, Some(enterprise))));
        let of_vendor = entries(vendor, "vendor-option-data");
        options.extend(of_vendor.map(|node| (node, suboption(enterprise, node))));
    }
    for node in entries(set, "option-data") {
        options.push((node, to_json::map(&ietf.options, node)?.into()));
    }
    Ok(options)
}

/// Whether a container is there because somebody has put it, or something into it.
fn is_set(node: Node<'_>) -> bool {
    let is_presence = node.schema().is_some_and(ruru_sysrepo::SchemaNode::is_presence);
    is_presence || node.children().next().is_some()
}

fn option(name: &str, code: i64, data: Option<&str>) -> Value {
    let mut map = Map::default();
    map.insert("name", name);
    map.insert("code", code);
    map.insert("space", "dhcp6");
    if let Some(data) = data {
        map.insert("data", data);
    }
    map.into()
}

fn suboption(enterprise: &str, node: Node<'_>) -> Value {
    let code = node.leaf("sub-option-code").and_then(|code| code.parse::<i64>().ok());
    Value::object([
        ("code", Value::from(code.unwrap_or_default())),
        ("space", Value::from(format!("vendor-{enterprise}"))),
        ("csv-format", Value::from(false)),
        ("data", Value::from(hexadecimal_of_base64(node.leaf("sub-option-data").unwrap_or("")))),
    ])
}

/// The RFC's container, leaf and value for an option of JSON, if they say all of it and nothing else.
pub(super) fn to_standard(option: &Value) -> Option<(&'static str, &'static str, &str)> {
    let map = option.as_map()?;
    let name = map.get("name")?.as_text()?;
    let standard = STANDARD.iter().find(|standard| standard.name == name)?;
    let data = map.get("data")?.as_text()?;
    let is_said = |(key, value): (&str, &Value)| match key {
        "name" | "data" => true,
        "code" => value.as_int() == Some(standard.code.into()),
        "space" => value.as_text() == Some("dhcp6"),
        _ => false,
    };
    let is_canonical = match standard.kind {
        Kind::Number { most } => {
            data.parse::<u32>().is_ok_and(|n| n <= most && n.to_string() == data)
        }
        Kind::Address => {
            !data.contains('.') && data.parse::<Ipv6Addr>().is_ok_and(|a| a.to_string() == data)
        }
    };
    (is_canonical && map.iter().all(is_said)).then_some((standard.container, standard.leaf, data))
}

/// The identifiers of the sets that a scope refers to.
pub(super) fn sets_of<'a>(scope: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    entries(scope, "option-set-id")
}
