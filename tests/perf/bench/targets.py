"""What is aimed at, as figures of the table tell it."""

import statistics
from dataclasses import dataclass

COST = "server processor seconds for 100,000 exchanges"
QUIET = "20,000 new leases a second"


@dataclass(frozen=True)
class Target:
    """A bound for a figure, for its ratio to another, or for what it has more than another."""

    text: str
    figure: tuple[str, str]
    bound: float
    over: tuple[str, str] | None = None
    beyond: tuple[str, str] | None = None
    at_least: bool = False

    def measured(self, rows):
        """The figure, if it was measured."""
        wanted = [self.figure, *filter(None, (self.over, self.beyond))]
        if any(name not in rows.get(row, {}) for row, name in wanted):
            return None
        figures = [statistics.median(rows[row][name]) for row, name in wanted]
        if self.over:
            return figures[0] / figures[1]
        return figures[0] - figures[1] if self.beyond else figures[0]

    def is_met(self, measured):
        return measured >= self.bound if self.at_least else measured <= self.bound


def of_dhcpv4():
    kea, batch, never, ruru = "kea", "ruru, sync batch", "ruru, sync never", "ruru"
    new, cost = "new leases a second", f"{COST}, new leases"

    def times(text, row, name, bound):
        return Target(text, (row, name), bound, over=(row, kea), at_least=True)

    yield times("new leases: 7 times Kea's", new, never, 7)
    yield times("new leases, each on the disk first: 5 times Kea's", new, batch, 5)
    yield times("renewals: 5 times Kea's", "renewals a second", never, 5)
    yield Target("processor time of new leases: a tenth of Kea's", (cost, never), 0.1, over=(cost, kea))
    yield Target("and 1.8 times the fixed template's", (cost, never), 1.8, over=(cost, "fixed template"))
    row = "new lease at 0.9 of Kea's rate, 99 % delay, ms"
    yield Target("99 % delay near Kea's highest rate: a quarter of Kea's", (row, never), 0.25, over=(row, kea))
    for what, bound in (("10,000 subnets", 1.1), ("100,000 reservations", 1.1), ("INFO log to a file", 1.2)):
        yield Target(f"processor time with {what}: {bound} times that without", (f"{COST}, {what}", ruru),
                     bound, over=(f"{COST}, one subnet", ruru))
    for allocator in ("iterative", "random", "flq"):
        row = f"server processor seconds for 100,000 DISCOVERs, {allocator}, pool"
        for fill in ("99.9 % full", "full"):
            yield Target(f"processor time, {allocator}, pool {fill}: 1.2 times that of an empty one",
                         (f"{row} {fill}", ruru), 1.2, over=(f"{row} empty", ruru))
    yield Target("start with a million leases, s", ("start with a million leases to the first answer, s", ruru), 1.5)
    yield Target("memory of a lease, bytes", ("memory of a lease of a million, bytes", ruru), 200)
    yield Target("memory of compaction, part of the server's",
                 ("memory of compaction, part of the server's", never), 1 / 3)
    for name in (batch, never):
        yield Target(f"compaction delays replies by at most, ms ({name})",
                     ("longest delay of a new lease while a million leases are compacted, ms", name), 10,
                     beyond=("longest delay of a new lease without compaction, ms", name))
    yield Target("config-set with 10,000 subnets, ms", ("config-set with 10,000 subnets, ms", ruru), 170)
    yield Target("one subnet more than 10,000, ms", ("one subnet more than 10,000, by command, ms", ruru), 1)
    yield Target("memory of a plain subnet, bytes", ("memory of a plain subnet of 10,000, bytes", ruru), 1024)
    yield Target("memory of a reservation, bytes", ("memory of a reservation of 100,000, bytes", ruru), 300)
    for name in (batch, never):
        for what in ("and a subnet added each 100 ms", "and 10,000 subnets set each 500 ms"):
            yield Target(f"{QUIET}, {what}: more 99 % delay, ms ({name})", (f"{what}: 99 % delay, ms", name), 5,
                         beyond=(f"{QUIET}: 99 % delay, ms", name))
            yield Target(f"{QUIET}, {what}: lost ({name})", (f"{what}: lost", name), 0)
        what = "2,000 new leases a second while 100,000 end"
        yield Target(f"{what}: longest delay, ms ({name})", (f"{what}: longest delay, ms", name), 10)


def of_dhcpv6():
    kea, batch, never, ruru = "kea", "ruru, sync batch", "ruru, sync never", "ruru"
    for kind in ("addresses", "prefixes", "addresses with prefixes"):
        for what, rate in ((f"new {kind}", f"DHCPv6, new {kind} a second"),
                           (f"renewals of {kind}", f"DHCPv6, renewals of {kind} a second")):
            for name, bound in ((never, 5.5), (batch, 4)):
                yield Target(f"DHCPv6, {what}: {bound} times Kea's ({name})", (rate, name), bound,
                             over=(rate, kea), at_least=True)
            cost = f"server processor seconds for 100,000 DHCPv6 exchanges, {what}"
            yield Target(f"DHCPv6, processor time of {what}: an eighth of Kea's", (cost, never), 1 / 8,
                         over=(cost, kea))
    for allocator in ("iterative", "random", "flq"):
        row = "server processor seconds for 100,000 SOLICITs, /64 of a"
        for what in ("/20, empty", "/20, a million gone"):
            yield Target(f"processor time, {allocator}, /64 of a {what}: 1.2 times that of an empty /48",
                         (f"{row} {what}, {allocator}", ruru), 1.2,
                         over=(f"{row} /48, empty, {allocator}", ruru))
    for kind in ("addresses", "prefixes"):
        yield Target(f"DHCPv6, start with a million leases of {kind}, s",
                     (f"start with a million leases of {kind} to the first answer, s", ruru), 1.5)
        yield Target(f"DHCPv6, memory of a lease of {kind}, bytes",
                     (f"memory of a lease of a million of {kind}, bytes", ruru), 200)


def text(targets, rows, number):
    """The targets of what was measured, as Markdown."""
    lines = ["| target | bound | measured | |", "| --- | ---: | ---: | --- |"]
    for target in targets:
        measured = target.measured(rows)
        if measured is not None:
            sign = "≥" if target.at_least else "≤"
            lines.append(f"| {target.text} | {sign} {number(target.bound)} | {number(measured)} "
                         f"| {'met' if target.is_met(measured) else '**missed**'} |")
    return "\n".join(lines)
