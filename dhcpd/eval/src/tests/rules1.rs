//! Sections 1 and 3 of `spec/classification.md`: the grammar, and classes in it.

use super::packet::{Options, constant, holds, template4, template6, test4, test6};
use crate::{Family, Fault, MAX_NESTING, MAX_TEXT_LEN, is_built_in_class};

/// An expression that fails with an error that is not needed if only what is needed is evaluated.
const FAILS: &str = "int8totext(0x0102) == '1'";

#[test]
fn rule_1_1_strings_have_no_escapes_and_end_on_their_line() {
    assert_eq!(constant(r"'a\n'").unwrap(), br"a\n");
    assert_eq!(constant("''").unwrap(), b"");
    for bad in ["'a", "'a\n'", "'a''"] {
        let error = template4(bad).unwrap_err();
        assert_eq!(*error.fault(), Fault::Unterminated, "{bad}");
    }
}

#[test]
fn rule_1_1_an_odd_number_of_hexadecimal_digits_gets_a_leading_zero() {
    assert_eq!(constant("0x123").unwrap(), [1, 0x23]);
    assert_eq!(constant("0XaBcD").unwrap(), [0xab, 0xcd]);
}

#[test]
fn rule_1_1_addresses_stand_without_quotes() {
    assert_eq!(constant("10.0.0.1").unwrap(), [10, 0, 0, 1]);
    assert_eq!(constant("abcd::1").unwrap()[..3], [0xab, 0xcd, 0]);
    assert_eq!(*template4("1.2.3.256").unwrap_err().fault(), Fault::Address("1.2.3.256".into()));
    assert_eq!(*template4("1::2::3").unwrap_err().fault(), Fault::Address("1::2::3".into()));
}

#[test]
fn rule_1_2_names_are_looked_up_in_the_outermost_option_only() {
    assert_eq!(test4("option[host-name].exists").unwrap().to_string(), "option[12].exists");
    let error = test4("option[nosuch].exists").unwrap_err();
    assert_eq!((error.span(), error.fault().clone()), (7..13, Fault::Option("nosuch".into())));
    for bad in ["option[82].option[host-name].exists", "relay4[host-name].exists"] {
        assert!(matches!(test4(bad).unwrap_err().fault(), Fault::Unexpected { .. }), "{bad}");
    }
}

#[test]
fn rule_1_2_options_within_those_of_relays_and_vendors_may_have_names() {
    let expression = test4("relay4[1].option[host-name].exists").unwrap();
    assert_eq!(expression.to_string(), "option[82].option[1].option[12].exists");
    let expression = test6("relay6[0].option[1].option[interface-id].exists").unwrap();
    assert_eq!(expression.to_string(), "relay6[0].option[1].option[18].exists");
    let expression = test6("vendor[*].option[1].option[interface-id].exists").unwrap();
    assert_eq!(expression.to_string(), "vendor[*].option[1].option[18].exists");
}

#[test]
fn rule_1_3_blanks_are_skipped_and_words_are_in_small_letters() {
    assert_eq!(holds("\t'a'\n==\n\n  'a' "), Ok(true));
    assert_eq!(holds("not'a'=='b'and'a'=='a'"), Ok(true));
    let error = test4("'a' == 'a' AND 'b' == 'b'").unwrap_err();
    assert_eq!(*error.fault(), Fault::Word { word: "AND".into(), similar: Some("and") });
    assert_eq!(error.span(), 11..14);
    assert_eq!(*test4("'a' == 'a'\r").unwrap_err().fault(), Fault::Character('\r'));
}

#[test]
fn rule_1_4_not_binds_tightest_then_and_sand_or_sor() {
    for (text, meant) in [
        ("not 'a' == 'a' and 'a' == 'b'", "(not 'a' == 'a') and 'a' == 'b'"),
        ("'a' == 'a' or 'a' == 'a' and 'a' == 'b'", "'a' == 'a' or ('a' == 'a' and 'a' == 'b')"),
        (
            "'a' == 'b' sand 'c' == 'd' and 'e' == 'f'",
            "'a' == 'b' sand ('c' == 'd' and 'e' == 'f')",
        ),
        ("'a' == 'b' or 'c' == 'd' sand 'e' == 'f'", "'a' == 'b' or ('c' == 'd' sand 'e' == 'f')"),
        ("'a' == 'b' sor 'c' == 'd' or 'e' == 'f'", "'a' == 'b' sor ('c' == 'd' or 'e' == 'f')"),
        ("'a' + 'b' == 'c' + 'd'", "('a' + 'b') == ('c' + 'd')"),
    ] {
        assert_eq!(test4(text), test4(meant), "{text}");
    }
}

#[test]
fn rule_1_4_operators_are_left_associative() {
    assert_eq!(constant("'a' + 'b' + 'c'").unwrap(), b"abc");
    let error = test4("'a' == 'b' == 'c'").unwrap_err();
    assert_eq!(
        error.to_string(),
        "'==' where 'and', 'or' or the end was expected (at character 12)"
    );
}

