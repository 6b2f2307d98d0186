//! Events and statistics, as values.
//!
//! Pure code emits [`Event`]s to a [`Sink`] and counts in [`counters`]; only the process turns
//! either into text.

pub mod counters;
mod event;
pub mod layout;

pub use event::{Event, Level, Quiet, Renamed, Sink};
pub use layout::{Layout, LayoutError};
