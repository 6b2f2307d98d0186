//! Names of clients: the host name option and the client FQDN option, RFC 4702.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use ruru_config::v4::{Ddns, Replace, Subnet};
use ruru_host::{Host, Reserved4};
use ruru_wire::v4::OptionCode;

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
            for label in self.text.split('.').filter(|label| !label.is_empty()) {
                // Labels were read from one length byte.
                content.push(u8::try_from(label.len()).unwrap_or(63));
                content.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
            }
            if self.text.ends_with('.') {
                content.push(0);
            }
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
        let ddns = ddns_for(subnet, address);
        let updates = self.engine.config.globals().updater.is_some() && ddns.send_updates;
        let naming = Naming { ddns, updates, address };
        let reserved = host.map(|host| &*host.hostname).filter(|name| !name.is_empty());
        let options = &self.query.options;
        if let Some(content) = options.get(OptionCode::FQDN)
            && let [flags, _, _, name @ ..] = content
            && let Some(answer) = naming.answer_flags(*flags)
        {
            return naming.fqdn(*flags, answer, name, reserved);
        }
        naming.host_name(options.get(OptionCode::HOST_NAME), reserved)
    }
}

/// What holds for names at an address of a subnet.
pub(super) fn ddns_for(subnet: &Subnet, address: Ipv4Addr) -> &Ddns {
    let pool = subnet.pool_of(address).and_then(|pool| pool.ddns.as_deref());
    pool.unwrap_or(&subnet.effective.ddns)
}

/// How the name of a client comes about.
struct Naming<'a> {
    ddns: &'a Ddns,
    /// Whether names are told to an updater.
    updates: bool,
    address: Ipv4Addr,
}

