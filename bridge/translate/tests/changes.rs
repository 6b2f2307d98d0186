//! Edits of a real sysrepo become the smallest list of commands. Each test has a repository of its
//! own: run with `cargo nextest`, which gives each test a process.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::mpsc;
use std::time::Duration;

use ruru_json::compact;
use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{
    ChangeEvent, ChangeOptions, Context, Datastore, EditOptions, Error, Event, GetOptions, Install,
    Position, Session, Subscription, Tree,
};
use ruru_translate::change::{Command, Touched};
use ruru_translate::ietf::{Ietf, TouchedRanges};
use support::{DHCP4, DHCP6, Server, read};

const TIMEOUT: Duration = Duration::from_secs(20);

const SITE4: &str = r#"{ "valid-lifetime": 9, "client-classes": [ { "name": "a" }, { "name": "b" } ],
    "shared-networks": [ { "name": "it's", "subnet4": [ { "id": 3, "subnet": "192.0.3.0/24" } ] } ],
    "subnet4": [ { "id": 1, "subnet": "192.0.1.0/24", "pools": [ { "pool": "192.0.1.0/25" } ],
        "reservations": [ { "hw-address": "02:00:00:00:00:01", "hostname": "h" } ] },
        { "id": 2, "subnet": "192.0.2.0/24" } ] }"#;

const SITE6: &str = r#"{ "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/48", "rapid-commit": true,
        "pd-pools": [ { "prefix": "2001:db8:8::", "prefix-len": 48, "delegated-len": 56 } ] } ],
    "reservations": [ { "duid": "01:02:03", "ip-addresses": [ "2001:db8::1" ] } ] }"#;

/// The commands for each of the edits, one after the other; `whole` where there are none.
fn commands(server: &Server, site: &str, edits: &[&dyn Fn(&Session)]) -> Vec<String> {
    let translate = |context: &Context| {
        let translator = server.translator(context);
        let site = translator.to_yang(context, &read(site)).unwrap();
        let of_event = move |event: &ChangeEvent<'_>| {
            let touched = Touched::by(event.changes()?, &translator)?;
            let new = |path: &str| event.session().get(path, GetOptions::default());
            Ok(touched.and_then(|it| it.commands(&translator, new).unwrap()))
        };
        (site, of_event)
    };
    edited(server.rules.module, translate, edits)
}

/// As [`commands`], in the model of RFC 9243.
fn commands_ietf(site: &str, edits: &[&dyn Fn(&Session)]) -> Vec<String> {
    let translate = |context: &Context| {
        let ietf = Ietf::new(context).unwrap();
        let site = ietf.to_yang(context, &read(site)).unwrap();
        let of_event = move |event: &ChangeEvent<'_>| {
            let touched = TouchedRanges::by(event.changes()?)?;
            let new = |path: &str| event.session().get(path, GetOptions::default());
            Ok(touched.and_then(|it| it.commands(&ietf, new).unwrap()))
        };
        (site, of_event)
    };
    edited("ietf-dhcpv6-server", translate, edits)
}

