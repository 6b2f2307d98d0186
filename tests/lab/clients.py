"""Many clients behind a relay, which remember every lease that was acknowledged to them.

They share no code with the server, nor with the load generator: what they were promised is judged
by nothing but the messages that came.
"""

import select
import socket
import struct
import threading
import time

SERVER, RELAY = "198.51.100.1", "198.51.100.2"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
COOKIE = b"\x63\x82\x53\x63"


def address(number):
    return socket.inet_ntoa(struct.pack(">I", number))


def hardware_address(client):
    return "02:0e:" + ":".join(f"{octet:02x}" for octet in struct.pack(">I", client))


class Clients:
    """Asks for leases in a thread of its own, a window of them at a time, until it is stopped."""

    def __init__(self, lab, window=32, first=0):
        with lab.inside("relay"):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((RELAY, 67))
        self.window = window
        self.next = first
        self.offers = 0
        # For each client its address and when that was acknowledged last.
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
                self._send(self.next, DISCOVER)
                # Every third has a lease and asks for it again.
                old = self.next // 3
                if self.next % 3 == 0 and old in self.acknowledged:
                    self._send(old, REQUEST, ciaddr=self.acknowledged[old][0])
                self.next += 1
            if select.select([self.socket], [], [], 0.05)[0]:
                self._take(self.socket.recv(2048), begun)

    def _send(self, client, kind, ciaddr="0.0.0.0", options=b""):
        message = struct.pack(
            ">4BIHH4s4s4s4s16s192x4s", 1, 1, 6, 1, client, 0, 0, socket.inet_aton(ciaddr),
            bytes(4), bytes(4), socket.inet_aton(RELAY),
            b"\x02\x0e" + struct.pack(">I", client), COOKIE)
        message += bytes([53, 1, kind]) + options + b"\xff"
        try:
            self.socket.sendto(message, (SERVER, 67))
        except ConnectionRefusedError:
            # The server is not there now.
            pass

    def _take(self, message, begun):
        client, = struct.unpack_from(">I", message, 4)
        given, = struct.unpack_from(">I", message, 16)
        options = dict(parse(message[240:]))
        kind = options[53][0]
        if kind == OFFER:
            self.offers += 1
            wanted = bytes([50, 4]) + struct.pack(">I", given) + bytes([54, 4]) + options[54]
            self._send(client, REQUEST, options=wanted)
        elif kind == ACK:
            begun.pop(client, None)
            self.acknowledged[client] = (address(given), time.time())


def parse(options):
    at = 0
    while at < len(options) and options[at] != 255:
        if options[at] == 0:
            at += 1
            continue
        length = options[at + 1]
        yield options[at], options[at + 2:at + 2 + length]
        at += 2 + length
