//! Parameters of the server as a whole.

use crate::complaint::{Complaint, Within};
use crate::globals::compatibility;
use crate::option::{Definitions, Key, Received6};
use crate::settings::Settings;

/// Parameters of the server as a whole that only DHCPv6 has.
#[derive(Clone, Debug)]
pub struct Server6 {
    /// What received options must be like.
    pub received: Received6,
    /// What the server's DUID is to be made of.
    pub server_id: ServerId,
    /// Where clients' hardware addresses are looked for, in order.
    pub mac_sources: Box<[MacSource]>,
    /// Options of relays that go into answers (RFC 6422).
    pub relay_supplied: Box<[u16]>,
    /// Whether clients may register addresses that they made themselves (RFC 9686).
    pub address_registration: bool,
}

/// `server-id`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerId {
    /// Its kind, if it is said: else what is there stays.
    pub kind: Option<DuidKind>,
    /// The identifier, or the hardware address; empty if the server finds one.
    pub identifier: Box<[u8]>,
    /// Seconds since 2000; 0 is now.
    pub time: u32,
    /// The type of the hardware address; 0 if the server finds it.
    pub htype: u16,
    /// The enterprise; 0 is ISC's.
    pub enterprise: u32,
    /// Whether it is kept in a file.
    pub persist: bool,
}

/// What a DUID is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuidKind {
    /// A hardware address and the time.
    Llt,
    /// An enterprise's number and an identifier of its own.
    En,
    /// A hardware address.
    Ll,
}

/// Where a client's hardware address is looked for; the numbers are those of lease files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum MacSource {
    /// The frame; ordinary sockets do not show it.
    Raw = 1,
    /// The client's DUID.
    Duid = 2,
    /// The interface identifier of its link-local address.
    LinkLocal = 4,
    /// What the nearest relay says, RFC 6939.
    ClientLinkAddress = 8,
    /// The nearest relay's remote-id, RFC 4649.
    RemoteId = 16,
    /// The nearest relay's subscriber-id, RFC 4580.
    SubscriberId = 32,
    /// What a CMTS says, DOCSIS.
    DocsisCmts = 64,
    /// What a cable modem says, DOCSIS.
    DocsisModem = 128,
}

impl MacSource {
    /// What `any` tries, in Kea's order: what a relay has seen comes before what a client says. A
    /// subscriber id is a name of the provider's choice, and has to be named.
    pub const ANY: [Self; 7] = [
        Self::Raw,
        Self::ClientLinkAddress,
        Self::Duid,
        Self::LinkLocal,
        Self::RemoteId,
        Self::DocsisCmts,
        Self::DocsisModem,
    ];

    fn of_name(name: &str) -> Option<&'static [Self]> {
        Some(match name {
            "any" => &Self::ANY,
            "raw" => &[Self::Raw],
            "duid" => &[Self::Duid],
            "ipv6-link-local" => &[Self::LinkLocal],
            "client-link-addr-option" | "rfc6939" => &[Self::ClientLinkAddress],
            "remote-id" | "rfc4649" => &[Self::RemoteId],
            "subscriber-id" | "rfc4580" => &[Self::SubscriberId],
            "docsis-cmts" => &[Self::DocsisCmts],
            "docsis-modem" => &[Self::DocsisModem],
            _ => return None,
        })
    }
}

impl Server6 {
    pub(super) fn read(settings: &Settings, known: &Definitions) -> Result<Self, Complaint> {
        Ok(Self {
            received: Received6::new(known, compatibility(settings).lenient_options),
            server_id: server_id(settings).under("server-id")?,
            mac_sources: mac_sources(settings)?,
            relay_supplied: relay_supplied(settings, known)?,
            address_registration: settings.flag("allow-address-registration").unwrap_or(true),
        })
    }
}

fn server_id(settings: &Settings) -> Result<ServerId, Complaint> {
    let Some(given) = settings.map("server-id") else {
        return Ok(ServerId { persist: true, ..ServerId::default() });
    };
    let kind = match given.text("type") {
        Some("LLT") => DuidKind::Llt,
        Some("EN") => DuidKind::En,
        Some("LL") => DuidKind::Ll,
        Some(_) | None => return Err(Complaint::new("'server-id' needs a 'type': LLT, EN or LL")),
    };
    let digits = given.text("identifier").unwrap_or_default();
    let identifier = crate::option::hexadecimal(digits);
    let number = |name| given.number(name).unwrap_or(0);
    Ok(ServerId {
        kind: Some(kind),
        identifier: identifier
            .map_err(|message| Complaint::new(message).under("identifier"))?
            .into(),
        time: number("time"),
        htype: u16::try_from(number("htype")).unwrap_or(0),
        enterprise: number("enterprise-id"),
        persist: given.flag("persist").unwrap_or(true),
    })
}

fn mac_sources(settings: &Settings) -> Result<Box<[MacSource]>, Complaint> {
    if !settings.has("mac-sources") {
        return Ok(MacSource::ANY.into());
    }
    let names = settings.texts("mac-sources");
    if names.is_empty() {
        return Err(Complaint::new("at least one source is needed").under("mac-sources"));
    }
    let mut sources: Vec<MacSource> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let found = MacSource::of_name(name).ok_or_else(|| {
            let complaint = Complaint::new(format!("'{name}' is not a source of MAC addresses"));
            complaint.at_index(at).under("mac-sources")
        })?;
        sources.extend(found.iter().filter(|source| !sources.contains(source)).collect::<Vec<_>>());
    }
    Ok(sources.into())
}

fn relay_supplied(settings: &Settings, known: &Definitions) -> Result<Box<[u16]>, Complaint> {
    // RFC 6440 section 3 has the one that always may.
    let mut codes = vec![65];
    for (at, text) in settings.texts("relay-supplied-options").iter().enumerate() {
        let named = || known.find("dhcp6", Key::Name(text)).map(|definition| definition.code);
        let code = text.parse().ok().filter(|code| *code != 0).or_else(named).ok_or_else(|| {
            let complaint = Complaint::new(format!("'{text}' is neither an option nor its code"));
            complaint.at_index(at).under("relay-supplied-options")
        })?;
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    Ok(codes.into())
}
