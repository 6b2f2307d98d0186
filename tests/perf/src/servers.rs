//! The servers that have answered, each by a number.

/// More servers than any network has; what further ones say is not taken.
const MOST: usize = 256;

/// A server, by the order in which they were heard first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server(u16);

/// The identifiers of servers: millions of leases name a few of them.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    identifiers: Vec<Box<[u8]>>,
}

impl Servers {
    /// The number of a server; `None` if there are too many.
    pub(crate) fn number(&mut self, identifier: &[u8]) -> Option<Server> {
        let known = self.identifiers.iter().position(|known| **known == *identifier);
        let at = match known {
            Some(at) => at,
            None if self.identifiers.len() < MOST => {
                self.identifiers.push(identifier.into());
                self.identifiers.len() - 1
            }
            None => return None,
        };
        u16::try_from(at).ok().map(Server)
    }

    /// The one that was heard first.
    pub(crate) fn first(&self) -> Option<Server> {
        self.identifiers.first().map(|_| Server(0))
    }

    /// A server's identifier.
    pub(crate) fn identifier(&self, Server(at): Server) -> &[u8] {
        self.identifiers.get(usize::from(at)).map_or(&[], |identifier| identifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_keeps_its_number() {
        let mut servers = Servers::default();
        assert_eq!(servers.first(), None);
        let numbers = [&b"one"[..], b"two", b"one"].map(|id| servers.number(id).unwrap());
        assert_eq!(numbers, [Server(0), Server(1), Server(0)]);
        assert_eq!(
            (servers.first(), servers.identifier(Server(1))),
            (Some(Server(0)), &b"two"[..])
        );
    }

    #[test]
    fn endless_servers_do_not_fill_the_memory() {
        let mut servers = Servers::default();
        let numbers = (0_u16..1000).filter_map(|number| servers.number(&number.to_be_bytes()));
        assert_eq!(numbers.count(), MOST);
    }
}
