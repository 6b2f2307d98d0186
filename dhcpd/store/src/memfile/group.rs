//! Group commit: the changes of several batches are written, and synced, together.
//!
//! A batch that ends is *sealed*: its lines join the open group, and later batches see its changes.
//! To *settle* it writes the whole open group at once, unless somebody else has. While one group is
//! on its way to the disk the next one fills; if it cannot be written, it and what came after it are
//! taken back.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};

use ruru_lease::Lease4;

use super::Inner;
use super::table::Table;

/// A batch that has ended, and whose changes, with all before them, are written or will be.
#[derive(Clone, Debug)]
#[must_use = "its changes are written when it is settled"]
pub struct Sealed {
    pub(super) fate: Arc<Fate>,
}

impl Sealed {
    /// Whether it is known what became of its changes.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.fate.known().is_some()
    }
}

/// What became of a group: it was written, or why not.
#[derive(Debug, Default)]
pub(super) struct Fate(OnceLock<Result<(), Arc<io::Error>>>);

impl Fate {
    pub(super) fn written() -> Arc<Self> {
        Arc::new(Self(OnceLock::from(Ok(()))))
    }

    pub(super) fn known(&self) -> Option<Result<(), Arc<io::Error>>> {
        self.0.get().cloned()
    }

    /// A group is settled once, by whoever has taken it.
    pub(super) fn settle(&self, result: Result<(), Arc<io::Error>>) {
        let _ = self.0.set(result);
    }
}

/// Sealed batches that are written together.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) lines: String,
    pub(super) undo: Undo,
    pub(super) fate: Arc<Fate>,
}

/// What was changed, to take it back: addresses with the leases that they had, the latest last.
#[derive(Debug, Default)]
pub(super) struct Undo(Vec<(Ipv4Addr, Option<Lease4>)>);

impl Undo {
    pub(super) fn note(&mut self, address: Ipv4Addr, earlier: Option<Lease4>) {
        self.0.push((address, earlier));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn take_back(&mut self, table: &mut Table) {
        while let Some((address, earlier)) = self.0.pop() {
            match earlier {
                Some(lease) => table.put(lease),
                None => table.remove(address),
            };
        }
    }
}

impl Inner {
    /// Ends the batch that is being worked on.
    pub(super) fn seal(&mut self) -> Sealed {
        if !self.has_journal {
            self.lines.clear();
            self.undo.clear();
        } else if self.undo.len() > 0 {
            self.open.lines.push_str(&self.lines);
            self.open.undo.0.append(&mut self.undo.0);
            self.lines.clear();
            self.newest = Arc::clone(&self.open.fate);
        }
        Sealed { fate: Arc::clone(&self.newest) }
    }

    /// Takes the open group, to write it; the next one uses the buffers of `spare`.
    pub(super) fn take_group(&mut self, spare: Group) -> Group {
        std::mem::replace(&mut self.open, spare)
    }
}

impl Group {
    /// Empty, with the room it had.
    pub(super) fn emptied(mut self) -> Self {
        self.lines.clear();
        self.undo.clear();
        self.fate = Arc::default();
        self
    }
}
