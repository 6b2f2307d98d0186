//! Parameters after inheritance: global, then shared network, then subnet.

use std::sync::Arc;

use crate::Protocol;
use crate::complaint::Complaint;
use crate::ddns::Ddns;
use crate::family::Inherited;
use crate::settings::Settings;

/// What holds in a scope. Scopes that add nothing share what they inherit.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective<I> {
    /// Lifetime of leases.
    pub lifetime: Lifetime,
    /// From which part of the addresses on, that are taken, leases are as short as may be.
    pub adaptive_threshold: Option<f64>,
    /// Whether leases remember what the relay told.
    pub store_extended_info: bool,
    /// Names of clients.
    pub ddns: Arc<Ddns>,
    /// T1 and T2.
    pub tee_times: TeeTimes,
    /// When a renewal reuses the lease as it is.
    pub caching: Caching,
    /// Whether global reservations are looked up.
    pub reservations_global: bool,
    /// Whether the subnet's reservations are looked up.
    pub reservations_in_subnet: bool,
    /// Whether reserved addresses are known to lie outside the pools.
    pub reservations_out_of_pool: bool,
    /// How free addresses are chosen.
    pub allocator: Allocator,
    /// What only one protocol has.
    pub own: I,
}

/// Lifetime of a lease in seconds: `least <= usual <= most`. Each is inherited on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// What a client that asks for less gets; the usual one if none is given.
    pub least: Option<u32>,
    /// What a client that asks for nothing gets.
    pub usual: u32,
    /// What a client that asks for more gets; the usual one if none is given.
    pub most: Option<u32>,
}

impl Lifetime {
    /// This lifetime, if its bounds hold.
    pub(crate) fn checked(self) -> Result<Self, Complaint> {
        let refuse = |what: &str, bound: u32| {
            let usual = self.usual;
            Err(Complaint::new(format!("'valid-lifetime' ({usual}) must not be {what} ({bound})")))
        };
        if let Some(least) = self.least.filter(|least| self.usual < *least) {
            return refuse("less than 'min-valid-lifetime'", least);
        }
        if let Some(most) = self.most.filter(|most| self.usual > *most) {
            return refuse("more than 'max-valid-lifetime'", most);
        }
        Ok(self)
    }

    /// The lifetime of a client that asks for `wanted`.
    #[must_use]
    pub fn grant(self, wanted: Option<u32>) -> u32 {
        // Kea, too, takes no time at all as no wish.
        let wanted = wanted.filter(|wanted| *wanted > 0).unwrap_or(self.usual);
        wanted.max(self.least.unwrap_or(self.usual)).min(self.most.unwrap_or(self.usual))
    }
}

/// How T1 and T2 come about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeeTimes {
    /// T1 in seconds, if it is given.
    pub renew: Option<u32>,
    /// T2 in seconds, if it is given.
    pub rebind: Option<u32>,
    /// Whether those that are not given are calculated.
    pub calculate: bool,
    /// The fractions of the lifetime that are T1 and T2 then.
    pub fractions: (f64, f64),
}

impl TeeTimes {
    /// T1 and T2 for a lifetime; T1 is left out unless it is below T2, T2 unless it is below the
    /// lifetime.
    #[must_use]
    pub fn for_lifetime(self, lifetime: u32) -> (Option<u32>, Option<u32>) {
        // The product of a fraction and 32 bits fits into 32 bits again.
        let part = |fraction: f64| (fraction * f64::from(lifetime)).round() as u32;
        let (t1, t2) = self.fractions;
        let calculated = |fraction| self.calculate.then(|| part(fraction));
        let rebind = self.rebind.or_else(|| calculated(t2));
        let rebind = rebind.filter(|t2| (1..lifetime).contains(t2));
        let renew = self.renew.or_else(|| calculated(t1));
        let renew = renew.filter(|t1| (1..rebind.unwrap_or(lifetime)).contains(t1));
        (renew, rebind)
    }
}

impl TeeTimes {
    /// T1 and T2 of DHCPv6 for a preferred lifetime; 0 leaves them to the client, as does T1 that is
    /// not below T2 (RFC 9915 section 14.2).
    #[must_use]
    pub fn for_preferred(self, preferred: u32) -> (u32, u32) {
        // The product of a fraction and 32 bits fits into 32 bits again.
        let part = |fraction: f64| (fraction * f64::from(preferred)).round() as u32;
        let (t1, t2) = self.fractions;
        let calculated = |fraction| if self.calculate { part(fraction) } else { 0 };
        let rebind = self.rebind.unwrap_or_else(|| calculated(t2));
        let renew = self.renew.unwrap_or_else(|| calculated(t1));
        (if renew < rebind { renew } else { 0 }, rebind)
    }
}

