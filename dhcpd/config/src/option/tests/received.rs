//! Which received options contradict their definitions; seen with Kea 3.0.4.

use ruru_wire::v4::{BootpOp, HardwareAddress, HardwareType, Header, OptionCode, Query, Writer};

use super::*;

fn check(code: u8, payload: &str, lenient: bool) -> bool {
    let definitions = definitions(
        r#"[ { "name": "u", "code": 221, "type": "uint16" },
             { "name": "d", "code": 224, "type": "uint16" },
             { "name": "box", "code": 223, "type": "uint8", "encapsulate": "box" },
             { "name": "in", "code": 3, "space": "box", "type": "ipv4-address" } ]"#,
    )
    .unwrap();
    let header = Header {
        op: BootpOp::REQUEST,
        htype: HardwareType::ETHERNET,
        hops: 0,
        xid: 0,
        secs: 0,
        flags: 0,
        ciaddr: [0; 4].into(),
        yiaddr: [0; 4].into(),
        siaddr: [0; 4].into(),
        giaddr: [0; 4].into(),
        chaddr: HardwareAddress::new(&[2; 6]).unwrap(),
    };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, &header, b"", b"");
    writer.option(OptionCode(code), &bytes(payload));
    writer.finish();
    let query = Query::decode(&message).unwrap();
    Received::new(&definitions, lenient).check(&query.options, &definitions).is_ok()
}

#[test]
fn an_option_that_contradicts_its_definition_is_found() {
    for (code, payload) in [
        (13, "01"),
        (51, "000000"),
        (50, "c00002"),
        (19, ""),
        (3, "0102030405"),
        (25, "000102"),
        (25, ""),
        (61, "01"),
        (61, ""),
        (93, "00"),
        (94, "0102"),
        (97, ""),
        (108, "00"),
        (118, "c00002"),
        (119, "0161"),
        (119, "c000"),
        (119, ""),
        (121, "00"),
        (79, ""),
        (79, "02"),
        (121, "21c000020101010101"),
        (125, "0000118b03020101"),
        (125, "0000118b0402020101"),
        (143, "00"),
        (143, "0001"),
        (146, "00"),
        (159, "0004"),
        (162, "00"),
        (212, "00"),
        (213, "0161"),
        (213, ""),
        (55, ""),
        (54, "c00002"),
        (52, ""),
        (78, "0001"),
        (88, ""),
        (137, ""),
        (151, ""),
        (122, "010301010101"),
        (82, "0503c00002"),
        (82, "0500"),
        (82, "130101"),
        (82, "04020102"),
        (82, "0a00"),
        (122, "06020161"),
        (221, "01"),
        (223, "070303c00002"),
    ] {
        // The relay port has no content by its RFC, and two bytes by Kea.
        let is_relay_port = (code, payload) == (82, "130101");
        assert_eq!(check(code, payload, false), is_relay_port, "option {code}, {payload}");
    }
}

#[test]
fn an_option_with_more_than_its_value_is_read() {
    for (code, payload) in [
        (13, "010203"),
        (57, "0240ff"),
        (50, "c000020a01"),
        (19, "02"),
        (3, ""),
        (12, ""),
        (12, "00"),
        (60, ""),
        (77, ""),
        (82, "01"),
        (82, "0105"),
        (82, "0600"),
        (82, "9800"),
        (94, "01020304"),
        (97, "00"),
        (124, "0000118b"),
        (124, "0000118b0561"),
        (125, "00"),
        (125, "0000118b05"),
        (125, "0000118b0301020304"),
        (143, "000161"),
        (159, "00040000"),
        (43, "0105"),
        (224, "01"),
        (222, ""),
        (53, "0102"),
        (79, "0161"),
        (90, ""),
        (151, "01"),
        (122, "01"),
        (223, "0203c00002"),
        (213, "01610099"),
    ] {
        assert!(check(code, payload, false), "option {code}, {payload}");
    }
}

#[test]
fn lenient_parsing_passes_over_names_and_texts() {
    for (code, payload, is_passed) in [
        (119, "0161", true),
        (119, "", false),
        (143, "0001", true),
        (143, "00", false),
        (213, "0161", true),
        (213, "", true),
        (137, "", true),
        (122, "06020161", true),
        (13, "01", false),
        (121, "00", false),
        (25, "000102", false),
    ] {
        assert_eq!(check(code, payload, true), is_passed, "option {code}, {payload}");
    }
}
