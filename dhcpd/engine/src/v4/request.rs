//! DHCPREQUEST, RFC 2131 section 4.3.2: selecting, after a reboot, renewing, rebinding.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_eval::Packet;
use ruru_lease::{Lease4, LeaseRecord, Leases, StoreError, V4};
use ruru_observe::counters::{Server4, Subnet4};
use ruru_wire::v4::options::LeaseTime;
use ruru_wire::v4::{MessageType, OptionCode};

use super::allocate::Choice;
use super::reply::Grant;
use super::{Exchange, LeaseEvent, Outcome, PacketEvent};
use crate::classes::Classified;
use crate::dns::Tells;
use crate::names::ddns_for;

/// What becomes of a request.
enum Verdict<'a> {
    Grant(Choice<'a>),
    /// The client must start anew.
    Refuse,
    /// The address may be another server's: it is not for this one to refuse.
    Ignore,
}

/// A request for an address.
struct Request<'a> {
    selected: &'a Arc<Subnet>,
    /// The address asked for, in option 50 or ciaddr.
    wanted: Option<Ipv4Addr>,
    /// The client's lease on the link.
    own: Option<Lease4>,
}

impl<'a> Exchange<'a> {
    /// Grants, refuses or ignores.
    pub(super) async fn request(
        &self,
        selected: Option<&'a Arc<Subnet>>,
        leases: &impl Leases<V4>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let asked = self.requested_address();
        let names_server = self.query.options.contains(OptionCode::SERVER_IDENTIFIER);
        let Some(selected) = selected else {
            return Ok(self.request_without_subnet(asked, names_server, reply));
        };
        if self.is_in_class("REJECT") {
            self.emit(&PacketEvent::Rejected { client });
            return Ok(self.nak(Some(selected), reply));
        }
        if let Some(grant) = self.without_address(selected) {
            return Ok(self.answer(MessageType::ACK, &grant, reply));
        }
        let own = self.lease_of(selected, leases).await?;
        if let Some(address) = asked.filter(|_| !names_server) {
            self.emit(&LeaseEvent::InitReboot { client, address });
            match &own {
                None if !selected.effective.own.authoritative => {
                    self.emit(&LeaseEvent::NoLeaseInitReboot { client, address });
                    return Ok(Outcome::Silence);
                }
                Some(lease) if lease.address == address => {}
                None | Some(_) => {
                    self.emit(&PacketEvent::NakInitReboot { client, address });
                    return Ok(self.nak(Some(selected), reply));
                }
            }
        }
        let request = Request { selected, wanted: self.wanted_address(), own };
        match self.judge(&request, leases).await? {
            Verdict::Grant(choice) => self.grant(&request, choice, leases, reply).await,
            Verdict::Refuse => {
                let address = request.wanted.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.emit(&PacketEvent::NakNoGrant { client, address });
                Ok(self.nak(Some(selected), reply))
            }
            Verdict::Ignore => {
                let address = request.wanted.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.emit(&PacketEvent::UnknownAddress { client, address });
                Ok(Outcome::Silence)
            }
        }
    }

    /// A client on a link that is not configured: one that starts up or selects is told, one that
    /// rebinds may be another server's.
    fn request_without_subnet(
        &self,
        asked: Option<Ipv4Addr>,
        names_server: bool,
        reply: &mut Vec<u8>,
    ) -> Outcome {
        let header = self.query.header;
        let destination = self.arrival.destination;
        let is_for_all =
            self.arrival.over6.map_or(destination.is_broadcast(), |over6| !over6.is_unicast);
        let rebinds =
            !header.ciaddr.is_unspecified() && is_for_all && asked.is_none() && !names_server;
        let reboots = asked.is_some() && !names_server;
        if rebinds || (reboots && !self.engine.config.globals().effective.own.authoritative) {
            return Outcome::Silence;
        }
        let client = &self.client;
        self.emit(&PacketEvent::NakNoSubnet { client, source: self.source() });
        self.nak(None, reply)
    }

