//! From JSON to nodes.

use std::borrow::Cow;
use std::collections::HashSet;

use ruru_json::{At, Data, Map, Value, compact};
use ruru_sysrepo::{Builder, Context, Tree};

use crate::keys::EntryMap;
use crate::options::Known;
use crate::path::JsonPath;
use crate::plan::{Empty, Entry, Form, Leaf, Member, Plan, Shape};
use crate::pool::Range;
use crate::rules::Rules;
use crate::{Fault, Translator, prefix};

impl Translator {
    /// The configuration of a JSON text: `{ "Dhcp4": { … } }`, or what is in it. Types of values
    /// are checked; the constraints of the module are for [`Tree::validate`].
    ///
    /// # Errors
    /// The first value that has no place in the module or does not fit there.
    pub fn to_yang(&self, context: &Context, json: &Value) -> Result<Tree, Fault> {
        let config = json.get(self.rules.json).unwrap_or(json);
        let path = JsonPath::root(self.rules.json);
        let map = as_map(config, &path)?;
        let mut tree = Tree::new(context);
        let mut top = tree.build();
        let root = format!("{}:{}", self.rules.module, self.plan.name);
        let mut builder = top.container(&root).map_err(|error| path.because(config.at, error))?;
        let known = Known::standard(&self.rules.options);
        Walk { rules: self.rules }.members(
            &self.plan,
            map,
            &mut builder,
            &known.with(map),
            &path,
        )?;
        Ok(tree)
    }
}

/// What is the same at every step.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    pub(crate) rules: &'static Rules,
}

impl Walk {
    /// Adds the members of a map, but for those that are list keys.
    pub(crate) fn members(
        self,
        plan: &Plan,
        map: &Map,
        builder: &mut Builder<'_>,
        known: &Known<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let keys: &[usize] = if let Shape::List { keys, .. } = &plan.shape { keys } else { &[] };
        for (key, at, value) in map.entries() {
            let here = path.key(key);
            match plan.member(key) {
                Some(Member::Child(index)) if keys.contains(&index) => {}
                Some(Member::Child(index)) => {
                    let child = &plan.children[index];
                    let whole = match child.length() {
                        Some(length) => {
                            let text = prefix::join(value, length, map, path, &here)?;
                            Some(Value { at: value.at, ..Value::from(text) })
                        }
                        None => user_context(child, value, map, &here)?,
                    };
                    let value = whole.as_ref().unwrap_or(value);
                    self.child(child, value, builder, known, &here)?;
                }
                Some(Member::Length(index)) => {
                    let address = plan.children[index].json.as_str();
                    // Else it is part of the prefix.
                    if map.get(address).is_none() {
                        let message = format!("\"{address}\" is missing beside it: add it");
                        return Err(here.fault(at, message));
                    }
                }
                Some(Member::Single(index)) => {
                    let plural = plan.children[index].json.as_str();
                    if map.get(plural).is_some() {
                        let message = format!("\"{plural}\" is there too: remove one");
                        return Err(here.fault(at, message));
                    }
                    let list = Value { data: Data::List(vec![value.clone()]), at: value.at };
                    self.child(&plan.children[index], &list, builder, known, &here)?;
                }
                Some(Member::Comment(index)) => {
                    let text = as_text(value, &here)?;
                    // Else it is added to the user-context.
                    if map.get(&plan.children[index].json).is_none() {
                        let context = Value::object([("comment", Value::from(text))]);
                        self.child(&plan.children[index], &context, builder, known, &here)?;
                    }
                }
                // It was dealt with as a key of the entry.
                Some(Member::Key) => {}
                None if self.rules.ignored.contains(&key) => {}
                None => {
                    let message = format!("the module has no place for \"{key}\": remove it");
                    return Err(here.fault(at, message));
                }
            }
        }
        if let Shape::List { entry: Entry::Range { json, prefix, .. }, .. } = plan.shape
            && let Some(range) = map.get(json).and_then(Value::as_text).and_then(Range::read)
            && let Some(text) = range.prefix
        {
            let here = path.key(json);
            add_leaf(&plan.children[prefix], &text, builder, At::NOWHERE, &here)?;
        }
        Ok(())
    }

    pub(crate) fn child(
        self,
        plan: &Plan,
        value: &Value,
        builder: &mut Builder<'_>,
        known: &Known<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        match &plan.shape {
            Shape::Leaf(leaf) => {
                let text = scalar(*leaf, value, path)?;
                if leaf.empty == Empty::Absent && text.is_empty() {
                    return Ok(());
                }
                add_leaf(plan, &text, builder, value.at, path)
            }
            Shape::LeafList(leaf) => {
                let mut seen = HashSet::new();
                for (index, element) in as_list(value, path)?.iter().enumerate() {
                    let here = path.index(index);
                    let text = scalar(*leaf, element, &here)?;
                    add_leaf(plan, &text, builder, element.at, &here)?;
                    if !seen.insert(text) {
                        return Err(here.fault(element.at, "stands here twice: remove one"));
                    }
                }
                Ok(())
            }
            Shape::Container { .. } => {
                let map = as_map(value, path)?;
                let mut below = builder
                    .container(&plan.full_name)
                    .map_err(|error| path.because(value.at, error))?;
                self.members(plan, map, &mut below, &known.with(map), path)
            }
            Shape::List { .. } => {
                let mut seen = HashSet::new();
                for (index, element) in as_list(value, path)?.iter().enumerate() {
                    self.entry(plan, element, builder, known, &path.index(index), &mut seen)?;
                }
                Ok(())
            }
        }
    }

