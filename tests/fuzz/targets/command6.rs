//! Control commands of the DHCPv6 server.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::command6(bytes);
});
