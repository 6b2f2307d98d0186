//! What the comparison needs to know of a protocol.

use std::fmt::Display;

use ruru_json::Value;

use super::dice::Dice;
use super::judgement::Known;
use super::observed::{Observed, What};
use crate::scenario::{Protocol, Reply};

/// A protocol in which the two servers are compared.
pub(super) trait Compared: Protocol<Address: Display> {
    /// What makes configurations and packets.
    type Generator: Generate<Self>;

    /// Where scenarios are.
    const DIRECTORY: &'static str;

    /// The address of the server's interface that scenarios have if they name none.
    const LOCAL: Self::Address;

    /// Differences that are meant.
    const KNOWN: Known;

    /// What a reply says, each part by itself.
    fn parts(reply: &Reply<Self>, query: &[u8]) -> anyhow::Result<Vec<(What, Vec<u8>)>>;
}

/// Makes a configuration, and then packets for it.
pub(super) trait Generate<P: Compared> {
    /// With dice of its own.
    fn new(dice: Dice) -> Self;

    /// The value of `Dhcp4` or `Dhcp6`.
    fn configuration(&mut self) -> Value;

    /// The next packet, in the words of a scenario.
    fn packet(&mut self) -> Value;

    /// Takes in what became of a packet.
    fn note(&mut self, observed: &Observed<P>);
}
