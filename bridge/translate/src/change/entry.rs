//! What has commands of its own.

use ruru_sysrepo::Node;

use crate::Translator;

/// Something that has commands of its own. The order is that in which removals are done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    /// A reservation, in a subnet or, if it has the id 0, for all.
    Host { subnet: u32, network: Option<String>, kind: String, identifier: String },
    /// A subnet, in a shared network or not.
    Subnet { network: Option<String>, id: u32 },
    /// A shared network.
    Network { name: String },
    /// A client class.
    Class { name: String },
}

impl Entry {
    /// The nearest one that a node is or is in, and its node.
    pub(super) fn of<'a>(node: Node<'a>, translator: &Translator) -> Option<(Self, Node<'a>)> {
        let subnets = translator.rules.subnets();
        let mut here = Some(node);
        while let Some(candidate) = here {
            let name = || candidate.leaf("name").map(str::to_owned);
            let entry = match candidate.name() {
                "host" => host(candidate, &subnets),
                "shared-network" => name().map(|name| Self::Network { name }),
                "client-class" if is_list(candidate) => name().map(|name| Self::Class { name }),
                other if other == subnets => subnet(candidate),
                _ => None,
            };
            if let Some(entry) = entry {
                return Some((entry, candidate));
            }
            here = candidate.parent();
        }
        None
    }

    /// Whether its place among its like means something.
    pub(super) fn has_order(&self) -> bool {
        matches!(self, Self::Class { .. })
    }

    /// Its instance path.
    pub(super) fn path(&self, translator: &Translator) -> String {
        let root = translator.root();
        let subnets = translator.rules.subnets();
        let network_path = |name: &str| format!("{root}/shared-network[name={}]", quoted(name));
        let subnet_path = |network: &Option<String>, id: u32| {
            let parent = network.as_deref().map_or(root.clone(), network_path);
            format!("{parent}/{subnets}[id='{id}']")
        };
        match self {
            Self::Host { subnet, network, kind, identifier } => {
                let parent =
                    if *subnet == 0 { root.clone() } else { subnet_path(network, *subnet) };
                let identifier = quoted(identifier);
                format!("{parent}/host[identifier-type='{kind}'][identifier={identifier}]")
            }
            Self::Subnet { network, id } => subnet_path(network, *id),
            Self::Network { name } => network_path(name),
            Self::Class { name } => format!("{root}/client-class[name={}]", quoted(name)),
        }
    }
}

/// A leaf has the same name as the list of classes.
fn is_list(node: Node<'_>) -> bool {
    node.schema().is_some_and(|schema| schema.kind() == ruru_sysrepo::Kind::List)
}

fn subnet(node: Node<'_>) -> Option<Entry> {
    let id = node.leaf("id")?.parse().ok()?;
    Some(Entry::Subnet { network: network_of(node), id })
}

fn network_of(subnet: Node<'_>) -> Option<String> {
    let parent = subnet.parent().filter(|parent| parent.name() == "shared-network")?;
    parent.leaf("name").map(str::to_owned)
}

fn host(node: Node<'_>, subnets: &str) -> Option<Entry> {
    let parent = node.parent()?;
    let (subnet, network) = if parent.name() == subnets {
        (parent.leaf("id")?.parse().ok()?, network_of(parent))
    } else {
        (0, None)
    };
    Some(Entry::Host {
        subnet,
        network,
        kind: node.leaf("identifier-type")?.to_owned(),
        identifier: node.leaf("identifier")?.to_owned(),
    })
}

/// A string in XPath 1.0: there is no escape, so the quotes are those that it does not have.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
