//! Kea's lease file format, DHCPv4, schema version 3.0 (and what 1.0 to 2.1 lacked).
//!
//! One lease a line, no quotes; bytes outside printable ASCII, commas and `&` in names and user
//! contexts are written `&#x` and two hexadecimal digits. A line with lifetime 0 removes the lease.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use ruru_lease::{INFINITE_LIFETIME, Lease4, PoolId, State, SubnetId, Time};
use ruru_wire::v4::HardwareAddress;
use ruru_wire::{Bytes, ColonHex};

/// The first line of a lease file.
pub(super) const HEADER: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,\
fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id";

/// Columns that a file has had since the first version.
const OLDEST_COLUMNS: usize = 9;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The address has this lease.
    Lease(Lease4),
    /// The address has no lease any more.
    Removed(Ipv4Addr),
}

/// Why a line is not a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RowError {
    #[error("it has {0} columns")]
    Columns(usize),
    #[error("{0} is not valid")]
    Field(&'static str),
    #[error("it has neither a hardware address nor a client identifier")]
    NoClient,
}

/// How many columns a header names, if it is the header of a DHCPv4 lease file.
pub(super) fn columns(header: &str) -> Option<usize> {
    let known: Vec<&str> = HEADER.split(',').collect();
    let found: Vec<&str> = header.trim_end_matches('\r').split(',').collect();
    let common = found.iter().zip(&known).take_while(|(a, b)| a == b).count();
    // A newer version may have more columns; they are dropped.
    (common >= OLDEST_COLUMNS && (common == found.len() || common == known.len()))
        .then_some(found.len())
}

/// Appends the line of a lease.
pub(super) fn write_lease(out: &mut String, lease: &Lease4) {
    // Lifetime 0 would remove the lease, but one that was released must be remembered.
    let lifetime = lease.valid_lifetime.max(1);
    write_row(out, lease, lifetime);
}

/// Appends the line that removes a lease.
pub(super) fn write_removal(out: &mut String, lease: &Lease4) {
    write_row(out, lease, 0);
}

fn write_row(out: &mut String, lease: &Lease4, lifetime: u32) {
    let expire = u64::from(lease.cltt.0) + u64::from(lease.valid_lifetime.max(lifetime));
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{},{},{},{lifetime},{expire},{},{},{},",
        lease.address,
        ColonHex(lease.hwaddr.as_bytes()),
        ColonHex(lease.client_id.as_deref().unwrap_or_default()),
        lease.subnet_id,
        u8::from(lease.fqdn_fwd),
        u8::from(lease.fqdn_rev)
    );
    escape(out, &lease.hostname);
    let _ = write!(out, ",{},", lease.state.number());
    escape(out, lease.user_context.as_deref().unwrap_or_default());
    let _ = writeln!(out, ",{}", lease.pool_id);
}

/// Reads a line of a file whose header names `columns` columns.
pub(super) fn read_row(line: &str, columns: usize) -> Result<Row, RowError> {
    let mut fields = [""; 12];
    let mut count = 0;
    for field in line.trim_end_matches('\r').split(',') {
        if let Some(place) = fields.get_mut(count) {
            *place = field;
        }
        count += 1;
    }
    if count != columns {
        return Err(RowError::Columns(count));
    }
    let [
        address,
        hwaddr,
        client_id,
        lifetime,
        expire,
        subnet_id,
        fwd,
        rev,
        name,
        state,
        context,
        pool,
    ] = fields;
    let address = address.parse().map_err(|_| RowError::Field("address"))?;
    let valid_lifetime: u32 = number(lifetime, "valid_lifetime")?;
    if valid_lifetime == 0 {
        return Ok(Row::Removed(address));
    }
    let state = State::from_number(optional(state, "state")?).ok_or(RowError::Field("state"))?;
    let hwaddr = HardwareAddress::new(&bytes(hwaddr, "hwaddr")?);
    let hwaddr = hwaddr.ok_or(RowError::Field("hwaddr"))?;
    let client_id = Some(bytes(client_id, "client_id")?).filter(|id| !id.is_empty());
    if hwaddr.is_empty() && client_id.is_none() && state != State::Declined {
        return Err(RowError::NoClient);
    }
    Ok(Row::Lease(Lease4 {
        address,
        hwaddr,
        client_id: client_id.as_deref().map(Bytes::from),
        valid_lifetime,
        cltt: cltt(number(expire, "expire")?, valid_lifetime),
        subnet_id: SubnetId(number(subnet_id, "subnet_id")?),
        pool_id: PoolId(optional(pool, "pool_id")?),
        state,
        fqdn_fwd: flag(fwd, "fqdn_fwd")?,
        fqdn_rev: flag(rev, "fqdn_rev")?,
        hostname: unescape(name).to_lowercase().into(),
        user_context: Some(unescape(context)).filter(|c| !c.is_empty()).map(String::into_boxed_str),
    }))
}

/// When the lifetime began: Kea writes its end, with 64 bits.
fn cltt(expire: u64, lifetime: u32) -> Time {
    // Kea's older versions count an infinite lease's end modulo 2^32.
    let begin = if lifetime == INFINITE_LIFETIME && expire < u64::from(lifetime) {
        expire.wrapping_sub(u64::from(lifetime)) & u64::from(u32::MAX)
    } else {
        expire.saturating_sub(u64::from(lifetime))
    };
    Time(u32::try_from(begin).unwrap_or(u32::MAX))
}

