"""Frames of clients on the link, made by hand: what no well-behaved client sends."""

import select
import socket
import struct
import time

COOKIE = b"\x63\x82\x53\x63"
BROADCAST = b"\xff" * 6


def discover(number, length=6):
    """A DISCOVER in a frame, of a client whose hardware address has so many bytes."""
    hardware = b"\x02\x0f\x00\x00\x00" + bytes([number]) + bytes(max(0, length - 6))
    message = struct.pack(">4BIHH16x16s192x4s", 1, 1, length, 0, number, 0, 0, hardware, COOKIE)
    message += b"\x35\x01\x01\xff"
    udp = struct.pack(">4H", 68, 67, 8 + len(message), 0) + message
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes(4), b"\xff" * 4)
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", ~total & 0xffff) + ip[12:]
    return BROADCAST + hardware[:6] + b"\x08\x00" + ip + udp


def offers(link, count, seconds=3):
    """The transaction ids of the offers that come."""
    found = set()
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        if select.select([link], [], [], 0.1)[0]:
            frame = link.recv(2048)
            # Ethernet, IP without options, UDP; a reply of the server's.
            if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[42] == 2:
                found.add(struct.unpack(">I", frame[46:50])[0])
    return found


def test_a_client_that_cannot_be_answered_costs_no_other_its_answer(lab):
    lab.start_server({
        "interfaces-config": {"interfaces": ["lan"]},
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "subnet4": [{"id": 1, "subnet": "192.0.2.0/24",
                     "pools": [{"pool": "192.0.2.20-192.0.2.250"}]}]})
    with lab.inside("client"):
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        link.bind(("eth0", 0))
    with link:
        # All at once, so that they are worked on together; no frame has room for eight bytes.
        for number in range(60):
            link.send(discover(number, length=6 if number % 2 else 8))
        wanted = set(range(1, 60, 2))
        assert offers(link, len(wanted)) == wanted
    assert "DHCP4_PACKET_SEND_FAIL" in lab.server.output()
