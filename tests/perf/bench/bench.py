"""Measures ruru-dhcp4 and ISC Kea in one interleaved run, and writes docs/performance.md.

    scripts/bench.sh [--rounds N] [--seconds S] [--only PART]... [--no-write]

Parts: load, subnets, leases, start. Every figure is of this run; what is not measured is not told.
"""

import argparse
import signal
import socket
import statistics
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import netconf
from report import Table, write
from stage import HOOKS, RELAY, Failure, Stage

ROOT = Path(__file__).resolve().parents[3]
LEASES = 100_000
LEASES_OF_SUBNET = 1000
# Enough to fill batches, and few enough that Kea's packet queue does not overflow.
WINDOW = 64
EDITS = 5


@dataclass(frozen=True)
class Subject:
    """A server and how it is set up."""

    name: str
    is_kea: bool = False
    database: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)


BATCH = Subject("ruru, sync batch", database={"sync": "batch"})
NEVER = Subject("ruru, sync never", database={"sync": "never"})
KEA = Subject("kea", is_kea=True, extra={
    "multi-threading": {"enable-multi-threading": True},
    "hooks-libraries": [{"library": f"{HOOKS}/libdhcp_{name}.so"}
                        for name in ("subnet_cmds", "lease_cmds")]})
# The least that serves packets: extensions would cost Kea something.
KEA_BARE = Subject("kea", is_kea=True, extra={
    "multi-threading": {"enable-multi-threading": True}})


def configuration(subnets):
    return {
        "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "udp"},
        "valid-lifetime": 86400,
        "loggers": [{"name": "kea-dhcp4", "severity": "WARN",
                     "output-options": [{"output": "stdout"}]}],
        "subnet4": subnets}


def wide_subnet():
    """One subnet with a /12 of addresses, behind a relay."""
    return {"id": 1, "subnet": "10.16.0.0/12", "pools": [{"pool": "10.16.0.10-10.31.255.250"}],
            "relay": {"ip-addresses": [RELAY]}}


def address(number):
    return socket.inet_ntoa(struct.pack(">I", number))


def small_subnets(count, size=256):
    """Many subnets with a pool and two options each; the first is behind the relay."""
    base = struct.unpack(">I", socket.inet_aton("10.0.0.0"))[0]
    subnets = []
    for at in range(count):
        first = base + at * size
        subnets.append({
            "id": at + 1, "subnet": f"{address(first)}/{33 - size.bit_length()}",
            "pools": [{"pool": f"{address(first + 10)}-{address(first + size - 5)}"}],
            "option-data": [{"name": "routers", "data": address(first + 1)},
                            {"name": "domain-name-servers", "data": "192.0.2.53"}]})
    subnets[0]["relay"] = {"ip-addresses": [RELAY]}
    return subnets


def lease_file(path):
    """A lease file in Kea's format: LEASES leases, LEASES_OF_SUBNET in each subnet of 1024."""
    header = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
              "hostname,state,user_context,pool_id\n")
    base = struct.unpack(">I", socket.inet_aton("10.0.0.0"))[0]
    expire = int(time.time()) + 86400
    with open(path, "w", encoding="ascii") as file:
        file.write(header)
        for number in range(LEASES):
            subnet, at = divmod(number, LEASES_OF_SUBNET)
            mac = "02:0d:" + ":".join(f"{octet:02x}" for octet in struct.pack(">I", number))
            file.write(f"{address(base + subnet * 1024 + 12 + at)},{mac},01:{mac},86400,{expire},"
                       f"{subnet + 1},0,0,,0,,0\n")


def milliseconds(action):
    """How long an action takes, and what it answers."""
    begin = time.perf_counter()
    result = action()
    return (time.perf_counter() - begin) * 1e3, result


class Load:
    """New clients get leases, as fast as the server can."""

    def __init__(self, options, table):
        self.options, self.table = options, table

    def round(self):
        for subject in (BATCH, NEVER, KEA_BARE):
            with Stage(self.options.binaries) as stage:
                stage.serve(subject, configuration([wide_subnet()]))
                before = stage.processor_seconds()
                report = stage.load("--window", WINDOW, "-p", self.options.seconds)
                used = stage.processor_seconds() - before
                self._note(subject.name, report, used)

    def _note(self, name, report, used):
        done = report["exchanges"]
        add = self.table.add
        add("new leases a second", name, report["rate"])
        add("server processor seconds for 100,000 new leases", name, used / done * 1e5)
        add("new lease, median delay, ms", name, report["new-lease-delay-us"]["p50"] / 1e3)
        add("new lease, 99 % delay, ms", name, report["new-lease-delay-us"]["p99"] / 1e3)
        add("exchanges lost, of 100,000", name, report["drops"] / done * 1e5)

    def close(self):
        pass


class Held:
    """A part whose servers are started once and measured in every round."""

    def __init__(self):
        self.stages = []

    def stage(self, options):
        stage = Stage(options.binaries)
        self.stages.append(stage)
        return stage

    def close(self):
        for stage in self.stages:
            stage.close()


