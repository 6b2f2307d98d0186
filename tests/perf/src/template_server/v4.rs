//! OFFER and ACK.

use std::net::Ipv4Addr;

use ruru_wire::v4::options::RequestedAddress;
use ruru_wire::v4::{BootpOp, Header, MessageType, OptionCode, Query, Writer};

use super::{Answers, HOUR, Leases};
use crate::template::set;

/// Where an answer's own fields stand, RFC 2131 section 2; what is between is the query's.
const HTYPE_TO_XID: std::ops::Range<usize> = 1..8;
const YIADDR: usize = 16;
const FLAGS: std::ops::Range<usize> = 10..12;
const GIADDR_AND_CHADDR: std::ops::Range<usize> = 24..44;

/// Addresses are of this network, 10.0.0.0/8.
const FIRST: u32 = 10 << 24;

/// The answers but for what is the client's.
pub(super) struct Templates {
    offer: Vec<u8>,
    ack: Vec<u8>,
    leases: Leases,
}

impl Templates {
    /// Of a server with this address.
    pub(super) fn new(server: Ipv4Addr, leases: Leases) -> Self {
        let template = |message_type| template(message_type, server);
        Self { offer: template(MessageType::OFFER), ack: template(MessageType::ACK), leases }
    }
}

impl Answers for Templates {
    fn answer(&mut self, query: &[u8], answer: &mut Vec<u8>) -> bool {
        let (template, address) = match asked(query) {
            Some(Asked::Any) => (&self.offer, Ipv4Addr::from(FIRST | self.leases.next())),
            Some(Asked::One(address)) => (&self.ack, address),
            None => return false,
        };
        answer.clear();
        answer.extend_from_slice(template);
        for field in [HTYPE_TO_XID, FLAGS, GIADDR_AND_CHADDR] {
            if let Some(bytes) = query.get(field.clone()) {
                set(answer, field.start, bytes);
            }
        }
        set(answer, YIADDR, &address.octets());
        true
    }
}

/// What a query asks for.
enum Asked {
    /// A DISCOVER.
    Any,
    /// A REQUEST for an address, new or renewed.
    One(Ipv4Addr),
}

/// What a query asks for; `None` if no answer is due.
fn asked(query: &[u8]) -> Option<Asked> {
    let query = Query::decode(query).ok()?;
    match query.message_type()? {
        MessageType::DISCOVER => Some(Asked::Any),
        MessageType::REQUEST => Some(Asked::One(match query.options.decode().ok()? {
            Some(RequestedAddress(address)) => address,
            None => query.header.ciaddr,
        })),
        _ => None,
    }
}

/// An answer to which only the client's fields and the address are to be added.
fn template(message_type: MessageType, server: Ipv4Addr) -> Vec<u8> {
    let mut message = Vec::new();
    let header = Header::blank(BootpOp::REPLY);
    let mut writer = Writer::new(&mut message, &header, b"", b"");
    writer.option(OptionCode::MESSAGE_TYPE, &[message_type.0]);
    writer.address(OptionCode::SERVER_IDENTIFIER, server);
    writer.number(OptionCode::LEASE_TIME, HOUR);
    writer.address(OptionCode::SUBNET_MASK, Ipv4Addr::new(255, 0, 0, 0));
    writer.finish();
    message
}
