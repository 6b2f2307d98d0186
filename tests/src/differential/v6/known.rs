//! Differences that are meant, or come of how the two are compared.
//!
//! Each rule names the scenario that shows it; `docs/decisions/differences-from-kea.md` says why.

use crate::differential::judgement::{Known, Rule, Situation};
use crate::differential::observed::{Difference, What};

pub(super) const KNOWN: Known = Known { rules: RULES, partings: &[] };

const RULES: &[Rule] = &[
    // Kea looks at the clock, and the server in this process has one that stands still: what is
    // left of a lease differs by a second or two.
    Rule { scenario: None, explains: is_of_the_clock },
];

fn is_of_the_clock(situation: &Situation<'_>, difference: &Difference) -> bool {
    let number =
        |text: &Option<Vec<u8>>| str::from_utf8(text.as_deref()?).ok()?.parse::<u32>().ok();
    let (Some(ours), Some(kea)) = (number(&difference.ours), number(&difference.kea)) else {
        return false;
    };
    let What::Said(way) = &difference.what else { return false };
    let is_time = ["t1", "t2", "preferred", "valid"].iter().any(|end| way.ends_with(end));
    is_time && u64::from(ours.abs_diff(kea)) <= situation.passed.as_secs()
}
