//! Every node of the DHCPv6 configuration has a key that the server's JSON knows.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{DHCP6, coverage};

#[test]
fn every_configuration_node_has_a_place() {
    coverage::every_configuration_node_has_a_place(&DHCP6);
}

#[test]
fn every_place_is_a_key_that_the_server_knows() {
    coverage::every_place_is_a_key_that_the_server_knows(&DHCP6);
}

#[test]
fn every_key_has_a_node() {
    coverage::every_key_has_a_node(&DHCP6);
}