impl Naming<'_> {
    /// The flags of the answer, RFC 4702 section 3.1; `None` for a query that sets both N and S,
    /// which is invalid.
    fn answer_flags(&self, query: u8) -> Option<u8> {
        let (no_update, server) = (query & FLAG_N != 0, query & FLAG_S != 0);
        let forward = match (no_update, server) {
            (true, true) => return None,
            (true, false) => self.updates && self.ddns.override_no_update,
            (false, true) => self.updates,
            (false, false) => self.updates && self.ddns.override_client_update,
        };
        // A client that updates forward itself leaves the reverse entry to a server that updates.
        let nothing = !forward && (no_update || server || !self.updates);
        let overridden = forward != server;
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        Some(
            flag(forward, FLAG_S)
                | flag(nothing, FLAG_N)
                | flag(overridden, FLAG_O)
                | (query & FLAG_E),
        )
    }

    fn fqdn(&self, query: u8, answer: u8, name: &[u8], reserved: Option<&str>) -> Name {
        let made_up =
            matches!(self.ddns.replace_client_name, Replace::Always | Replace::WhenPresent)
                || name.is_empty();
        let text = match reserved {
            Some(reserved) => Some(self.qualified(reserved)),
            None if made_up => Some(self.generated()),
            // In lower case before it is cleaned, unlike host names.
            None if query & FLAG_E == 0 => {
                let lower = name.to_ascii_lowercase();
                self.parts(&lower).map(|name| self.qualified(&name))
            }
            None => self.labels(name).map(|name| self.qualified(&name)),
        };
        let Some(mut text) = text else { return Name::default() };
        // The lease has what is made up as it is configured; on the wire all is in lower case.
        if reserved.is_some() || !made_up {
            text.make_ascii_lowercase();
        }
        if !text.ends_with('.') {
            text.push('.');
        }
        Name {
            text,
            fqdn_flags: Some(answer),
            is_told: false,
            forward: answer & FLAG_S != 0,
            reverse: answer & FLAG_N == 0,
        }
    }

    fn host_name(&self, given: Option<&[u8]>, reserved: Option<&str>) -> Name {
        let given = given.filter(|name| !name.is_empty());
        let made_up = match self.ddns.replace_client_name {
            Replace::Always => true,
            Replace::Never => false,
            Replace::WhenPresent => given.is_some(),
            Replace::WhenNotPresent => given.is_none(),
        };
        let mut text = match (reserved, given) {
            (Some(reserved), _) => self.qualified(reserved),
            (None, _) if made_up => self.generated(),
            (None, Some(b".")) => self.generated(),
            (None, None) => String::new(),
            (None, Some(name)) => match self.cleaned(name) {
                // One of several labels is complete, whatever cleaning leaves of it.
                Some(cleaned) if has_labels(name) => cleaned,
                Some(name) => self.qualified(&name).trim_end_matches('.').to_owned(),
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
        let is_known = self.updates && !text.is_empty();
        let is_told = given.is_some() || reserved.is_some() || made_up;
        Name { text, fqdn_flags: None, is_told, forward: is_known, reverse: is_known }
    }

    /// A name for a client that leaves it to the server.
    fn generated(&self) -> String {
        let address = self.address.to_string().replace('.', "-");
        self.qualified(&format!("{}-{address}", self.ddns.generated_prefix))
    }

    /// A name with the suffix behind it, unless it is complete or has the suffix already.
    fn qualified(&self, name: &str) -> String {
        let suffix = self.ddns.qualifying_suffix.trim_end_matches('.');
        let rest = || {
            let at = name.len().checked_sub(suffix.len())?;
            let (front, back) = (name.get(..at)?, name.get(at..)?);
            back.eq_ignore_ascii_case(suffix).then_some(front)
        };
        let has_suffix = rest().is_some_and(|front| front.is_empty() || front.ends_with('.'));
        if suffix.is_empty() || name.ends_with('.') || has_suffix {
            return name.to_owned();
        }
        format!("{name}.{suffix}")
    }

    /// A name in text, cleaned; `None` if nothing is left or a label is empty or too long.
    fn cleaned(&self, bytes: &[u8]) -> Option<String> {
        let cleaned = match &self.ddns.unwanted {
            Some(unwanted) => Cow::Owned(unwanted.clean(bytes)),
            None => Cow::Borrowed(bytes),
        };
        // What names can hold is a matter of the configuration; text it must be.
        let text = String::from_utf8(cleaned.into_owned()).ok()?;
        let labels = text.strip_suffix('.').unwrap_or(&text);
        let is_name = labels.split('.').all(|label| (1..=63).contains(&label.len()));
        (is_name && !text.contains(char::is_control)).then_some(text)
    }

    /// A name in text, each label cleaned by itself.
    fn parts(&self, bytes: &[u8]) -> Option<String> {
        let (bytes, end) = bytes.strip_suffix(b".").map_or((bytes, ""), |bytes| (bytes, "."));
        let labels = bytes.split(|byte| *byte == b'.').map(|label| self.cleaned_label(label));
        Some(labels.collect::<Option<Vec<_>>>()?.join(".") + end)
    }

    fn cleaned_label(&self, label: &[u8]) -> Option<String> {
        self.cleaned(label).filter(|label| !label.contains('.'))
    }

    /// A name in labels, RFC 1035 section 3.1, cleaned; it ends in a dot if it is complete.
    fn labels(&self, mut bytes: &[u8]) -> Option<String> {
        let mut text = String::new();
        while let Some((len, rest)) = bytes.split_first() {
            if *len == 0 {
                text.push('.');
                break;
            }
            let (label, rest) = rest.split_at_checked(usize::from(*len))?;
            if !text.is_empty() {
                text.push('.');
            }
            let label = label.to_ascii_lowercase();
            text.push_str(&self.cleaned_label(&label)?);
            bytes = rest;
        }
        (!text.is_empty() && text != ".").then_some(text)
    }
}

/// Whether there is a dot between labels.
fn has_labels(name: &[u8]) -> bool {
    let end = name.iter().rposition(|byte| *byte != b'.').unwrap_or(0);
    name[..end].contains(&b'.')
}

#[cfg(test)]
mod tests {
    use ruru_config::v4::Effective;

    use super::*;

    fn naming(ddns: &Ddns, updates: bool) -> Naming<'_> {
        Naming { ddns, updates, address: Ipv4Addr::new(192, 0, 2, 10) }
    }

    fn usual() -> Ddns {
        Ddns::clone(&Effective::defaults(ruru_config::Protocol::V4).ddns)
    }

    #[test]
    fn names_are_cleaned() {
        let ddns = usual();
        let naming = naming(&ddns, false);
        assert_eq!(naming.cleaned(b"My_Host!").as_deref(), Some("MyHost"));
        assert_eq!(naming.cleaned(b"a..b"), None);
        assert_eq!(naming.cleaned(b"\xff\x00"), None);
        assert_eq!(naming.labels(b"\x04host\x07example\0").as_deref(), Some("host.example."));
        assert_eq!(naming.labels(b"\x04host").as_deref(), Some("host"));
        assert_eq!(naming.labels(b"\x09host"), None);
        assert_eq!(naming.labels(b"\0"), None);
    }

    #[test]
    fn without_updates_the_answer_says_so() {
        let ddns = usual();
        let flags = |query| naming(&ddns, false).answer_flags(query);
        assert_eq!(flags(0), Some(FLAG_N));
        assert_eq!(flags(FLAG_S | FLAG_E), Some(FLAG_N | FLAG_O | FLAG_E));
        assert_eq!(flags(FLAG_N), Some(FLAG_N));
        assert_eq!(flags(FLAG_N | FLAG_S), None);
    }

    #[test]
    fn with_updates_the_server_does_what_is_asked_or_said() {
        let asked = usual();
        let told = Ddns { override_no_update: true, override_client_update: true, ..usual() };
        let flags = |ddns, query| naming(ddns, true).answer_flags(query);
        assert_eq!(
            [0, FLAG_S, FLAG_N].map(|q| flags(&asked, q)),
            [Some(0), Some(FLAG_S), Some(FLAG_N)]
        );
        let over = Some(FLAG_S | FLAG_O);
        assert_eq!([0, FLAG_S, FLAG_N].map(|q| flags(&told, q)), [over, Some(FLAG_S), over]);
    }

    #[test]
    fn a_suffix_is_put_behind_names_that_lack_it() {
        let ddns = Ddns { qualifying_suffix: "example.com.".into(), ..usual() };
        let naming = naming(&ddns, false);
        for (name, qualified) in [
            ("host", "host.example.com"),
            ("host.Example.COM", "host.Example.COM"),
            ("example.com", "example.com"),
            ("hostexample.com", "hostexample.com.example.com"),
            ("host.", "host."),
        ] {
            assert_eq!(naming.qualified(name), qualified);
        }
        assert_eq!(naming.generated(), "myhost-192-0-2-10.example.com");
    }

    #[test]
    fn the_answer_has_the_form_of_the_query() {
        let name = |flags| Name { text: "a.b.".into(), fqdn_flags: Some(flags), ..Name::default() };
        assert_eq!(name(FLAG_N).fqdn_option().unwrap(), b"\x08\xff\xffa.b.");
        assert_eq!(name(FLAG_N | FLAG_E).fqdn_option().unwrap(), b"\x0c\xff\xff\x01a\x01b\0");
    }
}
