//! Names of clients, and which of them are told to the DNS updater.

use std::net::IpAddr;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};
use ruru_ncr::ConflictResolution;

use crate::complaint::{Complaint, Within};
use crate::params::Scope;
use crate::settings::Settings;

/// How names of clients are made and told; inherited from scope to scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Ddns {
    /// Whether names are told at all.
    pub send_updates: bool,
    /// Also for clients that asked that nobody updates.
    pub override_no_update: bool,
    /// Also forward, for clients that want to do that themselves.
    pub override_client_update: bool,
    /// When a name is made up.
    pub replace_client_name: Replace,
    /// What a name that is made up begins with.
    pub generated_prefix: Box<str>,
    /// What is put behind names of one label; empty if nothing is.
    pub qualifying_suffix: Box<str>,
    /// Whether a renewal that changes nothing is told.
    pub update_on_renew: bool,
    /// What the updater does if the name is another's.
    pub conflict_mode: ConflictResolution,
    /// TTL of entries.
    pub ttl: Ttl,
    /// What names may not have in them.
    pub unwanted: Option<Unwanted>,
}

/// When a name is made up although the client, perhaps, has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only where the client leaves it to the server.
    Never,
    /// Whether it has one or not.
    Always,
    /// If it has one.
    WhenPresent,
    /// If it has none.
    WhenNotPresent,
}

/// How the TTL of entries comes about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ttl {
    /// Seconds, if they are given.
    pub fixed: Option<u32>,
    /// Part of the lifetime, else.
    pub fraction: Option<f64>,
    /// Seconds, at least.
    pub least: Option<u32>,
    /// Seconds, at most.
    pub most: Option<u32>,
}

impl Ttl {
    /// Part of the lifetime if none is given, RFC 4702 section 5.
    const FRACTION: f64 = 0.33333;
    /// Seconds at least if no bound is given.
    const LEAST: u32 = 600;

    /// The TTL for a lease of so many seconds.
    #[must_use]
    pub fn for_lifetime(self, lifetime: u32) -> u32 {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        // A fraction of 32 bits has 32 bits, and what is larger is cut.
        let part = (self.fraction.unwrap_or(Self::FRACTION) * f64::from(lifetime)).round() as u32;
        let part = part.max(self.least.unwrap_or(Self::LEAST));
        part.min(self.most.unwrap_or(u32::MAX))
    }
}

/// What names may not have, and what stands there instead.
#[derive(Clone, Debug)]
pub struct Unwanted {
    text: Box<str>,
    expression: Regex,
    replacement: Box<str>,
}

impl PartialEq for Unwanted {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.replacement == other.replacement
    }
}

/// The largest size of a compiled expression, in bytes.
const MOST_COMPILED: usize = 1 << 18;

impl Unwanted {
    fn new(text: &str, replacement: &str) -> Result<Self, Complaint> {
        let built = RegexBuilder::new(text).unicode(false).size_limit(MOST_COMPILED).build();
        let expression = built.map_err(|error| {
            Complaint::new(format!("'{text}' is not a regular expression: {error}"))
                .under("hostname-char-set")
        })?;
        Ok(Self { text: text.into(), expression, replacement: replacement.into() })
    }

    /// A label or name without it.
    #[must_use]
    pub fn clean(&self, name: &[u8]) -> Vec<u8> {
        let replacement = regex::bytes::NoExpand(self.replacement.as_bytes());
        self.expression.replace_all(name, replacement).into_owned()
    }
}

impl Ddns {
    /// What holds where nothing is given.
    pub(crate) fn defaults() -> Self {
        Self {
            send_updates: true,
            generated_prefix: "myhost".into(),
            // It is read once, and a test reads it.
            unwanted: Unwanted::new("[^A-Za-z0-9.-]", "").ok(),
            ..Self::nowhere()
        }
    }

    /// What holds for clients on a link that no subnet is of: names are what clients say, and told to
    /// nobody.
    #[must_use]
    pub fn nowhere() -> Self {
        Self {
            send_updates: false,
            override_no_update: false,
            override_client_update: false,
            replace_client_name: Replace::Never,
            generated_prefix: "".into(),
            qualifying_suffix: "".into(),
            update_on_renew: false,
            conflict_mode: ConflictResolution::CheckWithDhcid,
            ttl: Ttl { fixed: None, fraction: None, least: None, most: None },
            unwanted: None,
        }
    }

