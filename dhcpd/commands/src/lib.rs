//! The control commands of the DHCP servers.
//!
//! [`commands`] lists those of a protocol. A command either asks ([`Run::Query`]) or changes the
//! configuration ([`Run::Change`]); the latter computes the next configuration from the present one
//! and nothing else, so that `config-prepare` can chain several, and all of them go through the same
//! prepare and commit. What a protocol has of its own is what [`Commanded`] asks for.

mod arguments;
mod command;
mod config;
mod failure;
mod family;
mod incident;
mod interface;
mod lease;
mod network;
mod reservation;
mod sanity;
mod server;
mod service;
mod statistic;
mod subnet;
pub mod testing;
pub mod upkeep;
mod v4;
mod v6;

use std::sync::Arc;

use ruru_command::{Answer, Request, ResultCode};
use ruru_config::{Config, Configured};
use ruru_json::Value;
use ruru_observe::counters::Registry;

pub use command::{Command, Name, Run, commands};
pub use config::{ConfigEvent4, ConfigEvent6, tell_of_old_spellings};
pub use failure::Failure;
pub use family::Commanded;
pub use incident::{Incident, Incidents, What};
pub use lease::{Given, LeaseCommands, Selected};
pub use sanity::{SanityEvent, check_leases};
pub use server::{CompactionStart, Effects, InterfaceStatus, Process, Server, Status};
pub use service::{Origin, ServiceState};
pub use statistic::{Gauged, Gauges};

/// What a command that changes the configuration makes: the next one, and the answer.
pub type Changed<F> = Result<(Config<F>, Answer), Failure>;

/// The counters of a protocol.
type Counters<F> = Registry<<F as Configured>::Statistics>;

impl<F: Commanded> Server<F> {
    /// Runs a command.
    pub fn run(&mut self, request: &Request) -> Answer {
        let none = Value::new(ruru_json::Data::Null);
        let arguments = request.arguments.as_ref().unwrap_or(&none);
        let Some(command) = command::find::<F>(&request.command) else {
            let text = format!("'{}' command not supported.", request.command);
            return Answer::of(ResultCode::UNSUPPORTED, text);
        };
        let answer = match command.run {
            Run::Query(run) => run(self, arguments),
            Run::Change(run) => self.change(|config, registry| run(config, registry, arguments)),
        };
        answer.unwrap_or_else(Failure::into_answer)
    }

    /// Computes the next configuration, prepares it and puts it to use.
    fn change(
        &mut self,
        next: impl FnOnce(&Config<F>, &Counters<F>) -> Changed<F>,
    ) -> Result<Answer, Failure> {
        self.refuse_while_prepared()?;
        let (next, answer) = next(&self.config, &self.registry)?;
        let effects = self.prepare(Arc::new(next))?;
        self.put_to_use(effects);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
