//! Control commands of the DHCPv4 server.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ruru_noise::command(bytes);
});
