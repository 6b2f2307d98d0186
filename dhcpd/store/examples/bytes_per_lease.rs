//! What a million leases cost, with all by which they are found: resident bytes a lease.
//!
//! `cargo run --release --example bytes_per_lease -- v4|address|prefix`

#![expect(clippy::print_stdout, reason = "it is for people")]

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr};

use ruru_lease::{Lease4, Lease6, LeaseKind, PoolId, PoolRange, State, SubnetId, Time, V4, V6};
use ruru_store::{Format, Memfile, MemfileOptions, PoolSetup, Sync};
use ruru_wire::HardwareAddress;
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{Duid, HardwareType};

const LEASES: u32 = 1_000_000;
const SUBNET: SubnetId = SubnetId(1);

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("v4") => {
            let addresses = (Ipv4Addr::new(10, 0, 0, 0), Ipv4Addr::new(10, 255, 255, 255));
            fill::<V4>(PoolRange::new(SUBNET, addresses.0, addresses.1), lease4)
        }
        Some("address") => {
            let first = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);
            let last = Ipv6Addr::from_bits(first.to_bits() + u128::from(u64::MAX));
            fill::<V6>(PoolRange::new(SUBNET, first, last), |at, n| {
                lease6(at, n, LeaseKind::Address)
            })
        }
        Some("prefix") => {
            let first = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);
            let kind = LeaseKind::Prefix { length: 56 };
            fill::<V6>(PoolRange::of_prefixes(SUBNET, first, 32, 56), |at, n| lease6(at, n, kind))
        }
        _ => Err("which leases: v4, address or prefix?".into()),
    }
}

fn fill<F: Format>(
    range: Option<PoolRange<F>>,
    lease: impl Fn(F::Address, u32) -> F::Lease,
) -> Result<(), Box<dyn Error>> {
    let range = range.ok_or("there is no such pool")?;
    let before = resident()?;
    let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
    let (memfile, _) = Memfile::<F>::open(&options)?;
    memfile.replace_pools(&[], &[PoolSetup { range, reserved: Vec::new() }]);
    let batch = memfile.batch();
    for number in 0..LEASES {
        let address = range.at(number.into()).ok_or("the pool is too small")?;
        batch.store(lease(address, number), None)?;
    }
    let bytes = resident()?.saturating_sub(before);
    println!("{} leases, {} bytes each", memfile.len(), bytes / u64::from(LEASES));
    Ok(())
}

fn lease4(address: Ipv4Addr, number: u32) -> Lease4 {
    let [a, b, c, d] = number.to_be_bytes();
    Lease4 {
        address,
        hwaddr: HardwareAddress::new(&[2, 0, a, b, c, d]).unwrap_or_default(),
        client_id: Some([1, 2, 0, a, b, c, d][..].into()),
        valid_lifetime: 3600,
        cltt: Time(1_700_000_000 + number / 1000),
        subnet_id: SUBNET,
        pool_id: PoolId(0),
        state: State::Assigned,
        fqdn_fwd: false,
        fqdn_rev: false,
        hostname: "".into(),
        user_context: None,
    }
}

fn lease6(address: Ipv6Addr, number: u32, kind: LeaseKind) -> Lease6 {
    let [a, b, c, d] = number.to_be_bytes();
    let hwaddr = HardwareAddress::new(&[2, 0, a, b, c, d]).unwrap_or_default();
    Lease6 {
        address,
        kind,
        duid: Duid::llt(HardwareType::ETHERNET, number, &hwaddr),
        iaid: Iaid(number),
        valid_lifetime: 3600,
        preferred_lifetime: 1800,
        cltt: Time(1_700_000_000 + number / 1000),
        began: Time(0),
        subnet_id: SUBNET,
        pool_id: PoolId(0),
        state: State::Assigned,
        fqdn_fwd: false,
        fqdn_rev: false,
        hostname: "".into(),
        hwaddr,
        hwtype: HardwareType::ETHERNET,
        hwaddr_source: 4,
        user_context: None,
    }
}

fn resident() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}
