//! Who a client is.

use std::fmt;

use ruru_config::v6::MacSource;
use ruru_host::IdentifierKind;
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::ClientIdentifier;
use ruru_wire::v6::{Duid, HardwareType, Query};

use super::{Arrival, hardware};

/// What a query says about its client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier; none in queries for information of clients that do not tell it.
    pub duid: Option<Duid>,
    /// Its hardware address, if it could be told.
    pub hardware: Option<Hardware>,
    transaction_id: u32,
}

/// A hardware address and how it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// The address.
    pub address: HardwareAddress,
    /// Its type.
    pub kind: HardwareType,
    /// Where it was found.
    pub source: MacSource,
}

impl Client {
    /// The client of a query; `sources` say where its hardware address is looked for.
    #[must_use]
    pub fn of(query: &Query<'_>, arrival: &Arrival<'_>, sources: &[MacSource]) -> Self {
        let duid = query.options.decode::<ClientIdentifier>().ok().flatten().map(|id| id.0);
        let hardware = hardware::find(query, *arrival.source.ip(), duid.as_ref(), sources);
        Self { duid, hardware, transaction_id: query.transaction_id }
    }

    /// The identifier of a kind, if the query has it.
    #[must_use]
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&[u8]> {
        match kind {
            IdentifierKind::HwAddress => self.hardware.as_ref().map(|own| own.address.as_bytes()),
            IdentifierKind::Duid => self.duid.as_ref().map(Duid::as_bytes),
            IdentifierKind::CircuitId | IdentifierKind::ClientId | IdentifierKind::FlexId => None,
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.duid {
            None => f.write_str("duid=[no info], ")?,
            Some(duid) => write!(f, "duid=[{duid}], ")?,
        }
        match &self.hardware {
            None => f.write_str("[no hwaddr info], ")?,
            Some(Hardware { address, kind, .. }) => write!(f, "[hwtype={} {address}], ", kind.0)?,
        }
        write!(f, "tid=0x{:x}", self.transaction_id)
    }
}
