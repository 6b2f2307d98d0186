//! The control commands of the DHCPv4 server.
//!
//! [`COMMANDS`] lists them. A command either asks ([`Run::Query`]) or changes the configuration
//! ([`Run::Change`]); the latter computes the next configuration from the present one and nothing
//! else, so that `config-prepare` can chain several, and all of them go through the same
//! prepare and commit.

mod arguments;
mod config;
mod failure;
mod interface;
mod lease;
mod network;
mod reservation;
mod sanity;
mod server;
mod service;
mod statistic;
mod subnet;
pub mod upkeep;

use std::sync::Arc;

use ruru_command::{Answer, Request, ResultCode};
use ruru_config::v4::Config;
use ruru_json::Value;
use ruru_observe::counters::{Dhcp4, Registry};

pub use config::{ConfigEvent, tell_of_old_spellings};
pub use failure::Failure;
pub use sanity::{SanityEvent, check_leases};
pub use server::{CompactionStart, Effects, InterfaceStatus, Process, Server, Status};
pub use service::{Origin, ServiceState};

/// What a command that changes the configuration makes: the next one, and the answer.
pub type Changed = Result<(Config, Answer), Failure>;

/// A command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub run: Run,
}

/// How a command is run.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// It asks, or acts on something else than the configuration.
    Query(fn(&mut Server, &Value) -> Result<Answer, Failure>),
    /// It makes the next configuration.
    Change(fn(&Config, &Registry<Dhcp4>, &Value) -> Changed),
}

const fn query(
    name: &'static str,
    run: fn(&mut Server, &Value) -> Result<Answer, Failure>,
) -> Command {
    Command { name, run: Run::Query(run) }
}

const fn change(
    name: &'static str,
    run: fn(&Config, &Registry<Dhcp4>, &Value) -> Changed,
) -> Command {
    Command { name, run: Run::Change(run) }
}

/// All commands, in the order of their names.
pub const COMMANDS: &[Command] = &[
    query("build-report", service::build_report),
    query("config-abort", config::abort),
    query("config-commit", config::commit),
    query("config-get", config::get),
    query("config-hash-get", config::hash_get),
    query("config-prepare", config::prepare),
    query("config-reload", config::reload),
    query("config-set", config::set),
    query("config-test", config::test),
    query("config-write", config::write),
    query("dhcp-disable", service::disable),
    query("dhcp-enable", service::enable),
    query("interface-add", interface::add),
    query("interface-list", interface::list),
    query("interface-redetect", interface::redetect),
    query("kea-lfc-start", lease::compact),
    query("lease4-add", lease::add),
    query("lease4-del", lease::del),
    query("lease4-get", lease::get),
    query("lease4-get-all", lease::get_all),
    query("lease4-get-by-client-id", lease::get_by_client_id),
    query("lease4-get-by-hostname", lease::get_by_hostname),
    query("lease4-get-by-hw-address", lease::get_by_hw_address),
    query("lease4-get-by-state", lease::get_by_state),
    query("lease4-get-page", lease::get_page),
    query("lease4-resend-ddns", lease::resend_ddns),
    query("lease4-update", lease::update),
    query("lease4-wipe", lease::wipe),
    query("lease4-write", lease::write),
    query("leases-reclaim", lease::reclaim),
    query("list-commands", service::list_commands),
    change("network4-add", network::add),
    change("network4-del", network::del),
    query("network4-get", network::get),
    query("network4-list", network::list),
    change("network4-subnet-add", network::subnet_add),
    change("network4-subnet-del", network::subnet_del),
    change("reservation-add", reservation::add),
    change("reservation-del", reservation::del),
    query("reservation-get", reservation::get),
    query("reservation-get-all", reservation::get_all),
    query("reservation-get-by-address", reservation::get_by_address),
    query("reservation-get-by-hostname", reservation::get_by_hostname),
    query("reservation-get-by-id", reservation::get_by_id),
    query("reservation-get-page", reservation::get_page),
    change("reservation-update", reservation::update),
    query("server-tag-get", service::server_tag_get),
    query("shutdown", service::shutdown),
    query("stat-lease4-get", statistic::lease4_get),
    query("statistic-get", statistic::get),
    query("statistic-get-all", statistic::get_all),
    query("statistic-global-get-all", statistic::global_get_all),
    query("statistic-remove", statistic::remove),
    query("statistic-remove-all", statistic::remove_all),
    query("statistic-reset", statistic::reset),
    query("statistic-reset-all", statistic::reset_all),
    query("statistic-sample-age-set", statistic::sample_age_set),
    query("statistic-sample-age-set-all", statistic::sample_age_set_all),
    query("statistic-sample-count-set", statistic::sample_count_set),
    query("statistic-sample-count-set-all", statistic::sample_count_set_all),
    query("status-get", service::status_get),
    change("subnet4-add", subnet::add),
    change("subnet4-del", subnet::del),
    change("subnet4-delta-add", subnet::delta_add),
    change("subnet4-delta-del", subnet::delta_del),
    query("subnet4-get", subnet::get),
    query("subnet4-list", subnet::list),
    query("subnet4-select-test", subnet::select_test),
    change("subnet4-update", subnet::update),
    query("version-get", service::version_get),
];

/// The command of a name.
fn find(name: &str) -> Option<&'static Command> {
    let at = COMMANDS.binary_search_by(|command| command.name.cmp(name)).ok()?;
    COMMANDS.get(at)
}

impl Server {
    /// Runs a command.
    pub fn run(&mut self, request: &Request) -> Answer {
        let none = Value::new(ruru_json::Data::Null);
        let arguments = request.arguments.as_ref().unwrap_or(&none);
        let Some(command) = find(&request.command) else {
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
        next: impl FnOnce(&Config, &Registry<Dhcp4>) -> Changed,
    ) -> Result<Answer, Failure> {
        self.refuse_while_prepared()?;
        let (next, answer) = next(&self.config, &self.registry)?;
        let effects = self.prepare(Arc::new(next))?;
        self.put_to_use(effects);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_in_the_order_of_their_names() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
        assert!(find("config-get").is_some() && find("config").is_none());
    }
}
