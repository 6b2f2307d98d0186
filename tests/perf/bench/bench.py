"""Measures Ruru's servers and ISC Kea's in one interleaved run, and writes docs/performance.md.

    scripts/bench.sh [--rounds N] [--seconds S] [--only PART]... [--no-write]

Every figure is of this run; what is not measured is not told. Parts that take long are measured in
the first rounds only.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import targets
from commands import Leases, Subnets
from packets import Growth, Load, Pools
from report import Table, write
from scale import Changes, Memory, Million
from v6 import Delegation6, Load6, Million6

ROOT = Path(__file__).resolve().parents[3]
# Each with the most rounds that it is measured in; those of a protocol are one table.
PARTS4 = {"load": (Load, 5), "growth": (Growth, 5), "pools": (Pools, 2), "changes": (Changes, 5),
          "subnets": (Subnets, 5), "leases": (Leases, 5), "memory": (Memory, 1),
          "million": (Million, 2)}
PARTS6 = {"load6": (Load6, 5), "delegation6": (Delegation6, 2), "million6": (Million6, 2)}
PARTS = {**PARTS4, **PARTS6}


def main():
    # Namespaces and processes go at the end, whoever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = arguments()
    tables = {"DHCPv4": Table(targets.of_dhcpv4), "DHCPv6": Table(targets.of_dhcpv6)}
    parts = []
    begin = time.monotonic()
    try:
        for name in options.only or PARTS:
            print(f"bench: preparing {name}", flush=True)
            part, rounds = PARTS[name]
            table = tables["DHCPv6" if name in PARTS6 else "DHCPv4"]
            parts.append((name, rounds, part(options, table)))
        for number in range(options.rounds):
            for name, rounds, part in parts:
                if number < rounds:
                    print(f"bench: {time.monotonic() - begin:4.0f} s: round {number + 1} of "
                          f"{options.rounds}: {name}", flush=True)
                    part.round()
    finally:
        for _, _, part in parts:
            part.close()
        shutil.rmtree(options.directory)
    for protocol, table in tables.items():
        if not table.rows:
            continue
        text = table.text(options.rounds)
        print(text)
        if options.write:
            write(ROOT / "docs" / "performance.md", protocol, text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of load for each figure")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    parser.add_argument("--no-write", dest="write", action="store_false",
                        help="leave docs/performance.md and its plots as they are")
    options = parser.parse_args()
    options.directory = Path(tempfile.mkdtemp(prefix="ruru-bench-"))
    options.plots = ROOT / "docs" / "plots" if options.write else None
    if options.plots:
        options.plots.mkdir(exist_ok=True)
    return options


if __name__ == "__main__":
    main()
