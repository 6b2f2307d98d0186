//! What holds for any input, one function a decoder.
//!
//! Each takes bytes from anywhere and panics if something does not hold; it answers whether it
//! understood them. The fuzz targets in `tests/fuzz` call them with noise, a test calls them with
//! the seeds.

mod command;
mod configuration;
mod exchange4;
mod exchange6;
mod expression;
mod packet;
mod packet6;
mod passed;
mod request;
mod site;

pub use command::{command, command6};
pub use configuration::configuration;
pub use exchange4::exchange4;
pub use exchange6::exchange6;
pub use expression::expression;
pub use packet::packet;
pub use packet6::packet6;
pub use passed::passed;
pub use request::request;
