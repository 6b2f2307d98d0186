//! The wrapper against a real sysrepo, each test in a repository of its own: run with
//! `cargo nextest`, which gives each test a process.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{
    AccessControl, ChangeOptions, Code, Context, Datastore, DefaultOperation, EditOptions, Error,
    Event, Format, GetOptions, Install, Node, Operation, ParseOptions, Place, Position,
    PrintOptions, Refusal, Session, Subscription, Tree,
};
use support::{TIMEOUT, install, running, yang};

fn set(session: &Session, path: &str, value: &str) {
    session.set(path, Some(value), EditOptions::default()).unwrap();
}

fn add_subnet(session: &Session, id: u32) {
    let path = format!("/ruru-test:config/subnet[id='{id}']/prefix");
    set(session, &path, &format!("192.0.{id}.0/24"));
}

fn ids(tree: &Tree) -> Vec<String> {
    let found = tree.select("/ruru-test:config/subnet/id").unwrap();
    found.into_iter().filter_map(Node::value).map(str::to_owned).collect()
}

#[test]
fn what_is_edited_is_read_back() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    add_subnet(&session, 1);
    set(&session, "/ruru-test:config/name", "a");
    assert!(session.has_changes());
    session.apply(TIMEOUT).unwrap();
    assert_eq!(session.item("/ruru-test:config/name").unwrap().as_deref(), Some("a"));
    assert_eq!(session.item("/ruru-test:config/preferred").unwrap(), None);
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(
        tree.print(Format::Json, PrintOptions::COMPACT).unwrap(),
        r#"{"ruru-test:config":{"name":"a","subnet":[{"id":1,"prefix":"192.0.1.0/24"}]}}"#
    );
    session.delete("/ruru-test:config/subnet[id='1']", EditOptions::default()).unwrap();
    session.apply(TIMEOUT).unwrap();
    let tree = session.get("/ruru-test:config/subnet", GetOptions::default()).unwrap();
    assert!(ids(&tree).is_empty());
}

#[test]
fn a_module_is_installed_from_text_with_its_features() {
    let repository = Repository::new();
    let connection = repository.connect().unwrap();
    let text = std::fs::read_to_string(yang().join("ruru-test.yang")).unwrap();
    let before = connection.content_id();
    connection.install(&[Install::text(&text).features(&["*"])], &[&yang()]).unwrap();
    assert_ne!(connection.content_id(), before);
    let context = connection.context().unwrap();
    let module = context.module("ruru-test").unwrap();
    assert_eq!(module.revision(), Some("2026-01-01"));
    assert_eq!(module.features().collect::<Vec<_>>(), ["extra"]);
    let stored = connection.module_text("ruru-test", Some("2026-01-01")).unwrap();
    assert!(stored.starts_with("module ruru-test {"), "{stored}");
    assert!(connection.module_text("ietf-inet-types", None).is_ok());
    assert!(connection.module_text("ietf-inet-types", Some("1999-01-01")).is_err());
    drop(context);
    connection.set_feature("ruru-test", "extra", false).unwrap();
    let context = connection.context().unwrap();
    assert_eq!(context.module("ruru-test").unwrap().features().count(), 0);
    drop(context);
    connection.install(&[Install::text(text)], &[&yang()]).expect("again is no fault");
    connection.remove("ruru-test").unwrap();
    assert!(connection.context().unwrap().module("ruru-test").is_none());
}

#[test]
fn a_module_with_a_fault_is_refused_with_a_reason() {
    let repository = Repository::new();
    let connection = repository.connect().unwrap();
    let text = "module bad { namespace \"urn:bad\"; prefix b; leaf a { type nothing; } }";
    let error = connection.install(&[Install::text(text)], &[]).unwrap_err();
    let Error::Sysrepo { details, .. } = &error else { panic!("{error:?}") };
    assert!(details.iter().any(|detail| detail.message.contains("nothing")), "{error:?}");
}

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

#[test]
fn a_candidate_becomes_running_with_one_change() {
    let repository = Repository::new();
    let connection = install(&repository);
    let events = Arc::new(Mutex::new(Vec::new()));
    let mut subscription = Subscription::new(running(&connection));
    let options = ChangeOptions { module: "ruru-test", ..ChangeOptions::default() };
    let log = Arc::clone(&events);
    subscription
        .on_change(options, move |event| {
            log.lock().unwrap().push(event.event);
            Ok(())
        })
        .unwrap();
    let session = connection.session(Datastore::Candidate).unwrap();
    add_subnet(&session, 1);
    session.apply(TIMEOUT).unwrap();
    assert!(events.lock().unwrap().is_empty());
    session.switch(Datastore::Running).unwrap();
    session.copy_from(Datastore::Candidate, None, TIMEOUT).unwrap();
    assert_eq!(*events.lock().unwrap(), [Event::Change, Event::Done]);
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["1"]);
}

