//! The hosts of one scope, found by identifier and by address.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::{Host, Identifier, IdentifierKind, Reserved};

/// What a host is kept as.
pub trait HostRecord: Borrow<Host<Self::Reserved>> {
    /// What the host's protocol reserves.
    type Reserved: Reserved;

    /// The host.
    fn host(&self) -> &Host<Self::Reserved> {
        self.borrow()
    }
}

/// The hosts of one scope. Copies are cheap and share what is the same.
pub struct HostIndex<H: HostRecord> {
    by_identifier: imbl::OrdSet<ByIdentifier<H>>,
    /// Those of one address are told apart by a number.
    by_address: imbl::OrdMap<(Address<H>, u32), Arc<H>>,
    /// How many hosts there are of each kind of identifier.
    of_kind: [u32; IdentifierKind::ALL.len()],
}

/// An address that a host may reserve.
type Address<H> = <<H as HostRecord>::Reserved as Reserved>::Address;

/// A host in its place among those ordered by identifier.
struct ByIdentifier<H>(Arc<H>);

/// Why a host cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict<A> {
    /// The identifier has a host already.
    #[error("the host {0} has a reservation here already")]
    Identifier(Identifier),
    /// The address is reserved already.
    #[error("the address {address} is reserved for {holder} already")]
    Address {
        /// The address.
        address: A,
        /// Who has it.
        holder: Identifier,
    },
}

impl<H: HostRecord> Clone for HostIndex<H> {
    fn clone(&self) -> Self {
        let (by_identifier, by_address) = (self.by_identifier.clone(), self.by_address.clone());
        Self { by_identifier, by_address, of_kind: self.of_kind }
    }
}

impl<H: HostRecord> Default for HostIndex<H> {
    fn default() -> Self {
        let (by_identifier, by_address) = (imbl::OrdSet::new(), imbl::OrdMap::new());
        Self { by_identifier, by_address, of_kind: Default::default() }
    }
}

impl<H: HostRecord> fmt::Debug for HostIndex<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostIndex").field("len", &self.by_identifier.len()).finish_non_exhaustive()
    }
}

impl<H: HostRecord> HostIndex<H> {
    /// How many hosts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_identifier.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_identifier.is_empty()
    }

    /// Whether there is a host with an identifier of this kind: usually all have the same, and it
    /// would be in vain to look for others.
    #[must_use]
    pub fn has_kind(&self, kind: IdentifierKind) -> bool {
        self.of_kind[kind as usize] > 0
    }

    /// The host of an identifier.
    #[must_use]
    pub fn get(&self, identifier: &Identifier) -> Option<&Arc<H>> {
        self.by_identifier.get(identifier).map(|place| &place.0)
    }

    /// The hosts for which an address is reserved.
    pub fn by_address(&self, address: Address<H>) -> impl Iterator<Item = &Arc<H>> {
        self.by_address.range((address, 0)..=(address, u32::MAX)).map(|(_, host)| host)
    }

    /// All hosts in the order of their identifiers.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<H>> {
        self.by_identifier.iter().map(|place| &place.0)
    }

    /// The reserved addresses between two, both included, in order.
    pub fn addresses(
        &self,
        first: Address<H>,
        last: Address<H>,
    ) -> impl Iterator<Item = Address<H>> {
        let range = self.by_address.range((first, 0)..=(last, u32::MAX));
        range.filter(|((_, number), _)| *number == 0).map(|((address, _), _)| *address)
    }

    /// Adds a host; `unique` says that its addresses may not be another's.
    ///
    /// # Errors
    /// Its identifier, or an address that is to be its own, is there already; nothing changed then.
    pub fn add(&mut self, host: Arc<H>, unique: bool) -> Result<(), Conflict<Address<H>>> {
        let reserved = host.host();
        if self.by_identifier.contains(&reserved.identifier) {
            return Err(Conflict::Identifier(reserved.identifier.clone()));
        }
        if unique {
            for address in reserved.own.addresses() {
                if let Some(holder) = self.by_address(address).next() {
                    let holder = holder.host().identifier.clone();
                    return Err(Conflict::Address { address, holder });
                }
            }
        }
        for address in reserved.own.addresses() {
            let number = u32::try_from(self.by_address(address).count()).unwrap_or(u32::MAX);
            self.by_address.insert((address, number), Arc::clone(&host));
        }
        self.of_kind[reserved.identifier.kind as usize] += 1;
        self.by_identifier.insert(ByIdentifier(host));
        Ok(())
    }

    /// Takes the host of an identifier out.
    pub fn remove(&mut self, identifier: &Identifier) -> Option<Arc<H>> {
        let ByIdentifier(host) = self.by_identifier.remove(identifier)?;
        self.of_kind[identifier.kind as usize] -= 1;
        for address in host.host().own.addresses() {
            let others = self.by_address(address).filter(|other| !Arc::ptr_eq(other, &host));
            let others: Vec<Arc<H>> = others.cloned().collect();
            // The first is always number 0.
            for number in 0..=u32::try_from(others.len()).unwrap_or(u32::MAX) {
                self.by_address.remove(&(address, number));
            }
            self.by_address.extend((0..).zip(others).map(|(at, host)| ((address, at), host)));
        }
        Some(host)
    }
}

impl<H> Clone for ByIdentifier<H> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<H: HostRecord> Borrow<Identifier> for ByIdentifier<H> {
    fn borrow(&self) -> &Identifier {
        &self.0.host().identifier
    }
}

impl<H: HostRecord> PartialEq for ByIdentifier<H> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<H: HostRecord> Eq for ByIdentifier<H> {}

impl<H: HostRecord> PartialOrd for ByIdentifier<H> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<H: HostRecord> Ord for ByIdentifier<H> {
    fn cmp(&self, other: &Self) -> Ordering {
        Borrow::<Identifier>::borrow(self).cmp(other.borrow())
    }
}
