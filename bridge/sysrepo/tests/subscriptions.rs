//! What happens around the events of subscriptions: time, order, other data, threads. Each test
//! has a repository of its own: run with `cargo nextest`, which gives each test a process.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant, SystemTime};

use ruru_sysrepo::testing::Repository;
use ruru_sysrepo::{
    ChangeOptions, Code, Datastore, EditOptions, Event, GetOptions, Level, NotificationKind,
    Refusal, Session, Subscription, Tree, cache_running, set_sink,
};
use support::{TIMEOUT, install, running};

const NAME: &str = "/ruru-test:config/name";

fn rename(session: &Session, name: &str) {
    session.set(NAME, Some(name), EditOptions::default()).unwrap();
}

const CHANGES: ChangeOptions<'_> = ChangeOptions {
    module: "ruru-test",
    xpath: None,
    priority: 0,
    enabled: false,
    done_only: false,
    passive: false,
    update: false,
    all_modules: false,
};

#[test]
fn a_handler_that_is_too_slow_fails_the_edit_and_hears_of_it() {
    let repository = Repository::new();
    let connection = install(&repository);
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_change(CHANGES, move |event| {
            send.send(event.event).unwrap();
            if event.event == Event::Change {
                std::thread::sleep(Duration::from_millis(600));
            }
            Ok(())
        })
        .unwrap();
    let session = running(&connection);
    rename(&session, "a");
    let error = session.apply(Duration::from_millis(100)).unwrap_err();
    assert_eq!(error.code(), Some(Code::TIMED_OUT));
    assert_eq!(receive.recv_timeout(TIMEOUT).unwrap(), Event::Change);
    assert_eq!(receive.recv_timeout(TIMEOUT).unwrap(), Event::Abort);
    assert_eq!(session.item(NAME).unwrap(), None);
}

#[test]
fn a_handler_sees_the_data_before_and_after() {
    let repository = Repository::new();
    let connection = install(&repository);
    let session = running(&connection);
    rename(&session, "before");
    session.apply(TIMEOUT).unwrap();
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    let other = Mutex::new(running(&connection));
    subscription
        .on_change(CHANGES, move |event| {
            let before = other.lock().unwrap().item(NAME)?;
            send.send((event.event, before, event.session().item(NAME)?)).unwrap();
            Ok(())
        })
        .unwrap();
    rename(&session, "after");
    session.apply(TIMEOUT).unwrap();
    let (event, before, after) = receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(event, Event::Change);
    assert_eq!((before.as_deref(), after.as_deref()), (Some("before"), Some("after")));
}

#[test]
fn a_handler_may_add_to_the_edit() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_change(ChangeOptions { update: true, ..CHANGES }, |event| {
            if event.event == Event::Update {
                let path = "/ruru-test:config/share";
                event.session().set(path, Some("0.25"), EditOptions::default())?;
            }
            Ok(())
        })
        .unwrap();
    let session = running(&connection);
    rename(&session, "a");
    session.apply(TIMEOUT).unwrap();
    assert_eq!(session.item("/ruru-test:config/share").unwrap().as_deref(), Some("0.25"));
}

#[test]
fn a_dropped_subscription_is_silent_and_its_handlers_are_freed() {
    let repository = Repository::new();
    let connection = install(&repository);
    let calls = Arc::new(AtomicUsize::new(0));
    let mut subscription = Subscription::new(running(&connection));
    let counter = Arc::clone(&calls);
    subscription
        .on_change(CHANGES, move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
        .unwrap();
    let session = running(&connection);
    rename(&session, "a");
    session.apply(TIMEOUT).unwrap();
    drop(subscription);
    let before = calls.load(Ordering::SeqCst);
    assert_eq!((before, Arc::strong_count(&calls)), (2, 1));
    rename(&session, "b");
    session.apply(TIMEOUT).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), before);
}

