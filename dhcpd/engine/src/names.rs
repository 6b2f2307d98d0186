//! How names of clients come about, whatever the protocol and the option that they stand in: RFC 4702
//! and RFC 4704.

use std::borrow::Cow;
use std::net::IpAddr;

use ruru_config::{Config, Configured, Ddns, Replace, Subnet};

/// What a client says of updates of DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Nobody but the client itself, if anybody, makes them.
    pub(crate) no_update: bool,
    /// The server makes the forward one.
    pub(crate) server: bool,
}

/// Which updates the server makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Updates {
    /// It tells the address of the name.
    pub(crate) forward: bool,
    /// It tells the name of the address.
    pub(crate) reverse: bool,
    /// The client wanted otherwise of the forward one.
    pub(crate) overridden: bool,
}

/// A name as it stands in an option.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spelling<'n> {
    /// In letters and dots.
    Text(&'n [u8]),
    /// In labels, RFC 1035 section 3.1.
    Labels(&'n [u8]),
}

/// What holds for names at an address of a subnet.
pub(crate) fn ddns_for<F: Configured>(subnet: &Subnet<F>, address: F::Address) -> &Ddns {
    let pool = subnet.pool_of(address).and_then(|pool| pool.ddns.as_deref());
    pool.unwrap_or(&subnet.effective.ddns)
}

/// How the name of a client comes about.
#[derive(Clone, Copy)]
pub(crate) struct Naming<'a> {
    pub(crate) ddns: &'a Ddns,
    /// Whether names are told to an updater.
    pub(crate) updates: bool,
}

impl<'a> Naming<'a> {
    pub(crate) fn new<F: Configured>(config: &Config<F>, ddns: &'a Ddns) -> Self {
        Self { ddns, updates: config.globals().updater.is_some() && ddns.send_updates }
    }

    /// Which updates are made, RFC 4702 section 3.1 and RFC 4704 section 4.1; `None` for a client that
    /// wants both, which is invalid.
    pub(crate) fn updates_for(&self, wish: Wish) -> Option<Updates> {
        let forward = match (wish.no_update, wish.server) {
            (true, true) => return None,
            (true, false) => self.updates && self.ddns.override_no_update,
            (false, true) => self.updates,
            (false, false) => self.updates && self.ddns.override_client_update,
        };
        // A client that updates forward itself leaves the reverse entry to a server that updates.
        let nothing = !forward && (wish.no_update || wish.server || !self.updates);
        Some(Updates { forward, reverse: !nothing, overridden: forward != wish.server })
    }

    /// Whether a name is made up for a client that has one already, or has none.
    pub(crate) fn replaces(&self, has_name: bool) -> bool {
        match self.ddns.replace_client_name {
            Replace::Always => true,
            Replace::Never => false,
            Replace::WhenPresent => has_name,
            Replace::WhenNotPresent => !has_name,
        }
    }

    /// The complete name of a client that sent an FQDN option: its reserved one, one that is made up
    /// by `generated`, or what it sent, cleaned; `None` if nothing is left of that.
    pub(crate) fn fqdn(
        &self,
        sent: Spelling<'_>,
        reserved: Option<&str>,
        generated: impl FnOnce() -> String,
    ) -> Option<String> {
        let (Spelling::Text(name) | Spelling::Labels(name)) = sent;
        let mut text = match reserved {
            Some(reserved) => self.qualified(reserved).to_ascii_lowercase(),
            // The lease has what is made up as it is configured; on the wire all is in lower case.
            None if name.is_empty() || self.replaces(true) => generated(),
            // In lower case before it is cleaned, unlike host names.
            None => {
                let name = match sent {
                    Spelling::Text(text) => self.parts(&text.to_ascii_lowercase()),
                    Spelling::Labels(labels) => self.labels(labels),
                };
                self.qualified(&name?).to_ascii_lowercase()
            }
        };
        if !text.is_empty() && !text.ends_with('.') {
            text.push('.');
        }
        Some(text)
    }

