"""The DHCPv6 server of RFC 9243 over NETCONF: `ietf-dhcpv6-server` configures, shows and tells."""

import ipaddress
import sys

import pytest
from clients import option
from lab import BASE, wait_for
from lab6 import KEA, Lab6
from lab6 import edit as edit_kea
from ncclient.operations.rpc import RPCError
from ncclient.xml_ import to_ele

SRV = "urn:ietf:params:xml:ns:yang:ietf-dhcpv6-server"
OWN = "urn:ruru:yang:ruru-ietf-dhcpv6"
NAMES = {"i": SRV, "r": OWN, "k": KEA}
SERVER = "/i:dhcpv6-server"
RANGE = f"{SERVER}/i:allocation-ranges/i:allocation-range[i:id='office']"
POOL = f"{RANGE}/i:address-pools/i:address-pool[i:pool-id='desks']"
PREFIXES = f"{RANGE}/i:prefix-pools/i:prefix-pool[i:pool-id='homes']"
STATISTICS = f"{SERVER}/i:allocation-ranges/i:statistics"

# The DUID of a client with a hardware address that the test chooses.
CLIENT = "00030001020000000001"

SITE = f"""
<server-duid>0003000102000000abcd</server-duid>
<vendor-config><settings xmlns="{OWN}">
  <interfaces-config><interfaces>lan</interfaces></interfaces-config></settings></vendor-config>
<option-sets><option-set><option-set-id>site</option-set-id>
  <option-data xmlns="{OWN}"><code>23</code><space>dhcp6</space><data>2001:db8::53</data></option-data>
  <inf-max-rt-option><inf-max-rt-value>120</inf-max-rt-value></inf-max-rt-option>
</option-set></option-sets>
<allocation-ranges><valid-lifetime>600</valid-lifetime>
  <preferred-lifetime>300</preferred-lifetime><rapid-commit>true</rapid-commit>
  <option-set-id>site</option-set-id>
  <allocation-range><id>office</id><description>The office</description>
    <network-prefix>2001:db8:1::/64</network-prefix>
    <settings xmlns="{OWN}"><interface>lan</interface></settings>
    <address-pools><address-pool><pool-id>desks</pool-id>
      <pool-prefix>2001:db8:1::/112</pool-prefix>
      <start-address>2001:db8:1::1000</start-address>
      <end-address>2001:db8:1::1003</end-address>
      <max-address-utilization>25</max-address-utilization>
      <host-reservations><host-reservation><reserved-addr>2001:db8:1::1002</reserved-addr>
        <client-duid>{CLIENT}</client-duid></host-reservation></host-reservations>
    </address-pool></address-pools>
    <prefix-pools><prefix-pool><pool-id>homes</pool-id>
      <pool-prefix>2001:db8:8000::/40</pool-prefix>
      <client-prefix-length>56</client-prefix-length></prefix-pool></prefix-pools>
  </allocation-range></allocation-ranges>
"""


def edit(session, content):
    """An edit-config of the configuration."""
    content = f'<dhcpv6-server xmlns="{SRV}" xmlns:nc="{BASE}">{content}</dhcpv6-server>'
    return session.edit_config(
        target="running", config=f'<config xmlns="{BASE}">{content}</config>')


def values(session, path):
    """The texts of the nodes of operational data that a path selects."""
    data = session.get(filter=("xpath", (NAMES, path))).data
    return [node.text for node in data.xpath(path.lstrip("/"), namespaces=NAMES)]


def operational(session, name):
    """The text of a node that only the operational datastore has."""
    reply = to_ele(session.dispatch(to_ele(f"""
        <get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
          xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">
          <datastore>ds:operational</datastore><subtree-filter>
          <dhcpv6-server xmlns="{SRV}"/></subtree-filter>
        </get-data>""")).xml)
    return reply.findtext(f".//{{{SRV}}}{name}")


def call(session, operation, leaf, value):
    """Deletes a lease; answers what the server says."""
    reply = to_ele(session.dispatch(to_ele(
        f'<{operation} xmlns="{SRV}"><{leaf}>{value}</{leaf}></{operation}>')).xml)
    return reply.findtext(f".//{{{SRV}}}return-message")


@pytest.fixture
def bare():
    with Lab6() as lab:
        lab.install_modules()
        lab.start_server6()
        lab.start_agent(models={"dhcp6": "ietf-dhcpv6-server"}, dhcp6=lab.control_socket)
        yield lab


