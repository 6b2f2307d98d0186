//! Packets that came faster than they were served: the kernel dropped them, and tells how many.

use std::collections::HashMap;
use std::fs;

use crate::family::Served;
use crate::sockets::Sockets;

/// The kernel's tables of UDP sockets, proc(5).
const TABLES: [&str; 2] = ["/proc/self/net/udp", "/proc/self/net/udp6"];
/// Its columns, from 0.
const INODE: usize = 9;
const DROPS: usize = 12;

/// How many datagrams the kernel has dropped because the queues of sockets were full, since each was
/// opened, by their inodes.
#[derive(Debug, Default)]
pub(crate) struct Drops(HashMap<u64, u64>);

impl Drops {
    /// As it is now.
    pub(crate) fn of<F: Served>(sockets: &Sockets<F>) -> Self {
        let status = sockets.descriptors().filter_map(|socket| rustix::fs::fstat(socket).ok());
        let mut drops = Self(status.map(|status| (status.st_ino, 0)).collect());
        for table in TABLES {
            // Without a table nothing is known.
            drops.read(&fs::read_to_string(table).unwrap_or_default());
        }
        drops
    }

    fn read(&mut self, table: &str) {
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
            let known = number(INODE).and_then(|inode| self.0.get_mut(&inode));
            if let (Some(known), Some(drops)) = (known, number(DROPS)) {
                *known = drops;
            }
        }
    }

    /// How many there were since the last look; `now` counts from here on.
    pub(crate) fn since(&mut self, now: Self) -> u64 {
        let before = std::mem::replace(&mut self.0, now.0);
        let more = |(inode, drops): (&u64, &u64)| {
            drops.saturating_sub(before.get(inode).copied().unwrap_or_default())
        };
        self.0.iter().map(more).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn the_kernel_tells_what_did_not_fit() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket2::SockRef::from(&socket).set_recv_buffer_size(2048).unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..100 {
            sender.send_to(&[0; 1000], socket.local_addr().unwrap()).unwrap();
        }
        let inode = rustix::fs::fstat(&socket).unwrap().st_ino;
        let mut now = Drops([(inode, 0)].into());
        now.read(&fs::read_to_string(TABLES[0]).unwrap());
        let dropped = now.0[&inode];
        assert!((50..100).contains(&dropped), "{dropped}");
    }

    #[test]
    fn sockets_that_come_are_counted_from_their_beginning() {
        let mut drops = Drops([(1, 10), (2, 20)].into());
        assert_eq!(drops.since(Drops([(2, 25), (3, 3)].into())), 8);
        assert_eq!(drops.since(Drops([(3, 3)].into())), 0);
    }
}
