//! Reservations of the configuration.

use std::borrow::Borrow;

use ruru_host::{Host, HostRecord, Identifier, IdentifierKind};
use ruru_json::Value;

use crate::complaint::Complaint;
use crate::family::Configured;
use crate::option::{self, Definitions};
use crate::prefix::Prefix;
use crate::settings::Settings;

/// A reservation: the host, and the parameters as they were given.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservation<F: Configured> {
    /// The host.
    pub host: Host<F::Reserved>,
    /// What was given, unless it is what [`plain`] makes of the host: there may be very many.
    given: Option<Box<Settings>>,
}

impl<F: Configured> Borrow<Host<F::Reserved>> for Reservation<F> {
    fn borrow(&self) -> &Host<F::Reserved> {
        &self.host
    }
}

impl<F: Configured> HostRecord for Reservation<F> {
    type Reserved = F::Reserved;
}

impl<F: Configured> Reservation<F> {
    /// Builds a reservation from its parameters; `prefix` is that of its subnet, if it is of one.
    ///
    /// # Errors
    /// It has no identifier or several, its address is not of the subnet, or it reserves nothing
    /// that can be.
    pub fn build(
        settings: Settings,
        prefix: Option<Prefix<F>>,
        definitions: &Definitions,
    ) -> Result<Self, Complaint> {
        let own = F::reserved(&settings, prefix)?;
        let host = Host {
            identifier: identifier::<F>(&settings)?,
            hostname: settings.text("hostname").unwrap_or_default().into(),
            options: option::encode_all(&settings, definitions)?,
            classes: settings.texts("client-classes").into(),
            own,
        };
        let given = (!settings.is_texts(&plain::<F>(&host))).then(|| Box::new(settings));
        Ok(Self { host, given })
    }

    /// As JSON, as it was given.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.given {
            Some(settings) => settings.to_json(),
            None => Value::object(
                plain::<F>(&self.host).into_iter().map(|(k, text)| (k, Value::from(text))),
            ),
        }
    }
}

/// Identifier, address and name in their usual spelling: all that most reservations say.
fn plain<F: Configured>(host: &Host<F::Reserved>) -> Vec<(&'static str, String)> {
    let mut texts = vec![(host.identifier.kind.name(), host.identifier.value_text())];
    texts.extend(F::usual_spelling(&host.own));
    if !host.hostname.is_empty() {
        texts.push(("hostname", host.hostname.to_string()));
    }
    texts
}

fn identifier<F: Configured>(settings: &Settings) -> Result<Identifier, Complaint> {
    let mut given = IdentifierKind::ALL
        .into_iter()
        .filter_map(|kind| settings.text(kind.name()).map(|text| (kind, text)));
    let Some((kind, text)) = given.next() else {
        let names: Vec<&str> = F::USUAL_IDENTIFIERS.iter().map(|kind| kind.name()).collect();
        let message = format!("a reservation needs one of {}", names.join(", "));
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
