//! Control commands.

use std::sync::OnceLock;

use ruru_command::Request;
use ruru_commands::{Run, commands};
use ruru_config::v4::Config;
use ruru_json::{Data, Document, Value, kea};
use ruru_lease::V4;
use ruru_observe::counters::Registry;

use crate::configuration::stands;

/// What the commands change.
const SITE: &str = r#"{ "Dhcp4": {
    "option-data": [ { "name": "routers", "data": "192.0.2.1" } ],
    "shared-networks": [ { "name": "floor", "relay": { "ip-addresses": [ "10.0.0.1" ] },
        "subnet4": [ { "id": 7, "subnet": "192.0.2.0/25" }, { "id": 3, "subnet": "192.0.2.128/25" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "198.51.100.0/24", "interface": "eth0",
        "pools": [ { "pool": "198.51.100.10 - 198.51.100.20" } ],
        "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "198.51.100.15" } ] } ],
    "reservations": [ { "client-id": "01:02", "hostname": "everywhere" } ] } }"#;

/// A command that can be read is the same after it was written and read again; one that changes
/// the configuration makes one that stands.
pub fn command(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(request) = Request::parse(text) else { return false };
    let written = kea(&request.to_json());
    assert_eq!(Request::parse(&written).as_ref(), Ok(&request), "{written}");
    let Some(command) = commands::<V4>().find(|command| command.is_called(&request.command)) else {
        return false;
    };
    let Run::Change(run) = command.run else { return false };
    let arguments = request.arguments.unwrap_or_else(|| Value::new(Data::Null));
    match run(site(), &Registry::default(), &arguments) {
        Ok((next, answer)) => {
            stands(&next);
            drop(kea(&answer.to_json()));
            true
        }
        Err(failure) => {
            drop(kea(&failure.into_answer().to_json()));
            false
        }
    }
}

fn site() -> &'static Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(|| {
        let document = Document::from_peer(SITE).expect("the site is JSON");
        Config::read(&document.root, &Registry::default()).expect("the site is a configuration")
    })
}
