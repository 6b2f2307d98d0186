//! What the DHCPv4 server does with messages.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::exchange4(bytes);
});
