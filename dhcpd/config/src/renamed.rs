//! Old spellings of parameters, as Kea had them: they are read as what they are called now.

use ruru_json::{Data, Map, Value};

use crate::Protocol;
use crate::complaint::Complaint;
use crate::params::{Param, Scope};

/// A parameter that is written in another way now.
#[derive(Debug)]
pub(crate) struct Renamed {
    old: &'static str,
    scopes: &'static [Scope],
    now: Now,
}

/// What is written now.
#[derive(Clone, Copy, Debug)]
enum Now {
    /// The same under another name.
    Called(&'static str),
    /// A list under another name: of what stands there, or of nothing if that is empty.
    Listed(&'static str),
    /// Three flags that say which reservations are looked for.
    ReservationFlags,
    /// Nothing: it had no effect.
    Nothing,
}

const GUARDED: &[Scope] = &[Scope::Network, Scope::Subnet, Scope::Pool];
const NAMED: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet, Scope::Pool];
const INHERITED: &[Scope] = &[Scope::Global, Scope::Network, Scope::Subnet];
const PLACES: &[Scope] = &[Scope::Network, Scope::Subnet];

const RENAMED: &[Renamed] = &[
    Renamed::new("client-class", GUARDED, Now::Listed("client-classes")),
    Renamed::new("require-client-classes", GUARDED, Now::Called("evaluate-additional-classes")),
    Renamed::new("only-if-required", &[Scope::Class], Now::Called("only-in-additional-list")),
    Renamed::new("control-socket", &[Scope::Global], Now::Listed("control-sockets")),
    Renamed::new("reservation-mode", INHERITED, Now::ReservationFlags),
    Renamed::new("ip-address", &[Scope::Relay], Now::Listed("ip-addresses")),
    Renamed::new("output_options", &[Scope::Logger], Now::Called("output-options")),
    Renamed::new("ddns-ttl-mix", NAMED, Now::Called("ddns-ttl-min")),
    Renamed::new("always-include-fqdn", &[Scope::DhcpDdns], Now::Nothing),
    Renamed::new("interface-id", &[Scope::Subnet], Now::Nothing),
    Renamed::new("rapid-commit", PLACES, Now::Nothing),
    Renamed::new("test", PLACES, Now::Nothing),
    Renamed::new("name", &[Scope::Subnet], Now::Nothing),
];

/// Parameters of `dhcp-ddns` that stand beside it now, and what they are called there.
const MOVED: &[(&str, &str)] = &[
    ("generated-prefix", "ddns-generated-prefix"),
    ("hostname-char-replacement", "hostname-char-replacement"),
    ("hostname-char-set", "hostname-char-set"),
    ("override-client-update", "ddns-override-client-update"),
    ("override-no-update", "ddns-override-no-update"),
    ("qualifying-suffix", "ddns-qualifying-suffix"),
    ("replace-client-name", "ddns-replace-client-name"),
];

/// Reservation modes, and whether they look for global reservations, for those of subnets, and
/// whether these lie outside the pools.
const MODES: [(&str, [bool; 3]); 5] = [
    ("disabled", [false, false, false]),
    ("off", [false, false, false]),
    ("out-of-pool", [false, true, true]),
    ("global", [true, false, false]),
    ("all", [false, true, false]),
];
const FLAGS: [&str; 3] =
    ["reservations-global", "reservations-in-subnet", "reservations-out-of-pool"];

impl Renamed {
    const fn new(old: &'static str, scopes: &'static [Scope], now: Now) -> Self {
        Self { old, scopes, now }
    }

    /// The parameter that `name` was in a scope.
    pub(crate) fn find(protocol: Protocol, scope: Scope, name: &str) -> Option<&'static Self> {
        let is_meant = |renamed: &&Self| renamed.old == name && renamed.scopes.contains(&scope);
        // What was never of use in one protocol may be a parameter of the other.
        RENAMED.iter().find(is_meant).filter(|_| Param::find(protocol, scope, name).is_none())
    }

    /// What is written now in place of a value in a map.
    ///
    /// # Errors
    /// It is given, too, or the value is none that there was.
    pub(crate) fn convert(
        &self,
        value: &Value,
        map: &Map,
    ) -> Result<Vec<(&'static str, Value)>, Complaint> {
        let converted = match (self.now, &value.data) {
            (Now::Nothing, _) => Vec::new(),
            (Now::Called(name), _) => vec![(name, value.clone())],
            (Now::Listed(name), Data::Text(text)) if text.is_empty() => {
                vec![(name, Vec::<Value>::new().into())]
            }
            (Now::Listed(name), _) => vec![(name, vec![value.clone()].into())],
            (Now::ReservationFlags, Data::Text(text)) => {
                let mode = MODES.iter().find(|(name, _)| name == text);
                let (_, flags) = mode.ok_or_else(|| {
                    let names = MODES.map(|(name, _)| name).join(", ");
                    Complaint::new(format!("'{}' must be one of {names}, not {text:?}", self.old))
                        .under(self.old)
                })?;
                FLAGS.into_iter().zip(flags.map(Value::from)).collect()
            }
            (Now::ReservationFlags, _) => {
                let message = format!("'{}' must be a string", self.old);
                return Err(Complaint::new(message).under(self.old));
            }
        };
        match converted.iter().find(|(name, _)| map.get(name).is_some()) {
            None => Ok(converted),
            Some((name, _)) => {
                let message = format!(
                    "'{}' is the old way to write '{name}', which is given, too; remove it",
                    self.old
                );
                Err(Complaint::new(message).under(self.old))
            }
        }
    }

