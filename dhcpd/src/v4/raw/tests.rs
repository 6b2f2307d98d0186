//! Raw sockets at the ends of wires within this process; what needs an interface, the tests of the
//! whole server show.

use std::collections::HashSet;
use std::net::UdpSocket as Peer;

use nix::sys::socket::sockopt::AttachReusePortCbpf;
use ruru_wire::v4::HardwareAddress;
use rustix::net::{RecvFlags, recv};

use super::super::UdpSocket;
use super::*;
use crate::sockets::{Kind, Via};

type Inbox = crate::sockets::Inbox<V4>;

const PORTS: Ports = Ports { server: 67, client: 68 };

/// A socket, and the far end of its wire. The kernel filters what is sent
/// to it as it does frames of an interface, and anybody may open it.
fn wired() -> (RawSocket, RawFd) {
    let (socket, wire) = RawFd::pair(Domain::UNIX, Type::DGRAM, None).unwrap();
    let filter = filter::direct_queries(PORTS.server);
    socket.attach_filter(&filter).unwrap();
    let address = Ipv4Addr::new(192, 0, 2, 1);
    let place = Place {
        interface: "lan".into(),
        index: 1,
        address,
        kind: Kind::Udp,
        is_bound: false,
        vrf: None,
    };
    let broadcast = vec![Ipv4Addr::BROADCAST];
    (RawSocket { place, socket, mac: MacAddr::new(2, 0, 0, 0, 0, 1), broadcast }, wire)
}

/// The messages that a worker gets of frames that come one after the other.
fn received((socket, wire): &(RawSocket, RawFd), frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut inbox = Inbox::new();
    for frame in frames {
        wire.send(frame).unwrap();
        let count = socket.receive(inbox.room()).unwrap();
        inbox.add(count, Via::Socket(0));
    }
    inbox.packets().map(|packet| packet.message.to_vec()).collect()
}

/// What has come to the far end.
fn taken(wire: &RawFd, flags: RecvFlags) -> Vec<u8> {
    let mut buffer = vec![0; 2048];
    let (len, _) = recv(wire, &mut buffer, flags).unwrap();
    buffer.truncate(len);
    buffer
}

/// A message of a client on the link.
fn message(client: [u8; 6]) -> Vec<u8> {
    let mut message = vec![0; 300];
    message[28..34].copy_from_slice(&client);
    message
}

fn frame(payload: &[u8]) -> Vec<u8> {
    let addresses = frame::Addresses {
        from_mac: MacAddr::new(2, 0, 0, 0, 0, 9),
        to_mac: MacAddr::broadcast(),
        from: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, PORTS.client),
        to: SocketAddrV4::new(Ipv4Addr::BROADCAST, PORTS.server),
    };
    let mut frame = Vec::new();
    frame::write(&mut frame, addresses, payload).unwrap();
    frame
}

/// The same frame, with so many words of options in its IPv4 header.
fn with_options(frame: &[u8], words: u8) -> Vec<u8> {
    let options = vec![1; usize::from(words) * 4];
    let mut frame = [&frame[..34], &options, &frame[34..]].concat();
    frame[14] += words;
    frame
}

/// The worker that each packet reaches by a program, where there are so many. The kernel runs it for
/// UDP, and tells by delivering.
fn reached(workers: usize, ops: &mut [libc::sock_filter], packets: &[Vec<u8>]) -> Vec<usize> {
    let port = Peer::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = Ipv4Addr::LOCALHOST;
    let place = Place {
        interface: "lo".into(),
        index: 1,
        address,
        kind: Kind::Udp,
        is_bound: false,
        vrf: None,
    };
    let ports = Ports { server: port, ..PORTS };
    let sockets = UdpSocket::open(&place, false, ports, workers).unwrap();
    setsockopt(&sockets[0], AttachReusePortCbpf, &filter::program(ops)).unwrap();
    let sender = Peer::bind("127.0.0.1:0").unwrap();
    let received = |socket: &UdpSocket| socket.receive(Inbox::new().room()).unwrap() > 0;
    let worker = |packet: &Vec<u8>| {
        sender.send_to(packet, (address, port)).unwrap();
        sockets.iter().position(received).unwrap()
    };
    packets.iter().map(worker).collect()
}

#[test]
fn direct_and_relayed_packets_of_a_client_are_of_one_worker() {
    let clients = (0..64).map(|number| [2, 0, 0, number % 3, number / 8, number]);
    let messages: Vec<_> = clients.map(message).collect();
    for workers in [2, 3, 4, 7] {
        let relayed = reached(workers, &mut filter::worker_of_relayed(workers), &messages);
        assert_eq!(relayed.iter().collect::<HashSet<_>>().len(), workers);
        for words in [0, 1, 10] {
            let packet = |message: &Vec<u8>| with_options(&frame(message), words).split_off(14);
            let packets: Vec<_> = messages.iter().map(packet).collect();
            let direct = reached(workers, &mut filter::worker_of_direct(workers), &packets);
            assert_eq!(direct, relayed, "{workers} workers, {words} words of options");
        }
    }
}

