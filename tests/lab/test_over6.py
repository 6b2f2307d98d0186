"""DHCPv4 over DHCPv6 with our servers, with ISC Kea's, and with one of each."""

import json
import signal
import socket
import time

import pytest
from clients import option, relayed
from durable import Disk
from lab import BASE, ROOT, wait_for
from lab import KEA as KEA4
from lab6 import KEA as KEA6
from ncclient.operations.rpc import RPCError
from over6 import (
    PORT, RELAY, SITE4, SITE6, UNICAST, Over6, client, exchange, message4, query)

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
SERVER = "2001:db8:ff::1"
PAIRS = [(four, six) for four in ("ours", "kea") for six in ("ours", "kea")]


def wanted(offer):
    """The options of a request for what was offered."""
    return (b"\x32\x04" + socket.inet_aton(offer["yiaddr"])
            + b"\x36\x04" + offer["options"][54])


def through(name, *more):
    """What a relay puts around a query on the link `port-7` or on one without a name."""
    def wrap(message):
        return relayed(message, "2001:db8:2::1", "fe80::c", *more)
    wrap.__name__ = name
    return wrap


def direct(message):
    return message


def twice(message):
    """By a relay behind another one."""
    return relayed(through("", option(18, b"port-7"))(message), "::", "2001:db8:2::5",
                   option(18, b"far"), 1)


WAYS = [direct, through("port", option(18, b"port-7")), through("source"), twice]


def innermost(answer):
    while "inner" in answer:
        answer = answer["inner"]
    return answer


def conversation(lab):
    """All that clients do, and what they hear, without what is another one each time."""
    heard = []
    with client(lab) as link, client(lab, "relay", RELAY, 547) as relay:
        for number, way in enumerate(WAYS, 1):
            by, to = (link, "ff02::1:2") if way is direct else (relay, SERVER)

            def ask(kind, *more, flags=0, **fields):
                message = message4(number, kind, *more, **fields)
                answer, _ = exchange(by, way(query(message, flags)), to)
                heard.append((way.__name__, kind, flags, answer))
                return innermost(answer)["four"]

            offer = ask(DISCOVER, flags=0)
            ask(REQUEST, wanted(offer))
            ask(REQUEST, ciaddr=offer["yiaddr"], flags=UNICAST)
            ask(REQUEST, ciaddr=offer["yiaddr"])
            ask(INFORM, b"\x37\x01\x03", ciaddr=offer["yiaddr"])
            ask(DISCOVER, b"\x3d\x03\x00ab", flags=0)
            # The address is the client's: who asks for it must begin anew.
            number += 100
            ask(REQUEST, wanted(offer))
    return heard


def counts(lab):
    names4 = ("received", "discover-received", "request-received", "inform-received",
              "sent", "offer-sent", "ack-sent", "nak-sent")
    names6 = ("received", "dhcpv4-query-received", "sent", "dhcpv4-response-sent")
    return ([lab.count(4, f"pkt4-{name}") for name in names4],
            [lab.count(6, f"pkt6-{name}") for name in names6])


def leases(lab):
    answer = lab.ask(4).command("lease4-get-all")
    return sorted((lease["ip-address"], lease["hw-address"], lease["subnet-id"], lease["valid-lft"])
                  for lease in answer["arguments"]["leases"])


@pytest.fixture(scope="module")
def reference():
    """What Kea's servers do, alone."""
    with Over6() as lab:
        lab.serve(4, "kea", with_leases(SITE4))
        lab.serve(6, "kea", SITE6)
        told = conversation(lab)
        # Kea counts what it has sent, after the client has it.
        time.sleep(0.5)
        yield told, counts(lab), leases(lab)


def with_leases(site):
    return {**site, "hooks-libraries": [{"library": "libdhcp_lease_cmds.so"}]}


@pytest.mark.parametrize("four, six", [pair for pair in PAIRS if pair != ("kea", "kea")])
def test_clients_hear_the_same_whoever_serves(reference, four, six):
    with Over6() as lab:
        lab.serve(4, four, with_leases(SITE4))
        lab.serve(6, six, SITE6)
        told, counted, kept = reference
        assert conversation(lab) == told
        wait_for("the same counts", lambda: counts(lab) == counted)
        assert leases(lab) == kept and len(kept) == 4


@pytest.fixture
def ours():
    with Over6() as lab:
        lab.serve(4, "ours", with_leases(SITE4))
        lab.serve(6, "ours", SITE6)
        yield lab


