//! What dice are thrown for.
//!
//! Everything is taken from small sets, so that clients, addresses and names meet again.

mod classes;
mod options;
mod packet;
mod scopes;
mod world;

use std::collections::HashMap;
use std::net::Ipv4Addr;

use ruru_json::Value;
use ruru_lease::V4;
use ruru_wire::v4::{MessageType, Query};

use crate::differential::compared::Generate;
use crate::differential::dice::Dice;
use crate::differential::observed::Observed;
use world::{LINKS, World};

/// What was answered before, by hardware address.
#[derive(Debug, Default)]
struct Memory {
    /// The address in the last OFFER.
    offered: HashMap<Vec<u8>, Ipv4Addr>,
    /// The address in the last ACK.
    leased: HashMap<Vec<u8>, Ipv4Addr>,
}

/// Makes a configuration, and then packets for it.
pub(in crate::differential) struct Generator {
    dice: Dice,
    world: World,
    memory: Memory,
}

impl Generate<V4> for Generator {
    fn new(mut dice: Dice) -> Self {
        let world = World::new(&mut dice, &LINKS);
        Self { dice, world, memory: Memory::default() }
    }

    fn configuration(&mut self) -> Value {
        scopes::global(&mut self.dice, &self.world).into()
    }

    fn packet(&mut self) -> Value {
        packet::packet(&mut self.dice, &self.world, &self.memory).into()
    }

    fn note(&mut self, observed: &Observed<V4>) {
        let Some(reply) = &observed.reply else { return };
        let Ok(reply) = Query::decode(&reply.message) else { return };
        let client = reply.header.chaddr.as_bytes().to_vec();
        match reply.message_type() {
            Some(MessageType::OFFER) => self.memory.offered.insert(client, reply.header.yiaddr),
            Some(MessageType::ACK) if !reply.header.yiaddr.is_unspecified() => {
                self.memory.leased.insert(client, reply.header.yiaddr)
            }
            _ => None,
        };
    }
}
