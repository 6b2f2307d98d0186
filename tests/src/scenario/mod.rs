//! Scenarios: one file a rule, which a person can read.
//!
//! A scenario has a configuration and steps; `tests/scenarios/README.md` describes the file. A
//! step is shown to a [`Subject`], and what comes out must be what the file says. With
//! `UPDATE_SCENARIOS=1` the file is rewritten instead, and its diff is the review.

mod file;
mod in_process;
mod layout;
mod protocol;
mod run;
mod text;
mod v4;
mod v6;
mod wire;

use ruru_command::{Answer, Request};
use ruru_ncr::NameChangeRequest;

pub use file::{Action, Interface, Scenario, Step};
pub(crate) use in_process::InProcess;
pub use protocol::{Datagram, Protocol};
pub use run::run;
pub(crate) use run::update_as_json;
pub(crate) use wire::{Program, Wire};

/// What became of a packet.
#[derive(Clone, Debug)]
pub struct Sent<P: Protocol> {
    /// The packet's bytes.
    pub query: Vec<u8>,
    /// The reply, if there is one.
    pub reply: Option<Reply<P>>,
    /// Whether the server counted the packet as received.
    pub is_counted: bool,
}

/// What the server sends.
#[derive(Clone, Debug)]
pub struct Reply<P: Protocol> {
    /// The bytes.
    pub message: Vec<u8>,
    /// From which address.
    pub from: P::Address,
    /// Where it goes.
    pub to: P::Target,
}

/// A server that scenarios are shown to.
pub trait Subject<P: Protocol> {
    /// Sends a packet; answers the reply, once it is certain whether there is one.
    ///
    /// # Errors
    /// The packet cannot be made or did not reach the server.
    fn send(&mut self, packet: &P::Packet) -> anyhow::Result<Sent<P>>;

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

    /// What the DNS updater was told since the last call. So many requests as are expected are
    /// waited for, and then whether there are more; if nothing is said, nothing is.
    ///
    /// # Errors
    /// It was told something that is no request.
    fn updates(&mut self, expected: Option<usize>) -> anyhow::Result<Vec<NameChangeRequest>>;
}