    fn advice(&self) -> String {
        let old = self.old;
        match self.now {
            Now::Called(name) => format!("'{old}' is deprecated: write '{name}'"),
            Now::Listed(name) => format!("'{old}' is deprecated: write the list '{name}'"),
            Now::ReservationFlags => {
                format!("'{old}' is deprecated: write {}", FLAGS.join(", "))
            }
            Now::Nothing => format!("'{old}' has no effect here: remove it"),
        }
    }
}

/// The parameters of the global scope with those that once stood in `dhcp-ddns`; `None` if none does.
pub(crate) fn with_moved(globals: &Value) -> Option<Value> {
    let section = globals.get("dhcp-ddns")?.as_map()?;
    if !section.iter().any(|(key, _)| moved(key).is_some()) {
        return None;
    }
    let mut next = globals.clone();
    let map = next.as_map_mut()?;
    let mut kept = Map::default();
    for (key, value) in section.iter() {
        match moved(key) {
            None => {
                kept.append(key, value.clone());
            }
            // What stands in both places holds where it belongs.
            Some(name) if map.get(name).is_some() => {}
            Some(name) => {
                map.append(name, value.clone());
            }
        }
    }
    map.insert("dhcp-ddns", Value::from(kept));
    Some(next)
}

fn moved(key: &str) -> Option<&'static str> {
    MOVED.iter().find(|(old, _)| *old == key).map(|(_, name)| *name)
}

/// Warnings about all old spellings in a configuration, `{ "Dhcp4": … }` or `{ "Dhcp6": … }`: where
/// they stand and what to write now.
#[must_use]
pub fn old_spellings(root: &Value) -> Vec<Complaint> {
    let mut found = Vec::new();
    for protocol in [Protocol::V4, Protocol::V6] {
        let before = found.len();
        if let Some(globals) = root.get(protocol.root()) {
            look(globals, protocol, Scope::Global, &mut found);
        }
        within(&mut found[before..], |complaint| complaint.under(protocol.root()));
    }
    found
}

fn look(value: &Value, protocol: Protocol, scope: Scope, found: &mut Vec<Complaint>) {
    let Some(map) = value.as_map() else { return };
    for (key, value) in map.iter() {
        if let Some(renamed) = Renamed::find(protocol, scope, key) {
            found.push(Complaint::new(renamed.advice()).under(key));
        }
        if scope == Scope::DhcpDdns
            && let Some(name) = moved(key)
        {
            let message = format!("'{key}' in dhcp-ddns is deprecated: write '{name}' beside it");
            found.push(Complaint::new(message).under(key));
        }
        let param = Param::find(protocol, scope, key);
        let Some(inner) = param.and_then(|param| param.inner()) else { continue };
        let before = found.len();
        match &value.data {
            Data::List(list) => {
                for (at, value) in list.iter().enumerate() {
                    let before = found.len();
                    look(value, protocol, inner, found);
                    within(&mut found[before..], |complaint| complaint.at_index(at));
                }
            }
            _ => look(value, protocol, inner, found),
        }
        within(&mut found[before..], |complaint| complaint.under(key));
    }
}

fn within(found: &mut [Complaint], place: impl Fn(Complaint) -> Complaint) {
    for complaint in found {
        *complaint = place(complaint.clone());
    }
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;
    use ruru_observe::counters::Registry;

    use super::*;
    use crate::v4::Config;

    const OLD: &str = r#"{ "Dhcp4": {
        "control-socket": { "socket-type": "unix", "socket-name": "a" },
        "reservation-mode": "global",
        "dhcp-ddns": { "enable-updates": false, "qualifying-suffix": "example.com" },
        "shared-networks": [ { "name": "n", "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
            "client-class": "c", "relay": { "ip-address": "192.0.2.1" } } ] } ],
        "client-classes": [ { "name": "c", "only-if-required": true } ] } }"#;

    fn config(text: &str) -> Result<Config, String> {
        let document = Document::from_peer(text).unwrap();
        Config::read(&document.root, &Registry::default()).map_err(|c| c.to_string())
    }

    #[test]
    fn old_spellings_mean_what_they_meant() {
        let json = config(OLD).unwrap().to_json().to_string();
        for now in [
            r#""control-sockets":[{"socket-type":"unix","socket-name":"a"}]"#,
            r#""reservations-global":true"#,
            r#""reservations-in-subnet":false"#,
            r#""ddns-qualifying-suffix":"example.com""#,
            r#""client-classes":["c"]"#,
            r#""ip-addresses":["192.0.2.1"]"#,
            r#""only-in-additional-list":true"#,
        ] {
            assert!(json.contains(now), "{now} in {json}");
        }
    }

    #[test]
    fn each_is_told_with_its_place() {
        let told: Vec<String> = old_spellings(&Document::from_peer(OLD).unwrap().root)
            .iter()
            .map(|complaint| complaint.path())
            .collect();
        assert_eq!(
            told,
            [
                "Dhcp4.control-socket",
                "Dhcp4.reservation-mode",
                "Dhcp4.dhcp-ddns.qualifying-suffix",
                "Dhcp4.shared-networks[0].subnet4[0].client-class",
                "Dhcp4.shared-networks[0].subnet4[0].relay.ip-address",
                "Dhcp4.client-classes[0].only-if-required",
            ]
        );
    }

    #[test]
    fn old_and_new_together_are_refused() {
        let both = r#"{ "Dhcp4": { "reservation-mode": "all", "reservations-global": true } }"#;
        let error = config(both).unwrap_err();
        assert!(error.contains("is the old way to write 'reservations-global'"), "{error}");
        let unknown = r#"{ "Dhcp4": { "reservation-mode": "some" } }"#;
        assert!(config(unknown).unwrap_err().contains("must be one of disabled"));
    }
}
