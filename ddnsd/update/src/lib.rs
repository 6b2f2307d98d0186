//! DNS updates: for now how clients are named in them.

pub mod dhcid;
