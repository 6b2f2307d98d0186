//! DHCPINFORM, RFC 2131 section 4.3.5.

use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_wire::v4::MessageType;

use super::names::Name;
use super::reply::Grant;
use super::{Exchange, Outcome};
use crate::classes::Classified;

impl<'a> Exchange<'a> {
    /// Answers with options only.
    pub(super) fn inform(&self, subnet: Option<&'a Arc<Subnet>>, reply: &mut Vec<u8>) -> Outcome {
        let host = subnet.and_then(|subnet| self.host_in(subnet));
        let grant = Grant { subnet, host, address: None, lifetime: None, name: Name::default() };
        self.answer(MessageType::ACK, &grant, reply)
    }
}