    /// What holds below `parent` with `own` parameters.
    pub(crate) fn below(parent: &Arc<Self>, own: &Settings) -> Result<Arc<Self>, Complaint> {
        let is_own = |name: &str| name.starts_with("ddns-") || name.starts_with("hostname-char-");
        if !own.names().any(is_own) {
            return Ok(Arc::clone(parent));
        }
        let flag = |name, inherited| own.flag(name).unwrap_or(inherited);
        let text = |name, inherited: &str| Box::from(own.text(name).unwrap_or(inherited));
        let ddns = Self {
            send_updates: flag("ddns-send-updates", parent.send_updates),
            override_no_update: flag("ddns-override-no-update", parent.override_no_update),
            override_client_update: flag(
                "ddns-override-client-update",
                parent.override_client_update,
            ),
            replace_client_name: match own.text("ddns-replace-client-name") {
                Some("never") => Replace::Never,
                Some("always") => Replace::Always,
                Some("when-present") => Replace::WhenPresent,
                Some("when-not-present") => Replace::WhenNotPresent,
                Some(_) | None => parent.replace_client_name,
            },
            generated_prefix: text("ddns-generated-prefix", &parent.generated_prefix),
            qualifying_suffix: text("ddns-qualifying-suffix", &parent.qualifying_suffix),
            update_on_renew: flag("ddns-update-on-renew", parent.update_on_renew),
            conflict_mode: conflict_mode(own, parent.conflict_mode)?,
            ttl: ttl(own, parent.ttl)?,
            unwanted: unwanted(own, parent.unwanted.as_ref())?,
        };
        Ok(if ddns == **parent { Arc::clone(parent) } else { Arc::new(ddns) })
    }
}

fn conflict_mode(
    own: &Settings,
    parent: ConflictResolution,
) -> Result<ConflictResolution, Complaint> {
    let named = own.text("ddns-conflict-resolution-mode");
    match (named, own.flag("ddns-use-conflict-resolution")) {
        (Some(_), Some(_)) => {
            let message = "'ddns-use-conflict-resolution' is the older way to say \
                           'ddns-conflict-resolution-mode', which is given, too; remove it";
            Err(Complaint::new(message).under("ddns-use-conflict-resolution"))
        }
        (Some(name), None) => Ok(ConflictResolution::from_name(name).unwrap_or(parent)),
        (None, flag) => Ok(flag.map_or(parent, ConflictResolution::from_flag)),
    }
}

fn ttl(own: &Settings, parent: Ttl) -> Result<Ttl, Complaint> {
    let fixed = own.number("ddns-ttl");
    let fraction = own.real("ddns-ttl-percent");
    let (least, most) = (own.number("ddns-ttl-min"), own.number("ddns-ttl-max"));
    if fixed.is_some() && (fraction.is_some() || least.is_some() || most.is_some()) {
        let message = "'ddns-ttl' stands alone: remove 'ddns-ttl-percent', 'ddns-ttl-min' and \
                       'ddns-ttl-max'";
        return Err(Complaint::new(message).under("ddns-ttl"));
    }
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let message =
            format!("'ddns-ttl-min' ({least}) must not be more than 'ddns-ttl-max' ({most})");
        return Err(Complaint::new(message).under("ddns-ttl-min"));
    }
    // One that is given in any way takes the place of a fixed one above it.
    let is_given = fraction.is_some() || least.is_some() || most.is_some();
    Ok(Ttl {
        fixed: fixed.or(parent.fixed).filter(|_| !is_given),
        fraction: fraction.or(parent.fraction),
        least: least.or(parent.least),
        most: most.or(parent.most),
    })
}

fn unwanted(own: &Settings, parent: Option<&Unwanted>) -> Result<Option<Unwanted>, Complaint> {
    let (text, replacement) =
        (own.text("hostname-char-set"), own.text("hostname-char-replacement"));
    let inherited = parent.map_or(("", ""), |parent| (&parent.text, &parent.replacement));
    match (text.unwrap_or(inherited.0), replacement.unwrap_or(inherited.1)) {
        ("", _) => Ok(None),
        same if same == inherited => Ok(parent.cloned()),
        (text, replacement) => Unwanted::new(text, replacement).map(Some),
    }
}

/// `dhcp-ddns`: where the updater is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updater {
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// The address that requests come from, if it is given.
    pub sender: Option<IpAddr>,
    /// The port that they come from; 0 is any.
    pub sender_port: u16,
    /// Requests that wait at most; what is more is dropped.
    pub most_queued: usize,
}

