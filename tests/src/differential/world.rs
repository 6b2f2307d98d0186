//! What a configuration and its packets share.

use super::dice::Dice;

/// Clients, by whom everything is asked: few, so that they meet again.
const CLIENTS: u32 = 6;

/// Links and classes.
pub(super) struct World<L> {
    /// The links that have a subnet each.
    pub(super) links: Vec<L>,
    /// Whether the last two links with a subnet are one shared network.
    pub(super) shares: bool,
    /// Names of classes that are defined.
    pub(super) classes: Vec<&'static str>,
}

impl<L: Clone> World<L> {
    /// With some of the links; the first is that of the server's interface.
    pub(super) fn new(dice: &mut Dice, all: &[L]) -> Self {
        let count = dice.pick(&[1, 1, 2, 2, 3]);
        let mut links: Vec<L> = all[..count].to_vec();
        if count == 1 && dice.chance(30) {
            links = vec![dice.pick(all)];
        }
        let shares = dice.chance(40);
        let classes = ["red", "green", "blue", "grey"];
        let classes = classes[..dice.below(classes.len() + 1)].to_vec();
        Self { links, shares, classes }
    }
}

pub(super) fn any_client(dice: &mut Dice) -> u32 {
    dice.between(1, CLIENTS)
}

/// A client's hardware address.
pub(super) fn mac(client: u32) -> String {
    format!("02:00:00:00:00:{client:02x}")
}
