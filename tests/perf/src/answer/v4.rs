//! Answers of DHCPv4.

use ruru_wire::v4::options::ServerIdentifier;
use ruru_wire::v4::{MessageType, Query};

use super::{Answer, Said, Unreadable};
use crate::servers::Servers;
use crate::session::Xid;

/// The least that has a transaction id: it follows four octets, RFC 2131 section 2.
const SHORTEST: usize = 8;

pub(super) fn decode(message: &[u8], servers: &mut Servers) -> Result<(Xid, Answer), Unreadable> {
    if message.len() < SHORTEST {
        return Err(Unreadable::TooShort);
    }
    let query = Query::decode(message).map_err(|_| Unreadable::Malformed)?;
    let server = query.options.decode().map_err(|_| Unreadable::Malformed)?;
    let said = match query.message_type() {
        Some(MessageType::OFFER) => Said::Offer,
        Some(MessageType::ACK) => Said::Grant,
        Some(MessageType::NAK) => Said::Refusal,
        _ => Said::Other,
    };
    let address = query.header.yiaddr;
    let answer = Answer {
        said,
        address: (!address.is_unspecified()).then(|| address.into()),
        prefix: None,
        server: match server {
            Some(ServerIdentifier(server)) => servers.number(&server.octets()),
            None => None,
        },
    };
    Ok((query.header.xid, answer))
}
