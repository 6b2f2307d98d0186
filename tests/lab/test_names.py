"""What the DNS updater is told: datagrams as it would get them."""

import json
import socket
import struct

import pytest
from clients import ACK, COOKIE, RELAY, SERVER, parse

DISCOVER, REQUEST, RELEASE = 1, 3, 7
UPDATER = ("127.0.0.1", 53001)


class Client:
    """A client behind the relay that has a name."""

    def __init__(self, lab, number, name):
        with lab.inside("relay"):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((RELAY, 67))
        self.socket.settimeout(3)
        self.number, self.name = number, name
        self.address = bytes(4)

    def send(self, kind, options=b"", ciaddr=bytes(4)):
        message = struct.pack(
            ">4BIHH4s8x4s16s192x4s", 1, 1, 6, 1, self.number, 0, 0, ciaddr,
            socket.inet_aton(RELAY), b"\x02\x0a" + struct.pack(">I", self.number), COOKIE)
        name = self.name.encode()
        fqdn = bytes([81, 3 + len(name), 1, 0, 0]) + name
        self.socket.sendto(message + bytes([53, 1, kind]) + fqdn + options + b"\xff", (SERVER, 67))

    def ask(self, kind, **more):
        self.send(kind, **more)
        answer = self.socket.recv(2048)
        self.address = answer[16:20]
        return dict(parse(answer[240:]))

    def lease(self):
        offer = self.ask(DISCOVER)
        wanted = bytes([50, 4]) + self.address + bytes([54, 4]) + offer[54]
        assert self.ask(REQUEST, options=wanted)[53] == bytes([ACK])

    def release(self):
        self.send(RELEASE, ciaddr=self.address)


@pytest.fixture
def updater(lab):
    """A socket where the updater would be."""
    with lab.inside("server"):
        updater = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        updater.bind(UPDATER)
    updater.settimeout(3)
    with updater:
        yield updater


def told(updater):
    datagram = updater.recv(2048)
    length, = struct.unpack_from(">H", datagram)
    assert length == len(datagram) - 2
    return json.loads(datagram[2:])


def nothing_more(updater):
    updater.settimeout(0.3)
    with pytest.raises(TimeoutError):
        updater.recv(2048)
    updater.settimeout(3)


def serve(lab, **more):
    lab.start_server({
        "interfaces-config": {"interfaces": ["uplink"]},
        "control-sockets": [{"socket-type": "unix", "socket-name": str(lab.control_socket)}],
        "dhcp-ddns": {"enable-updates": True},
        "ddns-qualifying-suffix": "example.com",
        "cache-threshold": 0.0,
        "subnet4": [{"id": 2, "subnet": "203.0.113.0/24", "relay": {"ip-addresses": [RELAY]},
                     "pools": [{"pool": "203.0.113.20-203.0.113.250"}]}], **more})


def test_a_name_is_told_once_and_taken_back_in_the_end(lab, updater):
    serve(lab, **{"expired-leases-processing": {"hold-reclaimed-time": 0}})
    client = Client(lab, 1, "one")
    client.lease()
    added = told(updater)
    assert (added["change-type"], added["fqdn"], added["ip-address"]) == (
        0, "one.example.com.", "203.0.113.20")
    assert added["forward-change"] and added["reverse-change"]
    assert added["lease-length"] == 2400
    assert added["conflict-resolution-mode"] == "check-with-dhcid"
    # A renewal changes nothing.
    client.lease()
    nothing_more(updater)
    # Another name takes the place of the first.
    client.name = "two"
    client.lease()
    removed, added = told(updater), told(updater)
    assert (removed["change-type"], removed["fqdn"]) == (1, "one.example.com.")
    assert (added["change-type"], added["fqdn"]) == (0, "two.example.com.")
    client.release()
    assert (told(updater)["change-type"], client.address) == (1, socket.inet_aton("203.0.113.20"))
    nothing_more(updater)


def test_an_operator_can_have_names_told_again_and_taken_back(lab, updater):
    serve(lab)
    Client(lab, 1, "one").lease()
    first = told(updater)
    address = {"ip-address": "203.0.113.20"}
    assert lab.command("lease4-resend-ddns", address)["result"] == 0
    assert told(updater) == first
    assert lab.command("lease4-del", {**address, "update-ddns": True})["result"] == 0
    assert told(updater) == {**first, "change-type": 1}
    assert lab.command("lease4-resend-ddns", address)["result"] == 3


def test_clients_are_served_while_the_updater_is_away(lab):
    serve(lab, **{"dhcp-ddns": {"enable-updates": True, "max-queue-size": 1}})
    for number in range(1, 20):
        Client(lab, number, f"host-{number}").lease()
    assert "DHCP4_DDNS_REQUEST_SEND_FAILED" in lab.server.output()