    /// A name for a client that leaves it to the server.
    pub(crate) fn generated(&self, address: IpAddr) -> String {
        let mut address = address.to_string().replace(['.', ':'], "-");
        if address.ends_with('-') {
            // No label ends so.
            address.push('0');
        }
        self.qualified(&format!("{}-{address}", self.ddns.generated_prefix))
    }

    /// A name with the suffix behind it, unless it is complete or has the suffix already.
    pub(crate) fn qualified(&self, name: &str) -> String {
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
    pub(crate) fn cleaned(&self, bytes: &[u8]) -> Option<String> {
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

    /// A name in labels, cleaned; it ends in a dot if it is complete.
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

/// Appends a name in labels, in lower case; with the root at its end if it is complete.
pub(crate) fn push_labels(name: &str, content: &mut Vec<u8>) {
    for label in name.split('.').filter(|label| !label.is_empty()) {
        // Labels were read from one length byte.
        content.push(u8::try_from(label.len()).unwrap_or(63));
        content.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    if name.ends_with('.') {
        content.push(0);
    }
}

#[cfg(test)]
mod tests {
    use ruru_config::Protocol;
    use ruru_config::v4::Effective;

    use super::*;

    fn naming(ddns: &Ddns, updates: bool) -> Naming<'_> {
        Naming { ddns, updates }
    }

    fn usual() -> Ddns {
        Ddns::clone(&Effective::defaults(Protocol::V4).ddns)
    }

    fn updates(forward: bool, reverse: bool, overridden: bool) -> Option<Updates> {
        Some(Updates { forward, reverse, overridden })
    }

    const NOTHING: Wish = Wish { no_update: false, server: false };
    const SERVER: Wish = Wish { no_update: false, server: true };
    const NO_UPDATE: Wish = Wish { no_update: true, server: false };

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
    fn without_updates_the_server_makes_none() {
        let ddns = usual();
        let made = |wish| naming(&ddns, false).updates_for(wish);
        assert_eq!(made(NOTHING), updates(false, false, false));
        assert_eq!(made(SERVER), updates(false, false, true));
        assert_eq!(made(NO_UPDATE), updates(false, false, false));
        assert_eq!(made(Wish { no_update: true, server: true }), None);
    }

    #[test]
    fn with_updates_the_server_does_what_is_asked_or_said() {
        let asked = usual();
        let told = Ddns { override_no_update: true, override_client_update: true, ..usual() };
        let made = |ddns, wish| naming(ddns, true).updates_for(wish);
        let (both, over) = (updates(true, true, false), updates(true, true, true));
        assert_eq!(
            [NOTHING, SERVER, NO_UPDATE].map(|wish| made(&asked, wish)),
            [updates(false, true, false), both, updates(false, false, false)]
        );
        assert_eq!([NOTHING, SERVER, NO_UPDATE].map(|wish| made(&told, wish)), [over, both, over]);
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
    }

    #[test]
    fn names_are_made_up_of_addresses() {
        let ddns = Ddns { qualifying_suffix: "example.com.".into(), ..usual() };
        for (address, name) in [
            ("192.0.2.10", "myhost-192-0-2-10.example.com"),
            ("2001:db8:1::10", "myhost-2001-db8-1--10.example.com"),
            ("2001:db8::", "myhost-2001-db8--0.example.com"),
        ] {
            assert_eq!(naming(&ddns, false).generated(address.parse().unwrap()), name);
        }
    }

    #[test]
    fn a_reserved_name_comes_first_and_an_empty_one_is_made_up() {
        let ddns = Ddns { qualifying_suffix: "example.com".into(), ..usual() };
        let name = |sent, reserved| {
            naming(&ddns, true).fqdn(Spelling::Labels(sent), reserved, || "made-up".to_owned())
        };
        assert_eq!(name(b"\x01a", Some("R")).as_deref(), Some("r.example.com."));
        assert_eq!(name(b"\x01A", None).as_deref(), Some("a.example.com."));
        assert_eq!(name(b"", None).as_deref(), Some("made-up."));
        assert_eq!(name(b"\x01!", None), None);
    }
}
