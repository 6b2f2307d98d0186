//! NETCONF for DHCP servers that are configured through YANG in sysrepo.
//!
//! [`server`] speaks NETCONF over SSH with any number of clients and passes their requests to
//! sysrepo. [`agent`] keeps the DHCP servers in step with sysrepo. Each works without the other:
//! another NETCONF server, or none, may stand before the same sysrepo.

pub mod agent;
pub mod config;
pub mod install;
pub mod log;
pub mod loggers;
pub mod server;
