//! What of the command line does not go together.

use super::{Base, LeaseType, Options, Scenario};
use crate::protocol::Protocol;

/// The first rule that is broken.
pub(super) fn broken(protocol: Protocol, options: &Options) -> Option<&'static str> {
    let all = of_protocol(protocol, options).into_iter().chain(rules(options));
    all.into_iter().find_map(|(is_broken, rule)| is_broken.then_some(rule))
}

/// What is of the other protocol, and what has other bounds in each.
fn of_protocol(protocol: Protocol, o: &Options) -> Vec<(bool, &'static str)> {
    let has_duid = o.base.iter().any(|base| matches!(base, Base::Duid(_)));
    let at = |xid| o.xid_offset.iter().any(|offset| *offset != xid);
    match protocol {
        Protocol::V4 => vec![
            (o.encapsulation.is_some(), "-A is of DHCPv6: -6 is missing"),
            (o.rapid_commit, "-c is of DHCPv6: -6 is missing"),
            (o.lease_type != LeaseType::AddressOnly, "prefixes are of DHCPv6: -6 is missing"),
            (!o.relay_option.is_empty(), "--or is of DHCPv6: -6 is missing"),
            (has_duid, "-b duid= is of DHCPv6: -6 is missing"),
            (
                o.option.iter().any(|option| option.code > 254 || option.content.len() > 255),
                "-o: a DHCPv4 option has a code of 254 and holds 255 octets at most",
            ),
            (at(4), "-X: a DHCPv4 transaction id stands at offset 4, where servers look for it"),
        ],
        Protocol::V6 => vec![
            (o.broadcast, "-B is of DHCPv4"),
            (!o.relay_option.is_empty() && o.encapsulation.is_none(), "--or needs -A"),
            (o.relays.is_some() && o.encapsulation.is_none(), "-J needs -A"),
            (
                o.option.iter().any(|option| option.content.len() > usize::from(u16::MAX)),
                "-o: an option holds 65535 octets at most",
            ),
            (at(1), "-X: a DHCPv6 transaction id stands at offset 1, where servers look for it"),
        ],
    }
}

/// What may not stand together, each with its reason.
fn rules(o: &Options) -> [(bool, &'static str); 26] {
    let (renewals, releases) = (o.renew_rate.unwrap_or(0), o.release_rate.unwrap_or(0));
    let both = u64::from(renewals) + u64::from(releases);
    let templates = o.template.len();
    let is_avalanche = o.scenario == Scenario::Avalanche;
    let has_end = !o.count.is_empty() || o.period.is_some();
    let has_no_requests = o.initial || o.rapid_commit;
    [
        (both > 0 && o.rate.is_none(), "-f and -F need -r"),
        (o.rate.is_some_and(|rate| both > rate.into()), "-f and -F together may not exceed -r"),
        (o.macs.is_some() && !o.base.is_empty(), "-M and -b exclude each other"),
        (
            o.macs.is_some() && o.clients.is_some(),
            "-R does not go with -M: its lines are the clients",
        ),
        (o.base.len() > 4, "-b may be given four times at most"),
        (o.clients == Some(0), "-R: there must be a client"),
        (o.count.len() > 2, "-n may be given twice at most"),
        (o.drop_time.len() > 2, "-d may be given twice at most"),
        (o.max_drop.len() > 2, "-D may be given twice at most"),
        (templates > 2, "-T may be given twice at most"),
        (has_no_requests && o.first_server, "-1 is of REQUESTs, which -i and -c leave out"),
        (o.initial && both > 0, "-f and -F need leases, and -i makes none"),
        (o.initial && o.renewals > 0, "--renewals needs leases, and -i makes none"),
        (
            has_no_requests && [o.count.len(), o.drop_time.len(), o.max_drop.len()].contains(&2),
            "the second -n, -d and -D are of REQUESTs, which -i and -c leave out",
        ),
        (has_no_requests && templates > 1, "the second -T is a REQUEST, which -i and -c leave out"),
        (o.random_offset.len() > templates, "-O needs a -T for each"),
        (o.xid_offset.len() > templates, "-X needs a -T for each"),
        (o.random_offset.iter().any(|offset| *offset < 3), "-O must be 3 or more"),
        (
            templates < 2 && (o.time_offset.is_some() || o.server_offset.is_some()),
            "-E and -S are of the second -T, which is missing",
        ),
        (templates < 2 && o.address_offset.is_some(), "-I is of the second -T, which is missing"),
        (
            o.separator.is_some() && o.report.is_none(),
            "-C is of the reports of -t, which is missing",
        ),
        (
            o.plot.as_ref().is_some_and(|path| path.extension().is_none_or(|end| end != "svg")),
            "--plot writes SVG: the file's name must end in .svg",
        ),
        (is_avalanche && o.rate.is_some(), "an avalanche has no rate: -r does not go with it"),
        (is_avalanche && o.window.is_some(), "an avalanche has no window"),
        (is_avalanche && has_end, "an avalanche ends when each client has its lease: no -n, no -p"),
        (
            is_avalanche && (o.preload > 0 || o.renewals > 0 || !o.max_drop.is_empty()),
            "an avalanche has no -P, no --renewals and no -D",
        ),
    ]
}
