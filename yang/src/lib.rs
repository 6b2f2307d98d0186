//! The YANG modules that Ruru is configured through, as texts that a program can install.
//!
//! `yang/*.yang` are ours: the trees of Kea's modules with constraints, and what they lack.
//! `yang/ietf/*.yang` are modules of RFCs, unchanged: those that NETCONF needs and sysrepo does not
//! bring along, and the DHCPv6 server of RFC 9243.
//! What sysrepo does bring along only needs its features switched on: [`FEATURES`].

/// A module and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name, as after the keyword `module`.
    pub name: &'static str,
    /// The latest revision.
    pub revision: &'static str,
    /// The whole text.
    pub text: &'static str,
    /// Features of the module that are to be enabled.
    pub features: &'static [&'static str],
}

impl Module {
    /// The file name that goes with name and revision, RFC 7950 section 5.2.
    pub fn file_name(&self) -> String {
        format!("{}@{}.yang", self.name, self.revision)
    }
}

macro_rules! module {
    ($dir:literal, $name:literal, $revision:literal, $features:expr) => {
        Module {
            name: $name,
            revision: $revision,
            text: include_str!(concat!("../", $dir, $name, "@", $revision, ".yang")),
            features: $features,
        }
    };
}

/// Every module, after those that it imports.
pub const MODULES: &[Module] = &[
    module!("", "kea-types", "2025-06-25", &[]),
    module!("", "kea-dhcp-types", "2026-06-24", &[]),
    module!("", "kea-dhcp4-server", "2026-06-24", &[]),
    module!("", "kea-dhcp6-server", "2026-06-24", &[]),
    module!("", "ruru-dhcp-types", "2026-11-20", &[]),
    module!("", "ruru-dhcp4-config", "2026-11-20", &[]),
    module!("", "ruru-dhcp4-state", "2026-11-20", &[]),
    module!("", "ruru-dhcp6-config", "2026-11-20", &[]),
    module!("", "ruru-dhcp6-state", "2026-11-20", &[]),
    module!("ietf/", "ietf-dhcpv6-common", "2022-06-20", &[]),
    module!("ietf/", "ietf-dhcpv6-server", "2022-06-20", &["na-assignment", "prefix-delegation"]),
    module!("", "ruru-ietf-dhcpv6", "2026-11-21", &[]),
    module!("", "ruru-ietf-dhcpv6-deviations", "2026-11-21", &[]),
    module!("ietf/", "notifications", "2008-07-14", &[]),
    module!("ietf/", "nc-notifications", "2008-07-14", &[]),
    module!("ietf/", "ietf-netconf-monitoring", "2010-10-04", &[]),
    module!("ietf/", "ietf-netconf-nmda", "2019-01-07", &["origin", "with-defaults"]),
];

/// Features to enable in modules that sysrepo brings along.
pub const FEATURES: &[(&str, &[&str])] = &[(
    "ietf-netconf",
    &[
        "writable-running",
        "candidate",
        "confirmed-commit",
        "rollback-on-error",
        "validate",
        "startup",
        "xpath",
    ],
)];

/// The module of this name.
pub fn module(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_of_the_module_and_revision_it_stands_under() {
        for module in MODULES {
            let head = format!("module {} {{", module.name);
            assert!(module.text.starts_with(&head), "{}", module.name);
            let latest = module.text.split("\n  revision ").nth(1).and_then(|s| s.get(..10));
            assert_eq!(latest, Some(module.revision), "{}", module.name);
        }
    }

    #[test]
    fn every_import_that_we_have_comes_earlier() {
        for (index, module) in MODULES.iter().enumerate() {
            for import in module.text.lines().filter_map(|line| line.strip_prefix("  import ")) {
                let name = import.trim_end_matches([' ', '{']);
                if let Some(position) = MODULES.iter().position(|other| other.name == name) {
                    assert!(position < index, "{} imports {name}", module.name);
                }
            }
        }
    }
}