    /// Adds an entry of a list; `seen` has the keys of those before it.
    pub(crate) fn entry<'v>(
        self,
        plan: &'v Plan,
        element: &'v Value,
        builder: &mut Builder<'_>,
        known: &Known<'_>,
        path: &JsonPath<'_>,
        seen: &mut HashSet<Vec<Cow<'v, str>>>,
    ) -> Result<(), Fault> {
        let Shape::List { keys, entry: shape } = &plan.shape else { return Ok(()) };
        let map = as_map(element, path)?;
        let entry = EntryMap { plan, keys, map, at: element.at, known, path };
        let texts = entry.keys(*shape)?;
        let refs = texts.iter().map(AsRef::as_ref).collect::<Vec<&str>>();
        let mut below =
            builder.list(&plan.full_name, &refs).map_err(|error| entry.because(error))?;
        self.members(plan, map, &mut below, &known.with(map), path)?;
        if seen.insert(texts) { Ok(()) } else { Err(entry.twice()) }
    }
}

fn add_leaf(
    plan: &Plan,
    text: &str,
    builder: &mut Builder<'_>,
    at: At,
    path: &JsonPath<'_>,
) -> Result<(), Fault> {
    builder.leaf(&plan.full_name, text).map_err(|error| path.because(at, error))
}

/// The user-context with the comment beside it, if there is one.
fn user_context(
    plan: &Plan,
    value: &Value,
    map: &Map,
    path: &JsonPath<'_>,
) -> Result<Option<Value>, Fault> {
    let Shape::Leaf(Leaf { form: Form::Map { comment: true }, .. }) = plan.shape else {
        return Ok(None);
    };
    let Some(comment) = map.get("comment") else { return Ok(None) };
    let mut context = value.clone();
    let Some(inside) = context.as_map_mut() else { return Ok(None) };
    if inside.get("comment").is_some() {
        let message = "holds a comment, and there is one beside it: remove one";
        return Err(path.fault(value.at, message));
    }
    inside.insert("comment", comment.clone());
    Ok(Some(context))
}

/// The value, if it is a string.
pub(crate) fn as_text<'v>(value: &'v Value, path: &JsonPath<'_>) -> Result<&'v str, Fault> {
    let message = || format!("must be a string, not {}", value.kind());
    value.as_text().ok_or_else(|| path.fault(value.at, message()))
}

pub(crate) fn as_map<'v>(value: &'v Value, path: &JsonPath<'_>) -> Result<&'v Map, Fault> {
    let message = || format!("must be a map, not {}", value.kind());
    value.as_map().ok_or_else(|| path.fault(value.at, message()))
}

pub(crate) fn as_list<'v>(value: &'v Value, path: &JsonPath<'_>) -> Result<&'v [Value], Fault> {
    let message = || format!("must be a list, not {}", value.kind());
    value.as_list().ok_or_else(|| path.fault(value.at, message()))
}

/// The text of a value in YANG.
pub(crate) fn scalar<'v>(
    leaf: Leaf,
    value: &'v Value,
    path: &JsonPath<'_>,
) -> Result<Cow<'v, str>, Fault> {
    if let (Empty::Is(empty), Some("")) = (leaf.empty, value.as_text()) {
        return Ok(empty.into());
    }
    Ok(match (leaf.form, &value.data) {
        (Form::Integer | Form::Union, Data::Int(int)) => int.to_string().into(),
        (Form::Real { .. }, Data::Int(int)) => int.to_string().into(),
        (Form::Real { digits }, Data::Real(real)) => decimal(*real, digits).into(),
        (Form::Union, Data::Real(real)) => decimal(*real, usize::MAX).into(),
        (Form::Boolean | Form::Union, Data::Bool(flag)) => flag.to_string().into(),
        (Form::Text | Form::Union, Data::Text(text)) => text.into(),
        (Form::Map { .. }, Data::Map(_)) => compact(value).into(),
        (form, _) => {
            let wanted = match form {
                Form::Integer => "an integer",
                Form::Real { .. } => "a real number",
                Form::Boolean => "true or false",
                Form::Text => "a string",
                Form::Union => "a string, a number, true or false",
                Form::Map { .. } => "a map",
            };
            return Err(path.fault(value.at, format!("must be {wanted}, not {}", value.kind())));
        }
    })
}

/// A real number in the notation of `decimal64`, with at most `digits` behind the point.
fn decimal(real: f64, digits: usize) -> String {
    let shortest = real.to_string();
    let behind = shortest.split_once('.').map_or(0, |(_, behind)| behind.len());
    if behind > digits { format!("{real:.digits$}") } else { shortest }
}