#[test]
fn what_cannot_be_subscribed_to_is_refused() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut subscription = Subscription::new(running(&connection));
    let nowhere = ChangeOptions { module: "nowhere", ..CHANGES };
    assert!(subscription.on_change(nowhere, |_| Ok(())).is_err());
    let refused = ChangeOptions { enabled: true, ..CHANGES };
    let error = subscription
        .on_change(refused, |_| Err(Refusal::new("operation-failed", "not now")))
        .unwrap_err();
    assert!(error.to_string().contains("not now"), "{error:?}");
    assert!(subscription.on_call("/ruru-test:nothing", 0, |_, _| Ok(())).is_err());
    assert!(subscription.on_request("ruru-test", "/ruru-test:none", false, |_, _| Ok(())).is_err());
}

#[test]
fn operational_data_of_a_class_of_its_own_can_be_read_in_a_change() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut provider = Subscription::new(running(&connection));
    provider
        .on_request("ruru-test", "/ruru-test:state/lease", false, |_, builder| {
            builder.list("lease", &["192.0.2.1"])?;
            Ok(())
        })
        .unwrap();
    let mut changes = Subscription::new(running(&connection));
    let reader = connection.clone();
    changes
        .on_change(CHANGES, move |_| {
            let session = reader.session(Datastore::Operational)?;
            let tree = session.get("/ruru-test:state", GetOptions::default())?;
            assert_eq!(tree.select("/ruru-test:state/lease")?.len(), 1);
            Ok(())
        })
        .unwrap();
    let session = running(&connection);
    rename(&session, "a");
    let start = Instant::now();
    session.apply(TIMEOUT).unwrap();
    assert!(start.elapsed() < Duration::from_secs(4));
}

#[test]
fn reads_of_operational_data_choose_and_go_to_a_depth() {
    let repository = Repository::new();
    let connection = install(&repository);
    let mut provider = Subscription::new(running(&connection));
    provider
        .on_request("ruru-test", "/ruru-test:state/lease", false, |_, builder| {
            builder.list("lease", &["192.0.2.1"])?.leaf("subnet", "1")?;
            Ok(())
        })
        .unwrap();
    let mut owner = Subscription::new(running(&connection));
    owner.on_change(CHANGES, |_| Ok(())).unwrap();
    let session = running(&connection);
    rename(&session, "a");
    session.apply(TIMEOUT).unwrap();
    session.switch(Datastore::Operational).unwrap();
    assert_eq!(session.datastore(), Datastore::Operational);
    let read = |options| {
        let tree = session.get("/ruru-test:*", options).unwrap();
        let nodes = tree.roots().flat_map(|root| root.descend().collect::<Vec<_>>());
        nodes.map(|node| node.name().to_owned()).collect::<Vec<_>>()
    };
    let all = GetOptions::default();
    assert_eq!(read(all), ["config", "name", "share", "state", "lease", "address", "subnet"]);
    assert_eq!(read(GetOptions { config_only: true, ..all }), ["config", "name", "share"]);
    let state = GetOptions { state_only: true, ..all };
    assert_eq!(read(state), ["state", "lease", "address", "subnet"]);
    assert_eq!(read(GetOptions { depth: 1, ..state }), ["state"]);
    let tree = session.get("/ruru-test:*", GetOptions { origin: true, ..all }).unwrap();
    let origins = tree.first().unwrap().descend().filter_map(|node| node.annotation("origin"));
    assert!(origins.into_iter().any(|origin| origin == "ietf-origin:intended"));
}

#[test]
fn a_provider_may_merge_with_another() {
    let repository = Repository::new();
    let connection = install(&repository);
    let providers = ["192.0.2.1", "192.0.2.2"].map(|address| {
        let mut provider = Subscription::new(running(&connection));
        provider
            .on_request("ruru-test", "/ruru-test:state", true, move |_, builder| {
                builder.container("ruru-test:state")?.list("lease", &[address])?;
                Ok(())
            })
            .unwrap();
        provider
    });
    let session = connection.session(Datastore::Operational).unwrap();
    let tree = session.get("/ruru-test:state", GetOptions::default()).unwrap();
    assert_eq!(tree.select("/ruru-test:state/lease").unwrap().len(), providers.len());
}

