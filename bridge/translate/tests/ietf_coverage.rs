//! The model of RFC 9243: no leaf is passed over in silence, and random configurations come back.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use ruru_json::compact;
use ruru_sysrepo::{Context, Kind, SchemaNode, Tree};
use ruru_translate::ietf::Ietf;
use support::{DHCP6, context_ietf, equivalence, random};

const ROOT: &str = "/ietf-dhcpv6-server:dhcpv6-server";

/// What need not change the JSON: it is for the agent and for people.
const NOT_TOLD: &[&str] = &[
    "/option-set/description",
    // It only has to be around the addresses.
    "/address-pool/pool-prefix",
    "/max-address-utilization",
    "/max-pd-space-utilization",
];

/// Values that some leaf takes, if it does not have them already.
const SAMPLES: &[&str] = &[
    "false",
    "7",
    "1",
    "64",
    "2001:db8:1::7",
    "2001:db8:1::9",
    "2001:db8:1::/48",
    "2001:db8:1::/64",
    "000300010200000000aa",
    "2026-11-21T00:00:00Z",
    "c2VjcmV0",
    "c2VjcmV0c2VjcmV0c2VjcmV0",
    "other",
    "MTIzNDU2Nzg5MDEyMzQ1Ng==",
];

/// One of everything, with what is mandatory.
fn one_of_everything(context: &Context) -> Tree {
    let range = "allocation-ranges/allocation-range[id='1']";
    let pool = format!("{range}/address-pools/address-pool[pool-id='1']");
    let prefixes = format!("{range}/prefix-pools/prefix-pool[pool-id='1']");
    let set = "option-sets/option-set[option-set-id='a']";
    let vendor = "vendor-specific-information-options/vendor-specific-information-option\
                  [enterprise-number='9']/vendor-option-data[sub-option-code='1']";
    let values = [
        (format!("{set}/{vendor}/sub-option-data"), "YQ=="),
        ("allocation-ranges/option-set-id[.='a']".to_owned(), ""),
        (format!("{range}/network-prefix"), "2001:db8:1::/60"),
        (format!("{pool}/pool-prefix"), "2001:db8:1::/112"),
        (format!("{pool}/start-address"), "2001:db8:1::1"),
        (format!("{pool}/end-address"), "2001:db8:1::8"),
        (
            format!("{pool}/host-reservations/host-reservation[reserved-addr='::1']/client-duid"),
            "0a0102",
        ),
        (format!("{prefixes}/pool-prefix"), "2001:db8:2::/48"),
        (format!("{prefixes}/client-prefix-length"), "56"),
        (
            format!(
                "{prefixes}/host-reservations/prefix-reservation[reserved-prefix='2001:db8::/56']\
                 /client-duid"
            ),
            "0a0103",
        ),
    ];
    let mut tree = Tree::new(context);
    for (path, value) in values {
        tree.set(&format!("{ROOT}/{path}"), Some(value)).unwrap();
    }
    tree
}

/// The leaves of the RFC's module that can be configured, below the instances of a tree.
fn leaves(schema: SchemaNode<'_>, path: &str, tree: &Tree, out: &mut Vec<String>) {
    for child in schema.children() {
        if !child.is_config() || child.is_key() || child.module().name() != "ietf-dhcpv6-server" {
            continue;
        }
        let here = format!("{path}/{}", child.name());
        match child.kind() {
            Kind::List => {
                let entry = tree.select(&here).unwrap()[0].path();
                leaves(child, &entry, tree, out);
            }
            Kind::Container if child.is_presence() => out.push(here),
            Kind::Container => leaves(child, &here, tree, out),
            Kind::LeafList => out.push(format!("{here}[.='a']")),
            _ => out.push(here),
        }
    }
}

#[test]
fn every_leaf_is_told_or_refused() {
    let context = context_ietf();
    let ietf = Ietf::new(&context).unwrap();
    let tree = one_of_everything(&context);
    let plain = ietf.to_json(tree.find(ROOT).unwrap()).unwrap();
    let mut paths = Vec::new();
    leaves(context.find(ROOT).unwrap(), ROOT, &tree, &mut paths);
    assert!(paths.len() > 50, "only {}", paths.len());
    let (mut told, mut refused) = (0, 0);
    for path in paths {
        let set = |value: &&&str| {
            let mut tree = tree.duplicate().unwrap();
            let before = tree.find(&path).and_then(|node| node.value()).map(str::to_owned);
            tree.set(&path, Some(value)).ok()?;
            let after = tree.find(&path).and_then(|node| node.value()).map(str::to_owned);
            (before.is_none() || before != after).then_some(tree)
        };
        let Some(with) = SAMPLES.iter().find_map(|value| set(&value)) else {
            // The one that is there already.
            assert!(path.ends_with("/allocation-ranges/option-set-id[.='a']"), "no sample: {path}");
            continue;
        };
        match ietf.to_json(with.find(ROOT).unwrap()) {
            Err(fault) => {
                assert!(!fault.message.is_empty());
                refused += 1;
            }
            Ok(json) => {
                let is_quiet = NOT_TOLD.iter().any(|end| {
                    let steps: String =
                        path.split(']').map(|part| part.split('[').next().unwrap()).collect();
                    steps.ends_with(end)
                });
                assert_eq!(json == plain, is_quiet, "{path}: {}", compact(&json));
                told += 1;
            }
        }
    }
    assert!(told > 30 && refused > 15, "{told} told, {refused} refused");
}

#[test]
fn random_configurations_come_back() {
    let context = context_ietf();
    let (kea, ietf) = (DHCP6.translator(&context), Ietf::new(&context).unwrap());
    let taken = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(512), |(seed: u64)| {
        let tree = random::random(&DHCP6, &context, seed);
        let json = kea.to_json(tree.first().unwrap()).unwrap();
        // What has no place anywhere, such as a range that ends before it begins, is refused.
        let Ok(tree) = ietf.to_yang(&context, &json) else { return Ok(()) };
        let back = ietf.to_json(tree.find(ROOT).unwrap());
        let back = back.map_err(|fault| TestCaseError::fail(format!("refused again: {fault}")))?;
        equivalence::assert_equivalent(&DHCP6, "random", &equivalence::sorted(&json), &equivalence::sorted(&back));
        let again = ietf.to_yang(&context, &back).unwrap();
        let (again, tree) = (format!("{again:?}"), format!("{tree:?}"));
        let at = again.bytes().zip(tree.bytes()).position(|(a, b)| a != b).unwrap_or(0);
        let around = |text: &str| text.get(at.saturating_sub(300)..at + 100).map(str::to_owned);
        prop_assert!(again == tree, "{:?}\n{:?}", around(&again), around(&tree));
        taken.set(taken.get() + 1);
    });
    assert!(taken.get() > 40, "only {} were taken", taken.get());
}
