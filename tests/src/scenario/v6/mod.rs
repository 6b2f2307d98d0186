//! Scenarios of DHCPv6.

mod association;
mod called;
mod options;
mod packet;
mod reply;
mod wire;

use std::net::SocketAddrV6;

use pnet_base::MacAddr;
use ruru_json::{Map, Value};
use ruru_lease::V6;

use super::{Datagram, InProcess, Interface, Protocol, Reply, Scenario, Subject};
use packet::Packet;
use reply::Target;

/// The server's DUID, unless a scenario's configuration has another: of type EN, as
/// [`V6::complete`] says.
const OUR_DUID: [u8; 7] = [0, 2, 0, 0, 9, 0xbf, 1];

impl Protocol for V6 {
    type Packet = Packet;
    type Target = Target;
    type Socket = SocketAddrV6;

    const ROOT: &'static str = "Dhcp6";
    const PROGRAM: &'static str = "dhcp6";
    const VARIABLE: &'static str = "RURU_DHCP6";
    const RECEIVED: &'static str = "pkt6-received";
    const LEASES: &'static str = "lease6-get-all";
    const INTERFACE: (&'static str, &'static [&'static str]) =
        ("eth0", &["fe80::1/64", "2001:db8::1/64"]);

    fn in_process(scenario: &Scenario<Self>) -> anyhow::Result<Box<dyn Subject<Self>>> {
        Ok(Box::new(InProcess::start(scenario)?))
    }

    fn complete(config: &mut Map) {
        if config.get("server-id").is_none() {
            let id = [
                ("type", Value::from("EN")),
                ("enterprise-id", Value::from(2495)),
                ("identifier", Value::from("01")),
                ("persist", Value::from(false)),
            ];
            config.insert("server-id", Value::object(id));
        }
    }

    fn interface(packet: &Packet) -> &str {
        &packet.interface
    }

    fn encode(packet: &Packet, transaction: u32) -> anyhow::Result<Vec<u8>> {
        packet.encode(transaction)
    }

    fn describe(reply: &Reply<Self>, query: &[u8], local: Self::Address) -> anyhow::Result<Value> {
        reply::describe(reply, query, local)
    }

    /// An address, or a prefix with its length.
    fn lease_name(lease: &Value) -> String {
        let address = lease.get("ip-address").and_then(Value::as_text).unwrap_or_default();
        match lease.get("type").and_then(Value::as_text) {
            Some("IA_PD") => {
                let length = lease.get("prefix-len").and_then(Value::as_int).unwrap_or_default();
                format!("{address}/{length}")
            }
            _ => address.to_owned(),
        }
    }

    fn set_up(interface: &Interface<Self>, far: &str) -> String {
        wire::set_up(interface, far)
    }

    fn datagram(packet: &Packet, _interface: &Interface<Self>, message: Vec<u8>) -> Datagram<Self> {
        let to = packet.destination();
        let [.., a, b, c, d] = to.octets();
        Datagram {
            from_mac: wire::SENDER,
            // RFC 2464 section 7
            to_mac: to.is_multicast().then_some(MacAddr(0x33, 0x33, a, b, c, d)),
            from: packet.source(),
            to: SocketAddrV6::new(to, wire::SERVER, 0, 0),
            payload: message,
        }
    }

    fn frame(datagram: &Datagram<Self>, server: MacAddr) -> Option<Vec<u8>> {
        wire::frame(datagram, server)
    }

    fn parse(frame: &[u8]) -> Option<Datagram<Self>> {
        wire::parse(frame)
    }

    fn as_reply(
        datagram: Datagram<Self>,
        interface: &str,
        _packet: &Packet,
        transaction: u32,
    ) -> Option<Reply<Self>> {
        wire::as_reply(datagram, interface, transaction)
    }
}
