//! DHCPREQUEST, RFC 2131 section 4.3.2: selecting, after a reboot, renewing, rebinding.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_config::v4::Subnet;
use ruru_lease::{Event, Lease4, Leases4, PoolId, State, StoreError};
use ruru_observe::counters::{Pool4, Server4, Subnet4};
use ruru_wire::Bytes;
use ruru_wire::v4::options::{LeaseTime, RequestedAddress};
use ruru_wire::v4::{MessageType, OptionCode};

use super::allocate::Choice;
use super::names::Name;
use super::reply::Grant;
use super::{Client, Engine, LeaseEvent, Outcome, PacketEvent, Received};

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
    client: Client<'a>,
    selected: &'a Arc<Subnet>,
    /// The address asked for, in option 50 or ciaddr.
    wanted: Option<Ipv4Addr>,
    /// The client's lease on the link.
    own: Option<Lease4>,
}

impl<'a> Engine<'a> {
    /// Grants, refuses or ignores.
    pub(super) async fn request(
        &self,
        received: &Received<'_>,
        leases: &impl Leases4,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let query = &received.query;
        let client = Client::of(query);
        let asked = query.options.decode::<RequestedAddress>().ok().flatten().map(|o| o.0);
        let ciaddr = Some(query.header.ciaddr).filter(|address| !address.is_unspecified());
        let names_server = query.options.contains(OptionCode::SERVER_IDENTIFIER);
        let Some(selected) = self.select_subnet(received) else {
            return Ok(self.request_without_subnet(received, asked, names_server, reply));
        };
        let own = self.lease_of(selected, &client, leases).await?;
        if let Some(address) = asked.filter(|_| !names_server) {
            self.emit(&LeaseEvent::InitReboot { client: &client, address });
            match &own {
                None if !selected.effective.authoritative => {
                    self.emit(&LeaseEvent::NoLeaseInitReboot { client: &client, address });
                    return Ok(Outcome::Silence);
                }
                Some(lease) if lease.address == address => {}
                None | Some(_) => {
                    self.emit(&PacketEvent::NakInitReboot { client: &client, address });
                    return Ok(self.nak(received, Some(selected), reply));
                }
            }
        }
        let request = Request { client, selected, wanted: asked.or(ciaddr), own };
        match self.judge(&request, leases).await? {
            Verdict::Grant(choice) => self.grant(received, &request, choice, leases, reply).await,
            Verdict::Refuse => {
                let address = request.wanted.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.emit(&PacketEvent::NakNoGrant { client: &client, address });
                Ok(self.nak(received, Some(selected), reply))
            }
            Verdict::Ignore => {
                let address = request.wanted.unwrap_or(Ipv4Addr::UNSPECIFIED);
                self.emit(&PacketEvent::UnknownAddress { client: &client, address });
                Ok(Outcome::Silence)
            }
        }
    }

    /// A client on a link that is not configured: one that starts up or selects is told, one that
    /// rebinds may be another server's.
    fn request_without_subnet(
        &self,
        received: &Received<'_>,
        asked: Option<Ipv4Addr>,
        names_server: bool,
        reply: &mut Vec<u8>,
    ) -> Outcome {
        let header = &received.query.header;
        let rebinds = !header.ciaddr.is_unspecified()
            && received.destination.is_broadcast()
            && asked.is_none()
            && !names_server;
        let reboots = asked.is_some() && !names_server;
        if rebinds || (reboots && !self.config.globals().effective.authoritative) {
            return Outcome::Silence;
        }
        let client = Client::of(&received.query);
        self.emit(&PacketEvent::NakNoSubnet { client: &client, source: *received.source.ip() });
        self.nak(received, None, reply)
    }

