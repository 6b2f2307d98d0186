//! Names of clients: the host name option and the client FQDN option, RFC 4702.

use std::net::Ipv4Addr;

use ruru_config::v4::Subnet;
use ruru_host::{Host, Reserved4};
use ruru_wire::v4::OptionCode;

use crate::names::{Naming, Spelling, Updates, Wish, ddns_for, push_labels};

/// N: no DNS updates are made by the server, RFC 4702 section 2.1.
const FLAG_N: u8 = 0x08;
/// E: the name is in labels.
const FLAG_E: u8 = 0x04;
/// O: the server overrode the client's S.
const FLAG_O: u8 = 0x02;
/// S: the server makes the forward update.
const FLAG_S: u8 = 0x01;

/// The name of a client and how it is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// As it is sent; empty if there is none.
    text: String,
    /// The flags of the FQDN option in the answer, if the client sent one.
    fqdn_flags: Option<u8>,
    /// Whether the client sent a host name option, or has a reserved name, which is always told.
    is_told: bool,
    /// Whether the server tells the updater the address of the name.
    pub(super) forward: bool,
    /// Whether it tells the name of the address.
    pub(super) reverse: bool,
}

impl Name {
    /// The name for the lease.
    pub(super) fn stored(&self) -> &str {
        &self.text
    }

    /// The name, told to nobody.
    pub(super) fn untold(&self) -> Self {
        Self { forward: false, reverse: false, ..self.clone() }
    }

    /// The host name option of the answer.
    pub(super) fn hostname_option(&self, requested: bool) -> Option<&[u8]> {
        let wanted = self.fqdn_flags.is_none() && (self.is_told || requested);
        (wanted && !self.text.is_empty()).then_some(self.text.as_bytes())
    }

    /// The FQDN option of the answer.
    pub(super) fn fqdn_option(&self) -> Option<Vec<u8>> {
        let flags = self.fqdn_flags?;
        // The response codes are 255, RFC 4702 section 2.2.
        let mut content = vec![flags, 255, 255];
        if flags & FLAG_E == 0 {
            content.extend(self.text.bytes().map(|byte| byte.to_ascii_lowercase()));
        } else {
            push_labels(&self.text, &mut content);
        }
        Some(content)
    }
}

impl super::Exchange<'_> {
    /// The name of a client that gets `address`: its reserved one, else the one that it sent,
    /// cleaned, else one that is made up, as the configuration says.
    pub(super) fn name_for(
        &self,
        subnet: &Subnet,
        host: Option<&Host<Reserved4>>,
        address: Ipv4Addr,
    ) -> Name {
        let naming = Naming::new(self.engine.config, ddns_for(subnet, address));
        let reserved = host.map(|host| &*host.hostname).filter(|name| !name.is_empty());
        let options = &self.query.options;
        if let Some(content) = options.get(OptionCode::FQDN)
            && let [flags, _, _, name @ ..] = content
            && let Some(updates) = naming.updates_for(wish(*flags))
        {
            let name = match flags & FLAG_E {
                0 => Spelling::Text(name),
                _ => Spelling::Labels(name),
            };
            let text = naming.fqdn(name, reserved, || naming.generated(address.into()));
            let Some(text) = text else { return Name::default() };
            return Name {
                text,
                fqdn_flags: Some(answer_flags(*flags, updates)),
                is_told: false,
                forward: updates.forward,
                reverse: updates.reverse,
            };
        }
        host_name(&naming, options.get(OptionCode::HOST_NAME), reserved, address)
    }
}

fn wish(flags: u8) -> Wish {
    Wish { no_update: flags & FLAG_N != 0, server: flags & FLAG_S != 0 }
}

/// The flags of the answer, RFC 4702 section 3.1.
fn answer_flags(query: u8, updates: Updates) -> u8 {
    let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
    flag(updates.forward, FLAG_S)
        | flag(!updates.reverse, FLAG_N)
        | flag(updates.overridden, FLAG_O)
        | (query & FLAG_E)
}

/// The name of a client that sent a host name option, or none.
fn host_name(
    naming: &Naming<'_>,
    given: Option<&[u8]>,
    reserved: Option<&str>,
    address: Ipv4Addr,
) -> Name {
    let given = given.filter(|name| !name.is_empty());
    let made_up = naming.replaces(given.is_some());
    let mut text = match (reserved, given) {
        (Some(reserved), _) => naming.qualified(reserved),
        (None, _) if made_up => naming.generated(address.into()),
        (None, Some(b".")) => naming.generated(address.into()),
        (None, None) => String::new(),
        (None, Some(name)) => match naming.cleaned(name) {
            // One of several labels is complete, whatever cleaning leaves of it.
            Some(cleaned) if has_labels(name) => cleaned,
            Some(name) => naming.qualified(&name).trim_end_matches('.').to_owned(),
            None => String::new(),
        },
    };
    // One that is made up is as it is configured.
    if reserved.is_some() || !made_up {
        text.make_ascii_lowercase();
    }
    if reserved.is_some() || made_up {
        // It is complete already, and a host name option has no dot at its end.
        text.truncate(text.trim_end_matches('.').len());
    }
    let is_known = naming.updates && !text.is_empty();
    let is_told = given.is_some() || reserved.is_some() || made_up;
    Name { text, fqdn_flags: None, is_told, forward: is_known, reverse: is_known }
}

/// Whether there is a dot between labels.
fn has_labels(name: &[u8]) -> bool {
    let end = name.iter().rposition(|byte| *byte != b'.').unwrap_or(0);
    name[..end].contains(&b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_the_answer_say_who_updates() {
        let made = |forward, reverse, overridden| Updates { forward, reverse, overridden };
        assert_eq!(answer_flags(0, made(false, false, false)), FLAG_N);
        assert_eq!(
            answer_flags(FLAG_S | FLAG_E, made(false, false, true)),
            FLAG_N | FLAG_O | FLAG_E
        );
        assert_eq!(answer_flags(FLAG_S, made(true, true, false)), FLAG_S);
        assert_eq!(answer_flags(FLAG_N, made(true, true, true)), FLAG_S | FLAG_O);
        assert_eq!(answer_flags(0, made(false, true, false)), 0);
        assert_eq!(wish(FLAG_N | FLAG_E), Wish { no_update: true, server: false });
    }

    #[test]
    fn the_answer_has_the_form_of_the_query() {
        let name = |flags| Name { text: "a.b.".into(), fqdn_flags: Some(flags), ..Name::default() };
        assert_eq!(name(FLAG_N).fqdn_option().unwrap(), b"\x08\xff\xffa.b.");
        assert_eq!(name(FLAG_N | FLAG_E).fqdn_option().unwrap(), b"\x0c\xff\xff\x01a\x01b\0");
    }
}