#[test]
fn rule_1_4_brackets_hold_conditions_and_values() {
    assert_eq!(holds("(('a')) == ('a' + (''))"), Ok(true));
    assert_eq!(holds("(('a' == 'a'))"), Ok(true));
    assert_eq!(*test4("('a' == 'b') == 'c'").unwrap_err().fault(), Fault::Condition);
    assert_eq!(*test4("('a') and 'b' == 'b'").unwrap_err().fault(), Fault::Value);
}

#[test]
fn rule_1_5_and_or_and_ifelse_leave_out_what_is_not_needed() {
    assert_eq!(holds(&format!("'a' == 'b' and {FAILS}")), Ok(false));
    assert_eq!(holds(&format!("'a' == 'a' or {FAILS}")), Ok(true));
    assert_eq!(constant("ifelse('a' == 'a', 'b', int8totext(1))").unwrap(), b"b");
    assert!(holds(&format!("'a' == 'a' and {FAILS}")).is_err());
}

#[test]
fn rule_1_5_sand_sor_and_sifelse_evaluate_all() {
    assert!(holds(&format!("'a' == 'b' sand {FAILS}")).is_err());
    assert!(holds(&format!("'a' == 'a' sor {FAILS}")).is_err());
    assert!(constant("sifelse('a' == 'a', 'b', int8totext(1))").is_err());
    assert_eq!(holds("'a' == 'a' sand 'a' == 'b' sor 'a' == 'a'"), Ok(true));
}

#[test]
fn rule_1_6_known_and_unknown_are_short_for_membership() {
    assert_eq!(test4("known"), test4("member('KNOWN')"));
    assert_eq!(test4("unknown"), test4("not member('KNOWN')"));
}

#[test]
fn what_is_of_the_other_protocol_is_refused() {
    for text in ["relay4[1].exists", "pkt4.mac == 0x01"] {
        assert!(test4(text).is_ok(), "{text}");
        let error = test6(text).unwrap_err();
        assert!(matches!(error.fault(), Fault::Family { family: Family::V6, .. }), "{text}");
    }
    for text in ["relay6[0].peeraddr == ::1", "pkt6.msgtype == 1"] {
        assert!(test6(text).is_ok(), "{text}");
        let error = test4(text).unwrap_err();
        assert!(matches!(error.fault(), Fault::Family { family: Family::V4, .. }), "{text}");
    }
}

#[test]
fn numbers_have_a_range_by_what_they_are() {
    for text in [
        "option[255].exists",
        "vendor[4294967295].exists",
        "vendor-class[1].data[255] == 4294967295",
    ] {
        assert!(test4(text).is_ok(), "{text}");
    }
    for text in [
        "option[256].exists",
        "option[-1].exists",
        "vendor[-1].exists",
        "vendor[4294967296].exists",
        "vendor-class[1].data[256] == 'a'",
        "'a' == -1",
        "'a' == 4294967296",
        "'a' == 99999999999999999999",
    ] {
        assert!(matches!(test4(text).unwrap_err().fault(), Fault::Range { .. }), "{text}");
    }
    for (text, is_good) in [
        ("option[65535].exists", true),
        ("option[65536].exists", false),
        ("relay6[-32].option[1].exists", true),
        ("relay6[31].option[1].exists", true),
        ("relay6[-33].option[1].exists", false),
        ("relay6[32].option[1].exists", false),
    ] {
        assert_eq!(test6(text).is_ok(), is_good, "{text}");
    }
}

#[test]
fn an_error_says_what_is_there_and_what_should_be() {
    for (text, expected) in [
        ("", "the end where a value or a condition was expected (at character 1)"),
        ("option[12]", "the end where '.' was expected (at character 11)"),
        (
            "option[12].mac == 1",
            "'mac' where 'option', 'hex', 'text' or 'exists' was expected (at character 12)",
        ),
        ("pkt.ifname == 1", "the word 'ifname' has no meaning (at character 5)"),
        ("matches('a', 'b')", "the word 'matches' has no meaning (at character 1)"),
        ("'a' = 'a'", "the character '=' has no meaning here (at character 5)"),
        ("concat('a', 'b', 'c') == 'a'", "',' where ')' was expected (at character 16)"),
        (
            "option[300].exists",
            "the option code must be between 0 and 255, not 300 (at character 8)",
        ),
        ("substring('a', 'b', 1) == 'a'", "a string where a number was expected (at character 16)"),
        (
            "'a'",
            "this is a value, a condition was expected ('==' compares values) (at character 1)",
        ),
    ] {
        assert_eq!(test4(text).unwrap_err().to_string(), expected, "{text}");
    }
    assert_eq!(
        template4("'a' == 'b'").unwrap_err().to_string(),
        "this is a condition, a value was expected (at character 1)"
    );
}

