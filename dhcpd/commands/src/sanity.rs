//! Leases that do not fit the configuration when they are read.

use std::net::IpAddr;

use ruru_config::{Config, Configured, LeaseChecks};
use ruru_lease::{LeaseRecord, Resource, StoreError, SubnetId};
use ruru_observe::{Sink, events};
use ruru_store::{Format, Memfile};

events! {
    /// About leases that are in no subnet of theirs.
    pub enum SanityEvent<'a> in "dhcpsrv" {
        /// One stays where it is.
        Failed DHCPSRV_LEASE_SANITY_FAIL Warn "the lease {address} with subnet-id {subnet} is not in a subnet of that number, and stays as it is"
            { address: IpAddr, subnet: SubnetId, marker: std::marker::PhantomData<&'a ()> },
        /// One was given the subnet that has its address.
        Fixed DHCPSRV_LEASE_SANITY_FIXED Info "the lease {address} with subnet-id {subnet} was moved to subnet-id {other}"
            { address: IpAddr, subnet: SubnetId, other: SubnetId, marker: std::marker::PhantomData<&'a ()> },
        /// One was deleted.
        Discarded DHCPSRV_LEASE_SANITY_FAIL_DISCARD Info "the lease {address} with subnet-id {subnet} is not in a subnet of that number, and was deleted"
            { address: IpAddr, subnet: SubnetId, marker: std::marker::PhantomData<&'a ()> },
    }
}

/// Does with leases that are in no subnet of theirs what the configuration says. Delegated prefixes
/// need not be in their subnet, and are left alone.
///
/// # Errors
/// The changes cannot be stored.
pub fn check_leases<F: Configured + Format>(
    config: &Config<F>,
    leases: &Memfile<F>,
    log: &dyn Sink,
) -> Result<(), StoreError> {
    let checks = config.globals().lease_checks;
    if checks == LeaseChecks::None {
        return Ok(());
    }
    let is_misplaced = |lease: &F::Lease| {
        let subnet = config.subnet(lease.subnet_id());
        lease.resource() != Some(Resource::Prefix)
            && subnet.is_none_or(|subnet| !subnet.prefix.contains(lease.address()))
    };
    let batch = leases.batch();
    let marker = std::marker::PhantomData;
    for lease in leases.all(is_misplaced) {
        let (at, subnet) = (lease.address(), lease.subnet_id());
        let address = at.into();
        let fitting = || config.subnet_containing(at, |_| true).map(|subnet| subnet.id);
        let other = match checks {
            LeaseChecks::Fix | LeaseChecks::FixOrDelete => fitting(),
            LeaseChecks::None | LeaseChecks::Warn | LeaseChecks::Delete => None,
        };
        match (other, checks) {
            (Some(other), _) => {
                batch.replace(lease.moved_to(other));
                log.emit(&SanityEvent::Fixed { address, subnet, other, marker });
            }
            (None, LeaseChecks::Delete | LeaseChecks::FixOrDelete) => {
                batch.discard(at);
                log.emit(&SanityEvent::Discarded { address, subnet, marker });
            }
            (None, LeaseChecks::None | LeaseChecks::Warn | LeaseChecks::Fix) => {
                log.emit(&SanityEvent::Failed { address, subnet, marker });
            }
        }
    }
    batch.commit()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use ruru_config::v4::Config;
    use ruru_config::v6::Config as Config6;
    use ruru_json::Document;
    use ruru_lease::{Lease4, Lease6, LeaseKind, PoolId, State, Time};
    use ruru_observe::Quiet;
    use ruru_observe::counters::Registry;
    use ruru_store::{MemfileOptions, Sync};
    use ruru_wire::v6::options::Iaid;
    use ruru_wire::v6::{Duid, HardwareType};

    use super::*;

    /// The subnets of two leases after a check: one that is in subnet 1 by its address, one that is
    /// in none; both say 9.
    fn checked(how: &str) -> [Option<u32>; 2] {
        let text = format!(
            r#"{{ "Dhcp4": {{ "sanity-checks": {{ "lease-checks": "{how}" }},
                "subnet4": [ {{ "id": 1, "subnet": "192.0.2.0/24" }} ] }} }}"#
        );
        let document = Document::from_peer(&text).unwrap();
        let config = Config::read(&document.root, &Registry::default()).unwrap();
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).unwrap();
        let addresses = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(198, 51, 100, 1)];
        let batch = leases.batch();
        for address in addresses {
            batch.replace(Lease4 {
                address,
                hwaddr: Default::default(),
                client_id: None,
                valid_lifetime: 100,
                cltt: Time(1000),
                subnet_id: SubnetId(9),
                pool_id: PoolId(0),
                state: State::Assigned,
                fqdn_fwd: false,
                fqdn_rev: false,
                hostname: "".into(),
                user_context: None,
            });
        }
        check_leases(&config, &leases, &Quiet).unwrap();
        addresses.map(|address| leases.batch().get(address).map(|lease| lease.subnet_id.0))
    }

    #[test]
    fn leases_in_no_subnet_of_theirs_stay_move_or_go() {
        assert_eq!(checked("none"), [Some(9), Some(9)]);
        assert_eq!(checked("warn"), [Some(9), Some(9)]);
        assert_eq!(checked("fix"), [Some(1), Some(9)]);
        assert_eq!(checked("fix-del"), [Some(1), None]);
        assert_eq!(checked("del"), [None, None]);
    }

    #[test]
    fn a_delegated_prefix_need_not_be_in_its_subnet() {
        let text = r#"{ "Dhcp6": { "sanity-checks": { "lease-checks": "del" },
            "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/48" } ] } }"#;
        let document = Document::from_peer(text).unwrap();
        let config = Config6::read(&document.root, &Registry::default()).unwrap();
        let options = MemfileOptions { path: None, sync: Sync::Never, max_row_errors: 0 };
        let (leases, _) = Memfile::open(&options).unwrap();
        let lease = |address: &str, kind| Lease6 {
            address: address.parse().unwrap(),
            kind,
            duid: Duid::new(&[1, 2, 3]).unwrap(),
            iaid: Iaid(1),
            valid_lifetime: 100,
            preferred_lifetime: 100,
            cltt: Time(1000),
            began: Time(0),
            subnet_id: SubnetId(1),
            pool_id: PoolId(0),
            state: State::Assigned,
            fqdn_fwd: false,
            fqdn_rev: false,
            hostname: "".into(),
            hwaddr: Default::default(),
            hwtype: HardwareType(0),
            hwaddr_source: 0,
            user_context: None,
        };
        let batch = leases.batch();
        batch.replace(lease("2001:db8:2::1", LeaseKind::Address));
        batch.replace(lease("2001:db8:8000::", LeaseKind::Prefix { length: 56 }));
        check_leases(&config, &leases, &Quiet).unwrap();
        let left: Vec<_> = leases.all(|_| true).into_iter().map(|lease| lease.kind).collect();
        assert_eq!(left, [LeaseKind::Prefix { length: 56 }]);
    }
}
