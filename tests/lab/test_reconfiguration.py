"""A running server with another configuration is what it would be after a start with that."""

import copy
import re
import time

import pytest
from clients import OFFER
from lab import wait_for
from lab6 import SITE as SITE6
from lab6 import Lab6
from test_frames import discover, link_of_clients, replies
from test_sockets import ask, config

RESERVATION = {"reservation": {
    "subnet-id": 2, "hw-address": "02:00:00:00:00:01", "ip-address": "203.0.113.5"}}
QUEUE = {"enable-queue": True, "queue-type": "kea-ring4", "capacity": 20}


def put(lab, site, result=0):
    answer = lab.command("config-set", {"Dhcp4": site})
    assert answer["result"] == result, answer
    return answer


def is_served(lab):
    try:
        return ask(lab) == OFFER
    except TimeoutError:
        return False


def link(lab, name, state):
    lab.ip("server", "link", "set", name, state)


def receive_buffers(lab, address):
    """Bytes of the queues of the server's sockets on an address."""
    told = lab.execute("server", ["ss", "-ulnm"])
    return [int(size) for size in re.findall(rf"{re.escape(address)}:67.*?rb(\d+)", told, re.S)]


@pytest.mark.parametrize("database", [
    {"type": "memfile"}, {"type": "memfile", "sync": "interval", "sync-interval": 60000}])
def test_old_sockets_are_not_held(lab, database):
    """What nobody reads must get nothing; nor may it be in the way of what comes later."""
    site = {**config(lab), "lease-database": database}
    lab.start_server(site)
    for kind in ("udp", "raw") * 2:
        site["interfaces-config"]["dhcp-socket-type"] = kind
        put(lab, site)
        time.sleep(0.2)
        assert [is_served(lab) for _ in range(8)] == [True] * 8
    for pause in (0, 0.05, 0.2):
        for interfaces in ([], ["uplink"]):
            site["interfaces-config"]["interfaces"] = interfaces
            put(lab, site)
            time.sleep(pause)
        assert "DHCP4_OPEN_SOCKETS_FAILED" not in lab.server.output()
        assert is_served(lab)


def test_old_lease_files_and_channels_are_not_held(lab):
    site = config(lab)
    site["lease-database"] = {"type": "memfile", "sync": "interval", "sync-interval": 60000}
    lab.start_server(site)
    for name in ("other.csv", None, "other.csv"):
        site["lease-database"]["name"] = str(lab.directory / (name or "kea-leases4.csv"))
        put(lab, site)
    for port in (6767, 0, 6767):
        site["dhcp4o6-port"] = port
        put(lab, site)


def test_a_shorter_interval_of_syncing_holds_at_once(lab):
    site = config(lab)
    site["lease-database"] = {"type": "memfile", "sync": "interval", "sync-interval": 3600000}
    lab.start_server(site)
    site["lease-database"]["sync-interval"] = 100
    put(lab, site)
    seen = lab.directory / "strace"
    lab.start("strace", "server", [
        "strace", "-f", "-e", "trace=fdatasync", "-o", seen, "-p", lab.server.pid])
    wait_for("strace", seen.exists)
    wait_for("the sync", lambda: "fdatasync" in seen.read_text())


def test_changes_of_parts_leave_sockets_alone(lab):
    """What an interface is just now is no matter of a reservation."""
    site = config(lab, **{"service-sockets-require-all": True})
    lab.start_server(site)
    link(lab, "uplink", "down")
    assert lab.command("reservation-add", RESERVATION)["result"] == 0
    link(lab, "uplink", "up")
    assert is_served(lab) and lab.server.alive()
    assert "DHCP4_OPEN_SOCKETS_FAILED" not in lab.server.output()


def test_an_interface_that_was_added_is_served_until_the_configuration_is_set(lab):
    site = config(lab, interfaces=["lan"])
    lab.start_server(site)
    assert lab.command("interface-add", {"interfaces": ["uplink"]})["result"] == 0
    assert lab.command("reservation-add", RESERVATION)["result"] == 0
    assert is_served(lab)
    put(lab, site)
    assert not is_served(lab)


def test_what_was_added_stays_when_sockets_are_tried_again(lab):
    link(lab, "lan", "down")
    site = config(lab, **{
        "interfaces": ["lan"], "service-sockets-max-retries": 100,
        "service-sockets-retry-wait-time": 100})
    lab.start_server({**site, "dhcp-queue-control": QUEUE})
    # It tells that the other interface is still down.
    assert "is down" in lab.command("interface-add", {"interfaces": ["uplink"]})["text"]
    link(lab, "lan", "up")
    wait_for("the sockets", lambda: "DHCP4_SOCKETS_REOPENED" in lab.server.output())
    assert is_served(lab)
    sizes = {*receive_buffers(lab, "192.0.2.1"), *receive_buffers(lab, "198.51.100.1")}
    assert len(sizes) == 1 and sizes.pop() < 1 << 20


