//! The join of schema and table: for every node its place in JSON, looked up from both sides.

use std::collections::HashMap;

use ruru_sysrepo::{Base, Context, Kind, SchemaNode};

use crate::rules::{Row, Rule, Rules};

/// A node of the configuration and its place.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The name in YANG.
    pub(crate) name: String,
    /// How to name it to a builder: with its module where that differs from the parent's.
    pub(crate) full_name: String,
    /// The key in JSON.
    pub(crate) json: String,
    /// The key under which JSON may have the only entry of a list.
    single: Option<&'static str>,
    pub(crate) shape: Shape,
    pub(crate) children: Vec<Self>,
    by_name: HashMap<String, usize>,
    by_json: HashMap<String, Member>,
}

/// What a node looks like in JSON.
#[derive(Debug)]
pub(crate) enum Shape {
    Leaf(Leaf),
    LeafList(Leaf),
    Container { presence: bool },
    List { keys: Vec<usize>, entry: Entry },
}

/// A leaf, or an entry of a leaf-list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) form: Form,
    pub(crate) missing: Missing,
    pub(crate) empty: Empty,
    pub(crate) telling: Telling,
    /// The key in JSON of the length, if the leaf is a prefix whose own key has the address only.
    pub(crate) length: Option<&'static str>,
}

/// What the empty string of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    Itself,
    Absent,
    Is(&'static str),
}

/// Whether the server hears of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    Told,
    /// It has no key, and need not know.
    NotTold,
    /// It has no key, but would have to know.
    NotServed,
}

/// The form of a value in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Integer,
    Real {
        digits: usize,
    },
    Boolean,
    Text,
    /// The member of a union decides.
    Union,
    /// A map; with `comment`, a key of that name may stand beside it.
    Map {
        comment: bool,
    },
}

/// What a list key is where JSON leaves it out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Missing {
    Fault,
    Default { value: &'static str, written: bool },
    OptionCode { name: &'static str, space: &'static str },
}

/// What an entry of a list looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    Plain,
    Range { json: &'static str, first: usize, last: usize, prefix: usize },
    KeyedBy { kind: usize, value: usize },
}

/// What a JSON key means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Member {
    Child(usize),
    /// The only entry of a list.
    Single(usize),
    /// The length of a prefix.
    Length(usize),
    /// A key of the `user-context` beside it.
    Comment(usize),
    /// Part of the keys of the entry: the range, or the identifier of a host.
    Key,
}

/// A row or a node that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{node}: {why}")]
pub struct Gap {
    /// The node of the row, or the path of the node.
    pub node: String,
    /// What does not fit.
    pub why: String,
}

/// Schema and table do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("schema and translation table do not fit: {}", gaps(.0))]
pub struct Uncovered(pub Vec<Gap>);

fn gaps(gaps: &[Gap]) -> String {
    gaps.iter().map(Gap::to_string).collect::<Vec<_>>().join("; ")
}

pub(crate) fn compile(context: &Context, rules: &'static Rules) -> Result<Plan, Uncovered> {
    let path = format!("/{}:{}", rules.module, rules.container);
    let gap = |why: &str| Gap { node: path.clone(), why: why.to_owned() };
    let Some(root) = context.find(&path) else {
        return Err(Uncovered(vec![gap("the context does not implement it")]));
    };
    let rows = rules.rows.concat();
    let mut compiler = Compiler { used: vec![false; rows.len()], rows, gaps: Vec::new() };
    let plan = compiler.node(root, &format!("/{}", rules.container), rules.json);
    for ((node, rule), used) in compiler.rows.iter().zip(&compiler.used) {
        if !used {
            let why = format!("no node for the row {rule:?}");
            compiler.gaps.push(Gap { node: (*node).to_owned(), why });
        }
    }
    match plan {
        Some(plan) if compiler.gaps.is_empty() => Ok(plan),
        _ => Err(Uncovered(compiler.gaps)),
    }
}

/// The plan of a node that a module of our own adds to one of others, with what that module has below
/// it. `row_path` is what rows know it by. Rows may be for other parts, so none need be used.
pub(crate) fn compile_part(
    context: &Context,
    rules: &'static Rules,
    path: &str,
    row_path: &str,
    json: &str,
) -> Result<Plan, Uncovered> {
    let Some(root) = context.find(path) else {
        let why = "the context does not implement it".to_owned();
        return Err(Uncovered(vec![Gap { node: path.to_owned(), why }]));
    };
    let rows = rules.rows.concat();
    let mut compiler = Compiler { used: vec![false; rows.len()], rows, gaps: Vec::new() };
    match compiler.node(root, row_path, json) {
        Some(plan) if compiler.gaps.is_empty() => Ok(plan),
        _ => Err(Uncovered(compiler.gaps)),
    }
}

struct Compiler {
    rows: Vec<Row>,
    /// Which rows have found a node.
    used: Vec<bool>,
    gaps: Vec<Gap>,
}

impl Compiler {
    fn gap(&mut self, path: &str, why: impl Into<String>) {
        self.gaps.push(Gap { node: path.to_owned(), why: why.into() });
    }

