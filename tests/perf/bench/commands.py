"""How long commands and NETCONF edits take, and reads of leases."""

import json
import statistics
import time

import netconf
from stage import Failure, Stage, request
from subjects import KEA, NEVER, configuration, small_subnets, spread, write_leases

LEASES = 100_000
LEASES_OF_SUBNET = 1000
EDITS = 5


def milliseconds(action):
    """How long an action takes, and what it answers."""
    begin = time.perf_counter()
    result = action()
    return (time.perf_counter() - begin) * 1e3, result


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
            if size == max(self.SIZES):
                whole = json.loads((stage.directory / "dhcp.conf").read_text())
                whole = request("config-set", whole)
                took, answer = milliseconds(lambda: stage.send(whole))
                if json.loads(answer)["result"] != 0:
                    raise Failure(f"{name}: {answer}")
                self.table.add(f"config-set with {size:,} subnets, ms", name, took)
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
            leases = options.directory / "leases.csv"
            write_leases(leases, spread(LEASES, LEASES_OF_SUBNET))
            self.ruru.serve(NEVER, config, leases)
            self.kea.serve(KEA, config, leases)
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


