//! The DHCPv4 server's table.

use crate::OPTIONS4;
use crate::rules::{OptionNames, Rule, Rules};

use Rule::{
    Default, EmptyIsAbsent, JsonText, KeyedBy, Named, NotServed, NotTold, Omitted, OptionCode,
    Range, Single, UserContext,
};

/// How the JSON of the DHCPv4 server differs from `kea-dhcp4-server`.
pub static RULES4: &Rules = &Rules {
    module: "kea-dhcp4-server",
    container: "config",
    json: "Dhcp4",
    rows: ROWS,
    // Configuration databases label what they hold.
    ignored: &["metadata"],
    options: OptionNames { standard: OPTIONS4, definitions: "option-def", space: "dhcp4" },
};

const ROWS: &[(&str, Rule)] = &[
    ("shared-network[]", Named("shared-networks")),
    ("subnet4[]/subnet-4o6-interface", Named("4o6-interface")),
    ("subnet4[]/subnet-4o6-interface-id", Named("4o6-interface-id")),
    ("subnet4[]/subnet-4o6-subnet", Named("4o6-subnet")),
    ("subnet4[]/subnet-4o6-subnet", EmptyIsAbsent),
    ("pool[]", Named("pools")),
    (
        "pool[]",
        Range { json: "pool", first: "start-address", last: "end-address", prefix: "prefix" },
    ),
    ("host[]", Named("reservations")),
    ("host[]", KeyedBy { kind: "identifier-type", value: "identifier" }),
    ("host[]/ip-address", EmptyIsAbsent),
    ("client-class[]", Named("client-classes")),
    ("option-def[]/space", Default("dhcp4")),
    ("option-data[]/space", Default("dhcp4")),
    ("option-data[]/data", Default("")),
    ("option-data[]/code", OptionCode { name: "name", space: "space" }),
    ("hook-library[]", Named("hooks-libraries")),
    ("hook-library[]/parameters", JsonText),
    ("hosts-database[]", Named("hosts-databases")),
    ("hosts-database[]", Single("hosts-database")),
    ("config-database[]", Named("config-databases")),
    ("database-type", Named("type")),
    ("authentication/auth-type", Named("type")),
    ("clients[]/user", Omitted("")),
    ("clients[]/password", Omitted("")),
    ("clients[]/user-file", Omitted("")),
    ("clients[]/password-file", Omitted("")),
    ("logger[]", Named("loggers")),
    ("output-option[]", Named("output-options")),
    ("dhcp-ddns/sender-ip", EmptyIsAbsent),
    ("dhcp-queue-control", JsonText),
    ("user-context", UserContext),
    ("lease-database/user-context", NotTold),
    ("hosts-database[]/user-context", NotTold),
    ("config-database[]/user-context", NotTold),
    ("pool[]/ddns-use-conflict-resolution", NotServed),
];