@pytest.fixture
def site(bare):
    with bare.connect() as session:
        edit(session, SITE)
    return bare


def test_a_range_with_pools_and_a_reservation_serves_clients(site):
    subnet = site.command("subnet6-list")["arguments"]["subnets"][0]
    assert subnet["subnet"] == "2001:db8:1::/64" and subnet["id"] >= 1 << 31
    assert "new_ip6_address=2001:db8:1::100" in site.dhclient6("client")
    answer = site.dhclient6("client", "-P")
    assert "new_ip6_prefix=2001:db8:80" in answer and "2001:db8::53" in answer, answer
    with site.connect() as session:
        assert len(site.leases()) == 2
        assert [host["ip-addresses"] for host in site.command(
            "reservation-get-all", {"subnet-id": subnet["id"]})["arguments"]["hosts"]
        ] == [["2001:db8:1::1002"]]
        edit(session, "<enabled>false</enabled>")
        interfaces = site.command("config-get")["arguments"]["Dhcp6"]["interfaces-config"]
        assert interfaces["interfaces"] == []


def test_an_edit_that_cannot_be_done_is_refused_with_its_place(site):
    def refused(content):
        before = site.command("config-hash-get")
        with site.connect() as session, pytest.raises(RPCError) as error:
            edit(session, content)
        assert site.command("config-hash-get") == before
        return error.value.path, error.value.message

    def of_range(content):
        return ("<allocation-ranges><allocation-range><id>office</id>"
                f"{content}</allocation-range></allocation-ranges>")

    # The translation refuses it.
    path, message = refused(of_range("""<address-pools><address-pool><pool-id>desks</pool-id>
        <valid-lifetime>1</valid-lifetime></address-pool></address-pools>"""))
    assert path.endswith("[dhc6-srv:pool-id='desks']/dhc6-srv:valid-lifetime"), path
    assert "whole allocation ranges" in message
    # The server refuses it.
    path, message = refused(of_range("""<address-pools><address-pool><pool-id>far</pool-id>
        <pool-prefix>2001:db8:9::/64</pool-prefix><start-address>2001:db8:9::</start-address>
        <end-address>2001:db8:9::ff</end-address></address-pool></address-pools>"""))
    assert path.endswith("[dhc6-srv:pool-id='far']"), path
    path, message = refused(f"""<vendor-config><settings xmlns="{OWN}">
        <interfaces-config><interfaces>lan/nonsense</interfaces></interfaces-config>
        </settings></vendor-config>""")
    assert "interfaces" in path, (path, message)
    with site.connect() as session, pytest.raises(RPCError, match="ietf-dhcpv6-server"):
        edit_kea(session, "<subnet6><id>1</id><subnet>2001:db8:7::/64</subnet></subnet6>")


