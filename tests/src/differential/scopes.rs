//! Parameters that both protocols have.

use ruru_json::{Map, Value};

use super::dice::Dice;
use super::world::World;

/// What the global scope has; `identifiers` are the kinds by which hosts can be known.
pub(super) fn global(dice: &mut Dice, identifiers: &[&str], map: &mut Map) {
    for (name, percent, value) in [
        ("early-global-reservations-lookup", 15, true),
        ("ip-reservations-unique", 10, false),
        ("reservations-lookup-first", 10, true),
    ] {
        if dice.chance(percent) {
            map.insert(name, value);
        }
    }
    if dice.chance(20) {
        map.insert("decline-probation-period", dice.pick(&[60_u32, 600, 86_400]));
    }
    if dice.chance(25) {
        let mut kinds = identifiers.to_vec();
        dice.shuffle(&mut kinds);
        kinds.truncate(dice.below(kinds.len()) + 1);
        map.insert("host-reservation-identifiers", texts(kinds));
    }
    // Nothing happens by itself.
    let hold = if dice.chance(15) { 0 } else { 3600 };
    let expired = [("reclaim-timer-wait-time", 0), ("hold-reclaimed-time", hold)];
    let expired = expired.map(|(name, seconds)| (name, Value::from(seconds)));
    map.insert("expired-leases-processing", Value::object(expired));
    if dice.chance(20) {
        let updates = Value::object([("enable-updates", Value::from(true))]);
        map.insert("dhcp-ddns", updates);
    }
}

/// Sets the list of subnets of that name, of which the last two may be in a shared network.
pub(super) fn subnets<L: Copy>(
    dice: &mut Dice,
    world: &World<L>,
    map: &mut Map,
    list: &str,
    subnet: impl Fn(&mut Dice, L) -> Map,
    network: impl FnOnce(&mut Dice, &mut Map, &mut [Map]),
) {
    let mut subnets: Vec<Map> = world.links.iter().map(|link| subnet(dice, *link)).collect();
    let maps = |list: Vec<Map>| list.into_iter().map(Value::from).collect::<Vec<_>>();
    if world.shares {
        let mut own = subnets.split_off(subnets.len().saturating_sub(2));
        let mut shared = Map::default();
        shared.insert("name", "floor");
        network(dice, &mut shared, &mut own);
        shared.insert(list, maps(own));
        map.insert("shared-networks", vec![Value::from(shared)]);
    }
    map.insert(list, maps(subnets));
}

/// Sets `relay`, now and then.
pub(super) fn relay(dice: &mut Dice, relays: &[&str], map: &mut Map) {
    if dice.chance(25) {
        let relay = texts(vec![dice.pick(relays)]);
        map.insert("relay", Value::object([("ip-addresses", relay)]));
    }
}

/// Reservations, of which no two have the same value for one of some names.
pub(super) fn reservations(
    dice: &mut Dice,
    unique: &[&str],
    next: impl Fn(&mut Dice) -> Map,
) -> Vec<Value> {
    let mut list: Vec<Map> = Vec::new();
    for _ in 0..=dice.below(3) {
        let map = next(dice);
        let is_same = |other: &Map, name: &&str| {
            map.get(name).is_some_and(|value| other.get(name) == Some(value))
        };
        if !list.iter().any(|other| unique.iter().any(|name| is_same(other, name))) {
            list.push(map);
        }
    }
    list.into_iter().map(Value::from).collect()
}

/// What a reservation has for a host, besides addresses and options.
pub(super) fn host(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    if dice.chance(30) {
        map.insert("hostname", dice.pick(&["Reserved-1", "r2.example.org", "r3.example.org."]));
    }
    if dice.chance(25) && !classes.is_empty() {
        map.insert("client-classes", texts(vec![dice.pick(classes)]));
    }
}

