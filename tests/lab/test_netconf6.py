"""DHCPv6 over NETCONF: the configuration goes to the server, leases and statistics come back."""

import pytest
from lab import BASE, lease_pages, wait_for
from lab import KEA as KEA4
from lab6 import KEA, STATE, Lab6, edit, values
from ncclient.operations.rpc import RPCError

SITE = """
<interfaces-config><interfaces>lan</interfaces></interfaces-config>
<valid-lifetime>600</valid-lifetime><preferred-lifetime>300</preferred-lifetime>
<option-data><code>23</code><space>dhcp6</space><data>2001:db8::53</data></option-data>
<subnet6><id>1</id><subnet>2001:db8:1::/64</subnet><interface>lan</interface>
  <pool><start-address>2001:db8:1::1000</start-address>
    <end-address>2001:db8:1::1fff</end-address></pool>
  <pd-pool><prefix>2001:db8:8000::/40</prefix><delegated-len>56</delegated-len></pd-pool>
  <host><identifier-type>duid</identifier-type><identifier>00:03:00:01:02:00:00:00:00:bb</identifier>
    <ip-addresses>2001:db8:1::bb</ip-addresses></host>
</subnet6>
"""

LEASE = "/k:state/k:leases/k:lease"
SUBNET = "/k:state/k:lease-stats/k:subnet[k:subnet-id='1']"


@pytest.fixture
def site6():
    with Lab6() as lab:
        lab.install_modules()
        lab.start_server6()
        lab.start_agent(dhcp6=lab.control_socket)
        with lab.connect() as session:
            edit(session, SITE)
        yield lab


def test_a_site_is_configured_and_its_leases_are_seen(site6):
    assert "new_ip6_address=2001:db8:1::1" in site6.dhclient6("client")
    site6.stop_dhclient("client")
    site6.dhclient6("client", "-P")
    with site6.connect() as session:
        addresses = values(session, f"{LEASE}/k:ip-address")
        assert len(addresses) == 2
        assert values(session, f"{LEASE}/k:lease-type") == ["IA_NA", "IA_PD"]
        for address, kind in zip(addresses, ["IA_NA", "IA_PD"]):
            one = f"{LEASE}[k:ip-address='{address}']"
            assert values(session, f"{one}/k:lease-type") == [kind]
            assert 0 < int(values(session, f"{one}/s:remaining")[0]) <= 600
        assert values(session, f"{SUBNET}/k:assigned-nas") == ["1"]
        assert values(session, f"{SUBNET}/k:assigned-pds") == ["1"]
        assert values(session, f"{SUBNET}/s:prefixes/s:total") == ["65536"]
        assert values(session, f"{SUBNET}/s:prefixes/s:cumulative-assigned") == ["1"]
        replies = "/k:state/s:statistics/s:counter[s:name='pkt6-reply-sent']/s:value"
        assert int(values(session, replies)[0]) >= 2
        assert values(session, "/k:state/s:server/s:sync/s:status") == ["in-sync"]
        assert values(session, "/k:state/k:hosts/k:host/k:ip-addresses") == ["2001:db8:1::bb"]


def test_leases_are_read_in_pages(site6):
    for number in range(5):
        answer = site6.command("lease6-add", {
            "ip-address": f"2001:db8:1::{1000 + number}", "duid": f"00:01:02:{number:02x}",
            "iaid": number, "subnet-id": 1})
        assert answer["result"] == 0, answer
    with site6.connect() as session:
        seen = list(lease_pages(session, STATE))
    assert seen == [f"2001:db8:1::{1000 + number}" for number in range(5)]


def test_edits_become_small_commands_and_refusals_change_nothing(site6):
    def pools():
        answer = site6.command("subnet6-get", {"id": 1})
        return [pool["pool"] for pool in answer["arguments"]["subnet6"][0]["pools"]]

    before = pools()
    with site6.connect() as session:
        with pytest.raises(RPCError) as refused:
            edit(session, """<subnet6><id>1</id><pool><start-address>2001:db8:9::1</start-address>
                <end-address>2001:db8:9::2</end-address></pool></subnet6>""")
        assert "start-address='2001:db8:9::1'" in refused.value.path, refused.value.path
        assert pools() == before
        edit(session, "<subnet6><id>1</id><rapid-commit>true</rapid-commit></subnet6>")
        edit(session, """<subnet6><id>2</id><subnet>2001:db8:2::/64</subnet></subnet6>""")
    subnets = site6.command("subnet6-list")["arguments"]["subnets"]
    assert [subnet["id"] for subnet in subnets] == [1, 2]
    received = [line for line in site6.server.output().splitlines() if "COMMAND_RECEIVED" in line]
    assert not any("config-set" in line for line in received)


def test_a_server_that_starts_again_gets_the_running_configuration(site6):
    site6.server.end()
    site6.start_server6()
    wait_for("its configuration", lambda: site6.command("subnet6-list")["result"] == 0)


def test_both_servers_change_together_or_not_at_all():
    def change(session, v4, v6):
        session.edit_config(target="running", config=f"""<config xmlns="{BASE}">
            <config xmlns="{KEA4}">{v4}</config><config xmlns="{KEA}">{v6}</config></config>""")

    good4 = "<subnet4><id>1</id><subnet>192.0.2.0/24</subnet></subnet4>"
    good6 = "<subnet6><id>1</id><subnet>2001:db8:1::/64</subnet></subnet6>"
    bad6 = """<subnet6><id>1</id><subnet>2001:db8:1::/64</subnet><pool>
        <start-address>2001:db8:9::1</start-address>
        <end-address>2001:db8:9::2</end-address></pool></subnet6>"""
    with Lab6() as lab:
        lab.install_modules()
        lab.start_server()
        socket4 = lab.control_socket
        lab.start_server6()
        socket6 = lab.control_socket

        def counts():
            lab.control_socket = socket4
            subnets4 = lab.command("subnet4-list").get("arguments", {}).get("subnets", [])
            lab.control_socket = socket6
            subnets6 = lab.command("subnet6-list").get("arguments", {}).get("subnets", [])
            return len(subnets4), len(subnets6)

        lab.start_agent(dhcp4=socket4, dhcp6=socket6)
        with lab.connect() as session:
            with pytest.raises(RPCError, match="not inside subnet"):
                change(session, good4, bad6)
            assert counts() == (0, 0)
            change(session, good4, good6)
            assert counts() == (1, 1)
