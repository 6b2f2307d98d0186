//! The C functions that this crate calls, declared by hand.
//!
//! Only what is used stands here. `build.rs` turns each declaration into C and compiles it against
//! the installed headers, so none of them can be wrong unnoticed. No structure of the libraries is
//! laid out in Rust except [`timespec`]: fields are read through the functions in [`shim`], which
//! `abi.c` defines with the real headers.

#![allow(non_camel_case_types, missing_docs, unreachable_pub)]

mod libyang;
mod shim;
mod sysrepo;

pub(crate) use libyang::*;
pub(crate) use shim::*;
pub(crate) use sysrepo::*;

/// `struct timespec` of 64-bit systems; `abi.c` asserts its layout.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct timespec {
    pub tv_sec: i64,
    pub tv_nsec: i64,
}

macro_rules! opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        pub struct $name {
            _private: [u8; 0],
            _not_send: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
        }
    )* };
}

opaque! {
    ly_ctx ly_in ly_set ly_err_item lys_module lysc_module lysc_node lysc_type lyd_node lyd_meta lyd_attr
    sr_conn_ctx_t sr_session_ctx_t sr_subscription_ctx_t sr_change_iter_t sr_data_t
    sr_error_info_t sr_error_info_err_t
}

/// The sum of the flags that are wanted.
pub(crate) fn flags(wanted: &[(bool, u32)]) -> u32 {
    wanted.iter().filter(|(is_wanted, _)| *is_wanted).fold(0, |sum, (_, flag)| sum | flag)
}
