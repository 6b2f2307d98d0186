//! Parameters that are inherited from scope to scope.

use std::sync::Arc;

use crate::complaint::Complaint;
use crate::effective::{Allocator, allocator};
use crate::family::Inherited;
use crate::settings::Settings;

/// The parameters of a preferred lifetime, and of its bounds.
pub(super) const PREFERRED: [&str; 3] =
    ["preferred-lifetime", "min-preferred-lifetime", "max-preferred-lifetime"];

/// Parameters that are inherited from scope to scope, and that only DHCPv6 has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited6 {
    /// For how long new connections may use an address.
    pub preferred: Preferred,
    /// Whether clients that want it are given leases in answer to SOLICIT.
    pub rapid_commit: bool,
    /// How free prefixes are chosen.
    pub pd_allocator: Allocator,
}

/// The preferred lifetime, in seconds; each part is inherited on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferred {
    /// What a client that asks for less gets.
    pub least: Option<u32>,
    /// What a client that asks for nothing gets; five eighths of the lifetime if none is given.
    pub usual: Option<u32>,
    /// What a client that asks for more gets.
    pub most: Option<u32>,
}

impl Preferred {
    /// The preferred lifetime of a client that asks for `wanted` and is given a lease of `valid`
    /// seconds: never more than that.
    #[must_use]
    pub fn grant(self, wanted: Option<u32>, valid: u32) -> u32 {
        let usual = self.usual.unwrap_or_else(|| usual_preferred(valid));
        let (least, most) = (self.least.unwrap_or(usual), self.most.unwrap_or(usual));
        let wanted = wanted.filter(|wanted| *wanted > 0);
        within(wanted.unwrap_or(usual).max(least).min(most), valid)
    }
}

/// A preferred lifetime within a valid one; one that is longer than that is made anew, as in Kea.
#[must_use]
pub fn within(preferred: u32, valid: u32) -> u32 {
    if preferred > valid { usual_preferred(valid) } else { preferred }
}

/// The preferred lifetime where none is configured: five eighths of the valid one, of which one that
/// does not end has no parts.
fn usual_preferred(valid: u32) -> u32 {
    // Five eighths of 32 bits fit into 32 bits.
    if valid == u32::MAX { valid } else { (u64::from(valid) * 5 / 8) as u32 }
}

impl Inherited for Inherited6 {
    fn defaults() -> Self {
        Self {
            preferred: Preferred::default(),
            rapid_commit: false,
            pd_allocator: Allocator::Iterative,
        }
    }

    fn below(parent: &Self, own: &Settings) -> Result<Self, Complaint> {
        let [usual, least, most] = PREFERRED.map(|name| own.number(name));
        Ok(Self {
            preferred: checked(Preferred {
                least: least.or(parent.preferred.least),
                usual: usual.or(parent.preferred.usual),
                most: most.or(parent.preferred.most),
            })?,
            rapid_commit: own.flag("rapid-commit").unwrap_or(parent.rapid_commit),
            pd_allocator: allocator(own, "pd-allocator", parent.pd_allocator)?,
        })
    }

    fn check_within(&self, network: &Self, name: &Arc<str>) -> Result<(), Complaint> {
        if self.rapid_commit == network.rapid_commit {
            return Ok(());
        }
        let message =
            format!("'rapid-commit' must be the same in all subnets of shared network '{name}'");
        Err(Complaint::new(message).under("rapid-commit"))
    }
}

fn checked(preferred: Preferred) -> Result<Preferred, Complaint> {
    let Preferred { least, usual, most } = preferred;
    let refuse = |low: (&str, Option<u32>), high: (&str, Option<u32>)| match (low.1, high.1) {
        (Some(less), Some(more)) if less > more => {
            let message =
                format!("'{}' ({less}) must not be more than '{}' ({more})", low.0, high.0);
            Err(Complaint::new(message).under(low.0))
        }
        _ => Ok(()),
    };
    let [name, least_name, most_name] = PREFERRED;
    refuse((least_name, least), (name, usual))?;
    refuse((name, usual), (most_name, most))?;
    refuse((least_name, least), (most_name, most))?;
    Ok(preferred)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferred_is_five_eighths_unless_given_and_never_more_than_valid() {
        let none = Preferred::default();
        assert_eq!((none.grant(None, 7200), none.grant(Some(99), 7200)), (4500, 4500));
        assert_eq!(none.grant(None, u32::MAX), u32::MAX);
        let given = Preferred { least: Some(100), usual: Some(1000), most: Some(2000) };
        let granted =
            [None, Some(5), Some(1500), Some(9999)].map(|wanted| given.grant(wanted, 7200));
        assert_eq!(granted, [1000, 100, 1500, 2000]);
        assert_eq!(given.grant(Some(1500), 500), 312);
    }
}
