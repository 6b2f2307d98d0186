//! A pool of the configuration, as the server knows it.

use std::net::Ipv6Addr;

use ruru_command::{Answer, Request};
use ruru_json::Value;
use ruru_sysrepo::{Node, Refusal};
use ruru_translate::ietf::{pool_number, range_number};

use super::super::leases::{PAGE, address_of, failed, leases, page};
use super::super::manager::Manager;
use super::super::statistics::newest;

/// How many leases of a pool are asked for at first.
const FIRST_PAGE: u64 = 32;

/// What a pool holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Addresses,
    Prefixes,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::Addresses, Self::Prefixes];

    /// The list of the pools, with its container.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Addresses => "address-pools/address-pool",
            Self::Prefixes => "prefix-pools/prefix-pool",
        }
    }

    /// The type of leases.
    pub(super) fn lease_type(self) -> &'static str {
        match self {
            Self::Addresses => "IA_NA",
            Self::Prefixes => "IA_PD",
        }
    }

    /// The leaves of a pool that [`Pool::read`] reads.
    pub(super) fn leaves(self) -> &'static [&'static str] {
        match self {
            Self::Addresses => &["start-address", "end-address", "max-address-utilization"],
            Self::Prefixes => &["pool-prefix", "client-prefix-length", "max-pd-space-utilization"],
        }
    }

    /// The leaf with the share that may be in use, in percent.
    fn threshold(self) -> &'static str {
        match self {
            Self::Addresses => "max-address-utilization",
            Self::Prefixes => "max-pd-space-utilization",
        }
    }
}

/// A pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) kind: Kind,
    /// Its identifier.
    pub(super) id: String,
    /// The statistic that counts what is allocated, if the server counts for this pool alone.
    statistic: Option<String>,
    first: u128,
    last: u128,
    /// How many addresses or prefixes it has; the greatest value if they are more.
    pub(super) total: u64,
    /// How many of them may be in use before somebody wants to know.
    pub(super) most: Option<u64>,
}

impl Pool {
    /// Reads a pool of the configuration.
    pub(super) fn read(pool: Node<'_>) -> Option<Self> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.list().ends_with(pool.name()))?;
        let range = pool.parent()?.parent()?;
        let (first, last, count) = match kind {
            Kind::Addresses => {
                let address = |leaf: &str| pool.leaf(leaf)?.parse::<Ipv6Addr>().ok();
                let first = address("start-address")?.to_bits();
                let last = address("end-address")?.to_bits();
                (first, last, last.checked_sub(first)?.saturating_add(1))
            }
            Kind::Prefixes => {
                let (address, length) = pool.leaf("pool-prefix")?.split_once('/')?;
                let (length, first) =
                    (length.parse::<u32>().ok()?, address.parse::<Ipv6Addr>().ok()?);
                let delegated: u32 = pool.leaf("client-prefix-length")?.parse().ok()?;
                let host = u128::MAX.checked_shr(length).unwrap_or(0);
                let count = 1_u128.checked_shl(delegated.checked_sub(length)?);
                (first.to_bits(), first.to_bits() | host, count.unwrap_or(u128::MAX))
            }
        };
        let total = u64::try_from(count).unwrap_or(u64::MAX);
        let percent = pool.leaf(kind.threshold()).and_then(|percent| percent.parse::<u128>().ok());
        // RFC 9243: of the total, rounded up.
        let most = percent.map(|percent| (u128::from(total) * percent).div_ceil(100));
        let subnet = range_number(range);
        let statistic = pool_number(pool).map(|number| match kind {
            Kind::Addresses => format!("subnet[{subnet}].pool[{number}].assigned-nas"),
            Kind::Prefixes => format!("subnet[{subnet}].pd-pool[{number}].assigned-pds"),
        });
        Some(Self {
            kind,
            id: pool.leaf("pool-id")?.to_owned(),
            statistic,
            first,
            last,
            total,
            most: most.map(|most| u64::try_from(most).unwrap_or(u64::MAX)),
        })
    }

    /// The statistic that counts what is allocated, if the server counts for this pool alone.
    pub(super) fn statistic(&self) -> Option<&str> {
        self.statistic.as_deref()
    }

    /// Another pool has the same number: the server counts for both together.
    pub(super) fn share(&mut self) {
        self.statistic = None;
    }

    /// How many addresses or prefixes are allocated.
    pub(super) fn allocated(&self, manager: &Manager) -> Result<u64, Refusal> {
        let Some(name) = self.statistic() else {
            let mut count = 0;
            self.each_page(manager, |leases| {
                count += leases.len() as u64;
                Ok(())
            })?;
            return Ok(count);
        };
        let arguments = Value::object([("name", Value::from(name))]);
        let answer = manager.order(&Request::with("statistic-get", arguments)).map_err(failed)?;
        let samples = answer.arguments.as_ref().and_then(|arguments| arguments.get(name));
        Ok(samples.and_then(newest).map_or(0, |(value, _)| value))
    }

    /// Goes through the active leases, many at a time, in the order of their addresses: only those from
    /// the pool's first address on are asked for.
    pub(super) fn each_page(
        &self,
        manager: &Manager,
        mut each: impl FnMut(&[&Value]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let before = self.first.checked_sub(1);
        let mut from =
            before.map_or("start".to_owned(), |bits| Ipv6Addr::from_bits(bits).to_string());
        // Most pools have few leases: those of others behind them are not to be read for nothing.
        let mut limit = FIRST_PAGE;
        loop {
            let answer: Answer = page(manager, &from, limit)?;
            let page = leases(&answer);
            let bits = |text: &str| text.parse::<Ipv6Addr>().map_or(u128::MAX, Ipv6Addr::to_bits);
            let is_near = |lease: &&Value| bits(address_of(lease).unwrap_or_default()) <= self.last;
            let near = page.iter().take_while(is_near);
            let is_last = near.clone().count() < page.len() || (page.len() as u64) < limit;
            let own: Vec<&Value> =
                near.filter(|lease| is_active(lease) && self.is_of_kind(lease)).collect();
            each(&own)?;
            let Some(last) = page.last().and_then(address_of).filter(|_| !is_last) else {
                return Ok(());
            };
            from = last.to_owned();
            limit = (limit * 4).min(PAGE);
        }
    }

    /// Whether a lease is one of the pool.
    pub(super) fn has(&self, lease: &Value) -> bool {
        let address = address_of(lease).and_then(|text| text.parse::<Ipv6Addr>().ok());
        let is_in = address.is_some_and(|a| (self.first..=self.last).contains(&a.to_bits()));
        is_in && is_active(lease) && self.is_of_kind(lease)
    }

    fn is_of_kind(&self, lease: &Value) -> bool {
        lease.get("type").and_then(Value::as_text) == Some(self.kind.lease_type())
    }
}

/// Whether a client has it: it is assigned, or registered by the client itself.
pub(super) fn is_active(lease: &Value) -> bool {
    matches!(lease.get("state").and_then(Value::as_int), None | Some(0 | 4))
}
