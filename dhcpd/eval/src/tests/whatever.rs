//! What holds for any text and any packet.

use proptest::collection::vec;
use proptest::prelude::*;

use super::packet::{Defined, Options};
use crate::{Family, Template, Test};

/// Compiles a text in all ways; what is compiled must be the same again from its own text, and have
/// a value or an error for the packet.
fn try_everything(text: &str, packet: &Options) -> Result<(), TestCaseError> {
    for family in [Family::V4, Family::V6] {
        match Test::parse(text, family, &Defined) {
            Ok(test) => {
                let _ = test.evaluate(packet);
                prop_assert_eq!(Test::parse(&test.to_string(), family, &Defined), Ok(test));
            }
            Err(error) => prop_assert!(error.render(text).contains('^')),
        }
        match Template::parse(text, family, &Defined) {
            Ok(template) => {
                let _ = template.evaluate(packet);
                prop_assert_eq!(
                    Template::parse(&template.to_string(), family, &Defined),
                    Ok(template)
                );
            }
            Err(error) => prop_assert!(error.span().end <= text.len()),
        }
    }
    Ok(())
}

/// Parts of the language in any order.
fn parts() -> impl Strategy<Value = String> {
    let part = prop_oneof![prop::sample::select(vec![
        "not ",
        " and ",
        " or ",
        " sand ",
        " sor ",
        "option[",
        "relay4[",
        "relay6[",
        "vendor[",
        "vendor-class[",
        "vendor.",
        "].",
        "]",
        "pkt.",
        "pkt4.",
        "pkt6.",
        "exists",
        "hex",
        "text",
        "data",
        "mac",
        "iface",
        "enterprise",
        "member('ALL')",
        "known",
        "unknown",
        "match('",
        "substring(",
        "split(",
        "concat(",
        "ifelse(",
        "hexstring(",
        "lcase(",
        "addrtotext(",
        "int8totext(",
        "(",
        ")",
        ",",
        "+",
        "==",
        "*",
        "'",
        "'a'",
        "0x1",
        "1",
        "-1",
        "::1",
        "1.2.3.4",
        "host-name",
        "all",
        " ",
        "\n",
        "é",
    ]),];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "'a'",
        "''",
        "0x00ff",
        "7",
        "10.0.0.1",
        "2001:db8::1",
        "::1.2.3.4",
        "pkt.src",
        "pkt.iface",
        "option[1].hex",
        "option[2].option[3].hex",
        "option[82].text",
        "option[3].option[5].hex",
        "vendor.enterprise",
        "vendor[*].option[1].hex",
        "vendor[9].option[1].option[2].text",
        "vendor-class[*].data",
        "vendor-class[9].data[2]",
        "option[43].option[1].option[2].hex",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, |inner| {
        let number = -9_i64..9;
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} + ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("concat({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("hexstring({a}, {b})")),
            (inner.clone(), number.clone()).prop_map(|(a, n)| format!("substring({a}, {n}, all)")),
            (inner.clone(), number.clone(), number.clone())
                .prop_map(|(a, n, m)| format!("substring({a}, {n}, {m})")),
            (inner.clone(), inner.clone(), number)
                .prop_map(|(a, b, n)| format!("split({a}, {b}, {n})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("ifelse({a} == {b} or known, {b}, {c})")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("sifelse(match('[ab]*', {a}), {b}, {a})")),
            inner.clone().prop_map(|a| format!("ucase({a})")),
            inner.clone().prop_map(|a| format!("addrtotext({a})")),
            inner.prop_map(|a| format!("int32totext({a})")),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "known",
            "unknown",
            "member('ALL')",
            "option[1].exists",
            "option[125].option[1].exists",
            "vendor[*].exists",
            "vendor-class[9].exists",
            "option[17].option[1].exists",
        ])
        .prop_map(str::to_owned),
        (value(), value()).prop_map(|(a, b)| format!("{a} == {b}")),
        value().prop_map(|a| format!("match('a|\\d+[^x-z]', {a})")),
    ];
    leaf.prop_recursive(5, 30, 3, |inner| {
        let operator = prop::sample::select(vec!["and", "or", "sand", "sor"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.prop_map(|a| format!("not {a}")),
        ]
    })
}

fn packet() -> impl Strategy<Value = Options> {
    let code = prop::sample::select(vec![1, 2, 3, 16, 17, 43, 82, 124, 125]);
    // Low numbers make it likely that something is an option.
    let bytes = || vec(prop_oneof![4 => 0..10_u8, 1 => any::<u8>()], 0..60);
    (vec((code, bytes()), 0..9), vec(bytes(), 0..3))
        .prop_map(|(options, relays)| Options { options, relays })
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(text in any::<String>(), packet in packet()) {
        try_everything(&text, &packet)?;
    }

    #[test]
    fn no_parts_in_any_order_make_a_panic(text in parts(), packet in packet()) {
        try_everything(&text, &packet)?;
    }

    #[test]
    fn a_value_is_compiled_and_evaluated(text in value(), packet in packet()) {
        prop_assert!(Template::parse(&text, Family::V4, &Defined).is_ok(), "{}", text);
        try_everything(&text, &packet)?;
    }

    #[test]
    fn a_condition_is_compiled_and_evaluated(text in condition(), packet in packet()) {
        prop_assert!(Test::parse(&text, Family::V6, &Defined).is_ok(), "{}", text);
        try_everything(&text, &packet)?;
    }

    #[test]
    fn no_regular_expression_makes_a_panic(
        pattern in r"[a\[\](){}|*+?^$.\\0-9:,=!<>bcduxwé&~-]{0,20}",
        packet in packet(),
    ) {
        try_everything(&format!("match('{pattern}', option[1].hex + 'a')"), &packet)?;
    }
}
