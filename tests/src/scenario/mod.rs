//! Scenarios: one file a rule, which a person can read.
//!
//! A scenario has a configuration and steps; `tests/scenarios/README.md` describes the file. A
//! step is shown to a [`Subject`], and what comes out must be what the file says. With
//! `UPDATE_SCENARIOS=1` the file is rewritten instead, and its diff is the review.

mod file;
mod in_process;
mod layout;
mod options;
mod packet;
mod reply;
mod run;
mod wire;

pub use run::run;

pub(crate) use in_process::InProcess;
pub(crate) use wire::{Program, Wire};

use ruru_command::{Answer, Request};

pub use file::{Action, Interface, Scenario, Step};
pub use packet::Packet;
pub use reply::{Reply, Target};

/// What became of a packet.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The packet's bytes.
    pub query: Vec<u8>,
    /// The reply, if there is one.
    pub reply: Option<Reply>,
    /// Whether the server counted the packet as received.
    pub is_counted: bool,
}

/// A server that scenarios are shown to.
pub trait Subject {
    /// Sends a packet; answers the reply, once it is certain whether there is one.
    ///
    /// # Errors
    /// The packet cannot be made or did not reach the server.
    fn send(&mut self, packet: &Packet) -> anyhow::Result<Sent>;

    /// Runs a command.
    ///
    /// # Errors
    /// There is no answer.
    fn command(&mut self, request: &Request) -> anyhow::Result<Answer>;

    /// Lets seconds pass; answers whether it can.
    ///
    /// # Errors
    /// What is due by the clock failed.
    fn advance(&mut self, seconds: u32) -> anyhow::Result<bool>;

    /// The ids that were logged since the last call.
    ///
    /// # Errors
    /// The log cannot be read.
    fn log(&mut self) -> anyhow::Result<Vec<String>>;
}
