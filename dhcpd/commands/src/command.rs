//! What commands there are, and their names.

use ruru_command::Answer;
use ruru_config::{Config, Protocol};
use ruru_json::Value;

use crate::upkeep::Told;
use crate::{Changed, Commanded, Counters, Failure, Server};
use crate::{config, interface, lease, network, reservation, service, statistic, subnet};

/// A command of a protocol.
#[derive(Clone, Copy, Debug)]
pub struct Command<F: Commanded> {
    /// Its name.
    pub name: Name,
    /// What it does.
    pub run: Run<F>,
}

/// How a command is run.
#[derive(Clone, Copy, Debug)]
pub enum Run<F: Commanded> {
    /// It asks, or acts on something else than the configuration.
    Query(fn(&mut Server<F>, &Value) -> Result<Answer, Failure>),
    /// It makes the next configuration.
    Change(fn(&Config<F>, &Counters<F>, &Value) -> Changed<F>),
}

/// The name of a command; of commands about what each protocol has of its own, the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The same for all protocols.
    Plain(&'static str),
    /// With the protocol's digit in between: `lease`, `get` is `lease4-get` or `lease6-get`.
    Numbered(&'static str, &'static str),
}

impl Name {
    /// The name that a protocol's command has.
    #[must_use]
    pub fn of(self, protocol: Protocol) -> String {
        match self {
            Self::Plain(name) => name.to_owned(),
            Self::Numbered(about, verb) => format!("{about}{}-{verb}", protocol.digit()),
        }
    }

    /// Whether a protocol's command is called so.
    fn is(self, protocol: Protocol, text: &str) -> bool {
        match self {
            Self::Plain(name) => name == text,
            Self::Numbered(about, verb) => text
                .strip_prefix(about)
                .and_then(|rest| rest.strip_prefix(protocol.digit()))
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|rest| rest == verb),
        }
    }
}

impl<F: Commanded> Command<F> {
    /// Whether it is called so.
    #[must_use]
    pub fn is_called(&self, text: &str) -> bool {
        self.name.is(F::PROTOCOL, text)
    }

    /// Those that are the same for all protocols.
    const COMMON: &'static [Self] = &[
        query(plain("build-report"), service::build_report),
        query(plain("config-abort"), config::abort),
        query(plain("config-commit"), config::commit),
        query(plain("config-get"), config::get),
        query(plain("config-hash-get"), config::hash_get),
        query(plain("config-prepare"), config::prepare),
        query(plain("config-reload"), config::reload),
        query(plain("config-set"), config::set),
        query(plain("config-test"), config::test),
        query(plain("config-write"), config::write),
        query(plain("dhcp-disable"), service::disable),
        query(plain("dhcp-enable"), service::enable),
        query(plain("interface-add"), interface::add),
        query(plain("interface-list"), interface::list),
        query(plain("interface-redetect"), interface::redetect),
        query(plain("kea-lfc-start"), lease::compact),
        query(lease("add"), lease::add),
        query(lease("get"), lease::get),
        query(lease("get-all"), lease::get_all),
        query(lease("get-by-hostname"), lease::get_by_hostname),
        query(lease("get-by-hw-address"), lease::get_by_hw_address),
        query(lease("get-by-state"), lease::get_by_state),
        query(lease("get-page"), lease::get_page),
        query(lease("update"), lease::update),
        query(lease("wipe"), lease::wipe),
        query(lease("write"), lease::write),
        query(plain("list-commands"), service::list_commands),
        change(network("add"), network::add),
        change(network("del"), network::del),
        query(network("get"), network::get),
        query(network("list"), network::list),
        change(network("subnet-add"), network::subnet_add),
        change(network("subnet-del"), network::subnet_del),
        change(plain("reservation-add"), reservation::add),
        change(plain("reservation-del"), reservation::del),
        query(plain("reservation-get"), reservation::get),
        query(plain("reservation-get-all"), reservation::get_all),
        query(plain("reservation-get-by-address"), reservation::get_by_address),
        query(plain("reservation-get-by-hostname"), reservation::get_by_hostname),
        query(plain("reservation-get-by-id"), reservation::get_by_id),
        query(plain("reservation-get-page"), reservation::get_page),
        change(plain("reservation-update"), reservation::update),
        query(plain("server-tag-get"), service::server_tag_get),
        query(plain("shutdown"), service::shutdown),
        query(STAT_LEASE_GET, statistic::lease_get),
        query(plain("statistic-get"), statistic::get),
        query(plain("statistic-get-all"), statistic::get_all),
        query(plain("statistic-global-get-all"), statistic::global_get_all),
        query(plain("statistic-remove"), statistic::remove),
        query(plain("statistic-remove-all"), statistic::remove_all),
        query(plain("statistic-reset"), statistic::reset),
        query(plain("statistic-reset-all"), statistic::reset_all),
        query(plain("statistic-sample-age-set"), statistic::sample_age_set),
        query(plain("statistic-sample-age-set-all"), statistic::sample_age_set_all),
        query(plain("statistic-sample-count-set"), statistic::sample_count_set),
        query(plain("statistic-sample-count-set-all"), statistic::sample_count_set_all),
        query(plain("status-get"), service::status_get),
        change(subnet("add"), subnet::add),
        change(subnet("del"), subnet::del),
        change(subnet("delta-add"), subnet::delta_add),
        change(subnet("delta-del"), subnet::delta_del),
        query(subnet("get"), subnet::get),
        query(subnet("list"), subnet::list),
        change(subnet("update"), subnet::update),
        query(plain("version-get"), service::version_get),
    ];
}

