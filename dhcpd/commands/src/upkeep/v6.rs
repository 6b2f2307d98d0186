//! The engine of DHCPv6, as far as commands and the clock need it.

use ruru_engine::NameChanges;
use ruru_engine::v6::Engine;
use ruru_lease::{Lease6, StoreError, Time, V6};
use ruru_ncr::NameChangeRequest;
use ruru_store::Batch;
use ruru_wire::v6::Duid;

use super::{Told, Upkeep};
use crate::Server;

impl Upkeep for V6 {
    type Engine<'a> = Engine<'a>;

    fn with_engine<R>(
        server: &Server<Self>,
        work: impl FnOnce(&Engine<'_>) -> R,
    ) -> (R, Vec<NameChangeRequest>) {
        let name_changes = NameChanges::default();
        let engine = Engine {
            config: &server.config,
            registry: &server.registry,
            log: &*server.log,
            now: server.now(),
            random: 0,
            // Nobody is answered.
            server_id: &Duid::empty(),
            name_changes: &name_changes,
        };
        let done = work(&engine);
        (done, name_changes.take())
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

impl Told for V6 {
    fn tell_of_deletion(engine: &Engine<'_>, lease: &Lease6) {
        engine.tell_of_deletion(lease);
    }

    fn tell_again(engine: &Engine<'_>, lease: &Lease6) -> bool {
        engine.tell_again(lease)
    }
}
