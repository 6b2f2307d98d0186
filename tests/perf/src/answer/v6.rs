//! Answers of DHCPv6, with or without a relay agent's layer.

use ruru_wire::DecodeError;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix, ServerIdentifier};
use ruru_wire::v6::{MessageType, Query};

use super::{Answer, Said, Unreadable};
use crate::servers::Servers;
use crate::session::Xid;

/// The message type and the transaction id, RFC 8415 section 8.
const SHORTEST: usize = 4;

pub(super) fn decode(message: &[u8], servers: &mut Servers) -> Result<(Xid, Answer), Unreadable> {
    if message.len() < SHORTEST {
        return Err(Unreadable::TooShort);
    }
    read(message, servers).map_err(|_| Unreadable::Malformed)
}

fn read(message: &[u8], servers: &mut Servers) -> Result<(Xid, Answer), DecodeError> {
    let query = Query::decode(message)?;
    let said = match query.message_type {
        MessageType::ADVERTISE => Said::Offer,
        MessageType::REPLY => Said::Grant,
        _ => Said::Other,
    };
    // What ends at once is taken away, not given.
    let address = match query.options.decode::<IaNa<'_>>()? {
        Some(association) => association.options.decode::<IaAddress<'_>>()?,
        None => None,
    };
    let prefix = match query.options.decode::<IaPd<'_>>()? {
        Some(association) => association.options.decode::<IaPrefix<'_>>()?,
        None => None,
    };
    let server: Option<ServerIdentifier> = query.options.decode()?;
    let answer = Answer {
        said,
        address: address.filter(|own| own.valid > 0).map(|own| own.address.into()),
        prefix: prefix.filter(|own| own.valid > 0).map(|own| own.prefix),
        server: server.and_then(|ServerIdentifier(duid)| servers.number(duid.as_bytes())),
    };
    Ok((query.transaction_id, answer))
}
