//! The engine of DHCPv4, called by the test.

use ruru_engine::v4::{Arrival, Destination, Engine, Outcome};
use ruru_lease::{StoreError, V4};
use ruru_observe::counters::Server4;
use ruru_store::Batch;

use super::Target;
use crate::scenario::in_process::{Called, Queried};
use crate::scenario::{Interface, Protocol, Reply};

impl Called for V4 {
    const COUNTED: [Server4; 3] =
        [Server4::Received, Server4::ServiceDisabled, Server4::ReceiveDrop];

    async fn receive(
        queried: &Queried<'_, Self>,
        batch: &Batch<'_, Self>,
    ) -> Result<Option<Reply<Self>>, StoreError> {
        let Queried { server, packet, query, interface, .. } = *queried;
        let addresses = |interface: &Interface<Self>| {
            interface.addresses.iter().map(|(address, _)| *address).collect::<Vec<_>>()
        };
        let own: Vec<_> = queried.interfaces.iter().flat_map(addresses).collect();
        let destination = packet.destination(interface);
        let asked = addresses(interface).into_iter().find(|own| *own == destination);
        let engine = Engine {
            config: &server.config,
            registry: &server.registry,
            log: &*server.log,
            now: server.now(),
            random: queried.number.into(),
            own_addresses: &own,
            name_changes: queried.name_changes,
            answer_to_source: queried.answers_to_source,
        };
        let arrival = Arrival {
            message: query,
            source: packet.source(),
            destination,
            local: asked.unwrap_or_else(|| interface.address()),
            interface: &interface.name,
            over6: None,
        };
        let mut message = Vec::new();
        if packet.over6.is_some() {
            let passed = Self::passed(packet, query).expect("it is not too long");
            let passed = passed.unwrap_or_default();
            let passed = engine.passed(&passed).expect("it is a query");
            let local = interface.address();
            let outcome = engine.receive_passed(&passed, local, batch, &mut message).await?;
            let is_answered = matches!(outcome, Outcome::Answer { .. });
            return Ok(is_answered.then(|| Self::as_passed_reply(&message, local)).flatten());
        }
        let outcome = engine.receive(&arrival, batch, &mut message).await?;
        let Outcome::Answer { to, from, .. } = outcome else { return Ok(None) };
        let to = match to {
            Destination::Address(address) => Target::Address(address),
            Destination::Link { address, hwaddr } => Target::Link { address, hwaddr },
            Destination::Broadcast => Target::Broadcast,
            // This one was not passed on.
            Destination::Passed => return Ok(None),
        };
        Ok(Some(Reply { message, from, to }))
    }
}
