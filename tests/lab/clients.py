"""Many clients behind a relay, which remember every lease that was acknowledged to them.

They share no code with the server, nor with the load generator: what they were promised is judged
by nothing but the messages that came. What clients of both protocols do is `Clients`; what their
messages look like is `Messages4` and `Messages6`.
"""

import ipaddress
import select
import socket
import struct
import threading
import time

SERVER, RELAY = "198.51.100.1", "198.51.100.2"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
COOKIE = b"\x63\x82\x53\x63"

SERVER6, RELAY6, LINK6 = "2001:db8:ff::1", "2001:db8:ff::2", "2001:db8:2::1"
SOLICIT, ADVERTISE, REQUEST6, RENEW, REPLY = 1, 2, 3, 5, 7
FORWARD, BACK = 12, 13


class Clients:
    """Asks for leases in a thread of its own, a window of them at a time, until it is stopped."""

    def __init__(self, lab, messages, window=32, first=0):
        self.messages = messages
        with lab.inside("relay"):
            self.socket = socket.socket(messages.FAMILY, socket.SOCK_DGRAM)
            self.socket.bind(messages.RELAY)
        self.window = window
        self.next = first
        self.offers = 0
        # For each client its leases, all of one message, and when they were acknowledged last.
        self.acknowledged = {}
        self.stopped = threading.Event()
        self.thread = None

    def __enter__(self):
        self.stopped.clear()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def close(self):
        self.socket.close()

    def _run(self):
        begun = {}
        while not self.stopped.is_set():
            now = time.monotonic()
            for client in [client for client, at in begun.items() if at < now - 0.5]:
                del begun[client]
            while len(begun) < self.window:
                begun[self.next] = now
                self._send(self.messages.ask(self.next))
                # Every third has leases and asks for them again.
                old = self.next // 3
                if self.next % 3 == 0 and old in self.acknowledged:
                    self._send(self.messages.renew(old, *self.acknowledged[old][0]))
                self.next += 1
            if select.select([self.socket], [], [], 0.05)[0]:
                self._take(self.socket.recv(2048), begun)

    def _send(self, message):
        try:
            self.socket.sendto(message, self.messages.SERVER)
        except ConnectionRefusedError:
            # The server is not there now.
            pass

    def _take(self, message, begun):
        client, is_offer, leases = self.messages.read(message)
        if is_offer:
            self.offers += 1
            self._send(self.messages.accept(client, message))
        elif leases:
            begun.pop(client, None)
            self.acknowledged[client] = (leases, time.time())


class Messages4:
    """Messages of DHCPv4, with a relay's address in them; a client has an address."""

    FAMILY = socket.AF_INET
    SERVER, RELAY = (SERVER, 67), (RELAY, 67)
    LEASES = 1

    def __init__(self):
        # What servers have called themselves.
        self.servers = set()

    @staticmethod
    def holder(client):
        """How the server tells whose a lease is."""
        return colons(b"\x02\x0e" + struct.pack(">I", client))

    @staticmethod
    def lease(told):
        """A lease as the server tells it: what it is, and whose."""
        return told["ip-address"], told["hw-address"]

    def ask(self, client):
        return self._message(client, DISCOVER)

    def accept(self, client, offer):
        server = dict(parse(offer[240:]))[54]
        return self._message(client, REQUEST, options=b"\x32\x04" + offer[16:20] + b"\x36\x04" + server)

    def renew(self, client, address):
        return self._message(client, REQUEST, ciaddr=address)

    def read(self, message):
        """The client, whether it is an offer, and if it is not what is acknowledged."""
        client, = struct.unpack_from(">I", message, 4)
        options = dict(parse(message[240:]))
        self.servers.add(options[54])
        leases = (socket.inet_ntoa(message[16:20]),) if options[53] == bytes([ACK]) else ()
        return client, options[53] == bytes([OFFER]), leases

    @staticmethod
    def _message(client, kind, ciaddr="0.0.0.0", options=b""):
        head = struct.pack(
            ">4BIHH4s4s4s4s16s192x4s", 1, 1, 6, 1, client, 0, 0, socket.inet_aton(ciaddr),
            bytes(4), bytes(4), socket.inet_aton(RELAY),
            b"\x02\x0e" + struct.pack(">I", client), COOKIE)
        return head + bytes([53, 1, kind]) + options + b"\xff"


