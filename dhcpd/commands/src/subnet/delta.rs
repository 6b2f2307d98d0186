//! `subnetN-delta-add` and `subnet4-delta-del`: a subnet with some parameters added, replaced or
//! removed.

use std::net::Ipv6Addr;

use ruru_config::option::Definitions;
use ruru_config::params::Scope;
use ruru_config::{Config, Protocol, Settings};
use ruru_json::{Data, Map, Value};

use super::{about, changed, element, name, require, success};
use crate::arguments::only_element;
use crate::{Changed, Commanded, Counters};

/// `subnetN-delta-add`
pub(crate) fn delta_add<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    apply(config, registry, arguments, "delta-add", overlay)
}

/// `subnetN-delta-del`
pub(crate) fn delta_del<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
) -> Changed<F> {
    apply(config, registry, arguments, "delta-del", subtract)
}

fn apply<F: Commanded>(
    config: &Config<F>,
    registry: &Counters<F>,
    arguments: &Value,
    verb: &'static str,
    change: fn(Protocol, &mut Map, &Map),
) -> Changed<F> {
    let id = require(config, &element::<F>(arguments, name(verb))?, arguments)?;
    let delta = only_element(arguments, F::PROTOCOL.subnets())?;
    let mut json = config.subnet(id).map(|subnet| subnet.to_json()).unwrap_or_else(Value::map);
    if let (Some(subnet), Some(delta)) = (json.as_map_mut(), delta.as_map()) {
        subnet.remove("reservations");
        change(F::PROTOCOL, subnet, delta);
    }
    let (next, subnet) =
        config.with_subnet_replaced(&json, registry).map_err(|c| about::<F>(c, arguments))?;
    Ok((next, success::<F>("updated").with(changed(&subnet))))
}

/// Adds and replaces; elements of lists are matched by what identifies them.
fn overlay(protocol: Protocol, subnet: &mut Map, delta: &Map) {
    for (key, value) in delta.iter().filter(|(key, _)| *key != "reservations") {
        match (subnet.get_mut(key).map(|old| &mut old.data), &value.data) {
            (Some(Data::List(old)), Data::List(new)) => {
                for element in new {
                    let place = old.iter_mut().find(|known| is_same(protocol, known, element));
                    match place.map(|known| (&mut known.data, &element.data)) {
                        Some((Data::Map(known), Data::Map(element))) => {
                            overlay(protocol, known, element)
                        }
                        Some(_) => {}
                        None => old.push(element.clone()),
                    }
                }
            }
            (Some(Data::Map(old)), Data::Map(new)) => overlay(protocol, old, new),
            _ => {
                subnet.insert(key, value.clone());
            }
        }
    }
}

/// Removes; what identifies the subnet stays.
fn subtract(protocol: Protocol, subnet: &mut Map, delta: &Map) {
    for (key, value) in
        delta.iter().filter(|(key, _)| !["id", "subnet", "reservations"].contains(key))
    {
        match (subnet.get_mut(key).map(|old| &mut old.data), &value.data) {
            (Some(Data::List(old)), Data::List(gone)) => {
                old.retain(|known| !gone.iter().any(|element| is_same(protocol, known, element)));
            }
            (Some(Data::Map(old)), Data::Map(gone)) => subtract(protocol, old, gone),
            _ => {
                subnet.remove(key);
            }
        }
    }
}

/// Whether two elements of a list are about the same thing: an equal string, the same pool, or
/// the same option.
fn is_same(protocol: Protocol, known: &Value, element: &Value) -> bool {
    if known == element {
        return true;
    }
    if let (Some(one), Some(other)) = (text(known, "pool"), text(element, "pool")) {
        let plain = |pool: &str| pool.replace(' ', "");
        return plain(one) == plain(other);
    }
    if let (Some(one), Some(other)) = (pool_of_prefixes(known), pool_of_prefixes(element)) {
        let is_one = |(a, b): (&Value, &Value)| a == b;
        return one == other
            && known.get("delegated-len").zip(element.get("delegated-len")).is_none_or(is_one);
    }
    match (option(protocol, known), option(protocol, element)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_text)
}

/// The prefix whose parts a pool of prefixes gives, and its length.
fn pool_of_prefixes(value: &Value) -> Option<(Ipv6Addr, i128)> {
    let length = value.get("prefix-len")?.as_int()?;
    Some((text(value, "prefix")?.parse().ok()?, length))
}

/// The space of an option, and its code; its name if that is not a standard one.
fn option(protocol: Protocol, value: &Value) -> Option<(String, Result<u16, String>)> {
    let settings = Settings::read(protocol, Scope::OptionData, value).ok()?;
    let known = Definitions::none(protocol);
    Some(match ruru_config::option::identify(&settings, &known) {
        Ok((space, code, _)) => (space.to_owned(), Ok(code)),
        Err(_) => {
            let space = settings.text("space").unwrap_or(protocol.space());
            (space.to_owned(), Err(settings.text("name")?.to_owned()))
        }
    })
}

#[cfg(test)]
mod tests {
    use ruru_json::{Document, compact};

    use super::*;

    type Change = fn(Protocol, &mut Map, &Map);

    fn changed_by(change: Change, subnet: &str, delta: &str) -> String {
        changed(Protocol::V4, change, subnet, delta)
    }

    fn changed(protocol: Protocol, change: Change, subnet: &str, delta: &str) -> String {
        let mut subnet = Document::from_peer(subnet).unwrap().root;
        let delta = Document::from_peer(delta).unwrap().root;
        change(protocol, subnet.as_map_mut().unwrap(), delta.as_map().unwrap());
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

    #[test]
    fn pools_of_prefixes_are_the_same_if_all_that_is_given_of_them_is() {
        let subnet = r#"{ "id": 1, "pd-pools": [
            { "prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56 } ] }"#;
        let changed = |change, delta| changed(Protocol::V6, change, subnet, delta);
        let delta = r#"{ "pd-pools": [
            { "prefix": "2001:DB8:8000:0::", "prefix-len": 40, "delegated-len": 56, "pool-id": 3 } ] }"#;
        assert!(changed(overlay, delta).ends_with(r#""delegated-len":56,"pool-id":3}]}"#));
        assert_eq!(changed(subtract, delta), r#"{"id":1,"pd-pools":[]}"#);
        let delta = r#"{ "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 40 } ] }"#;
        assert_eq!(changed(subtract, delta), r#"{"id":1,"pd-pools":[]}"#);
        let delta = r#"{ "pd-pools": [
            { "prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 64 } ] }"#;
        assert!(changed(subtract, delta).contains(r#""delegated-len":56"#));
        assert_eq!(changed(overlay, delta).matches("delegated-len").count(), 2);
    }
}
