//! How a client's reservation is found, whatever the protocol.

use ruru_config::{Configured, Reservation};
use ruru_host::{Host, HostIndex, Identifier, IdentifierKind};

/// The first reservation among `hosts` of a client that has these identifiers, by kinds in order.
pub(crate) fn find<'a, 'i, F: Configured>(
    kinds: &[IdentifierKind],
    hosts: &'a HostIndex<Reservation<F>>,
    identifier: impl Fn(IdentifierKind) -> Option<&'i [u8]>,
) -> Option<&'a Host<F::Reserved>> {
    kinds.iter().filter(|kind| hosts.has_kind(**kind)).find_map(|kind| {
        let identifier = Identifier { kind: *kind, bytes: identifier(*kind)?.into() };
        hosts.get(&identifier).map(|reservation| &reservation.host)
    })
}
