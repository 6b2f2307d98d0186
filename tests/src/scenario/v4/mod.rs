//! Scenarios of DHCPv4.

mod called;
mod options;
mod over6;
mod packet;
mod reply;
mod wire;

use std::net::{Ipv4Addr, SocketAddrV4};

use pnet_base::MacAddr;
use ruru_json::{Map, Value};
use ruru_lease::V4;

use super::{Datagram, InProcess, Interface, Protocol, Reply, Scenario, Subject};
pub(crate) use packet::Packet;
use reply::Target;

impl Protocol for V4 {
    type Packet = Packet;
    type Target = Target;
    type Socket = SocketAddrV4;

    const ROOT: &'static str = "Dhcp4";
    const PROGRAM: &'static str = "dhcp4";
    const VARIABLE: &'static str = "RURU_DHCP4";
    const RECEIVED: &'static str = "pkt4-received";
    const LEASES: &'static str = "lease4-get-all";
    const INTERFACE: (&'static str, &'static [&'static str]) = ("eth0", &["192.0.2.1/24"]);

    fn in_process(scenario: &Scenario<Self>) -> anyhow::Result<Box<dyn Subject<Self>>> {
        Ok(Box::new(InProcess::start(scenario)?))
    }

    fn complete(_config: &mut Map) {}

    fn interface(packet: &Packet) -> &str {
        &packet.interface
    }

    fn encode(packet: &Packet, transaction: u32) -> anyhow::Result<Vec<u8>> {
        packet.encode(transaction)
    }

    fn describe(reply: &Reply<Self>, query: &[u8], local: Self::Address) -> anyhow::Result<Value> {
        reply::describe(reply, query, local)
    }

    fn lease_name(lease: &Value) -> String {
        lease.get("ip-address").and_then(Value::as_text).unwrap_or_default().to_owned()
    }

    fn set_up(interface: &Interface<Self>, far: &str) -> String {
        wire::set_up(interface, far)
    }

    fn datagram(packet: &Packet, interface: &Interface<Self>, message: Vec<u8>) -> Datagram<Self> {
        let to = packet.destination(interface);
        Datagram {
            from_mac: wire::sender(&message),
            to_mac: (to == Ipv4Addr::BROADCAST).then(MacAddr::broadcast),
            from: packet.source(),
            to: SocketAddrV4::new(to, wire::PORT),
            payload: message,
        }
    }

    fn passed(packet: &Packet, message: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
        packet.over6.as_ref().map(|over6| over6.pass(&packet.interface, message)).transpose()
    }

    fn as_passed_reply(response: &[u8], from: Ipv4Addr) -> Option<Reply<Self>> {
        over6::as_reply(response, from)
    }

    fn frame(datagram: &Datagram<Self>, server: MacAddr) -> Option<Vec<u8>> {
        wire::frame(datagram, server)
    }

    fn parse(frame: &[u8]) -> Option<Datagram<Self>> {
        wire::parse(frame)
    }

    fn as_reply(
        datagram: Datagram<Self>,
        _interface: &str,
        packet: &Packet,
        transaction: u32,
    ) -> Option<Reply<Self>> {
        wire::as_reply(datagram, transaction, packet.has_address())
    }
}
