//! What the statistics are called that follow from leases and configuration.

use ruru_config::Configured;
use ruru_lease::{Resource, V4, V6};
use ruru_observe::counters::{Pool4, Pool6, Statistics, Subnet4, Subnet6};

/// A counter of pools.
type OfPool<F> = <<F as Configured>::Statistics as Statistics>::Pool;
/// A counter of subnets.
type OfSubnet<F> = <<F as Configured>::Statistics as Statistics>::Subnet;

/// A protocol whose leases are told of by statistics.
pub trait Gauged: Configured {
    /// The statistics of each resource.
    const GAUGES: &'static [Gauges<Self>];
}

/// The statistics of one resource.
#[derive(Debug)]
pub struct Gauges<F: Configured> {
    /// The resource.
    pub resource: Resource,
    /// What its pools are called.
    pub pool: &'static str,
    /// How many there are in pools.
    pub total: &'static str,
    /// How many are taken.
    pub assigned: &'static str,
    /// How many are declined, if they can be.
    pub declined: Option<&'static str>,
    /// How many are registered, if they can be; of subnets only.
    pub registered: Option<&'static str>,
    /// How many were taken since the start, as subnets count them.
    pub cumulative: OfSubnet<F>,
    /// The counters that its pools have.
    pub counters: &'static [OfPool<F>],
}

impl Gauged for V4 {
    const GAUGES: &'static [Gauges<Self>] = &[Gauges {
        resource: Resource::Address,
        pool: "pool",
        total: "total-addresses",
        assigned: "assigned-addresses",
        declined: Some("declined-addresses"),
        registered: None,
        cumulative: Subnet4::CumulativeAssigned,
        counters: &[Pool4::CumulativeAssigned, Pool4::ReclaimedDeclined, Pool4::ReclaimedLeases],
    }];
}

impl Gauged for V6 {
    const GAUGES: &'static [Gauges<Self>] = &[
        Gauges {
            resource: Resource::Address,
            pool: "pool",
            total: "total-nas",
            assigned: "assigned-nas",
            declined: Some("declined-addresses"),
            registered: Some("registered-nas"),
            cumulative: Subnet6::CumulativeAssignedNas,
            counters: &[
                Pool6::CumulativeAssignedNas,
                Pool6::ReclaimedDeclined,
                Pool6::ReclaimedLeases,
            ],
        },
        Gauges {
            resource: Resource::Prefix,
            pool: "pd-pool",
            total: "total-pds",
            assigned: "assigned-pds",
            declined: None,
            registered: None,
            cumulative: Subnet6::CumulativeAssignedPds,
            counters: &[Pool6::CumulativeAssignedPds, Pool6::ReclaimedLeases],
        },
    ];
}
