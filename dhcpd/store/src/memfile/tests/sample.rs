//! Leases to test with.

use ruru_lease::{Event, Lease4, Lease6, LeaseKind, PoolId, State, SubnetId, Time, V4, V6};
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{Duid, HardwareType};

use super::super::Format;

pub(super) trait Sample: Format {
    /// The first line of the other family's files.
    const OTHER_HEADER: &'static str;

    /// The address that ends so.
    fn at(last: u8) -> Self::Address;

    /// Its lease: of 100 seconds from 1000 and `last` on.
    fn lease(last: u8) -> Self::Lease;

    /// One of many leases, each of another client.
    fn numbered(number: u32) -> Self::Lease;

    /// Its lease with this lifetime.
    fn lasting(last: u8, seconds: u32) -> Self::Lease;

    /// Its lease after an event.
    fn after(last: u8, event: Event) -> Self::Lease;
}

impl Sample for V4 {
    const OTHER_HEADER: &'static str = V6::HEADER;

    fn at(last: u8) -> Self::Address {
        [192, 0, 2, last].into()
    }

    fn lease(last: u8) -> Lease4 {
        Lease4 {
            address: Self::at(last),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, last]).unwrap(),
            client_id: Some([1, last][..].into()),
            valid_lifetime: 100,
            cltt: Time(1000 + u32::from(last)),
            subnet_id: SubnetId(1),
            pool_id: PoolId(0),
            state: State::Assigned,
            fqdn_fwd: false,
            fqdn_rev: false,
            hostname: "".into(),
            user_context: None,
        }
    }

    fn numbered(number: u32) -> Lease4 {
        let [a, b, c, d] = number.to_be_bytes();
        Lease4 {
            address: [10, b, c, d].into(),
            hwaddr: HardwareAddress::new(&[2, 0, a, b, c, d]).unwrap(),
            client_id: Some([1, a, b, c, d][..].into()),
            ..Self::lease(1)
        }
    }

    fn lasting(last: u8, seconds: u32) -> Lease4 {
        Lease4 { valid_lifetime: seconds, ..Self::lease(last) }
    }

    fn after(last: u8, event: Event) -> Lease4 {
        Self::lease(last).after(event).unwrap()
    }
}

impl Sample for V6 {
    const OTHER_HEADER: &'static str = V4::HEADER;

    fn at(last: u8) -> Self::Address {
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()].into()
    }

    fn lease(last: u8) -> Lease6 {
        Lease6 {
            address: Self::at(last),
            kind: LeaseKind::Address,
            duid: Duid::new(&[0, 3, 0, 1, 2, 0, 0, 0, 0, last]).unwrap(),
            iaid: Iaid(last.into()),
            valid_lifetime: 100,
            preferred_lifetime: 60,
            cltt: Time(1000 + u32::from(last)),
            began: Time(0),
            subnet_id: SubnetId(1),
            pool_id: PoolId(0),
            state: State::Assigned,
            fqdn_fwd: false,
            fqdn_rev: false,
            hostname: "".into(),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, last]).unwrap(),
            hwtype: HardwareType::ETHERNET,
            hwaddr_source: 4,
            user_context: None,
        }
    }

    fn numbered(number: u32) -> Lease6 {
        let [a, b, c, d] = number.to_be_bytes();
        Lease6 {
            address: (u128::from(Self::at(0)) + u128::from(number)).into(),
            duid: Duid::new(&[0, 3, 0, 1, 2, 0, a, b, c, d]).unwrap(),
            hwaddr: HardwareAddress::new(&[2, 0, a, b, c, d]).unwrap(),
            ..Self::lease(1)
        }
    }

    fn lasting(last: u8, seconds: u32) -> Lease6 {
        Lease6 { valid_lifetime: seconds, ..Self::lease(last) }
    }

    fn after(last: u8, event: Event) -> Lease6 {
        Self::lease(last).after(event).unwrap()
    }
}