def test_a_server_that_was_restarted_is_found_again(ours):
    four = next(process for process in ours.processes if "dhcp4" in process.name)
    with client(ours) as link:
        assert innermost(exchange(link, query(message4(1, DISCOVER)))[0])
        four.end()
        link.settimeout(0.5)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                exchange(link, query(message4(1, DISCOVER)))
        ours.serve(4, "ours", SITE4)
        link.settimeout(3)
        assert innermost(exchange(link, query(message4(1, DISCOVER)))[0])
    six = next(process for process in ours.processes if "dhcp6" in process.name)
    assert "DHCP6_DHCP4O6_SEND_FAIL" in six.output()


def reconfigure(lab, protocol, **changes):
    """A configuration with other parameters; answers the server's answer."""
    name = f"Dhcp{protocol}"
    config = lab.ask(protocol).command("config-get")["arguments"][name]
    return lab.command("config-set", {name: {**config, **changes}})


def test_the_port_may_change_and_one_that_is_taken_changes_nothing(ours):
    with client(ours) as link:
        with ours.inside("server"):
            other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            other.bind(("::1", 7001))
        with other:
            answer = reconfigure(ours, 4, **{"dhcp4o6-port": 7000})
            assert answer["result"] == 1 and "port 7001: Address already in use" in answer["text"]
            assert "dhcp4o6-port" in answer["text"]
            assert exchange(link, query(message4(1, DISCOVER)))
        for port in (7000, 0, PORT):
            for protocol in (4, 6):
                answer = reconfigure(ours, protocol, **{"dhcp4o6-port": port})
                assert answer["result"] == 0, answer
            if port:
                assert exchange(link, query(message4(1, DISCOVER)))
            else:
                link.settimeout(0.5)
                with pytest.raises(TimeoutError):
                    exchange(link, query(message4(1, DISCOVER)))
                link.settimeout(3)


def test_what_is_acknowledged_is_stored_before():
    with Over6() as lab:
        disk = Disk(lab)
        four = {**with_leases(SITE4), "lease-database": {"type": "memfile"}}
        process = lab.serve(4, "ours", four, disk.prefix)
        lab.serve(6, "ours", SITE6)
        with client(lab) as link:
            def ask(*message):
                return innermost(exchange(link, query(message4(*message)))[0])["four"]
            offer = ask(1, DISCOVER)
            assert ask(1, REQUEST, wanted(offer))["options"][53] == bytes([ACK])
            disk.order(fail="ENOSPC")
            # Offers promise nothing.
            other = ask(2, DISCOVER)
            link.settimeout(1)
            with pytest.raises(TimeoutError):
                ask(2, REQUEST, wanted(other))
            assert lab.count(4, "pkt4-processing-failed") == 1
            disk.order(fail=None)
        process.end(signal.SIGKILL)
        disk.order(cut=1)
        lab.serve(4, "ours", four, disk.prefix)
        assert [lease[0] for lease in leases(lab)] == [offer["yiaddr"]]


def test_what_is_no_query_is_dropped_and_the_server_goes_on(ours):
    with client(ours) as link:
        four = message4(1, DISCOVER)
        for message in (query(four)[:4], query(four, more=option(87, four)),
                        b"\x15" + query(four)[1:], query(b""), query(b"noise")):
            link.sendto(message, ("ff02::1:2", 547))
        # Clients do not say by which interface they are heard.
        forged = b"\0\0\x09\xbf" + option(60000, b"uplink") + option(60001, bytes(16))
        heard, _ = exchange(link, query(four, more=option(17, forged)))
        assert heard["options"] == {} and heard["four"]["yiaddr"].startswith("192.0.2.")
    assert ours.count(6, "pkt6-rfc-violation") == 3
    assert ours.count(4, "pkt4-parse-failed") == 2
    assert ours.count(6, "pkt6-dhcpv4-response-received") == 1


def test_a_client_is_known_by_its_interface_even_without_ipv4_there():
    with Over6() as lab:
        site = {**SITE4, "interfaces-config": {"interfaces": ["uplink"]}}
        lab.serve(4, "ours", site)
        lab.serve(6, "ours", SITE6)
        with client(lab) as link:
            offer, _ = exchange(link, query(message4(1, DISCOVER)))
            # Kea does not answer: it has no address there to be known by.
            assert offer["four"]["options"][54] == socket.inet_aton("198.51.100.1")
            taken, _ = exchange(link, query(message4(1, REQUEST, wanted(offer["four"]))))
            assert taken["four"]["options"][53] == bytes([ACK])


