//! The loop: begin what is due, send, receive, go on, give up what is lost.

mod answers;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use fastrand::Rng;
use nix::sys::prctl::set_timerslack;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::socket::SockaddrStorage;

use crate::avalanche::Retries;
use crate::clients::{Client, Clients, Lease, Resource};
use crate::command::DropLimit;
use crate::datagrams::Datagrams;
use crate::pacing::Stream;
use crate::plan::Plan;
use crate::report::{Diagnostics, Exit, Kind, Progress, Report};
use crate::servers::Servers;
use crate::session::{Sessions, Waits, Xid};
use crate::template::{Fields, Template};

/// How long the loop waits at most before it looks at the clock again.
const PATIENCE: Duration = Duration::from_millis(1);
/// How long it waits at least: waking up for each exchange would cost more than the exchange.
const NAP: Duration = Duration::from_micros(20);
/// Exchanges that begin between two looks at the socket.
const BURST: u64 = 64;

/// Puts a server under load, and tells how it went.
pub(crate) fn run(plan: &Plan, stop: &AtomicBool) -> anyhow::Result<(Report, Diagnostics)> {
    // The system would let naps last 50 µs longer, to wake up less often.
    set_timerslack(1).context("cannot ask for exact timers")?;
    let mut load = Load::new(plan)?;
    load.preload()?;
    load.started = Instant::now();
    let ended = load.last(stop)?;
    load.progress.finish();
    load.report.elapsed = ended.duration_since(load.started);
    load.report.series.finish(load.report.elapsed);
    load.report.processor = processor_time()?;
    load.diagnostics.server =
        load.servers.first().map(|first| load.servers.identifier(first).to_vec());
    Ok((load.report, load.diagnostics))
}

struct Load<'a> {
    plan: &'a Plan,
    datagrams: Datagrams,
    to: Option<SockaddrStorage>,
    sessions: Sessions,
    clients: Clients<'a>,
    servers: Servers,
    /// Who has what, if that is watched.
    owners: HashMap<Resource, u32>,
    base: Stream,
    renewals: Option<Stream>,
    releases: Option<Stream>,
    retries: Option<Retries>,
    random: Rng,
    started: Instant,
    last_answer: Instant,
    /// What clients say they have waited, in seconds.
    waited: u16,
    report: Report,
    diagnostics: Diagnostics,
    progress: Progress,
}

impl<'a> Load<'a> {
    fn new(plan: &'a Plan) -> anyhow::Result<Self> {
        let bind = plan.endpoint.bind;
        let socket = plan.endpoint.open().with_context(|| format!("cannot use {bind}"))?;
        let mut random = plan.seed.map_or_else(Rng::new, Rng::with_seed);
        let relays = plan.relays.len();
        let now = Instant::now();
        Ok(Self {
            plan,
            datagrams: Datagrams::new(socket, plan.passage)?,
            to: plan.endpoint.to(),
            sessions: Sessions::new(plan.drop_times, plan.protocol.terms().xid_bits),
            clients: Clients::new(&plan.identities, relays, random.fork(), plan.keeps_leases()),
            servers: Servers::default(),
            owners: HashMap::new(),
            base: Stream::new(plan.pacing),
            renewals: plan.renewals.map(Stream::new),
            releases: plan.releases.map(Stream::new),
            retries: plan.is_avalanche.then(|| Retries::new(random.fork())),
            random,
            started: now,
            last_answer: now,
            waited: 0,
            report: Report::new(plan),
            diagnostics: Diagnostics::new(plan),
            progress: Progress::new(&plan.output),
        })
    }

    /// First queries that nobody counts.
    fn preload(&mut self) -> anyhow::Result<()> {
        for _ in 0..self.plan.preload {
            let (now, client) = (Instant::now(), self.clients.next());
            if let Some(xid) = self.sessions.begin(Waits::Preload, now, now) {
                self.send(xid, &Waits::Offer { client }, 0);
            }
            self.datagrams.flush().context("cannot send")?;
        }
        Ok(())
    }

