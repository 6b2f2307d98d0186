//! Threads that serve different clients, who want more than there is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::thread;

use super::{Queries, Shown, Site};

const THREADS: u32 = 4;
/// Clients of each thread.
const CLIENTS: u32 = 3;
const ROUNDS: u32 = 1000;
/// What there is of each kind of lease.
const LEASES: u32 = 8;

pub(super) fn no_two_clients_ever_have_one_lease<F: Shown>(config: &str, queries: &Queries<'_>) {
    let directory = tempfile::tempdir().unwrap();
    let site = Site::<F>::new(config, &directory);
    let holders = Mutex::new(HashMap::new());
    let holders = || -> MutexGuard<'_, HashMap<String, u32>> { holders.lock().unwrap() };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (site, holders) = (&site, &holders);
            scope.spawn(move || {
                let mut dice = fastrand::Rng::with_seed(thread.into());
                let mut answers: HashMap<u32, Vec<u8>> = HashMap::new();
                for _ in 0..ROUNDS {
                    let client = thread + THREADS * dice.u32(..CLIENTS);
                    let (granted, answer) = match answers.remove(&client) {
                        None => match site.obtain(queries, client) {
                            Some((granted, _)) if granted.is_empty() => continue,
                            Some(got) => got,
                            None => continue,
                        },
                        Some(answer) if dice.bool() => {
                            let given = (queries.granted)(&answer);
                            holders().retain(|lease, _| !given.contains(lease));
                            site.ask(&(queries.release)(client, &answer));
                            continue;
                        }
                        Some(earlier) => {
                            let answer = site.ask(&(queries.renewal)(client, &earlier)).unwrap();
                            let granted = (queries.granted)(&answer);
                            let had = (queries.granted)(&earlier);
                            assert!(had.iter().all(|lease| granted.contains(lease)), "{had:?}");
                            (granted, answer)
                        }
                    };
                    for lease in granted {
                        let holder = holders().insert(lease.clone(), client);
                        assert!(
                            holder.is_none_or(|holder| holder == client),
                            "{lease}: {holder:?}"
                        );
                    }
                    answers.insert(client, answer);
                }
            });
        }
    });
    // All that is left can be had, and no more.
    let others = (0..2 * LEASES).filter_map(|client| site.obtain(queries, 1000 + client));
    let others: usize = others.map(|(granted, _)| granted.len()).sum();
    assert_eq!(holders().len() + others, (LEASES * queries.leases) as usize);
}
