//! Class expressions.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::expression(bytes);
});