class Subnets(Held):
    """A subnet is added to few and to many, by command and by NETCONF."""

    SIZES = (10, 10_000)

    def __init__(self, options, table):
        super().__init__()
        self.table = table
        self.servers, self.sessions = [], []
        try:
            for size in self.SIZES:
                self._start(options, size)
        except BaseException:
            self.close()
            raise

    def _start(self, options, size):
        config = configuration(small_subnets(size))
        for subject, name in ((NEVER, "ruru"), (KEA, "kea")):
            stage = self.stage(options)
            stage.serve(subject, config)
            self.servers.append((size, name, stage))
        # The agent takes the configuration over from its server. Beside it one that manages no
        # server has the same configuration: what NETCONF and sysrepo cost by themselves.
        managed = self.stage(options)
        managed.serve(NEVER, config)
        session = netconf.start_agent(managed, manages=True)
        self.sessions.append((size, "ruru", session))
        floor = netconf.start_agent(self.stage(options), manages=False)
        floor.edit(session.running())
        self.sessions.append((size, "sysrepo alone", floor))

    def round(self):
        subnet = {"id": 70_000, "subnet": "203.0.113.0/24"}
        for size, name, stage in self.servers:
            times = []
            for _ in range(EDITS):
                took, answer = milliseconds(
                    lambda: stage.command("subnet4-add", {"subnet4": [subnet]}))
                if answer["result"] != 0:
                    raise Failure(f"{name}: {answer}")
                times.append(took)
                stage.command("subnet4-del", {"id": subnet["id"]})
            row = f"one subnet more than {size:,}, by command, ms"
            self.table.add(row, name, statistics.median(times))
        for size, name, session in self.sessions:
            times = []
            for _ in range(EDITS):
                one = (subnet["id"], subnet["subnet"])
                took, _ = milliseconds(lambda: session.edit(netconf.subnet(*one)))
                times.append(took)
                session.edit(netconf.subnet(*one, operation="delete"))
            row = f"one subnet more than {size:,}, by NETCONF, ms"
            self.table.add(row, name, statistics.median(times))


class Leases(Held):
    """Leases are read, by command and by NETCONF."""

    def __init__(self, options, table):
        super().__init__()
        self.table = table
        try:
            config = configuration(small_subnets(LEASES // LEASES_OF_SUBNET, 1024))
            self.ruru, self.kea = self.stage(options), self.stage(options)
            self.ruru.serve(NEVER, config, options.leases)
            self.kea.serve(KEA, config, options.leases)
            self.session = netconf.start_agent(self.ruru, manages=True)
        except BaseException:
            self.close()
            raise

    def round(self):
        one, number = "10.0.8.100", 3
        lease = "/k:state/k:leases/k:lease"
        expected = {f"one lease of {LEASES:,}": 1,
                    f"the {LEASES_OF_SUBNET:,} leases of a subnet": LEASES_OF_SUBNET}
        for (what, count), path, command in zip(
            expected.items(),
            (f"{lease}[k:ip-address='{one}']", f"{lease}[k:subnet-id='{number}']"),
            (("lease4-get", {"ip-address": one}), ("lease4-get-all", {"subnets": [number]})),
        ):
            for name, action, mark in (
                ("ruru", lambda: self.session.operational(path), b"</ip-address>"),
                ("ruru", lambda: self.ruru.exchange(*command), b'"ip-address"'),
                ("kea", lambda: self.kea.exchange(*command), b'"ip-address"'),
            ):
                way = "NETCONF" if mark.startswith(b"<") else "command"
                times = []
                for _ in range(EDITS):
                    took, answer = milliseconds(action)
                    if answer.count(mark) != count:
                        raise Failure(f"{name}, {way}: {answer.count(mark)} leases")
                    times.append(took)
                self.table.add(f"{what}, by {way}, ms", name, statistics.median(times))


class Start:
    """How long a client waits for a server that starts with many leases."""

    def __init__(self, options, table):
        self.options, self.table = options, table

    def round(self):
        config = configuration(small_subnets(LEASES // LEASES_OF_SUBNET, 1024))
        for subject, name in ((BATCH, "ruru"), (KEA_BARE, "kea")):
            with Stage(self.options.binaries) as stage:
                begin = time.perf_counter()
                stage.launch(subject, config, self.options.leases)
                self._first_answer(stage)
                took = (time.perf_counter() - begin) * 1e3
                self.table.add(f"start with {LEASES:,} leases to the first answer, ms", name, took)

    def _first_answer(self, stage):
        for attempt in range(2000):
            report = stage.load("-n", 1, "-d", 0.02, "--first-client", 1 << 30 | attempt)
            if report["exchanges"] == 1:
                return
        raise Failure(f"no answer:\n{(stage.directory / 'dhcp4.out').read_text()}")

    def close(self):
        pass


PARTS = {"load": Load, "subnets": Subnets, "leases": Leases, "start": Start}


def main():
    # Namespaces and processes go at the end, whoever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = arguments()
    table = Table()
    parts = []
    lease_file(options.leases)
    try:
        for name in options.only or PARTS:
            print(f"bench: preparing {name}", flush=True)
            parts.append((name, PARTS[name](options, table)))
        for number in range(options.rounds):
            for name, part in parts:
                print(f"bench: round {number + 1} of {options.rounds}: {name}", flush=True)
                part.round()
    finally:
        for _, part in parts:
            part.close()
        options.leases.unlink(missing_ok=True)
    text = table.text(options.rounds)
    print(text)
    if options.write:
        write(ROOT / "docs" / "performance.md", text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of load in each round")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    parser.add_argument("--no-write", dest="write", action="store_false",
                        help="leave docs/performance.md as it is")
    options = parser.parse_args()
    options.leases = Path(f"/tmp/ruru-bench-{time.time_ns()}.csv")
    return options


if __name__ == "__main__":
    main()
