//! Queries of DHCPv6.

use std::net::{IpAddr, Ipv6Addr};

use ruru_wire::v6::options::{IaNa, IaPd, Iaid};
use ruru_wire::v6::{MessageType, Nested, OptionCode, Writer, option_bytes};

use super::{
    Filling, Given, Hole, Offsets, Template, Templates, check_offsets, identity_ending_at, set,
};

/// Behind message type and transaction id, RFC 8415 section 8.
const OPTIONS: usize = 4;
const XID: usize = 1;
/// An option's code and length.
const HEAD: usize = 4;
/// An association's id and times.
const ASSOCIATION: usize = 12;
/// An address with its lifetimes, RFC 8415 section 21.6.
const ADDRESS: usize = 24;
/// A prefix: lifetimes, length, address, RFC 8415 section 21.22.
const PREFIX: usize = 25;
const LIFETIMES: usize = 8;
/// Octets of an identity that differ from client to client.
const IDENTITY: usize = 6;

/// What clients ask for, as perfdhcp's: name servers, domains.
const REQUESTED: [u16; 2] = [23, 24];

/// What clients ask for, and who they are.
#[derive(Clone, Debug)]
pub(crate) struct Associations {
    /// The DUID of the first client; those of others differ in the last six octets.
    pub(crate) duid: Vec<u8>,
    /// An address.
    pub(crate) address: bool,
    /// A prefix.
    pub(crate) prefix: bool,
    /// At once.
    pub(crate) rapid_commit: bool,
}

/// A relay agent between clients and server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relaying {
    /// What it says of them.
    pub(crate) options: Vec<(u16, Vec<u8>)>,
}

/// The layer that a relay agent puts around messages.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    options: Vec<u8>,
}

pub(super) fn templates(
    solicit: Option<Given>,
    request: Option<Given>,
    extra: &[(u16, &[u8])],
    wanted: &Associations,
    relaying: Option<Relaying>,
) -> Result<Templates, String> {
    let is_own = solicit.is_none();
    let own = || Given { message: own_solicit(wanted), offsets: Offsets::default() };
    let solicit = Draft::new(solicit.unwrap_or_else(own), extra)?;
    let request = request.map(|given| Draft::new(given, extra)).transpose()?;
    let layer = relaying.as_ref().map(Layer::new);
    let with_lease = |draft: &Draft, kind: MessageType| draft.with_lease(kind.0, layer.clone());
    let discover = solicit.plain(layer.clone())?;
    Ok(Templates {
        request: match &request {
            Some(draft) => draft.with_lease(draft.kind(), layer.clone())?,
            None => with_lease(&solicit, MessageType::REQUEST)?,
        },
        renewal: with_lease(&solicit, MessageType::RENEW)?,
        release: with_lease(&solicit, MessageType::RELEASE)?,
        base: if is_own { None } else { discover.base() },
        identity_head: solicit.identity_head(),
        discover,
    })
}

/// The SOLICIT of a client, as it is made here.
fn own_solicit(wanted: &Associations) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, MessageType::SOLICIT, 0);
    writer.option(OptionCode::CLIENT_ID, &wanted.duid);
    let (iaid, options) = (Iaid(1), Nested::default());
    if wanted.address {
        writer.typed(&IaNa { iaid, t1: 0, t2: 0, options });
    }
    if wanted.prefix {
        writer.typed(&IaPd { iaid, t1: 0, t2: 0, options });
    }
    writer.option(OptionCode::ORO, REQUESTED.map(u16::to_be_bytes).as_flattened());
    writer.option(OptionCode::ELAPSED_TIME, &[0; 2]);
    if wanted.rapid_commit {
        writer.option(OptionCode::RAPID_COMMIT, &[]);
    }
    message
}

/// A message that templates are made of, and where the user says that things stand in it.
struct Draft {
    message: Vec<u8>,
    offsets: Offsets,
}

/// An option in a message.
#[derive(Clone, Copy)]
struct Found<'a> {
    at: usize,
    code: OptionCode,
    content: &'a [u8],
}

impl Found<'_> {
    fn has(&self, offset: usize) -> bool {
        (self.at..self.at + HEAD + self.content.len()).contains(&offset)
    }
}

impl Draft {
    fn new(given: Given, extra: &[(u16, &[u8])]) -> Result<Self, String> {
        let Given { mut message, offsets } = given;
        check_offsets(&message, &offsets)?;
        let end =
            options(&message).last().map_or(OPTIONS, |last| last.at + HEAD + last.content.len());
        if end != message.len() {
            let octets = message.len();
            return Err(format!(
                "the template is no DHCPv6 message: its options end at {end} of {octets} octets"
            ));
        }
        for (code, content) in extra {
            option_bytes(&mut message, OptionCode(*code), content);
        }
        Ok(Self { message, offsets })
    }

    /// The client's DUID but for its end.
    fn identity_head(&self) -> Vec<u8> {
        let client = options(&self.message).find(|own| own.code == OptionCode::CLIENT_ID);
        let duid = client.map_or(&[][..], |own| own.content);
        duid[..duid.len().saturating_sub(IDENTITY)].to_vec()
    }

    /// Its message type.
    fn kind(&self) -> u8 {
        self.message.first().copied().unwrap_or_default()
    }

    /// The message as it stands.
    fn plain(&self, layer: Option<Layer>) -> Result<Template, String> {
        let mut template = self.begin(self.kind(), layer);
        for option in options(&self.message) {
            self.copy(&mut template, option);
        }
        self.check(&template)?;
        Ok(template)
    }

