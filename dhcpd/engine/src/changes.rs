//! What the DNS updater is told, gathered.

use std::cell::RefCell;

use ruru_ncr::NameChangeRequest;

/// Requests that wait until the leases that they tell of are stored.
#[derive(Debug, Default)]
pub struct NameChanges(RefCell<Vec<NameChangeRequest>>);

impl NameChanges {
    /// Takes all of them.
    #[must_use]
    pub fn take(&self) -> Vec<NameChangeRequest> {
        self.0.take()
    }

    pub(crate) fn push(&self, request: NameChangeRequest) {
        self.0.borrow_mut().push(request);
    }
}
