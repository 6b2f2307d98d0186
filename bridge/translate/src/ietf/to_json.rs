//! From the RFC's nodes to JSON: the server as a whole.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use ruru_json::{Data, Map, Value};
use ruru_sysrepo::Node;

use super::locate::Mark;
use super::numbers::{Taken, range_number};
use super::{Ietf, TIMES, duid, entries, listed, options, own, refuse};
use crate::path::JsonPath;
use crate::plan::Plan;
use crate::{Fault, to_json};

impl Ietf {
    /// The whole configuration, `{ "Dhcp6": { … } }`, from its top-level container.
    ///
    /// # Errors
    /// The first node that the server cannot be told of, with what to do.
    pub fn to_json(&self, server: Node<'_>) -> Result<Value, Fault> {
        let whole = Compose::new(self, server, None).whole()?;
        Ok(Value::object([("Dhcp6", Value::from(whole))]))
    }

    /// One allocation range as the subnet that it is. `server` holds the range and the option sets
    /// that it refers to.
    pub(super) fn range_to_json(&self, server: Node<'_>, range: Node<'_>) -> Result<Map, Fault> {
        Compose::new(self, server, None).range(range, &JsonPath::root("subnet6"))
    }
}

/// What is known while JSON is put together.
pub(super) struct Compose<'a> {
    pub(super) ietf: &'a Ietf,
    server: Node<'a>,
    ranges: Option<Node<'a>>,
    sets: HashMap<&'a str, Node<'a>>,
    /// Where nodes went to, if somebody wants to know.
    marks: Option<RefCell<Vec<Mark<'a>>>>,
}

impl<'a> Compose<'a> {
    pub(super) fn new(
        ietf: &'a Ietf,
        server: Node<'a>,
        marks: Option<RefCell<Vec<Mark<'a>>>>,
    ) -> Self {
        let sets = listed(server, "option-sets", "option-set");
        let sets = sets.filter_map(|set| Some((set.leaf("option-set-id")?, set))).collect();
        Self { ietf, server, ranges: server.child("allocation-ranges"), sets, marks }
    }

    /// The marks that were made.
    pub(super) fn into_marks(self) -> Vec<Mark<'a>> {
        self.marks.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Notes what a place in JSON was made of. With a plan, places in it are found by that.
    pub(super) fn mark(&self, path: &JsonPath<'_>, node: Node<'a>, plan: Option<&'a Plan>) {
        if let Some(marks) = &self.marks {
            marks.borrow_mut().push(Mark { path: path.to_string(), node, plan });
        }
    }

    /// The members of `Dhcp6`.
    pub(super) fn whole(&self) -> Result<Map, Fault> {
        let path = JsonPath::root("Dhcp6");
        self.mark(&path, self.server, None);
        for set in self.sets.values() {
            refuse::of_name(*set, "option-set-id")?;
        }
        let vendor = self.server.child("vendor-config");
        let mut map = self.settings(vendor, &self.ietf.server, &path)?;
        self.enabled(&mut map, &path);
        self.server_id(&mut map, &path)?;
        if let Some(ranges) = self.ranges {
            refuse::of_statistics(ranges)?;
            self.times(ranges, &mut map, &path);
            self.options(ranges, &mut map, &path)?;
        }
        self.classes(&mut map, &path)?;
        self.subnets(&mut map, &path)?;
        Ok(map)
    }

    /// What our own module says of something.
    pub(super) fn settings(
        &self,
        holder: Option<Node<'a>>,
        plan: &'a Plan,
        path: &JsonPath<'_>,
    ) -> Result<Map, Fault> {
        let Some(settings) = holder.and_then(|holder| own(holder, "settings")) else {
            return Ok(Map::default());
        };
        self.mark(path, settings, Some(plan));
        to_json::map(plan, settings)
    }

    /// A server that is not enabled listens nowhere.
    fn enabled(&self, map: &mut Map, path: &JsonPath<'_>) {
        let Some(leaf) = self.server.child("enabled").filter(|leaf| leaf.value() == Some("false"))
        else {
            return;
        };
        if map.get("interfaces-config").is_none() {
            map.insert("interfaces-config", Value::map());
        }
        let interfaces = map.get_mut("interfaces-config").and_then(Value::as_map_mut);
        if let Some(interfaces) = interfaces {
            interfaces.insert("interfaces", Vec::new());
        }
        self.mark(&path.key("interfaces-config").key("interfaces"), leaf, None);
    }

    fn server_id(&self, map: &mut Map, path: &JsonPath<'_>) -> Result<(), Fault> {
        let Some(leaf) = self.server.child("server-duid") else { return Ok(()) };
        let parts = duid::parts(leaf.value().unwrap_or("")).ok_or_else(|| {
            let message = "the server can only have a DUID of the types 1, 2 and 3 with a hardware \
                 type, time or enterprise number that is not 0: change it, or delete it and the \
                 server makes one";
            Fault::yang(leaf.path(), message)
        })?;
        let mut whole = map.remove("server-id").unwrap_or_else(Value::map);
        if let Some(whole) = whole.as_map_mut() {
            for (key, value) in parts.into_pairs() {
                whole.insert(key, value);
            }
        }
        map.insert("server-id", whole);
        self.mark(&path.key("server-id"), leaf, None);
        Ok(())
    }

