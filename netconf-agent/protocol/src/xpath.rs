//! Paths between XML, where prefixes stand for namespaces, and the datastore, where they are
//! names of modules (RFC 7951 section 6.11).

use crate::error::ErrorPath;

/// An expression uses a prefix that is not declared, or whose namespace is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the prefix {0} does not stand for a known module")]
pub struct UnknownPrefix(pub String);

/// The expression with every prefix replaced by what `resolve` makes of it.
pub fn resolve_prefixes(
    expression: &str,
    resolve: impl Fn(&str) -> Option<String>,
) -> Result<String, UnknownPrefix> {
    let mut result = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '"' | '\'' => quoted(rest),
            character if is_name_start(character) => {
                let name = name_length(rest);
                let (token, after) = rest.split_at(name);
                // `axis::` is no prefix.
                if after.starts_with(':') && !after.starts_with("::") {
                    let module = resolve(token).ok_or_else(|| UnknownPrefix(token.to_owned()))?;
                    result.push_str(&module);
                    rest = after;
                    continue;
                }
                name
            }
            // A number's exponent or fraction never begins a name.
            character if character.is_ascii_digit() => name_length(rest),
            character => character.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        result.push_str(token);
        rest = after;
    }
    Ok(result)
}

/// A data path such as `/module:node[key='1']/child` with a prefix on every name. `namespace`
/// gives a module's prefix and namespace; a path that is not understood gives nothing.
pub fn data_path_to_xml(
    path: &str,
    namespace: impl Fn(&str) -> Option<(String, String)>,
) -> Option<ErrorPath> {
    let mut text = String::with_capacity(path.len() * 2);
    let mut namespaces: Vec<(String, String)> = Vec::new();
    let mut prefix = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.strip_prefix('/')?;
        let (name, after) = rest.split_at(qualified_length(rest));
        let (module, name) =
            name.split_once(':').map_or((None, name), |(module, name)| (Some(module), name));
        if let Some(module) = module {
            let declared = namespace(module)?;
            prefix.clone_from(&declared.0);
            if !namespaces.contains(&declared) {
                namespaces.push(declared);
            }
        }
        if name.is_empty() || prefix.is_empty() {
            return None;
        }
        text.push_str(&format!("/{prefix}:{name}"));
        rest = after;
        while let Some(predicate) = rest.strip_prefix('[') {
            let (key, value) = predicate.split_once('=').unwrap_or((predicate, ""));
            rest = match key {
                "." => {
                    text.push_str("[.");
                    value
                }
                key if value.is_empty() || !key.starts_with(is_name_start) => {
                    text.push('[');
                    predicate
                }
                key => {
                    let key = key.rsplit(':').next().unwrap_or(key);
                    text.push_str(&format!("[{prefix}:{key}"));
                    value
                }
            };
            if !value.is_empty() {
                let length = quoted(rest);
                let (value, after) = rest.split_at(length);
                text.push_str(&format!("={value}"));
                rest = after;
            } else {
                let (position, after) = rest.split_at(rest.find(']')?);
                text.push_str(position);
                rest = after;
            }
            rest = rest.strip_prefix(']')?;
            text.push(']');
        }
    }
    Some(ErrorPath { text, namespaces })
}

/// The length of the literal that `text` begins with, its quotes included.
fn quoted(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    characters
        .find(|(_, character)| *character == quote)
        .map_or(text.len(), |(index, _)| index + quote.len_utf8())
}

fn qualified_length(text: &str) -> usize {
    let name = name_length(text);
    match text.get(name..).and_then(|rest| rest.strip_prefix(':')) {
        Some(rest) => name + 1 + name_length(rest),
        None => name,
    }
}

fn name_length(text: &str) -> usize {
    text.find(|character: char| !is_name(character)).unwrap_or(text.len())
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn module(prefix: &str) -> Option<String> {
        (prefix == "k").then(|| "kea".to_owned())
    }

    #[test]
    fn prefixes_become_modules_everywhere_but_in_literals() {
        for (expression, expected) in [
            ("/k:config/k:subnet4[k:id='1']", "/kea:config/kea:subnet4[kea:id='1']"),
            ("/k:*[.=\"k:x\"] | //k:y", "/kea:*[.=\"k:x\"] | //kea:y"),
            ("child::k:a/descendant-or-self::node()", "child::kea:a/descendant-or-self::node()"),
            ("count(/k:a) > 1.5", "count(/kea:a) > 1.5"),
            ("/k:a['open", "/kea:a['open"),
        ] {
            assert_eq!(resolve_prefixes(expression, module).unwrap(), expected);
        }
        assert_eq!(resolve_prefixes("/x:a", module), Err(UnknownPrefix("x".to_owned())));
    }

    #[test]
    fn a_data_path_gets_a_prefix_on_every_name() {
        let namespace =
            |module: &str| Some((format!("p{}", module.len()), format!("urn:{module}")));
        let path = data_path_to_xml("/kea:config/subnet4[id='1/2']/ab:x[.='y']/z[2]", namespace);
        let path = path.unwrap();
        assert_eq!(path.text, "/p3:config/p3:subnet4[p3:id='1/2']/p2:x[.='y']/p2:z[2]");
        assert_eq!(path.namespaces.len(), 2);
        for text in ["config", "/config", "/kea:config[", "/kea:a/", "//kea:a"] {
            assert_eq!(data_path_to_xml(text, namespace), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(text in "[/a:\\[\\]='\".\\*é 1]{0,40}") {
            let _ = resolve_prefixes(&text, |prefix| Some(prefix.to_owned()));
            let _ = data_path_to_xml(&text, |prefix| Some((prefix.to_owned(), String::new())));
        }
    }
}
