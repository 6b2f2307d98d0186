//! A digest of the configuration, by which two can be told apart.
//!
//! Every subnet keeps its own, so that after a change of one subnet of many only that one is
//! written out again.

use std::sync::OnceLock;

use ruru_json::{Value, compact};
use sha2::{Digest as _, Sha256};

use crate::config::Config;
use crate::family::Configured;
use crate::subnet::Subnet;

/// A SHA-256 digest.
type Digest = [u8; 32];

/// The digest of what is never changed, worked out when it is asked for first. A copy is made to
/// be changed, so that it starts without one.
#[derive(Debug, Default)]
pub(crate) struct KeptDigest(OnceLock<Digest>);

impl Clone for KeptDigest {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<F: Configured> Config<F> {
    /// A SHA-256 digest of all that [`Self::to_json`] shows.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        part(&mut hasher, &self.globals.settings.to_json_with_defaults());
        count(&mut hasher, self.hosts.len());
        for host in self.hosts.iter() {
            part(&mut hasher, &host.to_json());
        }
        count(&mut hasher, self.networks.len());
        for entry in self.networks.values() {
            part(&mut hasher, &entry.network.settings.to_json());
            count(&mut hasher, entry.subnets.len());
            for subnet in entry.subnets.iter().filter_map(|id| self.subnet(*id)) {
                hasher.update(subnet.digest());
            }
        }
        for subnet in self.subnets().filter(|subnet| subnet.network.is_none()) {
            hasher.update(subnet.digest());
        }
        hasher.finalize().into()
    }
}

impl<F: Configured> Subnet<F> {
    fn digest(&self) -> Digest {
        *self.digest.0.get_or_init(|| Sha256::digest(compact(&self.to_json())).into())
    }
}

fn part(hasher: &mut Sha256, value: &Value) {
    let text = compact(value);
    count(hasher, text.len());
    hasher.update(text);
}

/// Says how much follows, so that nothing can be taken for something else.
fn count(hasher: &mut Sha256, number: usize) {
    hasher.update((number as u64).to_be_bytes());
}
