//! Queries, made once and then only filled in.

use std::net::Ipv4Addr;

use ruru_wire::v4::options::ServerIdentifier;
use ruru_wire::v4::{
    BootpOp, HardwareAddress, HardwareType, Header, MessageType, OptionCode, Query, Writer,
};

/// Where the fixed fields stand, RFC 2131 section 2.
const XID: usize = 4;
const CIADDR: usize = 12;
const CHADDR: usize = 28;

/// What a client asks for, as most do: mask, router, name servers, domain, times.
const REQUESTED: [u8; 8] = [1, 3, 6, 15, 51, 54, 58, 59];

/// What a client was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// The client's number.
    pub(crate) client: u32,
    /// Its address.
    pub(crate) address: Ipv4Addr,
    /// Whose it is.
    pub(crate) server: Ipv4Addr,
}

/// The queries of a relay's clients.
#[derive(Debug)]
pub(crate) struct Templates {
    discover: Template,
    request: Template,
    renewal: Template,
}

/// A query, and where its client identifier and addresses stand.
#[derive(Debug)]
struct Template {
    message: Vec<u8>,
    client_id: usize,
    requested: Option<usize>,
    server: Option<usize>,
}

impl Templates {
    /// Queries that come through a relay.
    pub(crate) fn new(relay: Ipv4Addr) -> Self {
        Self {
            discover: Template::new(relay, MessageType::DISCOVER, false),
            request: Template::new(relay, MessageType::REQUEST, true),
            renewal: Template::new(relay, MessageType::REQUEST, false),
        }
    }

    /// A new client's first query.
    pub(crate) fn discover(&self, query: &mut Vec<u8>, xid: u32, client: u32) {
        self.discover.fill(query, xid, client);
    }

    /// A client takes what it was offered.
    pub(crate) fn request(&self, query: &mut Vec<u8>, xid: u32, offer: &Lease) {
        let template = &self.request;
        template.fill(query, xid, offer.client);
        if let Some(at) = template.requested {
            set(query, at, &offer.address.octets());
        }
        if let Some(at) = template.server {
            set(query, at, &offer.server.octets());
        }
    }

    /// A client goes on using its address.
    pub(crate) fn renewal(&self, query: &mut Vec<u8>, xid: u32, lease: &Lease) {
        self.renewal.fill(query, xid, lease.client);
        set(query, CIADDR, &lease.address.octets());
    }
}

impl Template {
    fn new(relay: Ipv4Addr, message_type: MessageType, selects: bool) -> Self {
        let header = Header {
            op: BootpOp::REQUEST,
            htype: HardwareType::ETHERNET,
            hops: 1,
            xid: 0,
            secs: 0,
            flags: 0,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            yiaddr: Ipv4Addr::UNSPECIFIED,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: relay,
            chaddr: HardwareAddress::new(&hardware_address(0)).unwrap_or_default(),
        };
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message, &header, b"", b"");
        writer.option(OptionCode::MESSAGE_TYPE, &[message_type.0]);
        // Behind an option's code and length stands its content.
        let client_id = writer.len() + 3;
        writer.option(OptionCode::CLIENT_IDENTIFIER, &[HardwareType::ETHERNET.0, 0, 0, 0, 0, 0, 0]);
        let mut address = |code| {
            selects.then(|| {
                let at = writer.len() + 2;
                writer.address(code, Ipv4Addr::UNSPECIFIED);
                at
            })
        };
        let requested = address(OptionCode::REQUESTED_ADDRESS);
        let server = address(OptionCode::SERVER_IDENTIFIER);
        writer.option(OptionCode::PARAMETER_REQUEST_LIST, &REQUESTED);
        writer.finish();
        Self { message, client_id, requested, server }
    }

    fn fill(&self, query: &mut Vec<u8>, xid: u32, client: u32) {
        query.clear();
        query.extend_from_slice(&self.message);
        let hardware_address = hardware_address(client);
        set(query, XID, &xid.to_be_bytes());
        set(query, CHADDR, &hardware_address);
        set(query, self.client_id, &hardware_address);
    }
}

/// An offer's or acknowledgement's address and server; `None` for any other message.
pub(crate) fn answer(message: &[u8]) -> Option<(MessageType, Ipv4Addr, Ipv4Addr)> {
    let query = Query::decode(message).ok()?;
    let ServerIdentifier(server) = query.options.decode().ok()??;
    Some((query.message_type()?, query.header.yiaddr, server))
}

/// The transaction id, if the message is long enough to have one.
pub(crate) fn xid(message: &[u8]) -> Option<u32> {
    let bytes = message.get(XID..XID + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// A client's address, of those that nobody administers.
fn hardware_address(client: u32) -> [u8; 6] {
    let [a, b, c, d] = client.to_be_bytes();
    [0x02, 0x0c, a, b, c, d]
}

/// Sets a field, if the message is long enough to have it.
pub(crate) fn set(query: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(field) = query.get_mut(at..at + bytes.len()) {
        field.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use ruru_wire::v4::options::RequestedAddress;

    use super::*;

    const RELAY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
    const LEASE: Lease = Lease {
        client: 0x0102,
        address: Ipv4Addr::new(10, 0, 0, 9),
        server: Ipv4Addr::new(192, 0, 2, 2),
    };

    #[test]
    fn a_request_names_client_address_and_server() {
        let mut message = Vec::new();
        Templates::new(RELAY).request(&mut message, 77, &LEASE);
        let query = Query::decode(&message).unwrap();
        assert_eq!((query.header.xid, query.header.giaddr), (77, RELAY));
        assert_eq!(query.header.chaddr.as_bytes(), [2, 12, 0, 0, 1, 2]);
        let client_id = query.options.get(OptionCode::CLIENT_IDENTIFIER);
        assert_eq!(client_id, Some(&[1, 2, 12, 0, 0, 1, 2][..]));
        assert_eq!(query.options.decode(), Ok(Some(RequestedAddress(LEASE.address))));
        assert_eq!(query.options.decode(), Ok(Some(ServerIdentifier(LEASE.server))));
        assert_eq!(xid(&message), Some(77));
    }

    #[test]
    fn a_renewal_has_the_address_in_ciaddr_only() {
        let mut message = Vec::new();
        Templates::new(RELAY).renewal(&mut message, 1, &LEASE);
        let query = Query::decode(&message).unwrap();
        assert_eq!(query.header.ciaddr, LEASE.address);
        assert!(!query.options.contains(OptionCode::REQUESTED_ADDRESS));
        assert!(!query.options.contains(OptionCode::SERVER_IDENTIFIER));
    }
}
