//! Compaction of the lease file, in a thread of its own.

use std::marker::PhantomData;
use std::sync::Arc;

use ruru_commands::CompactionStart;
use ruru_observe::Sink;
use ruru_process::Log;
use ruru_store::Memfile;

use crate::events::StoreEvent;
use crate::family::Served;
use crate::worker::chain;

/// Begins a compaction.
pub(crate) fn start<F: Served>(leases: &Memfile<F>, log: &Arc<Log>) -> CompactionStart {
    if leases.path().is_none() {
        return CompactionStart::NoFile;
    }
    let failed = |error: &dyn std::error::Error, log: &Log| {
        let reason = chain(error);
        log.emit(&StoreEvent::CompactionFailed { reason: &reason });
        reason
    };
    match leases.begin_compaction() {
        Ok(None) => CompactionStart::UnderWay,
        Ok(Some(compaction)) => {
            log.emit(&StoreEvent::CompactionStarted { marker: PhantomData });
            let log = Arc::clone(log);
            std::thread::spawn(move || {
                compaction.run().unwrap_or_else(|error| drop(failed(&error, &log)));
            });
            CompactionStart::Started
        }
        Err(error) => CompactionStart::Failed(failed(&error, log)),
    }
}
