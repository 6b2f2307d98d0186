//! Differences that are meant, or come of how the two are compared.
//!
//! Each rule names the scenario that shows it; `docs/decisions/differences-from-kea.md` says why.

use std::collections::BTreeSet;

use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix};
use ruru_wire::v6::{MessageType, OptionCode, Query};

use crate::differential::judgement::{Known, Parting, Rule, Situation, any_map};
use crate::differential::observed::{Difference, What};
use ruru_json::{Map, Value};

pub(super) const KNOWN: Known = Known { rules: RULES, partings: PARTINGS };

const RULES: &[Rule] = &[
    // Kea looks at the clock, and the server in this process has one that stands still: what is
    // left of a lease differs by a second or two.
    Rule { scenario: None, explains: is_of_the_clock },
    Rule {
        scenario: Some("v6/lease/4.2-lease-of-an-operator-is-the-clients"),
        explains: is_time_of_known_offer,
    },
    Rule { scenario: Some("v6/name/8.2-reserved-name-and-no-fqdn"), explains: is_reserved_name },
    Rule { scenario: Some("v6/release/5.6-second-release"), explains: is_second_release },
    Rule {
        scenario: Some("v6/lease/4.6-infinite-valid-lifetime"),
        explains: is_part_of_infinite_lifetime,
    },
    Rule {
        scenario: Some("v6/option/7.1-pools-of-associations-in-several-subnets"),
        explains: is_of_other_subnet,
    },
    Rule {
        scenario: Some("v6/decline/11.1-information-of-the-relay-of-a-declined-lease"),
        explains: is_context_of_declined_lease,
    },
    Rule {
        scenario: Some("v6/renew/5.3-address-that-an-in-pool-reservation-does-not-protect"),
        explains: is_extended_and_taken_away,
    },
    Rule {
        scenario: Some("v6/host/3.2-classes-of-a-host-in-another-subnet-of-the-network"),
        explains: is_class_of_host_nearby,
    },
    Rule {
        scenario: Some("v6/name/8.3-made-up-name-of-several-associations"),
        explains: is_flag_without_name,
    },
    Rule {
        scenario: Some("v6/name/8.3-made-up-name-of-a-rapid-commit-without-updates"),
        explains: is_name_of_rapid_commit,
    },
    Rule {
        scenario: Some("v6/host/3.2-subnet-of-a-prefix-that-is-reserved-everywhere"),
        explains: is_subnet_of_global_reservation,
    },
    Rule {
        scenario: Some("v6/name/8.2-name-of-a-global-host-beside-one-of-the-subnet"),
        explains: is_name_of_other_host,
    },
    Rule {
        scenario: Some("v6/name/8.3-made-up-name-if-the-first-association-gets-nothing"),
        explains: is_name_of_further_association,
    },
    Rule {
        scenario: Some("v6/option/7.1-options-of-a-known-lease-in-another-subnet"),
        explains: is_of_other_subnet_of_the_link,
    },
    Rule {
        scenario: Some("v6/name/8.4-requests-of-a-renewal-without-a-name"),
        explains: is_update_of_lost_name,
    },
    Rule {
        scenario: Some("v6/name/8.4-requests-of-each-association"),
        explains: is_update_of_further_association,
    },
    Rule {
        scenario: Some("v6/name/8.4-requests-of-addresses-that-clients-lose"),
        explains: is_update_of_lost_address,
    },
];

const PARTINGS: &[Parting] = &[
    Parting { scenario: "v6/lease/4.6-request-of-a-known-lease", explains: is_of_known_lease },
    Parting {
        scenario: "v6/lease/4.4-pool-is-walked-again-before-the-next",
        explains: is_other_pool,
    },
    Parting {
        scenario: "v6/lease/4.2-lease-in-a-pool-that-is-no-longer-the-clients",
        explains: is_lease_that_an_offer_ends,
    },
    Parting {
        scenario: "v6/solicit/5.1-several-associations-one-fails",
        explains: is_lease_that_is_offered_twice,
    },
    Parting {
        scenario: "v6/solicit/5.1-lease-that-an-in-pool-reservation-does-not-protect",
        explains: is_lease_in_pool_that_is_reserved,
    },
    Parting { scenario: "v6/name/8.5-no-lease-no-name", explains: is_name_of_nothing },
    Parting {
        scenario: "v6/name/8.3-made-up-name-of-a-rapid-commit",
        explains: is_answer_with_name_of_rapid_commit,
    },
    Parting {
        scenario: "v6/host/3.2-reservation-in-the-subnet-that-does-not-count",
        explains: is_reserved_where_that_does_not_count,
    },
];

