"""What was acknowledged is never lost: the server is killed, the power fails, the disk fails.

RURU_SOAK tells how often the server is killed and the power cut; a few times if it is not set.
"""

import json
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from clients import RELAY, Clients, hardware_address
from lab import wait_for

TIMES = int(os.environ.get("RURU_SOAK", "3"))
DISK = Path(__file__).with_name("disk.py")


def configuration(lab, **database):
    return {
        "interfaces-config": {"interfaces": ["uplink"], "dhcp-socket-type": "udp"},
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "lease-database": {"type": "memfile", "lfc-interval": 1, **database},
        "valid-lifetime": 86400,
        "loggers": [{"name": "kea-dhcp4", "severity": "WARN"},
                    {"name": "kea-dhcp4.dhcpsrv", "severity": "INFO"}],
        "subnet4": [{"id": 1, "subnet": "10.0.0.0/12", "pools": [{"pool": "10.0.0.10-10.15.255.250"}],
                     "relay": {"ip-addresses": [RELAY]}}]}


def all_leases(lab):
    """A page at a time: in the long form there are many."""
    after = "start"
    while True:
        answer = lab.command("lease4-get-page", {"from": after, "limit": 10_000})
        leases = answer.get("arguments", {}).get("leases", [])
        yield from leases
        if len(leases) < 10_000:
            return
        after = leases[-1]["ip-address"]


def check(lab, clients, until=None):
    """Every lease that was acknowledged, until a time if one is given, is there and its client's."""
    known = {lease["ip-address"]: lease["hw-address"] for lease in all_leases(lab)}
    promised = {client: given for client, (given, at) in clients.acknowledged.items()
                if until is None or at < until}
    assert len(set(promised.values())) == len(promised), "an address was given to two clients"
    lost = {hardware_address(client): given for client, given in promised.items()
            if known.get(given) != hardware_address(client)}
    assert not lost, f"{len(lost)} of {len(promised)} acknowledged leases are lost"
    return len(promised)


@pytest.fixture
def clients(lab):
    clients = Clients(lab)
    yield clients
    clients.close()


class Disk:
    """A disk of the laboratory, with the server's lease file on it."""

    def __init__(self, lab):
        self.place = lab.directory / "disk"
        self.place.mkdir()
        self.socket = lab.run / "disk.sock"
        self.process = lab.start("disk", "server", [sys.executable, DISK, self.place, self.socket])
        # `ip netns exec` has mounts of its own: others find the disk where its process is.
        self.prefix = ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt"]
        wait_for("the disk", lambda: self.socket.exists() and self._is_mounted())
        lab.environment["KEA_DHCP_DATA_DIR"] = str(self.place)

    def _is_mounted(self):
        return str(self.place) in Path(f"/proc/{self.process.pid}/mounts").read_text()

    def order(self, **order):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(str(self.socket))
            stream.sendall(json.dumps(order).encode() + b"\n")
            return json.loads(stream.makefile().read())


@pytest.fixture
def disk(lab):
    return Disk(lab)


def start(lab, disk, **database):
    return lab.start_server(configuration(lab, **database), prefix=disk.prefix)


def test_leases_survive_a_server_that_is_killed_under_load(lab, clients):
    chance = random.Random(1)
    for _ in range(TIMES):
        server = lab.start_server(configuration(lab))
        with clients:
            time.sleep(chance.uniform(0.1, 1.5))
            server.end(signal.SIGKILL)
        lab.start_server(configuration(lab))
        assert check(lab, clients) > 0
        lab.server.end()


@pytest.mark.parametrize("seed", range(TIMES))
def test_leases_survive_a_power_failure_under_load(lab, clients, disk, seed):
    chance = random.Random(seed)
    server = start(lab, disk)
    for turn in range(3):
        with clients:
            time.sleep(chance.uniform(0.1, 1.5))
            server.end(signal.SIGKILL)
        disk.order(cut=100 * seed + turn)
        server = start(lab, disk)
        assert check(lab, clients) > 0
    assert disk.order()["syncs"] > 0


def test_without_syncs_a_power_failure_takes_leases(lab, clients, disk):
    """As documented; and the disk of these tests does lose what was not synced."""
    server = start(lab, disk, sync="never", **{"lfc-interval": 0})
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 500)
        server.end(signal.SIGKILL)
    disk.order(cut=1)
    start(lab, disk)
    with pytest.raises(AssertionError, match="acknowledged leases are lost"):
        check(lab, clients)


def test_an_interval_bounds_what_a_power_failure_takes(lab, clients, disk):
    server = start(lab, disk, sync="interval", **{"sync-interval": 300})
    with clients:
        time.sleep(2)
        killed = time.time()
        server.end(signal.SIGKILL)
    disk.order(cut=1)
    start(lab, disk)
    # The interval, and the sync itself.
    assert check(lab, clients, until=killed - 0.5) > 0


@pytest.mark.parametrize("fault", ["ENOSPC", "EROFS", "EIO"])
def test_a_disk_that_fails_is_told_and_is_used_again_once_it_is_well(lab, clients, disk, fault):
    server = start(lab, disk)
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 100)
        disk.order(fail=fault)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_FAIL" in server.output())
        stored, offers = len(clients.acknowledged), clients.offers
        status = lab.command("status-get")["arguments"]["lease-store"]
        assert status["state"] == "failing" and status["failures"] > 0, status
        dropped = lab.command("statistic-get", {"name": "pkt4-processing-failed"})["arguments"]
        assert dropped["pkt4-processing-failed"][0][0] > 0
        # Nothing can be stored, but addresses are still offered.
        wait_for("offers", lambda: clients.offers > offers + 100)
        assert len(clients.acknowledged) == stored
        disk.order(fail=None)
        wait_for("further leases", lambda: len(clients.acknowledged) > stored + 100)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_RECOVERED" in server.output())
        assert lab.command("status-get")["arguments"]["lease-store"]["state"] == "ok"
    check(lab, clients)
    server.end(signal.SIGKILL)
    disk.order(cut=1)
    start(lab, disk)
    check(lab, clients)


def test_a_slow_disk_delays_acknowledgements_only(lab, clients, disk):
    server = start(lab, disk)
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 100)
        disk.order(delay=1.0)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_SLOW" in server.output())
        offers, stored = clients.offers, len(clients.acknowledged)
        time.sleep(3)
        assert clients.offers > offers + 100 and len(clients.acknowledged) > stored
        status = lab.command("status-get")["arguments"]["lease-store"]
        assert status["state"] == "slow", status
        disk.order(delay=0)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_RECOVERED" in server.output())
    check(lab, clients)


def test_a_lease_file_that_is_removed_is_written_anew(lab, clients):
    server = lab.start_server(configuration(lab))
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 100)
        for path in lab.directory.glob("kea-leases4.csv*"):
            path.unlink()
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_REWRITTEN" in server.output())
        server.end(signal.SIGKILL)
    lab.start_server(configuration(lab))
    check(lab, clients)
