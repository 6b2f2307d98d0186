//! Parts of the indexes of subnets. Copies share what is the same.

use std::borrow::Borrow;
use std::hash::Hash;

use imbl::{HashMap, OrdMap, OrdSet};
use ruru_lease::SubnetId;

use crate::family::Configured;
use crate::prefix::Prefix;

/// Subnets by something that several of them may have.
#[derive(Clone, Debug)]
pub(crate) struct Groups<K>(HashMap<K, OrdSet<SubnetId>>);

impl<K> Default for Groups<K> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<K: Hash + Eq + Clone> Groups<K> {
    /// Those that have it, in the order of their numbers.
    pub(crate) fn of<'a, Q>(&'a self, key: &Q) -> impl Iterator<Item = SubnetId> + use<'a, K, Q>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(key).into_iter().flatten().copied()
    }

    pub(crate) fn add(&mut self, key: K, id: SubnetId) {
        self.0.entry(key).or_default().insert(id);
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q, id: SubnetId)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(ids) = self.0.get_mut(key) else { return };
        ids.remove(&id);
        if ids.is_empty() {
            self.0.remove(key);
        }
    }
}

/// How many prefixes there are of each length that is there, so that others are passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lengths(OrdMap<u8, u32>);

impl Lengths {
    /// The prefixes of those lengths that an address is in, the shortest first.
    pub(crate) fn around<F: Configured>(
        &self,
        address: F::Address,
    ) -> impl Iterator<Item = Prefix<F>> {
        self.0.keys().map(move |length| Prefix::around(address, *length))
    }

    pub(crate) fn add(&mut self, length: u8) {
        *self.0.entry(length).or_default() += 1;
    }

    pub(crate) fn remove(&mut self, length: u8) {
        match self.0.get(&length).map_or(0, |count| count - 1) {
            0 => self.0.remove(&length),
            left => self.0.insert(length, left),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ruru_lease::V4;

    use super::*;

    #[test]
    fn what_nobody_has_any_more_takes_no_memory() {
        let mut groups = Groups::<Arc<str>>::default();
        groups.add("eth0".into(), SubnetId(2));
        groups.add("eth0".into(), SubnetId(1));
        groups.remove("eth0", SubnetId(2));
        groups.remove("eth1", SubnetId(1));
        assert_eq!(groups.of("eth0").collect::<Vec<_>>(), [SubnetId(1)]);
        groups.remove("eth0", SubnetId(1));
        assert!(groups.0.is_empty());
    }

    #[test]
    fn a_length_is_there_as_long_as_a_prefix_has_it() {
        let mut lengths = Lengths::default();
        for length in [24, 8, 24] {
            lengths.add(length);
        }
        lengths.remove(24);
        let around: Vec<_> =
            lengths.around::<V4>([10, 1, 2, 3].into()).map(|it| it.to_string()).collect();
        assert_eq!(around, ["10.0.0.0/8", "10.1.2.0/24"]);
        lengths.remove(24);
        lengths.remove(24);
        assert_eq!(lengths.around::<V4>([10, 1, 2, 3].into()).count(), 1);
    }
}
