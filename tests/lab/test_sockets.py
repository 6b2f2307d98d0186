"""Sockets: interfaces that come late, and the way that answers take."""

import socket

import pytest
from clients import OFFER, RELAY, SERVER, parse
from lab import wait_for
from test_frames import DISCOVER, discover, link_of_clients, message, replies
from test_names import Client


def config(lab, **interfaces):
    return {
        "interfaces-config": {"interfaces": ["uplink"], **interfaces},
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "subnet4": [{"id": 2, "subnet": "203.0.113.0/24", "relay": {"ip-addresses": [RELAY]},
                     "pools": [{"pool": "203.0.113.20-203.0.113.250"}]}]}


def test_an_interface_that_comes_late_is_served_after_a_while(lab):
    lab.ip("server", "link", "set", "uplink", "down")
    lab.start_server(config(lab, **{
        "service-sockets-max-retries": 100, "service-sockets-retry-wait-time": 100}))
    assert "is down" in lab.server.output()
    lab.ip("server", "link", "set", "uplink", "up")
    wait_for("the sockets", lambda: "DHCP4_SOCKETS_REOPENED" in lab.server.output())
    Client(lab, 1, "one").lease()


def test_a_server_that_needs_all_sockets_ends_when_it_has_tried_often_enough(lab):
    lab.ip("server", "link", "set", "uplink", "down")
    lab.start_server(config(lab, **{
        "service-sockets-require-all": True,
        "service-sockets-max-retries": 2, "service-sockets-retry-wait-time": 500}))
    wait_for("the end", lambda: not lab.server.alive())
    assert "DHCP4_OPEN_SOCKETS_FAILED" in lab.server.output()


def test_answers_leave_by_the_interface_of_the_query_or_as_the_system_routes(lab):
    for number, way in enumerate(["same-as-inbound", "use-routing"]):
        lab.start_server(config(lab, **{
            "dhcp-socket-type": "udp", "outbound-interface": way}))
        Client(lab, number, "one").lease()
        lab.server.end()


def test_an_operator_sees_interfaces_and_adds_one(lab):
    lab.start_server({**config(lab), "interfaces-config": {"interfaces": []}})
    interfaces = {one["name"]: one for one in
                  lab.command("interface-list")["arguments"]["interfaces"]}
    assert interfaces["uplink"]["up"] and interfaces["uplink"]["sockets"] == []
    assert lab.command("interface-add", {"interfaces": ["none"]})["result"] == 1
    assert lab.command("interface-add", {"interfaces": ["uplink"]})["result"] == 0
    Client(lab, 1, "one").lease()
    interfaces = {one["name"]: one for one in
                  lab.command("interface-list")["arguments"]["interfaces"]}
    assert [socket.split()[0] for socket in interfaces["uplink"]["sockets"]] == ["raw", "udp"]


def test_an_interface_that_is_back_is_served_when_it_is_looked_for(lab):
    lab.ip("server", "link", "set", "uplink", "down")
    lab.start_server(config(lab))
    lab.ip("server", "link", "set", "uplink", "up")
    assert lab.command("interface-redetect")["result"] == 0
    Client(lab, 1, "one").lease()


def test_the_lease_file_is_compacted_at_an_operators_wish(lab):
    lab.start_server(config(lab))
    assert lab.command("kea-lfc-start")["result"] == 0
    wait_for("the compacted file", lambda: list(lab.directory.rglob("*leases4.csv.2")))


def ask(lab, port=67, to=67):
    """Asks by the relay from a port; answers the type of what comes back to that port."""
    with lab.inside("relay"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
        relay.bind((RELAY, port))
        relay.settimeout(1)
        relay.sendto(message(1, 6, DISCOVER, socket.inet_aton(RELAY)), (SERVER, to))
        return dict(parse(relay.recv(2048)[240:]))[53][0]


def test_only_interfaces_that_are_named_are_served(lab):
    """Rule 1.1: what they see depends on the kind of sockets."""
    link = {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.20-192.0.2.90"}]}
    for interfaces, kind, is_heard in ((["uplink"], "raw", False), (["lan", "uplink"], "raw", True),
                                       (["lan", "uplink"], "udp", False)):
        site = config(lab, **{"interfaces": interfaces, "dhcp-socket-type": kind})
        lab.start_server({**site, "subnet4": [link, *site["subnet4"]]})
        with link_of_clients(lab) as client:
            client.send(discover(1))
            # Ordinary sockets cannot reach a client without an address.
            assert bool(replies(client, 1, seconds=1)) == is_heard
        # Relays are answered by either.
        assert ask(lab) == OFFER
        lab.server.end()


def test_the_ports_are_others_where_that_is_said(lab):
    lab.start_server(config(lab), more=["-p", "1067"])
    with pytest.raises(TimeoutError):
        ask(lab)
    assert ask(lab, to=1067) == OFFER


def test_answers_go_to_where_the_query_came_from_if_tests_want_that(lab):
    """Rule 7.3."""
    lab.start_server(config(lab))
    with pytest.raises(TimeoutError):
        ask(lab, port=5067)
    lab.server.end()
    lab.environment["KEA_TEST_SEND_RESPONSES_TO_SOURCE"] = "ENABLED"
    lab.start_server(config(lab))
    assert ask(lab, port=5067) == OFFER


def test_a_running_server_changes_the_kind_of_its_sockets(lab):
    """Addresses are served by the old sockets until the new ones do."""
    site = config(lab, interfaces=["lan", "uplink"])
    site["subnet4"].append(
        {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.20-192.0.2.90"}]})
    lab.start_server(site)
    for number, (kind, way) in enumerate((
            ("udp", "same-as-inbound"), ("udp", "use-routing"), ("raw", "use-routing"),
            ("udp", "use-routing"), ("raw", "same-as-inbound"))):
        site["interfaces-config"].update({"dhcp-socket-type": kind, "outbound-interface": way})
        assert lab.command("config-set", {"Dhcp4": site})["result"] == 0
        assert "DHCP4_OPEN_SOCKETS_FAILED" not in lab.server.output()
        assert ask(lab) == OFFER
        with link_of_clients(lab) as client:
            client.send(discover(number))
            heard = replies(client, number, seconds=1)
            # By a raw socket once, though the query comes by the other, too.
            assert len(heard) == (kind == "raw")