fn number<T: std::str::FromStr>(field: &str, name: &'static str) -> Result<T, RowError> {
    field.parse().map_err(|_| RowError::Field(name))
}

fn optional(field: &str, name: &'static str) -> Result<u32, RowError> {
    if field.is_empty() { Ok(0) } else { number(field, name) }
}

fn flag(field: &str, name: &'static str) -> Result<bool, RowError> {
    match field {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(RowError::Field(name)),
    }
}

/// Octets of one or two digits with colons between them.
fn bytes(field: &str, name: &'static str) -> Result<Vec<u8>, RowError> {
    let mut bytes = Vec::with_capacity(field.len().div_ceil(3));
    let mut octet = None;
    for byte in field.bytes() {
        octet = match ((byte as char).to_digit(16), octet) {
            (Some(digit), None) => Some(digit),
            (Some(digit), Some(high)) if high < 0x10 => Some(high << 4 | digit | 0x100),
            (None, Some(whole)) if byte == b':' => {
                // The mark of the second digit is cut off.
                bytes.push(whole as u8);
                None
            }
            (_, _) => return Err(RowError::Field(name)),
        };
    }
    match octet {
        Some(whole) => bytes.push(whole as u8),
        None if field.is_empty() => {}
        None => return Err(RowError::Field(name)),
    }
    Ok(bytes)
}

fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b',' | b'&' | 0..0x20 | 0x7f.. => {
                let _ = write!(out, "&#x{byte:02x}");
            }
            _ => out.push(byte.into()),
        }
    }
}

/// An invalid escape is read as it stands.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#x") {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.extend_from_slice(b"&#x");
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINE: &str = "192.0.2.5,02:00:00:00:00:01,01:02:03,3600,1700003600,7,1,0,host&#x2cname,0,{ \"a\": 1&#x2c \"b\": 2 },4";

    fn lease() -> Lease4 {
        Lease4 {
            address: Ipv4Addr::new(192, 0, 2, 5),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, 1]).unwrap(),
            client_id: Some([1, 2, 3][..].into()),
            valid_lifetime: 3600,
            cltt: Time(1_700_000_000),
            subnet_id: SubnetId(7),
            pool_id: PoolId(4),
            state: State::Assigned,
            fqdn_fwd: true,
            fqdn_rev: false,
            hostname: "host,name".into(),
            user_context: Some("{ \"a\": 1, \"b\": 2 }".into()),
        }
    }

    #[test]
    fn a_lease_is_the_line_that_kea_would_write() {
        let mut line = String::new();
        write_lease(&mut line, &lease());
        assert_eq!(line, format!("{LINE}\n"));
        assert_eq!(read_row(LINE, 12), Ok(Row::Lease(lease())));
    }

    #[test]
    fn files_of_older_versions_lack_columns() {
        assert_eq!(columns(HEADER), Some(12));
        let oldest: Vec<_> = HEADER.split(',').take(9).collect();
        assert_eq!(columns(&oldest.join(",")), Some(9));
        assert_eq!(columns("address,duid"), None);
        let row = read_row("192.0.2.5,02:00:00:00:00:01,,3600,1700003600,7,0,0,", 9).unwrap();
        let Row::Lease(lease) = row else { panic!("{row:?}") };
        assert_eq!((lease.state, lease.pool_id), (State::Assigned, PoolId(0)));
    }

    #[test]
    fn lifetime_zero_removes() {
        let mut line = String::new();
        write_removal(&mut line, &lease());
        assert_eq!(read_row(line.trim_end(), 12), Ok(Row::Removed(Ipv4Addr::new(192, 0, 2, 5))));
    }

    #[test]
    fn a_released_lease_is_remembered() {
        let released = Lease4 { valid_lifetime: 0, state: State::Released, ..lease() };
        let mut line = String::new();
        write_lease(&mut line, &released);
        let Ok(Row::Lease(read)) = read_row(line.trim_end(), 12) else { panic!("{line}") };
        assert_eq!(read.state, State::Released);
        assert_eq!(read.cltt, released.cltt);
    }

    #[test]
    fn damaged_lines_are_told_apart() {
        assert_eq!(read_row("192.0.2.5,02:00", 12), Err(RowError::Columns(2)));
        let no_client = "192.0.2.5,,,3600,1700003600,7,0,0,,0,,0";
        assert_eq!(read_row(no_client, 12), Err(RowError::NoClient));
        let flag = LINE.replace(",1,0,host", ",2,0,host");
        assert_eq!(read_row(&flag, 12), Err(RowError::Field("fqdn_fwd")));
    }

    #[test]
    fn an_invalid_escape_is_read_as_it_stands() {
        assert_eq!(unescape("a&#xzz&#x41&#x"), "a&#xzzA&#x");
    }

    proptest! {
        #[test]
        fn names_survive(text in "\\PC{0,20}") {
            let mut escaped = String::new();
            escape(&mut escaped, &text);
            prop_assert!(!escaped.contains(','));
            prop_assert_eq!(unescape(&escaped), text);
        }

        #[test]
        fn no_line_panics(line in "[0-9a-f:.,&#x{}\u{e9}]{0,120}") {
            let _ = read_row(&line, 12);
        }
    }
}
