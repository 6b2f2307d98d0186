//! What Kea 3.0.4 writes of received options.

use super::*;

const DEFINITIONS: &str = r#"[
    { "code": 161, "name": "d161", "type": "int8" },
    { "code": 163, "name": "d163", "type": "int16" },
    { "code": 164, "name": "d164", "type": "int32" },
    { "code": 165, "name": "d165", "type": "uint8" },
    { "code": 166, "name": "d166", "type": "ipv6-address" },
    { "code": 167, "name": "d167", "type": "ipv6-prefix" },
    { "code": 168, "name": "d168", "type": "psid" },
    { "code": 169, "name": "d169", "type": "tuple" },
    { "code": 170, "name": "d170", "type": "fqdn" },
    { "code": 171, "name": "d171", "type": "record",
      "record-types": "uint8,boolean,ipv6-prefix,psid,fqdn,string" },
    { "code": 172, "name": "d172", "type": "int8", "array": true },
    { "code": 173, "name": "d173", "type": "int16", "array": true },
    { "code": 174, "name": "d174", "type": "int32", "array": true },
    { "code": 175, "name": "d175", "type": "boolean", "array": true },
    { "code": 176, "name": "d176", "type": "ipv6-address", "array": true },
    { "code": 177, "name": "d177", "type": "ipv6-prefix", "array": true },
    { "code": 178, "name": "d178", "type": "psid", "array": true },
    { "code": 179, "name": "d179", "type": "tuple", "array": true },
    { "code": 180, "name": "d180", "type": "fqdn", "array": true },
    { "code": 181, "name": "d181", "type": "uint8", "encapsulate": "box" },
    { "code": 182, "name": "d182", "type": "record", "record-types": "uint8,ipv4-address" },
    { "code": 183, "name": "d183", "type": "uint32", "array": true },
    { "code": 184, "name": "d184", "type": "internal" },
    { "code": 185, "name": "d185", "type": "empty" },
    { "code": 186, "name": "d186", "type": "record", "record-types": "uint8,binary" },
    { "code": 187, "name": "d187", "type": "ipv4-address" },
    { "code": 188, "name": "d188", "type": "record", "record-types": "uint8,ipv4-address",
      "array": true },
    { "code": 224, "name": "d224", "type": "uint16" },
    { "code": 225, "name": "d225", "type": "uint8", "encapsulate": "box" },
    { "code": 226, "name": "d226", "type": "uint32" },
    { "code": 1, "name": "in1", "type": "uint8", "space": "box" },
    { "code": 2, "name": "in2", "type": "string", "space": "box" },
    { "code": 1, "name": "o43", "type": "uint16", "space": "vendor-encapsulated-options-space" }
]"#;

