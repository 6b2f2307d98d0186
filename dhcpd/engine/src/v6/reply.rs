//! Writing answers: what belongs to leases, options by precedence, and where they go.

use std::borrow::Cow;
use std::net::{Ipv6Addr, SocketAddrV6};
use std::sync::Arc;

use ruru_config::v6::{Pool, Subnet};
use ruru_host::{Host, Reserved6};
use ruru_lease::{LeaseKind, Resource};
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix, Status};
use ruru_wire::v6::{
    MessageType, Nested, OptionCode, OptionSet, Prefix, Query, StatusCode, Writer,
};
use smallvec::SmallVec;

use super::association::{Answered, Answers, Given};
use super::hosts::pool_of;
use super::names::Name;
use super::options::Wanted;
use super::register::echoed;
use super::{DropReason, Exchange, Outcome, PacketEvent};
use crate::classes::Classified;

const SERVER_PORT: u16 = 547;
const CLIENT_PORT: u16 = 546;

/// An answer before it is written.
pub(super) struct Reply<'a> {
    pub(super) kind: MessageType,
    /// The subnet that was selected.
    subnet: Option<&'a Arc<Subnet>>,
    associations: Answers<'a>,
    /// The status of the message as a whole.
    pub(super) status: Option<(StatusCode, Cow<'static, str>)>,
    /// The address that was registered.
    pub(super) registered: Option<IaAddress<'a>>,
    /// Whether leases were assigned in answer to SOLICIT.
    pub(super) rapid_commit: bool,
}

/// The scopes that provide options, the strongest first.
pub(super) type Scopes<'s> = SmallVec<[&'s OptionSet; 8]>;

impl<'a> Reply<'a> {
    pub(super) fn new(
        kind: MessageType,
        subnet: Option<&'a Arc<Subnet>>,
        associations: Answers<'a>,
    ) -> Self {
        Self { kind, subnet, associations, status: None, registered: None, rapid_commit: false }
    }

    /// The subnet of the first lease, else the one that was selected.
    pub(super) fn granted_subnet(&self) -> Option<&'a Arc<Subnet>> {
        let mut leases = self.associations.iter().flat_map(|answered| &answered.leases);
        leases.find_map(|given| given.subnet).or(self.subnet)
    }

    /// The first address that the client gets, or the one that it registers.
    pub(super) fn first_address(&self) -> Option<Ipv6Addr> {
        let mut leases = self.associations.iter().flat_map(|answered| &answered.leases);
        let is_granted =
            |given: &&Given<'_>| given.subnet.is_some() && given.kind == LeaseKind::Address;
        let granted = leases.find(is_granted).map(|given| given.address);
        granted.or(self.registered.as_ref().map(|told| told.address))
    }

    /// The pools of the leases, each once.
    fn pools(&self) -> SmallVec<[&'a Pool; 2]> {
        let mut pools: SmallVec<[&'a Pool; 2]> = SmallVec::new();
        for given in self.associations.iter().flat_map(|answered| &answered.leases) {
            let pool = given.subnet.and_then(|subnet| pool_of(subnet, given.address, given.kind));
            if let Some(pool) =
                pool.filter(|pool| pools.iter().all(|own| !std::ptr::eq(*own, *pool)))
            {
                pools.push(pool);
            }
        }
        pools
    }
}

impl<'a> Exchange<'a> {
    /// Writes an answer.
    pub(super) fn answer(&self, reply: &Reply<'a>, buffer: &mut Vec<u8>) -> Outcome {
        let pools = reply.pools();
        let subnet = reply.granted_subnet();
        if let Some(subnet) = subnet {
            self.join_of_granted(subnet);
            let network = subnet.network.as_ref().map_or(&[][..], |network| &network.additional);
            let of_pools = pools.iter().flat_map(|pool| &pool.additional);
            let names = of_pools.chain(&subnet.additional).chain(network);
            self.join_additional(names.map(|name| &**name));
        }
        let name = self.name_in_answer(reply);
        let query = self.query;
        let mut writer = Writer::reply(buffer, &query.relays, reply.kind, query.transaction_id);
        let host = subnet.and_then(|subnet| self.reservation_in(subnet));
        let scopes = self.scopes(subnet, host, &pools);
        self.write_all(reply, &name, &scopes, &mut writer);
        if let Err(reason) = writer.finish() {
            self.emit(&PacketEvent::TooLong { client: &self.client, reason: &reason });
            return self.engine.drop(DropReason::TooLong);
        }
        let to = self.destination();
        let beyond_link = !query.relays.is_empty() && !to.ip().is_unicast_link_local();
        Outcome::Answer { kind: reply.kind, to, beyond_link }
    }

