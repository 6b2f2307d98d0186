//! Shared networks.

use std::sync::Arc;

use ruru_wire::{Guard, OptionSet};

use crate::complaint::{Complaint, Within};
use crate::effective::Effective;
use crate::family::Configured;
use crate::option::{self, Definitions};
use crate::settings::Settings;

/// A shared network, without the list of its subnets.
#[derive(Clone, Debug)]
pub struct Network<F: Configured> {
    /// The name.
    pub name: Arc<str>,
    /// What its subnets inherit.
    pub effective: Arc<Effective<F::Inherited>>,
    /// Whose clients may be in its subnets.
    pub guard: Guard,
    /// Classes that are evaluated for clients in it.
    pub additional: Box<[Box<str>]>,
    /// The network's own options.
    pub options: OptionSet<F::Code>,
    /// Relays whose clients are on it.
    pub relays: Box<[F::Address]>,
    /// The interface that it is attached to.
    pub interface: Option<Box<str>>,
    /// What its relays call the interface that it is behind, in DHCPv6.
    pub interface_id: Option<Box<[u8]>>,
    pub(crate) settings: Settings,
}

impl<F: Configured> Network<F> {
    /// Builds a network; the list of subnets must have been taken out of `settings`.
    pub(crate) fn build(
        settings: Settings,
        global: &Arc<Effective<F::Inherited>>,
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
            relays: relays::<F>(&settings)?,
            interface: interface(&settings),
            interface_id: interface_id(&settings)?,
            settings,
        })
    }
}

/// The addresses in `relay`.
pub(crate) fn relays<F: Configured>(settings: &Settings) -> Result<Box<[F::Address]>, Complaint> {
    let Some(relay) = settings.map("relay") else { return Ok(Box::default()) };
    let mut addresses: Vec<F::Address> = Vec::new();
    for (at, text) in relay.texts("ip-addresses").iter().enumerate() {
        let complaint =
            |message| Complaint::new(message).at_index(at).under("ip-addresses").under("relay");
        let address = text
            .parse()
            .map_err(|_| complaint(format!("{text:?} is not an {} address", F::PROTOCOL.ip())))?;
        if addresses.contains(&address) {
            return Err(complaint(format!("relay {address} stands twice")));
        }
        addresses.push(address);
    }
    Ok(addresses.into())
}

/// The interface, if one is given.
pub(crate) fn interface(settings: &Settings) -> Option<Box<str>> {
    settings.text("interface").filter(|name| !name.is_empty()).map(Box::from)
}

/// The interface-id, if one is given; it takes the place of an interface.
pub(crate) fn interface_id(settings: &Settings) -> Result<Option<Box<[u8]>>, Complaint> {
    let Some(text) = settings.text("interface-id").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    if interface(settings).is_some() {
        let message = "a subnet is on an 'interface' or behind an 'interface-id', not both";
        return Err(Complaint::new(message).under("interface-id"));
    }
    Ok(Some(text.as_bytes().into()))
}

/// Says where a complaint about a network is.
pub(crate) fn in_network<T>(result: Result<T, Complaint>, at: usize) -> Result<T, Complaint> {
    result.at_index(at).under("shared-networks")
}