#[test]
fn stored_notifications_are_replayed() {
    let repository = Repository::new();
    let connection = install(&repository);
    connection.set_replay(Some("ruru-test"), true).unwrap();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let session = running(&connection);
    let send_one = |what: &str| {
        let mut tree = Tree::new(&session.context().unwrap());
        tree.set("/ruru-test:changed/what", Some(what)).unwrap();
        session.notify(&tree, None).unwrap();
    };
    send_one("stored");
    let (send, receive) = mpsc::channel();
    let mut subscription = Subscription::new(running(&connection));
    subscription
        .on_notification("ruru-test", None, Some(start), None, move |notification| {
            let what = notification.node.and_then(|node| node.leaf("what")).map(str::to_owned);
            assert!(notification.time > start);
            let _ = send.send((notification.kind, what));
        })
        .unwrap();
    let next = || receive.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(next(), (NotificationKind::Replay, Some("stored".to_owned())));
    assert_eq!(next(), (NotificationKind::ReplayComplete, None));
    send_one("new");
    assert_eq!(next(), (NotificationKind::Realtime, Some("new".to_owned())));
    drop(subscription);
    assert_eq!(next(), (NotificationKind::Terminated, None));
}

#[test]
fn an_rpc_that_a_later_handler_refuses_is_undone() {
    let repository = Repository::new();
    let connection = install(&repository);
    let events = Arc::new(Mutex::new(Vec::new()));
    let mut first = Subscription::new(running(&connection));
    let log = Arc::clone(&events);
    first
        .on_call("/ruru-test:add", 9, move |request, _| {
            log.lock().unwrap().push(request.event);
            Ok(())
        })
        .unwrap();
    let mut second = Subscription::new(running(&connection));
    second
        .on_call("/ruru-test:add", 1, |_, _| Err(Refusal::new("operation-failed", "no")))
        .unwrap();
    let session = running(&connection);
    let mut input = Tree::new(&session.context().unwrap());
    input.set("/ruru-test:add/a", Some("1")).unwrap();
    assert!(session.call(&input, TIMEOUT).is_err());
    assert_eq!(*events.lock().unwrap(), [Event::Rpc, Event::Abort]);
}

#[test]
fn sessions_work_in_many_threads_of_one_connection() {
    let repository = Repository::new();
    let connection = install(&repository);
    cache_running(true);
    let threads = (1..5_u32).map(|id| {
        let session = running(&connection);
        std::thread::spawn(move || {
            for _ in 0..10 {
                let path = format!("/ruru-test:config/subnet[id='{id}']");
                session
                    .set(&format!("{path}/prefix"), Some("192.0.2.0/24"), EditOptions::default())
                    .unwrap();
                session.apply(TIMEOUT).unwrap();
                let tree = session.get(&path, GetOptions::default()).unwrap();
                assert!(tree.find(&path).is_some());
                session.delete(&path, EditOptions::default()).unwrap();
                session.apply(TIMEOUT).unwrap();
            }
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
}

#[test]
fn the_log_goes_where_it_is_sent() {
    static LINES: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());
    let repository = Repository::new();
    let connection = install(&repository);
    assert!(set_sink(Level::Info, |level, text| {
        LINES.lock().unwrap().push((level, text.to_owned()));
    }));
    assert!(!set_sink(Level::Debug, |_, _| panic!("the first sink stays")));
    let session = running(&connection);
    assert!(session.set("/ruru-test:none", None, EditOptions::default()).is_err());
    let lines = LINES.lock().unwrap();
    assert!(lines.iter().any(|(level, _)| *level == Level::Error), "{lines:?}");
}
