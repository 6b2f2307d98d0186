//! Differences that are meant, or come of how the two are compared.
//!
//! Each rule names the scenario that shows it; `docs/decisions/differences-from-kea.md` says why.

use std::net::Ipv4Addr;

use ruru_json::{Map, Value};
use ruru_wire::v4::options::{RelayAgentInformation, RequestedAddress, ServerIdentifier};
use ruru_wire::v4::{MessageType, OptionCode, Query};

use crate::differential::judgement::{Known, Parting, Rule, Situation, any_map};
use crate::differential::observed::{Difference, What};

pub(super) const KNOWN: Known = Known { rules: RULES, partings: PARTINGS };

const RULES: &[Rule] = &[
    // Kea looks at the clock, and the server in this process has one that stands still: what is
    // left of a lease differs by a second or two.
    Rule { scenario: None, explains: is_of_the_clock },
    Rule { scenario: Some("v4/name/9.1-fqdn-comes-before-the-host-name"), explains: is_fqdn_code },
    Rule {
        scenario: Some("v4/option/8.1-never-send-in-any-scope-suppresses-it"),
        explains: is_never_sent,
    },
    Rule {
        scenario: Some("v4/reception/1.5-server-identifier-that-the-relay-overrides-is-ours"),
        explains: is_overridden_server,
    },
    Rule {
        scenario: Some("v4/answer/7.4-server-identifier-of-a-refusal"),
        explains: is_server_without_options,
    },
    Rule { scenario: Some("v4/name/9.3-root-that-is-not-cleaned"), explains: is_uncleaned_root },
    Rule {
        scenario: Some("v4/lease/4.9-times-of-an-offer-that-is-kept"),
        explains: is_time_of_kept_offer,
    },
    Rule {
        scenario: Some("v4/host/3.2-name-of-a-global-host-that-does-not-count"),
        explains: is_name_of_other_host,
    },
    Rule {
        scenario: Some("v4/lease/11.1-information-of-the-relay-of-an-earlier-client"),
        explains: is_context_of_earlier_lease,
    },
    Rule {
        scenario: Some("v4/lease/4.9-flags-of-an-offer-that-is-kept"),
        explains: is_flag_of_kept_offer,
    },
    Rule {
        scenario: Some("v4/request/5.6-v6-only-client-that-wants-a-broadcast"),
        explains: is_broadcast_to_nobody,
    },
    Rule {
        scenario: Some("v4/name/9.8-requests-of-a-client-that-moves"),
        explains: is_update_of_moved_client,
    },
];

const PARTINGS: &[Parting] = &[
    Parting {
        scenario: "v4/request/5.3-reserved-address-in-a-pool-of-another-subnet",
        explains: is_reserved_in_other_subnet,
    },
    Parting {
        scenario: "v4/request/5.6-v6-only-for-other-clients",
        explains: is_v6_only_for_others,
    },
    Parting {
        scenario: "v4/lease/4.9-offer-does-not-shorten-a-lease",
        explains: is_lease_that_kea_shortens,
    },
    Parting {
        scenario: "v4/subnet/2.3-relay-list-of-a-network",
        explains: is_other_subnet_of_the_network,
    },
    Parting {
        scenario: "v4/reception/1.5-server-identifier-of-a-class-that-is-not-the-clients",
        explains: is_other_server_identifier,
    },
    Parting {
        scenario: "v4/lease/4.4-pool-is-walked-again-before-the-next",
        explains: is_other_pool,
    },
    Parting {
        scenario: "v4/request/5.5-renewal-by-a-host-of-another-subnet",
        explains: is_host_of_another_subnet,
    },
    Parting {
        scenario: "v4/host/3.2-host-of-the-subnet-and-another-one-of-all",
        explains: is_host_of_subnet_and_of_all,
    },
];

fn is_of_the_clock(situation: &Situation<'_>, difference: &Difference) -> bool {
    let number =
        |bytes: &Option<Vec<u8>>| Some(u32::from_be_bytes(bytes.as_deref()?.try_into().ok()?));
    let (Some(ours), Some(kea)) = (number(&difference.ours), number(&difference.kea)) else {
        return false;
    };
    matches!(difference.what, What::Option(51 | 58 | 59))
        && u64::from(ours.abs_diff(kea)) <= situation.passed.as_secs()
}

fn is_fqdn_code(_: &Situation<'_>, difference: &Difference) -> bool {
    let without_codes = |content: &[u8]| {
        let mut content = content.to_vec();
        content.drain(1..3.min(content.len()));
        content
    };
    let (Some(ours), Some(kea)) = (&difference.ours, &difference.kea) else { return false };
    difference.what == What::Option(81) && without_codes(ours) == without_codes(kea)
}

fn is_never_sent(situation: &Situation<'_>, difference: &Difference) -> bool {
    let name = match difference.what {
        What::Option(3) => "routers",
        What::Option(6) => "domain-name-servers",
        What::Option(15) => "domain-name",
        _ => return false,
    };
    let never = |map: &Map| {
        map.get("name").and_then(Value::as_text) == Some(name)
            && map.get("never-send").and_then(Value::as_bool) == Some(true)
    };
    difference.ours.is_none() && any_map(situation.config, &never)
}

