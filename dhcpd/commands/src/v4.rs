//! What only commands of DHCPv4 have.

use ruru_json::Value;
use ruru_lease::V4;
use ruru_observe::Sink;

use crate::command::{lease, plain, query, subnet};
use crate::config::ConfigEvent4;
use crate::{Command, Commanded, lease, subnet};

impl Commanded for V4 {
    const OF_ENGINE: &'static [Command<Self>] = Command::<Self>::OF_ENGINE;
    const OWN: &'static [Command<Self>] = &[
        query(lease("get-by-client-id"), lease::get_by_client_id),
        query(subnet("select-test"), subnet::select4),
        query(plain("subnet4o6-select-test"), subnet::select4o6),
    ];

    fn tell_of_old_spelling(log: &dyn Sink, advice: &str, place: &str) {
        log.emit(&ConfigEvent4::OldSpelling { advice, place });
    }

    fn nothing_reserved() -> Vec<(&'static str, Value)> {
        vec![
            ("boot-file-name", Value::from("")),
            ("client-classes", Value::from(Vec::new())),
            ("hostname", Value::from("")),
            ("next-server", Value::from("0.0.0.0")),
            ("option-data", Value::from(Vec::new())),
            ("server-hostname", Value::from("")),
        ]
    }

    fn own_status() -> Vec<(&'static str, Value)> {
        Vec::new()
    }
}
