"""Queries of one client that come at once, rules 1.7 of DHCPv4 and 1.8 of DHCPv6: they are worked on
in their order, by one thread, whatever others do meanwhile."""

import socket
import struct

from clients import ACK, OFFER, option, options
from lab6 import SITE, Lab6
from test_frames import frame, link_of_clients, replies, serve

ANSWERS = 40
THREADS = {"enable-multi-threading": True, "thread-pool-size": 2}


def with_number(query, number):
    """A client's frame with another transaction id; its checksum is left out."""
    at = 14 + 20 + 8 + 4
    return query[:at] + struct.pack(">I", number) + query[at + 4:]


def test_queries_of_a_dhcpv4_client_are_answered_in_their_order(lab):
    serve(lab, **{"multi-threading": THREADS})
    discover = frame(7, 6, b"\x35\x01\x01")
    with link_of_clients(lab) as link:
        for number in range(ANSWERS):
            link.send(with_number(discover, number))
            # Another client between them.
            link.send(frame(1000 + number, 6, b"\x35\x01\x01"))
        heard = replies(link, 2 * ANSWERS)
        own = [reply for reply in heard if reply[0] < 1000]
        assert [number for number, _, _ in own] == list(range(ANSWERS))
        assert {kind for _, _, kind in own} == {OFFER}
        address = own[-1][1]
        wanted = b"\x35\x01\x03\x32\x04" + address + b"\x36\x04" + socket.inet_aton("192.0.2.1")
        for number in range(ANSWERS):
            link.send(with_number(frame(7, 6, wanted), number))
        heard = replies(link, ANSWERS)
        assert heard == [(number, address, ACK) for number in range(ANSWERS)]
    statistics = lab.command("statistic-get-all")["arguments"]
    assert statistics["subnet[1].assigned-addresses"][0][0] == 1
    # None was taken for one that came twice.
    assert statistics["pkt4-receive-drop"][0][0] == 0


def test_queries_of_a_dhcpv6_client_are_answered_in_their_order():
    duid = option(1, bytes.fromhex("00030001020000000007"))
    association = option(3, struct.pack(">3I", 1, 0, 0))
    with Lab6() as lab:
        lab.start_server6({**SITE, "multi-threading": THREADS})
        with lab.inside("client"):
            link = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                            socket.if_nametoindex("eth0"))
            link.bind(("::", 546))
        with link:
            link.settimeout(3)

            def ask(kind, *more):
                """Asks many times; answers the last answer's options."""
                for number in range(ANSWERS):
                    message = struct.pack(">I", kind << 24 | number)
                    link.sendto(message + duid + association + b"".join(more), ("ff02::1:2", 547))
                heard = [link.recv(65536) for _ in range(ANSWERS)]
                numbers = [int.from_bytes(answer[1:4], "big") for answer in heard]
                assert numbers == list(range(ANSWERS))
                return [dict(options(answer[4:])) for answer in heard]

            server = ask(1)[0][2]
            leases = {answer[3] for answer in ask(3, option(2, server))}
            assert len(leases) == 1
        assert len(lab.leases()) == 1
