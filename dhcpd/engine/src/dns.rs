//! What the DNS updater is told of leases, whatever the protocol.
//!
//! Nothing is sent here: requests are gathered, and whoever has stored the leases sends them.

use ruru_config::{Config, Configured, Ddns};
use ruru_ddns_update::dhcid::Identity;
use ruru_lease::{LeaseRecord, Time};
use ruru_ncr::{Change, Directions, Expiry, Name, NameChangeRequest};

use crate::NameChanges;
use crate::names::ddns_for;

/// What a lease has for the updater, beside what all leases have.
pub(crate) struct Entry<'l> {
    /// Its client.
    pub(crate) identity: Identity<'l>,
    /// Its name; nothing if that is none that DNS has.
    pub(crate) name: Option<Name>,
    /// What of its name the server tells.
    pub(crate) directions: Option<Directions>,
    pub(crate) cltt: Time,
    pub(crate) valid_lifetime: u32,
}

/// What there is to tell the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DnsNews {
    /// The updater is told.
    Told(Change),
    /// It cannot be: the name is none that DNS has, or the client cannot be told from others.
    CannotBeTold,
}

/// An engine, as far as the updater is concerned.
pub(crate) trait Tells<F: Configured> {
    /// The configuration.
    fn config(&self) -> &Config<F>;

    /// Gathers what is told.
    fn name_changes(&self) -> &NameChanges;

    /// What a lease has for the updater; nothing if it is none whose name is told.
    fn entry<'l>(&self, lease: &'l F::Lease) -> Option<Entry<'l>>;

    /// Tells the operator of the name of an address.
    fn tell_operator(&self, address: F::Address, name: &str, news: DnsNews);

    /// A client got a lease, or keeps it: its name is told if it is new, or another than before.
    fn tell_of_grant(&self, lease: &F::Lease, earlier: Option<&F::Lease>, ddns: &Ddns) {
        if self.config().globals().updater.is_none() || !ddns.send_updates {
            return;
        }
        if let Some(earlier) = earlier {
            let directions = |lease| self.entry(lease).and_then(|entry| entry.directions);
            let is_same =
                lease.hostname() == earlier.hostname() && directions(lease) == directions(earlier);
            if !ddns.update_on_renew && is_same {
                return;
            }
            tell(self, Change::Remove, earlier, ddns);
        }
        tell(self, Change::Add, lease, ddns);
    }

    /// The lease of a name is over.
    fn tell_of_end(&self, lease: &F::Lease) {
        if self.config().globals().updater.is_some() {
            tell(self, Change::Remove, lease, ddns_of(self, lease));
        }
    }

    /// Tells the name of a lease once more; answers whether it has one that is told.
    fn tell_of_name(&self, lease: &F::Lease) -> bool {
        tell(self, Change::Add, lease, ddns_of(self, lease))
    }
}

/// What holds for names where a lease is; its subnet may be gone.
fn ddns_of<'e, F: Configured>(engine: &'e (impl Tells<F> + ?Sized), lease: &F::Lease) -> &'e Ddns {
    let subnet = engine.config().subnet(lease.subnet_id());
    let global = &engine.config().globals().effective.ddns;
    subnet.map_or(global, |subnet| ddns_for(subnet, lease.address()))
}

fn tell<F: Configured>(
    engine: &(impl Tells<F> + ?Sized),
    change: Change,
    lease: &F::Lease,
    ddns: &Ddns,
) -> bool {
    let name = lease.hostname();
    let Some(entry) = engine.entry(lease).filter(|_| !name.is_empty()) else { return false };
    let Some(directions) = entry.directions else { return false };
    let request = request(change, directions, lease, &entry, ddns);
    let news = request.as_ref().map_or(DnsNews::CannotBeTold, |_| DnsNews::Told(change));
    engine.tell_operator(lease.address(), name, news);
    request.map(|request| engine.name_changes().push(request)).is_some()
}

/// `None` if the name is none that DNS has, or the client cannot be told from others.
fn request<F: Configured>(
    change: Change,
    directions: Directions,
    lease: &impl LeaseRecord<F>,
    entry: &Entry<'_>,
    ddns: &Ddns,
) -> Option<NameChangeRequest> {
    let name = entry.name.clone()?;
    let ends = u64::from(entry.cltt.0) + u64::from(entry.valid_lifetime);
    Some(NameChangeRequest {
        change,
        directions,
        dhcid: entry.identity.dhcid(&name).ok()?,
        name,
        address: lease.address().into(),
        lease_expires_on: Expiry::new(ends),
        lease_length: ddns.ttl.for_lifetime(entry.valid_lifetime),
        conflict_resolution: ddns.conflict_mode,
    })
}
