//! What cannot be translated is refused with its place and with what to do.

#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use ruru_json::compact;
use ruru_sysrepo::{Context, Format, ParseOptions, Tree, Validation};
use ruru_translate::{Place, Translator};
use support::{context, read, translator};

fn refused(json: &str) -> (String, (u32, u32)) {
    let context = context();
    let fault = translator(&context).to_yang(&context, &read(json)).unwrap_err();
    let Place::Json { at, .. } = fault.place else { panic!("{fault:?}") };
    (fault.to_string(), (at.line, at.column))
}

#[test]
fn json_that_does_not_fit_names_the_value_and_its_position() {
    let cases = [
        (
            r#"{ "Dhcp4": { "nonsense": 1 } }"#,
            "Dhcp4/nonsense: the module has no place for \"nonsense\": remove it",
            14,
        ),
        (
            r#"{ "Dhcp4": { "valid-lifetime": "x" } }"#,
            "Dhcp4/valid-lifetime: must be an integer, not a string",
            32,
        ),
        (
            r#"{ "Dhcp4": { "authoritative": 1 } }"#,
            "Dhcp4/authoritative: must be true or false, not an integer",
            31,
        ),
        (r#"{ "Dhcp4": { "subnet4": {} } }"#, "Dhcp4/subnet4: must be a list, not a map", 25),
        (
            r#"{ "Dhcp4": { "subnet4": [ 1 ] } }"#,
            "Dhcp4/subnet4[0]: must be a map, not an integer",
            27,
        ),
        (
            r#"{ "Dhcp4": { "subnet4": [ {} ] } }"#,
            "Dhcp4/subnet4[0]: \"id\" is missing: add it",
            27,
        ),
        (
            r#"{ "Dhcp4": { "subnet4": [ { "id": 1 }, { "id": 1 } ] } }"#,
            "Dhcp4/subnet4[1]: an entry before it has the same id: change or remove one",
            40,
        ),
        (
            r#"{ "Dhcp4": { "subnet4": [ { "id": 1, "pools": [ { "pool": "all" } ] } ] } }"#,
            "Dhcp4/subnet4[0]/pools[0]/pool: must be \"FIRST - LAST\" or \"ADDRESS/LENGTH\"",
            59,
        ),
        (
            r#"{ "Dhcp4": { "subnet4": [ { "id": 1, "pools": [ { } ] } ] } }"#,
            "Dhcp4/subnet4[0]/pools[0]: \"pool\" is missing: add it",
            49,
        ),
        (
            r#"{ "Dhcp4": { "reservations": [ { "hostname": "a" } ] } }"#,
            "Dhcp4/reservations[0]: has no identifier: \
             add one of circuit-id, client-id, duid, flex-id, hw-address",
            32,
        ),
        (
            r#"{ "Dhcp4": { "reservations": [ { "duid": "1", "flex-id": "2" } ] } }"#,
            "Dhcp4/reservations[0]/flex-id: \"duid\" identifies the entry already: remove one",
            47,
        ),
        (
            r#"{ "Dhcp4": { "option-data": [ { "data": "1" } ] } }"#,
            "Dhcp4/option-data[0]: needs a code or a name: add one",
            31,
        ),
        (
            r#"{ "Dhcp4": { "option-data": [ { "name": "x" } ] } }"#,
            "Dhcp4/option-data[0]/name: no option of the space \"dhcp4\" is called \"x\": \
             give the code or define the option",
            41,
        ),
        (
            r#"{ "Dhcp4": { "comment": "a", "user-context": { "comment": "b" } } }"#,
            "Dhcp4/user-context: holds a comment, and there is one beside it: remove one",
            46,
        ),
        (r#"{ "Dhcp4": { "comment": 1 } }"#, "Dhcp4/comment: must be a string, not an integer", 25),
        (
            r#"{ "Dhcp4": { "host-reservation-identifiers": [ "duid", "duid" ] } }"#,
            "Dhcp4/host-reservation-identifiers[1]: stands here twice: remove one",
            56,
        ),
        (
            r#"{ "Dhcp4": { "hosts-database": {}, "hosts-databases": [] } }"#,
            "Dhcp4/hosts-database: \"hosts-databases\" is there too: remove one",
            14,
        ),
        (r#"{ "Dhcp4": [] }"#, "Dhcp4: must be a map, not a list", 12),
    ];
    for (json, message, column) in cases {
        assert_eq!(refused(json), (message.to_owned(), (1, column)), "{json}");
    }
}

#[test]
fn what_libyang_refuses_is_said_in_its_words() {
    let (message, at) = refused("{ \"Dhcp4\": {\n  \"next-server\": \"nowhere\" } }");
    assert!(message.starts_with("Dhcp4/next-server: "), "{message}");
    assert!(message.contains("nowhere"), "{message}");
    assert_eq!(at, (2, 18));
    let (message, at) = refused(r#"{ "Dhcp4": { "subnet4": [ { "id": 0 } ] } }"#);
    assert!(message.starts_with("Dhcp4/subnet4[0]/id: "), "{message}");
    assert_eq!(at, (1, 35));
}

fn tree(context: &Context, json: &str) -> Tree {
    let text = format!(r#"{{ "kea-dhcp4-server:config": {json} }}"#);
    context.parse(&text, Format::Json, ParseOptions::default()).unwrap()
}

fn refused_data(json: &str) -> String {
    let context = context();
    let tree = tree(&context, json);
    let fault = translator(&context).to_json(tree.first().unwrap()).unwrap_err();
    assert!(matches!(fault.place, Place::Yang(_)));
    fault.to_string()
}

#[test]
fn data_that_do_not_fit_name_the_node() {
    assert_eq!(
        refused_data(
            r#"{ "subnet4": [ { "id": 1, "pool": [ { "start-address": "192.0.2.1",
                "end-address": "192.0.2.9", "prefix": "192.0.2.0/24" } ] } ] }"#
        ),
        "/kea-dhcp4-server:config/subnet4[id='1']\
         /pool[start-address='192.0.2.1'][end-address='192.0.2.9']: \
         the prefix 192.0.2.0/24 is not the range 192.0.2.1 - 192.0.2.9: delete one of them"
    );
    let message = refused_data(r#"{ "user-context": "{ not json }" }"#);
    assert!(message.starts_with("/kea-dhcp4-server:config/user-context: must hold JSON, but "));
}

#[test]
fn what_the_server_has_no_key_for_is_refused_or_left_out() {
    let pool = r#"{ "start-address": "192.0.2.1", "end-address": "192.0.2.9",
                    "ddns-use-conflict-resolution": true }"#;
    let message =
        refused_data(&format!(r#"{{ "subnet4": [ {{ "id": 1, "pool": [ {pool} ] }} ] }}"#));
    assert!(message.ends_with("the server has no such parameter: delete it"), "{message}");
    let context = context();
    let data = r#"{ "lease-database": { "database-type": "memfile", "user-context": "{}" } }"#;
    let json = translator(&context).to_json(tree(&context, data).first().unwrap()).unwrap();
    assert_eq!(compact(&json), r#"{"Dhcp4":{"lease-database":{"type":"memfile"}}}"#);
}

#[test]
fn other_nodes_are_not_translated() {
    let context = context();
    let mut tree = Tree::new(&context);
    tree.set("/kea-dhcp4-server:state/leases", None).unwrap();
    let fault = translator(&context).node_to_json(tree.first().unwrap()).unwrap_err();
    assert!(fault.to_string().contains("not in /kea-dhcp4-server:config"), "{fault}");
}

#[test]
fn old_spellings_are_read() {
    let context = context();
    let translator: Translator = translator(&context);
    let json = read(
        r#"{ "hosts-database": { "type": "mysql", "name": "n" }, "metadata": { "a": 1 },
             "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "4o6-subnet": "",
                            "t1-percent": 1,
                            "pools": [ { "pool": "192.0.2.1/25" } ] } ] }"#,
    );
    let tree = translator.to_yang(&context, &json).unwrap();
    assert_eq!(
        compact(&translator.to_json(tree.first().unwrap()).unwrap()),
        concat!(
            r#"{"Dhcp4":{"subnet4":[{"id":1,"t1-percent":1.0,"#,
            r#""pools":[{"pool":"192.0.2.1 - 192.0.2.127"}],"subnet":"192.0.2.0/24"}],"hosts-databases":[{"type":"mysql","name":"n"}]}}"#
        )
    );
}

