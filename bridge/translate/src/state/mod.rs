//! What servers tell of their state, as nodes.
//!
//! The JSON is that of Kea's commands `lease4-get`, `lease6-get-page` and their like. The nodes are
//! those of `/kea-dhcp4-server:state` and `/kea-dhcp6-server:state`, and what `ruru-dhcp4-state` and
//! `ruru-dhcp6-state` add to them.

pub(crate) mod encoding;
mod lease;
mod lease4;
mod lease6;

pub use lease4::add_lease4;
pub use lease6::add_lease6;
