//! Shared networks.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_wire::v4::{Guard, OptionSet};

use super::effective::Effective;
use crate::complaint::{Complaint, Within};
use crate::option::{self, Definitions};
use crate::settings::Settings;

/// A shared network, without the list of its subnets.
#[derive(Clone, Debug)]
pub struct Network {
    /// The name.
    pub name: Arc<str>,
    /// What its subnets inherit.
    pub effective: Arc<Effective>,
    /// Whose clients may be in its subnets.
    pub guard: Guard,
    /// Classes that are evaluated for clients in it.
    pub additional: Box<[Box<str>]>,
    /// The network's own options.
    pub options: OptionSet,
    /// Relays whose clients are on it.
    pub relays: Box<[Ipv4Addr]>,
    /// The interface that it is attached to.
    pub interface: Option<Box<str>>,
    pub(super) settings: Settings,
}

impl Network {
    /// Builds a network; the list of subnets must have been taken out of `settings`.
    pub(super) fn build(
        settings: Settings,
        global: &Arc<Effective>,
        definitions: &Definitions,
    ) -> Result<Self, Complaint> {
        let name = settings
            .text("name")
            .filter(|name| !name.is_empty())
            .ok_or_else(|| Complaint::new("a shared network needs a 'name'"))?;
        Ok(Self {
            name: name.into(),
            effective: Effective::below(global, &settings)?,
            guard: Guard::new(settings.texts("client-classes").into()),
            additional: settings.texts("evaluate-additional-classes").into(),
            options: option::encode_all(&settings, definitions)?,
            relays: relays(&settings)?,
            interface: interface(&settings),
            settings,
        })
    }
}

/// The addresses in `relay`.
pub(super) fn relays(settings: &Settings) -> Result<Box<[Ipv4Addr]>, Complaint> {
    let Some(relay) = settings.map("relay") else { return Ok(Box::default()) };
    let mut addresses: Vec<Ipv4Addr> = Vec::new();
    for (at, text) in relay.texts("ip-addresses").iter().enumerate() {
        let complaint =
            |message| Complaint::new(message).at_index(at).under("ip-addresses").under("relay");
        let address =
            text.parse().map_err(|_| complaint(format!("{text:?} is not an IPv4 address")))?;
        if addresses.contains(&address) {
            return Err(complaint(format!("relay {address} stands twice")));
        }
        addresses.push(address);
    }
    Ok(addresses.into())
}

/// The interface, if one is given.
pub(super) fn interface(settings: &Settings) -> Option<Box<str>> {
    settings.text("interface").filter(|name| !name.is_empty()).map(Box::from)
}

/// Says where a complaint about a network is.
pub(super) fn in_network<T>(result: Result<T, Complaint>, at: usize) -> Result<T, Complaint> {
    result.at_index(at).under("shared-networks")
}