def test_classes_see_where_the_message_came_from():
    classes = [{"name": "far", "test": "pkt.src == 0x20010db800ff00000000000000000002"},
               {"name": "six", "test": "relay4[1].exists"},
               {"name": "nowhere", "test": "pkt.dst == 0.0.0.0 and pkt.iface == 'uplink'",
                "option-data": [{"name": "time-offset", "data": "7", "always-send": True}]},
               {"name": "named", "test": "member('far') and not member('six')",
                "option-data": [{"name": "domain-name", "data": "far.example"}]}]
    told = []
    for subject in ("ours", "kea"):
        with Over6() as lab:
            lab.serve(4, subject, {**SITE4, "client-classes": classes})
            lab.serve(6, subject, SITE6)
            with client(lab, "relay", RELAY, 547) as relay:
                heard, _ = exchange(relay, WAYS[2](query(message4(1, DISCOVER))), SERVER)
                told.append(innermost(heard)["four"]["options"])
    assert told[0] == told[1]
    assert (told[0][15], told[0][2]) == (b"far.example", bytes([0, 0, 0, 7]))


SELECTIONS = [
    {}, {"interface": "lan"}, {"interface": ""}, {"interface-id": "'port-7'"},
    {"interface-id": "706f72742d37"}, {"interface-id": "0x706f72742d37"}, {"interface-id": "zz"},
    {"interface-id": ""}, {"remote": "2001:db8:ff::2"}, {"link": "2001:db8:ff::2"},
    {"address": "192.0.2.4"}, {"relay": "192.0.2.4"}, {"subnet": "192.0.2.4"},
    {"local": "2001:db8:ff::2"}, {"interface": "lan", "remote": "2001:db8:ff::2"},
    {"interface": "hall"}, {"interface": "hall", "classes": ["guests"]},
]
REFUSED = [{"remote": "192.0.2.1"}, {"local": "192.0.2.1"}, {"link": "x"}, {"address": "::1"},
           {"relay": "::1"}, {"subnet": "::1"}, {"interface": 1}, {"classes": "a"},
           {"classes": [1]}, {"room": "7"}]


def test_the_choice_of_a_subnet_can_be_tried():
    hall = {"id": 5, "subnet": "198.18.5.0/24", "4o6-interface": "hall"}
    network = {"name": "campus", "subnet4": [hall]}
    told, refused = [], []
    for subject in ("ours", "kea"):
        with Over6() as lab:
            lab.serve(4, subject, {**SITE4, "shared-networks": [network]})
            told.append([lab.command("subnet4o6-select-test", one) for one in SELECTIONS])
            refused.append([lab.command("subnet4o6-select-test", one) for one in REFUSED])
    assert told[0] == told[1]
    assert {answer["result"] for answers in refused for answer in answers} == {1}


@pytest.mark.parametrize("subject", ["ours", "kea"])
def test_what_is_meant_to_differ_from_kea_differs(subject):
    """The table in docs/decisions/differences-from-kea.md."""
    is_ours = subject == "ours"
    with Over6() as lab:
        site = {**SITE4, "interfaces-config": {"interfaces": ["uplink"]}}
        site["subnet4"] = SITE4["subnet4"] + [
            {"id": 4, "subnet": "198.18.4.0/24", "4o6-interface": "hall",
             "client-classes": ["guests"]},
            {"id": 5, "subnet": "198.18.5.0/24", "4o6-subnet": "::/96"}]
        lab.serve(4, subject, site)
        lab.serve(6, subject, SITE6)

        def selects(**query):
            return lab.ask(4).command("subnet4o6-select-test", query)["result"] == 0

        def accepts(**global_):
            return lab.ask(4).command("config-test", {"Dhcp4": global_})["result"] == 0

        assert selects(interface="hall", classes=["guests"])
        assert selects(interface="hall") == (not is_ours)
        assert selects(remote="::9") == is_ours
        for prefix in ("192.0.2.0/24", "2001:db8::/129"):
            subnet = {"id": 1, "subnet": "192.0.2.0/24", "4o6-subnet": prefix}
            assert accepts(subnet4=[subnet]) == (not is_ours)
        assert not accepts(subnet4=[{**subnet, "4o6-subnet": "lan"}])
        assert accepts(subnet4=[{**subnet, "4o6-subnet": "2001:db8::1/64"}])
        assert accepts(**{"dhcp4o6-port": 65535}) == (not is_ours)

        def hears(link, message, to):
            try:
                return innermost(exchange(link, message, to)[0])["four"]["options"][53][0]
            except TimeoutError:
                return None

        with client(lab) as link, client(lab, "relay", RELAY, 547) as relay:
            link.settimeout(1)
            relay.settimeout(1)
            assert hears(link, query(message4(1, DISCOVER)), "ff02::1:2") == (
                OFFER if is_ours else None)
            # The DHCPv4 server has no subnet for this one, and the client may have another server.
            assert reconfigure(lab, 4, subnet4=[SITE4["subnet4"][1]])["result"] == 0
            rebind = message4(2, REQUEST, ciaddr="198.18.3.7")
            assert hears(relay, WAYS[2](query(rebind)), SERVER) == (None if is_ours else NAK)
            assert hears(relay, WAYS[2](query(rebind, UNICAST)), SERVER) == NAK
            before = lab.count(6, "pkt6-receive-drop")
            relay.sendto(WAYS[2](query(b"")[:4]), (SERVER, 547))
            assert hears(relay, WAYS[1](query(message4(3, DISCOVER))), SERVER) == OFFER
            assert lab.count(6, "pkt6-receive-drop") - before == is_ours
            lab.ask(4).command("dhcp-disable")
            disabled = hears(relay, WAYS[1](query(message4(3, DISCOVER))), SERVER)
            assert disabled == (None if is_ours else OFFER)


