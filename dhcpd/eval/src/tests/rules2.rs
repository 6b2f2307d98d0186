//! Section 2 of `spec/classification.md`: values. What DHCPv4 packets give is compared with Kea in
//! `kea.rs`; here are the examples of the rules, and DHCPv6.

use std::net::Ipv6Addr;

use super::packet::{Options, constant, holds, template4, template6, test6};
use crate::{BadPattern, EvaluationError, Fault, MAX_VALUE_LEN};

fn value6(text: &str, packet: &Options) -> Vec<u8> {
    template6(text).unwrap().evaluate(packet).unwrap().to_vec()
}

fn holds6(text: &str, packet: &Options) -> bool {
    test6(text).unwrap().evaluate(packet).unwrap()
}

fn with(code: u16, payload: &[u8]) -> Options {
    Options { options: vec![(code, payload.to_vec())], relays: Vec::new() }
}

/// An option of DHCPv6 as it is on the wire.
fn option6(code: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    [&code.to_be_bytes(), &length.to_be_bytes(), payload].concat()
}

#[test]
fn rule_2_1_an_evaluation_error_says_which_function_got_what() {
    let error = constant("uint16totext('abc')").unwrap_err();
    assert_eq!(error, EvaluationError::Size { function: "uint16totext", length: 3 });
    assert_eq!(error.to_string(), "uint16totext of 3 bytes; it takes 2");
}

#[test]
fn rule_2_2_numbers_are_four_bytes_in_network_order() {
    assert_eq!(constant("258").unwrap(), [0, 0, 1, 2]);
    assert_eq!(constant("4294967295").unwrap(), [255; 4]);
    let packet = Options::default();
    assert_eq!(value6("pkt6.msgtype", &packet), [0, 0, 0, 1]);
    assert_eq!(value6("pkt6.transid", &packet), [0, 0xab, 0xcd, 0xef]);
    assert_eq!(value6("pkt.len", &packet), [0, 0, 2, 1]);
}

#[test]
fn rule_2_3_what_is_missing_is_empty_and_does_not_exist() {
    let packet = Options::default();
    for text in [
        "option[1].hex",
        "option[1].text",
        "option[1].option[2].hex",
        "relay6[0].peeraddr",
        "relay6[-1].linkaddr",
        "relay6[0].option[1].hex",
        "vendor.enterprise",
        "vendor-class.enterprise",
        "vendor[1].option[1].hex",
        "vendor-class[1].data",
    ] {
        assert_eq!(value6(text, &packet), b"", "{text}");
    }
    for text in ["option[1].exists", "relay6[0].option[1].exists", "vendor[*].exists"] {
        assert!(!holds6(text, &packet), "{text}");
    }
    assert_eq!(template4("pkt4.mac").unwrap().evaluate(&packet).unwrap().len(), 0);
}

#[test]
fn rule_2_3_an_empty_option_exists() {
    let packet = with(14, b"");
    assert!(holds6("option[14].exists and option[14].hex == ''", &packet));
}

#[test]
fn rule_2_4_options_within_options_are_behind_fixed_fields() {
    let address = option6(5, &[[7; 24].as_slice(), &option6(13, b"ok")].concat());
    for code in [3, 25] {
        let packet = with(code, &[[1; 12].as_slice(), &address, &option6(13, b"x")].concat());
        assert_eq!(value6(&format!("option[{code}].option[13].hex"), &packet), b"x");
    }
    let packet = with(3, &[[1; 12].as_slice(), &address].concat());
    assert_eq!(value6("option[3].option[5].option[13].hex", &packet), b"ok");
    assert!(!holds6("option[3].option[5].option[14].exists", &packet));
    let rule = [[0; 7].as_slice(), &[33], &[1; 5], &option6(93, b"ports")].concat();
    let packet = with(94, &option6(89, &rule));
    assert_eq!(value6("option[94].option[89].option[93].hex", &packet), b"ports");
}

