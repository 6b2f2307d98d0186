//! A packet as a scenario writes it, and its bytes.

use std::net::{Ipv6Addr, SocketAddrV6};

use anyhow::Context;
use ruru_json::Value;
use ruru_wire::v6::options::{ElapsedTime, RapidCommit};
use ruru_wire::v6::{MessageType, OptionCode, Options, Relay, Writer, option_bytes};
use serde::Deserialize;

use super::association::{self, Association};
use super::{OUR_DUID, options, wire};
use crate::scenario::text::{members, name_or_number, octets};

/// Where clients send from.
const CLIENT: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc);
/// Where relays send from.
const RELAY: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xa);
/// All DHCP relay agents and servers, RFC 8415 section 7.1.
const ALL: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

/// What a client or relay sends. What is not said is absent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Packet {
    /// `SOLICIT`, `REQUEST`, …
    #[serde(rename = "type")]
    kind: String,
    /// The client's identifier.
    duid: Option<String>,
    /// The server's identifier: ours where the type needs one, `""` for none.
    server_id: Option<String>,
    /// Hundredths of a second.
    elapsed: Option<u16>,
    #[serde(default)]
    rapid_commit: bool,
    /// The option request option, by name or number.
    ask: Option<Vec<Value>>,
    #[serde(default)]
    ias: Vec<Association>,
    /// An address in no association, as registrations have.
    address: Option<Value>,
    /// Other options, by name or number; several of one code are a list.
    options: Option<Value>,
    /// The relays, the one next to the server first.
    #[serde(default)]
    relays: Vec<Agent>,
    /// Bytes in place of all options of the client's message.
    options_field: Option<String>,
    /// So many bytes are left of the packet.
    cut: Option<usize>,
    /// Who sends it.
    from: Option<Ipv6Addr>,
    /// From which port, if not a relay's 547 or a client's 546.
    port: Option<u16>,
    /// Where it goes; to all relays and servers unless it is said.
    to: Option<Ipv6Addr>,
    /// The server's interface that it comes to.
    #[serde(default = "eth0")]
    pub interface: String,
}

/// What a relay adds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Agent {
    /// The hop count; relays behind this one if it is not said.
    hop: Option<u8>,
    /// The link address.
    #[serde(default = "unspecified")]
    link: Ipv6Addr,
    /// The peer address; the client's, or a relay's link-local one.
    peer: Option<Ipv6Addr>,
    options: Option<Value>,
}

fn eth0() -> String {
    "eth0".to_owned()
}

fn unspecified() -> Ipv6Addr {
    Ipv6Addr::UNSPECIFIED
}

impl Packet {
    /// Who sends it.
    pub(super) fn source(&self) -> SocketAddrV6 {
        let (address, port) =
            if self.relays.is_empty() { (CLIENT, wire::CLIENT) } else { (RELAY, wire::SERVER) };
        SocketAddrV6::new(self.from.unwrap_or(address), self.port.unwrap_or(port), 0, 0)
    }

    /// Where it goes.
    pub(super) fn destination(&self) -> Ipv6Addr {
        self.to.unwrap_or(ALL)
    }

    /// The bytes, with a transaction id.
    pub(super) fn encode(&self, transaction: u32) -> anyhow::Result<Vec<u8>> {
        let kind = (0..=u8::MAX).map(MessageType).find(|known| is_named(*known, &self.kind));
        let kind = kind.with_context(|| format!("there is no type {}", self.kind))?;
        let areas = self.relays.iter().map(Agent::area).collect::<anyhow::Result<Vec<_>>>()?;
        let relays = self.relays.iter().zip(&areas).enumerate().map(|(at, (agent, area))| {
            let behind = self.relays.len() - 1 - at;
            let peer = if behind == 0 { CLIENT } else { RELAY };
            Ok(Relay {
                message_type: MessageType::RELAY_FORW,
                hop_count: agent.hop.unwrap_or(u8::try_from(behind)?),
                link_address: agent.link,
                peer_address: agent.peer.unwrap_or(peer),
                options: Options::new(area)?,
            })
        });
        let relays = relays.collect::<anyhow::Result<Vec<_>>>()?;
        let mut message = Vec::new();
        let mut writer = Writer::relayed(&mut message, &relays, kind, transaction);
        match &self.options_field {
            Some(field) => writer.bytes(&octets(field)?),
            None => self.write_options(kind, &mut writer)?,
        }
        writer.finish()?;
        message.truncate(self.cut.unwrap_or(usize::MAX));
        Ok(message)
    }

    fn write_options(&self, kind: MessageType, writer: &mut Writer<'_>) -> anyhow::Result<()> {
        if let Some(duid) = &self.duid {
            writer.option(OptionCode::CLIENT_ID, &octets(duid)?);
        }
        match self.server_id.as_deref() {
            Some("") => {}
            Some(other) => writer.option(OptionCode::SERVER_ID, &octets(other)?),
            None if names_a_server(kind) => writer.option(OptionCode::SERVER_ID, &OUR_DUID),
            None => {}
        }
        if let Some(elapsed) = self.elapsed {
            writer.typed(&ElapsedTime(elapsed));
        }
        if self.rapid_commit {
            writer.typed(&RapidCommit);
        }
        if let Some(asked) = &self.ask {
            let codes = asked.iter().map(|name| Ok(options::code(&name_or_number(name)?)?.0));
            let codes = codes.collect::<anyhow::Result<Vec<_>>>()?;
            let codes: Vec<u8> = codes.into_iter().flat_map(u16::to_be_bytes).collect();
            writer.option(OptionCode::ORO, &codes);
        }
        for association in &self.ias {
            association.write(writer)?;
        }
        if let Some(address) = &self.address {
            writer.typed(&association::address(address)?);
        }
        for (code, content) in encoded(self.options.as_ref())? {
            writer.option(code, &content);
        }
        Ok(())
    }
}

impl Agent {
    fn area(&self) -> anyhow::Result<Vec<u8>> {
        let mut area = Vec::new();
        for (code, content) in encoded(self.options.as_ref())? {
            option_bytes(&mut area, code, &content);
        }
        Ok(area)
    }
}

/// Options of a map in their order; those of a list have one code.
fn encoded(options: Option<&Value>) -> anyhow::Result<Vec<(OptionCode, Vec<u8>)>> {
    let mut all = Vec::new();
    for (name, value) in members(options) {
        let code = options::code(name)?;
        for value in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            all.push((code, options::encode(code, value).with_context(|| name.to_owned())?));
        }
    }
    Ok(all)
}

/// Whether messages of a type are for one server, RFC 8415 section 16.
fn names_a_server(kind: MessageType) -> bool {
    matches!(
        kind,
        MessageType::REQUEST | MessageType::RENEW | MessageType::RELEASE | MessageType::DECLINE
    )
}

/// `INFORMATION-REQUEST`, or a number.
fn is_named(kind: MessageType, name: &str) -> bool {
    kind.name().is_some_and(|known| known.replace('_', "-") == name) || kind.0.to_string() == name
}
