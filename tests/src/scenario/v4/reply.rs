//! A reply as a scenario writes it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};

use anyhow::Context;
use ruru_json::{Map, Value};
use ruru_lease::V4;
use ruru_wire::v4::{BROADCAST_FLAG, HEADER_LEN, HardwareAddress, MessageType, OptionCode, Query};

use super::options;
use crate::scenario::Reply;
use crate::scenario::text::hexadecimal;

/// Where a reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// By the kernel's ways, or so that it makes no difference.
    Address(SocketAddrV4),
    /// To an address that its client does not have yet.
    Link {
        /// The address.
        address: Ipv4Addr,
        /// The client.
        hwaddr: HardwareAddress,
    },
    /// To all on the link.
    Broadcast,
    /// To the DHCPv6 server.
    Passed {
        /// For whom.
        address: Ipv6Addr,
        /// The client's or relay agent's port.
        port: u16,
        /// The unicast flag.
        is_unicast: bool,
        /// Layers of relay agents around it.
        relays: usize,
    },
}

/// In the words of a scenario; what is copied from the query and right is left out.
pub(super) fn describe(reply: &Reply<V4>, query: &[u8], local: Ipv4Addr) -> anyhow::Result<Value> {
    let message = Query::decode(&reply.message).context("the reply")?;
    let header = message.header;
    let mut map = Map::default();
    let kind = message.message_type().and_then(MessageType::name).unwrap_or("of no known type");
    map.insert("type", kind.strip_prefix("DHCP").unwrap_or(kind));
    map.insert("to", reply.to.to_string());
    if reply.from != local {
        map.insert("from", reply.from.to_string());
    }
    for (name, address) in [
        ("ciaddr", header.ciaddr),
        ("yiaddr", header.yiaddr),
        ("siaddr", header.siaddr),
        ("giaddr", header.giaddr),
    ] {
        if !address.is_unspecified() {
            map.insert(name, address.to_string());
        }
    }
    for (name, number) in [("hops", header.hops.into()), ("secs", header.secs)] {
        if number != 0 {
            map.insert(name, number);
        }
    }
    if header.flags & BROADCAST_FLAG != 0 {
        map.insert("broadcast", true);
    }
    if header.flags & !BROADCAST_FLAG != 0 {
        map.insert("other-flags", header.flags & !BROADCAST_FLAG);
    }
    // htype and hlen, xid, and chaddr.
    for field in [1..3, 4..8, 28..44] {
        let copied = reply.message.get(field.clone()).unwrap_or_default();
        if Some(copied) != query.get(field) {
            map.insert("not-copied", hexadecimal(copied));
        }
    }
    for (name, field) in [("sname", 44..108), ("file", 108..HEADER_LEN)] {
        let text = reply.message.get(field).unwrap_or_default();
        let text = String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
        if !text.is_empty() {
            map.insert(name, text);
        }
    }
    map.insert("options", described_options(&message));
    Ok(map.into())
}

fn described_options(reply: &Query<'_>) -> Map {
    let all = reply.options.iter().filter(|(code, _)| *code != OptionCode::MESSAGE_TYPE);
    all.map(|(code, content)| (options::name(code), options::decode(code, content))).collect()
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Link { address, hwaddr } => write!(f, "{address} at {hwaddr}"),
            Self::Broadcast => f.write_str("broadcast"),
            Self::Passed { address, port, is_unicast, relays } => {
                let flag = if *is_unicast { ", unicast" } else { "" };
                write!(f, "[{address}]:{port} over DHCPv6{flag}")?;
                if *relays == 0 { Ok(()) } else { write!(f, ", relays: {relays}") }
            }
        }
    }
}
