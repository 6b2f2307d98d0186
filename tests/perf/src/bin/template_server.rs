//! `ruru-template-server`: answers DHCPv4 from a fixed template.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    ruru_perf::template_server()
}