fn is_overridden_server(situation: &Situation<'_>, difference: &Difference) -> bool {
    let query = Query::decode(situation.query).ok();
    let relay = query.as_ref().and_then(|query| query.options.get(OptionCode::RELAY_AGENT));
    let named = relay.map(RelayAgentInformation).and_then(|info| info.server_id_override());
    difference.what == What::Option(54)
        && named.is_some_and(|named| difference.ours.as_deref() == Some(&named.octets()))
}

fn is_server_without_options(situation: &Situation<'_>, difference: &Difference) -> bool {
    difference.what == What::Option(54)
        && gives_nothing(situation)
        && difference.kea.as_deref() == Some(&[192, 0, 2, 1])
}

fn is_uncleaned_root(situation: &Situation<'_>, difference: &Difference) -> bool {
    let query = Query::decode(situation.query).ok();
    let fqdn = query.as_ref().and_then(|query| query.options.get(OptionCode::FQDN));
    let is_root = fqdn.and_then(|content| content.get(3..)).is_some_and(|name| name == [0]);
    let is_of_name = match &difference.what {
        What::Option(code) => *code == 81,
        What::Lease(_, member) => ["hostname", "fqdn-fwd", "fqdn-rev"].contains(&&**member),
        _ => false,
    };
    let keeps_all = |map: &Map| map.get("hostname-char-set").and_then(Value::as_text) == Some("");
    is_root && is_of_name && any_map(situation.config, &keeps_all)
}

fn is_time_of_kept_offer(situation: &Situation<'_>, difference: &Difference) -> bool {
    let query = Query::decode(situation.query).ok();
    let is_kept = |map: &Map| map.get("offer-lifetime").is_some();
    matches!(difference.what, What::Option(58 | 59))
        && query.and_then(|query| query.message_type()) == Some(MessageType::DISCOVER)
        && any_map(situation.config, &is_kept)
}

fn is_name_of_other_host(situation: &Situation<'_>, difference: &Difference) -> bool {
    let stored = difference.kea.as_deref().and_then(|text| str::from_utf8(text).ok());
    let stored = stored.unwrap_or_default().trim_matches('"');
    let has_name = |map: &Map| {
        let name = map.get("hostname").and_then(Value::as_text).unwrap_or_default();
        !name.is_empty() && stored.eq_ignore_ascii_case(name.trim_end_matches('.'))
    };
    matches!(&difference.what, What::Lease(_, member) if member == "hostname")
        && situation.config.get("shared-networks").is_some()
        && any_map(situation.config, &has_name)
}

fn is_context_of_earlier_lease(_: &Situation<'_>, difference: &Difference) -> bool {
    matches!(&difference.what, What::Lease(_, member) if member == "user-context")
        && difference.ours.is_none()
}

fn is_flag_of_kept_offer(situation: &Situation<'_>, difference: &Difference) -> bool {
    let query = Query::decode(situation.query).ok();
    matches!(&difference.what, What::Lease(_, member) if member.starts_with("fqdn-"))
        && query.and_then(|query| query.message_type()) == Some(MessageType::DISCOVER)
}

fn is_broadcast_to_nobody(situation: &Situation<'_>, difference: &Difference) -> bool {
    difference.what == What::To
        && gives_nothing(situation)
        && difference.kea.as_deref() == Some(b"0.0.0.0 at ff:ff:ff:ff:ff:ff")
}

fn is_reserved_in_other_subnet(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let query = Query::decode(situation.query).ok();
    let asked = query.and_then(|query| query.options.decode::<RequestedAddress>().ok().flatten());
    let is_reserved = |map: &Map| {
        let address = map.get("ip-address").and_then(Value::as_text);
        address.is_some_and(|text| asked.is_some_and(|asked| asked.0.to_string() == text))
    };
    let refuses = |difference: &Difference| {
        difference.what == What::Option(53) && difference.ours.as_deref() == Some(&[6])
    };
    differences.iter().any(refuses)
        && situation.config.get("shared-networks").is_some()
        && any_map(situation.config, &is_reserved)
}

fn is_v6_only_for_others(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let query = Query::decode(situation.query).ok();
    let asked = query.as_ref().and_then(|q| q.options.get(OptionCode::PARAMETER_REQUEST_LIST));
    let is_guarded = |map: &Map| {
        map.get("name").and_then(Value::as_text) == Some("v6-only-preferred")
            && map.get("client-classes").is_some()
    };
    let is_silent = |one: &Difference| one.what == What::Answer && one.kea.is_none();
    differences.iter().any(is_silent)
        && asked.is_some_and(|codes| codes.contains(&OptionCode::V6_ONLY_PREFERRED.0))
        && any_map(situation.config, &is_guarded)
}

