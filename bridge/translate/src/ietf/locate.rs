//! From a place in the JSON back to the RFC's node.

use std::cell::RefCell;

use ruru_sysrepo::Node;

use super::Ietf;
use super::to_json::Compose;
use crate::locate::follow;
use crate::path::{Written, steps};
use crate::plan::Plan;

/// What a place in the JSON was made of.
pub(super) struct Mark<'a> {
    pub(super) path: String,
    pub(super) node: Node<'a>,
    /// What is below the node, if that is walked by a plan.
    pub(super) plan: Option<&'a Plan>,
}

impl Ietf {
    /// The instance path of the node that stands at `json_path` (such as
    /// `Dhcp6/subnet6[3]/pools[0]/pool`) in the JSON that was made of `server`, or of the nearest
    /// one around it. So the complaint of a server can name the node that is at fault.
    #[must_use]
    pub fn locate(&self, server: Node<'_>, json_path: &str) -> String {
        let compose = Compose::new(self, server, Some(RefCell::default()));
        // As far as it goes: what could not be made into JSON was not sent.
        let _ = compose.whole();
        let wanted: Vec<Written<'_>> = steps(json_path).collect();
        let mut best = (0, server.path());
        for mark in compose.into_marks() {
            let of_mark: Vec<Written<'_>> = steps(&mark.path).collect();
            let Some(rest) = wanted.strip_prefix(of_mark.as_slice()) else { continue };
            let found = match (mark.plan, rest.first()) {
                (Some(plan), Some(Written::Key(key))) if plan.member(key).is_some() => {
                    // A node that it leads to is nearer than the holder of the settings.
                    (2 * of_mark.len() + 1, follow(plan, mark.node, rest.iter().copied()))
                }
                (Some(_), _) if mark.node.name() == "settings" => continue,
                _ => (2 * of_mark.len(), mark.node.path()),
            };
            if found.0 >= best.0 {
                best = found;
            }
        }
        best.1
    }
}
