//! `continue-on-error`, RFC 6241 section 7.2: an edit in parts, as large as they can be made.
//!
//! What is refused is halved, down to parts that mean nothing if they are taken apart. A part that
//! is refused may need another one, so those that are left over are tried again as long as that
//! helps.

use ruru_netconf_protocol::{ErrorTag, ErrorType, RpcError};
use ruru_sysrepo::{Code, Context, DefaultOperation, Error, Kind, Node, SchemaNode, Tree};

use super::Failure;

/// Parts that are tried before an edit is given up.
const TRIES: usize = 10_000;

/// What was not made of an edit.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// The smallest parts that were refused, and why.
    pub(super) refused: Vec<(Tree, Failure)>,
    /// Why there are parts that nobody has tried.
    pub(super) stopped: Option<Failure>,
}

/// Makes as much of an edit as can be made; `attempt` makes a part as a whole or not at all.
pub(super) fn make(
    context: &Context,
    whole: Tree,
    leads: impl Fn(Node<'_>) -> bool,
    mut attempt: impl FnMut(&Tree) -> Result<(), Failure>,
) -> Result<Rest, Error> {
    let mut rest = Rest::default();
    // With each part why it was refused the last time.
    let mut left = vec![(whole, None)];
    let mut tries = 0;
    loop {
        let mut helped = false;
        left.reverse();
        while let Some((part, before)) = left.pop() {
            tries += 1;
            let result = if tries > TRIES { Err(too_many(left.len())) } else { attempt(&part) };
            match result {
                Ok(()) => helped = true,
                Err(failure) if is_of_the_system(&failure) => {
                    left.push((part, before));
                    let known = left.into_iter().rev();
                    rest.refused.extend(known.filter_map(|(part, why)| Some((part, why?))));
                    rest.stopped = Some(failure);
                    return Ok(rest);
                }
                Err(failure) => match halves(context, &part, &leads)? {
                    Some((first, second)) => left.extend([(second, None), (first, None)]),
                    None => rest.refused.push((part, failure)),
                },
            }
        }
        if !helped || rest.refused.is_empty() {
            return Ok(rest);
        }
        left = rest.refused.drain(..).map(|(part, failure)| (part, Some(failure))).collect();
    }
}

fn too_many(left: usize) -> Failure {
    let message =
        format!("given up after {TRIES} parts of the edit; {} more were not tried", left + 1);
    RpcError::new(ErrorType::Application, ErrorTag::ResourceDenied, message).into()
}

/// Whether another part would fare no better.
fn is_of_the_system(failure: &Failure) -> bool {
    match failure {
        Failure::Protocol(error) => error.tag == ErrorTag::ResourceDenied,
        Failure::Sysrepo(error) => {
            let codes =
                [Code::LOCKED, Code::NO_MEMORY, Code::SYSTEM, Code::INTERNAL, Code::TIMED_OUT];
            // The agent denies resources when the server does not answer.
            error.code().is_some_and(|code| codes.contains(&code))
                || error.netconf().any(|error| error.tag == ErrorTag::ResourceDenied.as_str())
        }
        Failure::Invalid(_) | Failure::Several(_) => false,
    }
}

/// Two parts that together are the whole; `None` if it is one of the smallest.
fn halves(
    context: &Context,
    whole: &Tree,
    leads: impl Fn(Node<'_>) -> bool,
) -> Result<Option<(Tree, Tree)>, Error> {
    let mut nodes: Vec<_> = whole.roots().collect();
    while let [only] = nodes[..]
        && leads(only)
    {
        nodes =
            only.children().filter(|node| !node.schema().is_some_and(SchemaNode::is_key)).collect();
    }
    if nodes.len() < 2 {
        return Ok(None);
    }
    let (first, second) = nodes.split_at(nodes.len() / 2);
    Ok(Some((Tree::of_siblings(context, first)?, Tree::of_siblings(context, second)?)))
}

/// Whether a node of an edit does nothing but lead to others: it is merged with one that was there
/// `before`. An entry that is not there is made by the edit, and half an entry is nothing to make.
pub(super) fn leads(node: Node<'_>, default: DefaultOperation, before: &Tree) -> bool {
    let Some(schema) = node.schema() else { return false };
    let exists = || before.find(&node.path()).is_some();
    let holds_others = match schema.kind() {
        Kind::Container => !schema.is_presence() || exists(),
        Kind::List => exists(),
        _ => false,
    };
    // One with a place among others is moved.
    holds_others && is_merged(node, default) && node.annotation("insert").is_none()
}

/// Whether the operation that holds for a node changes nothing but what it has inside.
fn is_merged(node: Node<'_>, default: DefaultOperation) -> bool {
    let mut above = std::iter::successors(Some(node), |node| node.parent());
    match above.find_map(|node| node.annotation("operation")) {
        Some(operation) => matches!(operation, "merge" | "none"),
        None => default != DefaultOperation::Replace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruru_sysrepo::{Format, ParseOptions, PrintOptions};

    const MODULE: &str = r#"module m { namespace "urn:m"; prefix m;
        container top {
            leaf a { type string; }
            leaf-list many { type uint32; }
            container here { presence "something"; leaf b { type string; } leaf c { type string; } }
            list entry { key "id"; ordered-by user; leaf id { type uint8; }
                leaf b { type string; } leaf c { type string; } } } }"#;

    /// Makes `content` of `top` in parts where `before` is there, and answers what was made and
    /// what was refused.
    fn made(
        content: &str,
        before: &str,
        mut attempt: impl FnMut(&str) -> Result<(), Failure>,
    ) -> (Vec<String>, Vec<String>, Option<Failure>) {
        let context = Context::builder().text(MODULE, &[]).build().unwrap();
        let read = |content: &str| {
            let text = format!(
                r#"<top xmlns="urn:m" xmlns:y="urn:ietf:params:xml:ns:yang:1">{content}</top>"#
            );
            context.parse(&text, Format::Xml, ParseOptions::EDIT).unwrap()
        };
        let before = read(before);
        let inner = |tree: &Tree| {
            let text = tree.print(Format::Xml, PrintOptions::COMPACT).unwrap();
            let (_, text) = text.split_once('>').unwrap();
            text.strip_suffix("</top>").unwrap().to_owned()
        };
        let mut done = Vec::new();
        let leads = |node: Node<'_>| leads(node, DefaultOperation::Merge, &before);
        let rest = make(&context, read(content), leads, |part| {
            attempt(&inner(part))?;
            done.push(inner(part));
            Ok(())
        });
        let rest = rest.unwrap();
        let refused = rest.refused.iter().map(|(part, _)| inner(part)).collect();
        (done, refused, rest.stopped)
    }

    fn unless(refused: bool) -> Result<(), Failure> {
        if refused { Err(RpcError::failed("bad").into()) } else { Ok(()) }
    }

    const EDIT: &str = "<entry><id>1</id><b>x</b></entry><entry><id>2</id><b>x</b><c>bad</c></entry>\
                        <entry><id>3</id><b>x</b></entry><entry><id>4</id><b>x</b></entry>";

    #[test]
    fn what_is_accepted_is_not_taken_apart() {
        let (done, refused, _) = made(EDIT, "", |_| Ok(()));
        assert_eq!((done, refused), (vec![EDIT.to_owned()], vec![]));
    }

    #[test]
    fn a_new_entry_is_made_whole_or_not_at_all() {
        let (done, refused, _) = made(EDIT, "", |part| unless(part.contains("bad")));
        assert_eq!(refused, ["<entry><id>2</id><b>x</b><c>bad</c></entry>"]);
        assert_eq!(
            done,
            [
                "<entry><id>1</id><b>x</b></entry>",
                "<entry><id>3</id><b>x</b></entry><entry><id>4</id><b>x</b></entry>"
            ]
        );
    }

    #[test]
    fn an_entry_that_is_there_is_taken_apart_but_for_its_keys() {
        let before = "<entry><id>2</id></entry>";
        let (done, refused, _) = made(EDIT, before, |part| unless(part.contains("bad")));
        assert_eq!(refused, ["<entry><id>2</id><c>bad</c></entry>"]);
        assert!(done.contains(&"<entry><id>2</id><b>x</b></entry>".to_owned()), "{done:?}");
    }

    #[test]
    fn what_an_edit_replaces_or_moves_is_not_taken_apart() {
        let before = "<entry><id>1</id></entry>";
        for attribute in ["operation=\"replace\"", "insert=\"first\""] {
            let edit = format!("<entry y:{attribute}><id>1</id><b>x</b><c>bad</c></entry>");
            let (done, refused, _) = made(&edit, before, |part| unless(part.contains("bad")));
            assert_eq!((done.len(), refused.len()), (0, 1), "{attribute}");
            assert!(refused[0].contains("<b>x</b>"), "{refused:?}");
        }
        let edit = "<here><b>x</b><c>bad</c></here>";
        assert_eq!(made(edit, "", |part| unless(part.contains("bad"))).0.len(), 0);
        assert_eq!(made(edit, "<here/>", |part| unless(part.contains("bad"))).0.len(), 1);
    }

    #[test]
    fn a_part_that_needs_a_later_one_is_tried_again() {
        let edit = "<many>3</many><many>2</many><many>1</many><a>bad</a>";
        let mut greatest = 0;
        let (done, refused, stopped) = made(edit, "", |part| {
            let numbers = part.matches("<many>").count();
            let next = format!("<many>{}</many>", greatest + 1);
            unless(numbers != 1 || part.contains("bad") || !part.contains(&next))?;
            greatest += 1;
            Ok(())
        });
        assert_eq!(done, ["<many>1</many>", "<many>2</many>", "<many>3</many>"]);
        assert_eq!(refused, ["<a>bad</a>"]);
        assert!(stopped.is_none());
    }

    #[test]
    fn nothing_more_is_tried_without_a_server_or_after_too_many_parts() {
        let away = || RpcError::new(ErrorType::Application, ErrorTag::ResourceDenied, "away");
        let (_, refused, stopped) = made(EDIT, "", |part| {
            unless(part.contains("bad"))?;
            if part.contains("<id>3") { Err(away().into()) } else { Ok(()) }
        });
        assert_eq!(refused.len(), 1);
        assert!(matches!(stopped, Some(Failure::Protocol(error)) if *error == away()));

        let edit: String = (0..6_000).map(|number| format!("<many>{number}</many>")).collect();
        let mut tries = 0;
        let (_, refused, stopped) = made(&edit, "", |_| {
            tries += 1;
            unless(true)
        });
        assert_eq!(tries, TRIES);
        assert!(refused.len() > 4_000);
        assert!(format!("{stopped:?}").contains("more were not tried"), "{stopped:?}");
    }
}
