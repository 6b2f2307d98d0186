//! A reply as a scenario writes it.

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::Context;
use ruru_json::{Map, Value};
use ruru_wire::v4::{BROADCAST_FLAG, HEADER_LEN, HardwareAddress, MessageType, OptionCode, Query};

use super::options;

/// What the server sends.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The bytes.
    pub message: Vec<u8>,
    /// From which address.
    pub from: Ipv4Addr,
    /// Where it goes.
    pub to: Target,
}

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
}

impl Reply {
    /// In the words of a scenario; what is copied from the query and right is left out.
    ///
    /// # Errors
    /// The bytes are not a DHCP message.
    pub fn describe(&self, query: &[u8], local: Ipv4Addr) -> anyhow::Result<Value> {
        let asked = Query::decode(query).context("the query that was answered")?.header;
        let reply = Query::decode(&self.message).context("the reply")?;
        let header = reply.header;
        let mut map = Map::default();
        let kind = reply.message_type().and_then(MessageType::name).unwrap_or("of no known type");
        map.insert("type", kind.strip_prefix("DHCP").unwrap_or(kind));
        map.insert("to", self.to.to_string());
        if self.from != local {
            map.insert("from", self.from.to_string());
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
        let copied = (header.xid, header.htype, header.chaddr);
        if copied != (asked.xid, asked.htype, asked.chaddr) {
            map.insert("not-copied", format!("{copied:?}"));
        }
        for (name, field) in [("sname", 44..108), ("file", 108..HEADER_LEN)] {
            let text = self.message.get(field).unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
            if !text.is_empty() {
                map.insert(name, text);
            }
        }
        map.insert("options", described_options(&reply));
        Ok(map.into())
    }
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
        }
    }
}
