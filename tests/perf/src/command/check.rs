//! The plan that the command line makes.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::files::{lines, message};
use super::{Base, ExtraOption, LeaseType, Mac, Options, RelayOption, Scenario, rules};
use crate::answer::{Exchange, Wanted};
use crate::clients::Identities;
use crate::datagrams::Passage;
use crate::endpoint::{self, Endpoint};
use crate::pacing::{End, Pacing};
use crate::plan::{Output, Plan};
use crate::protocol::Protocol;
use crate::session::most_under_way;
use crate::template::{Associations, Given, Offsets, Relaying, Templates};

/// Where perfdhcp's clients begin.
const BASE: Mac = Mac([0x00, 0x0c, 0x01, 0x02, 0x03, 0x04]);
/// A DUID-LL of Ethernet up to the address, RFC 8415 section 11.4: the same client in each run.
const DUID_LL: [u8; 4] = [0, 3, 0, 1];
/// Exchanges under way, unless told otherwise.
const WINDOW: u32 = 256;
/// Clients of the closed loop, unless told otherwise.
const MANY: u32 = 1 << 24;

/// What the options mean together; or what is wrong with them.
pub(crate) fn plan(options: &Options, command: String) -> Result<Plan, String> {
    let protocol = if options.v6 { Protocol::V6 } else { Protocol::V4 };
    if let Some(rule) = rules::broken(protocol, options) {
        return Err(rule.to_owned());
    }
    let clients = options.clients.unwrap_or(if options.window.is_some() { MANY } else { 1 });
    let most = most_under_way(protocol.terms().xid_bits);
    if options.scenario == Scenario::Avalanche && clients > most {
        return Err(format!("an avalanche has {most} clients at most"));
    }
    let mut endpoint = endpoint(protocol, options)?;
    let relays = relays(protocol, options, &mut endpoint)?;
    let wanted = wanted(options);
    let templates = templates(protocol, options, wanted)?;
    let identities = identities(options, &templates, clients)?;
    let drop_time = |at| options.drop_time.get(at).or(options.drop_time.first()).copied();
    let drop_time = |at| drop_time(at).unwrap_or(Duration::from_secs(1));
    let limit = |at| options.max_drop.get(at).copied();
    Ok(Plan {
        protocol,
        templates,
        identities,
        wanted,
        relays,
        pacing: pacing(options, clients),
        renewals: options.renew_rate.map(Pacing::Rate),
        releases: options.release_rate.map(Pacing::Rate),
        renewed_share: options.renewals.into(),
        is_avalanche: options.scenario == Scenario::Avalanche,
        first_server: options.first_server,
        unique: options.unique,
        preload: options.preload,
        end: end(options, clients),
        drop_times: [drop_time(0), drop_time(1)],
        drop_limits: [limit(0), limit(1)],
        exit_wait: options.exit_wait.map(Duration::from_micros),
        waited: options
            .waited_for
            .map(|period| (options.waited_from.unwrap_or_default().into(), period.into())),
        passage: if options.one_by_one { Passage::OneByOne } else { Passage::Joined },
        seed: (options.seed != 0).then_some(options.seed),
        output: Output {
            command,
            every: options.report,
            separator: options.separator.clone(),
            selectors: options.selectors.0.clone(),
            json: options.json,
            plot: options.plot.clone(),
            interval: options.interval,
        },
        wrapped: options.wrapped.clone(),
        endpoint,
    })
}

fn wanted(options: &Options) -> Wanted {
    let exchange = match (options.rapid_commit, options.initial) {
        (true, _) => Exchange::Rapid,
        (false, true) => Exchange::Initial,
        (false, false) => Exchange::Whole,
    };
    let kind = options.lease_type;
    Wanted {
        exchange,
        address: kind != LeaseType::PrefixOnly,
        prefix: kind != LeaseType::AddressOnly,
    }
}

fn endpoint(protocol: Protocol, options: &Options) -> Result<Endpoint, String> {
    let terms = protocol.terms();
    let is_client = protocol == Protocol::V6 && options.encapsulation.is_none();
    let own_port = if is_client { terms.client_port } else { terms.server_port };
    let server_port = options.server_port;
    Endpoint::find(&endpoint::Wanted {
        protocol,
        local: options.local.as_deref(),
        local_port: options.local_port.unwrap_or(own_port),
        server: options.server.as_deref(),
        server_port: if server_port == 0 { terms.server_port } else { server_port },
        broadcast: options.broadcast,
    })
}

