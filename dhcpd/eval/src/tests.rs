//! Tests of the crate as a whole.

mod kea;
mod packet;
mod rules1;
mod rules2;
mod whatever;
