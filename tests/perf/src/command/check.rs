//! The rules of the command line, and the plan that it makes.

use std::net::Ipv4Addr;

use super::files::{lines, message};
use super::{Base, ExtraOption, LeaseType, Mac, Options, Scenario};
use crate::clients::Identities;
use crate::endpoint::Endpoint;
use crate::pacing::{End, Pacing};
use crate::plan::{Output, Plan};
use crate::session::PLACES;
use crate::template::{Given, Offsets, Templates, XID};

/// Where perfdhcp's clients begin.
const BASE: Mac = Mac([0x00, 0x0c, 0x01, 0x02, 0x03, 0x04]);
const PORT: u16 = 67;
/// Exchanges under way, unless told otherwise.
const WINDOW: u32 = 256;
/// Clients of the closed loop, unless told otherwise.
const MANY: u32 = 1 << 24;

/// What the options mean together; or what is wrong with them.
pub(crate) fn plan(options: &Options, command: String) -> Result<Plan, String> {
    for (is_broken, rule) in of_dhcpv6(options).into_iter().chain(rules(options)) {
        if is_broken {
            return Err(rule.to_owned());
        }
    }
    let clients = options.clients.unwrap_or(if options.window.is_some() { MANY } else { 1 });
    let server_port = if options.server_port == 0 { PORT } else { options.server_port };
    let mut endpoint = Endpoint::find(
        options.local.as_deref(),
        options.local_port,
        options.server.as_deref(),
        server_port,
        options.broadcast,
    )?;
    let relays = match &options.relays {
        None => vec![endpoint.local],
        Some(path) => {
            endpoint.bind.set_ip(Ipv4Addr::UNSPECIFIED);
            lines(path, "an IPv4 address")?
        }
    };
    let templates = templates(options)?;
    let identities = identities(options, &templates, clients)?;
    let drop_time = |at| options.drop_time.get(at).or(options.drop_time.first()).copied();
    let drop_time = |at| drop_time(at).unwrap_or(std::time::Duration::from_secs(1));
    let limit = |at| options.max_drop.get(at).copied();
    Ok(Plan {
        templates,
        identities,
        relays,
        pacing: pacing(options, clients),
        renewals: options.renew_rate.map(Pacing::Rate),
        releases: options.release_rate.map(Pacing::Rate),
        renewed_share: options.renewals.into(),
        is_avalanche: options.scenario == Scenario::Avalanche,
        is_initial: options.initial,
        first_server: options.first_server,
        unique: options.unique,
        preload: options.preload,
        end: end(options, clients),
        drop_times: [drop_time(0), drop_time(1)],
        drop_limits: [limit(0), limit(1)],
        exit_wait: options.exit_wait.map(std::time::Duration::from_micros),
        waited: options
            .waited_for
            .map(|period| (options.waited_from.unwrap_or_default().into(), period.into())),
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

fn of_dhcpv6(options: &Options) -> [(bool, &'static str); 6] {
    let has_prefixes = options.lease_type.is_some_and(|kind| kind != LeaseType::AddressOnly);
    [
        (options.v6, "DHCPv6 (-6) is not supported yet"),
        (options.encapsulation.is_some(), "-A is of DHCPv6, which is not supported yet"),
        (options.rapid_commit, "-c is of DHCPv6, which is not supported yet"),
        (has_prefixes, "-e with prefixes is of DHCPv6, which is not supported yet"),
        (!options.relay_option.is_empty(), "--or is of DHCPv6, which is not supported yet"),
        (options.base.contains(&Base::Duid), "-b duid= is of DHCPv6, which is not supported yet"),
    ]
}

/// What may not stand together, each with its reason.
fn rules(o: &Options) -> [(bool, &'static str); 28] {
    let (renewals, releases) = (o.renew_rate.unwrap_or(0), o.release_rate.unwrap_or(0));
    let both = u64::from(renewals) + u64::from(releases);
    let templates = o.template.len();
    let is_avalanche = o.scenario == Scenario::Avalanche;
    let has_end = !o.count.is_empty() || o.period.is_some();
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
        (o.initial && o.first_server, "-1 is of REQUESTs, which -i leaves out"),
        (o.initial && both > 0, "-f and -F need leases, and -i makes none"),
        (o.initial && o.renewals > 0, "--renewals needs leases, and -i makes none"),
        (
            o.initial && [o.count.len(), o.drop_time.len(), o.max_drop.len()].contains(&2),
            "the second -n, -d and -D are of REQUESTs, which -i leaves out",
        ),
        (o.initial && templates > 1, "the second -T is a REQUEST, which -i leaves out"),
        (o.random_offset.len() > templates, "-O needs a -T for each"),
        (o.xid_offset.len() > templates, "-X needs a -T for each"),
        (o.random_offset.iter().any(|offset| *offset < 3), "-O must be 3 or more"),
        (
            o.xid_offset.iter().any(|offset| *offset != XID),
            "-X: a DHCPv4 transaction id stands at offset 4, where servers look for it",
        ),
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
        (
            is_avalanche && o.clients.is_some_and(|clients| clients > PLACES),
            "an avalanche has 1048576 clients at most",
        ),
    ]
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

fn templates(options: &Options) -> Result<Templates, String> {
    let extra: Vec<(u8, &[u8])> =
        options.option.iter().map(|ExtraOption { code, content }| (*code, &**content)).collect();
    let mut given = Vec::new();
    for (at, path) in options.template.iter().enumerate() {
        // The first -O is of both templates where there is no second.
        let identity = options.random_offset.get(at).or(options.random_offset.first()).copied();
        let is_request = at == 1;
        given.push(Given {
            message: message(path)?,
            offsets: Offsets {
                identity,
                secs: options.time_offset.filter(|_| is_request),
                requested: options.address_offset.filter(|_| is_request),
                server: options.server_offset.filter(|_| is_request),
            },
        });
    }
    let mut given = given.into_iter();
    Templates::new(given.next(), given.next(), &extra, options.relays.is_some())
}

fn identities(o: &Options, templates: &Templates, count: u32) -> Result<Identities, String> {
    if let Some(path) = &o.macs {
        return lines(path, "a hardware address").map(Identities::List);
    }
    let told = o.base.iter().rev().find_map(|base| match base {
        Base::Mac(mac) => Some(*mac),
        Base::Duid => None,
    });
    let base = told.or(templates.base().map(Mac)).unwrap_or(BASE);
    Ok(Identities::Sequence { base, first: o.first_client, count })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
    fn dhcpv6_is_refused_by_name() {
        for line in [
            "-6",
            "-A 1",
            "-c",
            "-e prefix-only",
            "-e address-and-prefix",
            "-b duid=0102",
            "--or 1:60,00",
        ] {
            let refused = read(&format!("{line} 127.0.0.1")).unwrap_err();
            assert!(refused.contains("not supported yet"), "{line}: {refused}");
        }
        assert!(read("-e address-only -g multi -v6 127.0.0.1").is_err());
        assert!(read("-e address-only -g multi 127.0.0.1").is_ok());
    }
}
