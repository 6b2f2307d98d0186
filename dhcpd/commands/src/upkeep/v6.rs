//! The engine of DHCPv6, as far as commands and the clock need it.

use ruru_engine::v6::Engine;
use ruru_lease::{Lease6, StoreError, Time, V6};
use ruru_ncr::NameChangeRequest;
use ruru_store::Batch;
use ruru_wire::v6::Duid;

use super::Upkeep;
use crate::Server;

impl Upkeep for V6 {
    type Engine<'a> = Engine<'a>;

    fn with_engine<R>(
        server: &Server<Self>,
        work: impl FnOnce(&Engine<'_>) -> R,
    ) -> (R, Vec<NameChangeRequest>) {
        let engine = Engine {
            config: &server.config,
            registry: &server.registry,
            log: &*server.log,
            now: server.now(),
            random: 0,
            // Nobody is answered.
            server_id: &Duid::empty(),
        };
        (work(&engine), Vec::new())
    }

    fn now(engine: &Engine<'_>) -> Time {
        engine.now
    }

    async fn reclaim(
        engine: &Self::Engine<'_>,
        lease: Lease6,
        remove: bool,
        batch: &Batch<'_, Self>,
    ) -> Result<(), StoreError> {
        engine.reclaim(lease, remove, batch).await
    }
}
