//! What Kea makes of expressions, we do, too.

use super::packet::{Defined, Packet4, Packet6};
use crate::{Bytes, Family, Packet, Template, Test};

/// Where we differ: expressions with what we answer, by the reason.
const DIFFERENCES4: [(&str, &[(&str, &str)]); 8] = [
    ("Kea's manual has these words", &[("test known", "false"), ("test unknown", "true")]),
    (
        "Kea takes option 43 apart after the first classes only (rule 4.3); our packets decide",
        &[
            ("text option[43].option[1].hex", "0x616263"),
            ("text option[43].option[2].hex", "0x00000005"),
        ],
    ),
    (
        "a number is as good as another one that is too large",
        &[("text substring('foobar', 4294967296, 1)", "0x")],
    ),
    (
        "ECMAScript's control characters, which the C++ library takes for their letters",
        &[
            (r"test match('\x41\u0042\cJ\0', 0x41420a00)", "true"),
            (r"test match('\cJ', 0x0a)", "true"),
            (r"test match('\cj', 0x0a)", "true"),
            (r"test match('\cJ', 'J')", "false"),
        ],
    ),
    (
        "an escape that stands for no byte is more likely a mistake",
        &[(r"test match('\u1234', 'a')", "refused"), (r"test match('\c1', 'a')", "refused")],
    ),
    (
        "what our regular expressions cannot do, and what they do beside",
        &[
            ("test match('(?=a)a', 'a')", "refused"),
            ("test match('(?!b)a', 'a')", "refused"),
            (r"test match('(a)\1', 'aa')", "refused"),
            ("test match('[[.a.]]', 'a')", "refused"),
            ("test match('[[=a=]]', 'a')", "refused"),
            ("test match('^*a', 'a')", "true"),
        ],
    ),
    (
        "of several enterprises in one option Kea sees the lowest number only; we find each",
        &[
            ("test vendor[4491].exists", "true"),
            ("test vendor[4491].option[1].exists", "true"),
            ("text vendor[4491].option[1].hex", "0x6f6e65"),
            ("test vendor-class[4491].exists", "true"),
            ("text vendor-class[4491].data", "0x6368756e6b30"),
            ("text vendor-class[4491].data[0]", "0x6368756e6b30"),
            ("text vendor-class[4491].data[1]", "0x6368756e6b31"),
        ],
    ),
    (
        "an option is what was received, with all of its enterprises",
        &[
            (
                "text option[124].hex",
                "0x0000118b066368756e6b300000118b066368756e6b3100000de9056f74686572",
            ),
            (
                "text option[125].hex",
                "0x0000118b1101036f6e6506037369780105616761696e00000de9060404666f7572",
            ),
            ("text option[125].hex", "0x00000de90609046e696e650000118b0501036f6e65"),
        ],
    ),
];

/// The same for DHCPv6.
const DIFFERENCES6: [(&str, &[(&str, &str)]); 1] = [(
    "later versions of Kea look into more than one option",
    &[
        ("text option[3].option[5].option[13].hex", "0x000066696e65"),
        ("test option[3].option[5].option[14].exists", "false"),
        ("text option[94].option[89].option[93].hex", "0x04084200"),
    ],
)];

#[test]
fn every_expression_for_dhcpv4_has_the_value_that_kea_gives_it() {
    compare(Family::V4, include_str!("kea4.txt"), &DIFFERENCES4);
}

#[test]
fn every_expression_for_dhcpv6_has_the_value_that_kea_gives_it() {
    compare(Family::V6, include_str!("kea6.txt"), &DIFFERENCES6);
}

/// Evaluates each expression of a record on the packet above it.
fn compare(family: Family, record: &str, differences: &[(&str, &[(&str, &str)])]) {
    let mut message = Vec::new();
    let mut wrong = Vec::new();
    for line in record.lines().filter(|line| !line.starts_with('#')) {
        let Some((expression, expected)) = line.rsplit_once(" => ") else {
            if let Some(packet) = line.strip_prefix("packet ") {
                message = bytes(packet);
            }
            continue;
        };
        let found = match family {
            Family::V4 => answer(family, expression, &Packet4::new(&message)),
            Family::V6 => answer(family, expression, &Packet6::new(&message)),
        };
        if found != expected {
            wrong.push((expression, expected, found));
        }
    }
    let differences = differences.iter().flat_map(|(_, differences)| *differences);
    let unused = differences.filter(|(expression, ours)| {
        let before = wrong.len();
        wrong.retain(|(own, _, found)| own != expression || found != ours);
        wrong.len() == before
    });
    let unused: Vec<_> = unused.collect();
    assert!(unused.is_empty(), "no longer different: {unused:#?}");
    assert!(wrong.is_empty(), "expression, Kea's answer, ours: {wrong:#?}");
}

fn answer<P: Packet>(family: Family, expression: &str, packet: &P) -> String {
    let (kind, text) = expression.split_once(' ').unwrap();
    let answer = if kind == "test" {
        Test::parse(text, family, &Defined)
            .map(|test| test.evaluate(packet).map(|holds| holds.to_string()))
    } else {
        let digits = |value: Bytes<'_>| {
            value.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
        };
        Template::parse(text, family, &Defined)
            .map(|template| template.evaluate(packet).map(digits))
    };
    match answer {
        Ok(Ok(value)) => value,
        Ok(Err(_)) => "error".to_owned(),
        Err(_) => "refused".to_owned(),
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(pair).collect()
}
