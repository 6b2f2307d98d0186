//! The least a DHCPv4 server can do: OFFER and ACK from a fixed template.
//!
//! What a real server takes beyond this is its own work; socket and kernel cost both the same. The
//! only state is a counter: a DISCOVER is offered the next address, a REQUEST gets the one that it
//! names. Answers go back to where the query came from.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use ruru_wire::v4::options::RequestedAddress;
use ruru_wire::v4::{
    BootpOp, HardwareAddress, HardwareType, Header, MessageType, OptionCode, Query, Writer,
};
use signal_hook::consts::{SIGINT, SIGTERM};
use socket2::{Domain, Protocol, Socket, Type};

use crate::datagrams::Datagrams;
use crate::template::set;

/// Where an answer's own fields stand, RFC 2131 section 2; what is between is the query's.
const HTYPE_TO_XID: std::ops::Range<usize> = 1..8;
const YIADDR: usize = 16;
const FLAGS: std::ops::Range<usize> = 10..12;
const GIADDR_AND_CHADDR: std::ops::Range<usize> = 24..44;

/// How long a thread waits for queries before it looks whether to end.
const PATIENCE: Duration = Duration::from_millis(100);
/// Addresses are of this network, 10.0.0.0/8.
const FIRST: u32 = 10 << 24;
const ADDRESSES: u32 = 1 << 24;
const HOUR: u32 = 3600;

/// Answers DHCPv4 from a fixed template: the floor that servers are compared with.
#[derive(Debug, Parser)]
#[command(name = "ruru-template-server", version)]
struct Options {
    /// Address to serve on
    address: Ipv4Addr,
    /// Port to serve on
    #[arg(long, default_value_t = 67)]
    port: u16,
    /// Threads; the kernel spreads relays over them by their address and port
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: u32,
}

/// Serves until a signal ends it.
#[expect(clippy::print_stdout, reason = "who started it must know the port, and that it serves")]
pub fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot take signals")?;
    }
    // The first socket may choose the port for all.
    let mut at = SocketAddr::from((options.address, options.port));
    let mut sockets = Vec::new();
    for _ in 0..options.threads {
        let socket = open(at).with_context(|| format!("cannot serve on {at}"))?;
        at = socket.local_addr()?.as_socket().unwrap_or(at);
        sockets.push(socket);
    }
    println!("serving on {at}");
    let serve = |(socket, number)| Worker::new(socket, &options, number)?.serve(&stop);
    thread::scope(|scope| {
        let serve = &serve;
        let threads: Vec<_> =
            sockets.into_iter().zip(0..).map(|worker| scope.spawn(move || serve(worker))).collect();
        for thread in threads {
            thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        }
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn open(at: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_port(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.bind(&at.into())?;
    Ok(socket)
}

/// A thread's socket, and its share of the addresses.
struct Worker {
    datagrams: Datagrams,
    offer: Vec<u8>,
    ack: Vec<u8>,
    next: u32,
    step: u32,
}

impl Worker {
    fn new(socket: Socket, options: &Options, number: u32) -> anyhow::Result<Self> {
        Ok(Self {
            datagrams: Datagrams::new(socket)?,
            offer: template(MessageType::OFFER, options.address),
            ack: template(MessageType::ACK, options.address),
            next: number,
            step: options.threads,
        })
    }

    fn serve(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        while !stop.load(Ordering::Relaxed) {
            self.datagrams.wait().context("cannot receive")?;
            for index in 0..self.datagrams.received_count() {
                self.answer(index);
            }
            self.datagrams.flush().context("cannot send")?;
        }
        Ok(())
    }

    fn answer(&mut self, index: usize) {
        let Some((query, _)) = self.datagrams.received(index) else { return };
        let Some((template, address)) = (match asked(query) {
            Some(Asked::Any) => {
                let number = self.next;
                self.next = (number + self.step) % ADDRESSES;
                Some((&self.offer, Ipv4Addr::from(FIRST | number)))
            }
            Some(Asked::One(address)) => Some((&self.ack, address)),
            None => None,
        }) else {
            return;
        };
        let Some((query, answer)) = self.datagrams.answer(index) else { return };
        answer.clear();
        answer.extend_from_slice(template);
        for field in [HTYPE_TO_XID, FLAGS, GIADDR_AND_CHADDR] {
            if let Some(bytes) = query.get(field.clone()) {
                set(answer, field.start, bytes);
            }
        }
        set(answer, YIADDR, &address.octets());
    }
}

/// What a query asks for.
enum Asked {
    /// A DISCOVER.
    Any,
    /// A REQUEST for an address, new or renewed.
    One(Ipv4Addr),
}

/// What a query asks for; `None` if no answer is due.
fn asked(query: &[u8]) -> Option<Asked> {
    let query = Query::decode(query).ok()?;
    match query.message_type()? {
        MessageType::DISCOVER => Some(Asked::Any),
        MessageType::REQUEST => Some(Asked::One(match query.options.decode().ok()? {
            Some(RequestedAddress(address)) => address,
            None => query.header.ciaddr,
        })),
        _ => None,
    }
}

/// An answer to which only the client's fields and the address are to be added.
fn template(message_type: MessageType, server: Ipv4Addr) -> Vec<u8> {
    let header = Header {
        op: BootpOp::REPLY,
        htype: HardwareType::ETHERNET,
        hops: 0,
        xid: 0,
        secs: 0,
        flags: 0,
        ciaddr: Ipv4Addr::UNSPECIFIED,
        yiaddr: Ipv4Addr::UNSPECIFIED,
        siaddr: Ipv4Addr::UNSPECIFIED,
        giaddr: Ipv4Addr::UNSPECIFIED,
        chaddr: HardwareAddress::default(),
    };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, &header, b"", b"");
    writer.option(OptionCode::MESSAGE_TYPE, &[message_type.0]);
    writer.address(OptionCode::SERVER_IDENTIFIER, server);
    writer.number(OptionCode::LEASE_TIME, HOUR);
    writer.address(OptionCode::SUBNET_MASK, Ipv4Addr::new(255, 0, 0, 0));
    writer.finish();
    message
}
