"""Servers on interfaces of VRFs. Run by `test_vrf.py`, in a kernel that has VRFs."""

import socket

import pytest
from clients import OFFER, RELAY, RELAY6, SERVER, SERVER6, Messages6, parse
from lab import Lab, shell
from lab6 import SITE as SITE6
from lab6 import Lab6
from test_frames import DISCOVER, message

SITE = {
    "valid-lifetime": 600,
    "subnet4": [
        {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.20-192.0.2.90"}]},
        {"id": 2, "subnet": "203.0.113.0/24", "relay": {"ip-addresses": [RELAY, "203.0.113.1"]},
         "pools": [{"pool": "203.0.113.20-203.0.113.90"}]}]}


def add_vrf(lab, name, table, *members):
    lab.ip("server", "link", "add", name, "type", "vrf", "table", table)
    lab.ip("server", "link", "set", name, "up")
    for member in members:
        lab.ip("server", "link", "set", member, "master", name)


@pytest.fixture
def lab():
    """A laboratory whose server has its interfaces in a VRF."""
    with Lab() as lab:
        add_vrf(lab, "blue", "10", "lan", "uplink")
        lab.ip("server", "route", "add", "203.0.113.0/24", "via", "198.51.100.2", "vrf", "blue")
        yield lab


def start(lab, *interfaces, **more):
    control = {"socket-type": "unix", "socket-name": str(lab.control_socket)}
    lab.start_server({**SITE, "control-sockets": [control],
                      "interfaces-config": {"interfaces": interfaces, **more}})
    assert "DHCP4_OPEN_SOCKETS_FAILED" not in lab.server.output()


def ask(lab, relay="relay", server=SERVER, client=1):
    """Asks by a relay; answers the type of what comes back."""
    with lab.inside(relay), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((RELAY, 67))
        asking.settimeout(5)
        asking.sendto(message(client, 6, DISCOVER, socket.inet_aton(RELAY)), (server, 67))
        return dict(parse(asking.recv(2048)[240:]))[53][0]


def test_clients_on_the_link_of_a_member(lab):
    start(lab, "lan")
    assert "ip=192.0.2.20" in lab.udhcpc("client")


@pytest.mark.parametrize("how", [
    {}, {"dhcp-socket-type": "udp"},
    {"dhcp-socket-type": "udp", "outbound-interface": "use-routing"}])
def test_relays_behind_a_member(lab, how):
    start(lab, "uplink", **how)
    assert ask(lab) == OFFER


def test_clients_behind_a_real_relay(lab):
    start(lab, "uplink")
    lab.start_relay()
    assert "ip=203.0.113.20" in lab.udhcpc("remote")


def test_an_address_of_the_vrf_itself(lab):
    """Relays may know the server by an address that hangs on no cable."""
    lab.ip("server", "addr", "add", "10.9.9.1/32", "dev", "blue")
    lab.ip("relay", "route", "add", "10.9.9.1/32", "via", SERVER)
    start(lab, "blue")
    # Frames have no business there.
    interfaces = lab.command("interface-list")["arguments"]["interfaces"]
    told = {one["name"]: (one["sockets"], one.get("vrf")) for one in interfaces}
    assert told["blue"] == (["udp 10.9.9.1"], "blue")
    assert told["uplink"] == ([], "blue") and told["mgmt"] == ([], None)
    assert ask(lab, server="10.9.9.1") == OFFER


def test_two_vrfs_with_the_same_addresses(lab):
    lab.add("other")
    lab.wire("server", "second", None, "other", "to-server", "198.51.100.2/30")
    add_vrf(lab, "red", "20", "second")
    lab.ip("server", "addr", "add", "198.51.100.1/30", "dev", "second")
    start(lab, "uplink", "second")
    for client, relay in enumerate(("relay", "other", "other", "relay")):
        assert ask(lab, relay, client=client) == OFFER


def test_an_interface_that_joins_a_vrf_while_it_is_served(lab):
    lab.ip("server", "link", "set", "uplink", "nomaster")
    start(lab, "uplink")
    assert ask(lab) == OFFER
    lab.ip("server", "link", "set", "uplink", "master", "blue")
    with pytest.raises(TimeoutError):
        ask(lab)
    assert lab.command("interface-redetect")["result"] == 0
    assert ask(lab) == OFFER


@pytest.fixture
def lab6():
    """The same with DHCPv6."""
    with Lab6() as lab:
        # An interface that joins loses its IPv6 addresses unless it is told to keep them.
        for link in ("lan", "uplink"):
            shell(["ip", "netns", "exec", lab.namespace("server"), "sh", "-c",
                   f"echo 1 > /proc/sys/net/ipv6/conf/{link}/keep_addr_on_down"])
        add_vrf(lab, "blue", "10", "lan", "uplink")
        lab.ip("server", "route", "add", "2001:db8:2::/64", "via", "2001:db8:ff::2", "vrf", "blue")
        yield lab


def test_dhcpv6_clients_on_the_link_of_a_member(lab6):
    lab6.start_server6(SITE6)
    assert "OPEN_SOCKETS_FAILED" not in lab6.server.output()
    lab6.dhclient6("client")
    assert lab6.leases() == ["2001:db8:1::1000"]


def test_a_dhcpv6_relay_that_sends_to_an_address(lab6):
    lab6.start_server6(SITE6)
    lab6.start_wide_relay()
    lab6.dhclient6("remote")
    assert lab6.leases() == ["2001:db8:2::1000"]


def test_a_dhcpv6_relay_that_sends_to_all_servers(lab6):
    lab6.start_server6(SITE6)
    lab6.start_dibbler_relay()
    lab6.dhclient6("remote")
    assert lab6.leases() == ["2001:db8:2::1000"]


def test_a_dhcpv6_address_of_the_vrf_itself(lab6):
    lab6.ip("server", "addr", "add", "2001:db8:99::1/128", "dev", "blue")
    lab6.ip("relay", "route", "add", "2001:db8:99::1/128", "via", SERVER6)
    lab6.start_server6({**SITE6, "interfaces-config": {"interfaces": ["blue/2001:db8:99::1"]}})
    assert "OPEN_SOCKETS_FAILED" not in lab6.server.output()
    with lab6.inside("relay"), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as relay:
        relay.bind((RELAY6, 547))
        relay.settimeout(5)
        messages = Messages6()
        relay.sendto(messages.ask(1), ("2001:db8:99::1", 547))
        assert messages.read(relay.recv(2048))[1]
