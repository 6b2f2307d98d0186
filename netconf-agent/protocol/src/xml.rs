//! XML read one level at a time.
//!
//! What a request says is a few elements; what it carries may be megabytes whose schema only the
//! datastore knows. So an element keeps its content as text, and its children are looked for
//! when somebody asks. A message is checked as a whole first: well-formed, not too deep, no
//! document type.

use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// Elements inside of each other that a message may have. Data models go to about 20.
const DEEPEST: usize = 200;

/// The text is not the XML that it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Malformed {
    fn new(reason: impl ToString) -> Self {
        Self(reason.to_string())
    }
}

/// Prefixes and the namespaces that they stand for, the innermost last.
type Scope = Arc<Vec<(String, String)>>;

/// An element, with its content as it was written.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    prefix: &'a str,
    name: &'a str,
    namespace: String,
    attributes: &'a str,
    outer: &'a str,
    inner: &'a str,
    scope: Scope,
}

impl<'a> Element<'a> {
    /// The root element of a whole message.
    pub fn document(text: &'a str) -> Result<Self, Malformed> {
        check(text)?;
        let mut roots = elements(text, &Scope::default())?.into_iter();
        match (roots.next(), roots.next()) {
            (Some(root), None) => Ok(root),
            _ => Err(Malformed::new("not one element")),
        }
    }

    /// The name without its prefix.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The prefix, empty if there is none.
    pub fn prefix(&self) -> &'a str {
        self.prefix
    }

    /// The namespace, empty if there is none.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether this is the element of that name in that namespace.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// The attributes, namespace declarations included, as they were written.
    pub fn raw_attributes(&self) -> &'a str {
        self.attributes
    }

    /// The value of the attribute of this name, which has no namespace.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let start = BytesStart::from_content(self.tag(), self.tag_name().len());
        let found = start.attributes().flatten().find(|found| found.key.as_ref() == name)?;
        unescape(&found.value).ok().map(Into::into)
    }

    /// The namespace that a prefix stands for here; the empty prefix is the default one.
    pub fn resolve(&self, prefix: &str) -> Option<&str> {
        lookup(&self.scope, prefix)
    }

    /// The elements of the content.
    pub fn children(&self) -> Result<Vec<Self>, Malformed> {
        elements(self.inner, &self.scope)
    }

    /// The character data of the content, without space around it.
    pub fn text(&self) -> Result<String, Malformed> {
        let mut reader = Reader::from_str(self.inner);
        let mut text = String::new();
        loop {
            match reader.read_event().map_err(Malformed::new)? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => {
                    let reference = format!("&{};", &*reference.xml10_content());
                    text.push_str(&unescape(&reference).map_err(Malformed::new)?);
                }
                Event::Eof => return Ok(text.trim().to_owned()),
                Event::Start(_) | Event::Empty(_) => {
                    return Err(Malformed::new("an element where text has to be"));
                }
                _ => {}
            }
        }
    }

    /// The element as a text of its own: what it inherits of namespaces is declared on it.
    pub fn standalone(&self) -> String {
        let own = declarations(self.attributes);
        let mut declared: Vec<&str> = own.iter().map(|(prefix, _)| prefix.as_str()).collect();
        let mut text = String::with_capacity(self.outer.len() + 100);
        let (head, tail) = self.outer.split_at(1 + self.tag_name().len());
        text.push_str(head);
        for (prefix, namespace) in self.scope.iter().rev() {
            if declared.contains(&prefix.as_str()) {
                continue;
            }
            declared.push(prefix);
            let colon = if prefix.is_empty() { "" } else { ":" };
            text.push_str(&format!(" xmlns{colon}{prefix}=\"{}\"", escape(namespace)));
        }
        text.push_str(tail);
        text
    }

    /// The content without the element around it, each child a text of its own.
    pub fn standalone_children(&self) -> Result<String, Malformed> {
        Ok(self.children()?.iter().map(Self::standalone).collect())
    }

    fn tag_name(&self) -> &'a str {
        let colon = usize::from(!self.prefix.is_empty());
        self.outer.get(1..1 + self.prefix.len() + colon + self.name.len()).unwrap_or_default()
    }

    fn tag(&self) -> &'a str {
        let length = self.tag_name().len() + self.attributes.len();
        self.outer.get(1..1 + length).unwrap_or_default()
    }
}

/// The text with the characters escaped that mean something in XML.
pub fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    quick_xml::escape::escape(text)
}

fn check(text: &str) -> Result<(), Malformed> {
    if let Some(character) = text.chars().find(|character| !is_xml(*character)) {
        return Err(Malformed(format!("the character {character:?} is not allowed")));
    }
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(Malformed::new)? {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Malformed(format!("more than {DEEPEST} elements deep")));
                }
                check_attributes(&start)?;
            }
            Event::Empty(start) => check_attributes(&start)?,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference.xml10_content());
                unescape(&reference).map_err(Malformed::new)?;
            }
            Event::Text(text) if depth == 0 && !text.xml10_content().trim().is_empty() => {
                return Err(Malformed::new("text outside of the element"));
            }
            Event::CData(_) if depth == 0 => {
                return Err(Malformed::new("text outside of the element"));
            }
            Event::DocType(_) => return Err(Malformed::new("a document type is not allowed")),
            Event::Eof if depth > 0 => return Err(Malformed::new("the text ends too early")),
            Event::Eof => return Ok(()),
            Event::Text(_) | Event::CData(_) => {}
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The production `Char` of XML 1.0.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
        | '\u{10000}'..)
}