fn is_lease_that_kea_shortens(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let seconds =
        |text: &Option<Vec<u8>>| std::str::from_utf8(text.as_deref()?).ok()?.parse::<u32>().ok();
    let is_shorter = |difference: &Difference| {
        matches!(&difference.what, What::Lease(_, member) if member == "valid-lft")
            && seconds(&difference.kea) < seconds(&difference.ours)
    };
    let is_kept = |map: &Map| map.get("offer-lifetime").is_some();
    differences.iter().all(|difference| difference.what.is_of_lease())
        && differences.iter().any(is_shorter)
        && any_map(situation.config, &is_kept)
}

fn is_other_server_identifier(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let query = Query::decode(situation.query).ok();
    let named = query.and_then(|query| query.options.decode::<ServerIdentifier>().ok().flatten());
    let is_configured = |map: &Map| {
        named.is_some_and(|named| {
            map.get("name").and_then(Value::as_text) == Some("dhcp-server-identifier")
                && map.get("data").and_then(Value::as_text) == Some(&*named.0.to_string())
        })
    };
    let is_of_kea =
        |difference: &Difference| difference.what == What::Answer && difference.kea.is_some();
    !differences.iter().any(is_of_kea) && any_map(situation.config, &is_configured)
}

fn is_other_pool(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let yiaddr = differences.iter().find(|difference| difference.what == What::Field("yiaddr"));
    let Some(Difference { ours: Some(ours), kea: Some(kea), .. }) = yiaddr else { return false };
    let has = |pool: &Value, address: &[u8]| {
        let range = pool.get("pool").and_then(Value::as_text)?.split_once(" - ")?;
        let [first, last] = [range.0, range.1].map(|text| text.parse::<Ipv4Addr>().ok());
        let address = Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?);
        Some(first? <= address && address <= last?)
    };
    any_map(situation.config, &|map| {
        let pools = map.get("pools").and_then(Value::as_list).unwrap_or_default();
        let of = |address| pools.iter().position(|pool| has(pool, address) == Some(true));
        pools.len() > 1 && of(ours).is_some() && of(kea).is_some()
    })
}

fn is_other_subnet_of_the_network(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let networks = situation.config.get("shared-networks").and_then(Value::as_list);
    let several = |network: &Value| {
        network.get("subnet4").and_then(Value::as_list).is_some_and(|subnets| subnets.len() > 1)
    };
    let yiaddr = differences.iter().find(|difference| difference.what == What::Field("yiaddr"));
    let net =
        |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(|b| b.get(..3)).map(<[u8]>::to_vec);
    yiaddr.is_some_and(|yiaddr| net(&yiaddr.ours) != net(&yiaddr.kea))
        && networks.is_some_and(|networks| networks.iter().any(several))
}

/// Whether the server refuses, or answers without an address.
fn gives_nothing(situation: &Situation<'_>) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    reply.is_some_and(|reply| reply.header.yiaddr.is_unspecified())
}

/// Kea does not see a host of a network whose first subnet does not want its own, or which stands in
/// a subnet that is for clients without one.
fn is_host_of_another_subnet(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let refuses = situation
        .reply
        .and_then(|reply| Query::decode(reply).ok())
        .is_some_and(|reply| reply.message_type() == Some(MessageType::NAK));
    let hides = |map: &Map| {
        let classes = map.get("client-classes").and_then(Value::as_list).unwrap_or_default();
        map.get("reservations-in-subnet").and_then(Value::as_bool) == Some(false)
            || classes.iter().any(|class| class.as_text() == Some("UNKNOWN"))
    };
    let is_silent = |one: &Difference| one.what == What::Answer && one.kea.is_none();
    refuses
        && differences.iter().all(is_silent)
        && situation.config.get("shared-networks").is_some()
        && any_map(situation.config, &hides)
}

/// Kea gives nothing to a client whose host of the subnet has no address, while one of all subnets
/// has.
fn is_host_of_subnet_and_of_all(situation: &Situation<'_>, differences: &[Difference]) -> bool {
    let is_silent = |one: &Difference| one.what == What::Answer && one.kea.is_none();
    let globally =
        |map: &Map| map.get("reservations-global").and_then(Value::as_bool) == Some(true);
    differences.iter().all(is_silent)
        && situation.config.get("reservations").is_some()
        && any_map(situation.config, &globally)
}

/// Kea leaves the name where it is if a client gets another address and keeps its name.
fn is_update_of_moved_client(situation: &Situation<'_>, difference: &Difference) -> bool {
    let reply = situation.reply.and_then(|reply| Query::decode(reply).ok());
    let Some(reply) = reply.filter(|reply| reply.message_type() == Some(MessageType::ACK)) else {
        return false;
    };
    let update = difference.ours.as_deref().unwrap_or_default();
    let update = String::from_utf8_lossy(update);
    let address = format!("\"ip-address\":\"{}\"", reply.header.yiaddr);
    let adds = update.contains("\"change-type\":0");
    matches!(difference.what, What::Update(_))
        && difference.kea.is_none()
        && adds == update.contains(&address)
}
