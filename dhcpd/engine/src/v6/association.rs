//! Identity associations: what a client asks for, and what it gets.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::Subnet;
use ruru_lease::{LeaseKind, Resource};
use ruru_wire::v6::StatusCode;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix, Iaid, PdExclude, Status};
use smallvec::SmallVec;

use super::Exchange;

/// How many associations of one query are looked at; each may cost searches through all pools.
const MOST: usize = 64;

/// An identity association of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Association {
    pub(super) resource: Resource,
    pub(super) iaid: Iaid,
    /// What the client has, or hopes for.
    pub(super) hints: SmallVec<[Hint; 2]>,
}

/// An address or a prefix in an association of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) address: Ipv6Addr,
    pub(super) kind: LeaseKind,
    pub(super) preferred: u32,
    pub(super) valid: u32,
}

/// An association in a reply.
#[derive(Clone)]
pub(super) struct Answered<'a> {
    pub(super) resource: Resource,
    pub(super) iaid: Iaid,
    pub(super) leases: SmallVec<[Given<'a>; 1]>,
    pub(super) status: Option<Status<'static>>,
}

/// The associations of a reply: clients have one of addresses, and one of prefixes.
pub(super) type Answers<'a> = SmallVec<[Answered<'a>; 2]>;

/// An address or a prefix in an association of a reply.
#[derive(Clone)]
pub(super) struct Given<'a> {
    pub(super) address: Ipv6Addr,
    pub(super) kind: LeaseKind,
    /// Both lifetimes are 0 for one that the client must not use any more.
    pub(super) preferred: u32,
    pub(super) valid: u32,
    /// The subnet that it is of; none for one that nobody knows.
    pub(super) subnet: Option<&'a Arc<Subnet>>,
    pub(super) excluded: Option<PdExclude>,
}

impl<'a> Given<'a> {
    /// One that the client must not use any more.
    pub(super) fn ended(address: Ipv6Addr, kind: LeaseKind) -> Self {
        Self { address, kind, preferred: 0, valid: 0, subnet: None, excluded: None }
    }
}

impl<'a> Answered<'a> {
    /// What was answered already to an association that is twice in a message: it has a number of
    /// its own, so both are one, and what they have is stored once.
    pub(super) fn before(answered: &[Self], association: &Association) -> Option<Self> {
        let Association { resource, iaid, .. } = *association;
        answered.iter().find(|other| (other.resource, other.iaid) == (resource, iaid)).cloned()
    }

    /// An association without leases.
    pub(super) fn refused(
        association: &Association,
        code: StatusCode,
        message: &'static str,
    ) -> Self {
        let Association { resource, iaid, .. } = *association;
        let status = Some(Status { code, message });
        Self { resource, iaid, leases: SmallVec::new(), status }
    }
}

impl Exchange<'_> {
    /// The associations of the query: those of addresses, then those of prefixes. Temporary addresses
    /// are not given (RFC 9915 took them out).
    pub(super) fn associations(&self) -> SmallVec<[Association; 2]> {
        let options = &self.query.options;
        let lenient = self.engine.config.globals().compatibility.lenient_options;
        let of_addresses = options.decode_each::<IaNa<'_>>().flatten().map(|ia| Association {
            resource: Resource::Address,
            iaid: ia.iaid,
            hints: ia
                .options
                .decode_each::<IaAddress<'_>>()
                .flatten()
                .map(|address| Hint {
                    address: address.address,
                    kind: LeaseKind::Address,
                    preferred: address.preferred,
                    valid: address.valid,
                })
                .collect(),
        });
        let prefix = move |content| {
            if lenient {
                IaPrefix::decode_leniently(content)
            } else {
                ruru_wire::v6::options::OptionData::decode(&mut ruru_wire::Reader::new(content))
            }
        };
        let of_prefixes = options.decode_each::<IaPd<'_>>().flatten().map(|ia| Association {
            resource: Resource::Prefix,
            iaid: ia.iaid,
            hints: ia
                .options
                .all(ruru_wire::v6::OptionCode::IAPREFIX)
                .filter_map(|content| prefix(content).ok())
                .map(|prefix: IaPrefix<'_>| Hint {
                    address: prefix.prefix.address(),
                    kind: LeaseKind::Prefix { length: prefix.prefix.length() },
                    preferred: prefix.preferred,
                    valid: prefix.valid,
                })
                .collect(),
        });
        of_addresses.chain(of_prefixes).take(MOST).collect()
    }
}
