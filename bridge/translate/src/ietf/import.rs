//! From JSON to the RFC's nodes: the server as a whole.

use std::collections::HashSet;

use ruru_json::{Data, Map, Value};
use ruru_sysrepo::{Builder, Context, Tree};

use super::{Ietf, MODULE, RULES, SETTINGS, TIMES, duid, options};
use crate::Fault;
use crate::options::Known;
use crate::path::JsonPath;
use crate::plan::Plan;
use crate::to_yang::{Walk, as_list, as_map, as_text};

const WALK: Walk = Walk { rules: RULES };

impl Ietf {
    /// The configuration of a JSON text: `{ "Dhcp6": { … } }`, or what is in it. Types of values
    /// are checked; the constraints of the modules are for [`Tree::validate`].
    ///
    /// # Errors
    /// The first value that has no place in the modules or does not fit there.
    pub fn to_yang(&self, context: &Context, json: &Value) -> Result<Tree, Fault> {
        let config = json.get("Dhcp6").unwrap_or(json);
        let path = JsonPath::root("Dhcp6");
        let mut rest = as_map(config, &path)?.clone();
        let standard = Known::standard(&RULES.options);
        let definitions = rest.clone();
        let known = standard.with(&definitions);
        // Options are met all over the place and stand in one: in a tree of their own for now.
        let (mut tree, mut sets) = (Tree::new(context), Tree::new(context));
        {
            let root = format!("{MODULE}:dhcpv6-server");
            let fault = |error| path.because(config.at, error);
            let mut top = sets.build();
            let mut sets = top.container(&root).map_err(fault)?;
            let sets = sets.container("option-sets").map_err(fault)?;
            let mut top = tree.build();
            let mut server = top.container(&root).map_err(fault)?;
            let mut import = Import { ietf: self, known: &known, sets, ids: HashSet::new() };
            import.server(&mut rest, &mut server, &path)?;
            let mut vendor = server.container("vendor-config").map_err(fault)?;
            import.settings(&self.server, &rest, &mut vendor, &path)?;
        }
        let merged = tree.merge(&sets);
        merged.map_err(|error| path.because(config.at, error))?;
        Ok(tree)
    }
}

/// What is known while nodes are made.
pub(super) struct Import<'i> {
    pub(super) ietf: &'i Ietf,
    known: &'i Known<'i>,
    /// The container of the option sets.
    sets: Builder<'i>,
    /// The identifiers of the ranges so far.
    pub(super) ids: HashSet<String>,
}

