//! Parameters that both protocols have.

use ruru_json::{Map, Value};

use super::dice::Dice;

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
