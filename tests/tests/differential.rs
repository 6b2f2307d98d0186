//! The server beside ISC Kea, with what dice make up.
//!
//! `tests/scenarios/README.md` lists the variables that it looks at.

use ruru_tests::differential::{Comparison, Plan, compare_v4, compare_v6};

/// So that each run shows the same, unless told otherwise.
const SEED: u64 = 1;
const PAIRS: usize = 2000;

#[test]
#[ignore = "needs ISC Kea and root: `make scenarios`"]
fn answers_are_those_of_kea() {
    show(compare_v4);
}

#[test]
#[ignore = "needs ISC Kea and root: `make scenarios`"]
fn answers_of_dhcpv6_are_those_of_kea() {
    show(compare_v6);
}

#[expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test, and what it has compared")]
fn show(compare: fn(Plan) -> anyhow::Result<Comparison>) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("DIFFERENTIAL_SEED").unwrap_or(SEED);
    let pairs = number("DIFFERENTIAL_PAIRS").map_or(PAIRS, |pairs| pairs as usize);
    let differences = number("DIFFERENTIAL_DIFFERENCES").map_or(3, |count| count as usize);
    let reduce = std::env::var_os("DIFFERENTIAL_AS_FOUND").is_none();
    let found = compare(Plan { seed, pairs, differences, reduce }).unwrap();
    println!(
        "{} packets to {} configurations compared with Kea, {} of them answered (seed {seed})",
        found.pairs, found.configurations, found.answers
    );
    assert!(found.differences.is_empty(), "{}", found.differences.join("\n"));
}
