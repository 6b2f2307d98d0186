//! Configurations go into the running datastore of a real sysrepo, and out again. Needs a process
//! of its own, as `cargo nextest` gives it.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::time::Duration;

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{Datastore, GetOptions, Install};
use ruru_translate::{RULES4, Translator};
use support::read;

const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn examples_pass_through_the_running_datastore() {
    let repository = Repository::new();
    let connection = repository.connect().unwrap();
    let yang = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../yang");
    let modules = ruru_yang::MODULES.iter().filter(|module| module.name.contains("dhcp4"));
    let modules = modules.map(|module| Install::file(yang.join(module.file_name())));
    connection.install(&modules.collect::<Vec<_>>(), &[&yang]).unwrap();
    let session = connection.session(Datastore::Running).unwrap();
    let translator = Translator::new(&connection.context().unwrap(), RULES4).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/examples/kea4");
    let mut count = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Kea says of the first that no server takes it: it has what excludes each other.
        if name == "all-keys-netconf.json" || !name.ends_with(".json") {
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
