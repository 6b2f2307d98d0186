//! Packets that came faster than they were served: the kernel dropped them, and tells how many.

use std::collections::HashSet;
use std::fs;

use crate::family::Served;
use crate::sockets::Sockets;

/// The kernel's tables of UDP sockets, proc(5).
const TABLES: [&str; 2] = ["/proc/self/net/udp", "/proc/self/net/udp6"];
/// Its columns, from 0.
const INODE: usize = 9;
const DROPS: usize = 12;

/// How many datagrams the kernel has dropped because the queues of these sockets were full, since
/// they were opened.
pub(crate) fn dropped<F: Served>(sockets: &Sockets<F>) -> u64 {
    let status = sockets.descriptors().filter_map(|socket| rustix::fs::fstat(socket).ok());
    let inodes: HashSet<u64> = status.map(|status| status.st_ino).collect();
    // Without a table nothing is known.
    let drops = |table| drops_in(&fs::read_to_string(table).unwrap_or_default(), &inodes);
    TABLES.into_iter().map(drops).sum()
}

fn drops_in(table: &str, inodes: &HashSet<u64>) -> u64 {
    let drops = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        number(INODE).filter(|inode| inodes.contains(inode)).and_then(|_| number(DROPS))
    };
    table.lines().skip(1).filter_map(drops).sum()
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
        let dropped = drops_in(&fs::read_to_string(TABLES[0]).unwrap(), &HashSet::from([inode]));
        assert!((50..100).contains(&dropped), "{dropped}");
    }
}