/// Code, payload, text.
#[rustfmt::skip]
const TEXTS: &[(u16, &str, &str)] = &[
    (1, "ffffff00", "type=001, len=004: 255.255.255.0 (ipv4-address)"),
    (2, "fffffffe", "type=002, len=004: -2 (int32)"),
    (3, "0102030405060708", "type=003, len=008: 1.2.3.4 5.6.7.8"),
    (12, "61620000", "ab"),
    (13, "0102", "type=013, len=002: 258 (uint16)"),
    (19, "01", "type=019, len=001: true (boolean)"),
    (25, "00010002", "type=025, len=004: 1(uint16) 2(uint16)"),
    (57, "024001", "type=057, len=002: 576 (uint16)"),
    (60, "6162", "ab"),
    (61, "010203", "type=061, len=003: 01:02:03"),
    (77, "0361", "type=077, len=002: 03:61"),
    (78, "01c0000201", "type=078, len=005: true (boolean) 192.0.2.1 (ipv4-address)"),
    (79, "016162", "type=079, len=003: mandatory:1, scope-list:\"ab\""),
    (81, "05ffff0161016200", "type=81 (CLIENT_FQDN), flags: (N=0, E=1, O=0, S=1), domain-name='a.b.' (full)"),
    (81, "00ffff612e62", "type=81 (CLIENT_FQDN), flags: (N=0, E=0, O=0, S=0), domain-name='a.b' (partial)"),
    (82, "98001200", "type=082, len=002:,\noptions:\n  type=152, len=000: ''"),
    (93, "0007", "type=093, len=002: 7(uint16)"),
    (94, "010203", "type=094, len=003: 1 (uint8) 2 (uint8) 3 (uint8)"),
    (97, "000102", "type=097, len=003: 0 (uint8) 0102 (binary)"),
    (97, "00", "type=097, len=001: 0 (uint8) '' (binary)"),
    (108, "00000708", "type=108, len=004: 1800 (uint32)"),
    (119, "0161016200016300", "type=119, len=008: \"a.b.\" (fqdn) \"c.\" (fqdn)"),
    (121, "00c0000201190a010280c0000202", "type=121(CLASSLESS_STATIC_ROUTE), len=14, Route 1 (subnet 0.0.0.0/0, router IP 192.0.2.1), Route 2 (subnet 10.1.2.128/25, router IP 192.0.2.2)"),
    (122, "0104c0000201060301610007", "type=122, len=011:,\noptions:\n  type=001, len=004: 192.0.2.1 (ipv4-address)\n  type=006, len=003: \"a.\" (fqdn)"),
    (124, "0000118b03616263", "type=124, len=8,  enterprise id=0x118b, data-len0=3, vendor-class-data0='abc'"),
    (124, "0000118b03616263000000630162", "type=124, len=6,  enterprise id=0x63, data-len0=1, vendor-class-data0='b'"),
    (137, "0161016200", "type=137, len=005: \"a.b.\" (fqdn)"),
    (143, "0003616263000164", "type=143, len=8, data-len0=3, data0='abc', data-len1=1, data1='d'"),
    (146, "01c0000201c0000202016100016200", "type=146, len=015: 1 (uint8) 192.0.2.1 (ipv4-address) 192.0.2.2 (ipv4-address) \"a.\" (fqdn) \"b.\" (fqdn)"),
    (151, "016f6b", "type=151, len=003: 1 (uint8) \"ok\" (string)"),
    (162, "0006000103016100", "type=162(V4_DNR), len=8, DNR Instance 1(Instance len=6, service_priority=1, adn_length=3, adn='a.')"),
    (212, "102020010db8000000000000000000000000c0000201c0000202", "type=212, len=026: 16 (uint8) 32 (uint8) 2001:db8:: (ipv6-address) 192.0.2.1 (ipv4-address) 192.0.2.2 (ipv4-address)"),
    (222, "616263", "type=222, len=003: 61:62:63 'abc'"),
    (150, "", "type=150, len=000: ''"),
    (116, "01", "type=116, len=001: 1 (uint8)"),
    (43, "0102abcd", "type=043, len=004:,\noptions:\n  type=001, len=002: 43981 (uint16)"),
    (43, "01", "type=043, len=000:"),
    (161, "80", "type=161, len=001: -128 (int8)"),
    (163, "fffe", "type=163, len=002: -2 (int16)"),
    (164, "fffffffd01020304", "type=164, len=008: -3 (int32),\noptions:\n  type=001, len=002: 03:04"),
    (165, "7f", "type=165, len=001: 127 (uint8)"),
    (166, "20010db8000000000000000000000001", "type=166, len=016: 2001:db8::1 (ipv6-address)"),
    (167, "2020010db8", "type=167, len=005:  (ipv6-prefix)"),
    (168, "043000", "type=168, len=003: len=4,psid=3 (psid)"),
    (169, "03616263", "type=169, len=004: \"abc\" (tuple)"),
    (170, "016100", "type=170, len=003: \"a.\" (fqdn)"),
    (171, "01012020010db80430000161007a7a", "type=171, len=015: 1 (uint8) true (boolean)  (ipv6-prefix) len=4,psid=3 (psid) \"a.\" (fqdn) \"zz\" (string)"),
    (172, "8001", "type=172, len=002: -128(int8) 1(int8)"),
    (173, "fffe0001", "type=173, len=004: 65534(uint16) 1(uint16)"),
    (174, "fffffffd00000001", "type=174, len=008: 4294967293(uint32) 1(uint32)"),
    (175, "0100", "type=175, len=002: true (boolean) false (boolean)"),
    (176, "20010db800000000000000000000000120010db8000000000000000000000002", "type=00176, len=00032: 2001:db8::1 2001:db8::2"),
    (177, "2020010db800", "type=177, len=006:  (ipv6-prefix)  (ipv6-prefix)"),
    (178, "043000041000", "type=178, len=006: len=4,psid=3 (psid) len=4,psid=1 (psid)"),
    (179, "0161026263", "type=179, len=5, data-len0=1, data0='a', data-len1=2, data1='bc'"),
    (180, "0161000162016300", "type=180, len=008: \"a.\" (fqdn) \"b.c.\" (fqdn)"),
    (181, "070101aa02026162", "type=181, len=008: 7 (uint8),\noptions:\n  type=001, len=001: 170 (uint8)\n  type=002, len=002: \"ab\" (string)"),
    (182, "0101020304aa", "type=182, len=005: 1 (uint8) 1.2.3.4 (ipv4-address)"),
    (183, "0001020304050607", "type=183, len=008: 66051(uint32) 67438087(uint32)"),
    (184, "0102", "type=184, len=002: 01:02"),
    (185, "", "type=185, len=000: ''"),
    (186, "01010203", "type=186, len=004: 1 (uint8) 010203 (binary)"),
    (187, "c0000201", "type=187, len=004: 192.0.2.1 (ipv4-address)"),
    (188, "01c0000201c0000202", "type=188, len=009: 1 (uint8) 192.0.2.1 (ipv4-address) 192.0.2.2 (ipv4-address)"),
    (224, "0102", "type=224, len=002: 258 (uint16)"),
    (225, "070101aa", "type=225, len=004: 7 (uint8),\noptions:\n  type=001, len=001: 170 (uint8)"),
    (226, "01", "type=226, len=001: 01"),
    (227, "0102", "type=227, len=002: 01:02"),
];