#[test]
fn keys_that_are_not_in_use_are_left_out() {
    let context = context();
    let translator = translator(&context);
    let json = r#"{"Dhcp4":{"control-sockets":[{"socket-type":"http","authentication":{"type":"basic","clients":[{"password-file":"hiddens"},{"user":"admin","password":"1234"}]}}]}}"#;
    let mut tree = translator.to_yang(&context, &read(json)).unwrap();
    assert_eq!(compact(&translator.to_json(tree.first().unwrap()).unwrap()), json);
    tree.validate(Validation { config_only: true, ..Validation::default() }).unwrap();
    assert_eq!(compact(&translator.to_json(tree.first().unwrap()).unwrap()), json);
}

#[test]
fn places_in_json_lead_to_nodes() {
    let context = context();
    let translator = translator(&context);
    let json = read(
        r#"{ "Dhcp4": { "comment": "c", "subnet4": [
            { "id": 7, "subnet": "192.0.2.0/24", "pools": [ { "pool": "192.0.2.1 - 192.0.2.9" } ],
              "relay": { "ip-addresses": [ "192.0.2.1", "192.0.2.2" ] },
              "reservations": [ { "hw-address": "1a:1b", "ip-address": "192.0.2.3" } ],
              "option-data": [ { "name": "routers", "data": "it's" } ] } ] } }"#,
    );
    let tree = translator.to_yang(&context, &json).unwrap();
    let config = tree.first().unwrap();
    let subnet = "/kea-dhcp4-server:config/subnet4[id='7']";
    let host = format!("{subnet}/host[identifier-type='hw-address'][identifier='1a:1b']");
    let option = format!("{subnet}/option-data[code='3'][space='dhcp4'][data=\"it's\"]");
    let cases = [
        ("Dhcp4", "/kea-dhcp4-server:config".to_owned()),
        ("Dhcp4/comment", "/kea-dhcp4-server:config/user-context".to_owned()),
        ("Dhcp4/user-context/comment", "/kea-dhcp4-server:config/user-context".to_owned()),
        ("Dhcp4/valid-lifetime", "/kea-dhcp4-server:config/valid-lifetime".to_owned()),
        ("Dhcp4/subnet4", "/kea-dhcp4-server:config/subnet4".to_owned()),
        ("Dhcp4/subnet4[0]", subnet.to_owned()),
        ("Dhcp4/subnet4[9]/id", "/kea-dhcp4-server:config/subnet4".to_owned()),
        ("Dhcp4/subnet4[0]/id", format!("{subnet}/id")),
        ("Dhcp4/subnet4[0]/4o6-interface", format!("{subnet}/subnet-4o6-interface")),
        (
            "Dhcp4/subnet4[0]/relay/ip-addresses[1]",
            format!("{subnet}/relay/ip-addresses[.='192.0.2.2']"),
        ),
        ("Dhcp4/subnet4[0]/reservations[0]/hw-address", host.clone()),
        ("Dhcp4/subnet4[0]/reservations[0]/ip-address", format!("{host}/ip-address")),
        ("Dhcp4/subnet4[0]/option-data[0]/data", format!("{option}/data")),
        ("Dhcp4/unheard-of", "/kea-dhcp4-server:config".to_owned()),
    ];
    for (json, yang) in cases {
        assert_eq!(translator.locate(config, json), yang, "{json}");
    }
    let node = config.find(subnet).unwrap();
    assert_eq!(translator.locate(node, "reservations[0]"), host, "relative to a node");
}