fn text(bytes: &Option<Vec<u8>>) -> Option<&str> {
    str::from_utf8(bytes.as_deref()?).ok()
}

fn number(bytes: &Option<Vec<u8>>) -> Option<u32> {
    text(bytes)?.parse().ok()
}

/// Whether it is a lifetime, or a part of one, in a reply.
fn is_time(what: &What) -> bool {
    let What::Said(way) = what else { return false };
    ["t1", "t2", "preferred", "valid"].iter().any(|end| way.ends_with(end))
}

fn is_of_the_clock(situation: &Situation<'_>, difference: &Difference) -> bool {
    let (Some(ours), Some(kea)) = (number(&difference.ours), number(&difference.kea)) else {
        return false;
    };
    let is_lifetime =
        matches!(&difference.what, What::Lease(_, member) if member.ends_with("-lft"));
    (is_time(&difference.what) || is_lifetime)
        && u64::from(ours.abs_diff(kea)) <= situation.passed.as_secs()
}

/// Whether a client asks as if it had nothing, and has a lease that it gets again.
fn gets_known_lease(situation: &Situation<'_>) -> bool {
    let asks_anew = Query::decode(situation.query).is_ok_and(|query| {
        matches!(query.message_type, MessageType::SOLICIT | MessageType::REQUEST)
    });
    let granted = situation.reply.and_then(|reply| Query::decode(reply).ok());
    asks_anew
        && granted
            .is_some_and(|reply| granted_in(&reply).any(|name| situation.before.contains(&name)))
}

/// The names of the leases in a reply.
fn granted_in(reply: &Query<'_>) -> impl Iterator<Item = String> {
    let mut names = Vec::new();
    for own in reply.options.decode_each::<IaNa<'_>>().flatten() {
        let leases = own.options.decode_each::<IaAddress<'_>>().flatten();
        names.extend(leases.map(|lease| lease.address.to_string()));
    }
    for own in reply.options.decode_each::<IaPd<'_>>().flatten() {
        let leases = own.options.decode_each::<IaPrefix<'_>>().flatten();
        names.extend(leases.map(|lease| lease.prefix.to_string()));
    }
    names.into_iter()
}

fn is_time_of_known_offer(situation: &Situation<'_>, difference: &Difference) -> bool {
    is_time(&difference.what) && gets_known_lease(situation)
}

/// Kea leaves a lease as it is when it is requested once more.
fn is_of_known_lease(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let is_refreshed = |difference: &Difference| match &difference.what {
        What::Lease(name, member) => {
            situation.before.contains(name)
                && [
                    "valid-lft",
                    "preferred-lft",
                    "hostname",
                    "fqdn-fwd",
                    "fqdn-rev",
                    "hw-address",
                    "user-context",
                ]
                .contains(&&**member)
        }
        other => is_time(other),
    };
    gets_known_lease(situation) && differences.iter().all(is_refreshed)
}

/// A reserved name, in other letters or with the suffix behind it.
fn is_reserved_name(_: &Situation<'_>, difference: &Difference) -> bool {
    let (Some(ours), Some(kea)) = (text(&difference.ours), text(&difference.kea)) else {
        return false;
    };
    let stem = |name: &str| name.trim_matches('"').trim_end_matches('.').to_ascii_lowercase();
    matches!(&difference.what, What::Lease(_, member) if member == "hostname")
        && !stem(ours).is_empty()
        && stem(kea).starts_with(&stem(ours))
}

fn is_second_release(situation: &Situation<'_>, difference: &Difference) -> bool {
    let is_release = Query::decode(situation.query)
        .is_ok_and(|query| query.message_type == MessageType::RELEASE);
    let says = |bytes, word: &str| text(bytes).is_some_and(|text: &str| text.contains(word));
    matches!(&difference.what, What::Said(way) if way.ends_with("/status"))
        && is_release
        && says(&difference.ours, "NoBinding")
        && says(&difference.kea, "Success")
}

