//! Trees to text: on one line, as Kea spells its answers, or indented for people.

use crate::value::{Data, Map, Value};

/// On one line, without any white space.
#[must_use]
pub fn compact(value: &Value) -> String {
    write(value, Style { after_open: "", after_comma: ",", after_colon: ":", indent: None })
}

/// On one line with the white space that Kea's answers have: `{ "result": 0, "list": [ 1, 2 ] }`.
#[must_use]
pub fn kea(value: &Value) -> String {
    write(value, Style { after_open: " ", after_comma: ", ", after_colon: ": ", indent: None })
}

/// Indented by two spaces a level, with a newline at the end.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let style = Style { after_open: "", after_comma: ",", after_colon: ": ", indent: Some(2) };
    let mut text = write(value, style);
    text.push('\n');
    text
}

#[derive(Clone, Copy)]
struct Style {
    after_open: &'static str,
    after_comma: &'static str,
    after_colon: &'static str,
    indent: Option<usize>,
}

fn write(value: &Value, style: Style) -> String {
    let mut out = String::new();
    Writer { out: &mut out, style, depth: 0 }.value(value);
    out
}

struct Writer<'a> {
    out: &'a mut String,
    style: Style,
    depth: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) {
        match &value.data {
            Data::Null => self.out.push_str("null"),
            Data::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Data::Int(int) => self.out.push_str(&int.to_string()),
            // `{:?}` keeps the ".0" that tells a real number from an integer.
            Data::Real(real) => self.out.push_str(&format!("{real:?}")),
            Data::Text(text) => quoted(self.out, text),
            Data::List(list) => self.list(list),
            Data::Map(map) => self.map(map),
        }
    }

    fn list(&mut self, list: &[Value]) {
        self.out.push('[');
        self.depth += 1;
        for (index, element) in list.iter().enumerate() {
            self.before(index);
            self.value(element);
        }
        self.depth -= 1;
        self.after(list.is_empty());
        self.out.push(']');
    }

    fn map(&mut self, map: &Map) {
        self.out.push('{');
        self.depth += 1;
        for (index, (key, value)) in map.iter().enumerate() {
            self.before(index);
            quoted(self.out, key);
            self.out.push_str(self.style.after_colon);
            self.value(value);
        }
        self.depth -= 1;
        self.after(map.is_empty());
        self.out.push('}');
    }

    fn before(&mut self, index: usize) {
        self.out.push_str(if index == 0 { self.style.after_open } else { self.style.after_comma });
        self.new_line();
    }

    fn after(&mut self, empty: bool) {
        self.out.push_str(self.style.after_open);
        if empty {
            // Kea prints `{  }` and `[  ]`.
            self.out.push_str(self.style.after_open);
        } else {
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        if let Some(width) = self.style.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', width * self.depth));
        }
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        Value::object([
            ("result", Value::from(0)),
            ("list", Value::from(vec![Value::from(1.0), Value::from("a\"\n")])),
            ("empty", Value::map()),
        ])
    }

    #[test]
    fn answers_look_as_keas_do() {
        assert_eq!(kea(&sample()), r#"{ "result": 0, "list": [ 1.0, "a\"\n" ], "empty": {  } }"#);
    }

    #[test]
    fn compact_has_no_white_space() {
        assert_eq!(compact(&sample()), r#"{"result":0,"list":[1.0,"a\"\n"],"empty":{}}"#);
    }

    #[test]
    fn pretty_indents_by_two() {
        assert_eq!(
            pretty(&sample()),
            "{\n  \"result\": 0,\n  \"list\": [\n    1.0,\n    \"a\\\"\\n\"\n  ],\n  \"empty\": {}\n}\n"
        );
    }
}
