//! `subnet4-delta-add` and `subnet4-delta-del`: a subnet with some parameters added, replaced or
//! removed.

use ruru_command::Answer;
use ruru_config::Protocol;
use ruru_config::Settings;
use ruru_config::option::Definitions;
use ruru_config::params::Scope;
use ruru_config::v4::Config;
use ruru_json::{Data, Map, Value};
use ruru_observe::counters::{Dhcp4, Registry};

use super::{about, changed, element, require};
use crate::Changed;
use crate::arguments::only_element;

/// `subnet4-delta-add`
pub(crate) fn delta_add(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    apply(config, registry, arguments, "subnet4-delta-add", overlay)
}

/// `subnet4-delta-del`
pub(crate) fn delta_del(config: &Config, registry: &Registry<Dhcp4>, arguments: &Value) -> Changed {
    apply(config, registry, arguments, "subnet4-delta-del", subtract)
}

fn apply(
    config: &Config,
    registry: &Registry<Dhcp4>,
    arguments: &Value,
    command: &str,
    change: fn(&mut Map, &Map),
) -> Changed {
    let id = require(config, &element(arguments, command)?, arguments)?;
    let delta = only_element(arguments, "subnet4")?;
    let mut json = config.subnet(id).map(|subnet| subnet.to_json()).unwrap_or_else(Value::map);
    if let (Some(subnet), Some(delta)) = (json.as_map_mut(), delta.as_map()) {
        subnet.remove("reservations");
        change(subnet, delta);
    }
    let (next, subnet) =
        config.with_subnet_replaced(&json, registry).map_err(|c| about(c, arguments))?;
    Ok((next, Answer::success("IPv4 subnet updated").with(changed(&subnet))))
}

/// Adds and replaces; elements of lists are matched by what identifies them.
fn overlay(subnet: &mut Map, delta: &Map) {
    for (key, value) in delta.iter().filter(|(key, _)| *key != "reservations") {
        match (subnet.get_mut(key).map(|old| &mut old.data), &value.data) {
            (Some(Data::List(old)), Data::List(new)) => {
                for element in new {
                    let place = old.iter_mut().find(|known| is_same(known, element));
                    match place.map(|known| (&mut known.data, &element.data)) {
                        Some((Data::Map(known), Data::Map(element))) => overlay(known, element),
                        Some(_) => {}
                        None => old.push(element.clone()),
                    }
                }
            }
            (Some(Data::Map(old)), Data::Map(new)) => overlay(old, new),
            _ => {
                subnet.insert(key, value.clone());
            }
        }
    }
}

/// Removes; what identifies the subnet stays.
fn subtract(subnet: &mut Map, delta: &Map) {
    for (key, value) in
        delta.iter().filter(|(key, _)| !["id", "subnet", "reservations"].contains(key))
    {
        match (subnet.get_mut(key).map(|old| &mut old.data), &value.data) {
            (Some(Data::List(old)), Data::List(gone)) => {
                old.retain(|known| !gone.iter().any(|element| is_same(known, element)));
            }
            (Some(Data::Map(old)), Data::Map(gone)) => subtract(old, gone),
            _ => {
                subnet.remove(key);
            }
        }
    }
}

/// Whether two elements of a list are about the same thing: an equal string, the same pool, or
/// the same option.
fn is_same(known: &Value, element: &Value) -> bool {
    if known == element {
        return true;
    }
    if let (Some(one), Some(other)) = (text(known, "pool"), text(element, "pool")) {
        let plain = |pool: &str| pool.replace(' ', "");
        return plain(one) == plain(other);
    }
    match (option(known), option(element)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_text)
}

/// The space of an option, and its code; its name if that is not a standard one.
fn option(value: &Value) -> Option<(String, Result<u16, String>)> {
    let settings = Settings::read(Protocol::V4, Scope::OptionData, value).ok()?;
    let known = Definitions::none(Protocol::V4);
    Some(match ruru_config::option::identify(&settings, &known) {
        Ok((space, code, _)) => (space.to_owned(), Ok(code)),
        Err(_) => {
            let space = settings.text("space").unwrap_or("dhcp4");
            (space.to_owned(), Err(settings.text("name")?.to_owned()))
        }
    })
}

#[cfg(test)]
mod tests {
    use ruru_json::{Document, compact};

    use super::*;

    fn changed_by(change: fn(&mut Map, &Map), subnet: &str, delta: &str) -> String {
        let mut subnet = Document::from_peer(subnet).unwrap().root;
        let delta = Document::from_peer(delta).unwrap().root;
        change(subnet.as_map_mut().unwrap(), delta.as_map().unwrap());
        compact(&subnet)
    }

    const SUBNET: &str = r#"{ "id": 1, "pools": [ { "pool": "10.0.0.1 - 10.0.0.5" } ],
        "option-data": [ { "code": 3, "data": "10.0.0.9" } ], "valid-lifetime": 5 }"#;

    #[test]
    fn elements_are_added_or_replaced_by_what_identifies_them() {
        let delta = r#"{ "id": 1, "pools": [ { "pool": "10.0.0.1-10.0.0.5", "pool-id": 2 }, { "pool": "10.0.0.8/32" } ],
            "option-data": [ { "name": "routers", "data": "10.0.0.10" } ], "valid-lifetime": 6 }"#;
        assert_eq!(
            changed_by(overlay, SUBNET, delta),
            r#"{"id":1,"pools":[{"pool":"10.0.0.1-10.0.0.5","pool-id":2},{"pool":"10.0.0.8/32"}],"option-data":[{"code":3,"data":"10.0.0.10","name":"routers"}],"valid-lifetime":6}"#
        );
    }

    #[test]
    fn what_is_named_goes_and_the_subnet_stays() {
        let delta = r#"{ "id": 1, "pools": [ { "pool": "10.0.0.1-10.0.0.5" } ],
            "option-data": [ { "name": "routers" } ], "valid-lifetime": 1 }"#;
        assert_eq!(changed_by(subtract, SUBNET, delta), r#"{"id":1,"pools":[],"option-data":[]}"#);
    }
}
