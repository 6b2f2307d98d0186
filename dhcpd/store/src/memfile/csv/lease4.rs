//! The columns of DHCPv4, schema version 3.0 (and what 1.0 to 2.1 lacked).

use std::fmt::Write as _;

use ruru_lease::{Family, Lease4, PoolId, State, SubnetId, V4};
use ruru_wire::v4::HardwareAddress;
use ruru_wire::{Bytes, ColonHex};

use super::field::{begin, bytes, escape, flag, hostname, number, optional, user_context};
use super::{Format, MOST_COLUMNS, Row, RowError};

impl Format for V4 {
    const HEADER: &'static str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,\
fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id";
    const OLDEST_COLUMNS: usize = 9;

    fn lifetime(lease: &Lease4) -> (u32, u64) {
        (lease.valid_lifetime, lease.cltt.0.into())
    }

    fn write_row(out: &mut String, lease: &Lease4, lifetime: u32, expire: u64) {
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

    fn read_row(columns: &[&str; MOST_COLUMNS]) -> Result<Row<Self>, RowError> {
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
            ..,
        ] = columns;
        let address = number(address, "address")?;
        let valid_lifetime: u32 = number(lifetime, "valid_lifetime")?;
        if valid_lifetime == 0 {
            return Ok(Row::Removed(address));
        }
        let state = Self::state(optional(state, "state")?).ok_or(RowError::Field("state"))?;
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
            cltt: begin(number(expire, "expire")?, valid_lifetime),
            subnet_id: SubnetId(number(subnet_id, "subnet_id")?),
            pool_id: PoolId(optional(pool, "pool_id")?),
            state,
            fqdn_fwd: flag(fwd, "fqdn_fwd")?,
            fqdn_rev: flag(rev, "fqdn_rev")?,
            hostname: hostname(name),
            user_context: user_context(context),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use ruru_lease::Time;

    use super::super::{read_row, write_lease, write_removal};
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
        write_lease::<V4>(&mut line, &lease());
        assert_eq!(line, format!("{LINE}\n"));
        assert_eq!(read_row::<V4>(LINE, 12), Ok(Row::Lease(lease())));
    }

    #[test]
    fn files_of_older_versions_lack_columns() {
        let row = read_row::<V4>("192.0.2.5,02:00:00:00:00:01,,3600,1700003600,7,0,0,", 9).unwrap();
        let Row::Lease(lease) = row else { panic!("{row:?}") };
        assert_eq!((lease.state, lease.pool_id), (State::Assigned, PoolId(0)));
    }

    #[test]
    fn lifetime_zero_removes() {
        let mut line = String::new();
        write_removal::<V4>(&mut line, &lease());
        assert_eq!(
            read_row::<V4>(line.trim_end(), 12),
            Ok(Row::Removed(Ipv4Addr::new(192, 0, 2, 5)))
        );
    }

    #[test]
    fn a_released_lease_is_remembered() {
        let released = Lease4 { valid_lifetime: 0, state: State::Released, ..lease() };
        let mut line = String::new();
        write_lease::<V4>(&mut line, &released);
        let Ok(Row::Lease(read)) = read_row::<V4>(line.trim_end(), 12) else { panic!("{line}") };
        assert_eq!(read.state, State::Released);
        assert_eq!(read.cltt, released.cltt);
    }

    #[test]
    fn damaged_lines_are_told_apart() {
        assert_eq!(read_row::<V4>("192.0.2.5,02:00", 12), Err(RowError::Columns(2)));
        let no_client = "192.0.2.5,,,3600,1700003600,7,0,0,,0,,0";
        assert_eq!(read_row::<V4>(no_client, 12), Err(RowError::NoClient));
        let flag = LINE.replace(",1,0,host", ",2,0,host");
        assert_eq!(read_row::<V4>(&flag, 12), Err(RowError::Field("fqdn_fwd")));
        let registered = "192.0.2.5,,01:02,3600,1700003600,7,0,0,,4,,0";
        assert_eq!(read_row::<V4>(registered, 12), Err(RowError::Field("state")));
    }
}
