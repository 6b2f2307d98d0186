//! `ruru-perf`: puts a DHCP server under load and reports how it kept up.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    ruru_perf::perf()
}
