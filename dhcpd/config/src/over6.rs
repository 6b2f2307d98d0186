//! Which clients of DHCPv4 over DHCPv6 (RFC 7341) are in a subnet.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_lease::{SubnetId, V6};

use crate::complaint::{Complaint, Within};
use crate::groups::{Groups, Lengths};
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
    by_interface: Groups<Arc<str>>,
    by_interface_id: Groups<Arc<[u8]>>,
    by_source: Groups<Prefix<V6>>,
    /// Those of the sources.
    lengths: Lengths,
}

impl Over6Index {
    /// The subnets that fit in any way, one more than once if it fits in several.
    pub(crate) fn fitting(
        &self,
        source: Option<Ipv6Addr>,
        interface_id: Option<&[u8]>,
        interface: &str,
    ) -> impl Iterator<Item = SubnetId> {
        let prefixes = source.into_iter().flat_map(|source| self.lengths.around(source));
        let by_source = prefixes.flat_map(|prefix| self.by_source.of(&prefix));
        let by_interface_id = interface_id.into_iter().flat_map(|id| self.by_interface_id.of(id));
        by_source.chain(by_interface_id).chain(self.by_interface.of(interface))
    }

    pub(crate) fn add(&mut self, id: SubnetId, own: &Over6) {
        if let Some(interface) = &own.interface {
            self.by_interface.add(Arc::clone(interface), id);
        }
        if let Some(interface_id) = &own.interface_id {
            self.by_interface_id.add(Arc::clone(interface_id), id);
        }
        if let Some(source) = own.source {
            self.by_source.add(source, id);
            self.lengths.add(source.length());
        }
    }

    pub(crate) fn remove(&mut self, id: SubnetId, own: &Over6) {
        if let Some(interface) = &own.interface {
            self.by_interface.remove(interface, id);
        }
        if let Some(interface_id) = &own.interface_id {
            self.by_interface_id.remove(interface_id, id);
        }
        if let Some(source) = own.source {
            self.by_source.remove(&source, id);
            self.lengths.remove(source.length());
        }
    }
}
