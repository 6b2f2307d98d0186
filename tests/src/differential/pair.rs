//! Both servers with one configuration.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ruru_json::Value;

use super::case::Case;
use super::compared::Compared;
use super::judgement::{self, Judgement, Situation};
use super::observed::{Difference, Observed, What};
use crate::scenario::{Program, Wire};

/// A case that was shown to both, as far as it was.
pub(super) struct Played<P: Compared> {
    pub(super) case: Case,
    pub(super) answers: usize,
    pub(super) end: End<P>,
}

/// How it ended.
pub(super) enum End<P: Compared> {
    /// They agree in all, but for what is meant.
    Agreed,
    /// After the last packet they go separate ways, as is meant.
    #[expect(dead_code, reason = "for people")]
    Parted(&'static str),
    /// Neither takes the configuration.
    Refused,
    /// In the last packet they differ.
    Differed(Box<Differed<P>>),
}

/// What differs.
pub(super) struct Differed<P: Compared> {
    pub(super) differences: Vec<Difference>,
    /// What both did; nothing where only one of them took the configuration.
    observed: Option<[Observed<P>; 2]>,
    /// What the one said that refused it.
    refusal: String,
}

/// Packets that are shown one after another.
pub(super) trait Packets<P: Compared> {
    /// The next one, after so many.
    fn next(&mut self, shown: usize) -> Option<Value>;

    /// What became of the last one.
    fn note(&mut self, _: &Observed<P>) {}
}

/// Those that there are.
impl<P: Compared> Packets<P> for std::vec::IntoIter<Value> {
    fn next(&mut self, _: usize) -> Option<Value> {
        Iterator::next(self)
    }
}

/// Shows both a configuration and the packets that `next` makes.
pub(super) fn play<P: Compared>(
    config: Value,
    packets: &mut impl Packets<P>,
) -> anyhow::Result<Played<P>> {
    let mut case = Case { config, packets: Vec::new() };
    let scenario = case.scenario::<P>()?;
    let played = |case, answers, end| Ok(Played { case, answers, end });
    let ours = P::in_process(&scenario);
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
    let (begun, mut answers, mut before) = (Instant::now(), 0, BTreeSet::new());
    while let Some(packet) = packets.next(case.packets.len()) {
        case.packets.push(packet.clone());
        let ours = Observed::of(&mut *ours, &packet, None)?;
        let kea = Observed::of(&mut kea, &packet, Some(&ours))?;
        answers += usize::from(ours.reply.is_some());
        packets.note(&kea);
        if super::case::is_release(&packet) {
            // Kea holds a released address until the second is over.
            std::thread::sleep(Duration::from_millis(1050));
        }
        let differences = ours.differences(&kea)?;
        let passed = begun.elapsed() + Duration::from_secs(1);
        let situation = Situation {
            config: &case.config,
            query: &ours.query,
            before: &before,
            reply: ours.reply.as_ref().map(|reply| &*reply.message),
            passed,
        };
        match judgement::judge(&P::KNOWN, &situation, differences) {
            Judgement::Same => before = ours.leases.into_keys().collect(),
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

fn refused<P: Compared>(who: &str) -> End<P> {
    let differed = Differed { differences: Vec::new(), observed: None, refusal: who.to_owned() };
    End::Differed(Box::new(differed))
}

impl<P: Compared> Differed<P> {
    /// The same for two differences that may well have one cause.
    pub(super) fn kind(&self) -> String {
        if self.differences.is_empty() {
            // Who refuses.
            return self.refusal.chars().take(4).collect();
        }
        let kinds: BTreeSet<_> = self.differences.iter().map(|one| one.what.kind()).collect();
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn subjects(&self) -> BTreeSet<&What> {
        self.differences.iter().map(|difference| &difference.what).collect()
    }
}

impl<P: Compared> Played<P> {
    /// What differs, and the scenario.
    pub(super) fn report(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        let mut scenario = self.case.scenario::<P>()?;
        if let End::Differed(differed) = &self.end {
            text.push_str(&differed.refusal);
            for difference in &differed.differences {
                write!(text, "\n  {difference}")?;
            }
            if let Some([ours, kea]) = &differed.observed {
                let last = self.case.packets.len() - 1;
                let subjects = differed.subjects();
                scenario.record(last, ours.describe(&subjects)?, false);
                scenario.record(last, kea.describe(&subjects)?, true);
            }
        }
        Ok(format!("{text}\n{}", scenario.text()))
    }
}