    async fn judge(
        &self,
        request: &Request<'a>,
        leases: &impl Leases<V4>,
    ) -> Result<Verdict<'a>, StoreError> {
        let Request { selected, wanted, own } = request;
        let reserved = self.reserved_address(selected);
        let Some(wanted) = *wanted else {
            let choice = self.choose(selected, None, own.clone(), leases).await?;
            return Ok(choice.map_or(Verdict::Refuse, Verdict::Grant));
        };
        let earlier = leases.by_address(wanted).await?;
        if self.is_reserved_for_other(selected, wanted) {
            return Ok(Verdict::Refuse);
        }
        let in_use = earlier.as_ref().is_some_and(|lease| {
            let is_own = self.client.owns(lease, selected.effective.own.match_client_id);
            lease.holds_address(self.engine.now) && !is_own
        });
        if in_use {
            return Ok(Verdict::Refuse);
        }
        // A client that was given another address under its identifier has that one.
        let has_other = own.as_ref().is_some_and(|own| own.address != wanted)
            && earlier.as_ref().is_some_and(|lease| lease.holds_address(self.engine.now));
        if let Some((subnet, address)) = reserved {
            if address == wanted {
                let choice = Choice { subnet, address, earlier };
                return Ok(if has_other { Verdict::Refuse } else { Verdict::Grant(choice) });
            }
            // The client has a better address now, unless somebody else is still using it.
            let holder = leases.by_address(address).await?;
            if !holder.is_some_and(|lease| lease.holds_address(self.engine.now)) {
                return Ok(Verdict::Refuse);
            }
        }
        match self.usable(selected, wanted) {
            Some(_) if has_other => Ok(Verdict::Refuse),
            Some(subnet) => Ok(Verdict::Grant(Choice { subnet, address: wanted, earlier })),
            None => {
                // One that other clients may have is not another server's.
                let mut link = self.engine.config.link(selected);
                let is_ours = link.any(|subnet| subnet.pool_of(wanted).is_some());
                Ok(if is_ours { Verdict::Refuse } else { Verdict::Ignore })
            }
        }
    }

    /// Removes the lease of another address that the client had until now.
    async fn give_up_other(
        &self,
        request: &Request<'a>,
        address: Ipv4Addr,
        leases: &impl Leases<V4>,
    ) -> Result<(), StoreError> {
        if let Some(other) = request.own.as_ref().filter(|lease| lease.address != address) {
            leases.remove(other).await?;
            self.engine.tell_of_end(other);
        }
        Ok(())
    }

    async fn grant(
        &self,
        request: &Request<'a>,
        choice: Choice<'a>,
        leases: &impl Leases<V4>,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let client = &self.client;
        let wanted = self.query.options.decode::<LeaseTime>().ok().flatten().map(|o| o.0);
        let lifetime = self.lifetime_for(&choice, wanted, leases).await?;
        let Choice { subnet, address, earlier } = choice;
        let host = self.host_in(subnet);
        let name = self.name_for(subnet, host, address);
        let renewed = earlier
            .as_ref()
            .filter(|lease| self.client.owns(lease, subnet.effective.own.match_client_id));
        let reused = renewed
            .and_then(|lease| self.reusable(request.selected, subnet, lease, &name, lifetime));
        let lifetime = if let Some(rest) = reused {
            self.give_up_other(request, address, leases).await?;
            self.count(subnet, Server4::LeaseReuses, Subnet4::LeaseReuses);
            self.emit(&LeaseEvent::Reuse { client, address, lifetime: rest });
            rest
        } else {
            let lease = self.lease_for(subnet, address, earlier.as_ref(), lifetime, &name);
            let Some(lease) = lease else { return Ok(self.nak(Some(subnet), reply)) };
            leases.put(lease.clone(), earlier.as_ref()).await?;
            let given_up = self.give_up_other(request, address, leases).await;
            self.engine.tell_of_ended(earlier.as_ref());
            let held = |lease: &&Lease4| lease.holds_address(self.engine.now);
            let before = earlier.as_ref().filter(held);
            self.engine.tell_of_grant(&lease, before, ddns_for(subnet, address));
            if !renewed.is_some_and(|lease| held(&lease)) {
                self.count_assignment(subnet, address);
            }
            self.emit(&LeaseEvent::Alloc { client, address, lifetime });
            // Not before: what is decided anew after it finds this lease, and tells nothing of it.
            given_up?;
            lifetime
        };
        let grant = Grant {
            subnet: Some(subnet),
            host,
            address: Some(address),
            lifetime: Some(lifetime),
            name,
        };
        Ok(self.answer(MessageType::ACK, &grant, reply))
    }
}