#[test]
fn rule_2_4_options_within_an_option_are_packed_in_the_order_of_their_codes() {
    let (one, two) = (option6(5, b"one"), option6(13, b"two"));
    let packet = with(4, &[&[1, 2, 3, 4], &*two, &one].concat());
    let packed = [&[1, 2, 3, 4], &*one, &two].concat();
    assert_eq!(value6("option[4].hex", &packet), packed);
    let damaged = [&[1, 2, 3, 4], &*two, &one, &[0]].concat();
    assert_eq!(value6("option[4].hex", &with(4, &damaged)), damaged);
}

#[test]
fn rule_2_4_the_text_of_an_option_is_asked_for_with_its_place() {
    let packet = with(17, &[&[0, 0, 0, 9], &*option6(1, b"a")].concat());
    assert_eq!(value6("option[17].text", &packet), b"[17] of None");
    assert_eq!(value6("option[17].option[1].text", &packet), b"[17, 1] of None");
    assert_eq!(value6("vendor[*].option[1].text", &packet), b"[17, 1] of Some(9)");
}

#[test]
fn rule_2_5_substring_counts_from_either_end() {
    for (text, expected) in [
        ("substring('foobar', -1, -3)", "oba"),
        ("substring('foobar', 4, -2)", "ob"),
        ("substring('foobar', 10, 2)", ""),
        ("substring('foobar', 2, -5)", "fo"),
        ("substring('foobar', 3, 9)", "bar"),
        ("substring('foobar', -3, all)", "bar"),
        ("substring('foobar', -9223372036854775808, -9223372036854775808)", ""),
        ("substring('foobar', 1, 9223372036854775807)", "oobar"),
        ("substring('foobar', 1, -9223372036854775808)", "f"),
        ("substring('foo' + 'bar', 1, 4)", "ooba"),
        ("substring(10.48.49.50, 1, all)", "012"),
    ] {
        assert_eq!(constant(text).unwrap(), expected.as_bytes(), "{text}");
    }
}

#[test]
fn rule_2_6_split_counts_fields_from_1() {
    for (text, expected) in [
        ("split('one.two..four', '.', 1)", "one"),
        ("split('one.two..four', '.', 3)", ""),
        ("split('one.two..four', '.', 4)", "four"),
        ("split('one.two..four', '.', 5)", ""),
        ("split('one.two..four', '.', 0)", ""),
        ("split('one.two..four', '.', -9223372036854775808)", ""),
        ("split('one.two:three', ':.', 3)", "three"),
        ("split('one.two', '', 7)", "one.two"),
    ] {
        assert_eq!(constant(text).unwrap(), expected.as_bytes(), "{text}");
    }
}

#[test]
fn rule_2_7_match_is_for_the_whole_value() {
    assert_eq!(holds("match('foo.*', 'foobar')"), Ok(true));
    assert_eq!(holds("match('foo', 'foobar')"), Ok(false));
    assert_eq!(holds("match('foo|foobar', 'foobar')"), Ok(true));
}

#[test]
fn rule_2_7_a_bad_regular_expression_is_refused_with_the_reason() {
    for (pattern, reason) in [
        (r"(a)\1", BadPattern::BackReference),
        ("(?=a)a", BadPattern::LookAhead),
        ("(?!a)b", BadPattern::LookAhead),
        ("(?i)a", BadPattern::Group),
        ("[[.a.]]", BadPattern::Collating),
        ("[[:letter:]]", BadPattern::Class("letter".into())),
        ("[a-z", BadPattern::Unclosed),
        ("[z-a]", BadPattern::Range),
        ("a{2,1}", BadPattern::Count),
        (r"\x4", BadPattern::Escape),
        (r"\u1234", BadPattern::Escape),
        ("a(b", BadPattern::Syntax("unclosed group".into())),
        ("(a{1,1000}){1,1000}", BadPattern::TooLarge),
    ] {
        let error = template4(&format!("ifelse(match('{pattern}', 'a'), 'b', 'c')")).unwrap_err();
        assert_eq!(*error.fault(), Fault::Pattern(reason), "{pattern}");
        assert_eq!(error.span(), 13..13 + pattern.len() + 2, "{pattern}");
    }
}

#[test]
fn rule_2_8_hexstring_joins_pairs_in_small_letters() {
    assert_eq!(constant("hexstring(0xABCDEF, ':')").unwrap(), b"ab:cd:ef");
    assert_eq!(constant("hexstring('', ':')").unwrap(), b"");
}

