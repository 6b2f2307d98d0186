//! Ethernet, IPv4 and UDP headers around DHCP messages.

use std::net::{Ipv4Addr, SocketAddrV4};

use pnet_base::MacAddr;
use pnet_packet::Packet;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv4::{self, Ipv4Packet, MutableIpv4Packet};
use pnet_packet::udp::{self, MutableUdpPacket, UdpPacket};

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const UDP: usize = 8;

/// Length of all headers of a frame that [`write()`] makes.
const HEADERS: usize = ETHERNET + IPV4 + UDP;

/// What the headers of a received frame say, and where its payload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) source: SocketAddrV4,
    pub(super) destination: Ipv4Addr,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads the headers of a frame; `None` if they are not those of UDP over IPv4. Checksums are
/// not looked at: frames of the same host do not have theirs yet.
pub(super) fn parse(frame: &[u8]) -> Option<Parsed> {
    let ethernet = EthernetPacket::new(frame)?;
    if ethernet.get_ethertype() != EtherTypes::Ipv4 {
        return None;
    }
    let ip = Ipv4Packet::new(frame.get(ETHERNET..)?)?;
    let header = usize::from(ip.get_header_length()) * 4;
    let total = usize::from(ip.get_total_length());
    if ip.get_next_level_protocol() != IpNextHeaderProtocols::Udp || header < IPV4 {
        return None;
    }
    let datagram = frame.get(ETHERNET + header..ETHERNET + total)?;
    let udp = UdpPacket::new(datagram)?;
    let len = usize::from(udp.get_length());
    if !(UDP..=datagram.len()).contains(&len) {
        return None;
    }
    let start = ETHERNET + header + UDP;
    Some(Parsed {
        source: SocketAddrV4::new(ip.get_source(), udp.get_source()),
        destination: ip.get_destination(),
        start,
        end: start + len - UDP,
    })
}

/// Addresses of a frame to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) from_mac: MacAddr,
    pub(super) to_mac: MacAddr,
    pub(super) from: SocketAddrV4,
    pub(super) to: SocketAddrV4,
}

/// Makes a frame around `payload` of what was in a buffer; `None` if it is too long for one.
pub(super) fn write(frame: &mut Vec<u8>, addresses: Addresses, payload: &[u8]) -> Option<()> {
    frame.clear();
    frame.resize(HEADERS, 0);
    frame.extend_from_slice(payload);
    let ip_length = u16::try_from(IPV4 + UDP + payload.len()).ok()?;
    {
        let mut ethernet = MutableEthernetPacket::new(frame)?;
        ethernet.set_destination(addresses.to_mac);
        ethernet.set_source(addresses.from_mac);
        ethernet.set_ethertype(EtherTypes::Ipv4);
    }
    {
        let mut ip = MutableIpv4Packet::new(frame.get_mut(ETHERNET..)?)?;
        ip.set_version(4);
        ip.set_header_length(5);
        // Low delay, as DHCP servers have always said.
        ip.set_dscp(4);
        ip.set_total_length(ip_length);
        ip.set_ttl(128);
        ip.set_next_level_protocol(IpNextHeaderProtocols::Udp);
        ip.set_source(*addresses.from.ip());
        ip.set_destination(*addresses.to.ip());
        let checksum = ipv4::checksum(&ip.to_immutable());
        ip.set_checksum(checksum);
    }
    let mut udp = MutableUdpPacket::new(frame.get_mut(ETHERNET + IPV4..)?)?;
    udp.set_source(addresses.from.port());
    udp.set_destination(addresses.to.port());
    udp.set_length(ip_length - u16::try_from(IPV4).ok()?);
    let checksum = udp::ipv4_checksum(&udp.to_immutable(), addresses.from.ip(), addresses.to.ip());
    udp.set_checksum(checksum);
    debug_assert_eq!(udp.packet().len(), UDP + payload.len());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<u8> {
        let addresses = Addresses {
            from_mac: MacAddr::new(2, 0, 0, 0, 0, 1),
            to_mac: MacAddr::broadcast(),
            from: SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 67),
            to: SocketAddrV4::new(Ipv4Addr::BROADCAST, 68),
        };
        // What was there before is gone.
        let mut frame = vec![0xff; 300];
        write(&mut frame, addresses, b"payload").unwrap();
        frame
    }

    #[test]
    fn what_is_written_is_read_back() {
        let frame = frame();
        let parsed = parse(&frame).unwrap();
        assert_eq!(&frame[parsed.start..parsed.end], b"payload");
        assert_eq!(parsed.source, SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 67));
        assert_eq!(parsed.destination, Ipv4Addr::BROADCAST);
    }

    #[test]
    fn frames_that_are_cut_or_padded_are_told() {
        let mut frame = frame();
        for len in 0..frame.len() {
            assert_eq!(parse(&frame[..len]), None, "{len} bytes");
        }
        frame.extend_from_slice(&[0; 20]);
        let parsed = parse(&frame).unwrap();
        assert_eq!(&frame[parsed.start..parsed.end], b"payload");
        frame[ETHERNET] = 0x41;
        assert_eq!(parse(&frame), None, "an IPv4 header of four bytes");
    }
}
