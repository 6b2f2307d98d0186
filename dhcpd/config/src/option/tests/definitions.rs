//! Standard definitions and `option-def`.

use super::*;

/// The standard options as the registry and Kea have them.
const REGISTRIES: [(Protocol, &str); 2] =
    [(Protocol::V4, include_str!("registry4.csv")), (Protocol::V6, include_str!("registry6.csv"))];

#[test]
fn every_standard_option_is_defined() {
    for (protocol, registry) in REGISTRIES {
        standard_options_are(protocol, registry);
    }
}

fn standard_options_are(protocol: Protocol, registry: &str) {
    let rows: Vec<Vec<&str>> =
        registry.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), super::super::definitions(protocol).len());
    for row in rows {
        let [code, name, space, kind, array, record, encapsulates] = row[..] else {
            panic!("{row:?}")
        };
        let key = Key::Code(code.parse().unwrap());
        let known = Definitions::none(protocol);
        let definition = known.find(space, key).unwrap_or_else(|| panic!("{row:?}"));
        let fields: Vec<&str> = definition.fields.iter().map(|kind| kind.name()).collect();
        let expected = if kind == "record" { record } else { kind };
        assert_eq!((&*definition.name, fields.join(" ")), (name, expected.to_owned()));
        assert_eq!((definition.array, &*definition.encapsulates), (array == "true", encapsulates));
    }
}

#[test]
fn a_definition_that_cannot_be_says_why() {
    for (text, message) in [
        (
            r#"{ "code": 222, "type": "string" }"#,
            "an option definition needs a 'name' (option-def[0])",
        ),
        (r#"{ "name": "x", "code": 222 }"#, "an option definition needs a 'type' (option-def[0])"),
        (
            r#"{ "name": "x", "type": "string" }"#,
            "an option definition needs a 'code' (option-def[0])",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "strin" }"#,
            "there is no type 'strin' of option data (option-def[0].type)",
        ),
        (
            r#"{ "name": "-x", "code": 222, "type": "string" }"#,
            "'-x' is no name of an option: it has letters, digits, and within also hyphens and \
             underscores (option-def[0].name)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "string", "space": "a b" }"#,
            "'a b' is no name of an option space: it has letters, digits, and within also hyphens \
             and underscores (option-def[0].space)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8", "encapsulate": "a b" }"#,
            "'a b' is no name of an option space: it has letters, digits, and within also hyphens \
             and underscores (option-def[0].encapsulate)",
        ),
        (
            r#"{ "name": "x", "code": 0, "type": "string" }"#,
            "option codes of space dhcp4 are 1 to 254, not 0 (option-def[0].code)",
        ),
        (
            r#"{ "name": "x", "code": 12, "type": "string" }"#,
            "option 12 of space dhcp4 is a standard option (option-def[0].code)",
        ),
        (
            r#"{ "name": "host-name", "code": 222, "type": "string" }"#,
            "option 'host-name' of space dhcp4 is a standard option (option-def[0].name)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8", "record-types": "uint8,uint8" }"#,
            "'record-types' is for type record, this is uint8 (option-def[0].record-types)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "record", "record-types": "uint8" }"#,
            "a record has two fields or more (option-def[0].record-types)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "record", "record-types": "uint8,record" }"#,
            "there is no type 'record' of option data (option-def[0].record-types)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "record", "record-types": "uint8,empty" }"#,
            "a record cannot have fields of type empty (option-def[0].record-types)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "record", "record-types": "string,uint8" }"#,
            "a field of type string must be the last one (option-def[0].record-types)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "string", "array": true }"#,
            "values of type string cannot repeat: they have no end (option-def[0].array)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8", "array": true, "encapsulate": "box" }"#,
            "option 'x' has values that repeat: it cannot hold other options \
             (option-def[0].encapsulate)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8", "encapsulate": "dhcp4" }"#,
            "option 'x' cannot hold options of its own space 'dhcp4' (option-def[0].encapsulate)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8" }, { "name": "y", "code": 222, "type": "uint8" }"#,
            "option 222 of space dhcp4 is defined twice (option-def[1].code)",
        ),
        (
            r#"{ "name": "x", "code": 222, "type": "uint8" }, { "name": "x", "code": 223, "type": "uint8" }"#,
            "option 'x' of space dhcp4 is defined twice (option-def[1].name)",
        ),
    ] {
        assert_eq!(definitions(&format!("[ {text} ]")), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn a_class_defines_vendors_options_only() {
    for (text, message) in [
        (r#"{ "name": "x", "code": 43, "type": "uint8" }"#, None),
        (r#"{ "name": "x", "code": 224, "type": "uint8" }"#, None),
        (r#"{ "name": "x", "code": 223, "type": "uint8" }"#, Some("223 of dhcp4")),
        (r#"{ "name": "x", "code": 43, "space": "box", "type": "uint8" }"#, Some("43 of box")),
    ] {
        let settings =
            settings(Scope::Class, &format!(r#"{{ "option-def": [ {text} ] }}"#)).unwrap();
        let found = Definitions::of_class(&settings).map_err(|complaint| complaint.to_string());
        let expected = message.map(|what| {
            format!(
                "a client class can define options 43 and 224 to 254 of space dhcp4, not {what} \
                 (option-def[0].code)"
            )
        });
        assert_eq!(found.err(), expected, "{text}");
    }
}

#[test]
fn definitions_of_a_class_come_first_and_option_43_can_be_any() {
    let all = definitions(
        r#"[ { "name": "mine", "code": 43, "type": "uint8" },
             { "name": "five", "code": 1, "space": "vendor-4491", "type": "string" } ]"#,
    )
    .unwrap();
    let option = Key::Code(43);
    assert_eq!(all.find(DHCP4, option).unwrap().name, "mine");
    assert_eq!(Definitions::none(Protocol::V4).find(DHCP4, option).unwrap().encapsulates, VENDOR);
    let first = Key::Code(1);
    assert_eq!(all.find("vendor-4491", first).unwrap().name, "oro");
    let of_class = definitions(r#"[ { "name": "own", "code": 43, "type": "string" } ]"#).unwrap();
    assert_eq!(Known::in_class(&of_class, &all).find(DHCP4, option).unwrap().name, "own");
}

#[test]
fn definitions_are_written_back() {
    let text = r#"{ "Dhcp4": {
        "option-def": [ { "name": "x", "code": 222, "type": "record", "comment": "c",
            "record-types": "uint8, string" } ],
        "client-classes": [ { "name": "c", "option-def": [ { "name": "y", "code": 43,
            "type": "uint8", "encapsulate": "box" } ] } ] } }"#;
    let document = Document::from_peer(text).unwrap();
    let registry = ruru_observe::counters::Registry::default();
    let config = crate::v4::Config::read(&document.root, &registry).unwrap();
    let json = config.to_json().to_string();
    for part in [
        r#""option-def":[{"code":222,"name":"x","space":"dhcp4","type":"record","record-types":"uint8, string","array":false,"encapsulate":"","user-context":{"comment":"c"}}]"#,
        r#""option-def":[{"code":43,"name":"y","type":"uint8","encapsulate":"box"}]"#,
    ] {
        assert!(json.contains(part), "{json}");
    }
    let again = crate::v4::Config::read(&config.to_json(), &registry).unwrap();
    assert_eq!(again.to_json(), config.to_json());
}