impl<F: Told> Command<F> {
    /// Those that need the engine.
    pub(crate) const OF_ENGINE: &'static [Self] = &[
        query(lease("del"), lease::del),
        query(lease("resend-ddns"), lease::resend_ddns),
        query(plain("leases-reclaim"), lease::reclaim),
    ];
}

/// `stat-lease4-get` or `stat-lease6-get`: its answers say its name.
pub(crate) const STAT_LEASE_GET: Name = Name::Numbered("stat-lease", "get");

pub(crate) const fn plain(name: &'static str) -> Name {
    Name::Plain(name)
}

pub(crate) const fn lease(verb: &'static str) -> Name {
    Name::Numbered("lease", verb)
}

pub(crate) const fn subnet(verb: &'static str) -> Name {
    Name::Numbered("subnet", verb)
}

const fn network(verb: &'static str) -> Name {
    Name::Numbered("network", verb)
}

pub(crate) const fn query<F: Commanded>(
    name: Name,
    run: fn(&mut Server<F>, &Value) -> Result<Answer, Failure>,
) -> Command<F> {
    Command { name, run: Run::Query(run) }
}

const fn change<F: Commanded>(
    name: Name,
    run: fn(&Config<F>, &Counters<F>, &Value) -> Changed<F>,
) -> Command<F> {
    Command { name, run: Run::Change(run) }
}

/// All commands of a protocol, in no order.
pub fn commands<F: Commanded>() -> impl Iterator<Item = &'static Command<F>> {
    [Command::<F>::COMMON, F::OF_ENGINE, F::OWN].into_iter().flatten()
}

/// The command of a name.
pub(crate) fn find<F: Commanded>(name: &str) -> Option<&'static Command<F>> {
    commands::<F>().find(|command| command.is_called(name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ruru_lease::{V4, V6};

    use super::*;

    fn names<F: Commanded>() -> Vec<String> {
        commands::<F>().map(|command| command.name.of(F::PROTOCOL)).collect()
    }

    #[test]
    fn every_command_is_found_by_its_name_alone() {
        fn check<F: Commanded>() {
            let names = names::<F>();
            assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
            assert!(names.iter().all(|name| {
                find::<F>(name).is_some_and(|command| command.name.of(F::PROTOCOL) == *name)
            }));
            assert!(find::<F>("config").is_none() && find::<F>("lease5-get").is_none());
        }
        check::<V4>();
        check::<V6>();
        assert!(find::<V4>("lease6-get").is_none() && find::<V6>("lease4-get").is_none());
    }
}
