//! Both servers with one configuration.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use ruru_json::Value;
use ruru_wire::v4::{MessageType, Query};

use super::case::Case;
use super::known::{self, Judgement, Situation};
use super::observed::{Difference, Observed};
use crate::scenario::{InProcess, Program, Wire};

/// A case that was shown to both, as far as it was.
pub(super) struct Played {
    pub(super) case: Case,
    pub(super) answers: usize,
    pub(super) end: End,
}

/// How it ended.
pub(super) enum End {
    /// They agree in all, but for what is meant.
    Agreed,
    /// After the last packet they go separate ways, as is meant.
    #[expect(dead_code, reason = "for people")]
    Parted(&'static str),
    /// Neither takes the configuration.
    Refused,
    /// In the last packet they differ.
    Differed(Box<Differed>),
}

/// What differs.
pub(super) struct Differed {
    pub(super) differences: Vec<Difference>,
    /// What both did; nothing where only one of them took the configuration.
    observed: Option<[Observed; 2]>,
    /// What the one said that refused it.
    refusal: String,
}

/// What was answered before, by hardware address.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The address in the last OFFER.
    pub(super) offered: HashMap<Vec<u8>, Ipv4Addr>,
    /// The address in the last ACK.
    pub(super) leased: HashMap<Vec<u8>, Ipv4Addr>,
}

/// The address of the server's interface that scenarios have if they name none.
const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// Shows both a configuration and the packets that `next` makes.
pub(super) fn play(
    config: Value,
    mut next: impl FnMut(usize, &Memory) -> Option<Value>,
) -> anyhow::Result<Played> {
    let mut case = Case { config, packets: Vec::new() };
    let scenario = case.scenario()?;
    let played = |case, answers, end| Ok(Played { case, answers, end });
    let ours = InProcess::start(&scenario);
    let kea = Wire::start(&scenario, Program::Kea);
    let (mut ours, mut kea) = match (ours, kea) {
        (Ok(ours), Ok(kea)) => (ours, kea),
        (Err(_), Err(error)) if is_refusal(&error) => return played(case, 0, End::Refused),
        (Err(error), Ok(_)) => return played(case, 0, refused(&format!("ours: {error:#}"))),
        (_, Err(error)) if is_refusal(&error) => {
            return played(case, 0, refused(&format!("Kea: {error:#}")));
        }
        (_, Err(error)) => return Err(error),
    };
    let (begun, mut memory, mut answers) = (Instant::now(), Memory::default(), 0);
    while let Some(packet) = next(case.packets.len(), &memory) {
        case.packets.push(packet.clone());
        let ours = Observed::of(&mut ours, &packet)?;
        let kea = Observed::of(&mut kea, &packet)?;
        answers += usize::from(ours.reply.is_some());
        memory.note(&kea);
        if super::case::is_release(&packet) {
            // Kea holds a released address until the second is over.
            std::thread::sleep(Duration::from_millis(1050));
        }
        let differences = ours.differences(&kea)?;
        let passed = begun.elapsed() + Duration::from_secs(1);
        let situation = Situation {
            config: &case.config,
            query: &ours.query,
            gives_nothing: ours.gives_nothing(),
            passed,
        };
        match known::judge(&situation, differences) {
            Judgement::Same => {}
            Judgement::Parted(rule) => return played(case, answers, End::Parted(rule)),
            Judgement::Differs(differences) => {
                let observed = Some([ours, kea]);
                let differed = Differed { differences, observed, refusal: String::new() };
                return played(case, answers, End::Differed(Box::new(differed)));
            }
        }
    }
    played(case, answers, End::Agreed)
}

/// Whether it was Kea who did not want to go on.
fn is_refusal(error: &anyhow::Error) -> bool {
    error.to_string().starts_with("the server ended")
}

fn refused(who: &str) -> End {
    let differed = Differed { differences: Vec::new(), observed: None, refusal: who.to_owned() };
    End::Differed(Box::new(differed))
}

impl Memory {
    fn note(&mut self, observed: &Observed) {
        let Some(reply) = &observed.reply else { return };
        let Ok(reply) = Query::decode(&reply.message) else { return };
        let client = reply.header.chaddr.as_bytes().to_vec();
        match reply.message_type() {
            Some(MessageType::OFFER) => self.offered.insert(client, reply.header.yiaddr),
            Some(MessageType::ACK) if !reply.header.yiaddr.is_unspecified() => {
                self.leased.insert(client, reply.header.yiaddr)
            }
            _ => None,
        };
    }
}

impl Differed {
    /// The same for two differences that may well have one cause.
    pub(super) fn kind(&self) -> String {
        if self.differences.is_empty() {
            // Who refuses.
            return self.refusal.chars().take(4).collect();
        }
        let kinds: BTreeSet<_> = self.differences.iter().map(|one| one.what.kind()).collect();
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn is_about_leases(&self) -> bool {
        self.differences.iter().any(|difference| difference.what.is_of_lease())
    }
}

impl Played {
    /// What differs, and the scenario.
    pub(super) fn report(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        let mut scenario = self.case.scenario()?;
        if let End::Differed(differed) = &self.end {
            text.push_str(&differed.refusal);
            for difference in &differed.differences {
                write!(text, "\n  {difference}")?;
            }
            if let Some([ours, kea]) = &differed.observed {
                let last = self.case.packets.len() - 1;
                let with_leases = differed.is_about_leases();
                let (ours, kea) =
                    (ours.describe(LOCAL, with_leases)?, kea.describe(LOCAL, with_leases)?);
                scenario.record(last, ours, false);
                scenario.record(last, kea, true);
            }
        }
        Ok(format!("{text}\n{}", scenario.text()))
    }
}
