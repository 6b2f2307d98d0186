"""DHCPv6: how fast messages are answered, what delegation costs, and what a million leases are."""

import ipaddress
import time

from packets import Part, loaded, served
from scale import MILLION, first_answer, memory
from stage import RELAY6, SERVER6, Stage
from subjects import BATCH, KEA_BARE, NEVER, RURU

HEADER = ("address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,"
          "fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n")
ADDRESSES = int(ipaddress.IPv6Address("2001:db8:1::"))
PREFIXES = int(ipaddress.IPv6Address("3fff::"))
DAY = 86400
COST = "server processor seconds for 100,000 DHCPv6 exchanges"
# What clients ask for, by how it is told.
KINDS = {"addresses": ["-e", "address-only"], "prefixes": ["-e", "prefix-only"],
         "addresses with prefixes": ["-e", "address-and-prefix"]}


def configuration(length=64, **more):
    """A link behind a relay, with a /64 of addresses and a /20 of prefixes."""
    return {
        "interfaces-config": {"interfaces": [f"eth0/{SERVER6}"]},
        "server-id": {"type": "LL", "htype": 1, "identifier": "020000000001", "persist": False},
        "valid-lifetime": DAY, "preferred-lifetime": DAY // 2,
        "loggers": [{"name": "kea-dhcp6", "severity": "WARN",
                     "output-options": [{"output": "stdout"}]}],
        "subnet6": [{
            "id": 1, "subnet": "2001:db8:1::/64", "relay": {"ip-addresses": [RELAY6]},
            "pools": [{"pool": "2001:db8:1::/80"}],
            "pd-pools": [{"prefix": "3fff::", "prefix-len": 20, "delegated-len": length}], **more}]}


def write_leases(path, kind, leases):
    """A lease file in Kea's format, with so many of the first addresses, or prefixes of 64 bits."""
    first, step, number, length = (
        (ADDRESSES, 1, 0, 128) if kind == "addresses" else (PREFIXES, 1 << 64, 2, 64))
    expire = int(time.time()) + DAY
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER)
        for at in range(leases):
            duid = f"00:03:00:01:02:0d:{at >> 24 & 255:02x}:{at >> 16 & 255:02x}:" \
                   f"{at >> 8 & 255:02x}:{at & 255:02x}"
            file.write(f"{ipaddress.IPv6Address(first + at * step)},{duid},{DAY},{expire},1,"
                       f"{DAY // 2},{number},1,{length},0,0,,,0,,,,0\n")


class Load6(Part):
    """New clients get leases, and renew them, as fast as the server can."""

    def round(self):
        for kind, words in KINDS.items():
            for subject in (BATCH, NEVER, KEA_BARE):
                with served(self.options, subject, configuration(), version=6) as stage:
                    self._new(kind, subject.name, stage, subject.window, words)
            with Stage(self.options.binaries, 6) as stage:
                stage.serve_template()
                self._new(kind, "fixed template", stage, BATCH.window, words)
        for kind, words in KINDS.items():
            for subject in (BATCH, NEVER, KEA_BARE):
                self._renew(kind, "", subject, words)
        for subject in (BATCH, NEVER, KEA_BARE):
            self._renew("addresses", ", packets one by one", subject, ["--one-by-one"])

    def _renew(self, kind, how, subject, words):
        with served(self.options, subject, configuration(), version=6) as stage:
            report, used = loaded(
                stage, "--window", subject.window, "--renewals", 98, "-R", 20_000,
                "-p", self.options.seconds, *words)
            self.table.add(f"DHCPv6, renewals of {kind} a second{how}", subject.name,
                           report["rate"])
            self.table.add(f"{COST}, renewals of {kind}{how}", subject.name,
                           used / report["exchanges"] * 1e5)

    def _new(self, kind, name, stage, window, words):
        report, used = loaded(stage, "--window", window, "-p", self.options.seconds, *words)
        done = report["exchanges"]
        self.table.add(f"DHCPv6, new {kind} a second", name, report["rate"])
        self.table.add(f"{COST}, new {kind}", name, used / done * 1e5)
        self.table.add(f"DHCPv6, new {kind} lost, of 100,000", name, report["drops"] / done * 1e5)


class Delegation6(Part):
    """What an offered prefix costs: from a small pool and a large one, empty, filled and full."""

    def round(self):
        small = {"pd-pools": [{"prefix": "3fff::", "prefix-len": 48, "delegated-len": 64}]}
        for allocator in ("iterative", "random", "flq"):
            for what, config, leases in (
                ("of a /48, empty", small, 0), ("of a /48, full", small, 1 << 16),
                ("of a /20, empty", {}, 0), ("of a /20, a million gone", {}, MILLION),
            ):
                # Kea lists every prefix of a pool in memory for its free lease queue.
                subjects = [RURU] if allocator == "flq" and "/20" in what else [RURU, KEA_BARE]
                for subject in subjects:
                    self._offer(subject, what, {**config, "pd-allocator": allocator}, leases)

    def _offer(self, subject, what, config, leases):
        csv = self.options.directory / "prefixes.csv"
        write_leases(csv, "prefixes", leases)
        count, rate = (60_000, 20_000) if not subject.is_kea else (2000, 1000)
        if subject.is_kea and "full" in what:
            count, rate = 60, 20
        with served(self.options, subject, configuration(**config), csv, version=6) as stage:
            _, used = loaded(stage, "-i", "-n", count, "-R", 1 << 24, "-r", rate,
                             *KINDS["prefixes"])
            allocator = config["pd-allocator"]
            self.table.add(f"server processor seconds for 100,000 SOLICITs, /64 {what}, {allocator}",
                           subject.name, used / count * 1e5)


class Million6(Part):
    """A server starts with a million leases and keeps them."""

    def round(self):
        for kind in ("addresses", "prefixes"):
            csv = self.options.directory / "million6.csv"
            write_leases(csv, kind, MILLION)
            for subject in (RURU, KEA_BARE):
                with served(self.options, subject, configuration(), version=6) as stage:
                    empty = memory(stage)
                with Stage(self.options.binaries, 6) as stage:
                    stage.prepare(subject, configuration(), csv)
                    begin = time.perf_counter()
                    stage.run()
                    first_answer(stage)
                    took = time.perf_counter() - begin
                    self.table.add(f"start with a million leases of {kind} to the first answer, s",
                                   subject.name, took)
                    self.table.add(f"memory of a lease of a million of {kind}, bytes", subject.name,
                                   (memory(stage) - empty) / MILLION)
