//! DHCPv4 over DHCPv6: what a DHCPv6 server passes, as a scenario writes it.

use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::Context;
use ruru_lease::V4;
use ruru_wire::v6::{MessageType, OptionCode, Passed, Peer, Query, Writer, dhcpv4_message};
use serde::Deserialize;

use super::Target;
use crate::scenario::Reply;

/// The flags of a query that would have been sent to the server alone, RFC 7341 section 6.1.
const UNICAST: u32 = 0x80_0000;

/// How a client's message has come to the DHCPv6 server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Over6 {
    /// Who sent it: the client, or a relay agent.
    #[serde(default = "client")]
    source: Ipv6Addr,
    /// What the relay agent calls its interface, if there is one.
    interface_id: Option<String>,
    /// The unicast flag.
    #[serde(default)]
    unicast: bool,
    /// How many DHCPv4 messages are in it.
    #[serde(default = "one")]
    messages: usize,
}

fn client() -> Ipv6Addr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0xc)
}

fn one() -> usize {
    1
}

impl Over6 {
    /// What the DHCPv6 server passes.
    pub(super) fn pass(&self, interface: &str, dhcpv4: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut query = Vec::new();
        let flags = if self.unicast { UNICAST } else { 0 };
        let mut writer = Writer::new(&mut query, MessageType::DHCPV4_QUERY, flags);
        (0..self.messages).for_each(|_| writer.option(OptionCode::DHCPV4_MSG, dhcpv4));
        writer.finish()?;
        if let Some(id) = &self.interface_id {
            query = relayed(id.as_bytes(), &query)?;
        }
        let port = if self.interface_id.is_some() { 547 } else { 546 };
        let peer = Peer { interface, address: self.source, port };
        let mut message = Vec::new();
        peer.pass(&Query::decode(&query)?, &mut message)?;
        Ok(message)
    }
}

/// A message in the layer of a relay agent.
fn relayed(interface_id: &[u8], message: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut layer = vec![MessageType::RELAY_FORW.0, 0];
    layer.extend(Ipv6Addr::UNSPECIFIED.octets());
    layer.extend(client().octets());
    for (code, content) in
        [(OptionCode::INTERFACE_ID, interface_id), (OptionCode::RELAY_MSG, message)]
    {
        layer.extend(code.0.to_be_bytes());
        layer
            .extend(u16::try_from(content.len()).context("the message is too long")?.to_be_bytes());
        layer.extend(content);
    }
    Ok(layer)
}

/// What was passed back.
pub(super) fn as_reply(response: &[u8], from: Ipv4Addr) -> Option<Reply<V4>> {
    let Passed { message, peer } = Passed::decode(response).ok()?;
    if message.message_type != MessageType::DHCPV4_RESPONSE {
        return None;
    }
    let to = Target::Passed {
        address: peer.address,
        port: peer.port,
        is_unicast: message.transaction_id & UNICAST != 0,
        relays: message.relays.len(),
    };
    Some(Reply { message: dhcpv4_message(&message.options).ok()?.to_vec(), from, to })
}
