//! What the tests share.

// Each test program uses some of it.
#![allow(missing_docs, unreachable_pub, dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{Connection, Datastore, EditOptions, Install, Node, Session, Tree};

/// Long enough for the busiest machine.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// The directory of the test module.
pub fn yang() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yang")
}

/// Connects, with the test module installed.
pub fn install(repository: &Repository) -> Connection {
    let connection = repository.connect().unwrap();
    let module = Install::file(yang().join("ruru-test.yang")).features(&["extra"]);
    connection.install(&[module], &[&yang()]).unwrap();
    connection
}

pub fn running(connection: &Connection) -> Session {
    connection.session(Datastore::Running).unwrap()
}

pub fn set(session: &Session, path: &str, value: &str) {
    session.set(path, Some(value), EditOptions::default()).unwrap();
}

pub fn add_subnet(session: &Session, id: u32) {
    let path = format!("/ruru-test:config/subnet[id='{id}']/prefix");
    set(session, &path, &format!("192.0.{id}.0/24"));
}

pub fn ids(tree: &Tree) -> Vec<String> {
    let found = tree.select("/ruru-test:config/subnet/id").unwrap();
    found.into_iter().filter_map(Node::value).map(str::to_owned).collect()
}
