"""Real DHCPv6 clients, on the link and behind a relay."""

import pytest
from lab import wait_for
from lab6 import SITE, Lab6, end


@pytest.fixture
def site6():
    with Lab6() as lab:
        lab.start_server6(SITE)
        yield lab


def test_dhclient_gets_an_address_and_keeps_it_after_a_reboot(site6):
    output = site6.dhclient6("client")
    assert "new_ip6_address=2001:db8:1::1" in output
    assert "new_dhcp6_name_servers=2001:db8::53" in output
    before = site6.leases()
    site6.stop_dhclient("client")
    again = site6.dhclient6("client")
    assert "XMT: Confirm" in again or "XMT: Rebind" in again
    assert site6.leases() == before and len(before) == 1


def test_dhclient_gets_a_prefix_and_gives_it_back(site6):
    output = site6.dhclient6("client", "-P")
    assert "new_ip6_prefix=2001:db8:80" in output and "/56" in output
    assert [lease[-3:] for lease in site6.leases()] == ["/56"]
    site6.stop_dhclient("client")
    site6.dhclient6("client", "-r", "-P")
    wait_for("the release", lambda: site6.leases() == [])


def test_dhclient_without_leases_gets_options(site6):
    output = site6.dhclient6("client", "-S")
    assert "new_dhcp6_name_servers=2001:db8::53" in output and site6.leases() == []


def test_dhcpcd_gets_an_address_and_a_prefix_by_rapid_commit(site6):
    output = site6.dhcpcd6("client", "ia_na 1\nia_pd 2\noption rapid_commit\n")
    assert "REPLY6 received" in output or "adding address 2001:db8:1::1" in output
    leases = site6.leases()
    assert len(leases) == 2 and leases[1].endswith("/56")
    assert site6.command("statistic-get", {"name": "pkt6-request-received"})[
        "arguments"]["pkt6-request-received"][0][0] == 0


def test_a_reserved_address_is_for_its_client_alone(site6):
    site6.mac("client", "02:00:00:00:00:aa")
    assert "new_ip6_address=2001:db8:1::aa" in site6.dhclient6("client", "-D", "LL")


def test_a_home_router_of_wide_gets_address_and_prefix(site6):
    client = site6.dhcp6c("client", """
        interface eth0 { send ia-na 1; send ia-pd 2; request domain-name-servers; };
        id-assoc na 1 { };
        id-assoc pd 2 { prefix-interface lo { sla-id 1; sla-len 8; }; };
    """)
    wait_for("its leases", lambda: len(site6.leases()) == 2, 20)
    wait_for("its own network", lambda: "2001:db8:80" in site6.ip("client", "addr", "show", "lo"))
    client.end()
    wait_for("their release", lambda: site6.leases() == [])


def test_dibbler_gets_an_address_and_releases_it(site6):
    client = site6.dibbler("client", """
        log-level 7
        iface eth0 { ia  pd  option dns-server }
    """)
    wait_for("its leases", lambda: len(site6.leases()) == 2, 20)
    # The server has them before the client has heard of them, and can give them back.
    wait_for("its address", lambda: "2001:db8:1:" in site6.ip("client", "addr", "show", "eth0"))
    end(client)
    wait_for("their release", lambda: site6.leases() == [])


def test_leases_are_there_after_a_kill(site6):
    site6.dhclient6("client")
    before = site6.leases()
    site6.server.process.kill()
    site6.server.process.wait()
    site6.start_server6(SITE)
    assert site6.leases() == before and len(before) == 1


@pytest.mark.parametrize("relay", ["start_relay6", "start_wide_relay", "start_dibbler_relay"])
def test_clients_behind_a_relay_get_addresses_and_prefixes_of_their_own_subnet(site6, relay):
    """The relays of ISC, of WIDE and of Dibbler."""
    getattr(site6, relay)()
    assert "new_ip6_address=2001:db8:2::1" in site6.dhclient6("remote")
    site6.stop_dhclient("remote")
    router = site6.dhcp6c("remote", """
        interface eth0 { send ia-na 1; send ia-pd 2; };
        id-assoc na 1 { };
        id-assoc pd 2 { prefix-interface lo { sla-id 1; sla-len 8; }; };
    """)
    wait_for("its leases", lambda: len(site6.leases()) == 3, 20)
    assert [lease[:11] for lease in site6.leases()] == ["2001:db8:2:"] * 2 + ["2001:db8:90"]
    wait_for("its own network", lambda: "2001:db8:90" in site6.ip("remote", "addr", "show", "lo"))
    router.end()
    wait_for("their release", lambda: len(site6.leases()) == 1)
