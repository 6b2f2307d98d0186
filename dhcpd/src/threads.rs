//! The threads of the server besides the main one, from start to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, JoinHandle};

use crate::committer::{self, QUEUE};
use crate::family::Served;
use crate::maintain::{Housekeeper, sync_by_the_clock};
use crate::updates;
use crate::worker::{Shared, Worker};

/// The workers, the committer, and what happens by the clock.
pub(crate) struct Threads<F: Served> {
    shared: Arc<Shared<F>>,
    handles: Vec<JoinHandle<()>>,
}

impl<F: Served> Threads<F> {
    /// Starts them.
    pub(crate) fn start(shared: &Arc<Shared<F>>) -> io::Result<Self> {
        let (queue, pending) = sync_channel(QUEUE);
        let mut threads = Self { shared: Arc::clone(shared), handles: Vec::new() };
        for number in 0..shared.workers {
            let queue = queue.clone();
            threads.spawn(&format!("packets-{number}"), move |shared| {
                Worker::new(shared, number, queue).run();
            })?;
        }
        // It ends once no worker has the other end of its queue.
        drop(queue);
        threads.spawn("committer", move |shared| committer::run(shared, &pending))?;
        threads.spawn("housekeeper", |shared| Housekeeper::new(shared).run())?;
        threads.spawn("syncer", sync_by_the_clock)?;
        threads.spawn("updates", updates::run)?;
        Ok(threads)
    }

    fn spawn(
        &mut self,
        name: &str,
        run: impl FnOnce(&Shared<F>) + Send + 'static,
    ) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let handle = Builder::new().name(name.to_owned()).spawn(move || run(&shared))?;
        self.handles.push(handle);
        Ok(())
    }

    /// Ends them once what has come is answered; false if one has panicked.
    pub(crate) fn stop(self) -> bool {
        self.shared.stop.store(true, Ordering::Relaxed);
        for handle in &self.handles {
            handle.thread().unpark();
        }
        // All are waited for, whatever becomes of one.
        self.handles.into_iter().map(JoinHandle::join).filter(Result::is_err).count() == 0
    }
}