    /// The rows that name the node at `path`.
    fn rules_of(&mut self, path: &str) -> Vec<Rule> {
        let mut found = Vec::new();
        for ((node, rule), used) in self.rows.iter().zip(&mut self.used) {
            let named = match path.strip_suffix(node) {
                Some("") => true,
                Some(before) => before.ends_with('/'),
                None => false,
            };
            if named {
                *used = true;
                found.push(*rule);
            }
        }
        found
    }

    fn node(&mut self, schema: SchemaNode<'_>, path: &str, json: &str) -> Option<Plan> {
        let rules = self.rules_of(path);
        let json = rules
            .iter()
            .find_map(|rule| if let Rule::Named(json) = rule { Some(*json) } else { None })
            .unwrap_or(json);
        let single = rules
            .iter()
            .find_map(|rule| if let Rule::Single(json) = rule { Some(*json) } else { None });
        let children = self.children(schema, path);
        let mut plan = Plan {
            name: schema.name().to_owned(),
            full_name: full_name(schema),
            json: json.to_owned(),
            single,
            shape: Shape::Container { presence: schema.is_presence() },
            by_name: children.iter().map(|plan| plan.name.clone()).zip(0..).collect(),
            by_json: HashMap::new(),
            children,
        };
        match schema.kind() {
            Kind::Container => {}
            Kind::Leaf => plan.shape = Shape::Leaf(self.leaf(schema, path, &rules)?),
            Kind::LeafList => plan.shape = Shape::LeafList(self.leaf(schema, path, &rules)?),
            Kind::List => plan.shape = self.list(schema, &plan, path, &rules)?,
            other => {
                self.gap(path, format!("a node of the kind {other:?} has no form in JSON"));
                return None;
            }
        }
        plan.by_json = self.members(schema, &plan, path);
        Some(plan)
    }

    fn children(&mut self, schema: SchemaNode<'_>, path: &str) -> Vec<Plan> {
        schema
            .children()
            .filter(|child| child.is_config())
            .filter_map(|child| self.node(child, &below(path, child), child.name()))
            .collect()
    }

    fn leaf(&mut self, schema: SchemaNode<'_>, path: &str, rules: &[Rule]) -> Option<Leaf> {
        let ty = schema.leaf_type()?;
        let mut form = match ty.base() {
            base if base.is_integer() => Form::Integer,
            Base::Decimal64 => Form::Real { digits: ty.fraction_digits().into() },
            Base::Boolean => Form::Boolean,
            Base::String | Base::Enumeration => Form::Text,
            Base::Union => Form::Union,
            other => {
                self.gap(path, format!("a value of the type {other:?} has no form in JSON"));
                return None;
            }
        };
        let mut missing = Missing::Fault;
        let mut telling = Telling::Told;
        let mut prefix_length = None;
        let mut empty = Empty::Itself;
        for rule in rules {
            match *rule {
                Rule::JsonText => form = Form::Map { comment: false },
                Rule::UserContext => form = Form::Map { comment: true },
                Rule::Default(value) => missing = Missing::Default { value, written: true },
                Rule::Omitted(value) => missing = Missing::Default { value, written: false },
                Rule::OptionCode { name, space } => {
                    missing = Missing::OptionCode { name, space };
                }
                Rule::Prefix { length } => prefix_length = Some(length),
                Rule::NotTold => telling = Telling::NotTold,
                Rule::NotServed => telling = Telling::NotServed,
                Rule::EmptyIsAbsent => empty = Empty::Absent,
                Rule::EmptyIs(value) => empty = Empty::Is(value),
                Rule::Named(_) => {}
                other => self.gap(path, format!("a leaf cannot be {other:?}")),
            }
        }
        let map = matches!(form, Form::Map { .. });
        if map && ty.base() != Base::String {
            self.gap(path, "JSON text must be a string");
        }
        if !matches!(missing, Missing::Fault) && !schema.is_key() {
            self.gap(path, "only a list key can be filled in");
        }
        Some(Leaf { form, missing, empty, telling, length: prefix_length })
    }

    fn list(
        &mut self,
        schema: SchemaNode<'_>,
        plan: &Plan,
        path: &str,
        rules: &[Rule],
    ) -> Option<Shape> {
        let keys = schema
            .keys()
            .filter_map(|key| plan.by_name.get(key.name()).copied())
            .collect::<Vec<_>>();
        if keys.is_empty() {
            self.gap(path, "a configuration list without keys cannot be recognised in JSON");
            return None;
        }
        let mut entry = Entry::Plain;
        for rule in rules {
            let index = |name: &str| plan.by_name.get(name).copied();
            let made = match *rule {
                Rule::Named(_) | Rule::Single(_) => continue,
                Rule::Range { json, first, last, prefix } => (|| {
                    let (first, last) = (index(first)?, index(last)?);
                    Some(Entry::Range { json, first, last, prefix: index(prefix)? })
                })(),
                Rule::KeyedBy { kind, value } => {
                    (|| Some(Entry::KeyedBy { kind: index(kind)?, value: index(value)? }))()
                }
                _ => None,
            };
            match made {
                Some(made) => entry = made,
                None => self.gap(path, format!("a list cannot be {rule:?}")),
            }
        }
        Some(Shape::List { keys, entry })
    }

