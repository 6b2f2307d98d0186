//! A server program on a wire: real sockets, real time.

mod lab;
mod link;
mod server;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use anyhow::Context;
use pnet_base::MacAddr;
use ruru_command::{Answer, Request};
use ruru_json::Value;
use ruru_wire::v4::{HardwareAddress, Query};

use super::{Interface, Packet, Reply, Scenario, Sent, Subject, Target};
use lab::Lab;
use link::{Datagram, Link};
pub(crate) use server::Program;
use server::Server;

/// How long a packet may take to be received and answered.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a reply is waited for after the packet was counted, which is before it is worked on.
/// Kea, as it is configured here, answers commands when it is done with the packets before.
const GRACE: Duration = Duration::from_millis(150);
/// The hardware address of relays.
const RELAY: MacAddr = MacAddr(2, 0, 0, 0xff, 0xff, 0xff);
/// The longest time that is waited in earnest.
const LONGEST_SLEEP: u32 = 3;

/// The server, and the far ends of its interfaces.
pub(crate) struct Wire {
    server: Server,
    links: HashMap<String, Link>,
    interfaces: Vec<Interface>,
    packets: u32,
    grace: Duration,
    /// Last, so that the server ends before its network.
    _lab: Lab,
}

impl Wire {
    /// Starts the program; this thread stays in its network.
    pub(crate) fn start(scenario: &Scenario, program: Program) -> anyhow::Result<Self> {
        let interfaces = scenario.interfaces.clone();
        let lab = Lab::new(&interfaces)?;
        let server = Server::start(&lab, scenario, program)?;
        lab.enter()?;
        let open =
            |interface: &Interface| Ok((interface.name.clone(), Link::open(&interface.name)?));
        let links = interfaces.iter().map(open).collect::<anyhow::Result<_>>()?;
        let grace = if program == Program::Kea { Duration::ZERO } else { GRACE };
        Ok(Self { server, links, interfaces, packets: 0, grace, _lab: lab })
    }

    /// What the server said, for people.
    pub(crate) fn last_words(&self) -> String {
        self.server.last_words()
    }

    fn received(&self) -> anyhow::Result<i128> {
        let name = Value::object([("name", Value::from("pkt4-received"))]);
        let answer = self.server.command(&Request::with("statistic-get", name))?;
        let value = || {
            let samples = answer.arguments.as_ref()?.get("pkt4-received")?.as_list()?;
            samples.first()?.as_list()?.first()?.as_int()
        };
        Ok(value().unwrap_or(0))
    }

    /// The reply to a transaction that has come in, on whichever interface.
    fn reply(&mut self, xid: u32, has_address: bool) -> anyhow::Result<Option<Reply>> {
        for link in self.links.values_mut() {
            while let Some(datagram) = link.receive()? {
                if let Some(reply) = as_reply(datagram, xid, has_address) {
                    return Ok(Some(reply));
                }
            }
        }
        Ok(None)
    }
}

impl Subject for Wire {
    fn send(&mut self, packet: &Packet) -> anyhow::Result<Sent> {
        self.packets += 1;
        let xid = self.packets;
        let interface = self.interfaces.iter().find(|i| i.name == packet.interface);
        let interface = interface.context("the packet comes to an interface that is not there")?;
        let to = SocketAddrV4::new(packet.destination(interface), 67);
        let before = self.received()?;
        let link = self.links.get_mut(&packet.interface).context("no such link")?;
        let query = packet.encode(xid)?;
        link.send(sender(&query), packet.source(), to, &query)?;
        let begun = Instant::now();
        let mut received_at = None;
        loop {
            if let Some(reply) = self.reply(xid, packet.has_address())? {
                return Ok(Sent { query, reply: Some(reply), is_counted: true });
            }
            match received_at {
                None if self.received()? > before => received_at = Some(Instant::now()),
                None if begun.elapsed() > PATIENCE => {
                    return Ok(Sent { query, reply: None, is_counted: false });
                }
                Some(at) if at.elapsed() > self.grace => {
                    return Ok(Sent { query, reply: None, is_counted: true });
                }
                None | Some(_) => {}
            }
        }
    }

    fn command(&mut self, request: &Request) -> anyhow::Result<Answer> {
        self.server.command(request)
    }

    fn advance(&mut self, seconds: u32) -> anyhow::Result<bool> {
        if seconds > LONGEST_SLEEP {
            return Ok(false);
        }
        // Servers count whole seconds and look at their timers once in one.
        std::thread::sleep(Duration::from_secs(seconds.into()) + Duration::from_millis(1200));
        Ok(true)
    }

    fn log(&mut self) -> anyhow::Result<Vec<String>> {
        self.server.log()
    }
}

/// Who a frame is from: the client, where it is direct and has an address; else some relay.
fn sender(message: &[u8]) -> MacAddr {
    let client = Query::decode(message).ok().map(|query| query.header);
    let client = client.filter(|header| header.giaddr.is_unspecified());
    let octets = client.and_then(|header| <[u8; 6]>::try_from(header.chaddr.as_bytes()).ok());
    octets.map_or(RELAY, MacAddr::from)
}

/// A datagram as a reply, if it is one of the transaction. By which frame an address is reached
/// that the client has already is the server's business.
fn as_reply(datagram: Datagram, xid: u32, has_address: bool) -> Option<Reply> {
    let Datagram { to_mac, from, to, payload } = datagram;
    let header = Query::decode(&payload).ok()?.header;
    if header.xid != xid || from.port() != 67 || header.op != ruru_wire::v4::BootpOp::REPLY {
        return None;
    }
    let is_direct = header.giaddr.is_unspecified() && !has_address;
    let target = if *to.ip() == Ipv4Addr::BROADCAST {
        Target::Broadcast
    } else if is_direct && *to.ip() == header.yiaddr {
        Target::Link { address: *to.ip(), hwaddr: HardwareAddress::new(&to_mac.octets())? }
    } else {
        Target::Address(to)
    };
    Some(Reply { message: payload, from: *from.ip(), to: target })
}
