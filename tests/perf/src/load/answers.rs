//! The clients' side of the loop: what becomes of answers, and of queries that get none.

use std::time::Instant;

use super::Load;
use crate::answer::{Answer, Exchange, Said, Step, Unreadable};
use crate::clients::Lease;
use crate::report::Kind;
use crate::session::{self, Waits, Xid};

impl Load<'_> {
    pub(super) fn take_answers(&mut self) {
        let now = Instant::now();
        for index in 0..self.datagrams.received_count() {
            self.last_answer = now;
            self.take_answer(index, now);
        }
    }

    fn take_answer(&mut self, index: usize, now: Instant) {
        let Some(message) = self.datagrams.received(index) else { return };
        let (xid, answer) = match Answer::decode(self.plan.protocol, message, &mut self.servers) {
            Ok(read) => read,
            Err(Unreadable::TooShort) => {
                self.report.too_short += 1;
                return;
            }
            Err(Unreadable::Malformed) => {
                self.report.malformed += 1;
                return;
            }
        };
        let Some(exchange) = self.sessions.find(xid).copied() else {
            return self.orphan(&answer);
        };
        match answer.step(&exchange.waits, self.plan.wanted) {
            Step::Forget => drop(self.sessions.end(xid)),
            Step::Take(lease) => self.take(xid, &exchange, lease, now),
            Step::Done(lease) => self.done(xid, &exchange, lease, now),
            Step::Orphan => self.orphan(&answer),
            Step::Refused => {
                self.sessions.end(xid);
                if let Some(kind) = Kind::of(&exchange.waits) {
                    self.report.of(kind).refused += 1;
                    self.report.series.lost();
                }
            }
        }
    }

    /// An answer that nobody waits for, or no longer.
    fn orphan(&mut self, answer: &Answer) {
        let kind = if answer.said == Said::Offer { Kind::Discover } else { Kind::Request };
        self.report.of(kind).orphans += 1;
    }

    /// A client takes what it was offered.
    fn take(&mut self, xid: Xid, exchange: &session::Exchange, mut lease: Lease, now: Instant) {
        self.received(Kind::Discover, exchange, &lease, now);
        if self.has_all_requests() {
            self.sessions.end(xid);
            return;
        }
        if self.plan.first_server
            && let Some(server) = self.servers.first()
        {
            lease.server = server;
        }
        let waits = Waits::Ack(lease);
        self.sessions.go_on(xid, waits, now);
        let secs = u16::try_from(now.duration_since(exchange.due).as_secs()).unwrap_or(u16::MAX);
        self.ask(xid, &waits, secs, now);
    }

    /// A client has what it wanted.
    fn done(&mut self, xid: Xid, exchange: &session::Exchange, lease: Lease, now: Instant) {
        self.sessions.end(xid);
        let Some(kind) = Kind::of(&exchange.waits) else { return };
        self.received(kind, exchange, &lease, now);
        let delay = now.duration_since(exchange.due);
        self.report.series.completed(delay);
        match kind {
            Kind::Renewal => self.report.renewed += 1,
            Kind::Discover if self.plan.wanted.exchange == Exchange::Initial => {}
            Kind::Discover | Kind::Request => {
                self.report.whole.record(delay);
                self.clients.keep(lease);
            }
            Kind::Release => return,
        }
        if self.plan.unique && kind != Kind::Renewal {
            self.own(kind, &lease);
        }
    }

    /// Notes who has what, and counts what another has, too.
    fn own(&mut self, kind: Kind, lease: &Lease) {
        for resource in lease.resources() {
            let owner = self.owners.insert(resource, lease.client.number);
            let is_new = owner.is_none_or(|owner| owner == lease.client.number);
            self.report.of(kind).repeated += u64::from(!is_new);
        }
    }

    fn received(&mut self, kind: Kind, exchange: &session::Exchange, lease: &Lease, now: Instant) {
        // The first query was due at a time; the second one is sent when the first is answered.
        let since = if kind == Kind::Request { exchange.asked } else { exchange.due };
        self.report.of(kind).delays.record(now.duration_since(since));
        let sent = exchange.asked.saturating_duration_since(self.started);
        self.diagnostics.timer(kind, sent, now.saturating_duration_since(self.started));
        if self.diagnostics.keeps_leases() {
            let octets = self.plan.identities.octets(lease.client.number);
            self.diagnostics.lease(kind, octets, lease);
        }
    }

    /// What was not answered in time is lost, or is asked again.
    pub(super) fn lose(&mut self, now: Instant) {
        let Some(mut retries) = self.retries.take() else {
            while let Some(lost) = self.sessions.overdue(now) {
                self.lost(&lost);
            }
            return;
        };
        while let Some(retry) = retries.next(now, &self.sessions) {
            let Some(exchange) = self.sessions.find(retry.xid).copied() else { continue };
            self.sessions.go_on(retry.xid, exchange.waits, now);
            let waited = now.duration_since(exchange.due).as_secs();
            self.send(retry.xid, &exchange.waits, u16::try_from(waited).unwrap_or(u16::MAX));
            retries.asked_again(retry, now);
            self.report.resent += 1;
        }
        self.retries = Some(retries);
    }

    pub(super) fn lost(&mut self, exchange: &session::Exchange) {
        if let Some(kind) = Kind::of(&exchange.waits) {
            self.report.of(kind).drops += 1;
            self.report.series.lost();
        }
    }
}