/// What scopes inherit and override; without lifetimes, options and what only one protocol has.
pub(super) fn inherited(dice: &mut Dice, map: &mut Map) {
    for (name, percent, value) in [
        ("store-extended-info", 15, true),
        ("reservations-global", 25, true),
        ("reservations-in-subnet", 8, false),
        ("reservations-out-of-pool", 12, true),
        ("calculate-tee-times", 25, true),
    ] {
        if dice.chance(percent) {
            // The other way round now and then.
            map.insert(name, value != dice.chance(20));
        }
    }
    for (name, percent, numbers) in [
        ("renew-timer", 20, [100_u32, 900, 4000]),
        ("rebind-timer", 20, [500, 1600, 6000]),
        ("cache-max-age", 12, [0, 600, 5000]),
    ] {
        if dice.chance(percent) {
            map.insert(name, dice.pick(&numbers));
        }
    }
    if dice.chance(10) {
        map.insert("t1-percent", dice.pick(&[0.3, 0.45]));
        map.insert("t2-percent", dice.pick(&[0.6, 0.81]));
    }
    if dice.chance(30) {
        map.insert("cache-threshold", dice.pick(&[0.0, 0.5, 0.9]));
    }
    if dice.chance(30) {
        names(dice, map);
    }
}

/// `valid-lifetime` and its bounds; nothing ends while packets are shown.
pub(super) fn valid_lifetimes(dice: &mut Dice, map: &mut Map) {
    match dice.below(4) {
        0 => {
            map.insert("valid-lifetime", dice.pick(&[1200_u32, 3600, u32::MAX]));
        }
        1 => {
            map.insert("min-valid-lifetime", 600);
            map.insert("valid-lifetime", 1800);
            map.insert("max-valid-lifetime", 7200);
        }
        2 => {
            map.insert("min-valid-lifetime", dice.pick(&[300_u32, 900]));
            map.insert("valid-lifetime", 900);
        }
        _ => {
            map.insert("valid-lifetime", 900);
            map.insert("max-valid-lifetime", dice.pick(&[900_u32, 90_000]));
        }
    }
}

/// Who may use a scope, and which classes are evaluated in it.
pub(super) fn guarded(dice: &mut Dice, classes: &[&'static str], map: &mut Map) {
    let known = ["KNOWN", "UNKNOWN", "VENDOR_CLASS_PXEClient"];
    let class = |dice: &mut Dice| match dice.chance(70) && !classes.is_empty() {
        true => dice.pick(classes),
        false => dice.pick(&known),
    };
    if dice.chance(12) {
        let names = (0..=dice.below(2)).map(|_| class(dice)).collect();
        map.insert("client-classes", texts(names));
    }
    if dice.chance(12) {
        let names = (0..=dice.below(2)).map(|_| class(dice)).collect();
        map.insert("evaluate-additional-classes", texts(names));
    }
}

fn names(dice: &mut Dice, map: &mut Map) {
    for (name, percent) in [
        ("ddns-send-updates", 30),
        ("ddns-override-no-update", 30),
        ("ddns-override-client-update", 30),
        ("ddns-update-on-renew", 10),
    ] {
        if dice.chance(percent) {
            map.insert(name, dice.coin());
        }
    }
    if dice.chance(40) {
        let modes = ["never", "always", "when-present", "when-not-present"];
        map.insert("ddns-replace-client-name", dice.pick(&modes));
    }
    if dice.chance(30) {
        map.insert("ddns-generated-prefix", dice.pick(&["dyn", "Pre"]));
    }
    if dice.chance(50) {
        map.insert("ddns-qualifying-suffix", dice.pick(&["example.com", "example.org.", ""]));
    }
    if dice.chance(30) {
        map.insert("hostname-char-set", dice.pick(&["[^A-Za-z0-9.-]", "[^a-z]", ""]));
        map.insert("hostname-char-replacement", dice.pick(&["", "-", "x"]));
    }
}

pub(super) fn texts(list: Vec<&str>) -> Value {
    list.into_iter().map(Value::from).collect::<Vec<_>>().into()
}
