//! Random instance data of `kea-dhcp6-server` go to JSON and come back the same.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{DHCP6, random};

#[test]
fn random_data_come_back_the_same() {
    random::random_data_come_back_the_same(&DHCP6);
}

#[test]
fn every_entry_can_be_translated_alone_and_be_found_again() {
    random::every_entry_can_be_translated_alone_and_be_found_again(&DHCP6);
}
