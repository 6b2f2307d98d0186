//! The DHCPv6 server of the records.

use ruru_json::Document;
use ruru_lease::V6;

use crate::Server;
use crate::testing::Bench;

/// A server with the configuration of the records.
pub(super) fn server() -> Server<V6> {
    let site = Document::from_peer(include_str!("v6/site.json")).unwrap();
    Bench::default().server(&site.root).unwrap()
}
