//! CONFIRM, RFC 9915 section 18.3.3.

use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::Resource;
use ruru_wire::v6::{MessageType, StatusCode};

use super::association::Answers;
use super::reply::Reply;
use super::{Exchange, Outcome};

impl<'a> Exchange<'a> {
    /// Says whether the client's addresses fit the link that it is on.
    pub(super) fn confirm(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        reply: &mut Vec<u8>,
    ) -> Outcome {
        let associations = self.associations();
        let of_addresses = associations.iter().filter(|ia| ia.resource == Resource::Address);
        let mut addresses =
            of_addresses.flat_map(|ia| ia.hints.iter().map(|hint| hint.address)).peekable();
        if addresses.peek().is_none() {
            return Outcome::Silence;
        }
        let (code, message) = match selected {
            None => (StatusCode::NOT_ON_LINK, "No subnet selected".into()),
            Some(subnet) => match addresses.find(|own| !subnet.prefix.contains(*own)) {
                None => (StatusCode::SUCCESS, "All addresses are on-link".into()),
                Some(other) => {
                    let message = format!("Address {other} is not on link.");
                    (StatusCode::NOT_ON_LINK, message.into())
                }
            },
        };
        let mut answer = Reply::new(MessageType::REPLY, selected, Answers::new());
        answer.status = Some((code, message));
        self.answer(&answer, reply)
    }
}