class Messages6:
    """Messages of DHCPv6 in a relay's; a client has an address and a prefix, of one REPLY."""

    FAMILY = socket.AF_INET6
    SERVER, RELAY = (SERVER6, 547), (RELAY6, 547)
    LEASES = 2

    def __init__(self):
        self.servers = set()

    @staticmethod
    def holder(client):
        return colons(b"\x00\x03\x00\x01\x02\x0e" + struct.pack(">I", client))

    @staticmethod
    def lease(told):
        length = f"/{told['prefix-len']}" if told["type"] == "IA_PD" else ""
        return told["ip-address"] + length, told["duid"]

    def ask(self, client):
        return self._message(client, SOLICIT, association(3) + association(25))

    def accept(self, client, advertise):
        offered = options(dict(options(advertise[34:]))[9][4:])
        return self._message(client, REQUEST6, b"".join(
            option(code, content) for code, content in offered if code in (2, 3, 25)))

    def renew(self, client, address, prefix):
        prefix = ipaddress.ip_network(prefix)
        server, = self.servers
        return self._message(client, RENEW, option(2, server) + association(
            3, option(5, ipaddress.ip_address(address).packed + bytes(8))) + association(
            25, option(26, bytes(8) + bytes([prefix.prefixlen]) + prefix.network_address.packed)))

    def read(self, message):
        inner = dict(options(message[34:]))[9]
        found = dict(options(inner[4:]))
        self.servers.add(found[2])
        leases = tuple(given(found)) if inner[0] == REPLY else ()
        return int.from_bytes(inner[1:4]), inner[0] == ADVERTISE, leases

    @staticmethod
    def _message(client, kind, more):
        identifier = option(1, b"\x00\x03\x00\x01\x02\x0e" + struct.pack(">I", client))
        elapsed = option(8, bytes(2))
        message = struct.pack(">I", kind << 24 | client) + identifier + elapsed + more
        peer = ipaddress.ip_address("fe80::") + client
        return relayed(message, LINK6, peer)


def colons(octets):
    return ":".join(f"{octet:02x}" for octet in octets)


def parse(options):
    """Codes and contents of DHCPv4 options."""
    at = 0
    while at < len(options) and options[at] != 255:
        if options[at] == 0:
            at += 1
            continue
        length = options[at + 1]
        yield options[at], options[at + 2:at + 2 + length]
        at += 2 + length


def option(code, content):
    """A DHCPv6 option."""
    return struct.pack(">HH", code, len(content)) + content


def options(area):
    """Codes and contents of DHCPv6 options."""
    found = []
    while area:
        code, length = struct.unpack(">HH", area[:4])
        found.append((code, area[4:4 + length]))
        area = area[4 + length:]
    return found


def association(code, content=b""):
    """An IA_NA or IA_PD of a client that has one of each."""
    return option(code, struct.pack(">III", 1, 0, 0) + content)


def given(found):
    """The addresses and prefixes in the associations of a message that may be used."""
    for code, content in options(found.get(3, bytes(12))[12:]):
        if code == 5 and any(content[20:24]):
            yield str(ipaddress.ip_address(content[:16]))
    for code, content in options(found.get(25, bytes(12))[12:]):
        if code == 26 and any(content[4:8]):
            yield f"{ipaddress.ip_address(content[9:25])}/{content[8]}"


def relayed(message, link, peer, more=b"", hops=0):
    """A DHCPv6 message in a layer of a relay's."""
    addresses = ipaddress.ip_address(link).packed + ipaddress.ip_address(peer).packed
    return bytes([FORWARD, hops]) + addresses + more + option(9, message)
