//! Leases by the number of their slot.

/// Leases in slots. A slot that became vacant is used again.
#[derive(Debug)]
pub(super) struct Slab<L> {
    slots: Vec<Option<L>>,
    vacant: Vec<u32>,
}

impl<L> Default for Slab<L> {
    fn default() -> Self {
        Self { slots: Vec::new(), vacant: Vec::new() }
    }
}

impl<L> Slab<L> {
    /// What a slot has.
    pub(super) fn get(&self, slot: u32) -> Option<&L> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// All that there is, with its slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &L)> {
        (0..).zip(&self.slots).filter_map(|(slot, lease)| Some((slot, lease.as_ref()?)))
    }

    /// A slot that has nothing; it is to be filled.
    pub(super) fn vacancy(&mut self) -> u32 {
        self.vacant.pop().unwrap_or_else(|| {
            self.slots.push(None);
            // 2^32 leases are more than memory holds.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Fills a slot that there is; answers what it had.
    pub(super) fn fill(&mut self, slot: u32, lease: L) -> Option<L> {
        self.slots[slot as usize].replace(lease)
    }

    /// Makes a slot vacant; answers what it had.
    pub(super) fn remove(&mut self, slot: u32) -> Option<L> {
        let earlier = self.slots.get_mut(slot as usize)?.take()?;
        self.vacant.push(slot);
        Some(earlier)
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, leases: usize) {
        self.slots.reserve(leases);
    }

    /// The same without room that is not needed.
    pub(super) fn shrunk(mut self) -> Self {
        self.slots.shrink_to_fit();
        self
    }
}
