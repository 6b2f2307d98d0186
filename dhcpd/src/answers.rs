//! Answers of a batch, and how they leave.

use std::cmp::Ordering;
use std::io::{self, IoSlice};
use std::net::Ipv4Addr;

use ruru_engine::v4::Destination;

use crate::sockets::{Ports, Socket, Sockets};

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
}

impl Answers {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds an answer; `message` gets an old buffer in exchange.
    pub(crate) fn push(
        &mut self,
        socket: usize,
        to: Destination,
        from: Ipv4Addr,
        message: &mut Vec<u8>,
    ) {
        if self.len == self.list.len() {
            self.list.push(Answer { socket, to, from, message: Vec::new() });
        }
        let answer = &mut self.list[self.len];
        (answer.socket, answer.to, answer.from) = (socket, to, from);
        std::mem::swap(&mut answer.message, message);
        self.len += 1;
    }

    /// Sends all, those of the same way and length together, and forgets them. `failed` is told
    /// the interface and the reason of what cannot be sent.
    pub(crate) fn send(
        &mut self,
        sockets: &Sockets,
        ports: Ports,
        mut failed: impl FnMut(&str, &io::Error),
    ) {
        let answers = &mut self.list[..self.len];
        // Stable: answers of one way and length keep their order.
        answers.sort_by(Answer::compare);
        let mut slices = Vec::with_capacity(answers.len());
        for group in answers.chunk_by(|one, other| one.compare(other).is_eq()) {
            let Some(open) = sockets.open.get(group[0].socket) else { continue };
            let mut failed = |error| failed(&open.socket.place().interface, &error);
            match (&*open.socket, &group[0].to) {
                (Socket::Udp(udp), Destination::Address(to)) => {
                    slices.clear();
                    slices.extend(group.iter().map(|answer| IoSlice::new(&answer.message)));
                    udp.send(*to, &slices, &mut failed);
                }
                // What cannot be sent to one client is no matter of the others.
                (Socket::Raw(raw), _) => group.iter().for_each(|answer| {
                    let sent = raw.send(&answer.to, answer.from, &answer.message, ports);
                    sent.unwrap_or_else(&mut failed);
                }),
                // `Sockets::route` does not do that.
                (Socket::Udp(_), Destination::Link { .. } | Destination::Broadcast) => {}
            }
        }
        self.len = 0;
    }
}

impl Answer {
    /// Equal are those that the kernel can take together.
    fn compare(&self, other: &Self) -> Ordering {
        let address = |to: &Destination| match to {
            Destination::Address(address) => Some(*address),
            Destination::Link { .. } | Destination::Broadcast => None,
        };
        let key = |answer: &Self| (answer.socket, address(&answer.to), answer.message.len());
        key(self).cmp(&key(other))
    }
}