    /// A message in which the client names its lease and the server that has given it.
    fn with_lease(&self, kind: u8, layer: Option<Layer>) -> Result<Template, String> {
        let mut template = self.begin(kind, layer);
        template.names_server = true;
        self.expect(self.offsets.server, "-S", &[OptionCode::SERVER_ID])?;
        self.expect(self.offsets.requested, "-I", &[OptionCode::IA_NA, OptionCode::IA_PD])?;
        for option in options(&self.message) {
            match option.code {
                OptionCode::SERVER_ID | OptionCode::RAPID_COMMIT => {}
                OptionCode::IA_NA => template.association(option, OptionCode::IAADDR, ADDRESS),
                OptionCode::IA_PD => template.association(option, OptionCode::IAPREFIX, PREFIX),
                _ => self.copy(&mut template, option),
            }
        }
        self.check(&template)?;
        Ok(template)
    }

    fn begin(&self, kind: u8, layer: Option<Layer>) -> Template {
        let mut message = vec![0; OPTIONS];
        set(&mut message, 0, &[kind]);
        let holes = vec![Hole { at: XID, what: Filling::Xid(3) }];
        Template { message, holes, layer, names_server: false }
    }

    /// Takes an option as it is, with the holes in it.
    fn copy(&self, template: &mut Template, option: Found<'_>) {
        let moved = |offset: usize| template.message.len() + offset - option.at;
        let content = option.at + HEAD;
        match self.offsets.identity {
            Some(last) if option.has(last) => template.holes.push(identity_ending_at(moved(last))),
            None if option.code == OptionCode::CLIENT_ID => {
                let skip = IDENTITY.saturating_sub(option.content.len());
                let at = moved(content + option.content.len()) + skip - IDENTITY;
                template.holes.push(Hole { at, what: Filling::Identity { skip } });
            }
            _ => {}
        }
        let waited = match self.offsets.waited {
            None => (option.code == OptionCode::ELAPSED_TIME).then_some(content),
            // The option, or what it holds.
            Some(told) if told == option.at => Some(content),
            Some(told) => (told > 0 && option.has(told)).then_some(told),
        };
        let hole = waited.map(|at| Hole { at: moved(at), what: Filling::Hundredths });
        template.holes.extend(hole);
        option_bytes(&mut template.message, option.code, option.content);
    }

    /// That what the user tells the place of is there.
    fn expect(&self, told: Option<usize>, name: &str, codes: &[OptionCode]) -> Result<(), String> {
        let Some(told) = told else { return Ok(()) };
        let is_there = options(&self.message).any(|own| codes.contains(&own.code) && own.has(told));
        if is_there {
            return Ok(());
        }
        let numbers: Vec<_> = codes.iter().map(|code| code.0.to_string()).collect();
        Err(format!("{name}: no option {} stands at {told} of the template", numbers.join(" or ")))
    }

    fn check(&self, template: &Template) -> Result<(), String> {
        if template.last_of_identity().is_some() {
            return Ok(());
        }
        Err(match self.offsets.identity {
            None => "the template has no client identifier: -O tells where clients differ",
            Some(_) => "-O: clients can differ within an option that all their messages have",
        }
        .to_owned())
    }
}

impl Template {
    /// Takes an association, with a hole for a lease in it; of further ones only id and times.
    fn association(&mut self, option: Found<'_>, lease: OptionCode, len: usize) {
        let what = if lease == OptionCode::IAADDR { Filling::Address } else { Filling::Prefix };
        let has_one = self.holes.iter().any(|hole| hole.what == what);
        let mut content = option.content.get(..ASSOCIATION).unwrap_or(option.content).to_vec();
        if !has_one && content.len() == ASSOCIATION {
            let skipped = if what == Filling::Prefix { LIFETIMES } else { 0 };
            let at = self.message.len() + HEAD + ASSOCIATION + HEAD + skipped;
            self.holes.push(Hole { at, what });
            option_bytes(&mut content, lease, &vec![0; len]);
        }
        option_bytes(&mut self.message, option.code, &content);
    }
}

impl Layer {
    fn new(relaying: &Relaying) -> Self {
        let mut options = Vec::new();
        for (code, content) in &relaying.options {
            option_bytes(&mut options, OptionCode(*code), content);
        }
        Self { options }
    }

    /// Begins the layer of a relay; answers where the length of what is relayed stands.
    pub(super) fn open(&self, query: &mut Vec<u8>, relay: IpAddr) -> usize {
        let link = match relay {
            IpAddr::V6(link) => link,
            IpAddr::V4(_) => Ipv6Addr::UNSPECIFIED,
        };
        // Every client has the same address on its link: servers do not look at it.
        let peer = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
        query.extend_from_slice(&[MessageType::RELAY_FORW.0, 0]);
        query.extend_from_slice(&link.octets());
        query.extend_from_slice(&peer.octets());
        query.extend_from_slice(&self.options);
        query.extend_from_slice(&OptionCode::RELAY_MSG.0.to_be_bytes());
        query.extend_from_slice(&[0; 2]);
        query.len() - 2
    }

    /// Ends it.
    pub(super) fn close(query: &mut [u8], length: usize) {
        let relayed = u16::try_from(query.len() - length - 2).unwrap_or(u16::MAX);
        set(query, length, &relayed.to_be_bytes());
    }
}

/// The options of a message, up to the end or what is wrong.
fn options(message: &[u8]) -> impl Iterator<Item = Found<'_>> {
    let area = Nested(message.get(OPTIONS..).unwrap_or_default());
    let mut at = OPTIONS;
    area.iter().map(move |(code, content)| {
        let found = Found { at, code, content };
        at += HEAD + content.len();
        found
    })
}

#[cfg(test)]
mod tests;