    /// Lifetimes and times.
    pub(super) fn times(&self, scope: Node<'a>, map: &mut Map, path: &JsonPath<'_>) {
        for (name, key) in TIMES {
            let Some(leaf) = scope.child(name) else { continue };
            if let Some(seconds) = leaf.value().and_then(|value| value.parse().ok()) {
                map.insert(key, Value::new(Data::Int(seconds)));
                self.mark(&path.key(key), leaf, None);
            }
        }
    }

    /// The options of the sets that a scope refers to.
    pub(super) fn options(
        &self,
        scope: Node<'a>,
        map: &mut Map,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let mut list = Vec::new();
        let here = path.key("option-data");
        for id in options::sets_of(scope) {
            let Some(set) = id.value().and_then(|id| self.sets.get(id)) else {
                return Err(Fault::yang(id.path(), "there is no such option set: add it"));
            };
            for (node, option) in options::of_set(self.ietf, *set)? {
                // Several sets may have the same, such as that of a vendor around its suboptions.
                if list.contains(&option) {
                    continue;
                }
                let plan = (node.name() == "option-data").then_some(&self.ietf.options);
                self.mark(&here.index(list.len()), node, plan);
                list.push(option);
            }
        }
        if !list.is_empty() {
            map.insert("option-data", list);
        }
        Ok(())
    }

    fn classes(&self, map: &mut Map, path: &JsonPath<'_>) -> Result<(), Fault> {
        let plan = &self.ietf.classes;
        let here = path.key(&plan.json);
        let mut list: Vec<Value> = Vec::new();
        for class in listed(self.server, "class-selector", "client-class") {
            self.mark(&here.index(list.len()), class, Some(plan));
            list.push(to_json::map(plan, class)?.into());
        }
        if !list.is_empty() {
            map.insert(plan.json.as_str(), list);
        }
        Ok(())
    }

    /// Ranges that are in shared networks go there, in their order; the others go beside each other,
    /// sorted by their numbers.
    fn subnets(&self, map: &mut Map, path: &JsonPath<'_>) -> Result<(), Fault> {
        let mut taken = Taken::default();
        let mut left = BTreeMap::new();
        let mut by_id = HashMap::new();
        for range in self.ranges.into_iter().flat_map(|ranges| entries(ranges, "allocation-range"))
        {
            refuse::of_name(range, "id")?;
            let number = range_number(range);
            taken.take(number, range)?;
            left.insert(number, range);
            by_id.insert(range.leaf("id").unwrap_or(""), range);
        }
        let vendor = self.server.child("vendor-config").and_then(|vendor| own(vendor, "settings"));
        let networks = vendor.into_iter().flat_map(|vendor| entries(vendor, "shared-network"));
        let mut members = Vec::new();
        for network in networks {
            let mut list = Vec::new();
            for id in entries(network, "allocation-range") {
                let range = id.value().and_then(|id| by_id.get(id)).copied();
                let range = range.and_then(|range| left.remove(&range_number(range)));
                list.push(range.ok_or_else(|| {
                    let message = "there is no such allocation range, or it is in another shared \
                         network too: add it there or delete it here";
                    Fault::yang(id.path(), message)
                })?);
            }
            members.push(list);
        }
        let networks = map.get_mut("shared-networks").map(|networks| &mut networks.data);
        if let Some(Data::List(networks)) = networks {
            let here = path.key("shared-networks");
            for (index, (network, ranges)) in networks.iter_mut().zip(members).enumerate() {
                let Some(network) = network.as_map_mut() else { continue };
                network.remove("allocation-range");
                self.list(ranges.into_iter(), network, &here.index(index))?;
            }
        }
        self.list(left.into_values(), map, path)
    }

    fn list(
        &self,
        ranges: impl Iterator<Item = Node<'a>>,
        map: &mut Map,
        path: &JsonPath<'_>,
    ) -> Result<(), Fault> {
        let here = path.key("subnet6");
        let list = ranges
            .enumerate()
            .map(|(index, range)| self.range(range, &here.index(index)).map(Value::from));
        let list = list.collect::<Result<Vec<_>, _>>()?;
        if !list.is_empty() {
            map.insert("subnet6", list);
        }
        Ok(())
    }

    /// What holds for ranges that do not say themselves whether they have rapid commit.
    pub(super) fn rapid_commit(&self) -> Option<Node<'a>> {
        self.ranges.and_then(|ranges| ranges.child("rapid-commit"))
    }
}