    /// Options in the order of their codes.
    fn write_all(
        &self,
        reply: &Reply<'a>,
        name: &Name,
        scopes: &[&'a OptionSet],
        writer: &mut Writer<'_>,
    ) {
        // Answers to these have nothing but what they are about, as in Kea.
        let tells = !matches!(self.query.message_type, MessageType::RELEASE | MessageType::DECLINE);
        let asked = if tells { self.wanted(scopes) } else { Wanted::default() };
        let mut wanted = asked.clone();
        let own = [
            OptionCode::CLIENT_ID,
            OptionCode::SERVER_ID,
            OptionCode::IA_NA,
            OptionCode::IAADDR,
            OptionCode::STATUS_CODE,
            OptionCode::RAPID_COMMIT,
            OptionCode::VENDOR_CLASS,
            OptionCode::VENDOR_OPTS,
            OptionCode::IA_PD,
        ];
        for supplied in self.relay_supplies() {
            supplied.iter().for_each(|(code, _)| wanted.add(code));
        }
        own.iter().for_each(|code| wanted.add(*code));
        if name.is_answered() {
            wanted.add(OptionCode::CLIENT_FQDN);
        }
        for code in wanted.codes() {
            match code {
                OptionCode::CLIENT_ID => {
                    if let Some(client_id) = self.query.options.get(code) {
                        writer.option(code, client_id);
                    }
                }
                OptionCode::SERVER_ID => {
                    writer.option(code, self.engine.server_id.as_bytes());
                }
                OptionCode::IA_NA => self.write_associations(reply, Resource::Address, writer),
                OptionCode::IA_PD => self.write_associations(reply, Resource::Prefix, writer),
                OptionCode::IAADDR => {
                    reply.registered.iter().for_each(|told| writer.typed(&echoed(told)));
                }
                OptionCode::STATUS_CODE => {
                    if let Some((code, message)) = &reply.status {
                        writer.typed(&Status { code: *code, message });
                    }
                }
                OptionCode::RAPID_COMMIT => {
                    if reply.rapid_commit {
                        writer.option(code, &[]);
                    }
                }
                OptionCode::CLIENT_FQDN if name.is_answered() => name.write(writer),
                OptionCode::VENDOR_CLASS if asked.has(code) => {
                    self.write_vendor_classes(scopes, writer);
                }
                OptionCode::VENDOR_OPTS if tells => {
                    // For clients of no subnet there is nothing in them, as in Kea.
                    let inside = reply.subnet.map_or(&[][..], |_| scopes);
                    self.write_vendor_options(scopes, inside, asked.has(code), writer);
                }
                OptionCode::VENDOR_CLASS | OptionCode::VENDOR_OPTS => {}
                OptionCode::NTP_SERVER => {
                    // RFC 5908 section 4: each option names one server.
                    let found = self.find_option(scopes, code).unwrap_or_default();
                    for (kind, content) in Nested(found).iter() {
                        writer.nested(code, |writer| writer.option(kind, content));
                    }
                }
                _ => {
                    // What a relay supplies does not ask for what is configured.
                    let is_asked = asked.has(code);
                    let found = is_asked.then(|| self.find_option(scopes, code)).flatten();
                    if let Some(content) = found.or_else(|| self.relay_supplied(code)) {
                        writer.option(code, content);
                    }
                }
            }
        }
    }

    fn write_associations(&self, reply: &Reply<'a>, resource: Resource, writer: &mut Writer<'_>) {
        let own = reply.associations.iter().filter(|answered| answered.resource == resource);
        for answered in own {
            let (t1, t2) = self.tee_times(reply, answered);
            let inside = |writer: &mut Writer<'_>| {
                for given in &answered.leases {
                    self.write_lease(given, writer);
                }
                answered.status.iter().for_each(|status| writer.typed(status));
            };
            let (iaid, options) = (answered.iaid, Nested::default());
            match resource {
                Resource::Address => writer.typed_with(&IaNa { iaid, t1, t2, options }, inside),
                Resource::Prefix => writer.typed_with(&IaPd { iaid, t1, t2, options }, inside),
            }
        }
    }

    fn write_lease(&self, given: &Given<'a>, writer: &mut Writer<'_>) {
        let Given { address, preferred, valid, .. } = *given;
        let options = Nested::default();
        match given.kind {
            LeaseKind::Address | LeaseKind::Temporary => {
                writer.typed(&IaAddress { address, preferred, valid, options });
            }
            LeaseKind::Prefix { length } => {
                let Some(prefix) = Prefix::new(address, length) else { return };
                let option = IaPrefix { preferred, valid, prefix, options };
                let excluded = given.excluded.filter(|_| self.asks_for(OptionCode::PD_EXCLUDE));
                writer.typed_with(&option, |writer| {
                    excluded.iter().for_each(|excluded| writer.typed(excluded));
                });
            }
        }
    }

    /// T1 and T2 of an association, by the shortest preferred lifetime in it.
    fn tee_times(&self, reply: &Reply<'a>, answered: &Answered<'a>) -> (u32, u32) {
        let preferred = answered.leases.iter().map(|given| given.preferred);
        let shortest = preferred.filter(|preferred| *preferred > 0).min();
        let own = answered.leases.iter().find_map(|given| given.subnet);
        match (own.or(reply.subnet), shortest) {
            (Some(subnet), Some(shortest)) => subnet.effective.tee_times.for_preferred(shortest),
            _ => (0, 0),
        }
    }

    fn scopes(
        &self,
        subnet: Option<&'a Arc<Subnet>>,
        host: Option<&'a Host<Reserved6>>,
        pools: &[&'a Pool],
    ) -> Scopes<'a> {
        let mut scopes = Scopes::new();
        scopes.extend(host.map(|host| &host.options));
        scopes.extend(pools.iter().map(|pool| &pool.options));
        scopes.extend(subnet.map(|subnet| &subnet.options));
        let network = subnet.and_then(|subnet| subnet.network.as_ref());
        scopes.extend(network.map(|network| &network.options));
        scopes.extend(self.class_list().iter().map(|class| &class.options));
        scopes.push(&self.engine.config.globals().options);
        scopes.retain(|set| !set.is_empty());
        scopes
    }

    /// To whom it came from, RFC 9915 section 18.3.
    fn destination(&self) -> SocketAddrV6 {
        let mut to = self.arrival.source;
        to.set_port(port_of(self.query, to.port()));
        to
    }
}

/// To which port an answer goes, if the query came from `source`. Of an answer's layers the same can
/// be told.
pub(super) fn port_of(query: &Query<'_>, source: u16) -> u16 {
    match (query.relays.is_empty(), query.has_source_port()) {
        (true, _) => CLIENT_PORT,
        (false, true) => source,
        (false, false) => SERVER_PORT,
    }
}
