//! What the packet path allocates: nothing, once its buffers have grown.

use allocation_counter::AllocationInfo;

use super::{Queries, Shown, Site};

/// Clients, and how many there are in a batch.
const CLIENTS: u32 = 2048;
const BATCH: usize = 64;

impl<F: Shown> Site<F> {
    /// Serves all queries, a batch at a time, and hands each answer over.
    fn serve(&self, queries: &[Vec<u8>], reply: &mut Vec<u8>, mut taken: impl FnMut(&[u8])) {
        for queries in queries.chunks(BATCH) {
            let batch = self.leases.batch();
            for message in queries {
                assert!(F::receive(self, message, &batch, reply), "{message:02x?}");
                taken(reply);
            }
            batch.commit().unwrap();
        }
    }

    /// What serving allocates when only answers have to be counted.
    fn cost(&self, queries: &[Vec<u8>], reply: &mut Vec<u8>) -> AllocationInfo {
        let mut answers = 0;
        let cost = allocation_counter::measure(|| self.serve(queries, reply, |_| answers += 1));
        assert_eq!(answers, queries.len());
        cost
    }
}

pub(super) fn serving_allocates_nothing_but_what_new_leases_need<F: Shown>(
    config: &str,
    queries: &Queries<'_>,
) {
    let directory = tempfile::tempdir().unwrap();
    let mut site = Site::<F>::new(config, &directory);
    let mut reply = Vec::new();
    let first: Vec<_> = (0..CLIENTS).map(queries.first).collect();
    // What is measured later grows its buffers here.
    site.serve(&first[..BATCH], &mut reply, |_| {});
    let mut offers = Vec::new();
    site.serve(&first, &mut reply, |message| offers.push(message.to_vec()));
    let each = |make: &dyn Fn(u32, &[u8]) -> Vec<u8>| -> Vec<_> {
        (0..CLIENTS).zip(&offers).map(|(client, offer)| make(client, offer)).collect()
    };
    let requests = each(queries.second);

    assert_eq!(site.cost(&first, &mut reply).count_total, 0, "offers to new clients");
    // The first half grows the buffers of the journal.
    let (earlier, later) = requests.split_at(requests.len() / 2);
    site.serve(earlier, &mut reply, |_| {});
    let leases = later.len() as u64 * u64::from(queries.leases);
    // Indexes are trees, whose nodes come one for several leases, and tables.
    let new = site.cost(later, &mut reply);
    assert!(new.count_total <= leases * 3 / 4, "new leases: {new:?}");
    let size = new.bytes_current / i64::try_from(leases).unwrap();
    assert!(size < 500, "{size} bytes a lease, room to grow included");
    assert_eq!(site.cost(&first, &mut reply).count_total, 0, "offers to known clients");
    // The ends of leases are a tree: its nodes come and go as leases move to later ends.
    site.now = site.now.plus(3000);
    let renewals = site.cost(&each(queries.renewal), &mut reply);
    assert!(renewals.count_total <= leases / 2, "renewals: {renewals:?}");
}
