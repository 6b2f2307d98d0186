//! The DHCPv6 server's table.

use crate::OPTIONS6;
use crate::common::{COMMON, IGNORED};
use crate::rules::{OptionNames, Row, Rule, Rules};

use Rule::{Default, EmptyIs, Named, NotServed, Prefix};

/// How the JSON of the DHCPv6 server differs from `kea-dhcp6-server`.
pub static RULES6: &Rules = &Rules {
    module: "kea-dhcp6-server",
    container: "config",
    json: "Dhcp6",
    version: 6,
    rows: &[COMMON, ROWS],
    ignored: IGNORED,
    options: OptionNames { standard: OPTIONS6, definitions: "option-def", space: "dhcp6" },
};

pub(crate) const ROWS: &[Row] = &[
    ("pd-pool[]", Named("pd-pools")),
    ("pd-pool[]/prefix", Prefix { length: "prefix-len" }),
    ("pd-pool[]/excluded-prefix", Prefix { length: "excluded-prefix-len" }),
    ("host[]/excluded-prefixes", EmptyIs("::/0")),
    ("option-def[]/space", Default("dhcp6")),
    ("option-data[]/space", Default("dhcp6")),
    // Names are for addresses; Kea's model has them beside prefixes too.
    ("pd-pool[]/ddns-generated-prefix", NotServed),
    ("pd-pool[]/ddns-override-client-update", NotServed),
    ("pd-pool[]/ddns-override-no-update", NotServed),
    ("pd-pool[]/ddns-qualifying-suffix", NotServed),
    ("pd-pool[]/ddns-replace-client-name", NotServed),
    ("pd-pool[]/ddns-send-updates", NotServed),
    ("pd-pool[]/ddns-ttl-percent", NotServed),
    ("pd-pool[]/ddns-ttl", NotServed),
    ("pd-pool[]/ddns-ttl-min", NotServed),
    ("pd-pool[]/ddns-ttl-max", NotServed),
    ("pd-pool[]/ddns-update-on-renew", NotServed),
    ("pd-pool[]/ddns-use-conflict-resolution", NotServed),
    ("pd-pool[]/ddns-conflict-resolution-mode", NotServed),
    ("pd-pool[]/hostname-char-replacement", NotServed),
    ("pd-pool[]/hostname-char-set", NotServed),
    // Relay agent information is of DHCPv4; the grouping of both families has it.
    ("compatibility/ignore-rai-link-selection", NotServed),
];
