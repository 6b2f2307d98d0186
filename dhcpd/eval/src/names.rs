//! What the names in an expression mean.

/// Looks up the names in an expression while it is compiled.
pub trait Names {
    /// The code of the option with this name, in the space `dhcp4` or `dhcp6`.
    fn option(&self, name: &str) -> Option<u16>;

    /// Whether this client class is defined, before the one that has the expression. Built-in
    /// classes need not be; see [`is_built_in_class`].
    fn class(&self, name: &str) -> bool;
}

/// Whether this class is there without being defined.
#[must_use]
pub fn is_built_in_class(name: &str) -> bool {
    const NAMES: [&str; 4] = ["ALL", "KNOWN", "UNKNOWN", "BOOTP"];
    const PREFIXES: [&str; 4] = ["VENDOR_CLASS_", "HA_", "AFTER_", "EXTERNAL_"];
    let is_prefix_of = |prefix: &str| name.len() > prefix.len() && name.starts_with(prefix);
    NAMES.contains(&name) || PREFIXES.into_iter().any(is_prefix_of)
}
