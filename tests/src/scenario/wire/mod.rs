//! A server program on a wire: real sockets, real time.

mod lab;
mod link;
mod server;

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::Context;
use ruru_command::{Answer, Request};
use ruru_json::Value;
use ruru_ncr::NameChangeRequest;
use ruru_process::clock;

use super::{Interface, Protocol, Reply, Scenario, Sent, Subject};
use lab::Lab;
use link::{LOOK, Link};
pub(crate) use server::Program;
use server::Server;

/// How long a packet may take to be received and answered.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a reply is waited for after the packet was counted, which is before it is worked on.
/// Kea, as it is configured here, answers commands when it is done with the packets before.
const GRACE: Duration = Duration::from_millis(150);
/// The longest time that is waited in earnest.
const LONGEST_SLEEP: u32 = 3;
/// Where a configuration says this, no lease is used again.
const NO_REUSE: &str = "\"cache-threshold\":0.0";

/// The server, and the far ends of its interfaces.
pub(crate) struct Wire<P: Protocol> {
    server: Server,
    links: HashMap<String, Link>,
    /// Where the server of the other protocol would be.
    channel: Option<UdpSocket>,
    /// Where the DNS updater would be.
    updater: Option<UdpSocket>,
    interfaces: Vec<Interface<P>>,
    packets: u32,
    grace: Duration,
    /// Last, so that the server ends before its network.
    _lab: Lab,
}

impl<P: Protocol> Wire<P> {
    /// Starts the program; this thread stays in its network.
    pub(crate) fn start(scenario: &Scenario<P>, program: Program) -> anyhow::Result<Self> {
        let interfaces = scenario.interfaces.clone();
        let lab = Lab::new(&interfaces)?;
        let port = scenario.config.get("dhcp4o6-port").and_then(Value::as_int).unwrap_or(0);
        let updates = scenario.config.get("dhcp-ddns").and_then(|ddns| ddns.get("enable-updates"));
        let updates = updates.and_then(Value::as_bool) == Some(true);
        if port != 0 || updates {
            lab.set_loopback_up()?;
        }
        let server = Server::start(&lab, scenario, program)?;
        lab.enter()?;
        let open =
            |interface: &Interface<P>| Ok((interface.name.clone(), Link::open(&interface.name)?));
        let links = interfaces.iter().map(open).collect::<anyhow::Result<_>>()?;
        let channel = (port != 0).then(|| channel(u16::try_from(port)?)).transpose()?;
        let updater = updates.then(updater).transpose()?;
        if updates && !scenario.config.to_string().replace(' ', "").contains(NO_REUSE) {
            // Waiting for updates takes a part of a second, and a lease that is used again is a second
            // shorter in the next one: steps begin with a second.
            let begun = Duration::from_nanos(clock::now().subsec_nanos().into());
            std::thread::sleep(Duration::from_secs(1) - begun);
        }
        let grace = if program == Program::Kea { Duration::ZERO } else { GRACE };
        Ok(Self { server, links, channel, updater, interfaces, packets: 0, grace, _lab: lab })
    }

    /// What the server said, for people.
    pub(crate) fn last_words(&self) -> String {
        self.server.last_words()
    }

    fn received(&self) -> anyhow::Result<i128> {
        let name = Value::object([("name", Value::from(P::RECEIVED))]);
        let answer = self.server.command(&Request::with("statistic-get", name))?;
        let value = || {
            let samples = answer.arguments.as_ref()?.get(P::RECEIVED)?.as_list()?;
            samples.first()?.as_list()?.first()?.as_int()
        };
        Ok(value().unwrap_or(0))
    }

    /// The reply to a transaction that has come in, on whichever interface.
    fn reply(&mut self, packet: &P::Packet, xid: u32) -> anyhow::Result<Option<Reply<P>>> {
        let mut response = [0; 65_536];
        if let Some(channel) = &self.channel
            && let Ok(len) = channel.recv(&mut response)
        {
            let interface = self.interfaces.iter().find(|i| i.name == P::interface(packet));
            let from = interface.map_or(P::LOWEST, Interface::address);
            return Ok(P::as_passed_reply(response.get(..len).unwrap_or_default(), from));
        }
        for (interface, link) in &mut self.links {
            while let Some(datagram) = link.receive()? {
                if let Some(reply) = P::as_reply(datagram, interface, packet, xid) {
                    return Ok(Some(reply));
                }
            }
        }
        Ok(None)
    }
}

/// The end of the DHCPv6 server, in the network that this thread is in.
fn channel(port: u16) -> anyhow::Result<UdpSocket> {
    let channel = UdpSocket::bind((Ipv6Addr::LOCALHOST, port))?;
    channel.connect((Ipv6Addr::LOCALHOST, port + 1))?;
    channel.set_read_timeout(Some(LOOK))?;
    Ok(channel)
}

/// The end of the DNS updater, where servers look for it if nothing is said.
fn updater() -> anyhow::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 53001))?;
    socket.set_read_timeout(Some(LOOK))?;
    Ok(socket)
}

impl<P: Protocol> Subject<P> for Wire<P> {
    fn send(&mut self, packet: &P::Packet) -> anyhow::Result<Sent<P>> {
        self.packets += 1;
        let xid = self.packets;
        let interface = self.interfaces.iter().find(|i| i.name == P::interface(packet));
        let interface = interface.context("the packet comes to an interface that is not there")?;
        let before = self.received()?;
        let link = self.links.get_mut(&interface.name).context("no such link")?;
        let query = P::encode(packet, xid)?;
        match P::passed(packet, &query)? {
            Some(passed) => {
                let channel = self.channel.as_ref().context("'dhcp4o6-port' is not configured")?;
                channel.send(&passed)?;
            }
            None => link.send(&P::datagram(packet, interface, query.clone()))?,
        }
        let begun = Instant::now();
        let mut received_at = None;
        loop {
            if let Some(reply) = self.reply(packet, xid)? {
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

    fn updates(&mut self, expected: Option<usize>) -> anyhow::Result<Vec<NameChangeRequest>> {
        let Some(updater) = &self.updater else { return Ok(Vec::new()) };
        let mut updates = Vec::new();
        let mut request = [0; 4096];
        let mut last = Instant::now();
        loop {
            let patience = match expected {
                None => Duration::ZERO,
                Some(expected) if updates.len() < expected => PATIENCE,
                Some(_) => GRACE,
            };
            match updater.recv(&mut request) {
                Ok(len) => {
                    updates.push(NameChangeRequest::decode(&request[..len])?);
                    last = Instant::now();
                }
                Err(_) if last.elapsed() < patience => {}
                Err(_) => return Ok(updates),
            }
        }
    }
}
