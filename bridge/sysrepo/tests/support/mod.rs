//! What the tests share.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{Connection, Datastore, Install, Session};

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
