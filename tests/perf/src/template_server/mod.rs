//! The least a DHCP server can do: answers from a fixed template.
//!
//! What a real server takes beyond this is its own work; socket and kernel cost both the same. The
//! only state is a counter: who looks for a lease is offered the next one, who names one gets that.
//! Answers go back to where the query came from.

mod v4;
mod v6;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use signal_hook::consts::{SIGINT, SIGTERM};
use socket2::{Domain, Protocol as Transport, Socket, Type};

use crate::datagrams::{Datagrams, Passage};
use crate::protocol::Protocol;

/// How long a thread waits for queries before it looks whether to end.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long leases are valid, in seconds.
const HOUR: u32 = 3600;
/// Leases that differ, for all threads together.
const LEASES: u32 = 1 << 24;

/// Answers from a fixed template: the floor that servers are compared with.
#[derive(Debug, Parser)]
#[command(name = "ruru-template-server", version)]
struct Options {
    /// Address to serve on: DHCPv4 or DHCPv6
    address: IpAddr,
    /// Port to serve on; 0 for one that the kernel chooses
    #[arg(long)]
    port: Option<u16>,
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
    let protocol = if options.address.is_ipv4() { Protocol::V4 } else { Protocol::V6 };
    // The first socket may choose the port for all.
    let port = options.port.unwrap_or(protocol.terms().server_port);
    let mut at = SocketAddr::new(options.address, port);
    let mut sockets = Vec::new();
    for _ in 0..options.threads {
        let socket = open(at).with_context(|| format!("cannot serve on {at}"))?;
        at = socket.local_addr()?.as_socket().unwrap_or(at);
        sockets.push(socket);
    }
    println!("serving on {at}");
    let serve = |(socket, number)| {
        let leases = Leases { next: number, step: options.threads };
        match options.address {
            IpAddr::V4(address) => serve(socket, v4::Templates::new(address, leases), &stop),
            IpAddr::V6(_) => serve(socket, v6::Templates::new(leases), &stop),
        }
    };
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
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Transport::UDP))?;
    socket.set_reuse_port(true)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.bind(&at.into())?;
    Ok(socket)
}

/// A thread's share of the leases.
#[derive(Clone, Copy, Debug)]
struct Leases {
    next: u32,
    step: u32,
}

impl Leases {
    fn next(&mut self) -> u32 {
        let number = self.next;
        self.next = (number + self.step) % LEASES;
        number
    }
}

/// What answers are made of.
trait Answers {
    /// Makes the answer to a query; answers whether one is due.
    fn answer(&mut self, query: &[u8], answer: &mut Vec<u8>) -> bool;
}

fn serve(socket: Socket, mut answers: impl Answers, stop: &AtomicBool) -> anyhow::Result<()> {
    let mut datagrams = Datagrams::new(socket, Passage::OneByOne)?;
    while !stop.load(Ordering::Relaxed) {
        datagrams.wait().context("cannot receive")?;
        for index in 0..datagrams.received_count() {
            datagrams.answer(index, |query, answer| answers.answer(query, answer));
        }
        datagrams.flush().context("cannot send")?;
    }
    Ok(())
}
