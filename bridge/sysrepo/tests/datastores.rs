//! What is written into a real sysrepo and read back: modules, edits, locks, access. Each test has
//! a repository of its own: run with `cargo nextest`, which gives each test a process.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{
    AccessControl, ChangeOptions, Code, Context, Datastore, DefaultOperation, EditOptions, Error,
    Event, Format, GetOptions, Install, Node, ParseOptions, Position, PrintOptions, Subscription,
    Tree,
};
use support::{TIMEOUT, add_subnet, ids, install, running, set, yang};

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