impl Import<'_> {
    /// Takes what the RFC has nodes for; the rest is left in the map.
    fn server(
        &mut self,
        map: &mut Map,
        server: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        self.duid(map, server, path)?;
        if let Some(classes) = map.remove(&self.ietf.classes.json) {
            let here = path.key(&self.ietf.classes.json);
            let mut selector =
                server.container("class-selector").map_err(|e| here.because(classes.at, e))?;
            WALK.child(&self.ietf.classes, &classes, &mut selector, self.known, &here)?;
        }
        let at = ruru_json::At::NOWHERE;
        let mut ranges =
            server.container("allocation-ranges").map_err(|error| path.because(at, error))?;
        self.times(map, &mut ranges, path)?;
        self.options("global", map, &mut ranges, path)?;
        self.subnets(map, &mut ranges, path)?;
        let Some(mut networks) = map.remove("shared-networks") else { return Ok(()) };
        let here = path.key("shared-networks");
        as_list(&networks, &here)?;
        if let Data::List(networks) = &mut networks.data {
            for (index, network) in networks.iter_mut().enumerate() {
                let here = here.index(index);
                as_map(network, &here)?;
                let Some(network) = network.as_map_mut() else { continue };
                let members = self.subnets(network, &mut ranges, &here)?;
                if !members.is_empty() {
                    let members = members.into_iter().map(Value::from).collect::<Vec<_>>();
                    network.insert("allocation-range", members);
                }
            }
        }
        map.insert("shared-networks", networks);
        Ok(())
    }

    fn duid(
        &self,
        map: &mut Map,
        server: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let Some(server_id) = map.get_mut("server-id") else { return Ok(()) };
        let at = server_id.at;
        let Some(parts) = server_id.as_map_mut() else { return Ok(()) };
        if let Some(duid) = duid::take(parts) {
            let is_whole = parts.is_empty();
            let here = path.key("server-id");
            server.leaf("server-duid", &duid).map_err(|error| here.because(at, error))?;
            if is_whole {
                map.remove("server-id");
            }
        }
        Ok(())
    }

    /// Adds the subnets of a map as ranges; answers their identifiers.
    fn subnets(
        &mut self,
        map: &mut Map,
        ranges: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<Vec<String>, Fault> {
        let Some(subnets) = map.remove("subnet6") else { return Ok(Vec::new()) };
        let here = path.key("subnet6");
        let subnets = as_list(&subnets, &here)?.iter().enumerate();
        subnets.map(|(index, subnet)| self.range(subnet, ranges, &here.index(index))).collect()
    }

    /// Adds what is left of something to the settings beside it.
    pub(super) fn settings(
        &self,
        plan: &Plan,
        rest: &Map,
        builder: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        if rest.is_empty() {
            return Ok(());
        }
        let at = ruru_json::At::NOWHERE;
        let mut settings = builder.container(SETTINGS).map_err(|error| path.because(at, error))?;
        self.walk(plan, rest, &mut settings, path)
    }

    /// Adds the members of a map to settings.
    pub(super) fn walk(
        &self,
        plan: &Plan,
        rest: &Map,
        settings: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        WALK.members(plan, rest, settings, self.known, path)
    }

    /// Takes lifetimes and times.
    pub(super) fn times(
        &self,
        map: &mut Map,
        builder: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        for (name, key) in TIMES {
            let Some(value) = map.remove(key) else { continue };
            let here = path.key(key);
            let Some(seconds) = value.as_int() else {
                let message = format!("must be an integer, not {}", value.kind());
                return Err(here.fault(value.at, message));
            };
            let text = seconds.to_string();
            builder.leaf(name, &text).map_err(|error| here.because(value.at, error))?;
        }
        Ok(())
    }

    /// Takes the options of a scope, which refers to them as a set of this name.
    pub(super) fn options(
        &mut self,
        name: &str,
        map: &mut Map,
        scope: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let Some(list) = map.remove("option-data") else { return Ok(()) };
        let here = path.key("option-data");
        let options = as_list(&list, &here)?;
        if options.is_empty() {
            return Ok(());
        }
        let fault = |error| here.because(list.at, error);
        scope.leaf("option-set-id", name).map_err(fault)?;
        let mut set = self.sets.list("option-set", &[name]).map_err(fault)?;
        let (mut said, mut seen) = (HashSet::new(), HashSet::new());
        for (index, option) in options.iter().enumerate() {
            let here = here.index(index);
            match options::to_standard(option).filter(|(container, ..)| said.insert(*container)) {
                Some((container, leaf, text)) => {
                    let fault = |error| here.because(option.at, error);
                    set.container(container).map_err(fault)?.leaf(leaf, text).map_err(fault)?;
                }
                None => {
                    let plan = &self.ietf.options;
                    WALK.entry(plan, option, &mut set, self.known, &here, &mut seen)?;
                }
            }
        }
        Ok(())
    }

    /// Takes a comment, which is the description of a range.
    pub(super) fn description(
        map: &mut Map,
        range: &mut Builder<'_>,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let beside = map.get("comment").is_some();
        let context = map.get_mut("user-context").and_then(Value::as_map_mut);
        let is_inside = context
            .as_ref()
            .is_some_and(|c| c.get("comment").is_some_and(|comment| comment.as_text().is_some()));
        let (here, comment) = match context {
            // One of them is too many, which the walk will say.
            Some(inside) if beside && inside.get("comment").is_some() => return Ok(()),
            Some(inside) if is_inside => {
                let comment = inside.remove("comment");
                if inside.is_empty() {
                    map.remove("user-context");
                }
                (path.key("user-context"), comment)
            }
            _ => (path.key("comment"), map.remove("comment")),
        };
        let Some(comment) = comment else { return Ok(()) };
        let text = as_text(&comment, &here)?;
        range.leaf("description", text).map_err(|error| here.because(comment.at, error))
    }
}
