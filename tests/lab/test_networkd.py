"""systemd-networkd, which asks for both protocols at once."""

import pytest
from lab import wait_for
from lab6 import SITE, Lab6

SITE4 = {
    "interfaces-config": {"interfaces": ["lan", "uplink"]},
    "subnet4": [
        {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.100-192.0.2.199"}],
         "option-data": [{"name": "routers", "data": "192.0.2.1"}]},
        {"id": 2, "subnet": "203.0.113.0/24", "pools": [{"pool": "203.0.113.100-203.0.113.199"}],
         "option-data": [{"name": "routers", "data": "203.0.113.1"}]},
    ],
}

NETWORK = """
[Match]
Name=eth0
[Network]
DHCP=yes
# There is no router that would tell it to ask.
IPv6AcceptRA=no
[DHCPv6]
WithoutRA=solicit
PrefixDelegationHint=::/56
"""

# It wants directories of its user, and a /sys that cannot be written: then it does not wait for udev.
START = """
mount -t tmpfs none /run
mkdir -p /run/systemd/netif/leases /run/systemd/netif/links
chown -R systemd-network: /run/systemd
mount -o remount,bind,ro /sys
mount --bind "$0" /etc/systemd/network
exec env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd
"""


@pytest.mark.parametrize("place, four, six, prefix", [
    ("client", "192.0.2.1", "2001:db8:1::1", "2001:db8:8000::"),
    ("remote", "203.0.113.1", "2001:db8:2::1", "2001:db8:9000::"),
])
def test_networkd_gets_addresses_of_both_protocols_and_a_prefix(place, four, six, prefix):
    with Lab6() as lab:
        control = {"socket-type": "unix", "socket-name": str(lab.control_socket)}
        lab.start_server({**SITE4, "control-sockets": [control]})
        lab.start_server6(SITE)
        if place == "remote":
            lab.start_relay()
            lab.start_relay6()
        networks = lab.directory / "networks"
        networks.mkdir()
        (networks / "eth0.network").write_text(NETWORK)
        # It must be able to read it as another user.
        lab.directory.chmod(0o755)
        lab.start("networkd", place, ["unshare", "--mount", "--uts", "sh", "-e", "-c", START, networks])

        def has(address):
            return address in lab.ip(place, "addr", "show", "dev", "eth0")
        wait_for("its IPv4 address", lambda: has(f"inet {four}00/24"))
        wait_for("its IPv6 address", lambda: has(f"inet6 {six}000/128"))
        assert f"default via {four} " in lab.ip(place, "route")
        assert f"{prefix}/56" in lab.leases()
        wait_for("its route", lambda: f"unreachable {prefix}/56" in lab.ip(place, "-6", "route"))
