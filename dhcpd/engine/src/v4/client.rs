//! Who a client is.

use std::fmt;

use ruru_host::IdentifierKind;
use ruru_lease::Lease4;
use ruru_wire::ColonHex;
use ruru_wire::v4::options::RelayAgentInformation;
use ruru_wire::v4::{HardwareAddress, HardwareType, OptionCode, Query, RelaySubOption};

/// What a query says about its client.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The hardware address; may be empty.
    pub hwaddr: HardwareAddress,
    /// The client identifier, if there is one that is not empty.
    pub client_id: Option<&'a [u8]>,
    htype: HardwareType,
    xid: u32,
    circuit_id: Option<&'a [u8]>,
}

impl<'a> Client<'a> {
    /// The client of a query that came with this relay agent information.
    #[must_use]
    pub fn of(query: &'a Query<'_>, relay_agent: Option<&'a [u8]>) -> Self {
        let relay = relay_agent.map(RelayAgentInformation);
        let client_id = query.options.get(OptionCode::CLIENT_IDENTIFIER);
        Self {
            hwaddr: query.header.chaddr,
            client_id: client_id.filter(|id| !id.is_empty()),
            htype: query.header.htype,
            xid: query.header.xid,
            circuit_id: relay.and_then(|info| info.get(RelaySubOption::CIRCUIT_ID)),
        }
    }

    /// Whether there is anything to know it by.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.hwaddr.is_empty() && self.client_id.is_none()
    }

    /// The identifier of a kind, if the query has it.
    #[must_use]
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&[u8]> {
        let bytes = match kind {
            IdentifierKind::HwAddress => Some(self.hwaddr.as_bytes()),
            // RFC 4361 section 6.1: type 255, four bytes of IAID, then the DUID.
            IdentifierKind::Duid => {
                self.client_id.filter(|id| id[0] == 255).and_then(|id| id.get(5..))
            }
            IdentifierKind::CircuitId => self.circuit_id,
            IdentifierKind::ClientId => self.client_id,
            IdentifierKind::FlexId => None,
        };
        bytes.filter(|bytes| !bytes.is_empty())
    }

    /// Whether a lease is this client's: by client identifier if both have one and the subnet
    /// matches by it, else by hardware address.
    #[must_use]
    pub fn owns(&self, lease: &Lease4, match_client_id: bool) -> bool {
        if match_client_id {
            return lease.belongs_to(self.client_id, &self.hwaddr);
        }
        !self.hwaddr.is_empty() && lease.hwaddr == self.hwaddr
    }
}

impl fmt::Display for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[hwtype={} {}], cid=[", self.htype.0, self.hwaddr)?;
        match self.client_id {
            None => f.write_str("no info")?,
            Some(bytes) => ColonHex(bytes).fmt(f)?,
        }
        write!(f, "], tid=0x{:x}", self.xid)
    }
}
