//! The numbers by which the server knows what the RFC identifies by names.

use std::collections::BTreeMap;

use ruru_sysrepo::Node;

use super::own;
use crate::Fault;

/// The number of an allocation range: that of its subnet, in the server's commands.
///
/// It is what its settings say, else the identifier if that is a number, else one made of it.
#[must_use]
pub fn range_number(range: Node<'_>) -> u32 {
    of(range, "id")
}

/// The number of a pool, in the server's statistics; `None` if it has none.
#[must_use]
pub fn pool_number(pool: Node<'_>) -> Option<u32> {
    Some(of(pool, "pool-id")).filter(|number| *number > 0)
}

fn of(node: Node<'_>, key: &str) -> u32 {
    let given = own(node, "settings").and_then(|settings| settings.leaf("number"));
    match given.and_then(|number| number.parse().ok()) {
        Some(number) => number,
        None => from_name(node.leaf(key).unwrap_or("")),
    }
}

/// The number of a name: the name itself if it is a number that it could be, else one of the upper
/// half, where nobody gives out numbers by hand.
fn from_name(name: &str) -> u32 {
    let is_plain = !name.starts_with(['0', '+']);
    match name.parse::<u32>() {
        Ok(number) if is_plain && number < u32::MAX => number,
        _ => {
            // FNV-1a: the same in every version of the program, as leases are stored under it.
            let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
            0x8000_0000 | (hash & 0x7fff_fffe)
        }
    }
}

/// Numbers that were given out, so that none is given twice.
#[derive(Default)]
pub(super) struct Taken<'a>(BTreeMap<u32, Node<'a>>);

impl<'a> Taken<'a> {
    /// Notes the number of a node.
    pub(super) fn take(&mut self, number: u32, node: Node<'a>) -> Result<(), Fault> {
        match self.0.insert(number, node) {
            None => Ok(()),
            Some(other) => {
                let message = format!(
                    "the server's number of it would be {number}, as that of {}: set the leaf \
                     number in its settings",
                    other.path()
                );
                Err(Fault::yang(node.path(), message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::from_name;

    #[test]
    fn a_name_that_is_a_number_is_that_number() {
        assert_eq!((from_name("1"), from_name("4294967294")), (1, 4_294_967_294));
        for name in ["0", "01", "+1", "4294967295", "-1", "", "office"] {
            let number = from_name(name);
            assert!((0x8000_0000..u32::MAX).contains(&number), "{name}: {number}");
        }
        assert_eq!(from_name("office"), from_name("office"));
        assert_ne!(from_name("office"), from_name("lab"));
    }
}
