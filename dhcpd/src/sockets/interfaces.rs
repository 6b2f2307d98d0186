//! The interfaces of the machine, and the VRFs that they belong to.
//!
//! A VRF is an interface with a routing table of its own. An address of it or of a member of it means
//! nothing to a socket outside, which can neither be bound to it nor gets what is sent to it.

use std::collections::{HashMap, HashSet};
use std::io;

use netlink_packet_core::{
    DecodeError, NLM_F_DUMP, NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage,
    NetlinkPayload, NetlinkSerializable, NlasIterator, parse_u32,
};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use nix::libc::{IFLA_INFO_KIND, IFLA_LINKINFO, IFLA_MASTER, RTM_GETLINK};
use pnet_datalink::NetworkInterface;

/// An interface of the machine.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) link: NetworkInterface,
    /// The VRF that it belongs to, or that it is.
    pub(crate) vrf: Option<String>,
}

impl Interface {
    /// Whether it is a VRF: it has addresses, which relays may know the server by, but no link.
    pub(crate) fn is_vrf(&self) -> bool {
        self.vrf.as_ref() == Some(&self.link.name)
    }
}

/// All interfaces that there are now. `failed` is told if the system does not say what belongs to
/// VRFs; then nothing does.
pub(crate) fn all(failed: impl FnOnce(io::Error)) -> Vec<Interface> {
    let links = pnet_datalink::interfaces();
    let mut vrfs = vrfs(&links).unwrap_or_else(|error| {
        failed(error);
        HashMap::new()
    });
    let interface = |link: NetworkInterface| Interface { vrf: vrfs.remove(&link.index), link };
    links.into_iter().map(interface).collect()
}

/// The names of the VRFs, by the indices of their members and their own.
fn vrfs(links: &[NetworkInterface]) -> io::Result<HashMap<u32, String>> {
    let told = told()?;
    let is_vrf: HashSet<u32> =
        told.iter().filter(|link| link.is_vrf).map(|link| link.index).collect();
    let vrfs = links.iter().filter(|link| is_vrf.contains(&link.index));
    let names: HashMap<u32, &String> = vrfs.map(|link| (link.index, &link.name)).collect();
    let named = |link: &Link| {
        let vrf = if link.is_vrf { link.index } else { link.master? };
        Some((link.index, (*names.get(&vrf)?).clone()))
    };
    Ok(told.iter().filter_map(named).collect())
}

/// What the system tells of an interface by rtnetlink(7).
#[derive(Debug, Default)]
struct Link {
    index: u32,
    /// The interface that it is a part of.
    master: Option<u32>,
    is_vrf: bool,
}

/// The length of what all that is said of an interface begins with, `struct ifinfomsg`.
const HEADER: usize = 16;

impl NetlinkSerializable for Link {
    fn message_type(&self) -> u16 {
        RTM_GETLINK
    }

    fn buffer_len(&self) -> usize {
        HEADER
    }

    fn serialize(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

impl NetlinkDeserializable for Link {
    type Error = DecodeError;

    fn deserialize(_: &NetlinkHeader, payload: &[u8]) -> Result<Self, DecodeError> {
        let short = || DecodeError::buffer_too_small(payload.len(), HEADER);
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or_else(short)?;
        let mut link = Self { index: parse_u32(&header[4..8])?, ..Self::default() };
        for attribute in NlasIterator::new(attributes) {
            let attribute = attribute?;
            match attribute.kind() {
                IFLA_MASTER => link.master = Some(parse_u32(attribute.value())?),
                IFLA_LINKINFO => {
                    for info in NlasIterator::new(attribute.value()) {
                        let info = info?;
                        link.is_vrf |= info.kind() == IFLA_INFO_KIND && info.value() == b"vrf\0";
                    }
                }
                _ => {}
            }
        }
        Ok(link)
    }
}

/// What the system tells of all interfaces.
fn told() -> io::Result<Vec<Link>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    let payload = NetlinkPayload::InnerMessage(Link::default());
    let mut message = NetlinkMessage::new(NetlinkHeader::default(), payload);
    message.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.finalize();
    let mut request = vec![0; message.buffer_len()];
    message.serialize(&mut request);
    socket.send(&request, 0)?;
    let mut told = Vec::new();
    loop {
        let (received, _) = socket.recv_from_full()?;
        let mut rest = &*received;
        while !rest.is_empty() {
            let message = NetlinkMessage::deserialize(rest).map_err(io::Error::other)?;
            match message.payload {
                NetlinkPayload::InnerMessage(link) => told.push(link),
                NetlinkPayload::Done(_) => return Ok(told),
                NetlinkPayload::Error(error) => return Err(error.to_io()),
                _ => {}
            }
            // Messages begin at multiples of four bytes.
            let len = (message.header.length as usize).next_multiple_of(4);
            rest = rest.get(len..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_there_and_belongs_to_no_vrf() {
        let all = all(|error| panic!("{error}"));
        let loopback = all.iter().find(|interface| interface.link.name == "lo").unwrap();
        assert!(loopback.vrf.is_none() && !loopback.is_vrf());
    }
}
