//! `ruru-dhcp6`, the DHCPv6 server.

fn main() -> std::process::ExitCode {
    ruru_dhcpd::dhcp6()
}
