//! `ruru-perf` and the server that it is compared with.
//!
//! `ruru-perf` plays a relay, or a link, with many clients and measures how a DHCP server keeps up.
//! New clients go through DISCOVER, OFFER, REQUEST, ACK, or SOLICIT, ADVERTISE, REQUEST, REPLY;
//! clients that have a lease renew or release it.
//! In the closed loop a fixed number of exchanges is under way at any time, which finds the highest
//! rate; in the open loop exchanges begin at a given rate, whatever the server does. Options and
//! report are those of Kea's perfdhcp, with what it lacks beside them.
//!
//! `ruru-template-server` answers from a fixed template and keeps nothing: no server can be faster.

mod answer;
mod avalanche;
mod clients;
mod command;
mod datagrams;
mod endpoint;
mod load;
mod pacing;
mod plan;
mod program;
mod protocol;
mod report;
mod servers;
mod session;
mod template;
mod template_server;

pub use program::main as perf;
pub use template_server::main as template_server;
