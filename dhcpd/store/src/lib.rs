//! Lease stores.
//!
//! [`Memfile`] keeps all leases in memory and every change in a file of Kea's CSV format, which
//! Kea and its tools can read and from whose files it can start.

mod memfile;

pub use memfile::{
    Batch, Compaction, Condition, Counts, Format, Health, LoadReport, MOST_COLUMNS, Memfile,
    MemfileOptions, OpenError, PoolSetup, Repair, Row, RowError, Scope, Sealed, Sync,
};
