//! Configurations of DHCPv4 go into the running datastore of a real sysrepo, and out again.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

#[test]
fn examples_pass_through_the_running_datastore() {
    support::running::examples_pass_through_the_running_datastore(&support::DHCP4);
}
