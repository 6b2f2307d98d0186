//! The modules as two independent compilers see them.
//!
//! Needs `yanglint` (libyang-tools) and `pyang`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod tools;

use tools::{clean, files, pyang, yanglint};

#[test]
fn yanglint_finds_nothing_to_say() {
    for file in files() {
        clean("yanglint", &yanglint(&[file.to_str().unwrap()]));
    }
}

#[test]
fn pyang_finds_nothing_to_say() {
    for file in files() {
        clean("pyang", &pyang(&["--strict", file.to_str().unwrap()]));
    }
}

/// Instance data of Kea's users load only as long as the trees are Kea's.
fn the_tree_is_the_recorded_one(module: &str, recorded: &str) {
    let schema = ruru_yang::module(module).unwrap().file_name();
    let tree = clean("pyang", &pyang(&["-f", "tree", &schema]));
    for (now, then) in tree.lines().zip(recorded.lines()) {
        assert_eq!(now, then);
    }
    assert_eq!(tree.lines().count(), recorded.lines().count());
}

#[test]
fn the_tree_of_kea_dhcp4_server_is_the_recorded_one() {
    the_tree_is_the_recorded_one("kea-dhcp4-server", include_str!("kea-dhcp4-server.tree"));
}

#[test]
fn the_tree_of_kea_dhcp6_server_is_the_recorded_one() {
    the_tree_is_the_recorded_one("kea-dhcp6-server", include_str!("kea-dhcp6-server.tree"));
}
