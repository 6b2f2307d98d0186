//! The far end of the server's interface: frames out, frames in.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use anyhow::{Context, bail};
use pnet_base::MacAddr;
use pnet_datalink::{Channel, Config, DataLinkReceiver, DataLinkSender, NetworkInterface};
use pnet_packet::Packet;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv4::{self, Ipv4Packet, MutableIpv4Packet};
use pnet_packet::udp::{self, MutableUdpPacket, UdpPacket};

use super::lab::far_end;

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const UDP: usize = 8;

/// How long one look for a frame lasts.
const LOOK: Duration = Duration::from_millis(5);

/// One end of a wire; the server is at the other.
pub(super) struct Link {
    server: MacAddr,
    sender: Box<dyn DataLinkSender>,
    receiver: Box<dyn DataLinkReceiver>,
}

/// A datagram that was taken from the wire.
#[derive(Clone, Debug)]
pub(super) struct Datagram {
    pub(super) to_mac: MacAddr,
    pub(super) from: SocketAddrV4,
    pub(super) to: SocketAddrV4,
    pub(super) payload: Vec<u8>,
}

impl Link {
    /// Opens the far end of an interface, in the network that this thread is in.
    pub(super) fn open(interface: &str) -> anyhow::Result<Self> {
        let own = find(&far_end(interface))?;
        let server = find(interface)?.mac.context("the server's interface has no address")?;
        let config = Config { read_timeout: Some(LOOK), ..Config::default() };
        match pnet_datalink::channel(&own, config)? {
            Channel::Ethernet(sender, receiver) => Ok(Self { server, sender, receiver }),
            _ => bail!("the wire is not Ethernet"),
        }
    }

    /// Sends a datagram to the server, or to all.
    pub(super) fn send(
        &mut self,
        from_mac: MacAddr,
        from: SocketAddrV4,
        to: SocketAddrV4,
        payload: &[u8],
    ) -> anyhow::Result<()> {
        let is_broadcast = *to.ip() == Ipv4Addr::BROADCAST;
        let to_mac = if is_broadcast { MacAddr::broadcast() } else { self.server };
        let frame =
            frame([from_mac, to_mac], from, to, payload).context("the packet is too long")?;
        self.sender.send_to(&frame, None).context("the wire takes no frames")??;
        Ok(())
    }

    /// The next datagram from the server, if one comes soon.
    pub(super) fn receive(&mut self) -> anyhow::Result<Option<Datagram>> {
        match self.receiver.next() {
            Ok(frame) => Ok(parse(frame)),
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn find(name: &str) -> anyhow::Result<NetworkInterface> {
    let mut interfaces = pnet_datalink::interfaces().into_iter();
    interfaces.find(|interface| interface.name == name).with_context(|| format!("no {name}"))
}

fn frame(
    [from_mac, to_mac]: [MacAddr; 2],
    from: SocketAddrV4,
    to: SocketAddrV4,
    payload: &[u8],
) -> Option<Vec<u8>> {
    let mut frame = vec![0; ETHERNET + IPV4 + UDP + payload.len()];
    let mut ethernet = MutableEthernetPacket::new(&mut frame)?;
    ethernet.set_destination(to_mac);
    ethernet.set_source(from_mac);
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
fn parse(frame: &[u8]) -> Option<Datagram> {
    let ethernet = EthernetPacket::new(frame)?;
    let ip = Ipv4Packet::new(ethernet.payload())?;
    let is_udp = ip.get_next_level_protocol() == IpNextHeaderProtocols::Udp;
    if ethernet.get_ethertype() != EtherTypes::Ipv4 || !is_udp {
        return None;
    }
    let datagram = UdpPacket::new(ip.payload())?;
    let len = usize::from(datagram.get_length()).checked_sub(UDP)?;
    Some(Datagram {
        to_mac: ethernet.get_destination(),
        from: SocketAddrV4::new(ip.get_source(), datagram.get_source()),
        to: SocketAddrV4::new(ip.get_destination(), datagram.get_destination()),
        payload: datagram.payload().get(..len)?.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_framed_is_parsed() {
        let from = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 67);
        let to = SocketAddrV4::new(Ipv4Addr::BROADCAST, 68);
        let macs = [MacAddr::zero(), MacAddr::broadcast()];
        let datagram = parse(&frame(macs, from, to, b"payload").unwrap()).unwrap();
        assert_eq!((datagram.from, datagram.to), (from, to));
        assert_eq!(datagram.payload, b"payload");
    }
}
