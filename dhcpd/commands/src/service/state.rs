//! Whether clients are answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ruru_json::Value;

/// Who disabled the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// An operator.
    User,
    /// A partner in high availability, by its number.
    Partner(u32),
}

impl Origin {
    /// Kea's numbers: 1 is the user, others are partners.
    #[must_use]
    pub fn from_id(id: u32) -> Self {
        if id == 1 { Self::User } else { Self::Partner(id) }
    }
}

/// Whether clients are answered: only while nobody disables it.
#[derive(Debug, Default)]
pub struct ServiceState {
    /// Asked for each batch, without the lock.
    is_disabled: AtomicBool,
    /// Who disabled it, and until when if not for good.
    disabled_by: Mutex<BTreeMap<Origin, Option<Instant>>>,
}

impl ServiceState {
    /// Whether clients are answered.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        !self.is_disabled.load(Ordering::Relaxed)
    }

    /// Disables for an origin, for good or for a number of seconds.
    pub fn disable(&self, origin: Origin, seconds: Option<u32>) {
        let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()));
        self.update(|origins| {
            origins.insert(origin, until);
        });
    }

    /// Takes back what an origin disabled.
    pub fn enable(&self, origin: Origin) {
        self.update(|origins| {
            origins.remove(&origin);
        });
    }

    /// Takes back what has lasted long enough; to be called every now and then.
    pub fn tick(&self) {
        if !self.is_enabled() {
            let now = Instant::now();
            self.update(|origins| origins.retain(|_, until| until.is_none_or(|until| until > now)));
        }
    }

    /// As `dhcp-state` of `status-get`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let origins = self.disabled_by.lock().unwrap_or_else(PoisonError::into_inner);
        let partners = origins.keys().filter_map(|origin| match origin {
            Origin::Partner(id) => Some(Value::from(*id)),
            Origin::User => None,
        });
        Value::object([
            ("disabled-by-db-connection", Value::from(Vec::new())),
            ("disabled-by-local-command", Value::from(Vec::new())),
            ("disabled-by-remote-command", Value::from(partners.collect::<Vec<_>>())),
            ("disabled-by-user", Value::from(origins.contains_key(&Origin::User))),
            ("globally-disabled", Value::from(!origins.is_empty())),
        ])
    }

    fn update(&self, change: impl FnOnce(&mut BTreeMap<Origin, Option<Instant>>)) {
        let mut origins = self.disabled_by.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut origins);
        self.is_disabled.store(!origins.is_empty(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_enabled_when_nobody_disables_it() {
        let state = ServiceState::default();
        state.disable(Origin::User, None);
        state.disable(Origin::from_id(2000), Some(0));
        state.enable(Origin::User);
        assert!(!state.is_enabled());
        state.tick();
        assert!(state.is_enabled());
    }
}
