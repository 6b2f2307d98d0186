//! From nodes to JSON.

use ruru_json::{Data, Document, Map, Value};
use ruru_sysrepo::{Base, Node};

use crate::plan::{Empty, Entry, Form, Leaf, Missing, Plan, Shape, Telling};
use crate::pool::Range;
use crate::{Fault, Translator, prefix};

impl Translator {
    /// The whole configuration: `{ "Dhcp4": { … } }` from its top-level container.
    ///
    /// # Errors
    /// The first node that has no form in JSON.
    pub fn to_json(&self, config: Node<'_>) -> Result<Value, Fault> {
        Ok(Value::object([(self.rules.json, self.node_to_json(config)?)]))
    }

    /// One node with what is below it: a container or list entry as map, a leaf as scalar. So the
    /// entry of `subnet4` becomes what the command `subnet4-add` takes.
    ///
    /// # Errors
    /// The first node that has no form in JSON, or that `node` is not in the configuration.
    pub fn node_to_json(&self, node: Node<'_>) -> Result<Value, Fault> {
        let plan = self.plan_of(node).ok_or_else(|| {
            Fault::yang(node.path(), format!("it is not in {}, which is translated", self.root()))
        })?;
        match &plan.shape {
            Shape::Leaf(leaf) | Shape::LeafList(leaf) => scalar(*leaf, node),
            Shape::Container { .. } | Shape::List { .. } => map(plan, node).map(Value::from),
        }
    }

    /// The plan of a node, found from the root down.
    pub(crate) fn plan_of(&self, node: Node<'_>) -> Option<&Plan> {
        match node.parent() {
            Some(parent) => self.plan_of(parent)?.child(node.name()),
            None => {
                let root = node.name() == self.plan.name && node.module() == Some(self.module());
                root.then_some(&self.plan)
            }
        }
    }
}

/// The members of a container or list entry.
pub(crate) fn map(plan: &Plan, node: Node<'_>) -> Result<Map, Fault> {
    let mut map = Map::default();
    if let Shape::List { entry, .. } = plan.shape {
        add_entry_key(plan, entry, node, &mut map)?;
    }
    let hidden = plan.hidden();
    let mut children = node.children().peekable();
    while let Some(child) = children.next() {
        let Some(index) = plan.index(child.name()) else {
            return Err(Fault::yang(child.path(), "no place in JSON is known for it"));
        };
        if hidden.contains(&index) {
            continue;
        }
        let below = &plan.children[index];
        match &below.shape {
            Shape::Leaf(leaf) => add_leaf(below, *leaf, child, &mut map)?,
            Shape::Container { presence } => {
                let content = self::map(below, child)?;
                if *presence || !content.is_empty() {
                    map.insert(below.json.as_str(), content);
                }
            }
            Shape::LeafList(_) | Shape::List { .. } => {
                // libyang keeps the instances of a list together.
                let mut list = vec![element(below, child)?];
                while let Some(next) = children.next_if(|next| next.name() == child.name()) {
                    list.push(element(below, next)?);
                }
                map.insert(below.json.as_str(), list);
            }
        }
    }
    Ok(map)
}

/// Adds a leaf that JSON does not leave out.
fn add_leaf(plan: &Plan, leaf: Leaf, node: Node<'_>, map: &mut Map) -> Result<(), Fault> {
    if !is_written(leaf, node)? {
        return Ok(());
    }
    let json = plan.json.as_str();
    let Some(length) = leaf.length else {
        map.insert(json, scalar(leaf, node)?);
        return Ok(());
    };
    if prefix::split(node.value().unwrap_or(""), json, length, map) {
        return Ok(());
    }
    Err(Fault::yang(node.path(), "must be a prefix with its length"))
}

fn element(plan: &Plan, node: Node<'_>) -> Result<Value, Fault> {
    match &plan.shape {
        Shape::Leaf(leaf) | Shape::LeafList(leaf) => scalar(*leaf, node),
        Shape::Container { .. } | Shape::List { .. } => map(plan, node).map(Value::from),
    }
}

/// Adds what the shape of an entry makes of its keys.
fn add_entry_key(plan: &Plan, entry: Entry, node: Node<'_>, map: &mut Map) -> Result<(), Fault> {
    let leaf = |index: usize| node.leaf(&plan.children[index].name);
    match entry {
        Entry::Plain => {}
        Entry::Range { json, first, last, prefix } => {
            let (start, end) = (leaf(first).unwrap_or(""), leaf(last).unwrap_or(""));
            let text = Range::write(start, end, leaf(prefix))
                .map_err(|message| Fault::yang(node.path(), message))?;
            map.insert(json, text);
        }
        Entry::KeyedBy { kind, value } => {
            map.insert(leaf(kind).unwrap_or(""), leaf(value).unwrap_or(""));
        }
    }
    Ok(())
}

/// Whether a leaf is written: not if JSON leaves it, or its value, out.
fn is_written(leaf: Leaf, node: Node<'_>) -> Result<bool, Fault> {
    match (leaf.telling, leaf.missing) {
        (Telling::NotServed, _) => {
            Err(Fault::yang(node.path(), "the server has no such parameter: delete it"))
        }
        (Telling::NotTold, _) => Ok(false),
        (Telling::Told, Missing::Default { value, written: false }) => {
            Ok(node.value() != Some(value))
        }
        (Telling::Told, _) => Ok(true),
    }
}

fn scalar(leaf: Leaf, node: Node<'_>) -> Result<Value, Fault> {
    let text = node.value().unwrap_or("");
    let text = match leaf.empty {
        Empty::Is(empty) if empty == text => "",
        Empty::Is(_) | Empty::Itself | Empty::Absent => text,
    };
    let form = match leaf.form {
        Form::Union => match node.value_type().map(ruru_sysrepo::Type::base) {
            Some(base) if base.is_integer() => Form::Integer,
            Some(Base::Decimal64) => Form::Real { digits: 0 },
            Some(Base::Boolean) => Form::Boolean,
            _ => Form::Text,
        },
        form => form,
    };
    let data = match form {
        Form::Integer => text.parse().ok().map(Data::Int),
        Form::Real { .. } => text.parse().ok().map(Data::Real),
        Form::Boolean => text.parse().ok().map(Data::Bool),
        Form::Text | Form::Union => Some(Data::Text(text.to_owned())),
        Form::Map { .. } => return json_text(text, node),
    };
    data.map(Value::new).ok_or_else(|| Fault::yang(node.path(), format!("\"{text}\" is no number")))
}

/// The map that is in a string.
fn json_text(text: &str, node: Node<'_>) -> Result<Value, Fault> {
    let document = Document::from_peer(text).map_err(|error| {
        Fault::yang(node.path(), format!("must hold JSON, but {}", error.message))
    })?;
    if document.root.as_map().is_none() {
        let kind = document.root.kind();
        return Err(Fault::yang(node.path(), format!("must hold a JSON map, but holds {kind}")));
    }
    Ok(document.root)
}
