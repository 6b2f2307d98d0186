//! Answers of a batch, and how they leave.

use std::cmp::Ordering;
use std::io::{self, IoSlice};

use ruru_lease::V6;

use super::Way;
use crate::family::Answering;
use crate::sockets::{Exit, Ports, Sockets};

/// Answers in buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    list: Vec<(Way, Vec<u8>)>,
    len: usize,
}

impl Answering<V6> for Answers {
    fn len(&self) -> usize {
        self.len
    }

    fn clear(&mut self) {
        self.len = 0;
    }

    fn push(&mut self, way: Way, message: &mut Vec<u8>) {
        if self.len == self.list.len() {
            self.list.push((way, Vec::new()));
        }
        let (own, buffer) = &mut self.list[self.len];
        *own = way;
        std::mem::swap(buffer, message);
        self.len += 1;
    }

    fn send(
        &mut self,
        sockets: &Sockets<V6>,
        _: Ports,
        failed: &mut dyn FnMut(Exit<'_>, &io::Error),
    ) {
        let answers = &mut self.list[..self.len];
        // Stable: answers that leave together keep their order.
        answers.sort_by(compare);
        let mut slices = Vec::with_capacity(answers.len());
        for group in answers.chunk_by(|one, other| compare(one, other).is_eq()) {
            let Way::Socket { socket, to, from } = group[0].0 else {
                for (_, message) in group {
                    let passed = sockets.pass(message);
                    passed.unwrap_or_else(|error| failed(Exit::Channel, &error));
                }
                continue;
            };
            let Some(open) = sockets.open.get(socket) else { continue };
            slices.clear();
            slices.extend(group.iter().map(|(_, message)| IoSlice::new(message)));
            let interface = Exit::Interface(&open.socket.place.interface);
            open.socket.send(to, from, &slices, |error| failed(interface, &error));
        }
        self.len = 0;
    }
}

/// Equal are those that the kernel can take together: datagrams of one length to one address. Those
/// for the DHCPv4 server are apart.
fn compare((one, message): &(Way, Vec<u8>), (other, answer): &(Way, Vec<u8>)) -> Ordering {
    (one, message.len()).cmp(&(other, answer.len()))
}