def test_small_edits_become_small_commands(site):
    with site.connect() as session:
        edit(session, """<allocation-ranges><allocation-range><id>2</id>
            <network-prefix>2001:db8:2::/64</network-prefix></allocation-range>
            <allocation-range><id>office</id><renew-time>77</renew-time></allocation-range>
            </allocation-ranges>""")
        subnets = site.command("config-get")["arguments"]["Dhcp6"]["subnet6"]
        office = next(subnet for subnet in subnets if subnet["id"] != 2)
        assert len(subnets) == 2 and office["renew-timer"] == 77
        assert [pool["pool"] for pool in office["pools"]] == ["2001:db8:1::1000 - 2001:db8:1::1003"]
        assert len(office["reservations"]) == 1
        edit(session, """<allocation-ranges><allocation-range nc:operation="delete"><id>2</id>
            </allocation-range></allocation-ranges>""")
    assert len(site.command("subnet6-list")["arguments"]["subnets"]) == 1

    def hosts(pool, content):
        """Edits reservations in a pool; answers what the server has then."""
        with site.connect() as session:
            edit(session, f"""<allocation-ranges><allocation-range><id>office</id><address-pools>
                <address-pool><pool-id>{pool}</pool-id><host-reservations>{content}
                </host-reservations></address-pool></address-pools></allocation-range>
                </allocation-ranges>""")
        answer = site.command("reservation-get-all", {"subnet-id": office["id"]})
        return {host["duid"]: host["ip-addresses"] for host in answer["arguments"]["hosts"]}

    def host(address, duid="", operation="merge"):
        client = f"<client-duid>{duid}</client-duid>" if duid else ""
        return f"""<host-reservation nc:operation="{operation}"><reserved-addr>{address}
            </reserved-addr>{client}</host-reservation>""".replace("\n            ", "")

    first, other = "00:03:00:01:02:00:00:00:00:01", "0a:01:02"
    kept = {first: ["2001:db8:1::1002"]}
    assert hosts("desks", host("2001:db8:1::1003", "0a0102")) == {
        **kept, other: ["2001:db8:1::1003"]}
    assert hosts("desks", host("2001:db8:1::1001", "0a0102")) == {
        **kept, other: ["2001:db8:1::1001", "2001:db8:1::1003"]}
    assert hosts("desks", host("2001:db8:1::1003", operation="delete")) == {
        **kept, other: ["2001:db8:1::1001"]}
    # Another client: what was before is not in the edit.
    assert hosts("desks", host("2001:db8:1::1001", "0a0103")) == {
        **kept, "0a:01:03": ["2001:db8:1::1001"]}
    assert hosts("desks", host("2001:db8:1::1001", operation="delete")) == kept
    with site.connect() as session:
        edit(session, """<allocation-ranges><allocation-range><id>new</id>
            <network-prefix>2001:db8:3::/64</network-prefix><address-pools><address-pool>
            <pool-id>p</pool-id><pool-prefix>2001:db8:3::/112</pool-prefix>
            <start-address>2001:db8:3::</start-address><end-address>2001:db8:3::f</end-address>
            <host-reservations><host-reservation><reserved-addr>2001:db8:3::1</reserved-addr>
            <client-duid>0a0105</client-duid></host-reservation></host-reservations>
            </address-pool></address-pools></allocation-range></allocation-ranges>""")
    subnets = site.command("config-get")["arguments"]["Dhcp6"]["subnet6"]
    assert [len(subnet["reservations"]) for subnet in subnets] == [1, 1]
    received = [line for line in site.server.output().splitlines() if "COMMAND_RECEIVED" in line]
    assert not any("config-set" in line for line in received)


def test_the_configuration_of_a_server_is_taken_over():
    config = {"valid-lifetime": 900, "interfaces-config": {"interfaces": ["lan"]},
              "shared-networks": [{"name": "floor", "subnet6": [
                  {"id": 5, "subnet": "2001:db8:5::/64", "user-context": {"comment": "five"},
                   "pools": [{"pool": "2001:db8:5::/80"}],
                   "option-data": [{"name": "preference", "code": 7, "space": "dhcp6",
                                    "data": "7"}]}]}]}
    with Lab6() as lab:
        lab.install_modules()
        lab.start_server6(config)
        before = lab.command("config-get")["arguments"]["Dhcp6"]
        lab.start_agent(models={"dhcp6": "ietf-dhcpv6-server"}, dhcp6=lab.control_socket)
        five = f"{SERVER}/i:allocation-ranges/i:allocation-range[i:id='5']"
        with lab.connect() as session:
            assert values(session, f"{five}/i:description") == ["five"]
            assert values(session, f"{five}/i:address-pools/i:address-pool/i:pool-prefix") == [
                "2001:db8:5::/80"]
            assert values(session, f"{SERVER}/i:option-sets//i:pref-value") == ["7"]
            # The server has made it.
            duid = bytes((lab.directory / "kea-dhcp6-serverid").read_text(), "ascii")
            assert operational(session, "server-duid").encode() == duid.strip().replace(b":", b"")
        lab.server.end()
        # It gets back what it had.
        lab.start_server6()
        wait_for("its configuration", lambda: lab.command("config-get")["arguments"]["Dhcp6"].get(
            "shared-networks"))
        after = lab.command("config-get")["arguments"]["Dhcp6"]
        (old,), (new,) = (
            network["subnet6"] for (network,) in (before["shared-networks"], after["shared-networks"]))
        assert new == old
        assert after == before