impl Updater {
    /// The updater, if names are told at all.
    pub(crate) fn build(settings: &Settings) -> Result<Option<Self>, Complaint> {
        let Some(section) = settings.map("dhcp-ddns") else { return Ok(None) };
        Self::read(section).under("dhcp-ddns")
    }

    fn read(section: &Settings) -> Result<Option<Self>, Complaint> {
        debug_assert_eq!(section.scope(), Scope::DhcpDdns);
        let address = |name: &str| -> Result<Option<IpAddr>, Complaint> {
            let text = section.text(name).filter(|text| !text.is_empty());
            let parse = |text: &str| {
                text.parse().map_err(|_| {
                    Complaint::new(format!("{text:?} is not an IP address")).under(name)
                })
            };
            text.map(parse).transpose()
        };
        let own = address("server-ip")?.unwrap_or(IpAddr::from([127, 0, 0, 1]));
        let sender = address("sender-ip")?;
        if sender.is_some_and(|sender| sender.is_ipv4() != own.is_ipv4()) {
            let message = "'sender-ip' must be of the same family as 'server-ip'";
            return Err(Complaint::new(message).under("sender-ip"));
        }
        let port = |name, usual| {
            section.number(name).and_then(|port| u16::try_from(port).ok()).unwrap_or(usual)
        };
        let most = section.number("max-queue-size").unwrap_or(1024);
        let updater = Self {
            address: own,
            port: port("server-port", 53001),
            sender,
            sender_port: port("sender-port", 0),
            most_queued: usize::try_from(most).unwrap_or(usize::MAX),
        };
        if (updater.sender, updater.sender_port) == (Some(own), updater.port) {
            let message = "requests cannot come from the address and port that they go to";
            return Err(Complaint::new(message).under("sender-port"));
        }
        Ok(section.flag("enable-updates").unwrap_or(false).then_some(updater))
    }
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;
    use crate::Protocol;

    fn below(parent: &Arc<Ddns>, text: &str) -> Result<Arc<Ddns>, String> {
        let document = Document::from_peer(text).unwrap();
        let own = Settings::read(Protocol::V4, Scope::Subnet, &document.root)
            .map_err(|c| c.to_string())?;
        Ddns::below(parent, &own).map_err(|complaint| complaint.to_string())
    }

    #[test]
    fn names_are_cleaned_as_is_said() {
        let usual = Arc::new(Ddns::defaults());
        assert_eq!(usual.unwanted.as_ref().unwrap().clean(b"My_Host!"), b"MyHost");
        let own = below(&usual, r#"{ "hostname-char-replacement": "x$1" }"#).unwrap();
        assert_eq!(own.unwanted.as_ref().unwrap().clean(b"a_b"), b"ax$1b");
        let none = below(&own, r#"{ "hostname-char-set": "" }"#).unwrap();
        assert_eq!(none.unwanted, None);
        let error = below(&usual, r#"{ "hostname-char-set": "[" }"#).unwrap_err();
        assert!(error.contains("is not a regular expression"), "{error}");
    }

    #[test]
    fn the_ttl_is_part_of_the_lifetime_within_bounds() {
        let usual = Arc::new(Ddns::defaults());
        assert_eq!([7200, 100].map(|lifetime| usual.ttl.for_lifetime(lifetime)), [2400, 600]);
        let own = below(&usual, r#"{ "ddns-ttl-percent": 0.5, "ddns-ttl-max": 1000 }"#).unwrap();
        assert_eq!([1600, 7200].map(|lifetime| own.ttl.for_lifetime(lifetime)), [800, 1000]);
        let fixed = below(&own, r#"{ "ddns-ttl": 7 }"#).unwrap();
        assert_eq!(fixed.ttl.for_lifetime(7200), 7);
        let again = below(&fixed, r#"{ "ddns-ttl-min": 900 }"#).unwrap();
        assert_eq!(again.ttl.for_lifetime(1000), 900);
        assert!(below(&usual, r#"{ "ddns-ttl": 7, "ddns-ttl-min": 1 }"#).is_err());
        assert!(below(&usual, r#"{ "ddns-ttl-max": 7, "ddns-ttl-min": 8 }"#).is_err());
    }

    #[test]
    fn scopes_that_add_nothing_share_what_they_inherit() {
        let usual = Arc::new(Ddns::defaults());
        assert!(Arc::ptr_eq(&usual, &below(&usual, r#"{ "ddns-send-updates": true }"#).unwrap()));
    }
}
