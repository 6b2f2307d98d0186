//! The configuration of the DHCPv4 server.

use ruru_config::Configured;
use ruru_config::v4::Config;
use ruru_json::{Document, Value, compact, kea, pretty};
use ruru_observe::counters::Registry;

/// A tree that can be read is the same after it was written and read again; a configuration that
/// can be used shows itself, and what it shows can be used and shows the same.
pub fn configuration(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(document) = Document::from_peer(text) else { return false };
    for written in [compact(&document.root), kea(&document.root), pretty(&document.root)] {
        assert_eq!(reread(&written), document.root);
    }
    match Config::read(&document.root, &Registry::default()) {
        Ok(config) => {
            stands(&config);
            true
        }
        Err(complaint) => {
            // What is said to the operator must be said without a panic too.
            drop(complaint.located(&document));
            false
        }
    }
}

/// What a configuration shows can be used and shows the same.
pub(crate) fn stands<F: Configured>(config: &ruru_config::Config<F>) {
    let shown = reread(&pretty(&config.to_json()));
    let again = ruru_config::Config::<F>::read(&shown, &Registry::default());
    let again = again.unwrap_or_else(|complaint| panic!("{complaint}: {shown}"));
    assert_eq!(again.to_json(), shown);
}

fn reread(text: &str) -> Value {
    let document = Document::from_peer(text);
    document.unwrap_or_else(|error| panic!("{error}: {text}")).root
}