/// The addresses of relays; their answers may come to any of them.
fn relays(
    protocol: Protocol,
    options: &Options,
    endpoint: &mut Endpoint,
) -> Result<Vec<IpAddr>, String> {
    let Some(path) = &options.relays else { return Ok(vec![endpoint.local]) };
    match protocol {
        Protocol::V4 => {
            endpoint.bind.set_ip(Ipv4Addr::UNSPECIFIED.into());
            let relays: Vec<Ipv4Addr> = lines(path, "an IPv4 address")?;
            Ok(relays.into_iter().map(IpAddr::V4).collect())
        }
        Protocol::V6 => {
            // They are link addresses: answers come to where the queries came from.
            let relays: Vec<std::net::Ipv6Addr> = lines(path, "an IPv6 address")?;
            Ok(relays.into_iter().map(IpAddr::V6).collect())
        }
    }
}

fn pacing(options: &Options, clients: u32) -> Pacing {
    match (options.scenario, options.rate) {
        (Scenario::Avalanche, _) => Pacing::Window(clients as usize),
        (Scenario::Basic, Some(rate)) => Pacing::Rate(rate),
        (Scenario::Basic, None) => {
            // A client has one exchange at a time.
            Pacing::Window(options.window.unwrap_or(WINDOW.min(clients)) as usize)
        }
    }
}

fn end(options: &Options, clients: u32) -> End {
    let has_end = options.rate.is_some() || options.period.is_some();
    let count = match options.scenario {
        Scenario::Avalanche => Some(clients.into()),
        Scenario::Basic => options.count.first().copied().or((!has_end).then_some(1)),
    };
    End { count, requests: options.count.get(1).copied(), after: options.period }
}

fn templates(protocol: Protocol, o: &Options, wanted: Wanted) -> Result<Templates, String> {
    let mut given = Vec::new();
    for (at, path) in o.template.iter().enumerate() {
        // The first -O is of both templates where there is no second.
        let identity = o.random_offset.get(at).or(o.random_offset.first()).copied();
        let is_request = at == 1;
        given.push(Given {
            message: message(path)?,
            offsets: Offsets {
                identity,
                waited: o.time_offset.filter(|_| is_request),
                requested: o.address_offset.filter(|_| is_request),
                server: o.server_offset.filter(|_| is_request),
            },
        });
    }
    let mut given = given.into_iter();
    let (first, second) = (given.next(), given.next());
    let extra = o.option.iter().map(|ExtraOption { code, content }| (*code, &**content));
    match protocol {
        Protocol::V4 => {
            let narrow = |(code, content)| u8::try_from(code).ok().map(|code| (code, content));
            let extra: Vec<_> = extra.filter_map(narrow).collect();
            Templates::v4(first, second, &extra, o.relays.is_some())
        }
        Protocol::V6 => {
            let relayed = |RelayOption(own): &RelayOption| (own.code, own.content.clone());
            let options = o.relay_option.iter().map(relayed).collect();
            let relaying = o.encapsulation.map(|_| Relaying { options });
            let associations = Associations {
                duid: duid(o),
                address: wanted.address,
                prefix: wanted.prefix,
                rapid_commit: o.rapid_commit,
            };
            Templates::v6(first, second, &extra.collect::<Vec<_>>(), &associations, relaying)
        }
    }
}

/// The first client's DUID.
fn duid(options: &Options) -> Vec<u8> {
    let told = options.base.iter().rev().find_map(|base| match base {
        Base::Duid(duid) => Some(duid.clone()),
        Base::Mac(_) => None,
    });
    told.unwrap_or_else(|| [&DUID_LL[..], &BASE.0].concat())
}

