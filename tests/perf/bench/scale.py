"""A million leases: memory, start, compaction; many that end at once; changes under load."""

import threading
import time
from pathlib import Path

from packets import Part, served
from stage import Failure, Stage
from subjects import (
    BATCH, KEA_BARE, NEVER, RURU, Subject, configuration, plain_subnets, reservations,
    small_subnets, spread, wide_subnet, write_leases)

MILLION = 1_000_000


def memory(stage, key="VmRSS"):
    """Memory of the server in bytes."""
    text = Path(f"/proc/{stage.server.pid}/status").read_text()
    line = next(line for line in text.splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024


def subnets_of_million():
    subnets = small_subnets(MILLION // 1000, 1024)
    # New clients are in a subnet of their own.
    subnets[0].pop("relay")
    return [*subnets, wide_subnet(id=5000, subnet="192.0.0.0/12",
                                  pools=[{"pool": "192.0.0.10-192.15.255.250"}])]


class Million(Part):
    """A server starts with a million leases, keeps them, and compacts their file."""

    def __init__(self, options, table):
        super().__init__(options, table)
        self.csv = options.directory / "million.csv"
        write_leases(self.csv, spread(MILLION))

    def round(self):
        config = configuration(subnets_of_million())
        for subject in (RURU, KEA_BARE):
            with served(self.options, subject, config) as stage:
                empty = memory(stage)
            with Stage(self.options.binaries) as stage:
                stage.prepare(subject, config, self.csv)
                begin = time.perf_counter()
                stage.run()
                first_answer(stage)
                took = time.perf_counter() - begin
                self.table.add("start with a million leases to the first answer, s", subject.name, took)
                self.table.add("memory of a lease of a million, bytes", subject.name,
                               (memory(stage) - empty) / MILLION)
        for subject in (BATCH, NEVER):
            self._compact(subject, config)

    def _compact(self, subject, config):
        for lfc, what in ((0, "without compaction"), (1, "while a million leases are compacted")):
            subject = Subject(subject.name, database={**subject.database, "lfc-interval": lfc})
            with served(self.options, subject, config, self.csv) as stage:
                before = memory(stage)
                most = [before]
                with Every(0.02, lambda _: most.append(memory(stage))):
                    report = stage.load("-r", 2000, "-R", 1 << 24, "-p", 5)
                self.table.add(f"longest delay of a new lease {what}, ms", subject.name,
                               report["new-lease-delay-us"]["max"] / 1e3)
                self.table.add(f"99.9 % delay of a new lease {what}, ms", subject.name,
                               report["new-lease-delay-us"]["p99.9"] / 1e3)
                if lfc:
                    self.table.add("memory of compaction, part of the server's", subject.name,
                                   (max(most) - before) / before)


def first_answer(stage):
    for attempt in range(10_000):
        report = stage.load("-n", 1, "-d", 0.02, "-W", 20_000, "--first-client", 1 << 30 | attempt)
        if report["exchanges"] == 1:
            return
    raise Failure(f"no answer:\n{(stage.directory / 'dhcp.out').read_text()}")


class Memory(Part):
    """What subnets and reservations take, in a server that was started with them."""

    def round(self):
        for subject in (RURU, KEA_BARE):
            empty = self._memory(subject, configuration([wide_subnet()]))
            for what, count, config in (
                ("a plain subnet of 10,000", 10_000, configuration(plain_subnets(10_000))),
                ("a subnet with pool and options of 10,000", 10_000,
                 configuration(small_subnets(10_000))),
                ("a reservation of 100,000", 100_000,
                 configuration([wide_subnet(reservations=reservations(100_000))])),
            ):
                used = self._memory(subject, config) - empty
                self.table.add(f"memory of {what}, bytes", subject.name, used / count)

    def _memory(self, subject, config):
        with served(self.options, subject, config) as stage:
            return memory(stage)


class Changes(Part):
    """What clients notice of changes of the configuration, and of leases that end at once."""

    RATE = 20_000

    def round(self):
        few, many = [wide_subnet()], small_subnets(10_000)
        many[0] = wide_subnet()
        for subject in (BATCH, NEVER):
            self._quiet(subject, configuration(few))
            self._subnets(subject, configuration(few))
            self._whole(subject, configuration(few), configuration(many))
            self._reclaim(subject)

    def _note(self, subject, what, report):
        delays = report["new-lease-delay-us"]
        self.table.add(f"{what}: 99 % delay, ms", subject.name, delays["p99"] / 1e3)
        self.table.add(f"{what}: longest delay, ms", subject.name, delays["max"] / 1e3)
        self.table.add(f"{what}: lost", subject.name, report["drops"])

    def _load(self, stage, rate=None):
        return stage.load("-r", rate or self.RATE, "-R", 1 << 24, "-p", self.options.seconds)

    def _quiet(self, subject, config):
        with served(self.options, subject, config) as stage:
            self._note(subject, "20,000 new leases a second", self._load(stage))

    def _subnets(self, subject, config):
        with served(self.options, subject, config) as stage:
            def change(number):
                one = {"id": 10_000 + number, "subnet": f"172.16.{number}.0/24"}
                answer = stage.command("subnet4-add", {"subnet4": [one]})
                if answer["result"] != 0:
                    raise Failure(str(answer))
            with Every(0.1, change):
                report = self._load(stage)
            self._note(subject, "and a subnet added each 100 ms", report)

    def _whole(self, subject, config, other):
        with served(self.options, subject, config) as stage:
            given = stage.command("config-get")["arguments"]["Dhcp4"]
            for key in ("control-sockets", "lease-database"):
                other[key] = given[key]

            def change(_):
                answer = stage.command("config-set", {"Dhcp4": other})
                if answer["result"] != 0:
                    raise Failure(str(answer))
            with Every(0.5, change):
                report = self._load(stage)
            self._note(subject, "and 10,000 subnets set each 500 ms", report)

    def _reclaim(self, subject):
        """A hundred thousand leases end in the same second, while others come."""
        csv = self.options.directory / "ending.csv"
        config = configuration([wide_subnet(id=5000), *small_subnets(100, 1024)[1:]])
        with Stage(self.options.binaries) as stage:
            write_leases(csv, spread(100_000), expire=int(time.time()) + 4)
            stage.prepare(subject, config, csv)
            stage.run()
            first_answer(stage)
            report = stage.load("-r", 2000, "-R", 1 << 24, "-p", 6)
            reclaimed = stage.command("statistic-get", {"name": "reclaimed-leases"})
            count = reclaimed["arguments"]["reclaimed-leases"][0][0]
            if count != 100_000:
                raise Failure(f"{count} leases were reclaimed")
            self._note(subject, "2,000 new leases a second while 100,000 end", report)


class Every:
    """Does something again and again in a thread of its own."""

    def __init__(self, seconds, act):
        self.seconds, self.act = seconds, act
        self.stop, self.failure = threading.Event(), None
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        if self.failure:
            raise self.failure

    def _run(self):
        number = 0
        try:
            while not self.stop.wait(self.seconds):
                self.act(number)
                number += 1
        except Exception as error:  # It is raised where the thread was started.
            self.failure = error
