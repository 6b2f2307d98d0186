//! ADDR-REG-INFORM: clients tell of addresses that they made themselves, RFC 9686.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{Event, Lease6, LeaseKind, LeaseRecord, Leases, State, StoreError, V6};
use ruru_observe::counters::{Server6, Subnet6};
use ruru_wire::v6::options::{IaAddress, Iaid};
use ruru_wire::v6::{MessageType, Nested, OptionCode};

use super::association::Answers;
use super::leases::Lifetimes;
use super::names::Name;
use super::reply::Reply;
use super::{Exchange, LeaseEvent, Outcome};
use crate::dns::Tells;
use crate::names::ddns_for;

impl<'a> Exchange<'a> {
    /// Keeps what the client tells of its address; nobody else is given it then.
    pub(super) async fn register(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V6>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let (subnet, told) = match self.registrable(selected) {
            Ok(registrable) => registrable,
            Err(reason) => return Ok(self.refuse_registration(reason)),
        };
        let address = told.address;
        let earlier = leases.by_address(address).await?;
        let event = Event::Register { now: self.engine.now };
        let state = earlier.as_ref().map(|lease| lease.state.after(event, lease.until()));
        if let Some(Err(_)) = state {
            return Ok(self.refuse_registration("the address is leased"));
        }
        let name = self.name_for(subnet, address, true);
        let Some(lease) = self.registered(subnet, &told, &name) else {
            return Ok(self.refuse_registration("the client does not say who it is"));
        };
        let before = earlier.as_ref().filter(|lease| lease.state == State::Registered);
        leases.put(lease.clone(), earlier.as_ref()).await?;
        let own = before.filter(|lease| self.is_own(lease));
        if before.is_some() && own.is_none() {
            self.emit(&LeaseEvent::RegistrantChanged { client: &self.client, address });
        }
        if let Some(other) = earlier.as_ref().filter(|_| own.is_none()) {
            self.engine.tell_of_end(other);
        }
        self.engine.count_ended(earlier.as_ref());
        self.engine.tell_of_grant(&lease, own, ddns_for(subnet, address));
        if before.is_none() {
            let server = Server6::CumulativeRegisteredNas;
            self.count(subnet, server, Subnet6::CumulativeRegisteredNas);
        }
        let (client, lifetime) = (&self.client, told.valid);
        self.emit(&LeaseEvent::Registered { client, address, lifetime });
        let mut answer = Reply::new(MessageType::ADDR_REG_REPLY, Some(subnet), Answers::new());
        answer.registered = Some(told);
        Ok(self.answer(&answer, reply))
    }

    /// The subnet and the address that a message may register, or why it may not.
    fn registrable(
        &self,
        selected: Option<&'a Arc<Subnet>>,
    ) -> Result<(&'a Arc<Subnet>, IaAddress<'a>), &'static str> {
        if !self.engine.config.globals().own.address_registration {
            return Err("'allow-address-registration' is false");
        }
        let subnet = selected.ok_or("no subnet is selected")?;
        let options = &self.query.options;
        let associations = [OptionCode::IA_NA, OptionCode::IA_TA, OptionCode::IA_PD];
        if associations.iter().any(|code| options.contains(*code)) {
            return Err("it has identity associations");
        }
        let mut told = options.decode_each::<IaAddress<'_>>();
        let (Some(Ok(told)), None) = (told.next(), told.next()) else {
            return Err("it does not tell of one address");
        };
        if told.preferred > told.valid {
            return Err("the preferred lifetime is longer than the valid one");
        }
        if told.address != self.own_address() {
            return Err("it came from another address");
        }
        if !subnet.prefix.contains(told.address) {
            return Err("the address is not of the selected subnet");
        }
        if subnet.hosts.by_address(told.address).next().is_some() {
            return Err("the address is reserved");
        }
        Ok((subnet, told))
    }

    /// The address that the client sent from.
    fn own_address(&self) -> Ipv6Addr {
        let nearest = self.query.relays.last();
        nearest.map_or(*self.arrival.source.ip(), |relay| relay.peer_address)
    }

    fn registered(&self, subnet: &Subnet, told: &IaAddress<'_>, name: &Name) -> Option<Lease6> {
        let place = (told.address, LeaseKind::Address);
        let granted = Lifetimes { preferred: told.preferred, valid: told.valid };
        let lease = self.lease(subnet, place, Iaid(0), granted, name)?;
        Some(Lease6 { state: State::Registered, ..lease })
    }

    fn refuse_registration(&self, reason: &str) -> Outcome {
        self.emit(&LeaseEvent::RegistrationRefused { client: &self.client, reason });
        Outcome::Silence
    }
}

/// The option as it came, without what stands in it.
pub(super) fn echoed<'o>(told: &IaAddress<'_>) -> IaAddress<'o> {
    let IaAddress { address, preferred, valid, .. } = *told;
    IaAddress { address, preferred, valid, options: Nested::default() }
}
