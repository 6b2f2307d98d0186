//! Tests of the suite as a whole.
//!
//! [`scenario`] runs the files of `tests/scenarios` against the server in this process, the built
//! program, or ISC Kea; [`differential`] makes up its own and compares the first with the last.
//! `tests/structure.rs` looks at the workspace itself.

pub mod differential;
pub mod scenario;
