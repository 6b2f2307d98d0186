//! Kernel filters: what is not for the server does not wake it.
//!
//! Classic BPF; offsets are those of Ethernet, IPv4 without options skipped over, UDP and DHCP.

use nix::libc::{sock_filter, sock_fprog};
use socket2::SockFilter;

const LOAD_WORD: u16 = 0x20;
const LOAD_HALF: u16 = 0x28;
const LOAD_BYTE: u16 = 0x30;
const LOAD_HALF_INDEXED: u16 = 0x48;
const LOAD_WORD_INDEXED: u16 = 0x40;
/// X = 4 * (byte & 0xf): the length of an IPv4 header.
const LOAD_HEADER_LENGTH: u16 = 0xb1;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_ANY_BIT: u16 = 0x45;
const MULTIPLY: u16 = 0x24;
const SHIFT_RIGHT: u16 = 0x74;
const RETURN: u16 = 0x06;
const RETURN_A: u16 = 0x16;

const UDP: u32 = 8;
const GIADDR: u32 = 24;
/// The last four bytes of an Ethernet address in chaddr.
const CLIENT: u32 = 28 + 2;

const ACCEPT: u32 = 0x0004_0000;
const REJECT: u32 = 0;

/// For raw sockets: unfragmented UDP to `port` whose giaddr is zero. Relayed queries arrive at
/// the UDP socket.
pub(super) fn direct_queries(port: u16) -> [SockFilter; 13] {
    let op = SockFilter::new;
    [
        op(LOAD_HALF, 0, 0, 12),
        op(JUMP_EQUAL, 0, 10, 0x0800),
        op(LOAD_BYTE, 0, 0, 23),
        op(JUMP_EQUAL, 0, 8, 17),
        op(LOAD_HALF, 0, 0, 20),
        op(JUMP_ANY_BIT, 6, 0, 0x1fff),
        op(LOAD_HEADER_LENGTH, 0, 0, 14),
        op(LOAD_HALF_INDEXED, 0, 0, 14 + 2),
        op(JUMP_EQUAL, 0, 3, port.into()),
        op(LOAD_WORD_INDEXED, 0, 0, 14 + UDP + GIADDR),
        op(JUMP_EQUAL, 0, 1, 0),
        op(RETURN, 0, 0, ACCEPT),
        op(RETURN, 0, 0, REJECT),
    ]
}

/// For raw sockets that are not ready yet.
pub(super) fn nothing() -> [SockFilter; 1] {
    [SockFilter::new(RETURN, 0, 0, REJECT)]
}

/// For UDP sockets beside a raw one: giaddr is not zero.
pub(super) fn relayed_queries() -> [SockFilter; 4] {
    let op = SockFilter::new;
    [
        op(LOAD_WORD, 0, 0, UDP + GIADDR),
        op(JUMP_EQUAL, 0, 1, 0),
        op(RETURN, 0, 0, REJECT),
        op(RETURN, 0, 0, ACCEPT),
    ]
}

/// For the UDP sockets of one address: which of them a message belongs to. One that is too short
/// goes to the first.
pub(super) fn worker_of_relayed(workers: usize) -> [sock_filter; 6] {
    let [mix, high, spread, number] = number_of_client(workers);
    [op(LOAD_WORD, CLIENT), mix, high, spread, number, op(RETURN_A, 0)]
}

/// For the raw sockets of one interface: which of them a packet belongs to, from its IPv4 header
/// on. It is the one that [`worker_of_relayed`] finds for the message in it.
pub(super) fn worker_of_direct(workers: usize) -> [sock_filter; 7] {
    let [mix, high, spread, number] = number_of_client(workers);
    let message = op(LOAD_WORD_INDEXED, UDP + CLIENT);
    [op(LOAD_HEADER_LENGTH, 0), message, mix, high, spread, number, op(RETURN_A, 0)]
}

/// Makes a number of a client's four bytes.
fn number_of_client(workers: usize) -> [sock_filter; 4] {
    [
        // Multiplicative hashing, of which the high bits are the good ones: neighbours spread, and
        // so do addresses that differ in any byte.
        op(MULTIPLY, 0x9e37_79b1),
        op(SHIFT_RIGHT, 16),
        op(MULTIPLY, u32::try_from(workers).unwrap_or(1)),
        op(SHIFT_RIGHT, 16),
    ]
}

fn op(code: u16, k: u32) -> sock_filter {
    sock_filter { code, jt: 0, jf: 0, k }
}

/// A program as the kernel takes it, to be used while `ops` are there.
pub(crate) fn program(ops: &mut [sock_filter]) -> sock_fprog {
    sock_fprog { len: u16::try_from(ops.len()).unwrap_or(0), filter: ops.as_mut_ptr() }
}
