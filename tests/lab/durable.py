"""Laboratories of both protocols in which a server breaks, and what must hold there after it."""

import json
import socket
import sys
from pathlib import Path

from clients import LINK6, RELAY, SERVER6, Messages4, Messages6
from lab import Lab, wait_for
from lab6 import Lab6

DISK = Path(__file__).with_name("disk.py")


class Disk:
    """A disk of a laboratory, with the server's files on it."""

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


class Durable:
    """What laboratories of both protocols have."""

    def configuration(self, **database):
        name = f"kea-dhcp{self.PROTOCOL}"
        return {
            "lease-database": {"type": "memfile", "lfc-interval": 1, **database},
            "valid-lifetime": 86400,
            "loggers": [{"name": name, "severity": "WARN"},
                        {"name": f"{name}.dhcpsrv", "severity": "INFO"}],
            **self.SITE}

    def all_leases(self):
        """Whose each lease is; a page at a time: in the long form there are many."""
        known, after = {}, "start"
        while True:
            answer = self.command(f"lease{self.PROTOCOL}-get-page", {"from": after, "limit": 10_000})
            leases = answer.get("arguments", {}).get("leases", [])
            known.update(map(self.MESSAGES.lease, leases))
            if len(leases) < 10_000:
                return known
            after = leases[-1]["ip-address"]

    def check(self, clients, until=None):
        """Every lease that was acknowledged, until a time if one is given, is there and its
        client's; what one message has acknowledged is there as a whole. The server is still known
        by the name that it had."""
        known = self.all_leases()
        messages = clients.messages
        promised = {(client, lease) for client, (leases, at) in clients.acknowledged.items()
                    for lease in leases if until is None or at < until}
        assert all(len(leases) == messages.LEASES for leases, _ in clients.acknowledged.values()), \
            "a part of the leases was acknowledged"
        assert len({lease for _, lease in promised}) == len(promised), "two clients have one lease"
        lost = {(client, lease) for client, lease in promised
                if known.get(lease) != messages.holder(client)}
        assert not lost, f"{len(lost)} of {len(promised)} acknowledged leases are lost"
        assert len(messages.servers) == 1, f"the server had several names: {messages.servers}"
        return len(promised)


class Durable4(Durable, Lab):
    """A laboratory of ruru-dhcp4."""

    PROTOCOL, MESSAGES = 4, Messages4
    SITE = {
        "interfaces-config": {"interfaces": ["uplink"], "dhcp-socket-type": "udp"},
        "subnet4": [{"id": 1, "subnet": "10.0.0.0/12", "relay": {"ip-addresses": [RELAY]},
                     "pools": [{"pool": "10.0.0.10-10.15.255.250"}]}]}

    def serve(self, prefix=(), **database):
        control = [{"socket-type": "unix", "socket-name": str(self.control_socket)}]
        config = {**self.configuration(**database), "control-sockets": control}
        return self.start_server(config, prefix)


class Durable6(Durable, Lab6):
    """A laboratory of ruru-dhcp6."""

    PROTOCOL, MESSAGES = 6, Messages6
    SITE = {
        "interfaces-config": {"interfaces": [f"uplink/{SERVER6}"]},
        # A name at random: one that is lost does not come again by itself.
        "server-id": {"type": "EN"},
        "subnet6": [{"id": 1, "subnet": "2001:db8:2::/64", "relay": {"ip-addresses": [LINK6]},
                     "pools": [{"pool": "2001:db8:2::1:0:0/108"}],
                     "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 44,
                                   "delegated-len": 64}]}]}

    def serve(self, prefix=(), **database):
        return self.start_server6(self.configuration(**database), prefix)
