//! Subtree filters of notifications, RFC 6241 section 6 and RFC 5277 section 3.6.
//!
//! Datastores have their own way with subtree filters; this is for single elements that are sent
//! as a whole or not at all, so an expression that is true of them is enough.

use crate::xml::{Element, Malformed};

/// An expression that selects the elements that the filter's children describe, with names of
/// modules as prefixes; `None` if no element can be meant.
pub fn subtree_to_xpath(
    subtree: &str,
    module: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, Malformed> {
    let text = format!("<filter>{subtree}</filter>");
    let mut paths = Vec::new();
    for element in Element::document(&text)?.children()? {
        paths.extend(step(&element, &module)?.map(|step| format!("/{step}")));
    }
    Ok(if paths.is_empty() { None } else { Some(paths.join(" | ")) })
}

/// A location step that is true of an element like this one; `None` if there is none.
fn step(
    element: &Element<'_>,
    module: &impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, Malformed> {
    let Some(prefix) = module(element.namespace()) else { return Ok(None) };
    let mut step = format!("{prefix}:{}", element.name());
    let children = element.children()?;
    if children.is_empty() {
        let value = element.text()?;
        if !value.is_empty() {
            let Some(literal) = literal(&value) else { return Ok(None) };
            step.push_str(&format!("[. = {literal}]"));
        }
        return Ok(Some(step));
    }
    // All values have to match, and of what else is named, something has to be there.
    let (mut any, mut described) = (Vec::new(), false);
    for child in children {
        let matches_value = child.children()?.is_empty() && !child.text()?.is_empty();
        match self::step(&child, module)? {
            Some(inner) if matches_value => step.push_str(&format!("[{inner}]")),
            None if matches_value => return Ok(None),
            Some(inner) => {
                described = true;
                any.push(inner);
            }
            None => described = true,
        }
    }
    match (described, any.is_empty()) {
        (false, _) => {}
        (true, true) => return Ok(None),
        (true, false) => step.push_str(&format!("[{}]", any.join(" or "))),
    }
    Ok(Some(step))
}

/// XPath 1.0 has no way to write a text with both kinds of quotes.
fn literal(text: &str) -> Option<String> {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => Some(format!("'{text}'")),
        (true, false) => Some(format!("\"{text}\"")),
        (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xpath(subtree: &str) -> Option<String> {
        let module = |namespace: &str| namespace.strip_prefix("urn:").map(str::to_owned);
        subtree_to_xpath(subtree, module).unwrap()
    }

    #[test]
    fn values_are_needed_and_names_are_alternatives() {
        for (subtree, expected) in [
            ("<a xmlns='urn:m'/>", Some("/m:a")),
            ("<a xmlns='urn:m'><b>1</b></a>", Some("/m:a[m:b[. = '1']]")),
            ("<a xmlns='urn:m'><b>it's</b></a>", Some("/m:a[m:b[. = \"it's\"]]")),
            (
                "<a xmlns='urn:m'><b>1</b><c/><d><e>2</e></d></a>",
                Some("/m:a[m:b[. = '1']][m:c or m:d[m:e[. = '2']]]"),
            ),
            ("<a xmlns='urn:m'/><a xmlns='urn:n'/>", Some("/m:a | /n:a")),
            ("<a xmlns='nope'/><a xmlns='urn:n'/>", Some("/n:a")),
            ("<a xmlns='urn:m'><b xmlns='nope'/></a>", None),
            ("<a xmlns='urn:m'><b>'\"</b></a>", None),
            ("", None),
        ] {
            assert_eq!(xpath(subtree).as_deref(), expected, "{subtree}");
        }
    }
}