/// Five eighths of a lifetime without end, after an overflow.
fn is_part_of_infinite_lifetime(situation: &Situation<'_>, difference: &Difference) -> bool {
    const KEAS: u32 = 0x1fff_ffff;
    let is_preferred = number(&difference.kea) == Some(KEAS);
    let is_part = is_time(&difference.what)
        && number(&difference.ours) > Some(KEAS)
        && situation.config.to_string().contains("4294967295");
    is_preferred || is_part
}

/// Kea begins a pool anew only when it has been through all pools.
fn is_other_pool(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let config = situation.config.to_string();
    let has_several = |key: &str| config.matches(key).count() > 1;
    let is_other = |difference: &Difference| {
        let What::Said(way) = &difference.what else { return false };
        let is_of_pools = way.ends_with("/address") && has_several("\"pool\"")
            || way.ends_with("/prefix") && has_several("\"delegated-len\"");
        is_of_pools && difference.ours.is_some() && difference.kea.is_some()
    };
    differences.iter().any(is_other)
}

/// Kea deletes a lease in a pool that its client may not use any longer when the client looks for
/// another.
fn is_lease_that_an_offer_ends(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let is_solicit = Query::decode(situation.query)
        .is_ok_and(|query| query.message_type == MessageType::SOLICIT);
    let is_ended = |difference: &Difference| {
        matches!(&difference.what, What::Lease(name, _) if situation.before.contains(name))
            && difference.kea.is_none()
    };
    is_solicit && differences.iter().all(is_ended)
}

/// Options and names where the leases in a reply are in different subnets of a network, or in
/// another one than the client's.
fn is_of_other_subnet(situation: &Situation<'_>, difference: &Difference) -> bool {
    // 2001:db8:1::10 and 2001:db8:8001:100::/56 are of one subnet.
    let subnet = |name: String| Some(name.split(':').nth(2)?.trim_start_matches("800").to_owned());
    let query = Query::decode(situation.query).ok();
    let link = query.as_ref().and_then(|query| query.relays.last());
    let link = link.map(|relay| relay.link_address.to_string());
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let granted = reply.iter().flat_map(granted_in);
    let subnets: BTreeSet<_> = granted.chain(link).filter_map(subnet).collect();
    let is_of_it = match &difference.what {
        What::Said(way) => way.starts_with("/options/"),
        What::Lease(_, member) => is_of_name(member),
        _ => false,
    };
    is_of_it && subnets.len() > 1 && situation.config.get("shared-networks").is_some()
}

/// Options where the client has its lease in another subnet than the first one of its link.
fn is_of_other_subnet_of_the_link(situation: &Situation<'_>, difference: &Difference) -> bool {
    let networks = situation.config.get("shared-networks").and_then(Value::as_list);
    let first_of = |network: &Value| {
        let first = network.get("subnet6")?.as_list()?.first()?;
        Some(first.get("subnet")?.as_text()?.split("::").next()?.to_owned())
    };
    let firsts: Vec<_> = networks.into_iter().flatten().filter_map(first_of).collect();
    let is_direct = Query::decode(situation.query).is_ok_and(|query| query.relays.is_empty());
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let mut granted = reply.iter().flat_map(granted_in);
    let is_elsewhere = |name: String| firsts.iter().all(|first| !name.starts_with(&**first));
    matches!(&difference.what, What::Said(way) if way.starts_with("/options/"))
        && !firsts.is_empty()
        && is_direct
        && gets_known_lease(situation)
        && granted.any(is_elsewhere)
}

/// Kea notes the subnet that it has used last for a lease that a host of all subnets has.
fn is_subnet_of_global_reservation(situation: &Situation<'_>, difference: &Difference) -> bool {
    let hosts = situation.config.get("reservations").map(ToString::to_string);
    let is_reserved =
        |name: &str| hosts.is_some_and(|hosts| hosts.contains(&format!("\"{name}\"")));
    matches!(&difference.what, What::Lease(name, member) if member == "subnet-id" && is_reserved(name))
        && situation.config.get("shared-networks").is_some()
        && difference.ours.is_some()
        && difference.kea.is_some()
}