    /// Runs until the end is reached and every exchange has ended; answers when that was.
    fn last(&mut self, stop: &AtomicBool) -> anyhow::Result<Instant> {
        let mut over = None;
        loop {
            let now = Instant::now();
            let elapsed = now.duration_since(self.started);
            if over.is_none() {
                self.report.exit = self.exit(elapsed, stop);
                over = self.report.exit.map(|_| now);
            }
            match over {
                None => self.begin_due(now, elapsed),
                Some(since) if self.is_drained(since, now) => break,
                Some(_) => {}
            }
            self.report.local_limit += self.datagrams.flush().context("cannot send")? as u64;
            let patience = if over.is_none() { self.patience() } else { PATIENCE };
            let waited = self.datagrams.receive(patience).context("cannot receive")?;
            self.report.waits += u64::from(waited);
            self.take_answers();
            self.lose(Instant::now());
            self.report.series.pass(elapsed);
            self.progress.pass(elapsed, &self.report).context("cannot report")?;
        }
        let now = Instant::now();
        while let Some(lost) = self.sessions.give_up(now) {
            self.lost(&lost);
        }
        Ok(over.unwrap_or(now).max(self.last_answer))
    }

    /// Why no further exchange begins.
    fn exit(&mut self, elapsed: Duration, stop: &AtomicBool) -> Option<Exit> {
        let end = self.plan.end;
        if stop.load(Ordering::Relaxed) {
            return Some(Exit::Interrupted);
        }
        if end.after.is_some_and(|after| elapsed >= after) {
            return Some(Exit::Period);
        }
        if end.count.is_some_and(|count| self.base.begun() >= count) {
            return Some(Exit::Count);
        }
        if self.has_all_requests() {
            return Some(Exit::Requests);
        }
        let mut too_many = |kind, limit| {
            let exchanges = self.report.of(kind);
            match limit {
                None => false,
                // Not even one of none is one.
                Some(DropLimit::Count(count)) => exchanges.drops >= count.max(1),
                Some(DropLimit::Percent(percent)) => {
                    let (drops, sent) = (exchanges.drops as f64, exchanges.sent as f64);
                    exchanges.sent > 10 && drops / sent * 100.0 >= percent
                }
            }
        };
        let [discovers, requests] = self.plan.drop_limits;
        let is_over = too_many(Kind::Discover, discovers) || too_many(Kind::Request, requests);
        is_over.then_some(Exit::Drops)
    }

    fn has_all_requests(&mut self) -> bool {
        let sent = self.report.of(Kind::Request).sent;
        self.plan.end.requests.is_some_and(|requests| sent >= requests)
    }

    /// Whether nothing is waited for any longer, when no exchange has begun for a while.
    fn is_drained(&self, since: Instant, now: Instant) -> bool {
        let is_patient = match self.report.exit {
            Some(Exit::Drops) => false,
            Some(Exit::Interrupted) => !self.plan.is_avalanche,
            _ => true,
        };
        let has_time = self.plan.exit_wait.is_none_or(|wait| now.duration_since(since) < wait);
        self.sessions.under_way() == 0 || !is_patient || !has_time
    }

    /// How long to wait for answers: until the next exchange is due.
    fn patience(&self) -> Duration {
        let elapsed = self.started.elapsed();
        let streams = [Some(&self.base), self.renewals.as_ref(), self.releases.as_ref()];
        let open = streams.into_iter().flatten().filter(|stream| stream.is_open());
        let next = open.map(|stream| stream.next(elapsed).saturating_sub(elapsed)).min();
        match next {
            None => PATIENCE,
            Some(next) if next.is_zero() => next,
            Some(next) => next.clamp(NAP, PATIENCE),
        }
    }

