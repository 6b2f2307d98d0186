//! What the tables of both DHCP servers have in common.

use crate::rules::{Row, Rule};

use Rule::{
    Default, EmptyIsAbsent, JsonText, KeyedBy, Named, NotServed, NotTold, Omitted, OptionCode,
    Range, Single, UserContext,
};

/// How the JSON of a DHCP server differs from its module, whichever family it serves.
pub(crate) const COMMON: &[Row] = &[
    ("shared-network[]", Named("shared-networks")),
    ("pool[]", Named("pools")),
    (
        "pool[]",
        Range { json: "pool", first: "start-address", last: "end-address", prefix: "prefix" },
    ),
    ("host[]", Named("reservations")),
    ("host[]", KeyedBy { kind: "identifier-type", value: "identifier" }),
    ("client-class[]", Named("client-classes")),
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

/// What servers add to a configuration on their own: databases label what they hold.
pub(crate) const IGNORED: &[&str] = &["metadata"];
