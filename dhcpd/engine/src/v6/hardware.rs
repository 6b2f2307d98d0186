//! A client's hardware address: DHCPv6 does not carry it, but there are ways to tell.

use std::net::Ipv6Addr;

use ruru_config::v6::MacSource;
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::{ClientLinkLayerAddress, RemoteId, SubscriberId, VendorOptions};
use ruru_wire::v6::{Duid, HardwareType, OptionCode, Query};

use super::client::Hardware;

/// The enterprise number of CableLabs.
const CABLELABS: u32 = 4491;
/// What a CMTS says of the modem's address, in its own options.
const CM_MAC: OptionCode = OptionCode(1026);
/// What a modem says of its address.
const DEVICE_ID: OptionCode = OptionCode(36);

/// The hardware address by the first source that has one.
pub(super) fn find(
    query: &Query<'_>,
    source: Ipv6Addr,
    duid: Option<&Duid>,
    sources: &[MacSource],
) -> Option<Hardware> {
    sources.iter().find_map(|from| {
        let (kind, address) = by(*from, query, source, duid)?;
        (!address.is_empty()).then_some(Hardware { address, kind, source: *from })
    })
}

fn by(
    source: MacSource,
    query: &Query<'_>,
    sender: Ipv6Addr,
    duid: Option<&Duid>,
) -> Option<(HardwareType, HardwareAddress)> {
    let ethernet = |bytes: &[u8]| Some((HardwareType::ETHERNET, HardwareAddress::new(bytes)?));
    let nearest = query.relays.last();
    match source {
        // Sockets of this protocol do not show frames.
        MacSource::Raw => None,
        MacSource::Duid => duid?.hardware_address(),
        MacSource::LinkLocal => {
            let address = nearest.map_or(sender, |relay| relay.peer_address);
            ethernet(&of_link_local(address)?)
        }
        MacSource::ClientLinkAddress => {
            let option: ClientLinkLayerAddress = nearest?.options.decode().ok()??;
            Some((option.hardware_type, option.address))
        }
        MacSource::RemoteId => {
            let option: RemoteId<'_> = nearest?.options.decode().ok()??;
            ethernet(option.identifier)
        }
        MacSource::SubscriberId => {
            let option: SubscriberId<'_> = nearest?.options.decode().ok()??;
            ethernet(option.0)
        }
        MacSource::DocsisCmts => {
            let vendor: VendorOptions<'_> = nearest?.options.decode().ok()??;
            ethernet(vendor.options.get(CM_MAC).filter(|_| vendor.enterprise == CABLELABS)?)
        }
        MacSource::DocsisModem => {
            let vendor: VendorOptions<'_> = query.options.decode().ok()??;
            ethernet(vendor.options.get(DEVICE_ID).filter(|_| vendor.enterprise == CABLELABS)?)
        }
    }
}

/// The address that an interface identifier was made of, RFC 4291 appendix A.
fn of_link_local(address: Ipv6Addr) -> Option<[u8; 6]> {
    match address.octets() {
        // The universal bit is set, the group bit is not.
        [0xfe, 0x80, 0, 0, 0, 0, 0, 0, a, b, c, 0xff, 0xfe, d, e, f] if a & 3 == 2 => {
            Some([a ^ 2, b, c, d, e, f])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_local_address_may_show_the_hardware_address() {
        let address = "fe80::200:ff:fe00:1".parse().unwrap();
        assert_eq!(of_link_local(address), Some([0, 0, 0, 0, 0, 1]));
        assert_eq!(of_link_local("fe80::ff:fe00:1".parse().unwrap()), None, "a local one");
        assert_eq!(of_link_local("fe80::1".parse().unwrap()), None);
        assert_eq!(of_link_local("2001:db8::200:ff:fe00:1".parse().unwrap()), None);
    }
}