#[test]
fn the_text_of_an_option_is_what_kea_writes() {
    let all = definitions(DEFINITIONS).unwrap();
    for (code, payload, text) in TEXTS {
        let key = Key::Code(*code);
        let found = text_of(&[*code], None, &bytes(payload), all.find(DHCP4, key), &all);
        assert_eq!(found, *text, "option {code}, {payload}");
    }
}

#[test]
fn an_option_that_is_not_looked_into_yet_is_bytes() {
    let all = definitions(DEFINITIONS).unwrap();
    let text = text_of(&[43], None, &bytes("0102abcd"), None, &all);
    assert_eq!(text, "type=043, len=004: 01:02:ab:cd");
}

#[test]
fn options_within_options_have_texts_of_their_own() {
    let all = definitions(DEFINITIONS).unwrap();
    for (codes, payload, text) in [
        (&[82, 1][..], "6162", "type=001, len=002: 61:62 'ab'"),
        (&[82, 4], "00000001", "type=004, len=004: 1 (uint32)"),
        (&[181, 2], "6162", "ab"),
        (&[225, 1], "aa", "type=001, len=001: 170 (uint8)"),
    ] {
        let key = Key::Code(codes[0]);
        let found = text_of(codes, None, &bytes(payload), all.find(DHCP4, key), &all);
        assert_eq!(found, text, "{codes:?}");
    }
    let of_vendor = text_of(&[125, 2], Some(4491), &bytes("c0000201"), None, &all);
    assert_eq!(of_vendor, "type=002, len=004: 192.0.2.1");
}

#[test]
fn options_stand_behind_what_the_definition_says() {
    let all = definitions(DEFINITIONS).unwrap();
    for (codes, payload, part) in [
        (&[181][..], "070101aa", Some("0101aa")),
        (&[43], "0102abcd", Some("0102abcd")),
        (&[82], "01026162", Some("01026162")),
        (&[164], "fffffffd01020304", Some("01020304")),
        (&[182], "0101020304aa", None),
        (&[12], "6162", None),
        (&[222], "0101aa", None),
    ] {
        let key = Key::Code(codes[0]);
        let payload = bytes(payload);
        let found = sub_options(codes, None, &payload, all.find(DHCP4, key), &all);
        assert_eq!(found, part.map(bytes).as_deref(), "{codes:?}");
    }
}
