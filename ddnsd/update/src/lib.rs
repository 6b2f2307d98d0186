//! DNS updates: how clients are named in them.

pub mod dhcid;
