//! Whether configurations go into the running datastore of a real sysrepo, and out again.

use std::path::Path;
use std::time::Duration;

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{Datastore, GetOptions, Install};

use super::{Server, read};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Needs a process of its own, as `cargo nextest` gives it.
pub fn examples_pass_through_the_running_datastore(server: &Server) {
    let repository = Repository::new();
    let connection = repository.connect().unwrap();
    let yang = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../yang");
    let modules = [server.rules.module, server.own].map(|name| ruru_yang::module(name).unwrap());
    let modules = modules.map(|module| Install::file(yang.join(module.file_name())));
    connection.install(&modules, &[&yang]).unwrap();
    let session = connection.session(Datastore::Running).unwrap();
    let translator = server.translator(&connection.context().unwrap());
    let mut count = 0;
    for path in server.examples() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Kea says of it that no server takes it: it has what excludes each other.
        if name == "all-keys-netconf.json" {
            continue;
        }
        let example = read(&std::fs::read_to_string(&path).unwrap());
        let config = translator.to_yang(&connection.context().unwrap(), &example).unwrap();
        let expected = translator.to_json(config.first().unwrap()).unwrap();
        session
            .replace(config, Some(translator.module()), TIMEOUT)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let running = session.get(&translator.root(), GetOptions::default()).unwrap();
        assert_eq!(translator.to_json(running.first().unwrap()).unwrap(), expected, "{name}");
        count += 1;
    }
    assert!(count > 10);
}
