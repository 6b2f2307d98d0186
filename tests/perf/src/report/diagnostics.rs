//! What `-x` prints beside the report.

use std::fmt::Debug;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::time::Duration;

use super::{Kind, Report};
use crate::answer::Exchange;
use crate::clients::{Lease, Resource};
use crate::command::Selector;
use crate::plan::Plan;
use crate::protocol::Protocol;
use crate::template::Template;

/// Octets of a template in a line.
const LINE: usize = 16;

/// The end of a client's identity, and what the client was given.
type Given = ([u8; 6], Resource);

/// What is kept of every exchange, if it is wanted.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    leases: Option<[Vec<Given>; 4]>,
    timers: Option<[Vec<(Duration, Duration)>; 4]>,
    /// The identifier of the server that answered first.
    pub(crate) server: Option<Vec<u8>>,
}

impl Diagnostics {
    /// Keeps what the user wants.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            leases: plan.output.tells(Selector::Leases).then(Default::default),
            timers: plan.output.tells(Selector::Timers).then(Default::default),
            server: None,
        }
    }

    /// Whether leases are kept.
    pub(crate) fn keeps_leases(&self) -> bool {
        self.leases.is_some()
    }

    /// A client, of which these are the last octets, was given a lease.
    pub(crate) fn lease(&mut self, kind: Kind, octets: [u8; 6], lease: &Lease) {
        if let Some(leases) = &mut self.leases {
            leases[kind as usize].extend(lease.resources().map(|resource| (octets, resource)));
        }
    }

    /// A query was sent and answered, each so long after the start.
    pub(crate) fn timer(&mut self, kind: Kind, sent: Duration, received: Duration) {
        if let Some(timers) = &mut self.timers {
            timers[kind as usize].push((sent, received));
        }
    }

    /// Prints it all.
    pub(crate) fn print(&self, plan: &Plan, report: &Report) -> io::Result<()> {
        let out = &mut io::stdout().lock();
        let tells = |selector| plan.output.tells(selector);
        if tells(Selector::Waits) {
            writeln!(out, "Waits for packets: {}", report.waits)?;
        }
        self.print_timers(out, report)?;
        if tells(Selector::Server)
            && let Some(server) = &self.server
        {
            writeln!(out, "Server id: {}", identifier(plan.protocol, server))?;
        }
        if tells(Selector::ExitReason)
            && let Some(exit) = report.exit
        {
            writeln!(out, "Exit reason: {}", exit.reason())?;
        }
        if tells(Selector::Templates) {
            let templates = &plan.templates;
            let [first, second] = plan.protocol.terms().queries;
            print_template(out, first, &templates.discover)?;
            if plan.wanted.exchange == Exchange::Whole {
                print_template(out, second, &templates.request)?;
            }
        }
        self.print_leases(out, plan, report)
    }

    fn print_timers(&self, out: &mut impl Write, report: &Report) -> io::Result<()> {
        let Some(timers) = &self.timers else { return Ok(()) };
        for (kind, _) in report.kinds() {
            writeln!(out, "***Timestamps for packets: {}***", report.name(kind))?;
            for (sent, received) in &timers[kind as usize] {
                let (sent, received) = (sent.as_secs_f64(), received.as_secs_f64());
                writeln!(out, "sent / received: {sent:.6} / {received:.6}")?;
            }
        }
        Ok(())
    }

    fn print_leases(&self, out: &mut impl Write, plan: &Plan, report: &Report) -> io::Result<()> {
        let Some(leases) = &self.leases else { return Ok(()) };
        for (kind, _) in report.kinds() {
            writeln!(out, "***Leases for {}***\nclient,address", report.name(kind))?;
            for (octets, resource) in &leases[kind as usize] {
                let client = [&plan.templates.identity_head[..], octets].concat();
                writeln!(out, "{},{resource}", colons(&client))?;
            }
        }
        Ok(())
    }
}

/// Prints what the command line was taken for.
pub(crate) fn print_arguments(options: &impl Debug) -> io::Result<()> {
    writeln!(io::stdout(), "{options:#?}")
}

/// A server's identifier as it is usually written.
fn identifier(protocol: Protocol, octets: &[u8]) -> String {
    match (protocol, octets) {
        (Protocol::V4, [a, b, c, d]) => Ipv4Addr::new(*a, *b, *c, *d).to_string(),
        _ => colons(octets),
    }
}

fn colons(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":")
}

fn print_template(out: &mut impl Write, name: &str, template: &Template) -> io::Result<()> {
    writeln!(out, "{name}:\n{}contents:", template.offsets())?;
    for (at, octets) in template.message().chunks(LINE).enumerate() {
        write!(out, "{:04x}   ", at * LINE)?;
        octets.iter().try_for_each(|octet| write!(out, "{octet:02x}"))?;
        writeln!(out)?;
    }
    writeln!(out)
}
