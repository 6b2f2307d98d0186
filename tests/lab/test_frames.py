"""Frames of clients on the link, made by hand: what no well-behaved client sends."""

import os
import re
import select
import socket
import struct
import time

import pytest
from clients import ACK, COOKIE, RELAY, SERVER, parse

BROADCAST = b"\xff" * 6
DISCOVER = b"\x35\x01\x01"


def message(number, length, options, giaddr=bytes(4)):
    """A message of a client whose hardware address has so many bytes."""
    hardware = b"\x02\x0f\x00\x00" + struct.pack(">H", number) + bytes(max(0, length - 6))
    return struct.pack(">4BIHH12x4s16s192x4s", 1, 1, length, 0, number, 0, 0, giaddr, hardware,
                       COOKIE) + options + b"\xff"


def frame(*of):
    """A message in a frame."""
    content = message(*of)
    udp = struct.pack(">4H", 68, 67, 8 + len(content), 0) + content
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes(4), b"\xff" * 4)
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", ~total & 0xffff) + ip[12:]
    return BROADCAST + content[28:34] + b"\x08\x00" + ip + udp


def discover(number, length=6):
    return frame(number, length, DISCOVER)


def request(number, address):
    server = socket.inet_aton("192.0.2.1")
    return frame(number, 6, b"\x35\x01\x03\x32\x04" + address + b"\x36\x04" + server)


def replies(link, count, seconds=3):
    """What the server answers: for each frame a transaction id, an address, the message type."""
    found = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        if select.select([link], [], [], 0.1)[0]:
            frame = link.recv(2048)
            # Ethernet, IP without options, UDP; a reply of the server's.
            if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[42] == 2:
                kind = dict(parse(frame[42 + 240:]))[53][0]
                found.append((struct.unpack(">I", frame[46:50])[0], frame[58:62], kind))
    return found


def serve(lab, **more):
    lab.start_server({
        "interfaces-config": {"interfaces": ["lan", "uplink"]},
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "subnet4": [{"id": 1, "subnet": "192.0.2.0/24",
                     "pools": [{"pool": "192.0.2.20-192.0.2.250"}]},
                    {"id": 2, "subnet": "203.0.113.0/24", "relay": {"ip-addresses": [RELAY]},
                     "pools": [{"pool": "203.0.113.20-203.0.113.250"}]}], **more})


def link_of_clients(lab):
    with lab.inside("client"):
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        # Room for all answers, however fast they come (SO_RCVBUFFORCE).
        link.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        link.bind(("eth0", 0))
    return link


def ask_by_relay(lab, clients):
    """Each client sends a DISCOVER by the relay; answers whose are answered."""
    with lab.inside("relay"):
        relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        relay.bind((RELAY, 67))
    with relay:
        relay.settimeout(3)
        found = set()
        for number in clients:
            query = message(number, 6, DISCOVER, socket.inet_aton(RELAY))
            relay.sendto(query, (SERVER, 67))
            found.add(struct.unpack(">I", relay.recv(2048)[4:8])[0])
        return found


def received(lab):
    return lab.command("statistic-get", {"name": "pkt4-received"})["arguments"]["pkt4-received"][0][0]


def test_a_client_that_cannot_be_answered_costs_no_other_its_answer(lab):
    serve(lab)
    with link_of_clients(lab) as link:
        # All at once, so that they are worked on together; no frame has room for eight bytes.
        for number in range(60):
            link.send(discover(number, length=6 if number % 2 else 8))
        wanted = set(range(1, 60, 2))
        assert {number for number, _, _ in replies(link, len(wanted))} == wanted
    assert "DHCP4_PACKET_SEND_FAIL" in lab.server.output()


def threads_by_client(output):
    """Which threads have told of a client's lease, for each client."""
    found = {}
    for line in re.finditer(r"\.leases/\d+\.(\d+)\] \S+ \[hwtype=1 (02:0f:[0-9a-f:]+)\]", output):
        found.setdefault(line[2], set()).add(line[1])
    return found


@pytest.mark.parametrize("wanted", [1, 2])
def test_each_client_on_the_link_is_served_once_and_always_by_the_same_thread(lab, wanted):
    serve(lab, **{"multi-threading": {"enable-multi-threading": True, "thread-pool-size": wanted}})
    threads = min(wanted, len(os.sched_getaffinity(0)))
    clients = range(200)
    with link_of_clients(lab) as link:
        for number in clients:
            link.send(discover(number))
        # One more than is wanted: that would be told, too.
        offers = replies(link, len(clients) + 1, seconds=2)
        assert sorted(number for number, _, _ in offers) == list(clients)
        assert len({address for _, address, _ in offers}) == len(clients)
        # The kernel groups the sockets anew.
        lab.ip("server", "link", "set", "lan", "down")
        lab.ip("server", "link", "set", "lan", "up")
        for number, address, _ in offers:
            link.send(request(number, address))
        answers = replies(link, len(clients) + 1, seconds=2)
        assert sorted(answers) == sorted((number, address, ACK) for number, address, _ in offers)
    assert ask_by_relay(lab, clients) == set(clients)
    assert received(lab) == 3 * len(clients)
    served = threads_by_client(lab.server.output())
    assert len(served) == len(clients)
    assert all(len(by) == 1 for by in served.values()), served
    assert len(set.union(*served.values())) == threads