def test_what_is_only_tried_changes_nothing(lab):
    site = config(lab)
    lab.start_server(site)
    before = receive_buffers(lab, "198.51.100.1")
    other = {**site, "dhcp-queue-control": QUEUE}
    assert lab.command("config-test", {"Dhcp4": other})["result"] == 0
    assert receive_buffers(lab, "198.51.100.1") == before
    put(lab, {**other, "lease-database": {"type": "memfile", "name": "/nowhere/leases.csv"}}, 1)
    assert receive_buffers(lab, "198.51.100.1") == before
    put(lab, other)
    assert receive_buffers(lab, "198.51.100.1") != before
    put(lab, site)
    assert receive_buffers(lab, "198.51.100.1") == before


def test_a_prepared_configuration_takes_no_packets(lab):
    """With one worker, and by the raw sockets of an interface that is not served yet."""
    site = config(lab, interfaces=["uplink"])
    site["multi-threading"] = {"enable-multi-threading": True, "thread-pool-size": 1}
    site["subnet4"].append(
        {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.20-192.0.2.90"}]})
    lab.start_server(site)
    other = copy.deepcopy(site)
    other["interfaces-config"].update({"interfaces": ["uplink", "lan"]})
    for kind in ("udp", "raw"):
        other["interfaces-config"]["dhcp-socket-type"] = kind
        prepared = lab.command("config-prepare", {"Dhcp4": other})
        assert [is_served(lab) for _ in range(8)] == [True] * 8
        # It would begin with other sockets than those that it opened.
        assert lab.command("interface-redetect")["result"] != 0
        with link_of_clients(lab) as client:
            client.send(discover(1))
            time.sleep(0.2)
            assert lab.command("config-commit", prepared["arguments"])["result"] == 0
            assert replies(client, 1, seconds=0.5) == []
            client.send(discover(2))
            assert len(replies(client, 1, seconds=1)) == (kind == "raw")
        assert is_served(lab)


def test_leases_follow_subnets_that_change(lab):
    site = {**config(lab), "sanity-checks": {"lease-checks": "fix-del"}}
    lab.start_server(site)
    lease = {"ip-address": "203.0.113.30", "hw-address": "02:00:00:00:00:07", "subnet-id": 2}
    assert lab.command("lease4-add", lease)["result"] == 0
    site["subnet4"][0]["id"] = 9
    put(lab, site)
    assert lab.lease("203.0.113.30")["subnet-id"] == 9
    site["subnet4"] = []
    put(lab, site)
    assert lab.lease("203.0.113.30") is None


def test_frames_have_the_addresses_that_the_interface_has(lab):
    site = config(lab, interfaces=["lan"])
    site["subnet4"].append(
        {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.20-192.0.2.90"}]})
    lab.start_server(site)
    link(lab, "lan", "down")
    lab.ip("server", "link", "set", "lan", "address", "02:00:00:00:00:99")
    link(lab, "lan", "up")
    put(lab, site)
    with link_of_clients(lab) as client:
        client.send(discover(1))
        client.settimeout(2)
        while (frame := client.recv(2048))[23] != 17 or frame[12:14] != b"\x08\x00":
            pass
        assert frame[6:12] == b"\x02\x00\x00\x00\x00\x99"


def test_a_server_identifier_is_kept_once_it_is_used(lab):
    with Lab6() as site6:
        known = {"type": "EN", "enterprise-id": 2495, "identifier": "0102030405"}
        other = {"type": "LL", "htype": 1, "identifier": "0a0b0c0d0e0f"}
        site6.start_server6({**SITE6, "server-id": known})
        file = site6.directory / "kea-dhcp6-serverid"
        before = file.read_text()
        control = [{"socket-type": "unix", "socket-name": str(site6.control_socket)}]
        changed = {"Dhcp6": {**SITE6, "server-id": other, "control-sockets": control}}
        assert site6.command("config-test", changed)["result"] == 0
        prepared = site6.command("config-prepare", changed)["arguments"]
        assert site6.command("config-abort", prepared)["result"] == 0
        assert file.read_text() == before
        assert site6.command("config-set", changed)["result"] == 0
        told = site6.command("status-get")["arguments"]["server-duid"]
        assert file.read_text().strip() == told != before.strip()
        assert not list(site6.directory.glob("kea-dhcp6-serverid?*"))
