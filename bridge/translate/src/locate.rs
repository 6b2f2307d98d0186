//! From a place in the JSON that was made of a node back to the node.

use ruru_sysrepo::Node;

use crate::Translator;
use crate::path::{Written, steps};
use crate::plan::{Member, Plan, Shape};

impl Translator {
    /// The instance path of the node that stands at `json_path` (such as
    /// `Dhcp4/subnet4[3]/pools[0]/pool`) in the JSON that was made of `node`. A path that leads to
    /// no node, or into a JSON text, answers the last node on the way.
    ///
    /// So the complaint of a server can name the node that is at fault.
    #[must_use]
    pub fn locate(&self, node: Node<'_>, json_path: &str) -> String {
        let Some(plan) = self.plan_of(node) else { return node.path() };
        let mut steps = steps(json_path).peekable();
        if node.parent().is_none() {
            steps.next_if(|step| *step == Written::Key(self.rules.json));
        }
        follow(plan, node, steps)
    }
}

/// The path of the node that the steps lead to from a node.
pub(crate) fn follow<'s>(
    mut plan: &Plan,
    node: Node<'_>,
    steps: impl Iterator<Item = Written<'s>>,
) -> String {
    let mut steps = steps.peekable();
    let mut here = node;
    while let Some(Written::Key(key)) = steps.next() {
        let index = match plan.member(key) {
            Some(Member::Child(index) | Member::Single(index) | Member::Length(index)) => index,
            Some(Member::Comment(index)) => return below(here, &plan.children[index]),
            Some(Member::Key) | None => break,
        };
        let child = &plan.children[index];
        let number = match steps.peek() {
            Some(Written::Index(number)) => Some(*number),
            _ => None,
        };
        let mut same = here.children().filter(|node| node.name() == child.name);
        let Some(found) = same.nth(number.unwrap_or(0)) else { return below(here, child) };
        if number.is_some() {
            steps.next();
        } else if matches!(child.shape, Shape::List { .. } | Shape::LeafList(_)) {
            // The list as a whole.
            return below(here, child);
        }
        (plan, here) = (child, found);
    }
    here.path()
}

/// The path of a child that need not be there.
fn below(node: Node<'_>, child: &Plan) -> String {
    format!("{}/{}", node.path(), child.full_name)
}