#[test]
fn a_tree_edits_and_replaces() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    let edit = |xml: &str| {
        let context = session.context().unwrap();
        let tree = context.parse(xml, Format::Xml, ParseOptions::EDIT).unwrap();
        session.edit(&tree, DefaultOperation::Merge).unwrap();
        drop((tree, context));
        session.apply(TIMEOUT).unwrap();
    };
    edit(
        r#"<config xmlns="urn:ruru:test">
             <subnet><id>1</id><prefix>192.0.1.0/24</prefix></subnet>
             <subnet><id>2</id><prefix>192.0.2.0/24</prefix></subnet>
           </config>"#,
    );
    edit(
        r#"<config xmlns="urn:ruru:test" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"
                   xmlns:yang="urn:ietf:params:xml:ns:yang:1">
             <subnet nc:operation="create" yang:insert="after" yang:key="[id='1']">
               <id>3</id><prefix>192.0.3.0/24</prefix>
             </subnet>
             <subnet nc:operation="delete"><id>2</id></subnet>
           </config>"#,
    );
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["1", "3"]);
    drop(tree);

    let context = session.context().unwrap();
    let mut tree = Tree::new(&context);
    tree.set("/ruru-test:config/subnet[id='9']/prefix", Some("192.0.9.0/24")).unwrap();
    session.replace(tree, Some("ruru-test"), TIMEOUT).unwrap();
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["9"]);
}

#[test]
fn items_are_moved_to_any_place() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    for id in 1..5 {
        add_subnet(&session, id);
    }
    let class = |name: &str| format!("/ruru-test:config/subnet[id='1']/class[.='{name}']");
    for name in ["a", "[b", "c"] {
        session.set(&class(name), None, EditOptions::default()).unwrap();
    }
    session.apply(TIMEOUT).unwrap();
    let subnet = |id: u32| format!("/ruru-test:config/subnet[id='{id}']");
    session.move_to(&subnet(1), Position::Last).unwrap();
    session.move_to(&subnet(4), Position::Before("[id='2']")).unwrap();
    session.move_to(&subnet(3), Position::After("[id='4']")).unwrap();
    session.move_to(&class("a"), Position::After("[b")).unwrap();
    session.move_to(&class("c"), Position::First).unwrap();
    session.apply(TIMEOUT).unwrap();
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["4", "3", "2", "1"]);
    let classes = tree.select("/ruru-test:config/subnet/class").unwrap();
    assert_eq!(classes.into_iter().filter_map(Node::value).collect::<Vec<_>>(), ["c", "[b", "a"]);
}

#[test]
fn edits_can_be_strict() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    let strict = EditOptions { strict: true, ..EditOptions::default() };
    let name = "/ruru-test:config/name";
    session.set(name, Some("a"), strict).unwrap();
    session.apply(TIMEOUT).unwrap();
    session.set(name, Some("b"), strict).unwrap();
    assert_eq!(session.apply(TIMEOUT).unwrap_err().code(), Some(Code::EXISTS));
    session.delete(name, strict).unwrap();
    session.apply(TIMEOUT).unwrap();
    session.delete(name, strict).unwrap();
    assert_eq!(session.apply(TIMEOUT).unwrap_err().code(), Some(Code::NOT_FOUND));
    session.delete(name, EditOptions::default()).unwrap();
    session.apply(TIMEOUT).unwrap();
}

#[test]
fn trees_of_other_contexts_are_refused() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    let alone = Context::builder().search(yang()).module("ruru-test", &[]).build().unwrap();
    let mut tree = Tree::new(&alone);
    tree.set("/ruru-test:config/name", Some("a")).unwrap();
    assert_eq!(session.edit(&tree, DefaultOperation::Merge), Err(Error::OtherContext));
    assert_eq!(session.call(&tree, TIMEOUT).unwrap_err(), Error::OtherContext);
    assert_eq!(session.notify(&tree, None), Err(Error::OtherContext));
    assert_eq!(session.filter_to_xpath(tree.first().unwrap()), Err(Error::OtherContext));
    assert_eq!(session.check_operation(tree.first().unwrap()), Err(Error::OtherContext));
    let copy = tree.duplicate_to(&session.context().unwrap()).unwrap();
    assert_eq!(session.replace(tree, None, TIMEOUT), Err(Error::OtherContext));
    session.edit(&copy, DefaultOperation::Merge).unwrap();
    session.apply(TIMEOUT).unwrap();
}