fn check_attributes(start: &BytesStart<'_>) -> Result<(), Malformed> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(Malformed::new)?;
        unescape(&attribute.value).map_err(Malformed::new)?;
    }
    Ok(())
}

/// The elements at the top of `text`.
fn elements<'a>(text: &'a str, outside: &Scope) -> Result<Vec<Element<'a>>, Malformed> {
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        let begin = position(&reader);
        let event = reader.read_event().map_err(Malformed::new)?;
        let (start, inner) = match event {
            Event::Start(start) => {
                let span = reader.read_to_end(start.name()).map_err(Malformed::new)?;
                let (from, to) = (usize::try_from(span.start), usize::try_from(span.end));
                let inner = from.ok().zip(to.ok()).and_then(|(from, to)| text.get(from..to));
                (start, inner.unwrap_or_default())
            }
            Event::Empty(start) => (start, ""),
            Event::Eof => return Ok(found),
            _ => continue,
        };
        let outer = text.get(begin..position(&reader)).unwrap_or_default();
        found.push(element(&start, outer, inner, outside)?);
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn element<'a>(
    start: &BytesStart<'_>,
    outer: &'a str,
    inner: &'a str,
    outside: &Scope,
) -> Result<Element<'a>, Malformed> {
    let length = start.name().as_ref().len();
    let tag_name = outer.get(1..1 + length).unwrap_or_default();
    let end = 1 + length + start.attributes_raw().len();
    let attributes = outer.get(1 + length..end).unwrap_or_default();
    let (prefix, name) = tag_name.split_once(':').unwrap_or(("", tag_name));
    let own = declarations(attributes);
    let scope = if own.is_empty() {
        Arc::clone(outside)
    } else {
        Arc::new(outside.iter().cloned().chain(own).collect())
    };
    let namespace = match lookup(&scope, prefix) {
        Some(namespace) => namespace.to_owned(),
        None if prefix.is_empty() => String::new(),
        None => return Err(Malformed(format!("the prefix {prefix} is not declared"))),
    };
    Ok(Element { prefix, name, namespace, attributes, outer, inner, scope })
}

fn lookup<'s>(scope: &'s Scope, prefix: &str) -> Option<&'s str> {
    let found = scope.iter().rev().find(|(declared, _)| declared == prefix);
    found.map(|(_, namespace)| namespace.as_str())
}

fn declarations(attributes: &str) -> Vec<(String, String)> {
    let start = BytesStart::from_content(attributes, 0);
    let mut declared = Vec::new();
    for attribute in start.attributes().flatten() {
        let key = attribute.key.as_ref();
        let prefix = match key.strip_prefix("xmlns") {
            Some("") => "",
            Some(rest) => match rest.strip_prefix(':') {
                Some(prefix) => prefix,
                None => continue,
            },
            None => continue,
        };
        if let Ok(namespace) = unescape(&attribute.value) {
            declared.push((prefix.to_owned(), namespace.into()));
        }
    }
    declared
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_element_knows_its_names_and_its_content() {
        let text = "<?xml version='1.0'?>\n<n:a xmlns:n='urn:n' x='1&lt;2' xmlns='urn:d'>\
                    <b/> t <n:c>x &amp; <![CDATA[<y>]]>&#65;</n:c></n:a>";
        let root = Element::document(text).unwrap();
        assert!(root.is("urn:n", "a"));
        assert_eq!(root.attribute("x").as_deref(), Some("1<2"));
        assert_eq!(root.raw_attributes(), " xmlns:n='urn:n' x='1&lt;2' xmlns='urn:d'");
        let children = root.children().unwrap();
        assert!(children[0].is("urn:d", "b"));
        assert!(children[1].is("urn:n", "c"));
        assert_eq!(children[1].text().unwrap(), "x & <y>A");
        assert!(root.text().is_err());
    }

    #[test]
    fn a_part_that_stands_alone_declares_what_it_inherits() {
        let root = Element::document(
            "<a xmlns='urn:1' xmlns:p='urn:p'><b xmlns='urn:2'><c x='p:v'>1</c></b></a>",
        )
        .unwrap();
        let inner = root.children().unwrap()[0].standalone_children().unwrap();
        assert_eq!(inner, r#"<c xmlns="urn:2" xmlns:p="urn:p" x='p:v'>1</c>"#);
        let again = Element::document(&inner).unwrap();
        assert!(again.is("urn:2", "c"));
        assert_eq!(again.resolve("p"), Some("urn:p"));
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a x='1' x='2'/>",
            "<a x=1/>",
            "<a>&nope;</a>",
            "<a x='&nope;'/>",
            "<p:a/>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<a>\u{1}</a>",
        ] {
            assert!(Element::document(text).is_err(), "{text}");
        }
        let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        assert!(Element::document(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(<|>|/|a|b|:|xmlns|=|'|\"| |&|;|#|!|\\[|\\]|CDATA|-|\\?|é){0,60}") {
            if let Ok(root) = Element::document(&text) {
                let _ = root.text();
                let _ = root.attribute("a");
                prop_assert!(Element::document(&root.standalone()).is_ok());
                for child in root.children().unwrap_or_default() {
                    let _ = child.standalone();
                }
            }
        }
    }
}
