//! Which leases end when.

use std::collections::BTreeSet;

use ruru_lease::{Family, LeaseRecord, State, Time};

/// Ends of the leases of a part, each with the slot of its lease.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Of leases that are still to be reclaimed.
    open: BTreeSet<(Time, u32)>,
    /// Of leases that were reclaimed and are kept for affinity.
    reclaimed: BTreeSet<(Time, u32)>,
}

impl Ends {
    /// The ends of all these.
    pub(super) fn of<'a, F: Family>(leases: impl Iterator<Item = (u32, &'a F::Lease)>) -> Self {
        let (mut open, mut reclaimed) = (Vec::new(), Vec::new());
        for (slot, lease) in leases {
            match Kind::of::<F>(lease) {
                Some(Kind::Open) => open.push((lease.until(), slot)),
                Some(Kind::Reclaimed) => reclaimed.push((lease.until(), slot)),
                None => {}
            }
        }
        Self { open: open.into_iter().collect(), reclaimed: reclaimed.into_iter().collect() }
    }

    /// A slot had one lease and has another.
    pub(super) fn follow<F: Family>(
        &mut self,
        slot: u32,
        earlier: Option<&F::Lease>,
        now: Option<&F::Lease>,
    ) {
        if let Some(lease) = earlier
            && let Some(ends) = self.like::<F>(lease)
        {
            ends.remove(&(lease.until(), slot));
        }
        if let Some(lease) = now
            && let Some(ends) = self.like::<F>(lease)
        {
            ends.insert((lease.until(), slot));
        }
    }

    /// Slots of leases that have ended and are not reclaimed yet, the oldest first.
    pub(super) fn expired(&self, now: Time) -> impl Iterator<Item = u32> {
        self.open.range(..=(now, u32::MAX)).map(|(_, slot)| *slot)
    }

    /// Slots of leases that were reclaimed and ended at `until` or earlier.
    pub(super) fn reclaimed_before(&self, until: Time) -> impl Iterator<Item = u32> {
        self.reclaimed.range(..=(until, u32::MAX)).map(|(_, slot)| *slot)
    }

    /// Where the end of such a lease stands, if it has one.
    fn like<F: Family>(&mut self, lease: &F::Lease) -> Option<&mut BTreeSet<(Time, u32)>> {
        Kind::of::<F>(lease).map(|kind| match kind {
            Kind::Open => &mut self.open,
            Kind::Reclaimed => &mut self.reclaimed,
        })
    }
}

/// As what a lease ends.
enum Kind {
    Open,
    Reclaimed,
}

impl Kind {
    /// `None` if it does not end.
    fn of<F: Family>(lease: &F::Lease) -> Option<Self> {
        match lease.state() {
            State::Reclaimed => Some(Self::Reclaimed),
            State::Assigned | State::Declined | State::Released | State::Registered => {
                (!lease.is_infinite()).then_some(Self::Open)
            }
        }
    }
}
