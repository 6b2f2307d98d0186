//! Kea's lease file format.
//!
//! One lease a line, no quotes; bytes outside printable ASCII, commas and `&` in names and user
//! contexts are written `&#x` and two hexadecimal digits. A line with lifetime 0 removes the lease.
//! The columns are the family's: see [`lease4`] and [`lease6`].

mod field;
mod lease4;
mod lease6;

use ruru_lease::Family;

/// A family whose leases can be written to a lease file, and read from it.
pub trait Format: Family {
    /// The first line of a lease file: the names of all columns.
    const HEADER: &'static str;
    /// How many columns a file has had since the first version.
    const OLDEST_COLUMNS: usize;

    /// Appends the line of a lease, with this lifetime and end.
    fn write_row(out: &mut String, lease: &Self::Lease, lifetime: u32, expire: u64);

    /// Reads a line's columns; those that an older file lacks are empty.
    ///
    /// # Errors
    /// A column holds what it cannot.
    fn read_row(columns: &[&str; MOST_COLUMNS]) -> Result<Row<Self>, RowError>;

    /// Lifetime of a lease in seconds, and Unix time at which that began.
    fn lifetime(lease: &Self::Lease) -> (u32, u64);
}

/// The most columns that a known version has.
pub const MOST_COLUMNS: usize = 18;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub enum Row<F: Family> {
    /// The address has this lease.
    Lease(F::Lease),
    /// The address has no lease any more.
    Removed(F::Address),
}

/// Why a line is not a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The header names another number of columns.
    #[error("it has {0} columns")]
    Columns(usize),
    /// A column holds what it cannot.
    #[error("{0} is not valid")]
    Field(&'static str),
    /// A DHCPv4 lease has a client.
    #[error("it has neither a hardware address nor a client identifier")]
    NoClient,
    /// A DHCPv6 lease has a client, unless it is declined.
    #[error("it has no DUID")]
    NoDuid,
}

/// How many columns a header names, if it is the header of a lease file of this family.
pub(super) fn columns<F: Format>(header: &str) -> Option<usize> {
    let known: Vec<&str> = F::HEADER.split(',').collect();
    let found: Vec<&str> = header.trim_end_matches('\r').split(',').collect();
    let common = found.iter().zip(&known).take_while(|(a, b)| a == b).count();
    // A newer version may have more columns; they are dropped.
    (common >= F::OLDEST_COLUMNS && (common == found.len() || common == known.len()))
        .then_some(found.len())
}

/// Appends the line of a lease.
pub(super) fn write_lease<F: Format>(out: &mut String, lease: &F::Lease) {
    let (lifetime, begin) = F::lifetime(lease);
    // Lifetime 0 would remove the lease, but one that was released must be remembered.
    let lifetime = lifetime.max(1);
    F::write_row(out, lease, lifetime, begin + u64::from(lifetime));
}

/// Appends the line that removes a lease.
pub(super) fn write_removal<F: Format>(out: &mut String, lease: &F::Lease) {
    let (lifetime, begin) = F::lifetime(lease);
    F::write_row(out, lease, 0, begin + u64::from(lifetime));
}

/// Reads a line of a file whose header names `columns` columns.
pub(super) fn read_row<F: Format>(line: &str, columns: usize) -> Result<Row<F>, RowError> {
    let mut fields = [""; MOST_COLUMNS];
    let mut count = 0;
    // One of these letters: what looks for a single one is made for long texts, and slower here.
    for field in line.trim_end_matches('\r').split([',']) {
        if let Some(place) = fields.get_mut(count) {
            *place = field;
        }
        count += 1;
    }
    if count != columns {
        return Err(RowError::Columns(count));
    }
    F::read_row(&fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruru_lease::{V4, V6};

    use super::*;

    #[test]
    fn files_of_older_versions_lack_columns_and_those_of_newer_ones_have_more() {
        fn check<F: Format>() {
            let all: Vec<&str> = F::HEADER.split(',').collect();
            assert!(all.len() <= MOST_COLUMNS);
            for count in F::OLDEST_COLUMNS..=all.len() {
                assert_eq!(columns::<F>(&all[..count].join(",")), Some(count));
            }
            assert_eq!(columns::<F>(&all[..F::OLDEST_COLUMNS - 1].join(",")), None);
            assert_eq!(columns::<F>(&format!("{},new\r", F::HEADER)), Some(all.len() + 1));
        }
        check::<V4>();
        check::<V6>();
        assert_eq!((columns::<V4>(V6::HEADER), columns::<V6>(V4::HEADER)), (None, None));
    }

    proptest! {
        #[test]
        fn no_line_panics(line in "[0-9a-f:.,&#x{}\u{e9}]{0,160}", columns in 1_usize..20) {
            let _ = read_row::<V4>(&line, columns);
            let _ = read_row::<V6>(&line, columns);
        }
    }
}
