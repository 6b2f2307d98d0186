"""How fast packets are answered, and what that costs."""

from contextlib import contextmanager

from stage import Stage
from subjects import (
    BATCH, KEA_BARE, NEVER, RURU, TEN, address, campus, configuration, reservations, small_subnets,
    wide_subnet, write_leases)

COST = "server processor seconds for 100,000 exchanges"
# How queries and answers pass through the kernel, by how it is told.
PASSAGES = {"": [], ", packets one by one": ["--one-by-one"]}


@contextmanager
def served(options, subject, config, csv=None, version=4):
    with Stage(options.binaries, version) as stage:
        stage.serve(subject, config, csv)
        yield stage


def loaded(stage, *words):
    """Puts the server under load; answers the report, and what it cost the server."""
    before = stage.processor_seconds()
    report = stage.load(*words)
    return report, stage.processor_seconds() - before


class Part:
    """A part that starts its servers anew for each figure."""

    def __init__(self, options, table):
        self.options, self.table = options, table

    def close(self):
        pass


class Load(Part):
    """New clients get leases, and renew them, as fast as the server can."""

    def round(self):
        rates = {}
        for subject in (BATCH, NEVER, KEA_BARE):
            with served(self.options, subject, configuration([wide_subnet()])) as stage:
                rates[subject.name] = self._measure(subject.name, stage, subject.window)
        with Stage(self.options.binaries) as stage:
            stage.serve_template()
            self._measure("fixed template", stage, BATCH.window)
        for subject in (BATCH, NEVER, KEA_BARE):
            for how, more in PASSAGES.items():
                with served(self.options, subject, configuration([wide_subnet()])) as stage:
                    report, used = loaded(stage, "--window", subject.window, "--renewals", 98,
                                          "-R", 20_000, "-p", self.options.seconds, *more)
                    self.table.add(f"renewals a second{how}", subject.name, report["rate"])
                    self.table.add(f"server processor seconds for 100,000 renewals{how}",
                                   subject.name, used / report["exchanges"] * 1e5)
        self._delays(rates[KEA_BARE.name])

    def _measure(self, name, stage, window):
        report, used = loaded(stage, "--window", window, "-p", self.options.seconds)
        done, add = report["exchanges"], self.table.add
        add("new leases a second", name, report["rate"])
        add(f"{COST}, new leases", name, used / done * 1e5)
        add("generator processor seconds for 100,000 new leases", name,
            report["generator-processor-seconds"] / done * 1e5)
        add("new leases lost, of 100,000", name, report["drops"] / done * 1e5)
        return report["rate"]

    def _delays(self, rate):
        """At nine tenths of what Kea can, which it sustains without a growing queue."""
        for subject in (BATCH, NEVER, KEA_BARE):
            with served(self.options, subject, configuration([wide_subnet()])) as stage:
                words = ["-r", int(rate * 0.9), "-R", 1 << 24, "-p", self.options.seconds]
                if self.options.plots:
                    words += ["--interval", 0.1, "--plot", self.options.plots / f"{subject.name.replace(', ', '-').replace(' ', '-')}.svg"]
                report = stage.load(*words)
                delays = report["new-lease-delay-us"]
                for name, part in (("median", "p50"), ("99 %", "p99")):
                    self.table.add(f"new lease at 0.9 of Kea's rate, {name} delay, ms",
                                   subject.name, delays[part] / 1e3)


class Growth(Part):
    """What one exchange costs as data grow: subnets, reservations, full pools; and the log."""

    def round(self):
        plain = configuration([wide_subnet()])
        log = [{"name": "kea-dhcp4", "severity": "INFO",
                "output-options": [{"output": "kea-dhcp4.log"}]}]
        hosts = wide_subnet(reservations=reservations(100_000))
        some = wide_subnet(reservations=reservations(1000))
        subnets = small_subnets(10_000)
        subnets[0] = {**wide_subnet(), "id": 1, "subnet": "192.0.0.0/12",
                      "pools": [{"pool": "192.0.0.10-192.15.255.250"}]}
        for subject in (RURU, KEA_BARE):
            for what, config in (
                ("one subnet", plain), ("10,000 subnets", configuration(subnets)),
                ("100,000 reservations", configuration([hosts])),
                ("INFO log to a file", {**plain, "loggers": log}),
                ("a campus", {**configuration([some]), **campus()}),
            ):
                with served(self.options, subject, config) as stage:
                    report, used = loaded(
                        stage, "--window", subject.window, "-p", self.options.seconds / 2)
                    self.table.add(f"{COST}, {what}", subject.name,
                                   used / report["exchanges"] * 1e5)

    def close(self):
        pass


class Pools(Part):
    """What an offer costs when the pool is empty, all but full, and full."""

    SIZE = 65_000

    def round(self):
        first = TEN + (17 << 16)
        every = [(first + at, 1) for at in range(self.SIZE)]
        fills = (("empty", []), ("99.9 % full", [e for e in every if e[0] % 1000]), ("full", every))
        for subject in (RURU, KEA_BARE):
            for allocator in ("iterative", "random", "flq"):
                for fill, leases in fills:
                    self._offer(subject, allocator, fill, leases, first)

    def _offer(self, subject, allocator, fill, leases, first):
        subnet = wide_subnet(allocator=allocator, pools=[
            {"pool": f"{address(first)}-{address(first + self.SIZE - 1)}"}])
        csv = self.options.directory / "full.csv"
        write_leases(csv, leases)
        # Kea takes long for what it cannot give.
        count, rate = 60_000, 20_000
        if subject.is_kea:
            count, rate = {"empty": (5000, 2000), "99.9 % full": (500, 250), "full": (60, 20)}[fill]
        with served(self.options, subject, configuration([subnet]), csv) as stage:
            _, used = loaded(stage, "-i", "-n", count, "-R", 1 << 24, "-r", rate)
            self.table.add(f"server processor seconds for 100,000 DISCOVERs, {allocator}, pool {fill}",
                           subject.name, used / count * 1e5)
