//! What only commands of DHCPv6 have.

use ruru_json::Value;
use ruru_lease::V6;
use ruru_observe::Sink;

use crate::command::{lease, plain, query, subnet};
use crate::config::ConfigEvent6;
use crate::{Command, Commanded, incident, lease, subnet};

impl Commanded for V6 {
    const OF_ENGINE: &'static [Command<Self>] = Command::<Self>::OF_ENGINE;
    const OWN: &'static [Command<Self>] = &[
        query(plain("incident-get"), incident::get),
        query(lease("bulk-apply"), lease::bulk_apply),
        query(lease("get-by-duid"), lease::get_by_duid),
        query(lease("get-times"), lease::get_times),
        query(subnet("select-test"), subnet::select6),
    ];

    fn tell_of_old_spelling(log: &dyn Sink, advice: &str, place: &str) {
        log.emit(&ConfigEvent6::OldSpelling { advice, place });
    }

    fn nothing_reserved() -> Vec<(&'static str, Value)> {
        vec![
            ("client-classes", Value::from(Vec::new())),
            ("hostname", Value::from("")),
            ("ip-addresses", Value::from(Vec::new())),
            ("option-data", Value::from(Vec::new())),
            ("prefixes", Value::from(Vec::new())),
        ]
    }

    fn own_status() -> Vec<(&'static str, Value)> {
        // Relays are not looked for by what leases remember of them.
        vec![("extended-info-tables", Value::from(false))]
    }
}
