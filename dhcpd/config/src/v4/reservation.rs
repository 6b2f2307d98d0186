//! Reservations of the configuration.

use std::borrow::Borrow;
use std::net::Ipv4Addr;

use ruru_host::{Host, Identifier, IdentifierKind};
use ruru_json::Value;

use crate::complaint::Complaint;
use crate::option::{self, Definitions};
use crate::prefix::Ipv4Prefix;
use crate::settings::Settings;

/// A reservation: the host, and the parameters as they were given.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservation {
    /// The host.
    pub host: Host,
    /// What was given, unless it is what [`plain`] makes of the host: there may be very many.
    given: Option<Box<Settings>>,
}

impl Borrow<Host> for Reservation {
    fn borrow(&self) -> &Host {
        &self.host
    }
}

impl Reservation {
    /// Builds a reservation from its parameters; `prefix` is that of its subnet, if it is of one.
    ///
    /// # Errors
    /// It has no identifier or several, its address is not of the subnet, or it reserves nothing
    /// that can be.
    pub fn build(
        settings: Settings,
        prefix: Option<Ipv4Prefix>,
        definitions: &Definitions,
    ) -> Result<Self, Complaint> {
        let address = settings.address("ip-address");
        if let (Some(address), Some(prefix)) = (address, prefix)
            && !prefix.contains(address)
        {
            let message = format!("reserved address {address} is not inside subnet {prefix}");
            return Err(Complaint::new(message).under("ip-address"));
        }
        if address.is_some_and(|a| a.is_unspecified() || a.is_broadcast()) {
            return Err(Complaint::new("this address cannot be reserved").under("ip-address"));
        }
        let text = |name| Box::from(settings.text(name).unwrap_or_default());
        let host = Host {
            identifier: identifier(&settings)?,
            address,
            hostname: text("hostname"),
            next_server: settings.address("next-server").unwrap_or(Ipv4Addr::UNSPECIFIED),
            server_hostname: text("server-hostname"),
            boot_file_name: text("boot-file-name"),
            options: option::encode_all(&settings, definitions)?,
            classes: settings.texts("client-classes").into(),
        };
        let given = (!settings.is_texts(&plain(&host))).then(|| Box::new(settings));
        Ok(Self { host, given })
    }

    /// As JSON, as it was given.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.given {
            Some(settings) => settings.to_json(),
            None => {
                Value::object(plain(&self.host).into_iter().map(|(k, text)| (k, Value::from(text))))
            }
        }
    }
}

/// Identifier, address and name in their usual spelling: all that most reservations say.
fn plain(host: &Host) -> Vec<(&'static str, String)> {
    let mut texts = vec![(host.identifier.kind.name(), host.identifier.value_text())];
    texts.extend(host.address.map(|address| ("ip-address", address.to_string())));
    if !host.hostname.is_empty() {
        texts.push(("hostname", host.hostname.to_string()));
    }
    texts
}

fn identifier(settings: &Settings) -> Result<Identifier, Complaint> {
    let mut given = IdentifierKind::ALL
        .into_iter()
        .filter_map(|kind| settings.text(kind.name()).map(|text| (kind, text)));
    let Some((kind, text)) = given.next() else {
        let message = "a reservation needs one of hw-address, duid, circuit-id, client-id";
        return Err(Complaint::new(message));
    };
    if let Some((other, _)) = given.next() {
        let message = format!(
            "a reservation has one identifier, this has {} and {}",
            kind.name(),
            other.name()
        );
        return Err(Complaint::new(message).under(other.name()));
    }
    Identifier::parse(kind, text).map_err(|e| Complaint::new(e.to_string()).under(kind.name()))
}
