use proptest::prelude::*;

use super::*;
use crate::Data;

struct Files;

impl Loader for Files {
    fn load(&self, name: &str) -> Result<String, String> {
        match name {
            "members.json" => Ok("\"b\": 2,\n\"c\": [".to_owned()),
            "loop.json" => Ok("<?include \"loop.json\"?>".to_owned()),
            _ => Err("no such file".to_owned()),
        }
    }
}

fn read(text: &str) -> Result<Document, SyntaxError> {
    Document::read("test.json", text, &Files, Limits::default())
}

fn fault(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn comments_of_all_three_kinds_are_blank() {
    let text = "# one\n{ // two\n \"a\": /* three\n */ 1 }";
    let document = read(text).unwrap();
    assert_eq!(document.root, Value::object([("a", Value::from(1))]));
    assert_eq!(document.root.get("a").unwrap().at, At { source: 0, line: 4, column: 5 });
}

#[test]
fn an_include_may_stand_anywhere() {
    let document = read("{ \"a\": 1, <?include \"members.json\"?> 3 ] }").unwrap();
    assert_eq!(crate::compact(&document.root), r#"{"a":1,"b":2,"c":[3]}"#);
    assert_eq!(document.locate(document.root.get("b").unwrap().at), "members.json:1:6");
}

#[test]
fn endless_includes_are_refused() {
    assert_eq!(fault("<?include \"loop.json\"?>"), "loop.json:1:1: includes nested deeper than 10");
}

#[test]
fn a_trailing_comma_is_accepted_with_a_warning() {
    let document = read("[ 1, 2, ]").unwrap();
    assert_eq!(document.warnings.len(), 1);
    assert_eq!(document.warnings[0].at.column, 7);
}

#[test]
fn faults_name_file_line_and_column() {
    assert_eq!(fault("{\n \"a\": tru }"), "test.json:2:7: unexpected word \"tru\"");
    assert_eq!(fault("{ \"a\": 1, \"a\": 2 }"), "test.json:1:11: duplicate key \"a\"");
    assert_eq!(fault("[ +1 ]"), "test.json:1:3: unexpected character '+'");
    assert_eq!(fault("[ True ]"), "test.json:1:3: True must be written in lower case");
    assert_eq!(fault("{ \"a\" }"), "test.json:1:7: expected ':' after \"a\", found '}'");
    assert_eq!(
        fault("\"\\u0100\""),
        "test.json:1:2: only \\u0000 to \\u00ff can be escaped by \\u"
    );
    assert_eq!(fault("{} {"), "test.json:1:4: expected the end of the text, found '{'");
}

#[test]
fn nesting_is_bounded() {
    let text = "[".repeat(100_000);
    assert_eq!(fault(&text), "test.json:1:65: nested deeper than 64 levels");
}

#[test]
fn numbers_follow_keas_dialect() {
    let document = read("[ .5, -1, 1e3, 007 ]").unwrap();
    let list = document.root.as_list().unwrap();
    assert_eq!(list[0].data, Data::Real(0.5));
    assert_eq!(list[1].data, Data::Int(-1));
    assert_eq!(list[2].data, Data::Real(1000.0));
    assert_eq!(list[3].data, Data::Int(7));
    assert_eq!(document.warnings.len(), 1);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::new(Data::Null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |r| r.is_finite()).prop_map(Value::from),
        "[ -\u{ff}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..8).prop_map(Value::object),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        for text in [crate::compact(&value), crate::kea(&value), crate::pretty(&value)] {
            prop_assert_eq!(&read(&text).unwrap().root, &value);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,64}") {
        let _ = read(&text);
    }
}