    /// What each JSON key in an entry or container means.
    fn members(
        &mut self,
        schema: SchemaNode<'_>,
        plan: &Plan,
        path: &str,
    ) -> HashMap<String, Member> {
        let mut members = HashMap::new();
        let mut add = |key: &str, member, gaps: &mut Vec<Gap>| {
            if members.insert(key.to_owned(), member).is_some() {
                let why = format!("two nodes have the place \"{key}\" in JSON");
                gaps.push(Gap { node: path.to_owned(), why });
            }
        };
        let hidden = plan.hidden();
        for (index, child) in plan.children.iter().enumerate() {
            if hidden.contains(&index) || !child.is_told() {
                continue;
            }
            add(&child.json, Member::Child(index), &mut self.gaps);
            if let Shape::Leaf(Leaf { form: Form::Map { comment: true }, .. }) = child.shape {
                add("comment", Member::Comment(index), &mut self.gaps);
            }
            if let Some(key) = child.single {
                add(key, Member::Single(index), &mut self.gaps);
            }
            if let Some(key) = child.length() {
                add(key, Member::Length(index), &mut self.gaps);
            }
        }
        match &plan.shape {
            Shape::List { entry: Entry::Range { json, .. }, .. } => {
                add(json, Member::Key, &mut self.gaps);
            }
            Shape::List { entry: Entry::KeyedBy { kind, .. }, .. } => {
                let kind = schema.child(&plan.children[*kind].name);
                let names = kind.and_then(SchemaNode::leaf_type).into_iter();
                for name in names.flat_map(ruru_sysrepo::Type::enums) {
                    add(name, Member::Key, &mut self.gaps);
                }
            }
            _ => {}
        }
        members
    }
}

/// The path of a child, in the notation of rows.
fn below(path: &str, child: SchemaNode<'_>) -> String {
    let list = if child.kind() == Kind::List { "[]" } else { "" };
    format!("{path}/{}{list}", child.name())
}

/// The name, with the module in front where it is not the parent's.
fn full_name(schema: SchemaNode<'_>) -> String {
    let module = schema.module();
    match schema.parent() {
        Some(parent) if parent.module() == module => schema.name().to_owned(),
        _ => format!("{}:{}", module.name(), schema.name()),
    }
}

impl Plan {
    /// The child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.by_name.get(name).map(|&index| &self.children[index])
    }

    /// The position of the child of this name.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The JSON keys that are part of the keys of an entry.
    pub(crate) fn key_names(&self) -> Vec<&str> {
        let keys = self.by_json.iter().filter(|(_, member)| matches!(member, Member::Key));
        let mut names = keys.map(|(key, _)| key.as_str()).collect::<Vec<_>>();
        names.sort_unstable();
        names
    }

    /// What a JSON key means.
    pub(crate) fn member(&self, key: &str) -> Option<Member> {
        self.by_json.get(key).copied()
    }

    /// The children that have no key of their own, because the shape of the entry holds them.
    pub(crate) fn hidden(&self) -> Vec<usize> {
        match self.shape {
            Shape::List { entry: Entry::Range { first, last, prefix, .. }, .. } => {
                vec![first, last, prefix]
            }
            Shape::List { entry: Entry::KeyedBy { kind, value }, .. } => vec![kind, value],
            _ => Vec::new(),
        }
    }

    /// The key of the length, if it is a prefix that is two keys in JSON.
    pub(crate) fn length(&self) -> Option<&'static str> {
        match self.shape {
            Shape::Leaf(leaf) => leaf.length,
            Shape::LeafList(_) | Shape::Container { .. } | Shape::List { .. } => None,
        }
    }

    /// Whether the server hears of it.
    fn is_told(&self) -> bool {
        match self.shape {
            Shape::Leaf(leaf) | Shape::LeafList(leaf) => leaf.telling == Telling::Told,
            Shape::Container { .. } | Shape::List { .. } => true,
        }
    }

    /// See [`crate::Translator::places`].
    pub(crate) fn places(&self, path: &str, json: &str, out: &mut Vec<(String, String)>) {
        if !self.is_told() {
            return;
        }
        out.push((path.to_owned(), json.to_owned()));
        let list = matches!(self.shape, Shape::List { .. });
        let inside = if list { format!("{json}[]") } else { json.to_owned() };
        let hidden = self.hidden();
        for (index, child) in self.children.iter().enumerate() {
            let path = format!("{path}/{}", child.name);
            if !hidden.contains(&index) {
                if let Some(length) = child.length() {
                    out.push((path.clone(), format!("{inside}.{length}")));
                }
                child.places(&path, &format!("{inside}.{}", child.json), out);
                continue;
            }
            match self.shape {
                Shape::List { entry: Entry::Range { json, .. }, .. } => {
                    out.push((path, format!("{inside}.{json}")));
                }
                _ => {
                    let keys = self.key_names();
                    out.extend(keys.iter().map(|key| (path.clone(), format!("{inside}.{key}"))));
                }
            }
        }
    }
}
