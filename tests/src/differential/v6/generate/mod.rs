//! What dice are thrown for.
//!
//! Everything is taken from small sets, so that clients, addresses and names meet again.

mod classes;
mod options;
mod packet;
mod scopes;
mod world;

use std::collections::HashMap;

use ruru_json::Value;
use ruru_lease::V6;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix};
use ruru_wire::v6::{OptionCode, Query};

use crate::differential::compared::Generate;
use crate::differential::dice::Dice;
use crate::differential::observed::Observed;
use world::{LINKS, World};

/// An association: its client's DUID, whether it is of prefixes, its number.
type Association = (Vec<u8>, bool, u32);

/// What was given to an association last, offered or leased.
type Memory = HashMap<Association, String>;

/// Makes a configuration, and then packets for it.
pub(in crate::differential) struct Generator {
    dice: Dice,
    world: World,
    memory: Memory,
}

impl Generate<V6> for Generator {
    fn new(mut dice: Dice) -> Self {
        let world = World::new(&mut dice, &LINKS);
        Self { dice, world, memory: Memory::new() }
    }

    fn configuration(&mut self) -> Value {
        scopes::global(&mut self.dice, &self.world).into()
    }

    fn packet(&mut self) -> Value {
        packet::packet(&mut self.dice, &self.world, &self.memory).into()
    }

    fn note(&mut self, observed: &Observed<V6>) {
        let Some(reply) = &observed.reply else { return };
        let Ok(reply) = Query::decode(&reply.message) else { return };
        let Some(client) = reply.options.get(OptionCode::CLIENT_ID) else { return };
        for own in reply.options.decode_each::<IaNa<'_>>().flatten() {
            if let Ok(Some(lease)) = own.options.decode::<IaAddress<'_>>() {
                let key = (client.to_vec(), false, own.iaid.0);
                self.memory.insert(key, lease.address.to_string());
            }
        }
        for own in reply.options.decode_each::<IaPd<'_>>().flatten() {
            if let Ok(Some(lease)) = own.options.decode::<IaPrefix<'_>>() {
                let key = (client.to_vec(), true, own.iaid.0);
                self.memory.insert(key, lease.prefix.to_string());
            }
        }
    }
}