/// When a renewal leaves the lease as it is and only answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caching {
    /// Fraction of the lifetime that may have passed; 0 turns it off.
    pub threshold: f64,
    /// Seconds that may have passed, if that is bounded too; 0 turns it off.
    pub max_age: Option<u32>,
}

impl Caching {
    /// Whether a lease of `lifetime` seconds whose client was last seen `age` seconds ago is
    /// reused.
    #[must_use]
    pub fn reuses(self, age: u32, lifetime: u32) -> bool {
        age < lifetime
            && self.threshold > 0.0
            && f64::from(age) <= self.threshold * f64::from(lifetime)
            && self.max_age.is_none_or(|most| most > 0 && age <= most)
    }
}

/// How free addresses are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocator {
    /// One after the other.
    Iterative,
    /// At random.
    Random,
}

impl<I: Inherited> Effective<I> {
    /// What holds where nothing is given.
    #[must_use]
    pub fn defaults(protocol: Protocol) -> Self {
        Self {
            lifetime: Lifetime { least: None, usual: 7200, most: None },
            adaptive_threshold: None,
            store_extended_info: false,
            ddns: Arc::new(Ddns::defaults()),
            tee_times: TeeTimes {
                renew: None,
                rebind: None,
                calculate: protocol == Protocol::V6,
                fractions: (0.5, if protocol == Protocol::V6 { 0.8 } else { 0.875 }),
            },
            caching: Caching { threshold: 0.25, max_age: None },
            reservations_global: false,
            reservations_in_subnet: true,
            reservations_out_of_pool: false,
            allocator: Allocator::Iterative,
            own: I::defaults(),
        }
    }

    /// What holds below `parent` with `own` parameters.
    ///
    /// # Errors
    /// The parameters contradict each other.
    pub(crate) fn below(parent: &Arc<Self>, own: &Settings) -> Result<Arc<Self>, Complaint> {
        let flag = |name, inherited| own.flag(name).unwrap_or(inherited);
        let effective = Self {
            lifetime: lifetime(own, parent.lifetime)?,
            adaptive_threshold: own
                .real("adaptive-lease-time-threshold")
                .or(parent.adaptive_threshold)
                .filter(|threshold| *threshold > 0.0),
            store_extended_info: flag("store-extended-info", parent.store_extended_info),
            ddns: Ddns::below(&parent.ddns, own)?,
            tee_times: tee_times(own, parent.tee_times)?,
            caching: Caching {
                threshold: own.real("cache-threshold").unwrap_or(parent.caching.threshold),
                max_age: own.number("cache-max-age").or(parent.caching.max_age),
            },
            reservations_global: flag("reservations-global", parent.reservations_global),
            reservations_in_subnet: flag("reservations-in-subnet", parent.reservations_in_subnet),
            reservations_out_of_pool: flag(
                "reservations-out-of-pool",
                parent.reservations_out_of_pool,
            ),
            allocator: allocator(own, "allocator", parent.allocator)?,
            own: I::below(&parent.own, own)?,
        };
        Ok(if effective == **parent { Arc::clone(parent) } else { Arc::new(effective) })
    }
}

fn lifetime(own: &Settings, parent: Lifetime) -> Result<Lifetime, Complaint> {
    let least = own.number("min-valid-lifetime").or(parent.least);
    let usual = own.number("valid-lifetime").unwrap_or(parent.usual);
    let most = own.number("max-valid-lifetime").or(parent.most);
    Lifetime { least, usual, most }.checked()
}

fn tee_times(own: &Settings, parent: TeeTimes) -> Result<TeeTimes, Complaint> {
    let calculate = own.flag("calculate-tee-times").unwrap_or(parent.calculate);
    let t1 = own.real("t1-percent").unwrap_or(parent.fractions.0);
    let t2 = own.real("t2-percent").unwrap_or(parent.fractions.1);
    if calculate && !(0.0 < t1 && t1 < t2 && t2 < 1.0) {
        let message = format!(
            "'t1-percent' ({t1}) must be above 0 and below 't2-percent' ({t2}), which must be below 1"
        );
        return Err(Complaint::new(message));
    }
    Ok(TeeTimes {
        renew: own.number("renew-timer").or(parent.renew),
        rebind: own.number("rebind-timer").or(parent.rebind),
        calculate,
        fractions: (t1, t2),
    })
}