#[test]
fn a_tree_with_operations_is_made_by_hand() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    add_subnet(&session, 1);
    add_subnet(&session, 2);
    session.apply(TIMEOUT).unwrap();
    let mut edit = Tree::new(&session.context().unwrap());
    let subnet = "/ruru-test:config/subnet[id='1']";
    edit.set(subnet, None).unwrap();
    edit.annotate(subnet, "ietf-netconf:operation", "delete").unwrap();
    assert!(edit.annotate("/ruru-test:config/none", "ietf-netconf:operation", "delete").is_err());
    assert!(edit.annotate(subnet, "ietf-netconf:operation", "nonsense").is_err());
    session.edit(&edit, DefaultOperation::None).unwrap();
    session.apply(TIMEOUT).unwrap();
    drop(edit);
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["2"]);
}

#[test]
fn what_breaks_the_module_is_refused() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    session.set("/ruru-test:config/subnet[id='1']", None, EditOptions::default()).unwrap();
    let error = session.apply(TIMEOUT).unwrap_err();
    assert_eq!(error.code(), Some(Code::VALIDATION_FAILED));
    assert!(error.to_string().contains("prefix"), "{error}");
    let error =
        session.set("/ruru-test:config/share", Some("7"), EditOptions::default()).unwrap_err();
    assert!(error.to_string().contains('7'), "{error:?}");
}

#[test]
fn a_lock_keeps_others_out() {
    let repository = Repository::new();
    let connection = install(&repository);
    let (holder, other) = (running(&connection), running(&connection));
    holder.lock(None).unwrap();
    assert_eq!(other.lock(None).unwrap_err().code(), Some(Code::LOCKED));
    assert_eq!(connection.lock_holder(Datastore::Running, None).unwrap(), Some(holder.id()));
    set(&other, "/ruru-test:config/name", "b");
    assert_eq!(other.apply(TIMEOUT).unwrap_err().code(), Some(Code::LOCKED));
    set(&holder, "/ruru-test:config/name", "a");
    holder.apply(TIMEOUT).unwrap();
    holder.unlock(None).unwrap();
    assert_eq!(connection.lock_holder(Datastore::Running, None).unwrap(), None);
    other.lock(Some("ruru-test")).unwrap();
}

#[test]
fn access_control_refuses_the_writes_of_users() {
    let repository = Repository::new();
    let connection = install(&repository);
    let _control = AccessControl::start(running(&connection)).unwrap();
    assert_eq!(AccessControl::start(running(&connection)).unwrap_err().code(), Some(Code::EXISTS));
    let session = running(&connection);
    session.set_user(Some("nobody")).unwrap();
    assert_eq!(session.user().as_deref(), Some("nobody"));
    set(&session, "/ruru-test:config/name", "a");
    let error = session.apply(TIMEOUT).unwrap_err();
    assert_eq!(error.code(), Some(Code::UNAUTHORIZED));
    assert_eq!(error.netconf().next().unwrap().tag, "access-denied");
    session.set_user(None).unwrap();
    set(&session, "/ruru-test:config/name", "a");
    session.apply(TIMEOUT).unwrap();
}

#[test]
fn startup_becomes_running_after_a_reboot() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    add_subnet(&session, 4);
    session.apply(TIMEOUT).unwrap();
    session.switch(Datastore::Startup).unwrap();
    session.copy_from(Datastore::Running, Some("ruru-test"), TIMEOUT).unwrap();
    session.switch(Datastore::Running).unwrap();
    add_subnet(&session, 5);
    session.apply(TIMEOUT).unwrap();
    drop((session, connection));
    repository.forget_running();
    let session = running(&repository.connect().unwrap());
    let tree = session.get("/ruru-test:*", GetOptions::default()).unwrap();
    assert_eq!(ids(&tree), ["4"]);
}

#[test]
fn a_subtree_filter_becomes_an_xpath() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    let context = session.context().unwrap();
    let rpc = context
        .parse_rpc(
            r#"<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="7" mine="x">
                 <get-config><source><running/></source>
                   <filter type="subtree">
                     <config xmlns="urn:ruru:test"><subnet><id>1</id><prefix/></subnet></config>
                   </filter>
                 </get-config>
               </rpc>"#,
        )
        .unwrap();
    let envelope = rpc.envelope.first().unwrap();
    assert_eq!(envelope.name(), "rpc");
    assert_eq!(envelope.annotation("message-id"), Some("7"));
    assert_eq!(envelope.annotation("mine"), Some("x"));
    let operation = rpc.operation().unwrap();
    assert_eq!(operation.name(), "get-config");
    let filter = operation.child("filter").unwrap();
    assert_eq!(filter.annotation("type"), Some("subtree"));
    let subtree = filter.children().next().unwrap();
    let xpath = session.filter_to_xpath(subtree).unwrap();
    assert!(xpath.contains("/ruru-test:config/subnet[id='1']/prefix"), "{xpath}");
}