/// Kea stores the name of a host that is not the one where the lease is.
fn is_name_of_other_host(situation: &Situation<'_>, difference: &Difference) -> bool {
    let kea = text(&difference.kea).unwrap_or_default().trim_matches('"');
    let is_its = |host: &Map| host.get("hostname").and_then(Value::as_text) == Some(kea);
    matches!(&difference.what, What::Lease(_, member) if member == "hostname")
        && text(&difference.ours) == Some("\"\"")
        && any_map(situation.config, &is_its)
}

/// Kea makes up a name of the first association's address alone.
fn is_name_of_further_association(situation: &Situation<'_>, difference: &Difference) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let has_address =
        |own: IaNa<'_>| own.options.decode_each::<IaAddress<'_>>().flatten().any(|a| a.valid > 0);
    let mut associations =
        reply.iter().flat_map(|reply| reply.options.decode_each::<IaNa<'_>>().flatten());
    let is_of_name = match &difference.what {
        What::Said(way) => way == "/options/client-fqdn",
        What::Lease(_, member) => is_of_name(member),
        _ => false,
    };
    is_of_name
        && associations.next().is_some_and(|first| !has_address(first))
        && associations.any(has_address)
}

/// Kea gives an address or a prefix of a pool that is reserved for another, where reservations are said
/// to be out of pools, and takes it away when its client comes again.
fn is_lease_in_pool_that_is_reserved(
    situation: &Situation<'_>,
    differences: &[Difference],
) -> bool {
    let out_of_pool =
        |map: &Map| map.get("reservations-out-of-pool").and_then(Value::as_bool) == Some(true);
    let config = situation.config.to_string();
    let is_taken = |difference: &Difference| match &difference.what {
        What::Lease(name, _) => {
            let address = name.split_once("::/").map_or(&**name, |(prefix, _)| prefix);
            let is_reserved = [format!("\"{address}\""), format!("\"{address}:")]
                .iter()
                .any(|reserved| config.contains(reserved));
            situation.before.contains(name) && difference.kea.is_none() && is_reserved
        }
        _ => false,
    };
    any_map(situation.config, &out_of_pool) && differences.iter().any(is_taken)
}

fn is_of_name(member: &str) -> bool {
    ["hostname", "fqdn-fwd", "fqdn-rev"].contains(&member)
}

fn is_context_of_declined_lease(_: &Situation<'_>, difference: &Difference) -> bool {
    matches!(&difference.what, What::Lease(_, member) if member == "user-context")
        && difference.ours.is_none()
}

/// Kea grants a lease, and says in the same association that it has ended.
fn is_extended_and_taken_away(situation: &Situation<'_>, difference: &Difference) -> bool {
    let is_extension = Query::decode(situation.query)
        .is_ok_and(|query| matches!(query.message_type, MessageType::RENEW | MessageType::REBIND));
    let out_of_pool =
        |map: &Map| map.get("reservations-out-of-pool").and_then(Value::as_bool) == Some(true);
    matches!(&difference.what, What::Said(way) if way.starts_with("/ias/"))
        && is_extension
        && difference.ours.is_none()
        && any_map(situation.config, &out_of_pool)
}

/// Options of classes that a reservation in another subnet of the network gives.
fn is_class_of_host_nearby(situation: &Situation<'_>, difference: &Difference) -> bool {
    let has_classes = |map: &Map| {
        map.get("client-classes").is_some()
            && (map.get("ip-addresses").is_some() || map.get("prefixes").is_some())
    };
    matches!(&difference.what, What::Said(way) if way.starts_with("/options/"))
        && difference.kea.is_none()
        && situation.config.get("shared-networks").is_some()
        && any_map(situation.config, &has_classes)
}

/// Kea does not answer a client for which it would have to make up a name, without an address.
fn is_name_of_nothing(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let fqdn = reply.as_ref().and_then(|reply| reply.options.get(OptionCode::CLIENT_FQDN));
    let has_no_name = fqdn.is_some_and(|content| matches!(content, [_] | [_, 0]));
    let is_silent = |one: &Difference| one.what == What::Answer && one.kea.is_none();
    has_no_name && differences.iter().any(is_silent)
}

fn is_flag_without_name(_: &Situation<'_>, difference: &Difference) -> bool {
    matches!(&difference.what, What::Lease(_, member) if member.starts_with("fqdn-"))
        && (text(&difference.ours), text(&difference.kea)) == (Some("false"), Some("true"))
}

fn is_update_of_lost_name(situation: &Situation<'_>, difference: &Difference) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let is_nameless = reply.is_some_and(|reply| !reply.options.contains(OptionCode::CLIENT_FQDN));
    let removes = text(&difference.ours).is_some_and(|update| update.contains("\"change-type\":1"));
    is_further_update(difference) && is_nameless && removes
}

fn is_update_of_further_association(situation: &Situation<'_>, difference: &Difference) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let granted = |reply: Query<'_>| reply.options.decode_each::<IaNa<'_>>().flatten().count();
    is_further_update(difference) && reply.map_or(0, granted) > 1
}

fn is_update_of_lost_address(situation: &Situation<'_>, difference: &Difference) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let associations = reply.iter().flat_map(|reply| reply.options.decode_each::<IaNa<'_>>());
    let mut told = associations.flatten().filter_map(|own| own.options.decode().ok().flatten());
    let update = text(&difference.kea).unwrap_or_default();
    matches!(difference.what, What::Update(_))
        && told.any(|told: IaAddress<'_>| {
            told.valid == 0 && update.contains(&format!("\"ip-address\":\"{}\"", told.address))
        })
}

