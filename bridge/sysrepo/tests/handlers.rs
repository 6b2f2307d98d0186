//! What handlers are told and what they answer: changes, operational data, calls, notifications.
//! Each test has a repository of its own: run with `cargo nextest`, which gives each test a process.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{
    ChangeOptions, Code, Datastore, EditOptions, Error, Event, Format, GetOptions, Node, Operation,
    Place, Position, PrintOptions, Refusal, Subscription, Tree,
};
use support::{TIMEOUT, add_subnet, install, running, set};

#[test]
fn changes_are_reported_with_places_and_values() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    add_subnet(&session, 1);
    add_subnet(&session, 2);
    set(&session, "/ruru-test:config/name", "a");
    session.apply(TIMEOUT).unwrap();

    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", ..ChangeOptions::default() };
    subscription
        .on_change(options, move |event| {
            let changes = event
                .changes()?
                .map(|change| change.map(|change| (change.operation, change.node.path())))
                .collect::<Result<Vec<_>, _>>()?;
            let who = event.session().originator();
            let piece = event.session().originator_data(1);
            send.send((event.event, event.operation, changes, who, piece)).unwrap();
            Ok(())
        })
        .unwrap();

    session.set_originator("tester", &[b"one", b"two"]).unwrap();
    set(&session, "/ruru-test:config/name", "b");
    add_subnet(&session, 3);
    session.move_to("/ruru-test:config/subnet[id='2']", Position::First).unwrap();
    session.apply(TIMEOUT).unwrap();

    let (event, operation, changes, who, piece) = receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(event, Event::Change);
    assert_eq!((who.as_deref(), piece.as_deref()), (Some("tester"), Some(&b"two"[..])));
    let of = |path: &str| changes.iter().find(|change| change.1 == path).unwrap().0.clone();
    let modified = Operation::Modified { before: "a".to_owned(), was_default: false };
    assert_eq!(of("/ruru-test:config/name"), modified);
    // Changes are told in their order: subnet 2 has not moved yet when subnet 3 is made.
    let place = Place::After("[id='2']".to_owned());
    assert_eq!(of("/ruru-test:config/subnet[id='3']"), Operation::Created(Some(place)));
    assert_eq!(of("/ruru-test:config/subnet[id='3']/prefix"), Operation::Created(None));
    assert_eq!(of("/ruru-test:config/subnet[id='2']"), Operation::Moved(Some(Place::First)));
    let done = receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!((done.0, done.1), (Event::Done, operation));

    session.delete("/ruru-test:config/subnet[id='3']", EditOptions::default()).unwrap();
    session.apply(TIMEOUT).unwrap();
    let (_, _, changes, ..) = receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(changes[0].0, Operation::Deleted);
}

#[test]
fn a_refusal_reaches_the_caller_and_the_others_get_abort() {
    let repository = Repository::new();
    let connection = install(&repository);
    let (send, receive) = mpsc::channel();
    let mut first = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", priority: 9, ..ChangeOptions::default() };
    let sender = send.clone();
    first
        .on_change(options, move |event| {
            sender.send(("first", event.event)).unwrap();
            Ok(())
        })
        .unwrap();
    let mut second = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", priority: 1, ..ChangeOptions::default() };
    second
        .on_change(options, move |event| {
            send.send(("second", event.event)).unwrap();
            let mut refusal = Refusal::new("invalid-value", "the pool is full: 100% of it")
                .at("/ruru-test:config/name");
            refusal.errors[0].app_tag = Some("pool".to_owned());
            refusal.errors[0].info.push(("bad-element".to_owned(), "name".to_owned()));
            Err(refusal.with_code(Code::VALIDATION_FAILED))
        })
        .unwrap();

    let session = running(&connection);
    set(&session, "/ruru-test:config/name", "a");
    let error = session.apply(TIMEOUT).unwrap_err();
    let netconf = error.netconf().next().unwrap();
    assert_eq!(netconf.kind, "application");
    assert_eq!(netconf.tag, "invalid-value");
    assert_eq!(netconf.app_tag.as_deref(), Some("pool"));
    assert_eq!(netconf.path.as_deref(), Some("/ruru-test:config/name"));
    assert_eq!(netconf.message, "the pool is full: 100% of it");
    assert_eq!(netconf.info, [("bad-element".to_owned(), "name".to_owned())]);
    let events = (0..3).map(|_| receive.recv_timeout(TIMEOUT).unwrap()).collect::<Vec<_>>();
    assert_eq!(
        events,
        [("first", Event::Change), ("second", Event::Change), ("first", Event::Abort)]
    );
    assert!(!session.has_changes(), "a failed edit is dropped");
    assert_eq!(session.item("/ruru-test:config/name").unwrap(), None);
}

#[test]
fn a_panic_in_a_handler_is_an_internal_error() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut subscription = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", ..ChangeOptions::default() };
    subscription.on_change(options, |_| panic!("meant by the test")).unwrap();
    let session = running(&connection);
    set(&session, "/ruru-test:config/name", "a");
    let error = session.apply(TIMEOUT).unwrap_err();
    let Error::Sysrepo { code, details } = &error else { panic!("{error:?}") };
    assert_eq!(*code, Code::INTERNAL);
    assert!(!details.is_empty(), "{error:?}");
    subscription.close().unwrap();
    set(&session, "/ruru-test:config/name", "a");
    session.apply(TIMEOUT).unwrap();
}