fn identities(o: &Options, templates: &Templates, count: u32) -> Result<Identities, String> {
    if let Some(path) = &o.macs {
        return lines(path, "a hardware address").map(Identities::List);
    }
    let told = o.base.iter().rev().find_map(|base| match base {
        Base::Mac(mac) => Some(*mac),
        Base::Duid(duid) => duid.last_chunk().copied().map(Mac),
    });
    let base = told.or(templates.base.map(Mac)).unwrap_or(BASE);
    Ok(Identities::Sequence { base, first: o.first_client, count })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::command::DropLimit;

    fn read(line: &str) -> Result<Plan, String> {
        let words = line.split(' ').filter(|word| !word.is_empty());
        let options = Options::try_parse_from(["ruru-perf"].into_iter().chain(words))
            .map_err(|error| error.to_string())?;
        plan(&options, line.to_owned())
    }

    #[test]
    fn a_rate_opens_the_loop() {
        let plan = read("-4 -r 1000 -f 250 -F 750 -p 2 -l 127.0.0.1 127.0.0.1").unwrap();
        assert_eq!(
            (plan.pacing, plan.end.after),
            (Pacing::Rate(1000), Some(Duration::from_secs(2)))
        );
        assert_eq!(plan.renewals, Some(Pacing::Rate(250)));
        assert_eq!(plan.releases, Some(Pacing::Rate(750)));
    }

    #[test]
    fn a_window_has_clients_enough() {
        let plan = read("-p 1 --window 8 --renewals 20 127.0.0.1").unwrap();
        assert_eq!((plan.pacing, plan.renewed_share), (Pacing::Window(8), 20));
        assert!(matches!(plan.identities, Identities::Sequence { count: MANY, base: BASE, .. }));
    }

    #[test]
    fn without_an_end_one_client_gets_a_lease() {
        let plan = read("127.0.0.1").unwrap();
        assert_eq!((plan.pacing, plan.end.count), (Pacing::Window(1), Some(1)));
        assert_eq!(read("-r 5 127.0.0.1").unwrap().end.count, None);
    }

    #[test]
    fn what_is_given_twice_is_of_requests() {
        let plan = read("-i -d 2 -D 5 127.0.0.1").unwrap();
        assert_eq!(plan.drop_times, [Duration::from_secs(2); 2]);
        let plan = read("-r 9 -d 2 -d 0.5 -D 5 -D 10% -n 3 -n 4 127.0.0.1").unwrap();
        assert_eq!(plan.drop_times, [Duration::from_secs(2), Duration::from_millis(500)]);
        let limits = [Some(DropLimit::Count(5)), Some(DropLimit::Percent(10.0))];
        assert_eq!(
            (plan.drop_limits, plan.end.count, plan.end.requests),
            (limits, Some(3), Some(4))
        );
    }

    #[test]
    fn rules_are_kept() {
        for line in [
            "-f 5",
            "-F 5",
            "-r 9 -f 5 -F 5",
            "-M x -b mac=0:1:2:3:4:5",
            "-R 0",
            "-n 1 -n 1 -n 1",
            "-i -1",
            "-i -r 9 -f 1",
            "-i -D 1 -D 1",
            "-O 20",
            "-X 4",
            "-E 8",
            "-I 240",
            "-S 54",
            "-C ,",
            "-Y 5",
            "--scenario avalanche -r 5",
            "--scenario avalanche -n 5",
            "-4 -6",
            "-r 5 --window 5",
            "-L 65536",
            "-x q",
            "-T /nonexistent",
            "--plot x.png",
        ] {
            assert!(read(&format!("{line} 127.0.0.1")).is_err(), "{line}");
        }
    }

    #[test]
    fn what_is_of_the_other_protocol_is_refused_by_name() {
        for line in [
            "-A 1",
            "-c",
            "-e prefix-only",
            "-e address-and-prefix",
            "-b duid=010203040506",
            "--or 1:60,00",
        ] {
            let refused = read(&format!("{line} 127.0.0.1")).unwrap_err();
            assert!(refused.contains("-6 is missing"), "{line}: {refused}");
            let needs_relay = line.starts_with("--or");
            assert_eq!(read(&format!("-6 {line} ::1")).is_err(), needs_relay, "{line}");
        }
        assert!(read("-6 -B ::1").is_err() && read("-6 -A 2 ::1").is_err());
        assert!(read("-6 -J x ::1").unwrap_err().contains("-A"));
        assert!(read("-o 255,00 127.0.0.1").is_err() && read("-6 -o 255,00 ::1").is_ok());
        assert!(read("-e address-only -g multi -v6 127.0.0.1").is_err());
        assert!(read("-e address-only -g multi 127.0.0.1").is_ok());
    }

    #[test]
    fn a_client_of_dhcpv6_has_another_port_than_a_relay() {
        assert_eq!(read("-6 ::1").unwrap().endpoint.bind.port(), 546);
        assert_eq!(read("-6 -A 1 ::1").unwrap().endpoint.bind.port(), 547);
        assert_eq!(read("-6 -L 9 ::1").unwrap().endpoint.bind.port(), 9);
    }

    #[test]
    fn a_duid_counts_in_its_last_octets() {
        let plan = read("-6 -b duid=0002000011220000000000ff ::1").unwrap();
        assert_eq!(plan.identities.octets(1), [0, 0, 0, 0, 1, 0]);
        assert_eq!(plan.templates.identity_head, [0, 2, 0, 0, 0x11, 0x22]);
        let plan = read("-6 -c -e address-and-prefix ::1").unwrap();
        let wanted = Wanted { exchange: Exchange::Rapid, address: true, prefix: true };
        assert_eq!(plan.wanted, wanted);
    }
}
