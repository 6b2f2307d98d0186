//! What holds for any input, one function a decoder.
//!
//! Each takes bytes from anywhere and panics if something does not hold; it answers whether it
//! understood them. The fuzz targets in `tests/fuzz` call them with noise, a test calls them with
//! the seeds.

mod command;
mod configuration;
mod packet;

pub use command::command;
pub use configuration::configuration;
pub use packet::packet;
