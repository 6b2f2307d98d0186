//! How scenario files are laid out: what fits stands on one line.

use ruru_json::{Data, Value, kea};

/// The length of a line.
const WIDTH: usize = 100;

/// The text of a file.
pub(super) fn write(value: &Value) -> String {
    let mut text = String::new();
    element(&mut text, value, 0, 0);
    text.push('\n');
    text
}

/// Writes a value that begins in the line's column `used`.
fn element(text: &mut String, value: &Value, depth: usize, used: usize) {
    let line = one_line(value);
    // One more for the comma behind it.
    if used + line.chars().count() < WIDTH && depth > 0 {
        text.push_str(&line);
        return;
    }
    match &value.data {
        Data::Map(map) if !map.is_empty() => {
            let members = map.iter().map(|(key, value)| (Some(key), value));
            block(text, ['{', '}'], members, depth);
        }
        Data::List(list) if !list.is_empty() => {
            block(text, ['[', ']'], list.iter().map(|value| (None, value)), depth);
        }
        _ => text.push_str(&line),
    }
}

fn one_line(value: &Value) -> String {
    match &value.data {
        Data::Map(map) if !map.is_empty() => {
            let members = map
                .iter()
                .map(|(key, value)| format!("{}: {}", kea(&Value::from(key)), one_line(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Data::List(list) if !list.is_empty() => {
            let elements: Vec<String> = list.iter().map(one_line).collect();
            format!("[ {} ]", elements.join(", "))
        }
        Data::Map(_) => "{}".to_owned(),
        Data::List(_) => "[]".to_owned(),
        _ => kea(value),
    }
}

fn block<'a>(
    text: &mut String,
    [open, close]: [char; 2],
    members: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    depth: usize,
) {
    text.push(open);
    let mut separator = "\n";
    for (key, value) in members {
        text.push_str(separator);
        separator = ",\n";
        let mut start = "  ".repeat(depth + 1);
        if let Some(key) = key {
            start.push_str(&kea(&Value::from(key)));
            start.push_str(": ");
        }
        text.push_str(&start);
        element(text, value, depth + 1, start.chars().count());
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line() {
        let long = "x".repeat(90);
        let text = format!("{{\"a\": [1, 2], \"b\": [\"{long}\", {{\"c\": {{}}}}]}}");
        let root = Document::from_peer(&text).unwrap().root;
        let expected = format!(
            "{{\n  \"a\": [ 1, 2 ],\n  \"b\": [\n    \"{long}\",\n    {{ \"c\": {{}} }}\n  ]\n}}\n"
        );
        assert_eq!(write(&root), expected);
    }
}
