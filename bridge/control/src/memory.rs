//! Large trees in memory that goes back to the system.
//!
//! The tree of a configuration takes several times what the configuration made of it takes, and is
//! needed once. The C library gives back only what nothing in use lies above of, and the
//! configuration would. Threads have memory of their own, which the next one takes over: there a
//! tree is made and forgotten.

use std::hint::black_box;
use std::panic::resume_unwind;
use std::thread;

/// Freeing so much makes the C library join what is free and give it back; more would not be kept
/// with the rest.
const LARGE: usize = 100_000;

/// Makes something in memory of its own.
pub fn apart<T: Send>(make: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(make).join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Drops what was made so last, and gives its memory back.
pub fn forget(made: impl Send) {
    apart(move || {
        drop(made);
        drop(black_box(Vec::<u8>::with_capacity(LARGE)));
    });
}
