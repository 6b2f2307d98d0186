//! The server beside ISC Kea: configurations and packets that dice make up, shown to both.
//!
//! From a seed come configurations, each with packets of a few clients that meet again. Each packet
//! goes to the server in this process and to Kea on a wire, and what comes out is compared: whether
//! there is an answer, where it goes, its fields, the bytes of each option, and all leases after it.
//! What is meant to differ stands in `v4/known.rs` and `v6/known.rs`. Any other difference is reduced
//! to what it takes, and written as a scenario.

mod case;
mod classes;
mod compared;
mod dice;
mod judgement;
mod observed;
mod option_data;
mod pair;
mod reduce;
mod said;
mod scopes;
mod v4;
mod v6;
mod world;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;
use ruru_json::Value;
use ruru_lease::{V4, V6};

use compared::{Compared, Generate};
use dice::Dice;
use observed::Observed;
use pair::{End, Packets};

/// What is to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Where the dice begin; the same seed makes the same pairs.
    pub seed: u64,
    /// How many pairs of a configuration and a packet are compared at least.
    pub pairs: usize,
    /// After so many differences there is no more to be learned.
    pub differences: usize,
    /// Whether differences are reduced, which takes half a minute each.
    pub reduce: bool,
}

/// What was compared.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Pairs of a configuration and a packet.
    pub pairs: usize,
    /// Pairs in which the server answered.
    pub answers: usize,
    /// Configurations that both took.
    pub configurations: usize,
    /// Configurations that both refused.
    pub refused: usize,
    /// Differences that are not meant, as scenarios.
    pub differences: Vec<String>,
}

/// Packets for one configuration.
const PACKETS: usize = 40;

/// Compares the two servers of DHCPv4.
///
/// # Errors
/// One of the two cannot be run.
pub fn compare_v4(plan: Plan) -> anyhow::Result<Comparison> {
    compare::<V4>(plan)
}

/// Compares the two servers of DHCPv6.
///
/// # Errors
/// One of the two cannot be run.
pub fn compare_v6(plan: Plan) -> anyhow::Result<Comparison> {
    compare::<V6>(plan)
}

/// Compares the two, in twice as many threads as there are processors.
fn compare<P: Compared>(plan: Plan) -> anyhow::Result<Comparison> {
    let done = Mutex::new(Comparison::default());
    let pairs = AtomicUsize::new(0);
    let next = AtomicU64::new(plan.seed);
    let work = || {
        while pairs.load(Ordering::Relaxed) < plan.pairs {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let one =
                one::<P>(seed, &plan).map_err(|error| error.context(format!("seed {seed}")))?;
            pairs.fetch_add(one.pairs, Ordering::Relaxed);
            let mut all = done.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(one);
            if all.differences.len() >= plan.differences {
                break;
            }
        }
        anyhow::Ok(())
    };
    // Each waits now and then.
    let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(anyhow!("a thread panicked")))
        })
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Comparison {
    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.answers += other.answers;
        self.configurations += other.configurations;
        self.refused += other.refused;
        self.differences.extend(other.differences);
    }
}

/// Packets that are made up.
struct Generated<G>(G);

impl<P: Compared, G: Generate<P>> Packets<P> for Generated<G> {
    fn next(&mut self, shown: usize) -> Option<Value> {
        (shown < PACKETS).then(|| self.0.packet())
    }

    fn note(&mut self, observed: &Observed<P>) {
        self.0.note(observed);
    }
}

/// One configuration with its packets.
fn one<P: Compared>(seed: u64, plan: &Plan) -> anyhow::Result<Comparison> {
    let mut generator = P::Generator::new(Dice::new(seed));
    let config = generator.configuration();
    let played = pair::play::<P>(config, &mut Generated(generator))?;
    let mut comparison = Comparison {
        pairs: played.case.packets.len(),
        answers: played.answers,
        ..Comparison::default()
    };
    match &played.end {
        End::Agreed | End::Parted(_) => comparison.configurations = 1,
        End::Refused => comparison.refused = 1,
        End::Differed(_) => {
            comparison.configurations = 1;
            let played = if plan.reduce { reduce::reduce(played)? } else { played };
            comparison.differences.push(format!("seed {seed}: {}", played.report()?));
        }
    }
    Ok(comparison)
}
