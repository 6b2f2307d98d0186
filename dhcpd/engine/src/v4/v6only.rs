//! Clients that can do without an IPv4 address, RFC 8925.

use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_wire::v4::{OptionCode, OptionSet};

use super::Exchange;
use super::names::Name;
use super::reply::Grant;
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// What a client gets that asks for the V6-Only Preferred option on a link that has it: no
    /// address.
    pub(super) fn without_address(&self, selected: &'a Arc<Subnet>) -> Option<Grant<'a>> {
        let asked = self.query.options.get(OptionCode::PARAMETER_REQUEST_LIST);
        if !asked.is_some_and(|codes| codes.contains(&OptionCode::V6_ONLY_PREFERRED.0)) {
            return None;
        }
        let has = |options: &OptionSet| {
            options.get(OptionCode::V6_ONLY_PREFERRED, |class| self.is_in_class(class)).is_some()
        };
        let subnet = self.link(selected).find(|subnet| has(&subnet.options));
        let network = || {
            let network = selected.network.as_ref()?;
            has(&network.options).then_some(selected)
        };
        let subnet = subnet.or_else(network)?;
        let host = self.host_in(subnet);
        let name = Name::default();
        Some(Grant { subnet: Some(subnet), host, address: None, lifetime: None, name })
    }
}
