//! The DHCPv4 server's table.

use crate::OPTIONS4;
use crate::common::{COMMON, IGNORED};
use crate::rules::{OptionNames, Row, Rule, Rules};

use Rule::{Default, EmptyIsAbsent, Named};

/// How the JSON of the DHCPv4 server differs from `kea-dhcp4-server`.
pub static RULES4: &Rules = &Rules {
    module: "kea-dhcp4-server",
    container: "config",
    json: "Dhcp4",
    version: 4,
    rows: &[COMMON, ROWS],
    ignored: IGNORED,
    options: OptionNames { standard: OPTIONS4, definitions: "option-def", space: "dhcp4" },
};

const ROWS: &[Row] = &[
    ("subnet4[]/subnet-4o6-interface", Named("4o6-interface")),
    ("subnet4[]/subnet-4o6-interface-id", Named("4o6-interface-id")),
    ("subnet4[]/subnet-4o6-subnet", Named("4o6-subnet")),
    ("subnet4[]/subnet-4o6-subnet", EmptyIsAbsent),
    ("host[]/ip-address", EmptyIsAbsent),
    ("option-def[]/space", Default("dhcp4")),
    ("option-data[]/space", Default("dhcp4")),
];