#[test]
fn rule_2_9_numbers_and_addresses_become_text() {
    for (text, expected) in [
        ("addrtotext(192.10.0.1)", "192.10.0.1"),
        ("addrtotext(2003:db8::)", "2003:db8::"),
        ("addrtotext(::1.2.3.4)", "::1.2.3.4"),
        ("int8totext(0xff)", "-1"),
        ("int16totext(0x8000)", "-32768"),
        ("int32totext(4294967295)", "-1"),
        ("uint8totext(0xff)", "255"),
        ("uint16totext(0xffff)", "65535"),
        ("uint32totext(4294967295)", "4294967295"),
        ("uint32totext('')", ""),
    ] {
        assert_eq!(constant(text).unwrap(), expected.as_bytes(), "{text}");
    }
}

#[test]
fn rule_2_10_only_ascii_letters_change() {
    assert_eq!(constant("lcase('ABCÉ1')").unwrap(), "abcÉ1".as_bytes());
    assert_eq!(constant("ucase('abcé1')").unwrap(), "ABCé1".as_bytes());
}

#[test]
fn rule_2_11_vendor_options_are_of_an_enterprise() {
    let payload = [&4491_u32.to_be_bytes(), &*option6(1, b"docsis3.0")].concat();
    let packet = with(17, &payload);
    assert_eq!(value6("vendor.enterprise", &packet), 4491_u32.to_be_bytes());
    assert_eq!(value6("vendor[4491].option[1].hex", &packet), b"docsis3.0");
    assert_eq!(value6("vendor[*].option[1].hex", &packet), b"docsis3.0");
    assert!(holds6("vendor[0].exists and not vendor[1].exists", &packet));
    assert!(!holds6("vendor[1].option[1].exists", &packet));
}

#[test]
fn rule_2_11_a_vendor_class_has_chunks_from_0() {
    let payload = [&[0, 0, 0, 9, 0, 3][..], b"one", &[0, 0, 0, 3], b"two", &[0, 9, 1]].concat();
    let packet = with(16, &payload);
    assert_eq!(value6("vendor-class[9].data", &packet), b"one");
    assert_eq!(value6("vendor-class[9].data[1]", &packet), b"");
    assert_eq!(value6("vendor-class[*].data[2]", &packet), b"two");
    assert_eq!(value6("vendor-class[*].data[3]", &packet), b"");
    assert_eq!(value6("vendor-class[8].data", &packet), b"");
}

#[test]
fn rule_2_12_the_packet_tells_where_it_came_from() {
    let packet = Options::default();
    assert_eq!(value6("pkt.iface", &packet), b"eth0");
    assert!(holds6("pkt.src == ::1 and pkt.dst == ::", &packet));
}

#[test]
fn relays_are_counted_from_either_end() {
    let options = |name: &[u8]| option6(18, name);
    let relays = vec![options(b"server's"), options(b"middle"), options(b"client's")];
    let packet = Options { options: Vec::new(), relays };
    let interface = |nest: i8| value6(&format!("relay6[{nest}].option[18].hex"), &packet);
    assert_eq!([interface(0), interface(-3)], [b"server's", b"server's"]);
    assert_eq!([interface(2), interface(-1)], [b"client's", b"client's"]);
    assert_eq!([interface(3), interface(-4)], [b"", b""]);
    let link = Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1);
    assert_eq!(value6("relay6[1].linkaddr", &packet), link.octets());
    assert!(holds6("relay6[1].peeraddr == fe80::1", &packet));
}

#[test]
fn a_value_does_not_grow_without_limit() {
    let (open, close) = ("hexstring(".repeat(100), ", ':')".repeat(100));
    assert_eq!(constant(&format!("{open}'a'{close}")), Err(EvaluationError::TooLong));
    let packet = with(14, &vec![b'a'; MAX_VALUE_LEN - 1]);
    let evaluate = |text: &str| template6(text).unwrap().evaluate(&packet).map(|value| value.len());
    assert_eq!(evaluate("option[14].hex + 'a'"), Ok(MAX_VALUE_LEN));
    assert_eq!(evaluate("option[14].hex + 'aa'"), Err(EvaluationError::TooLong));
}
