"""Sockets: interfaces that come late, and the way that answers take."""

from clients import RELAY
from lab import wait_for
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
