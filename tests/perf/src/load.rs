//! The loop: begin what is due, send, receive, go on, give up what is lost.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser as _;
use nix::sys::resource::{UsageWho, getrusage};
use ruru_wire::v4::MessageType;
use socket2::{Domain, Protocol, Socket, Type};

use crate::datagrams::Datagrams;
use crate::options::Options;
use crate::pacing::{End, Pacing};
use crate::report::{Kind, Report};
use crate::session::{Sessions, Waits, Xid};
use crate::template::{Lease, Templates, answer, xid};

/// How long the loop waits for answers before it looks at the clock again.
const PATIENCE: Duration = Duration::from_millis(1);
/// Exchanges that begin between two looks at the socket.
const BURST: u64 = 64;

/// As perfdhcp: some exchanges were not completed.
const INCOMPLETE: u8 = 3;

/// `ruru-perf`: reads the command line, puts the server under load, prints the report.
#[expect(clippy::print_stdout, reason = "the report is what was asked for")]
pub fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let report = run(&options)?;
    if options.json {
        print!("{}", ruru_json::pretty(&report.to_json()));
    } else {
        print!("{report}");
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { INCOMPLETE.into() })
}

/// Puts a server under load, and tells how it went.
pub(crate) fn run(options: &Options) -> anyhow::Result<Report> {
    let relay = (options.relay, options.local_port);
    let socket = open(relay, (options.server, options.server_port))
        .with_context(|| format!("cannot open a socket on {} port {}", relay.0, relay.1))?;
    let mut load = Load {
        templates: Templates::new(options.relay),
        datagrams: Datagrams::new(socket)?,
        sessions: Sessions::default(),
        clients: Clients {
            first: options.first_client,
            count: options.clients,
            next: 0,
            leases: Vec::new(),
            next_lease: 0,
        },
        renewals: u64::from(options.renewals()),
        begun: 0,
        report: Report::default(),
    };
    let end = End { count: options.count, after: options.duration() };
    let started = Instant::now();
    load.last(started, options.pacing(), end, options.drop_time())?;
    load.report.elapsed = started.elapsed();
    load.report.processor = processor_time()?;
    Ok(load.report)
}

/// Opens the socket of a relay towards a server.
fn open(relay: (Ipv4Addr, u16), server: (Ipv4Addr, u16)) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.bind(&SocketAddr::from(relay).into())?;
    socket.connect(&SocketAddr::from(server).into())?;
    Ok(socket)
}

struct Load {
    templates: Templates,
    datagrams: Datagrams,
    sessions: Sessions,
    clients: Clients,
    /// Of a hundred exchanges, how many are renewals.
    renewals: u64,
    begun: u64,
    report: Report,
}

/// Who asks next.
struct Clients {
    first: u32,
    count: u32,
    next: u32,
    /// What clients were given, to be renewed in turn.
    leases: Vec<Lease>,
    next_lease: usize,
}

impl Load {
    /// Runs until the end is reached and every exchange has ended.
    fn last(
        &mut self,
        started: Instant,
        pacing: Pacing,
        end: End,
        drop_time: Duration,
    ) -> anyhow::Result<()> {
        loop {
            let now = Instant::now();
            let elapsed = now.duration_since(started);
            let is_over = end.is_reached(elapsed, self.begun);
            if is_over && self.sessions.under_way() == 0 {
                return Ok(());
            }
            if !is_over {
                let due = pacing.due(elapsed, self.begun, self.sessions.under_way());
                for _ in 0..due.min(BURST).min(end.left(self.begun)) {
                    self.begin(now);
                }
            }
            self.datagrams.flush().context("cannot send")?;
            self.datagrams.receive(PATIENCE).context("cannot receive")?;
            self.take_answers();
            while let Some(lost) = self.sessions.overdue(Instant::now(), drop_time) {
                self.report.of(Kind::of(&lost.waits)).drops += 1;
            }
        }
    }

    fn begin(&mut self, now: Instant) {
        self.begun += 1;
        // Spread evenly: as many whole ones as fit before this exchange and after it.
        let renews = self.begun * self.renewals / 100 > (self.begun - 1) * self.renewals / 100;
        let lease = if renews { self.clients.lease() } else { None };
        let waits = match lease {
            Some(lease) => Waits::Renewal(lease),
            None => Waits::Offer { client: self.clients.new_client() },
        };
        match self.sessions.begin(waits, now) {
            Some(xid) => self.ask(xid, &waits),
            None => self.report.not_begun += 1,
        }
    }

    /// Queues the query that a client waits for the answer of.
    fn ask(&mut self, xid: Xid, waits: &Waits) {
        let query = self.datagrams.next_message(None);
        match waits {
            Waits::Offer { client } => self.templates.discover(query, xid, *client),
            Waits::Ack(lease) => self.templates.request(query, xid, lease),
            Waits::Renewal(lease) => self.templates.renewal(query, xid, lease),
        }
        self.report.of(Kind::of(waits)).sent += 1;
    }

    fn take_answers(&mut self) {
        let now = Instant::now();
        let mut index = 0;
        while let Some((message, _)) = self.datagrams.received(index) {
            index += 1;
            let Some(xid) = xid(message) else {
                self.report.too_short += 1;
                continue;
            };
            let answer = answer(message);
            let Some(exchange) = self.sessions.find(xid).copied() else {
                self.report.orphans += 1;
                continue;
            };
            let kind = Kind::of(&exchange.waits);
            match (exchange.waits, answer) {
                (Waits::Offer { client }, Some((MessageType::OFFER, address, server))) => {
                    let waits = Waits::Ack(Lease { client, address, server });
                    self.sessions.go_on(xid, waits, now);
                    self.ask(xid, &waits);
                }
                (Waits::Ack(lease), Some((MessageType::ACK, address, _)))
                    if address == lease.address =>
                {
                    self.sessions.end(xid);
                    self.clients.keep(lease);
                    self.report.completed(now.duration_since(exchange.began));
                }
                (Waits::Renewal(lease), Some((MessageType::ACK, address, _)))
                    if address == lease.address =>
                {
                    self.sessions.end(xid);
                    self.report.renewed += 1;
                }
                // A NAK, another address, or no answer at all to what was asked.
                (Waits::Offer { .. } | Waits::Ack(_) | Waits::Renewal(_), _) => {
                    self.sessions.end(xid);
                    self.report.of(kind).refused += 1;
                    continue;
                }
            }
            self.report.of(kind).received(now.duration_since(exchange.asked));
        }
    }
}

impl Clients {
    fn new_client(&mut self) -> u32 {
        let client = self.first.wrapping_add(self.next);
        self.next = (self.next + 1) % self.count;
        client
    }

    fn lease(&mut self) -> Option<Lease> {
        let at = self.next_lease;
        self.next_lease = (at + 1) % self.leases.len().max(1);
        self.leases.get(at).copied()
    }

    /// Once all clients have had their turn, they ask for what they have again.
    fn keep(&mut self, lease: Lease) {
        if self.leases.len() < self.count as usize {
            self.leases.push(lease);
        }
    }
}

/// Processor time of this process so far.
fn processor_time() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("cannot read the processor time")?;
    let seconds = [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    Ok(Duration::from_secs_f64(seconds.iter().sum()))
}
