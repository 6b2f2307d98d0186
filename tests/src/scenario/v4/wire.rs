//! DHCPv4 on a wire: the interface, frames out, frames in.

use std::net::{Ipv4Addr, SocketAddrV4};

use pnet_base::MacAddr;
use pnet_packet::Packet as _;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv4::{self, Ipv4Packet, MutableIpv4Packet};
use pnet_packet::udp::{self, MutableUdpPacket, UdpPacket};
use ruru_lease::V4;
use ruru_wire::v4::{BootpOp, HardwareAddress, Query};

use super::Target;
use crate::scenario::{Datagram, Interface, Reply};

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const UDP: usize = 8;

/// The port of servers and relays.
pub(super) const PORT: u16 = 67;
/// The hardware address of relays.
const RELAY: MacAddr = MacAddr(2, 0, 0, 0xff, 0xff, 0xff);

pub(super) fn set_up(interface: &Interface<V4>, far: &str) -> String {
    let Interface { name, addresses } = interface;
    let addresses: String = addresses
        .iter()
        .map(|(address, prefix)| format!(" && ip addr add {address}/{prefix} brd + dev {name}"))
        .collect();
    // Nobody answers ARP at the far end; what is sent there is taken from the wire.
    format!(
        "echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6 && \
         echo 1 >/proc/sys/net/ipv6/conf/{far}/disable_ipv6 && \
         echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter && \
         echo 0 >/proc/sys/net/ipv4/conf/{name}/rp_filter && \
         ip link set {name} arp off && ip link set {name} up && ip link set {far} up{addresses} && \
         ip route replace default dev {name}"
    )
}

/// Who a frame is from: the client, where it is direct and has an address; else some relay.
pub(super) fn sender(message: &[u8]) -> MacAddr {
    let client = Query::decode(message).ok().map(|query| query.header);
    let client = client.filter(|header| header.giaddr.is_unspecified());
    let octets = client.and_then(|header| <[u8; 6]>::try_from(header.chaddr.as_bytes()).ok());
    octets.map_or(RELAY, MacAddr::from)
}

pub(super) fn frame(datagram: &Datagram<V4>, server: MacAddr) -> Option<Vec<u8>> {
    let Datagram { from_mac, to_mac, from, to, payload } = datagram;
    let mut frame = vec![0; ETHERNET + IPV4 + UDP + payload.len()];
    let mut ethernet = MutableEthernetPacket::new(&mut frame)?;
    ethernet.set_destination(to_mac.unwrap_or(server));
    ethernet.set_source(*from_mac);
    ethernet.set_ethertype(EtherTypes::Ipv4);
    let mut ip = MutableIpv4Packet::new(frame.get_mut(ETHERNET..)?)?;
    ip.set_version(4);
    ip.set_header_length(5);
    ip.set_total_length(u16::try_from(IPV4 + UDP + payload.len()).ok()?);
    ip.set_ttl(64);
    ip.set_next_level_protocol(IpNextHeaderProtocols::Udp);
    ip.set_source(*from.ip());
    ip.set_destination(*to.ip());
    let checksum = ipv4::checksum(&ip.to_immutable());
    ip.set_checksum(checksum);
    let mut datagram = MutableUdpPacket::new(frame.get_mut(ETHERNET + IPV4..)?)?;
    datagram.set_source(from.port());
    datagram.set_destination(to.port());
    datagram.set_length(u16::try_from(UDP + payload.len()).ok()?);
    datagram.set_payload(payload);
    let checksum = udp::ipv4_checksum(&datagram.to_immutable(), from.ip(), to.ip());
    datagram.set_checksum(checksum);
    Some(frame)
}

/// `None` if it is not UDP over IPv4.
pub(super) fn parse(frame: &[u8]) -> Option<Datagram<V4>> {
    let ethernet = EthernetPacket::new(frame)?;
    let ip = Ipv4Packet::new(ethernet.payload())?;
    let is_udp = ip.get_next_level_protocol() == IpNextHeaderProtocols::Udp;
    if ethernet.get_ethertype() != EtherTypes::Ipv4 || !is_udp {
        return None;
    }
    let datagram = UdpPacket::new(ip.payload())?;
    let len = usize::from(datagram.get_length()).checked_sub(UDP)?;
    Some(Datagram {
        from_mac: ethernet.get_source(),
        to_mac: Some(ethernet.get_destination()),
        from: SocketAddrV4::new(ip.get_source(), datagram.get_source()),
        to: SocketAddrV4::new(ip.get_destination(), datagram.get_destination()),
        payload: datagram.payload().get(..len)?.to_vec(),
    })
}

/// A datagram as a reply, if it is one of the transaction. By which frame an address is reached
/// that the client has already is the server's business.
pub(super) fn as_reply(datagram: Datagram<V4>, xid: u32, has_address: bool) -> Option<Reply<V4>> {
    let Datagram { to_mac, from, to, payload, .. } = datagram;
    let header = Query::decode(&payload).ok()?.header;
    if header.xid != xid || from.port() != PORT || header.op != BootpOp::REPLY {
        return None;
    }
    let is_direct = header.giaddr.is_unspecified() && !has_address;
    let target = if *to.ip() == Ipv4Addr::BROADCAST {
        Target::Broadcast
    } else if is_direct && *to.ip() == header.yiaddr {
        Target::Link { address: *to.ip(), hwaddr: HardwareAddress::new(&to_mac?.octets())? }
    } else {
        Target::Address(to)
    };
    Some(Reply { message: payload, from: *from.ip(), to: target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_framed_is_parsed() {
        let sent = Datagram {
            from_mac: MacAddr::zero(),
            to_mac: None,
            from: SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 67),
            to: SocketAddrV4::new(Ipv4Addr::BROADCAST, 68),
            payload: b"payload".to_vec(),
        };
        let received = parse(&frame(&sent, MacAddr::broadcast()).unwrap()).unwrap();
        assert_eq!((received.from, received.to), (sent.from, sent.to));
        assert_eq!(received.payload, b"payload");
    }
}