    fn begin_due(&mut self, now: Instant, elapsed: Duration) {
        self.waited = self.plan.waited(elapsed);
        let left = self.plan.end.count.map_or(u64::MAX, |count| count - self.base.begun());
        let due = self.base.due(elapsed, self.sessions.under_way());
        for _ in 0..due.min(BURST).min(left) {
            let due = self.base.begin(elapsed);
            self.begin_next(now, elapsed, due);
        }
        // Where no client has a lease yet, its turn passes.
        for _ in 0..BURST {
            let renewals = self.renewals.as_mut();
            let Some(due) = renewals.and_then(|stream| stream.begin_due(elapsed)) else { break };
            if let Some(lease) = self.clients.lease() {
                self.begin(Waits::Renewal(lease), now, self.started + due);
            }
        }
        for _ in 0..BURST {
            let releases = self.releases.as_mut();
            if releases.and_then(|stream| stream.begin_due(elapsed)).is_none() {
                break;
            }
            if let Some(lease) = self.clients.release() {
                self.release(lease, now);
            }
        }
    }

    fn begin_next(&mut self, now: Instant, elapsed: Duration, due: Duration) {
        if self.base.is_open() {
            self.report.lateness.record(elapsed.saturating_sub(due));
        }
        // Spread evenly: as many whole ones as fit before this exchange and after it.
        let (share, begun) = (self.plan.renewed_share, self.base.begun());
        let renews = begun * share / 100 > (begun - 1) * share / 100;
        let lease = if renews { self.clients.lease() } else { None };
        let waits = match lease {
            Some(lease) => Waits::Renewal(lease),
            None => Waits::Offer { client: self.clients.next() },
        };
        self.begin(waits, now, self.started + due);
    }

    fn begin(&mut self, waits: Waits, now: Instant, due: Instant) {
        match self.sessions.begin(waits, due, now) {
            Some(xid) => {
                self.report.series.begun();
                self.ask(xid, &waits, 0, now);
            }
            None => self.report.not_begun += 1,
        }
    }

    /// Queues the query that a client waits for the answer of.
    fn ask(&mut self, xid: Xid, waits: &Waits, waited: u16, now: Instant) {
        self.send(xid, waits, waited);
        if let Some(kind) = Kind::of(waits) {
            self.report.of(kind).sent += 1;
        }
        if let Some(retries) = &mut self.retries {
            retries.asked(xid, now);
        }
    }

    fn send(&mut self, xid: Xid, waits: &Waits, waited: u16) {
        let templates = &self.plan.templates;
        let (template, client, lease) = match waits {
            Waits::Preload => return,
            Waits::Offer { client } => (&templates.discover, *client, None),
            Waits::Ack(lease) => (&templates.request, lease.client, Some(lease)),
            Waits::Renewal(lease) => (&templates.renewal, lease.client, Some(lease)),
            Waits::Release(lease) => (&templates.release, lease.client, Some(lease)),
        };
        self.fill(template, xid, client, lease, waited.max(self.waited));
    }

    fn fill(
        &mut self,
        template: &Template,
        xid: Xid,
        client: Client,
        lease: Option<&Lease>,
        waited: u16,
    ) {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let fields = Fields {
            xid,
            identity: self.plan.identities.octets(client.number),
            relay: self.plan.relays.get(client.relay as usize).copied().unwrap_or(nowhere),
            waited,
            lease,
            server: lease.map_or(&[], |lease| self.servers.identifier(lease.server)),
        };
        template.fill(self.datagrams.next_message(self.to), &fields);
    }

    /// A client gives its lease back; where servers answer that, it waits for the answer.
    fn release(&mut self, lease: Lease, now: Instant) {
        for resource in lease.resources() {
            self.owners.remove(&resource);
        }
        if self.plan.protocol.terms().answers_releases {
            return self.begin(Waits::Release(lease), now, now);
        }
        let xid = self.random.u32(..);
        self.fill(&self.plan.templates.release, xid, lease.client, Some(&lease), 0);
        self.report.of(Kind::Release).sent += 1;
    }
}

/// Processor time of this process so far.
fn processor_time() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("cannot read the processor time")?;
    let seconds = [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    Ok(Duration::from_secs_f64(seconds.iter().sum()))
}
