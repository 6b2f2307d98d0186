//! What the servers do with messages of each other's.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::passed(bytes);
});