/// What comes of the edits of a site in a module, in a sysrepo that has all modules of servers.
fn edited<T>(
    module: &'static str,
    translate: impl FnOnce(&Context) -> (Tree, T),
    edits: &[&dyn Fn(&Session)],
) -> Vec<String>
where
    T: Fn(&ChangeEvent<'_>) -> Result<Option<Vec<Command>>, Error> + Send + Sync + 'static,
{
    let repository = Repository::new();
    let connection = repository.connect().unwrap();
    let modules = ruru_yang::MODULES.iter().filter(|it| !it.name.starts_with("ietf-netconf"));
    let install = |it: &'static ruru_yang::Module| Install::text(it.text).features(it.features);
    connection.install(&modules.map(install).collect::<Vec<_>>(), &[]).unwrap();
    let session = connection.session(Datastore::Running).unwrap();
    let (site, translate) = translate(&connection.context().unwrap());
    session.replace(site, Some(module), TIMEOUT).unwrap();
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(connection.session(Datastore::Running).unwrap());
    let options = ChangeOptions { module, ..ChangeOptions::default() };
    subscription
        .on_change(options, move |event| {
            if event.event == Event::Change {
                let text = translate(event)?.map_or("whole".to_owned(), |commands| {
                    let text =
                        commands.iter().map(|it| format!("{} {}", it.name, compact(&it.arguments)));
                    text.collect::<Vec<_>>().join("; ")
                });
                send.send(text).unwrap();
            }
            Ok(())
        })
        .unwrap();
    let edited = |edit: &&dyn Fn(&Session)| {
        edit(&session);
        session.apply(TIMEOUT).unwrap();
        receive.recv_timeout(TIMEOUT).unwrap()
    };
    edits.iter().map(edited).collect()
}

fn set(session: &Session, path: &str, value: &str) {
    session.set(path, Some(value), EditOptions::default()).unwrap();
}

fn delete(session: &Session, path: &str) {
    session.delete(path, EditOptions::default()).unwrap();
}

#[test]
fn dhcp4_is_told_what_changes() {
    const ROOT: &str = "/kea-dhcp4-server:config";
    let found = commands(
        &DHCP4,
        SITE4,
        &[
            &|session| set(session, &format!("{ROOT}/valid-lifetime"), "7"),
            &|session| set(session, &format!("{ROOT}/subnet4[id='2']/valid-lifetime"), "7"),
            &|session| delete(session, &format!("{ROOT}/subnet4[id='2']/valid-lifetime")),
            &|session| set(session, &format!("{ROOT}/subnet4[id='4']/subnet"), "192.0.4.0/24"),
            &|session| {
                let network = format!("{ROOT}/shared-network[name=\"it's\"]");
                set(session, &format!("{network}/subnet4[id='5']/subnet"), "192.0.5.0/24");
            },
            &|session| set(session, &format!("{ROOT}/shared-network[name='n']/interface"), "eth0"),
            &|session| set(session, &format!("{ROOT}/shared-network[name='n']/interface"), "eth1"),
            &|session| delete(session, &format!("{ROOT}/subnet4[id='1']")),
            &|session| delete(session, &format!("{ROOT}/shared-network[name=\"it's\"]")),
            &|session| set(session, &format!("{ROOT}/client-class[name='c']/test"), "'' == ''"),
            &|session| set(session, &format!("{ROOT}/client-class[name='a']/test"), "'' == ''"),
            &|session| delete(session, &format!("{ROOT}/client-class[name='b']")),
            &|session| {
                let path = format!("{ROOT}/client-class[name='c']");
                session.move_to(&path, Position::First).unwrap();
            },
        ],
    );
    assert_eq!(
        found,
        [
            "whole",
            r#"subnet4-delta-add {"subnet4":[{"id":2,"valid-lifetime":7,"subnet":"192.0.2.0/24"}]}"#,
            r#"subnet4-update {"subnet4":[{"id":2,"subnet":"192.0.2.0/24"}]}"#,
            r#"subnet4-add {"subnet4":[{"id":4,"subnet":"192.0.4.0/24"}]}"#,
            r#"subnet4-add {"subnet4":[{"id":5,"subnet":"192.0.5.0/24"}]}; network4-subnet-add {"name":"it's","id":5}"#,
            r#"network4-add {"shared-networks":[{"name":"n","interface":"eth0"}]}"#,
            "whole",
            r#"subnet4-del {"id":1}"#,
            r#"network4-del {"name":"it's","subnets-action":"delete"}"#,
            r#"class-add {"client-classes":[{"name":"c","test":"'' == ''"}]}"#,
            r#"class-update {"client-classes":[{"name":"a","test":"'' == ''"}]}"#,
            r#"class-del {"name":"b"}"#,
            "whole",
        ]
    );
}

#[test]
fn dhcp6_is_told_what_changes() {
    const ROOT: &str = "/kea-dhcp6-server:config";
    let subnet = &format!("{ROOT}/subnet6[id='1']");
    let found = commands(
        &DHCP6,
        SITE6,
        &[
            &|session| set(session, &format!("{subnet}/rapid-commit"), "false"),
            &|session| {
                let pool = format!("{subnet}/pd-pool[prefix='2001:db8:8::/48']/delegated-len");
                set(session, &pool, "60");
            },
            &|session| {
                let host = format!("{ROOT}/host[identifier-type='duid'][identifier='01:02:03']");
                set(session, &format!("{host}/prefixes"), "2001:db8:f::/48");
            },
            &|session| {
                let host = format!("{subnet}/host[identifier-type='flex-id'][identifier=\"'x'\"]");
                set(session, &format!("{host}/hostname"), "x");
            },
            &|session| delete(session, subnet),
            &|session| set(session, &format!("{ROOT}/subnet6[id='2']/subnet"), "2001:db8:2::/48"),
        ],
    );
    assert_eq!(
        found,
        [
            r#"subnet6-delta-add {"subnet6":[{"id":1,"subnet":"2001:db8:1::/48","rapid-commit":false}]}"#,
            r#"subnet6-update {"subnet6":[{"id":1,"pd-pools":[{"prefix":"2001:db8:8::","prefix-len":48,"delegated-len":60}],"subnet":"2001:db8:1::/48","rapid-commit":false}]}"#,
            r#"reservation-update {"reservation":{"duid":"01:02:03","ip-addresses":["2001:db8::1"],"prefixes":["2001:db8:f::/48"],"subnet-id":0},"operation-target":"memory"}"#,
            r#"reservation-add {"reservation":{"flex-id":"'x'","hostname":"x","subnet-id":1},"operation-target":"memory"}"#,
            r#"subnet6-del {"id":1}"#,
            r#"subnet6-add {"subnet6":[{"id":2,"subnet":"2001:db8:2::/48"}]}"#,
        ]
    );
}

#[test]
fn the_server_is_told_what_changes_in_ranges_and_reservations() {
    const ROOT: &str = "/ietf-dhcpv6-server:dhcpv6-server";
    let ranges = format!("{ROOT}/allocation-ranges");
    let range = &format!("{ranges}/allocation-range[id='1']");
    let other = &format!("{ranges}/allocation-range[id='2']");
    let pool = format!("{range}/address-pools/address-pool[pool-id='1']");
    let host = &|last: u8| {
        let address = format!("2001:db8:1::{last}");
        format!("{pool}/host-reservations/host-reservation[reserved-addr='{address}']")
    };
    let client = |last: u8| format!("{}/client-duid", host(last));
    let text = "ruru-ietf-dhcpv6:settings/host[identifier-type='flex-id']";
    let text = &format!("{range}/{text}[identifier=\"'ABc'\"]");
    let site = r#"{ "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64",
        "pools": [ { "pool": "2001:db8:1::/112", "pool-id": 1 } ] } ] }"#;
    let found = commands_ietf(
        site,
        &[
            &|session| set(session, &format!("{ranges}/valid-lifetime"), "7"),
            &|session| set(session, &format!("{range}/renew-time"), "7"),
            &|session| set(session, &client(1), "0a0101"),
            &|session| set(session, &client(2), "0A0101"),
            &|session| delete(session, &host(2)),
            &|session| set(session, &client(1), "0a0102"),
            &|session| delete(session, &host(1)),
            &|session| {
                set(session, &client(3), "0a0103");
                set(session, &client(4), "0a0104");
            },
            &|session| {
                delete(session, &host(3));
                set(session, &client(4), "0a0103");
            },
            &|session| {
                let host = "ruru-ietf-dhcpv6:settings/host[identifier-type='hw-address']";
                let host = format!("{range}/{host}[identifier='00:01:02:03:04:05']");
                set(session, &format!("{host}/hostname"), "x");
            },
            &|session| set(session, &format!("{text}/hostname"), "x"),
            &|session| delete(session, text),
            &|session| {
                let pool = format!("{range}/prefix-pools/prefix-pool[pool-id='2']");
                set(session, &format!("{pool}/pool-prefix"), "2001:db8:8::/48");
                set(session, &format!("{pool}/client-prefix-length"), "56");
            },
            &|session| set(session, &format!("{other}/network-prefix"), "2001:db8:2::/64"),
            &|session| set(session, &format!("{other}/network-prefix"), "2001:db8:3::/64"),
            &|session| delete(session, other),
        ],
    );
    let pools = r#""pools":[{"pool-id":1,"pool":"2001:db8:1::/112"}]"#;
    let of_client = |client: u8, addresses: &str| {
        format!(
            r#"{{"reservation":{{"duid":"0a:01:{client:02}","ip-addresses":[{addresses}],"subnet-id":1}},"operation-target":"memory"}}"#
        )
    };
    let reservation = |addresses: &str| of_client(1, addresses);
    let one = r#""2001:db8:1::1""#;
    assert_eq!(
        found,
        [
            "whole".to_owned(),
            format!(
                r#"subnet6-update {{"subnet6":[{{"id":1,"subnet":"2001:db8:1::/64","renew-timer":7,{pools}}}]}}"#
            ),
            format!("reservation-add {}", reservation(one)),
            format!("reservation-update {}", reservation(&format!(r#"{one},"2001:db8:1::2""#))),
            format!("reservation-update {}", reservation(one)),
            // Whose it was is not in the edit.
            "whole".to_owned(),
            r#"reservation-del {"subnet-id":1,"identifier-type":"duid","identifier":"0a:01:02","operation-target":"memory"}"#.to_owned(),
            format!(
                "reservation-add {}; reservation-add {}",
                of_client(3, r#""2001:db8:1::3""#),
                of_client(4, r#""2001:db8:1::4""#),
            ),
            // Even if it is known who has it now.
            "whole".to_owned(),
            r#"reservation-add {"reservation":{"hw-address":"00:01:02:03:04:05","hostname":"x","subnet-id":1},"operation-target":"memory"}"#.to_owned(),
            r#"reservation-add {"reservation":{"flex-id":"'ABc'","hostname":"x","subnet-id":1},"operation-target":"memory"}"#.to_owned(),
            r#"reservation-del {"subnet-id":1,"identifier-type":"flex-id","identifier":"'ABc'","operation-target":"memory"}"#.to_owned(),
            format!(
                r#"subnet6-update {{"subnet6":[{{"id":1,"subnet":"2001:db8:1::/64","renew-timer":7,{pools},"pd-pools":[{{"pool-id":2,"prefix":"2001:db8:8::","prefix-len":48,"delegated-len":56}}]}}]}}"#
            ),
            r#"subnet6-add {"subnet6":[{"id":2,"subnet":"2001:db8:2::/64"}]}"#.to_owned(),
            "whole".to_owned(),
            r#"subnet6-del {"id":2}"#.to_owned(),
        ]
    );
}