def test_leases_and_counters_are_seen_and_leases_deleted(site):
    site.dhclient6("client")
    site.stop_dhclient("client")
    site.dhclient6("client", "-P")
    address, prefix = site.leases()
    of_pool, of_prefixes = f"{POOL}/i:active-leases", f"{PREFIXES}/i:active-leases"
    with site.connect() as session:
        assert values(session, f"{of_pool}/i:total-count") == ["4"]
        assert values(session, f"{of_pool}/i:allocated-count") == ["1"]
        assert values(session, f"{of_prefixes}/i:total-count") == ["65536"]
        assert values(session, f"{of_prefixes}/i:allocated-count") == ["1"]
        assert values(session, f"{of_pool}//i:leased-address") == [address]
        assert values(session, f"{of_prefixes}//i:leased-prefix") == [prefix]
        one = f"{of_pool}/i:active-lease[i:leased-address='{address}']"
        assert values(session, f"{one}/i:valid-lifetime") == ["600"]
        assert len(values(session, f"{one}/i:client-duid")[0]) >= 12
        assert values(session, f"{one}/i:last-renew-rebind")[0].endswith("Z")
        assert values(session, f"{one}/i:allocation-time")[0].endswith("Z")
        preferred = int(values(session, f"{one}/i:preferred-lifetime")[0])
        timers = [int(values(session, f"{one}/i:lease-t{number}")[0]) for number in (1, 2)]
        assert timers == [preferred * 5 // 10, preferred * 8 // 10]
        assert values(session, f"{one}/i:status/i:code") == ["0"]
        assert int(values(session, f"{STATISTICS}/i:solicit-count")[0]) >= 1
        assert int(values(session, f"{STATISTICS}/i:reply-count")[0]) >= 2
        assert values(session, f"{STATISTICS}/i:reconfigure-count") == ["0"]
        started = operational(session, "discontinuity-time")
        assert started.startswith("20")
        # Kea's tree shows the same server.
        assert values(session, "/k:state/k:leases/k:lease/k:lease-type") == ["IA_NA", "IA_PD"]

        for wrong in ("2001:db8:1::ffff", "2001:db8:1::1001"):
            if wrong != address:
                with pytest.raises(RPCError, match="no active lease") as error:
                    call(session, "delete-address-lease", "lease-address-to-delete", wrong)
                assert "lease-address-to-delete" in error.value.path
        with pytest.raises(RPCError, match="no active lease"):
            call(session, "delete-prefix-lease", "lease-prefix-to-delete",
                 prefix.replace("/56", "/57"))
        said = call(session, "delete-address-lease", "lease-address-to-delete", address)
        assert address in said, said
        said = call(session, "delete-prefix-lease", "lease-prefix-to-delete", prefix)
        assert prefix in said, said
        assert site.leases() == []
        assert values(session, f"{of_pool}/i:allocated-count") == ["0"]
        assert operational(session, "discontinuity-time") == started


def test_what_happens_with_clients_is_told(site):
    def told(session, name):
        """The first notification of this name, as names and texts."""
        for _ in range(10):
            notification = session.take_notification(timeout=10)
            assert notification is not None, f"no {name}"
            for found in notification.notification_ele.findall(f"{{{SRV}}}{name}"):
                return {node.tag.split("}")[1]: node.text for node in found.iter()}
        raise AssertionError(f"no {name}")

    def send(kind, *options):
        """Sends a message as a client of the link would."""
        message = bytes([kind, 0, 0, 1]) + b"".join(option(*one) for one in options)
        site.execute("client", [sys.executable, "-c", f"""
import socket
link = socket.if_nametoindex("eth0")
client = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
client.bind(("::", 546))
client.sendto(bytes.fromhex("{message.hex()}"), ("ff02::1:2", 547, 0, link))
"""])

    client, server = bytes.fromhex(CLIENT), bytes.fromhex("0003000102000000abcd")
    address = ipaddress.IPv6Address("2001:db8:1::1000").packed
    association = (3, (1).to_bytes(4) + bytes(8) + option(5, address + bytes(8)))
    with site.connect() as session:
        session.create_subscription()
        # The server keeps what happens once it has been asked.
        wait_for("interest", lambda: "incident-get" in site.server.output())
        send(9, (1, client), (2, server), association)
        assert told(session, "decline-received") == {
            "decline-received": None, "duid": CLIENT, "declined-resources": None,
            "address": "2001:db8:1::1000"}
        # There was nothing to decline.
        status = told(session, "non-success-code-sent")
        assert (status["duid"], status["code"]) == (CLIENT, "3"), status
        send(5, (1, client), association)
        invalid = told(session, "invalid-client-detected")
        assert (invalid["message-type"], invalid["duid"]) == ("renew", CLIENT), invalid


def test_pools_that_share_a_number_are_counted_apart(site):
    number = f'<settings xmlns="{OWN}"><number>5</number></settings>'
    pools = "".join(f"""<address-pool><pool-id>{name}</pool-id>
        <pool-prefix>2001:db8:1::/64</pool-prefix><start-address>2001:db8:1::{first}0</start-address>
        <end-address>2001:db8:1::{first}f</end-address>{number}</address-pool>"""
        for name, first in (("one", "a"), ("two", "b")))
    with site.connect() as session:
        edit(session, f"""<allocation-ranges><allocation-range><id>office</id><address-pools>{pools}
            </address-pools></allocation-range></allocation-ranges>""")
        subnet = site.command("subnet6-list")["arguments"]["subnets"][0]["id"]
        for address in ("a1", "b1", "b2"):
            assert site.command("lease6-add", {
                "ip-address": f"2001:db8:1::{address}", "duid": "0a:01:02", "iaid": 1,
                "subnet-id": subnet})["result"] == 0
        pools = f"{RANGE}/i:address-pools/i:address-pool"
        for name, count in (("desks", "0"), ("one", "1"), ("two", "2")):
            assert values(session, f"{pools}[i:pool-id='{name}']//i:allocated-count") == [count]


def test_a_pool_that_runs_out_is_told_once(site):
    subnet = site.command("subnet6-list")["arguments"]["subnets"][0]["id"]

    def add(number):
        answer = site.command("lease6-add", {
            "ip-address": f"2001:db8:1::100{number}", "duid": f"0a:01:02:{number:02x}",
            "iaid": number, "subnet-id": subnet})
        assert answer["result"] == 0, answer

    with site.connect() as session:
        session.create_subscription()
        # Of four addresses one may be in use.
        add(0)
        assert session.take_notification(timeout=3) is None
        add(1)
        told = session.take_notification(timeout=10).notification_ele
        name = "address-pool-utilization-threshold-exceeded"
        (exceeded,) = told.findall(f"{{{SRV}}}{name}")
        assert [(node.tag.split("}")[1], node.text) for node in exceeded] == [
            ("pool-id", "desks"), ("total-pool-addresses", "4"), ("max-allocated-addresses", "1"),
            ("allocated-address-count", "2")]
        add(3)
        assert session.take_notification(timeout=3) is None


def test_isc_kea_is_managed_alike():
    hooks = "".join(
        f"<hook-library><library>libdhcp_{name}_cmds.so</library></hook-library>"
        for name in ("lease", "subnet", "host", "stat"))
    with Lab6() as lab:
        lab.install_modules()
        inside = lab.start_kea({"lease-database": {"type": "memfile", "persist": False}}, 6)
        lab.start_agent(models={"dhcp6": "ietf-dhcpv6-server"}, dhcp6=lab.control_socket)
        socket = (f"<control-sockets><socket-type>unix</socket-type>"
                  f"<socket-name>{inside}/kea.sock</socket-name></control-sockets>")
        try:
            with lab.connect() as session:
                # What Kea has told of its server-id was taken over.
                whole = SITE.replace("<interfaces-config>", f"""<server-id nc:operation="remove"/>
                    {hooks}{socket}<interfaces-config>""")
                edit(session, whole)
                assert "new_ip6_address=2001:db8:1::100" in lab.dhclient6("client")
                of_pool = f"{POOL}/i:active-leases"
                assert values(session, f"{of_pool}/i:allocated-count") == ["1"]
                (address,) = values(session, f"{of_pool}//i:leased-address")
                call(session, "delete-address-lease", "lease-address-to-delete", address)
                assert values(session, f"{of_pool}//i:leased-address") == []
                with pytest.raises(RPCError, match="does not match the prefix") as refused:
                    edit(session, """<allocation-ranges><allocation-range><id>office</id>
                        <address-pools><address-pool><pool-id>far</pool-id>
                        <pool-prefix>2001:db8:9::/64</pool-prefix>
                        <start-address>2001:db8:9::</start-address>
                        <end-address>2001:db8:9::ff</end-address></address-pool></address-pools>
                        </allocation-range></allocation-ranges>""")
                assert "allocation-range[dhc6-srv:id='office']" in refused.value.path
        finally:
            lab.kea.end()
            lab.forget_kea()