#[test]
fn what_is_too_short_to_name_a_client_is_the_first_workers() {
    let short = [vec![], vec![0x45], frame(&message([2; 6])[..33]).split_off(14)];
    assert_eq!(reached(3, &mut filter::worker_of_direct(3), &short), [0; 3]);
}

#[test]
fn what_is_not_a_query_of_a_client_on_the_link_reaches_nobody() {
    let query = frame(&message([2, 0, 0, 0, 0, 5]));
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut frame = query.clone();
        change(&mut frame);
        frame
    };
    let frames = [
        changed(|frame| frame.truncate(14 + 20 + 8 + 27)),
        changed(|frame| frame[12] = 0x86),
        // A tag of IEEE 802.1Q.
        changed(|frame| frame.splice(12..12, [0x81, 0, 0, 5]).for_each(drop)),
        changed(|frame| frame[23] = 6),
        // The first part of what was cut in pieces, and another.
        changed(|frame| frame.splice(16..21, [1, 0, 0, 0, 0x20]).for_each(drop)),
        changed(|frame| frame[21] = 1),
        changed(|frame| frame[37] = 68),
        changed(|frame| frame[14 + 20 + 8 + 24] = 10),
        // To another server; no filter knows the addresses of this one.
        changed(|frame| frame[30..34].copy_from_slice(&[192, 0, 2, 2])),
    ];
    for (at, frame) in frames.iter().enumerate() {
        let reached = received(&wired(), std::slice::from_ref(frame)).len();
        assert_eq!(reached, 0, "frame {at}");
    }
}

#[test]
fn frames_for_others_take_no_room_and_change_no_order() {
    let (socket, wire) = wired();
    let mut elsewhere = frame(&message([0xff; 6]));
    elsewhere[30..34].copy_from_slice(&[192, 0, 2, 2]);
    for client in 0..3 {
        wire.send(&elsewhere).unwrap();
        wire.send(&frame(&message([2, 0, 0, 0, 0, client]))).unwrap();
    }
    let mut inbox = Inbox::new();
    let count = socket.receive(inbox.room()).unwrap();
    inbox.add(count, Via::Socket(0));
    let clients: Vec<_> = inbox.packets().map(|packet| packet.message[33]).collect();
    assert_eq!(clients, [0, 1, 2]);
}

#[test]
fn frames_that_cannot_be_sent_cost_no_other_and_are_told_each() {
    let (socket, wire) = wired();
    // No frame of this length fits.
    socket.socket.set_send_buffer_size(8 << 10).unwrap();
    let link = |hwaddr: &[u8]| Destination::Link {
        address: Ipv4Addr::new(192, 0, 2, 20),
        hwaddr: HardwareAddress::new(hwaddr).unwrap(),
    };
    let (good, bad) = (link(&[2; 6]), link(&[2; 8]));
    let (huge, long) = (vec![0; 40_000], vec![0; 70_000]);
    let frame = |to, payload| Frame { to, from: socket.place.address, payload };
    let frames = [
        frame(&good, &huge[..]),
        frame(&good, b"one"),
        frame(&bad, b"never"),
        frame(&Destination::Broadcast, b"two"),
        frame(&good, &huge),
        frame(&good, &huge),
        frame(&good, &long),
        frame(&good, b"three"),
    ];
    let mut failures = 0;
    let mut buffers = Frames::default();
    for _ in 0..2 {
        socket.send(frames.into_iter(), PORTS, &mut buffers, |_| failures += 1);
        for (payload, mac) in [(&b"one"[..], 2), (b"two", 0xff), (b"three", 2)] {
            let frame = taken(&wire, RecvFlags::DONTWAIT);
            let parsed = frame::parse(&frame).unwrap();
            assert_eq!(&frame[parsed.start..parsed.end], payload);
            assert_eq!(frame[..6], [mac; 6]);
        }
    }
    assert_eq!(failures, 2 * 5);
}

#[test]
fn more_frames_than_one_call_takes_are_all_sent() {
    let (socket, wire) = wired();
    let last = |frame: Vec<u8>| frame[frame.len() - 1];
    let reader = std::thread::spawn(move || {
        (0..200).map(|_| last(taken(&wire, RecvFlags::empty()))).collect::<Vec<u8>>()
    });
    let payloads: Vec<[u8; 1]> = (0..200).map(|number| [number]).collect();
    let frames = payloads.iter().map(|payload| Frame {
        to: &Destination::Broadcast,
        from: socket.place.address,
        payload,
    });
    let fail = |error| panic!("{error}");
    socket.send(frames, PORTS, &mut Frames::default(), fail);
    assert!(reader.join().unwrap().into_iter().eq(0..200));
}
