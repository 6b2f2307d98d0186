//! Name change requests.

use ruru_ncr::NameChangeRequest;

/// A request that can be read is the same after it was written and read again.
pub fn request(bytes: &[u8]) -> bool {
    let Ok(first) = NameChangeRequest::decode(bytes) else { return false };
    let second = NameChangeRequest::decode(&first.encode()).expect("what was written can be read");
    assert_eq!(second, first);
    true
}

/// The DNS updater can read what it is told.
pub(crate) fn are_told(changes: Vec<NameChangeRequest>) {
    for change in changes {
        let read = NameChangeRequest::decode(&change.encode()).expect("the updater can read it");
        assert_eq!(read, change);
    }
}
