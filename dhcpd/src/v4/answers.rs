//! Answers of a batch, and how they leave.

use std::cmp::Ordering;
use std::io::{self, IoSlice};
use std::net::Ipv4Addr;

use ruru_engine::v4::Destination;
use ruru_lease::V4;

use super::raw::{Frame, Frames};
use super::{Socket, Way};
use crate::family::Answering;
use crate::sockets::{Exit, Ports, Sockets};

/// An answer, and the way it takes.
#[derive(Debug)]
struct Answer {
    socket: usize,
    to: Destination,
    from: Ipv4Addr,
    message: Vec<u8>,
}

/// Answers in buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    list: Vec<Answer>,
    len: usize,
    frames: Frames,
}

impl Answering<V4> for Answers {
    fn len(&self) -> usize {
        self.len
    }

    fn clear(&mut self) {
        self.len = 0;
    }

    fn push(&mut self, way: Way, message: &mut Vec<u8>) {
        let Way { socket, to, from } = way;
        if self.len == self.list.len() {
            self.list.push(Answer { socket, to, from, message: Vec::new() });
        }
        let answer = &mut self.list[self.len];
        (answer.socket, answer.to, answer.from) = (socket, to, from);
        std::mem::swap(&mut answer.message, message);
        self.len += 1;
    }

    fn send(
        &mut self,
        sockets: &Sockets<V4>,
        ports: Ports,
        failed: &mut dyn FnMut(Exit<'_>, &io::Error),
    ) {
        let answers = &mut self.list[..self.len];
        // Stable: answers that leave together keep their order.
        answers.sort_by(Answer::compare);
        let mut slices = Vec::with_capacity(answers.len());
        for group in answers.chunk_by(|one, other| one.compare(other).is_eq()) {
            if group[0].to == Destination::Passed {
                for answer in group {
                    let passed = sockets.pass(&answer.message);
                    passed.unwrap_or_else(|error| failed(Exit::Channel, &error));
                }
                continue;
            }
            let Some(open) = sockets.open.get(group[0].socket) else { continue };
            let interface = Exit::Interface(&open.socket.place().interface);
            let mut failed = |error| failed(interface, &error);
            match (&*open.socket, &group[0].to) {
                (Socket::Udp(udp), Destination::Address(to)) => {
                    slices.clear();
                    slices.extend(group.iter().map(|answer| IoSlice::new(&answer.message)));
                    udp.send(*to, &slices, &mut failed);
                }
                (Socket::Raw(raw), _) => {
                    let group = group.iter().map(Answer::frame);
                    raw.send(group, ports, &mut self.frames, &mut failed);
                }
                // `route` does not do that.
                (
                    Socket::Udp(_),
                    Destination::Link { .. } | Destination::Broadcast | Destination::Passed,
                ) => {}
            }
        }
        self.len = 0;
    }
}

impl Answer {
    /// Equal are those that the kernel can take together: all frames by one socket, and datagrams
    /// of one length to one address; and those for the other server.
    fn compare(&self, other: &Self) -> Ordering {
        let datagram = |answer: &Self| match &answer.to {
            Destination::Address(address) => Some((*address, answer.message.len())),
            Destination::Link { .. } | Destination::Broadcast | Destination::Passed => None,
        };
        let is_passed = |answer: &Self| answer.to == Destination::Passed;
        let key = |answer: &Self| (is_passed(answer), answer.socket, datagram(answer));
        key(self).cmp(&key(other))
    }

    fn frame(&self) -> Frame<'_> {
        Frame { to: &self.to, from: self.from, payload: &self.message }
    }
}