pub(crate) fn allocator(
    own: &Settings,
    name: &str,
    parent: Allocator,
) -> Result<Allocator, Complaint> {
    match own.text(name) {
        None => Ok(parent),
        // What is free is always known here, and what was given back last is given again last.
        Some("iterative" | "flq") => Ok(Allocator::Iterative),
        Some("random") => Ok(Allocator::Random),
        Some(other) => {
            let message =
                format!("allocator '{other}' is not supported yet; use iterative, random or flq");
            Err(Complaint::new(message).under(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;
    use crate::params::Scope;

    type Effective = super::Effective<crate::v4::Inherited4>;

    fn below(parent: &Arc<Effective>, text: &str) -> Result<Arc<Effective>, String> {
        let document = Document::from_peer(text).unwrap();
        let own = Settings::read(Protocol::V4, Scope::Subnet, &document.root).unwrap();
        Effective::below(parent, &own).map_err(|complaint| complaint.message)
    }

    #[test]
    fn scopes_that_add_nothing_share_what_they_inherit() {
        let parent = Arc::new(Effective::defaults(Protocol::V4));
        let own = below(&parent, r#"{ "id": 1, "match-client-id": true }"#).unwrap();
        assert!(Arc::ptr_eq(&parent, &own));
        let own = below(&parent, r#"{ "match-client-id": false }"#).unwrap();
        assert!(!own.own.match_client_id);
    }

    #[test]
    fn each_lifetime_is_inherited_on_its_own() {
        let top = Arc::new(Effective::defaults(Protocol::V4));
        let middle =
            below(&top, r#"{ "valid-lifetime": 100, "max-valid-lifetime": 200 }"#).unwrap();
        assert_eq!(middle.lifetime, Lifetime { least: None, usual: 100, most: Some(200) });
        let granted = [Some(50), Some(150), Some(u32::MAX), None];
        assert_eq!(granted.map(|wanted| middle.lifetime.grant(wanted)), [100, 150, 200, 100]);
        let own = below(&middle, r#"{ "min-valid-lifetime": 60 }"#).unwrap();
        assert_eq!(own.lifetime, Lifetime { least: Some(60), usual: 100, most: Some(200) });
    }

    #[test]
    fn a_lifetime_outside_its_bounds_is_refused_wherever_they_come_from() {
        let top = Arc::new(Effective::defaults(Protocol::V4));
        // 7200 is what holds where nothing is given.
        assert!(below(&top, r#"{ "max-valid-lifetime": 61 }"#).is_err());
        assert!(below(&top, r#"{ "min-valid-lifetime": 9000 }"#).is_err());
        assert!(below(&top, r#"{ "valid-lifetime": 3, "max-valid-lifetime": 2 }"#).is_err());
        let bounds = r#"{ "min-valid-lifetime": 100, "max-valid-lifetime": 7300 }"#;
        let middle = below(&top, bounds).unwrap();
        assert!(below(&middle, r#"{ "valid-lifetime": 50 }"#).is_err());
        assert!(below(&middle, r#"{ "max-valid-lifetime": 7100 }"#).is_err());
    }

    #[test]
    fn tee_times_are_given_or_calculated_and_must_be_in_order() {
        let times = |renew, rebind, calculate| {
            let fractions = (0.5, 0.875);
            TeeTimes { renew, rebind, calculate, fractions }.for_lifetime(1000)
        };
        assert_eq!(times(None, None, true), (Some(500), Some(875)));
        assert_eq!(times(Some(10), None, false), (Some(10), None));
        assert_eq!(times(Some(900), None, true), (None, Some(875)));
        assert_eq!(times(Some(10), Some(1000), false), (Some(10), None));
        assert_eq!(times(None, None, false), (None, None));
        let parent = Arc::new(Effective::defaults(Protocol::V4));
        let above = below(&parent, r#"{ "t2-percent": 0.8 }"#).unwrap();
        let own = below(&above, r#"{ "calculate-tee-times": true }"#).unwrap();
        assert_eq!(own.tee_times.for_lifetime(1000), (Some(500), Some(800)));
        assert!(below(&parent, r#"{ "calculate-tee-times": true, "t1-percent": 0.9 }"#).is_err());
    }

    #[test]
    fn a_young_lease_is_reused() {
        let caching = Caching { threshold: 0.25, max_age: None };
        assert!(caching.reuses(25, 100) && !caching.reuses(26, 100));
        assert!(!Caching { max_age: Some(0), ..caching }.reuses(0, 100));
        assert!(!Caching { max_age: Some(5), ..caching }.reuses(6, 100));
        assert!(!Caching { threshold: 0.0, max_age: None }.reuses(0, 100));
    }
}
