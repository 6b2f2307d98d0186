//! INFORMATION-REQUEST, RFC 9915 section 18.3.6.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_wire::v6::MessageType;

use super::association::Answers;
use super::reply::Reply;
use super::{Exchange, Outcome};

impl<'a> Exchange<'a> {
    /// Tells options; there is no lease.
    pub(super) fn inform(&self, selected: Option<&'a Arc<Subnet>>, reply: &mut Vec<u8>) -> Outcome {
        self.answer(&Reply::new(MessageType::REPLY, selected, Answers::new()), reply)
    }
}
