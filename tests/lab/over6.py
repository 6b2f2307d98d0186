"""DHCPv4 over DHCPv6 (RFC 7341): two servers that speak with each other, ours or ISC Kea, and a client
that sends what it is told."""

import json
import shutil
import socket
import struct
from pathlib import Path

from clients import BACK, COOKIE, option, options, parse
from lab import BINARIES, KEA_ROOT, wait_for
from lab6 import Lab6

PORT = 6767
SERVERS, RELAY = "ff02::1:2", "2001:db8:ff::2"
QUERY, RESPONSE = 20, 21
UNICAST = 0x800000

SITE4 = {
    "interfaces-config": {"interfaces": ["lan", "uplink"]}, "dhcp4o6-port": PORT,
    "lease-database": {"type": "memfile", "persist": False},
    "valid-lifetime": 600, "renew-timer": 300, "rebind-timer": 525,
    "subnet4": [
        {"id": 1, "subnet": "192.0.2.0/24", "4o6-interface": "lan",
         "pools": [{"pool": "192.0.2.100-192.0.2.199"}],
         "option-data": [{"name": "routers", "data": "192.0.2.1"}]},
        {"id": 2, "subnet": "203.0.113.0/24", "4o6-interface-id": "port-7",
         "pools": [{"pool": "203.0.113.100-203.0.113.199"}]},
        {"id": 3, "subnet": "198.18.3.0/24", "4o6-subnet": "2001:db8:ff::/64",
         "pools": [{"pool": "198.18.3.100-198.18.3.199"}]},
    ],
}

SITE6 = {
    "interfaces-config": {"interfaces": ["lan", "uplink", "uplink/2001:db8:ff::1"]},
    "lease-database": {"type": "memfile", "persist": False}, "dhcp4o6-port": PORT,
    "subnet6": [{"id": 1, "subnet": "2001:db8:1::/64", "interface": "lan",
                 "pools": [{"pool": "2001:db8:1::1000 - 2001:db8:1::1fff"}]}],
}


class Over6(Lab6):
    """A DHCPv4 and a DHCPv6 server beside each other."""

    def __init__(self):
        super().__init__()
        self.sockets = {}

    def serve(self, protocol, subject, config, prefix=()):
        """Starts a server, `ours` or `kea`, of protocol 4 or 6, by another command if there is one."""
        name = f"dhcp{protocol}"
        inside = outside = self.run
        command = [BINARIES / f"ruru-{name}"]
        environment = dict(self.environment)
        if subject == "kea":
            inside, outside = Path("/tmp") / self.id, KEA_ROOT / "tmp" / self.id
            outside.mkdir(mode=0o750, exist_ok=True)
            command = ["chroot", KEA_ROOT, f"/usr/sbin/kea-{name}", "-X"]
            environment |= {variable: str(inside) for variable in (
                "KEA_DHCP_DATA_DIR", "KEA_LOG_FILE_DIR", "KEA_CONTROL_SOCKET_DIR",
                "KEA_PIDFILE_DIR", "KEA_LOCKFILE_DIR")}
        self.sockets[protocol] = outside / f"{name}.sock"
        control = [{"socket-type": "unix", "socket-name": str(inside / f"{name}.sock")}]
        loggers = [{"name": f"kea-{name}", "severity": "DEBUG", "debuglevel": 99,
                    "output-options": [{"output": "stdout"}]}]
        config = {**config, "control-sockets": control, "loggers": loggers}
        (outside / f"{name}.conf").write_text(json.dumps({f"Dhcp{protocol}": config}))
        process = self.start(f"{subject}-{name}", "server",
                             [*prefix, *command, "-c", inside / f"{name}.conf"], environment)
        self.ask(protocol)
        wait_for(f"{name}'s control socket", lambda: self._answers(process))
        return process

    def ask(self, protocol):
        """Whom commands are for from now on."""
        self.control_socket = self.sockets[protocol]
        return self

    def count(self, protocol, name):
        answer = self.ask(protocol).command("statistic-get", {"name": name})
        return answer["arguments"][name][0][0]

    def close(self):
        super().close()
        shutil.rmtree(KEA_ROOT / "tmp" / self.id, ignore_errors=True)


def message4(number, kind, more=b"", ciaddr="0.0.0.0", flags=0):
    """A DHCPv4 message of a client."""
    hardware = b"\x02\x00\x00\x00" + struct.pack(">H", number) + bytes(10)
    head = struct.pack(">4BIHH4s12x16s192x4s", 1, 1, 6, 0, number, 0, flags,
                       socket.inet_aton(ciaddr), hardware, COOKIE)
    return head + bytes([53, 1, kind]) + more + b"\xff"


def query(message, flags=0, more=b""):
    """DHCPV4-QUERY with a message in it."""
    return struct.pack(">I", QUERY << 24 | flags) + option(87, message) + more


def read4(message):
    """What matters of a DHCPv4 answer."""
    op, _, _, hops, xid, _, flags = struct.unpack(">4BIHH", message[:12])
    fields = [socket.inet_ntoa(message[at:at + 4]) for at in range(12, 28, 4)]
    return {"op": op, "hops": hops, "xid": xid, "flags": flags,
            **dict(zip(("ciaddr", "yiaddr", "siaddr", "giaddr"), fields)),
            "options": dict(sorted(dict(parse(message[240:])).items()))}


def read6(message):
    """What matters of an answer, layer by layer, down to the DHCPv4 message in it."""
    if message[0] == BACK:
        found = dict(options(message[34:]))
        inner = read6(found.pop(9))
        return {"hops": message[1], "link": message[2:18], "peer": message[18:34],
                "options": found, "inner": inner}
    found = dict(options(message[4:]))
    four = read4(found.pop(87))
    return {"type": message[0], "flags": message[1:4], "options": found, "four": four}


def client(lab, namespace="client", address=None, port=546):
    """A client's socket, or a relay's."""
    with lab.inside(namespace):
        link = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        name = "eth0" if address is None else "to-server"
        index = socket.if_nametoindex(name)
        link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
        link.bind((address or "::", port))
    link.settimeout(3)
    return link


def exchange(link, message, to=SERVERS):
    """Sends a message; answers what comes back, and from where."""
    link.sendto(message, (to, 547))
    answer, source = link.recvfrom(65536)
    return read6(answer), source[0].split("%")[0]
