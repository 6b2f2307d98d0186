//! Where in the JSON the walk is: a chain on the stack, written out only for a fault.

use ruru_json::At;
use ruru_sysrepo::Error;

use crate::Fault;

/// A place in JSON.
#[derive(Clone, Copy)]
pub(crate) struct JsonPath<'a> {
    above: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> JsonPath<'a> {
    pub(crate) fn root(key: &'a str) -> Self {
        Self { above: None, step: Step::Key(key) }
    }

    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self { above: Some(self), step: Step::Key(key) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Index(index) }
    }

    /// A fault that libyang found at this place.
    pub(crate) fn because(&self, at: At, error: Error) -> Fault {
        Fault::json_because(self.to_string(), at, error)
    }

    /// A fault at this place.
    pub(crate) fn fault(&self, at: At, message: impl Into<String>) -> Fault {
        Fault::json(self.to_string(), at, message)
    }
}

impl std::fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) if self.above.is_some() => write!(f, "/{key}"),
            Step::Key(key) => f.write_str(key),
        }
    }
}

/// A step of a path that was written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written<'a> {
    /// A member of a map.
    Key(&'a str),
    /// An element of a list.
    Index(usize),
}

/// The steps of a path such as `Dhcp4/subnet4[3]/pools[0]/pool`. What cannot be understood ends it.
pub(crate) fn steps(path: &str) -> impl Iterator<Item = Written<'_>> {
    path.split('/').filter(|part| !part.is_empty()).flat_map(|part| {
        let (key, indices) = part.split_once('[').unwrap_or((part, ""));
        let indices = indices.split('[').map_while(|index| index.strip_suffix(']')?.parse().ok());
        std::iter::once(Written::Key(key)).chain(indices.map(Written::Index))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_and_read() {
        let root = JsonPath::root("Dhcp4");
        let (list, entry) = (root.key("subnet4"), 3);
        let entry = list.index(entry);
        let member = entry.key("subnet");
        assert_eq!(member.to_string(), "Dhcp4/subnet4[3]/subnet");
        let read = steps("Dhcp4/subnet4[3]/subnet").collect::<Vec<_>>();
        use Written::{Index, Key};
        assert_eq!(read, [Key("Dhcp4"), Key("subnet4"), Index(3), Key("subnet")]);
        assert_eq!(steps("a[x]/b").collect::<Vec<_>>(), [Key("a"), Key("b")]);
    }
}
