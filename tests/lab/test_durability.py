"""What was acknowledged is never lost: the server is killed, the power fails, the disk fails.

RURU_SOAK tells how often the server is killed and the power cut; a few times if it is not set.
"""

import os
import random
import signal
import time

import pytest
from clients import Clients
from durable import Disk, Durable4, Durable6
from lab import wait_for

TIMES = int(os.environ.get("RURU_SOAK", "2"))


@pytest.fixture(params=[Durable4, Durable6], ids=["dhcp4", "dhcp6"])
def lab(request):
    with request.param() as lab:
        yield lab


@pytest.fixture
def clients(lab):
    clients = Clients(lab, lab.MESSAGES())
    yield clients
    clients.close()


@pytest.fixture
def disk(lab):
    return Disk(lab)


def test_leases_survive_a_server_that_is_killed_under_load(lab, clients):
    chance = random.Random(1)
    for _ in range(TIMES):
        server = lab.serve()
        with clients:
            time.sleep(chance.uniform(0.1, 1.5))
            server.end(signal.SIGKILL)
        lab.serve()
        assert lab.check(clients) > 0
        lab.server.end()


@pytest.mark.parametrize("seed", range(TIMES))
def test_leases_survive_a_power_failure_under_load(lab, clients, disk, seed):
    chance = random.Random(seed)
    server = lab.serve(disk.prefix)
    for turn in range(3):
        with clients:
            time.sleep(chance.uniform(0.1, 1.5))
            server.end(signal.SIGKILL)
        disk.order(cut=100 * seed + turn)
        server = lab.serve(disk.prefix)
        assert lab.check(clients) > 0
    assert disk.order()["syncs"] > 0


def test_without_syncs_a_power_failure_takes_leases(lab, clients, disk):
    """As documented; and the disk of these tests does lose what was not synced."""
    server = lab.serve(disk.prefix, sync="never", **{"lfc-interval": 0})
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 500)
        server.end(signal.SIGKILL)
    disk.order(cut=1)
    lab.serve(disk.prefix)
    with pytest.raises(AssertionError, match="acknowledged leases are lost"):
        lab.check(clients)


def test_an_interval_bounds_what_a_power_failure_takes(lab, clients, disk):
    server = lab.serve(disk.prefix, sync="interval", **{"sync-interval": 300})
    with clients:
        time.sleep(2)
        killed = time.time()
        server.end(signal.SIGKILL)
    disk.order(cut=1)
    lab.serve(disk.prefix)
    # The interval, and the sync itself.
    assert lab.check(clients, until=killed - 0.5) > 0


@pytest.mark.parametrize("fault", ["ENOSPC", "EROFS", "EIO"])
def test_a_disk_that_fails_is_told_and_is_used_again_once_it_is_well(lab, clients, disk, fault):
    server = lab.serve(disk.prefix)
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 100)
        disk.order(fail=fault)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_FAIL" in server.output())
        stored, offers = len(clients.acknowledged), clients.offers
        status = lab.command("status-get")["arguments"]["lease-store"]
        assert status["state"] == "failing" and status["failures"] > 0, status
        failed = f"pkt{lab.PROTOCOL}-processing-failed"
        dropped = lab.command("statistic-get", {"name": failed})["arguments"]
        assert dropped[failed][0][0] > 0
        # Nothing can be stored, but addresses are still offered.
        wait_for("offers", lambda: clients.offers > offers + 100)
        assert len(clients.acknowledged) == stored
        disk.order(fail=None)
        wait_for("further leases", lambda: len(clients.acknowledged) > stored + 100)
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_WRITE_RECOVERED" in server.output())
        assert lab.command("status-get")["arguments"]["lease-store"]["state"] == "ok"
    lab.check(clients)
    server.end(signal.SIGKILL)
    disk.order(cut=1)
    lab.serve(disk.prefix)
    lab.check(clients)


def test_a_slow_disk_delays_acknowledgements_only(lab, clients, disk):
    server = lab.serve(disk.prefix)
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
    lab.check(clients)


def test_a_lease_file_that_is_removed_is_written_anew(lab, clients):
    server = lab.serve()
    with clients:
        wait_for("leases", lambda: len(clients.acknowledged) > 100)
        for path in lab.directory.glob(f"kea-leases{lab.PROTOCOL}.csv*"):
            path.unlink()
        wait_for("the log", lambda: "DHCPSRV_MEMFILE_REWRITTEN" in server.output())
        server.end(signal.SIGKILL)
    lab.serve()
    lab.check(clients)


def test_a_dhcpv6_server_is_known_by_the_same_name_after_a_power_failure():
    names = set()
    with Durable6() as lab:
        disk = Disk(lab)
        for seed in range(4):
            # Nothing else syncs names of files.
            server = lab.serve(disk.prefix, persist=False)
            with Clients(lab, lab.MESSAGES()) as clients:
                wait_for("leases", lambda clients=clients: clients.acknowledged)
            clients.close()
            names |= clients.messages.servers
            server.end(signal.SIGKILL)
            disk.order(cut=seed)
    assert len(names) == 1
