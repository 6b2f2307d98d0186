//! Whether every node of a configuration has a key that the server's JSON knows.

use std::collections::BTreeSet;

use ruru_sysrepo::SchemaNode;

use super::{Server, context};

pub fn every_configuration_node_has_a_place(server: &Server) {
    let context = context();
    let places = server.translator(&context).places();
    let placed = places.iter().map(|(node, _)| node.clone()).collect::<BTreeSet<_>>();
    let mut open = vec![context.find(&server.root()).unwrap()];
    let mut count = 0;
    while let Some(node) = open.pop() {
        let path = node.path().replacen(&format!("{}:", server.rules.module), "", 1);
        let path = path.replace(&format!("{}:", server.own), "");
        if server.not_told.iter().any(|part| path.contains(part)) {
            assert!(!placed.contains(&path), "{path}");
            continue;
        }
        assert!(placed.contains(&path), "{path}");
        open.extend(node.children().filter(|child| SchemaNode::is_config(*child)));
        count += 1;
    }
    assert_eq!(count, placed.len());
}

pub fn every_place_is_a_key_that_the_server_knows(server: &Server) {
    let known = server.keys.lines().collect::<BTreeSet<_>>();
    let unknown = server
        .translator(&context())
        .places()
        .into_iter()
        .filter_map(|(_, json)| {
            let below = json.strip_prefix(server.rules.json)?.trim_start_matches('.');
            // The singular was dropped by newer servers; instance data of older ones still have it.
            let old = below == "control-socket" || below.starts_with("control-socket.");
            // Our own, which a server of Kea refuses.
            let ours = below.starts_with("lease-database.sync");
            (!below.is_empty() && !old && !ours && !known.contains(json.as_str())).then_some(json)
        })
        .collect::<Vec<_>>();
    assert_eq!(unknown, Vec::<String>::new());
}

/// What the model does not have, so that nobody is surprised.
pub fn every_key_has_a_node(server: &Server) {
    let places = server.translator(&context()).places();
    let placed = places.into_iter().map(|(_, json)| json).collect::<BTreeSet<_>>();
    let left = server
        .keys
        .lines()
        .filter(|key| !placed.contains(*key))
        .filter(|key| {
            let below = key.strip_prefix(server.rules.json).unwrap().trim_start_matches('.');
            // A comment is a key of the user-context.
            let comment = below.ends_with(".comment") || below == "comment";
            // What is in JSON texts has no nodes of its own.
            let text = below.starts_with("dhcp-queue-control.");
            // The list of its one entry.
            let single = below == "hosts-database" || below.starts_with("hosts-database.");
            !comment && !text && !single
        })
        .collect::<Vec<_>>();
    assert_eq!(left, Vec::<&str>::new());
}
