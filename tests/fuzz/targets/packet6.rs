//! DHCPv6 messages.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::packet6(bytes);
});
