//! DHCPv6 on a wire: the interface, frames out, frames in.

use std::net::SocketAddrV6;

use pnet_base::MacAddr;
use pnet_packet::Packet as _;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv6::{Ipv6Packet, MutableIpv6Packet};
use pnet_packet::udp::{self, MutableUdpPacket, UdpPacket};
use ruru_lease::V6;
use ruru_wire::v6::Query;

use super::Target;
use crate::scenario::{Datagram, Interface, Reply};

const ETHERNET: usize = 14;
const IPV6: usize = 40;
const UDP: usize = 8;

/// The port of servers and relays.
pub(super) const SERVER: u16 = 547;
/// The port of clients.
pub(super) const CLIENT: u16 = 546;
/// The hardware address of all clients and relays: nobody looks at it.
pub(super) const SENDER: MacAddr = MacAddr(2, 0, 0, 0xff, 0xff, 0xff);

pub(super) fn set_up(interface: &Interface<V6>, far: &str) -> String {
    let Interface { name, addresses } = interface;
    let addresses: String = addresses
        .iter()
        .map(|(address, prefix)| format!(" && ip addr add {address}/{prefix} dev {name} nodad"))
        .collect();
    // Nobody answers neighbour solicitations at the far end; what is sent there is taken from the
    // wire. The server's link-local address is the scenario's. Name changes go by the loopback
    // interface, and Kea makes no more of them when one cannot be sent.
    format!(
        "ip link set lo up && \
         echo 1 >/proc/sys/net/ipv6/conf/{far}/disable_ipv6 && \
         echo 0 >/proc/sys/net/ipv6/conf/{name}/accept_ra && \
         ip link set {name} address 02:00:00:00:00:fe && \
         ip link set {name} addrgenmode none && ip link set {name} arp off && \
         ip link set {name} up && ip link set {far} up{addresses} && \
         ip -6 route append default dev {name}"
    )
}

pub(super) fn frame(datagram: &Datagram<V6>, server: MacAddr) -> Option<Vec<u8>> {
    let Datagram { from_mac, to_mac, from, to, payload } = datagram;
    let mut frame = vec![0; ETHERNET + IPV6 + UDP + payload.len()];
    let mut ethernet = MutableEthernetPacket::new(&mut frame)?;
    ethernet.set_destination(to_mac.unwrap_or(server));
    ethernet.set_source(*from_mac);
    ethernet.set_ethertype(EtherTypes::Ipv6);
    let mut ip = MutableIpv6Packet::new(frame.get_mut(ETHERNET..)?)?;
    ip.set_version(6);
    ip.set_payload_length(u16::try_from(UDP + payload.len()).ok()?);
    ip.set_hop_limit(64);
    ip.set_next_header(IpNextHeaderProtocols::Udp);
    ip.set_source(*from.ip());
    ip.set_destination(*to.ip());
    let mut datagram = MutableUdpPacket::new(frame.get_mut(ETHERNET + IPV6..)?)?;
    datagram.set_source(from.port());
    datagram.set_destination(to.port());
    datagram.set_length(u16::try_from(UDP + payload.len()).ok()?);
    datagram.set_payload(payload);
    let checksum = udp::ipv6_checksum(&datagram.to_immutable(), from.ip(), to.ip());
    datagram.set_checksum(checksum);
    Some(frame)
}

/// `None` if it is not UDP over IPv6.
pub(super) fn parse(frame: &[u8]) -> Option<Datagram<V6>> {
    let ethernet = EthernetPacket::new(frame)?;
    let ip = Ipv6Packet::new(ethernet.payload())?;
    let is_udp = ip.get_next_header() == IpNextHeaderProtocols::Udp;
    if ethernet.get_ethertype() != EtherTypes::Ipv6 || !is_udp {
        return None;
    }
    let datagram = UdpPacket::new(ip.payload())?;
    let len = usize::from(datagram.get_length()).checked_sub(UDP)?;
    Some(Datagram {
        from_mac: ethernet.get_source(),
        to_mac: Some(ethernet.get_destination()),
        from: SocketAddrV6::new(ip.get_source(), datagram.get_source(), 0, 0),
        to: SocketAddrV6::new(ip.get_destination(), datagram.get_destination(), 0, 0),
        payload: datagram.payload().get(..len)?.to_vec(),
    })
}

/// A datagram as a reply, if it is one of the transaction and not our own query.
pub(super) fn as_reply(
    datagram: Datagram<V6>,
    interface: &str,
    transaction: u32,
) -> Option<Reply<V6>> {
    let Datagram { from_mac, from, to, payload, .. } = datagram;
    let reply = Query::decode(&payload).ok()?;
    if from_mac == SENDER || reply.transaction_id != transaction || from.port() != SERVER {
        return None;
    }
    let to = Target { address: *to.ip(), port: to.port(), interface: interface.to_owned() };
    Some(Reply { from: *from.ip(), to, message: payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_framed_is_parsed() {
        let socket = |text: &str, port| SocketAddrV6::new(text.parse().unwrap(), port, 0, 0);
        let sent = Datagram {
            from_mac: SENDER,
            to_mac: None,
            from: socket("fe80::1", 546),
            to: socket("ff02::1:2", 547),
            payload: b"payload".to_vec(),
        };
        let received = parse(&frame(&sent, MacAddr::zero()).unwrap()).unwrap();
        assert_eq!((received.from, received.to), (sent.from, sent.to));
        assert_eq!(received.payload, b"payload");
    }
}
