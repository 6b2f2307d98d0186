//! What the RFC has nodes for and the server cannot do.

use ruru_sysrepo::Node;

use crate::Fault;

/// Lifetimes, times and rapid commit: the server has them for ranges, not for parts of them.
const OF_RANGES: [&str; 5] =
    ["valid-lifetime", "renew-time", "rebind-time", "preferred-lifetime", "rapid-commit"];

/// Refuses what the server can only be told of a whole range.
pub(super) fn of_part(part: Node<'_>) -> Result<(), Fault> {
    match part.children().find(|child| OF_RANGES.contains(&child.name())) {
        Some(leaf) => Err(Fault::yang(
            leaf.path(),
            "the server has it for whole allocation ranges only: set it there and delete it here",
        )),
        None => Ok(()),
    }
}

/// Refuses identifiers that no path can have: neither sysrepo nor a client could name the entry again.
pub(super) fn of_name(entry: Node<'_>, key: &str) -> Result<(), Fault> {
    match entry.leaf(key).filter(|name| name.contains('\'') && name.contains('"')) {
        Some(name) => {
            let list = entry.schema().map_or_else(String::new, |schema| schema.path());
            let message = format!("{key} must not have both kinds of quotes: change {name}");
            Err(Fault::yang(list, message))
        }
        None => Ok(()),
    }
}

/// Refuses the one leaf of the statistics that the RFC lets clients write.
pub(super) fn of_statistics(ranges: Node<'_>) -> Result<(), Fault> {
    let leaf =
        ranges.child("statistics").and_then(|statistics| statistics.child("discontinuity-time"));
    match leaf.filter(|leaf| !leaf.is_default()) {
        Some(leaf) => Err(Fault::yang(leaf.path(), "it is for the server to tell: delete it")),
        None => Ok(()),
    }
}
