"""Who is measured, and with what configuration and leases."""

import socket
import struct
import time
from dataclasses import dataclass, field

from stage import HOOKS, RELAY

HEADER = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
          "hostname,state,user_context,pool_id\n")
TEN = struct.unpack(">I", socket.inet_aton("10.0.0.0"))[0]


@dataclass
class Subject:
    """A server and how it is set up."""

    name: str
    is_kea: bool = False
    database: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)
    # Exchanges under way that it does best with: Kea's packet queue overflows beyond.
    window: int = 256


BATCH = Subject("ruru, sync batch", database={"sync": "batch"})
NEVER = Subject("ruru, sync never", database={"sync": "never"})
RURU = Subject("ruru", database={"sync": "never"})
KEA = Subject("kea", is_kea=True, window=64, extra={
    "multi-threading": {"enable-multi-threading": True},
    "hooks-libraries": [{"library": f"{HOOKS}/libdhcp_{name}.so"}
                        for name in ("subnet_cmds", "lease_cmds")]})
# The least that serves packets: extensions would cost Kea something.
KEA_BARE = Subject("kea", is_kea=True, window=64, extra={
    "multi-threading": {"enable-multi-threading": True}})


def configuration(subnets, **more):
    return {
        "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "udp"},
        "valid-lifetime": 86400,
        "loggers": [{"name": "kea-dhcp4", "severity": "WARN",
                     "output-options": [{"output": "stdout"}]}],
        "subnet4": subnets, **more}


def address(number):
    return socket.inet_ntoa(struct.pack(">I", number))


def hardware_address(kind, number):
    return f"02:{kind:02x}:" + ":".join(f"{octet:02x}" for octet in struct.pack(">I", number))


def wide_subnet(**more):
    """One subnet with a /12 of addresses, behind a relay."""
    return {"id": 1, "subnet": "10.16.0.0/12", "pools": [{"pool": "10.16.0.10-10.31.255.250"}],
            "relay": {"ip-addresses": [RELAY]}, **more}


def small_subnets(count, size=256):
    """Many subnets with a pool and two options each; the first is behind the relay."""
    subnets = []
    for at in range(count):
        first = TEN + at * size
        subnets.append({
            "id": at + 1, "subnet": f"{address(first)}/{33 - size.bit_length()}",
            "pools": [{"pool": f"{address(first + 10)}-{address(first + size - 5)}"}],
            "option-data": [{"name": "routers", "data": address(first + 1)},
                            {"name": "domain-name-servers", "data": "192.0.2.53"}]})
    subnets[0]["relay"] = {"ip-addresses": [RELAY]}
    return subnets


def plain_subnets(count):
    return [{"id": at + 1, "subnet": f"{address(TEN + at * 256)}/24"} for at in range(count)]


def reservations(count):
    first = TEN + (24 << 16)
    return [{"hw-address": hardware_address(0xee, at), "ip-address": address(first + at)}
            for at in range(count)]


def campus():
    """Classes and options of a network with many kinds of clients: 20 classes, 12 options."""
    kinds = ["PXEClient", "docsis3.0", "android-dhcp", "MSFT 5.0", "Cisco AP", "phone", "printer",
             "camera", "ubnt", "udhcp"]
    classes = [
        {"name": kind.replace(" ", "-"),
         "test": f"substring(option[60].hex,0,{len(kind)}) == '{kind}'",
         "option-data": [{"name": "domain-name", "data": f"{kind.split()[0].lower()}.example.com"}]}
        for kind in kinds]
    classes += [{"name": f"port-{at}", "test": f"relay4[1].hex == 'eth{at}'", "valid-lifetime": 1800}
                for at in range(8)]
    classes += [{"name": "guest", "test": "not member('KNOWN')"},
                {"name": "wired-guest", "test": "member('guest') and member('port-1')"}]
    addresses = ["ntp-servers", "log-servers", "time-servers", "nis-servers", "www-server"]
    options = [{"name": name, "data": "192.0.2.1, 192.0.2.2"} for name in addresses]
    options += [{"name": "domain-search", "data": "example.com, a.example.com, b.example.com"},
                {"name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54"},
                {"name": "domain-name", "data": "example.com"},
                {"name": "interface-mtu", "data": "1500", "always-send": True},
                {"name": "tftp-server-name", "data": "boot.example.com"},
                {"name": "default-ip-ttl", "data": "64"},
                {"name": "tcode", "data": "Europe/Berlin", "always-send": True}]
    return {"client-classes": classes, "option-data": options}


def write_leases(path, leases, lifetime=86400, expire=None):
    """A lease file in Kea's format, of addresses and the numbers of their subnets."""
    expire = expire or int(time.time()) + lifetime
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER)
        for number, (where, subnet) in enumerate(leases):
            mac = hardware_address(0x0d, number)
            file.write(f"{address(where)},{mac},01:{mac},{lifetime},{expire},{subnet},0,0,,0,,0\n")


def spread(leases, of_subnet=1000):
    """Addresses of many leases, so many in each subnet of 1024 addresses."""
    for number in range(leases):
        subnet, at = divmod(number, of_subnet)
        yield TEN + subnet * 1024 + 12 + at, subnet + 1
