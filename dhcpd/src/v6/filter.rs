//! Kernel filters: which of several workers a message is for.
//!
//! Classic BPF. All that a client sends goes to one worker: it is told by the last four bytes of its
//! address, or of the address from which the first relay agent had its message.

use nix::libc::sock_filter;
use ruru_wire::v6::MessageType;
use socket2::SockFilter;

const LOAD_WORD: u16 = 0x20;
const LOAD_BYTE: u16 = 0x30;
const JUMP_EQUAL: u16 = 0x15;
const JUMP: u16 = 0x05;
const MULTIPLY: u16 = 0x24;
const SHIFT_RIGHT: u16 = 0x74;
const RETURN: u16 = 0x06;
const RETURN_A: u16 = 0x16;

const UDP: u32 = 8;
/// The last four bytes of the peer address in a relayed message.
const PEER: u32 = 2 + 16 + 12;
/// The last four bytes of the source in the IPv6 header, which stands at an offset of its own
/// (`SKF_NET_OFF`).
const SOURCE: u32 = 0xfff0_0000 + 8 + 12;

const ACCEPT: u32 = 0x0004_0000;
const REJECT: u32 = 0;

/// For the sockets of one unicast address, of which the kernel picks one: which of them a message
/// belongs to.
pub(super) fn worker_of(workers: usize) -> [sock_filter; 10] {
    let mut program = [sock_filter { code: RETURN_A, jt: 0, jf: 0, k: 0 }; 10];
    for (place, (code, jt, jf, k)) in program.iter_mut().zip(number_of_client(0, workers)) {
        *place = sock_filter { code, jt, jf, k };
    }
    program
}

/// For the sockets of one multicast group, each of which gets every message: whether it is the one
/// that a message belongs to.
pub(super) fn is_of_worker(worker: usize, workers: usize) -> Vec<SockFilter> {
    let op = |(code, jt, jf, k)| SockFilter::new(code, jt, jf, k);
    let mut program: Vec<SockFilter> = number_of_client(UDP, workers).into_iter().map(op).collect();
    let worker = u32::try_from(worker).unwrap_or(u32::MAX);
    program.push(SockFilter::new(JUMP_EQUAL, 0, 1, worker));
    program.push(SockFilter::new(RETURN, 0, 0, ACCEPT));
    program.push(SockFilter::new(RETURN, 0, 0, REJECT));
    program
}

/// Makes a number of a message that begins at `start`.
fn number_of_client(start: u32, workers: usize) -> [(u16, u8, u8, u32); 9] {
    let relayed = u32::from(MessageType::RELAY_FORW.0);
    [
        (LOAD_BYTE, 0, 0, start),
        (JUMP_EQUAL, 0, 2, relayed),
        (LOAD_WORD, 0, 0, start + PEER),
        (JUMP, 0, 0, 1),
        (LOAD_WORD, 0, 0, SOURCE),
        // Multiplicative hashing, of which the high bits are the good ones: neighbours spread, and
        // so do addresses that differ in any byte.
        (MULTIPLY, 0, 0, 0x9e37_79b1),
        (SHIFT_RIGHT, 0, 0, 16),
        (MULTIPLY, 0, 0, u32::try_from(workers).unwrap_or(1)),
        (SHIFT_RIGHT, 0, 0, 16),
    ]
}
