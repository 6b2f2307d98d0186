//! `ruru-dhcp4`, the DHCPv4 server.

fn main() -> std::process::ExitCode {
    ruru_dhcpd::dhcp4()
}
