//! What is to be thought of a difference.

use std::collections::BTreeSet;
use std::time::Duration;

use ruru_json::{Data, Map, Value};

use super::observed::Difference;

/// In what the two were.
pub(super) struct Situation<'a> {
    /// The value of `Dhcp4`.
    pub(super) config: &'a Value,
    /// The packet.
    pub(super) query: &'a [u8],
    /// Names of the leases that there were before.
    pub(super) before: &'a BTreeSet<String>,
    /// What the server in this process answers.
    pub(super) reply: Option<&'a [u8]>,
    /// How long Kea has had this configuration, rounded up.
    pub(super) passed: Duration,
}

/// What is to be thought of what differs.
pub(super) enum Judgement {
    /// Nothing does, or all of it is meant.
    Same,
    /// It is meant, and what comes after cannot be compared.
    Parted(&'static str),
    /// These are not meant.
    Differs(Vec<Difference>),
}

/// A difference that is meant.
pub(super) struct Rule {
    /// The scenario that shows it; none if it is only how the two are compared.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, and a test"))]
    pub(super) scenario: Option<&'static str>,
    /// Whether it is this.
    pub(super) explains: fn(&Situation<'_>, &Difference) -> bool,
}

/// A difference after which nothing is as it was.
pub(super) struct Parting {
    pub(super) scenario: &'static str,
    pub(super) explains: fn(&Situation<'_>, &[Difference]) -> bool,
}

/// All that is known of a protocol.
pub(super) struct Known {
    pub(super) rules: &'static [Rule],
    pub(super) partings: &'static [Parting],
}

/// Takes what is known out of `differences`.
pub(super) fn judge(
    known: &Known,
    situation: &Situation<'_>,
    differences: Vec<Difference>,
) -> Judgement {
    let is_known = |difference: &Difference| {
        known.rules.iter().any(|rule| (rule.explains)(situation, difference))
    };
    let (meant, rest): (Vec<_>, Vec<_>) = differences.into_iter().partition(is_known);
    if rest.is_empty() {
        return match meant.iter().any(|difference| difference.what.is_of_lease()) {
            true => Judgement::Parted("a lease"),
            false => Judgement::Same,
        };
    }
    match known.partings.iter().find(|parting| (parting.explains)(situation, &rest)) {
        Some(parting) => Judgement::Parted(parting.scenario),
        None => Judgement::Differs(rest),
    }
}

/// Whether something holds for any map in a value.
pub(super) fn any_map(value: &Value, holds: &dyn Fn(&Map) -> bool) -> bool {
    match &value.data {
        Data::Map(map) => holds(map) || map.iter().any(|(_, value)| any_map(value, holds)),
        Data::List(list) => list.iter().any(|value| any_map(value, holds)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ruru_lease::{V4, V6};

    use super::super::compared::Compared;

    #[test]
    fn rules_name_scenarios_in_which_kea_differs() {
        for known in [V4::KNOWN, V6::KNOWN] {
            let named = known.rules.iter().filter_map(|rule| rule.scenario);
            for scenario in named.chain(known.partings.iter().map(|parting| parting.scenario)) {
                let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
                let text = std::fs::read_to_string(root.join(format!("{scenario}.json"))).unwrap();
                assert!(text.contains("\"kea-differs\""), "{scenario}");
            }
        }
    }
}