OVER_NETCONF = (f"""<interfaces-config><interfaces>lan</interfaces></interfaces-config>
    <dhcp4o6-port>{PORT}</dhcp4o6-port>
    <subnet4><id>1</id><subnet>192.0.2.0/24</subnet>
      <subnet-4o6-interface>lan</subnet-4o6-interface>
      <subnet-4o6-interface-id>port-7</subnet-4o6-interface-id>
      <subnet-4o6-subnet>2001:db8:ff::/64</subnet-4o6-subnet>
      <pool><start-address>192.0.2.100</start-address><end-address>192.0.2.199</end-address></pool>
    </subnet4>""", f"""<interfaces-config><interfaces>lan</interfaces></interfaces-config>
    <dhcp4o6-port>{PORT}</dhcp4o6-port>""")


def test_both_servers_are_configured_over_netconf():
    def change(session, four, six):
        session.edit_config(target="running", config=f"""<config xmlns="{BASE}">
            <config xmlns="{KEA4}">{four}</config><config xmlns="{KEA6}">{six}</config></config>""")

    with Over6() as lab:
        lab.install_modules()
        for protocol in (4, 6):
            lab.serve(protocol, "ours", {})
        lab.start_agent(dhcp4=lab.sockets[4], dhcp6=lab.sockets[6])
        with lab.connect() as session, client(lab) as link:
            change(session, *OVER_NETCONF)
            four = lab.ask(4).command("config-get")["arguments"]["Dhcp4"]
            subnet, = four["subnet4"]
            assert four["dhcp4o6-port"] == PORT
            assert {name: subnet[name] for name in subnet if name.startswith("4o6")} == {
                "4o6-interface": "lan", "4o6-interface-id": "port-7",
                "4o6-subnet": "2001:db8:ff::/64"}
            assert innermost(exchange(link, query(message4(1, DISCOVER)))[0])
            with pytest.raises(RPCError, match="IPv6|pattern"):
                change(session, """<subnet4><id>1</id>
                    <subnet-4o6-subnet>192.0.2.0/24</subnet-4o6-subnet></subnet4>""", "")
            with lab.inside("server"):
                other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                other.bind(("::1", 7000))
            with other, pytest.raises(RPCError, match="Address already in use") as refused:
                change(session, *["<dhcp4o6-port>7000</dhcp4o6-port>"] * 2)
            assert "dhcp4o6-port" in refused.value.path
            # Neither server has changed.
            assert innermost(exchange(link, query(message4(1, DISCOVER)))[0])


@pytest.mark.parametrize("protocol", [4, 6])
def test_keas_example_is_taken_as_it_is(protocol):
    root = ROOT / "bridge/translate/tests/data/examples"
    text = (root / f"kea{protocol}/dhcpv4-over-dhcpv6.json").read_text()
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    config = json.loads(text)[f"Dhcp{protocol}"]
    with Over6() as lab:
        lab.install_modules()
        process = lab.serve(protocol, "ours", config)
        before = lab.command("config-get")["arguments"]
        lab.start_agent(**{f"dhcp{protocol}": lab.sockets[protocol]})
        with lab.connect() as session:
            data = session.get_config("running").data_xml
        assert "<dhcp4o6-port" in data and ">786<" in data
        assert protocol == 6 or ">2001:db8:1:1::/64<" in data
        after = lab.command("config-get")["arguments"]
        assert after[f"Dhcp{protocol}"] == before[f"Dhcp{protocol}"] and process.alive()
