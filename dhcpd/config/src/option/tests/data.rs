//! `option-data`.

use super::*;

/// The contents of all options, one behind the other.
fn encode(text: &str, definitions: &Definitions) -> Result<Vec<u8>, String> {
    options(&format!("[ {text} ]"), definitions)
        .map(|set| set.iter().flat_map(|option| option.content.to_vec()).collect())
}

#[test]
fn data_is_encoded_by_the_definition() {
    for (option, content) in [
        (r#"{ "name": "routers", "data": "192.0.2.1, 192.0.2.2" }"#, "c0000201 c0000202"),
        (r#"{ "name": "routers" }"#, ""),
        (r#"{ "code": 15, "data": "a.b, c" }"#, "612e62"),
        (r#"{ "name": "domain-search", "data": "a.b, c" }"#, "0161016200 016300"),
        (r#"{ "name": "ip-forwarding", "data": "True" }"#, "01"),
        (r#"{ "name": "time-offset", "data": "-2" }"#, "fffffffe"),
        (r#"{ "name": "boot-size", "data": "0x10, 7" }"#, "0010"),
        (r#"{ "name": "boot-size", "data": "ff" }"#, "00ff"),
        (r#"{ "name": "client-ndi", "data": "1, 2, 3" }"#, "010203"),
        (
            r#"{ "name": "classless-static-route", "data": "10.0.0.0/9 - 192.0.2.1" }"#,
            "090a00c0000201",
        ),
        (r#"{ "name": "routers", "csv-format": false, "data": "C0 00 02 01" }"#, "c0000201"),
        (r#"{ "code": 222, "csv-format": false, "data": "0x0102" }"#, "0102"),
        (r#"{ "name": "v4-sztp-redirect", "data": "a, bc" }"#, "000161 00026263"),
        (r#"{ "name": "v4-portparams", "data": "4, 3/4" }"#, "04043000"),
        (r#"{ "name": "domain-name", "csv-format": false, "data": "616200" }"#, "6162"),
        (
            r#"{ "name": "domain-search", "csv-format": false, "data": "0161000162c000" }"#,
            "016100 0162016100",
        ),
        (r#"{ "name": "boot-size", "csv-format": false, "data": "01020301aa04" }"#, "01020301aa"),
        (r#"{ "name": "subnet-mask", "csv-format": false, "data": "ffffff0001" }"#, "ffffff00"),
        (r#"{ "name": "boot-size", "never-send": true }"#, ""),
        (
            r#"{ "name": "option-6rd", "data": "16, 32, 2001:db8::, 192.0.2.1, 192.0.2.2" }"#,
            "1020 20010db8000000000000000000000000 c0000201 c0000202",
        ),
    ] {
        let expected = bytes(content);
        assert_eq!(encode(option, &Definitions::none(Protocol::V4)), Ok(expected), "{option}");
    }
}

#[test]
fn every_type_is_encoded() {
    for (kind, data, content) in [
        (r#""empty""#, "", ""),
        (r#""binary""#, "01 02", "0102"),
        (r#""boolean""#, "0", "00"),
        (r#""int8""#, "-128", "80"),
        (r#""int16""#, "-2", "fffe"),
        (r#""int32""#, "-3", "fffffffd"),
        (r#""uint8""#, "255", "ff"),
        (r#""uint16""#, "258", "0102"),
        (r#""uint32""#, "4294967295", "ffffffff"),
        (r#""ipv4-address""#, "192.0.2.1", "c0000201"),
        (r#""ipv6-address""#, "2001:db8::1", "20010db8000000000000000000000001"),
        (r#""ipv6-prefix""#, "2001:db8:ff::/36", "2420010db800"),
        (r#""psid""#, "1/0", "000000"),
        (r#""string""#, r"a\\,b", "612c62"),
        (r#""tuple""#, "abc", "03616263"),
        (r#""fqdn""#, "A.b", "0141016200"),
        (r#""internal""#, "a, b", "612c2062"),
        (r#""ipv6-prefix", "array": true"#, "::/0, 8000::/1", "00 0180"),
        (r#""tuple", "array": true"#, "a, b", "0161 0162"),
        (r#""fqdn", "array": true"#, "a, .", "016100 00"),
        (r#""record", "record-types": "uint8, string""#, "1, a, b", "0161"),
        (
            r#""record", "record-types": "tuple, uint16", "array": true"#,
            "a, 1, 2",
            "0161 0001 0002",
        ),
    ] {
        let definitions =
            definitions(&format!(r#"[ {{ "name": "x", "code": 222, "type": {kind} }} ]"#)).unwrap();
        let option = format!(r#"{{ "name": "x", "data": "{data}" }}"#);
        assert_eq!(encode(&option, &definitions), Ok(bytes(content)), "{kind} {data}");
    }
}

#[test]
fn a_wrong_option_says_what_is_expected() {
    for (option, message) in [
        (r#"{ "data": "x" }"#, "an option needs a 'name' or a 'code' (option-data[0])"),
        (
            r#"{ "name": "rooters", "data": "x" }"#,
            "there is no option 'rooters' in space dhcp4; give its code (option-data[0].name)",
        ),
        (
            r#"{ "name": "a b", "data": "x" }"#,
            "option name 'a b' has a blank (option-data[0].name)",
        ),
        (
            r#"{ "name": "routers", "code": 4 }"#,
            "option 4 is 'time-servers', not 'routers' (option-data[0].name)",
        ),
        (
            r#"{ "code": 255 }"#,
            "option codes of space dhcp4 are 1 to 254, not 255 (option-data[0].code)",
        ),
        (
            r#"{ "code": 1, "space": "dhcp6" }"#,
            "space dhcp6 is for the DHCPv6 server (option-data[0].space)",
        ),
        (
            r#"{ "code": 1, "space": "a b" }"#,
            "'a b' is no name of an option space: it has letters, digits, and within also hyphens \
             and underscores (option-data[0].space)",
        ),
        (
            r#"{ "code": 222, "data": "01" }"#,
            "option 222 of space dhcp4 has no definition: set 'csv-format' to false and give \
             hexadecimal data (option-data[0])",
        ),
        (
            r#"{ "code": 222, "csv-format": false, "data": "xyz" }"#,
            "\"xyz\" is not hexadecimal (option-data[0].data)",
        ),
        (
            r#"{ "code": 53, "data": "1" }"#,
            "option dhcp-message-type (53) is made by the server and cannot be configured \
             (option-data[0])",
        ),
        (
            r#"{ "name": "routers", "data": "x" }"#,
            "\"x\" is not an IPv4 address (option-data[0].data)",
        ),
        (
            r#"{ "name": "boot-size", "data": "65536" }"#,
            "\"65536\" is not a number from 0 to 65535 (option-data[0].data)",
        ),
        (
            r#"{ "name": "time-offset", "data": "0xffffffff" }"#,
            "\"0xffffffff\" is not a number from -2147483648 to 2147483647 (option-data[0].data)",
        ),
        (
            r#"{ "name": "ip-forwarding", "data": "2" }"#,
            "\"2\" is not true or false (option-data[0].data)",
        ),
        (
            r#"{ "name": "domain-name" }"#,
            "option 'domain-name' needs a value (option-data[0].data)",
        ),
        (
            r#"{ "name": "client-ndi", "data": "1, 2" }"#,
            "option 'client-ndi' needs 3 values, and gets fewer (option-data[0].data)",
        ),
        (
            r#"{ "name": "dhcp-client-identifier", "data": "0x01" }"#,
            "\"0x01\" is not hexadecimal: expected an even number of digits, nothing between \
             (option-data[0].data)",
        ),
        (
            r#"{ "name": "vendor-encapsulated-options", "data": "x" }"#,
            "the option has no data, this is \"x\" (option-data[0].data)",
        ),
        (
            r#"{ "name": "v4-portparams", "data": "1, 16/4" }"#,
            "\"16/4\" is not a port set: expected NUMBER/BITS with up to 16 bits \
             (option-data[0].data)",
        ),
        (
            r#"{ "name": "domain-search", "data": "a..b" }"#,
            "\"a..b\" is not a domain name (option-data[0].data)",
        ),
        (
            r#"{ "name": "vivco-suboptions", "data": "4491, 666f6f" }"#,
            "7 bytes do not make up option 'vivco-suboptions' (option-data[0].data)",
        ),
        (
            r#"{ "name": "vivso-suboptions", "csv-format": false, "data": "00000063020701" }"#,
            "7 bytes do not make up option 'vivso-suboptions' (option-data[0].data)",
        ),
        (
            r#"{ "name": "routers", "csv-format": false, "data": "010203" }"#,
            "3 bytes do not make up option 'routers' (option-data[0].data)",
        ),
        (
            r#"{ "name": "boot-size", "csv-format": false, "data": "01" }"#,
            "option 'boot-size' is cut short (option-data[0].data)",
        ),
        (
            r#"{ "name": "domain-name", "csv-format": false, "data": "00" }"#,
            "option 'domain-name' must not be empty (option-data[0].data)",
        ),
    ] {
        assert_eq!(
            encode(option, &Definitions::none(Protocol::V4)),
            Err(message.to_owned()),
            "{option}"
        );
    }
    let definitions = definitions(
        r#"[ { "name": "six", "code": 222, "type": "ipv6-address" },
             { "name": "prefix", "code": 223, "type": "ipv6-prefix" },
             { "name": "tuple", "code": 224, "type": "tuple" } ]"#,
    )
    .unwrap();
    let long = "x".repeat(256);
    for (name, data, message) in [
        ("six", "1.1.1.1", "\"1.1.1.1\" is not an IPv6 address"),
        ("prefix", "::/129", "\"::/129\" is not an IPv6 prefix: expected ADDRESS/LENGTH"),
        ("tuple", &long, "a value has 256 bytes, more than 255"),
    ] {
        let option = format!(r#"{{ "name": "{name}", "data": "{data}" }}"#);
        let expected = format!("{message} (option-data[0].data)");
        assert_eq!(encode(&option, &definitions), Err(expected));
    }
}

#[test]
fn options_of_a_space_stand_in_the_option_that_holds_it() {
    let definitions = definitions(
        r#"[ { "name": "outer", "code": 222, "type": "uint8", "encapsulate": "one" },
             { "name": "b", "code": 2, "space": "one", "type": "uint8" },
             { "name": "a", "code": 1, "space": "one", "type": "empty", "encapsulate": "two" },
             { "name": "leaf", "code": 9, "space": "two", "type": "string" } ]"#,
    )
    .unwrap();
    let content = encode(
        r#"{ "name": "outer", "data": "7" }, { "name": "b", "space": "one", "data": "2" },
           { "name": "leaf", "space": "two", "data": "x" }, { "name": "a", "space": "one" }"#,
        &definitions,
    );
    assert_eq!(content, Ok(bytes("07 0103 090178 020102")));
}

#[test]
fn spaces_that_hold_each_other_are_refused() {
    let definitions = definitions(
        r#"[ { "name": "outer", "code": 222, "type": "empty", "encapsulate": "one" },
             { "name": "a", "code": 1, "space": "one", "type": "empty", "encapsulate": "two" },
             { "name": "b", "code": 1, "space": "two", "type": "empty", "encapsulate": "one" } ]"#,
    )
    .unwrap();
    let content = encode(
        r#"{ "name": "outer" }, { "name": "a", "space": "one" }, { "name": "b", "space": "two" }"#,
        &definitions,
    );
    assert_eq!(content, Err("options of space one hold themselves (option-data[0])".to_owned()));
}

#[test]
fn options_of_enterprises_stand_apart() {
    let set = options(
        r#"[ { "name": "tftp-servers", "space": "vendor-4491", "data": "192.0.2.1" },
             { "name": "routers", "data": "192.0.2.2" },
             { "code": 1, "space": "vendor-0", "csv-format": false, "data": "01" } ]"#,
        &Definitions::none(Protocol::V4),
    )
    .unwrap();
    assert_eq!(set.iter().map(|option| option.code.0).collect::<Vec<_>>(), [3]);
    let enterprise = std::num::NonZeroU32::new(4491).unwrap();
    let of_enterprise: Vec<_> = set.of(enterprise).map(|option| &*option.content).collect();
    assert_eq!(of_enterprise, [bytes("c0000201")]);
    assert!(set.has_enterprise());
}