#[test]
fn an_error_is_shown_under_its_line() {
    let text = "'a' == 'a' and\n\t('é' = 'b'\n)";
    let shown = test4(text).unwrap_err().render(text);
    assert_eq!(shown, "the character '=' has no meaning here\n  \t('é' = 'b'\n  \t     ^");
    let text = "member('ALL') and";
    let shown = test4(text).unwrap_err().render(text);
    let expected = "the end where a value or a condition was expected\n  member('ALL') and\n                   ^";
    assert_eq!(shown, expected);
}

#[test]
fn a_text_has_limits_in_length_and_depth() {
    let nested = |depth| format!("{}'a' == 'a'{}", "(".repeat(depth), ")".repeat(depth));
    assert!(test4(&nested(MAX_NESTING)).is_ok());
    assert_eq!(*test4(&nested(MAX_NESTING + 1)).unwrap_err().fault(), Fault::TooDeep);
    for part in ["not ", "(", "lcase(", "ifelse('a'=='a',", "'a'==("] {
        let text = part.repeat(MAX_TEXT_LEN / part.len());
        assert_eq!(*test4(&text).unwrap_err().fault(), Fault::TooDeep, "{part}");
    }
    let long = format!("'a' == '{}'", "a".repeat(MAX_TEXT_LEN));
    assert_eq!(*test4(&long).unwrap_err().fault(), Fault::TooLong(long.len()));
}

#[test]
fn long_rows_of_operators_do_not_nest() {
    let row = |part: &str, between: &str| {
        let count = MAX_TEXT_LEN / (part.len() + between.len());
        vec![part; count].join(between)
    };
    for between in ["and", "or", "sand", "sor"] {
        let test = test4(&row("''==''", between)).unwrap();
        assert_eq!(test.evaluate(&Options::default()), Ok(true));
        assert_eq!(test4(&test.to_string().replace(' ', "")), Ok(test));
    }
    let template = template4(&row("'a'", "+")).unwrap();
    assert_eq!(template.evaluate(&Options::default()).unwrap().len(), MAX_TEXT_LEN / 4);
}

#[test]
fn rule_3_3_a_test_asks_for_classes_that_are_there() {
    assert!(test4("member('defined')").is_ok());
    let error = test4("not member('later')").unwrap_err();
    assert_eq!((error.span(), error.fault().clone()), (11..18, Fault::Class("later".into())));
}

#[test]
fn rule_3_3_a_template_may_ask_for_any_class() {
    assert!(template4("ifelse(member('later'), 'a', 'b')").is_ok());
    assert!(template6("ifelse(member('later'), 'a', 'b')").is_ok());
}

#[test]
fn rule_3_4_built_in_classes_need_no_definition() {
    for name in
        ["ALL", "KNOWN", "UNKNOWN", "BOOTP", "VENDOR_CLASS_x", "HA_x", "AFTER_x", "EXTERNAL_x"]
    {
        assert!(is_built_in_class(name), "{name}");
        assert!(test4(&format!("member('{name}')")).is_ok(), "{name}");
    }
    for name in ["", "all", "HA_", "DROP", "SKIP_DDNS", "SPAWN_a_b"] {
        assert!(!is_built_in_class(name), "{name}");
    }
}

#[test]
fn rule_3_5_an_expression_knows_which_classes_it_asks_for() {
    let test = test4("member('defined') or member('ALL') and not member('defined')").unwrap();
    assert_eq!(test.classes().collect::<Vec<_>>(), ["ALL", "defined"]);
    assert!(test.asks_for("ALL") && !test.asks_for("KNOWN"));
}

#[test]
fn rule_3_5_dependence_on_known_is_direct_or_through_classes() {
    let depends = |text: &str| test4(text).unwrap().depends_on_known(|class| class == "defined");
    assert!(depends("known") && depends("unknown") && depends("member('UNKNOWN')"));
    assert!(depends("member('defined')"));
    assert!(!depends("member('ALL')") && !depends("'KNOWN' == 'KNOWN'"));
}

#[test]
fn a_small_stack_is_enough() {
    let work = || {
        for (open, inner, close) in [
            ("(", "'a' == 'a'", ")"),
            ("not ", "'a' == 'a'", ""),
            ("lcase(", "'a'", ")"),
            ("ifelse(known and 'a' == 'a' or 'b' == 'b', 'a' + ", "'a'", ", 'b')"),
            ("ifelse('a' == ", "'a'", ", 'a', 'b')"),
            ("substring(concat('a', ", "'a'", "), 0, all)"),
        ] {
            let depth = MAX_NESTING / open.matches('(').count().max(1);
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let text = if inner == "'a'" { format!("{text} == 'a'") } else { text };
            let test = test4(&text).unwrap();
            test.evaluate(&Options::default()).unwrap();
            // What is compared would fill pages.
            assert!(test4(&test.to_string()).as_ref() == Ok(&test), "{open}");
        }
    };
    let stack = if cfg!(debug_assertions) { 3 << 19 } else { 1 << 19 };
    std::thread::Builder::new().stack_size(stack).spawn(work).unwrap().join().unwrap();
}

#[test]
fn threads_share_expressions() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<(crate::Test, crate::Template)>();
}