#[test]
fn the_current_configuration_can_come_first() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    set(&session, "/ruru-test:config/name", "a");
    session.apply(TIMEOUT).unwrap();
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", enabled: true, ..ChangeOptions::default() };
    subscription
        .on_change(options, move |event| {
            send.send((event.event, event.changes()?.count())).unwrap();
            Ok(())
        })
        .unwrap();
    let (event, count) = receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(event, Event::Enabled);
    assert!(count > 0);
}

#[test]
fn operational_data_are_pulled_and_keys_come_along() {
    let repository = Repository::new();
    let connection = install(&repository);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let mut subscription = Subscription::new(running(&connection));
    let log = Arc::clone(&asked);
    subscription
        .on_request("ruru-test", "/ruru-test:state/lease", false, move |request, builder| {
            log.lock().unwrap().push(request.xpath.map(str::to_owned));
            for last in 1..4_u8 {
                let address = format!("192.0.2.{last}");
                let mut lease = builder.list("lease", &[&address])?;
                lease.leaf("subnet", "7")?;
                lease.leaf("id", "AQID")?;
            }
            Ok(())
        })
        .unwrap();
    let session = connection.session(Datastore::Operational).unwrap();
    let all = session.get("/ruru-test:state", GetOptions::default()).unwrap();
    assert_eq!(all.select("/ruru-test:state/lease").unwrap().len(), 3);
    let xpath = "/ruru-test:state/lease[address='192.0.2.2']/subnet";
    let one = session.get(xpath, GetOptions::default()).unwrap();
    assert_eq!(
        one.print(Format::Json, PrintOptions::COMPACT).unwrap(),
        r#"{"ruru-test:state":{"lease":[{"address":"192.0.2.2","subnet":7}]}}"#
    );
    assert_eq!(asked.lock().unwrap().last().unwrap().as_deref(), Some(xpath));
}

#[test]
fn top_level_operational_data_are_pulled() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_request("ruru-test", "/ruru-test:state", false, |_, builder| {
            assert!(builder.node().is_none());
            let mut state = builder.container("ruru-test:state")?;
            state.list("lease", &["192.0.2.9"])?;
            Ok(())
        })
        .unwrap();
    let session = connection.session(Datastore::Operational).unwrap();
    let tree = session.get("/ruru-test:state", GetOptions::default()).unwrap();
    let lease = tree.find("/ruru-test:state/lease[address='192.0.2.9']").unwrap();
    assert_eq!(lease.keys().filter_map(Node::value).collect::<Vec<_>>(), ["192.0.2.9"]);
}

#[test]
fn a_provider_that_fails_fails_the_read() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_request("ruru-test", "/ruru-test:state", false, |_, builder| {
            builder.container("ruru-test:nowhere")?;
            Ok(())
        })
        .unwrap();
    let session = connection.session(Datastore::Operational).unwrap();
    let error = session.get("/ruru-test:state", GetOptions::default()).unwrap_err();
    assert!(error.netconf().next().unwrap().message.contains("nowhere"), "{error:?}");
}

#[test]
fn an_rpc_and_an_action_are_executed() {
    let repository = Repository::new();
    let connection = install(&repository);
    let number = |node: Option<&str>| node.and_then(|text| text.parse::<i32>().ok()).unwrap();
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_call("/ruru-test:add", 0, move |request, output| {
            let sum = number(request.input.leaf("a")) + number(request.input.leaf("b"));
            if sum > 100 {
                return Err(Refusal::new("operation-failed", "too much"));
            }
            output.leaf("sum", &sum.to_string())?;
            Ok(())
        })
        .unwrap();
    subscription
        .on_call("/ruru-test:config/subnet/reset", 0, |request, output| {
            let subnet = request.input.parent().unwrap();
            assert_eq!(subnet.leaf("id"), Some("1"));
            output.leaf("count", "5")?;
            Ok(())
        })
        .unwrap();

    let session = running(&connection);
    let mut input = Tree::new(&session.context().unwrap());
    input.set("/ruru-test:add/a", Some("41")).unwrap();
    let output = session.call(&input, TIMEOUT).unwrap();
    assert_eq!(output.first().unwrap().leaf("sum"), Some("42"));
    input.set("/ruru-test:add/a", Some("410")).unwrap();
    let error = session.call(&input, TIMEOUT).unwrap_err();
    assert_eq!(error.netconf().next().unwrap().message, "too much");

    let mut owner = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", ..ChangeOptions::default() };
    owner.on_change(options, |_| Ok(())).unwrap();
    add_subnet(&session, 1);
    session.apply(TIMEOUT).unwrap();
    let mut input = Tree::new(&session.context().unwrap());
    input.set("/ruru-test:config/subnet[id='1']/reset", None).unwrap();
    let output = session.call(&input, TIMEOUT).unwrap();
    assert_eq!(output.select("//ruru-test:count").unwrap()[0].value(), Some("5"));
}

#[test]
fn a_notification_reaches_its_subscriber() {
    let repository = Repository::new();
    let connection = install(&repository);
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_notification("ruru-test", None, None, None, move |notification| {
            let what = notification.node.and_then(|node| node.leaf("what")).map(str::to_owned);
            send.send(what).unwrap();
        })
        .unwrap();
    let session = running(&connection);
    let mut tree = Tree::new(&session.context().unwrap());
    tree.set("/ruru-test:changed/what", Some("all")).unwrap();
    session.notify(&tree, Some(TIMEOUT)).unwrap();
    assert_eq!(receive.recv_timeout(TIMEOUT).unwrap().as_deref(), Some("all"));
}
