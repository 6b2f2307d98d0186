//! The engine of DHCPv6, called by the test.

use ruru_config::v6::{DuidKind, ServerId};
use ruru_engine::v6::{Arrival, Engine, Outcome};
use ruru_lease::{StoreError, V6};
use ruru_observe::counters::Server6;
use ruru_store::Batch;
use ruru_wire::HardwareAddress;
use ruru_wire::v6::{Duid, HardwareType};

use super::reply::Target;
use crate::scenario::Reply;
use crate::scenario::in_process::{Called, Queried};

/// The enterprise number of ISC.
const ISC: u32 = 2495;

impl Called for V6 {
    const COUNTED: [Server6; 3] =
        [Server6::Received, Server6::ServiceDisabled, Server6::ReceiveDrop];

    async fn receive(
        queried: &Queried<'_, Self>,
        batch: &Batch<'_, Self>,
    ) -> Result<Option<Reply<Self>>, StoreError> {
        let Queried { server, packet, query, interface, .. } = *queried;
        let engine = Engine {
            config: &server.config,
            registry: &server.registry,
            log: &*server.log,
            now: server.now(),
            random: queried.number.into(),
            server_id: &duid(&server.config.globals().own.server_id),
            name_changes: queried.name_changes,
        };
        let arrival = Arrival {
            message: query,
            source: packet.source(),
            destination: packet.destination(),
            interface: &interface.name,
        };
        let mut message = Vec::new();
        let outcome = engine.receive(&arrival, batch, &mut message).await?;
        let Outcome::Answer { to, beyond_link, .. } = outcome else { return Ok(None) };
        let mut others = interface.addresses.iter().map(|(address, _)| *address);
        let global = others.find(|address| !address.is_unicast_link_local());
        let from = global.filter(|_| beyond_link).unwrap_or_else(|| interface.address());
        let interface = interface.name.clone();
        let to = Target { address: *to.ip(), port: to.port(), interface };
        Ok(Some(Reply { message, from, to }))
    }
}

/// A DUID of which the configuration says all.
fn duid(settings: &ServerId) -> Duid {
    let kind = HardwareType(settings.htype);
    let address = || HardwareAddress::new(&settings.identifier).expect("a hardware address");
    match settings.kind.expect("the kind of server-id") {
        DuidKind::Llt => Duid::llt(kind, settings.time, &address()),
        DuidKind::Ll => Duid::ll(kind, &address()),
        DuidKind::En => {
            let enterprise = if settings.enterprise == 0 { ISC } else { settings.enterprise };
            Duid::en(enterprise, &settings.identifier).expect("an identifier that is not too long")
        }
    }
}
