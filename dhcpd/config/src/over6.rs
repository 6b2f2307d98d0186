//! Which clients of DHCPv4 over DHCPv6 (RFC 7341) are in a subnet.

use std::net::Ipv6Addr;
use std::sync::Arc;

use imbl::{HashMap, OrdMap, OrdSet};
use ruru_lease::{SubnetId, V6};

use crate::complaint::{Complaint, Within};
use crate::prefix::{InvalidPrefix, Prefix};
use crate::settings::Settings;

/// `4o6-interface`, `4o6-interface-id` and `4o6-subnet`: what a DHCPv6 server says of those whose
/// messages it passes on. Any of them is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Over6 {
    /// The interface of the DHCPv6 server.
    interface: Option<Arc<str>>,
    /// What a relay agent calls its interface.
    interface_id: Option<Arc<[u8]>>,
    /// Where they come from: the client's address, or the relay agent's.
    source: Option<Prefix<V6>>,
}

impl Over6 {
    /// Reads the parameters of a subnet; `None` if it is for no such clients.
    pub(crate) fn read(settings: &Settings) -> Result<Option<Self>, Complaint> {
        let given = |name| settings.text(name).filter(|text| !text.is_empty());
        let source = given("4o6-subnet").map(str::parse).transpose();
        let own = Self {
            interface: given("4o6-interface").map(Arc::from),
            interface_id: given("4o6-interface-id").map(|id| id.as_bytes().into()),
            source: source
                .map_err(|error: InvalidPrefix| Complaint::new(error.to_string()))
                .under("4o6-subnet")?,
        };
        let is_for_any =
            own.interface.is_some() || own.interface_id.is_some() || own.source.is_some();
        Ok(is_for_any.then_some(own))
    }
}

/// Subnets by what they have for such clients. Copies share what is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Over6Index {
    by_interface: HashMap<Arc<str>, OrdSet<SubnetId>>,
    by_interface_id: HashMap<Arc<[u8]>, OrdSet<SubnetId>>,
    by_source: OrdMap<Prefix<V6>, OrdSet<SubnetId>>,
    /// How many of the prefixes there are of each length that is there.
    lengths: OrdMap<u8, u32>,
}

impl Over6Index {
    /// The subnets that fit in any way, one more than once if it fits in several.
    pub(crate) fn fitting(
        &self,
        source: Option<Ipv6Addr>,
        interface_id: Option<&[u8]>,
        interface: &str,
    ) -> impl Iterator<Item = SubnetId> {
        let lengths = source.into_iter().flat_map(|source| {
            self.lengths.keys().map(move |length| Prefix::around(source, *length))
        });
        let by_source = lengths.filter_map(|prefix| self.by_source.get(&prefix));
        let by_interface_id = interface_id.and_then(|id| self.by_interface_id.get(id));
        let by_interface = self.by_interface.get(interface);
        by_source.chain(by_interface_id).chain(by_interface).flatten().copied()
    }

    pub(crate) fn add(&mut self, id: SubnetId, own: &Over6) {
        if let Some(interface) = &own.interface {
            self.by_interface.entry(Arc::clone(interface)).or_default().insert(id);
        }
        if let Some(interface_id) = &own.interface_id {
            self.by_interface_id.entry(Arc::clone(interface_id)).or_default().insert(id);
        }
        if let Some(source) = own.source {
            self.by_source.entry(source).or_default().insert(id);
            *self.lengths.entry(source.length()).or_default() += 1;
        }
    }

    pub(crate) fn remove(&mut self, id: SubnetId, own: &Over6) {
        if let Some(ids) = own.interface.as_ref().and_then(|at| self.by_interface.get_mut(at)) {
            ids.remove(&id);
        }
        if let Some(ids) = own.interface_id.as_ref().and_then(|at| self.by_interface_id.get_mut(at))
        {
            ids.remove(&id);
        }
        let Some(source) = own.source else { return };
        if let Some(ids) = self.by_source.get_mut(&source) {
            ids.remove(&id);
        }
        let length = source.length();
        match self.lengths.get(&length).map_or(0, |count| count - 1) {
            0 => self.lengths.remove(&length),
            left => self.lengths.insert(length, left),
        };
    }
}
