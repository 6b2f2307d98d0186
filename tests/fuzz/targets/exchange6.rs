//! What the DHCPv6 server does with messages.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::exchange6(bytes);
});