    async fn judge<'r>(
        &self,
        request: &Request<'r>,
        leases: &impl Leases4,
    ) -> Result<Verdict<'r>, StoreError>
    where
        'a: 'r,
    {
        let Request { client, selected, wanted, own } = request;
        let reserved = self.reserved_address(selected, client);
        let Some(wanted) = *wanted else {
            let choice = self.choose(selected, client, None, own.clone(), leases).await?;
            return Ok(choice.map_or(Verdict::Refuse, Verdict::Grant));
        };
        let earlier = leases.by_address(wanted).await?;
        let on_link = self.config.link(selected).find(|subnet| subnet.prefix.contains(wanted));
        if on_link.is_some_and(|subnet| self.is_reserved_for_other(subnet, wanted, client)) {
            return Ok(Verdict::Refuse);
        }
        let in_use = earlier.as_ref().is_some_and(|lease| {
            let is_own = client.owns(lease, selected.effective.match_client_id);
            lease.holds_address(self.now) && !is_own
        });
        if in_use {
            return Ok(Verdict::Refuse);
        }
        if let Some((subnet, address)) = reserved {
            if address == wanted {
                return Ok(Verdict::Grant(Choice { subnet, address, earlier }));
            }
            // The client has a better address now, unless somebody else is still using it.
            let holder = leases.by_address(address).await?;
            if !holder.is_some_and(|lease| lease.holds_address(self.now)) {
                return Ok(Verdict::Refuse);
            }
        }
        match self.usable(selected, wanted, client) {
            Some(subnet) => Ok(Verdict::Grant(Choice { subnet, address: wanted, earlier })),
            None => Ok(Verdict::Ignore),
        }
    }

    async fn grant(
        &self,
        received: &Received<'_>,
        request: &Request<'_>,
        choice: Choice<'_>,
        leases: &impl Leases4,
        reply: &mut Vec<u8>,
    ) -> Result<Outcome, StoreError> {
        let query = &received.query;
        let Choice { subnet, address, earlier } = choice;
        let client = &request.client;
        let host = self.host_in(subnet, client);
        let name = self.name_for(query, host, address);
        let wanted = query.options.decode::<LeaseTime>().ok().flatten().map(|o| o.0);
        let lifetime = subnet.effective.lifetime.grant(wanted);
        let renewed =
            earlier.as_ref().filter(|lease| client.owns(lease, subnet.effective.match_client_id));
        let lifetime = if let Some(rest) =
            renewed.and_then(|l| self.reusable(l, subnet, client, &name))
        {
            self.count(subnet, Server4::LeaseReuses, Subnet4::LeaseReuses);
            self.emit(&LeaseEvent::Reuse { client, address, lifetime: rest });
            rest
        } else {
            let lease = self.lease_for(client, subnet, address, earlier.as_ref(), lifetime, &name);
            let Some(lease) = lease else { return Ok(self.nak(received, Some(subnet), reply)) };
            leases.put(lease, earlier.as_ref()).await?;
            if renewed.is_none_or(|lease| !lease.holds_address(self.now)) {
                self.count_assignment(subnet, address);
            }
            self.emit(&LeaseEvent::Alloc { client, address, lifetime });
            lifetime
        };
        if let Some(other) = request.own.as_ref().filter(|lease| lease.address != address) {
            leases.remove(other).await?;
        }
        let grant = Grant {
            subnet: Some(subnet),
            host,
            address: Some(address),
            lifetime: Some(lifetime),
            name: &name,
        };
        Ok(self.answer(received, MessageType::ACK, &grant, reply))
    }

    /// The lease as it is to be stored; `None` if what the address has cannot become it.
    fn lease_for(
        &self,
        client: &Client<'_>,
        subnet: &Subnet,
        address: Ipv4Addr,
        earlier: Option<&Lease4>,
        lifetime: u32,
        name: &Name,
    ) -> Option<Lease4> {
        let now = self.now;
        if let Some(earlier) = earlier {
            earlier.state.after(Event::Request { now }, earlier.until()).ok()?;
        }
        Some(Lease4 {
            address,
            hwaddr: client.hwaddr,
            client_id: kept_client_id(client, subnet).map(Bytes::from),
            valid_lifetime: lifetime,
            cltt: now,
            subnet_id: subnet.id,
            pool_id: subnet.pool_of(address).map_or(PoolId(0), |pool| pool.id),
            state: State::Assigned,
            fqdn_fwd: false,
            fqdn_rev: false,
            hostname: name.stored().into(),
            user_context: None,
        })
    }

    /// Seconds that are left of a lease which is young enough to be confirmed as it is.
    fn reusable(
        &self,
        lease: &Lease4,
        subnet: &Subnet,
        client: &Client<'_>,
        name: &Name,
    ) -> Option<u32> {
        let same = lease.state == State::Assigned
            && lease.subnet_id == subnet.id
            && lease.hwaddr == client.hwaddr
            && lease.client_id.as_deref() == kept_client_id(client, subnet)
            && *lease.hostname == *name.stored()
            && lease.cltt <= self.now;
        if !same {
            return None;
        }
        if lease.valid_lifetime == ruru_lease::INFINITE_LIFETIME {
            return Some(lease.valid_lifetime);
        }
        let age = self.now.since(lease.cltt);
        let young = subnet.effective.caching.reuses(age, lease.valid_lifetime);
        young.then(|| lease.valid_lifetime - age)
    }

    fn count_assignment(&self, subnet: &Arc<Subnet>, address: Ipv4Addr) {
        self.count(subnet, Server4::CumulativeAssigned, Subnet4::CumulativeAssigned);
        if let Some(pool) = subnet.pool_of(address) {
            pool.counters.count(Pool4::CumulativeAssigned);
        }
    }
}

/// The client identifier for the lease; one that clients are not told apart by is not kept.
fn kept_client_id<'a>(client: &Client<'a>, subnet: &Subnet) -> Option<&'a [u8]> {
    client.client_id.filter(|_| subnet.effective.match_client_id)
}