/// Whether the DNS updater is told something of which Kea says nothing.
fn is_further_update(difference: &Difference) -> bool {
    matches!(difference.what, What::Update(_)) && difference.kea.is_none()
}

/// Kea offers one lease to several associations of a client.
fn is_lease_that_is_offered_twice(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let is_solicit = Query::decode(situation.query)
        .is_ok_and(|query| query.message_type == MessageType::SOLICIT);
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let offered: BTreeSet<_> = reply.iter().flat_map(granted_in).collect();
    let is_twice = |difference: &Difference| {
        let kea = text(&difference.kea).unwrap_or_default().trim_matches('"');
        matches!(&difference.what, What::Said(way) if way.starts_with("/ias/"))
            && offered.contains(kea)
    };
    is_solicit && differences.iter().any(is_twice)
}

/// Kea makes up no name for a rapid commit where no updates are made.
fn is_name_of_rapid_commit(situation: &Situation<'_>, difference: &Difference) -> bool {
    let is_rapid = Query::decode(situation.query)
        .is_ok_and(|query| query.message_type == MessageType::SOLICIT);
    let is_of_it = match &difference.what {
        What::Said(way) => way == "/options/client-fqdn",
        What::Lease(_, member) => member == "hostname",
        _ => false,
    };
    let has_none = |kea: &str| kea.trim_matches('"').trim_matches(['N', 'O', 'S', ' ']).is_empty();
    is_rapid && is_of_it && text(&difference.kea).is_some_and(has_none)
}

/// Kea does not answer a rapid commit for which it has to make up a name.
fn is_answer_with_name_of_rapid_commit(
    situation: &Situation<'_>,
    differences: &[Difference],
) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let is_rapid = reply.is_some_and(|reply| {
        reply.options.contains(OptionCode::RAPID_COMMIT)
            && reply.options.contains(OptionCode::CLIENT_FQDN)
    });
    let is_silent = |one: &Difference| one.what == What::Answer && one.kea.is_none();
    is_rapid && differences.iter().any(is_silent)
}

/// Kea takes a lease from its client that a reservation names which does not count.
fn is_reserved_where_that_does_not_count(
    situation: &Situation<'_>,
    differences: &[Difference],
) -> bool {
    let off = |map: &Map| map.get("reservations-in-subnet").and_then(Value::as_bool) == Some(false);
    let is_lease = |one: &Difference| matches!(&one.what, What::Said(way) if way.ends_with("/address") || way.ends_with("/prefix"));
    any_map(situation.config, &off) && differences.iter().any(is_lease)
}
