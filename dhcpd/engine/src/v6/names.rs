//! Names of clients: the client FQDN option, RFC 4704.

use std::net::Ipv6Addr;
use std::sync::Arc;

use ruru_config::v6::{Ddns, Subnet};
use ruru_wire::v6::options::ClientFqdn;
use ruru_wire::v6::{MessageType, OptionCode, Writer};

use super::Exchange;
use super::reply::Reply;
use crate::names::{Naming, Spelling, Updates, Wish, ddns_for, push_labels};

/// The name of a client and how it is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// As it is sent; empty if there is none, or if it is made up where there is an address.
    pub(super) text: String,
    /// The flags of the option in the answer, if there is one.
    flags: Option<u8>,
    /// Whether the server tells the updater the address of the name.
    pub(super) forward: bool,
    /// Whether it tells the name of the address.
    pub(super) reverse: bool,
}

impl Name {
    /// Writes the option of the answer, if there is one.
    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        let Some(flags) = self.flags else { return };
        let mut content = vec![flags];
        push_labels(&self.text, &mut content);
        writer.option(OptionCode::CLIENT_FQDN, &content);
    }

    /// Whether the answer has the option.
    pub(super) fn is_answered(&self) -> bool {
        self.flags.is_some()
    }
}

impl<'a> Exchange<'a> {
    /// The name for a lease in a subnet. One that has to be made up is, if `makes_up`; one name does
    /// for all leases of a client.
    pub(super) fn name_for(
        &self,
        subnet: &'a Arc<Subnet>,
        address: Ipv6Addr,
        makes_up: bool,
    ) -> Name {
        let naming = Naming::new(self.engine.config, ddns_for(subnet, address));
        self.name(&naming, self.reserved_name(subnet), makes_up.then_some(address))
    }

    /// The name in an answer.
    pub(super) fn name_in_answer(&self, reply: &Reply<'a>) -> Name {
        if !self.is_about_leases() {
            return Name::default();
        }
        let Some(subnet) = reply.granted_subnet() else {
            let nowhere = Ddns::nowhere();
            return self.name(&Naming { ddns: &nowhere, updates: false }, None, None);
        };
        let first = reply.first_address();
        let ddns = first.map_or(&*subnet.effective.ddns, |first| ddns_for(subnet, first));
        let naming = Naming::new(self.engine.config, ddns);
        // An offer has none that is made up, as the client may still get another address.
        let address = first.filter(|_| reply.kind != MessageType::ADVERTISE);
        self.name(&naming, self.reserved_name(subnet), address)
    }

    /// Whether the client gets leases, or registers one: other answers have no name.
    fn is_about_leases(&self) -> bool {
        matches!(
            self.query.message_type,
            MessageType::SOLICIT
                | MessageType::REQUEST
                | MessageType::RENEW
                | MessageType::REBIND
                | MessageType::ADDR_REG_INFORM
        )
    }

    fn reserved_name(&self, subnet: &'a Arc<Subnet>) -> Option<&'a str> {
        let host = self.reservation_in(subnet);
        host.map(|host| &*host.hostname).filter(|name| !name.is_empty())
    }

    /// The reserved name, the one that the client sent, or one that is made up of `address`.
    fn name(&self, naming: &Naming<'_>, reserved: Option<&str>, address: Option<Ipv6Addr>) -> Name {
        let mut labels = Vec::new();
        // An address is worth more than a name: one that cannot be read is left out of account.
        let wish = match self.query.options.decode::<ClientFqdn<'_>>().ok().flatten() {
            Some(fqdn) => {
                fqdn.name.encode(&mut labels);
                let is_set = |flag| fqdn.flags & flag != 0;
                Wish { no_update: is_set(ClientFqdn::N), server: is_set(ClientFqdn::S) }
            }
            None if naming.updates && naming.replaces(false) => {
                Wish { no_update: false, server: true }
            }
            None => {
                let text = reserved.unwrap_or_default().to_owned();
                return Name { text, ..Name::default() };
            }
        };
        let Some(updates) = naming.updates_for(wish) else { return Name::default() };
        let generated =
            || address.map_or(String::new(), |address| naming.generated(address.into()));
        let Some(text) = naming.fqdn(Spelling::Labels(&labels), reserved, generated) else {
            return Name::default();
        };
        // The updater cannot be told of a name that is still to be made up.
        let is_named = !text.is_empty();
        let (forward, reverse) = (updates.forward && is_named, updates.reverse && is_named);
        Name { text, flags: Some(answer_flags(updates)), forward, reverse }
    }
}

/// The flags of the answer, RFC 4704 section 4.1.
fn answer_flags(updates: Updates) -> u8 {
    let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
    flag(updates.forward, ClientFqdn::S)
        | flag(updates.overridden, ClientFqdn::O)
        | flag(!updates.reverse, ClientFqdn::N)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_the_answer_say_who_updates() {
        let flags =
            |forward, reverse, overridden| answer_flags(Updates { forward, reverse, overridden });
        assert_eq!(flags(true, true, false), ClientFqdn::S);
        assert_eq!(flags(true, true, true), ClientFqdn::S | ClientFqdn::O);
        assert_eq!(flags(false, true, false), 0);
        assert_eq!(flags(false, false, true), ClientFqdn::N | ClientFqdn::O);
    }

    #[test]
    fn names_are_sent_in_labels() {
        let written = |text: &str| {
            let mut message = Vec::new();
            let mut writer = Writer::new(&mut message, MessageType::REPLY, 0);
            let name = Name { text: text.into(), flags: Some(0), ..Name::default() };
            name.write(&mut writer);
            message.split_off(4)
        };
        assert_eq!(written("Host.b."), b"\x00\x27\x00\x09\x00\x04host\x01b\x00");
        assert_eq!(written(""), b"\x00\x27\x00\x01\x00");
    }
}
