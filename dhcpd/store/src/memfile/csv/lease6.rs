//! The columns of DHCPv6, schema version 5.0 (and what 1.0 to 4.0 lacked).

use std::fmt::Write as _;

use ruru_lease::{Family, Lease6, LeaseKind, PoolId, State, SubnetId, Time, V6};
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{Duid, HardwareType};
use ruru_wire::{ColonHex, HardwareAddress};

use super::field::{begin, bytes, escape, flag, hostname, number, optional, user_context};
use super::{Format, MOST_COLUMNS, Row, RowError};

impl Format for V6 {
    const HEADER: &'static str = "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,\
lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,\
hwaddr_source,pool_id";
    const OLDEST_COLUMNS: usize = 12;

    fn lifetime(lease: &Lease6) -> (u32, u64) {
        (lease.valid_lifetime, lease.cltt.0.into())
    }

    fn write_row(out: &mut String, lease: &Lease6, lifetime: u32, expire: u64) {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{},{},{lifetime},{expire},{},{},{},{},{},{},{},",
            lease.address,
            lease.duid,
            lease.subnet_id,
            lease.preferred_lifetime,
            lease.kind.number(),
            lease.iaid,
            lease.kind.prefix_length(),
            u8::from(lease.fqdn_fwd),
            u8::from(lease.fqdn_rev)
        );
        escape(out, &lease.hostname);
        let hwaddr = lease.hwaddr.as_bytes();
        let _ = write!(out, ",{},{},", ColonHex(hwaddr), lease.state.number());
        escape(out, lease.user_context.as_deref().unwrap_or_default());
        let _ = if hwaddr.is_empty() {
            writeln!(out, ",,,{}", lease.pool_id)
        } else {
            writeln!(out, ",{},{},{}", lease.hwtype.0, lease.hwaddr_source, lease.pool_id)
        };
    }

    fn read_row(columns: &[&str; MOST_COLUMNS]) -> Result<Row<Self>, RowError> {
        let [
            address,
            duid,
            lifetime,
            expire,
            subnet_id,
            preferred,
            kind,
            iaid,
            length,
            fwd,
            rev,
            name,
            hwaddr,
            state,
            context,
            hwtype,
            source,
            pool,
        ] = columns;
        let address = number(address, "address")?;
        let valid_lifetime: u32 = number(lifetime, "valid_lifetime")?;
        if valid_lifetime == 0 {
            return Ok(Row::Removed(address));
        }
        let state = Self::state(optional(state, "state")?).ok_or(RowError::Field("state"))?;
        let (hwaddr, hwtype, hwaddr_source) = hardware_address(hwaddr, hwtype, source)?;
        Ok(Row::Lease(Lease6 {
            address,
            kind: lease_kind(kind, length)?,
            duid: read_duid(duid, state)?,
            iaid: Iaid(number(iaid, "iaid")?),
            valid_lifetime,
            preferred_lifetime: number(preferred, "pref_lifetime")?,
            cltt: begin(number(expire, "expire")?, valid_lifetime),
            began: Time(0),
            subnet_id: SubnetId(number(subnet_id, "subnet_id")?),
            pool_id: PoolId(optional(pool, "pool_id")?),
            state,
            fqdn_fwd: flag(fwd, "fqdn_fwd")?,
            fqdn_rev: flag(rev, "fqdn_rev")?,
            hostname: hostname(name),
            hwaddr,
            hwtype,
            hwaddr_source,
            user_context: user_context(context),
        }))
    }
}

fn lease_kind(kind: &str, length: &str) -> Result<LeaseKind, RowError> {
    let (kind, length) = (number(kind, "lease_type")?, number(length, "prefix_len")?);
    LeaseKind::from_number(kind, length).ok_or(match kind {
        2 => RowError::Field("prefix_len"),
        _ => RowError::Field("lease_type"),
    })
}

fn read_duid(field: &str, state: State) -> Result<Duid, RowError> {
    let bytes = bytes(field, "duid")?;
    if bytes.is_empty() {
        return Err(RowError::NoDuid);
    }
    let duid = Duid::new(&bytes).map_err(|_| RowError::Field("duid"))?;
    let is_missing = duid.is_empty() && state != State::Declined;
    if is_missing { Err(RowError::NoDuid) } else { Ok(duid) }
}

/// The hardware address, its type and where it came from. Files before version 4.0 lack the last
/// two: it is taken for Ethernet then.
fn hardware_address(
    address: &str,
    kind: &str,
    source: &str,
) -> Result<(HardwareAddress, HardwareType, u32), RowError> {
    let address = HardwareAddress::new(&bytes(address, "hwaddr")?);
    let address = address.ok_or(RowError::Field("hwaddr"))?;
    let kind = Some(kind).filter(|kind| !kind.is_empty());
    let kind = kind.map(|kind| number(kind, "hwtype").map(HardwareType)).transpose()?;
    let source = optional(source, "hwaddr_source")?;
    if address.is_empty() {
        return Ok((address, HardwareType(0), 0));
    }
    Ok((address, kind.unwrap_or(HardwareType::ETHERNET), source))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use proptest::prelude::*;
    use ruru_lease::INFINITE_LIFETIME;

    use super::super::{read_row, write_lease, write_removal};
    use super::*;

    // These and other lines of this module were written by kea-lfc 3.0.
    const ADDRESS: &str = "2001:db8::2,00:01:02,3600,1800003600,1,1800,0,7,128,1,0,host&#x2cname,\
02:00:00:00:00:01,0,{ \"a\": 1 },1,2,5";
    const PREFIX: &str = "2001:db8:1::,00:01:02,3600,1800003600,1,1800,2,7,48,0,0,,,0,,,,0";

    fn address() -> Lease6 {
        Lease6 {
            address: "2001:db8::2".parse().unwrap(),
            kind: LeaseKind::Address,
            duid: Duid::new(&[0, 1, 2]).unwrap(),
            iaid: Iaid(7),
            valid_lifetime: 3600,
            preferred_lifetime: 1800,
            cltt: Time(1_800_000_000),
            began: Time(0),
            subnet_id: SubnetId(1),
            pool_id: PoolId(5),
            state: State::Assigned,
            fqdn_fwd: true,
            fqdn_rev: false,
            hostname: "host,name".into(),
            hwaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, 1]).unwrap(),
            hwtype: HardwareType::ETHERNET,
            hwaddr_source: 2,
            user_context: Some("{ \"a\": 1 }".into()),
        }
    }

    fn prefix() -> Lease6 {
        Lease6 {
            address: "2001:db8:1::".parse().unwrap(),
            kind: LeaseKind::Prefix { length: 48 },
            pool_id: PoolId(0),
            fqdn_fwd: false,
            hostname: "".into(),
            hwaddr: HardwareAddress::default(),
            hwtype: HardwareType(0),
            hwaddr_source: 0,
            user_context: None,
            ..address()
        }
    }

    fn read(line: &str) -> Result<Lease6, RowError> {
        match read_row::<V6>(line, 18)? {
            Row::Lease(lease) => Ok(lease),
            Row::Removed(address) => panic!("{address} is removed"),
        }
    }

    fn written(lease: &Lease6) -> String {
        let mut line = String::new();
        write_lease::<V6>(&mut line, lease);
        line
    }

    #[test]
    fn a_lease_is_the_line_that_kea_would_write() {
        for (line, lease) in [(ADDRESS, address()), (PREFIX, prefix())] {
            assert_eq!(written(&lease), format!("{line}\n"));
            assert_eq!(read(line), Ok(lease));
        }
    }

    #[test]
    fn lines_of_kea_are_given_back() {
        for line in [
            "::ffff:1.2.3.4,00:01:02,3600,1800003600,1,1800,0,7,128,0,0,,,0,,,,0",
            "2001:db8::3,00:01:02,3600,1800003600,1,1800,1,7,128,0,0,,,0,,,,0",
            "2001:db8::4,00:00:00,3600,1800003600,1,0,0,7,128,0,0,,,1,,,,0",
            "2001:db8::6,00:01:02,3600,1800003600,1,1800,0,7,128,0,0,,,4,,,,0",
            "2001:db8::b,00:01:02,3600,1800003600,1,1800,2,7,128,0,0,,,0,,,,0",
            "2001:db8::e,00:01:02,4294967295,6094967294,1,4294967295,0,4294967295,128,0,0,,\
02:00:00:00:00:01,0,,6,256,0",
        ] {
            assert_eq!(written(&read(line).unwrap()), format!("{line}\n"));
        }
    }

    #[test]
    fn files_of_older_versions_lack_columns() {
        let (fields, all): (Vec<&str>, _) = (ADDRESS.split(',').collect(), address());
        for count in 12..=18 {
            let row = read_row::<V6>(&fields[..count].join(","), count).unwrap();
            let Row::Lease(lease) = row else { panic!("{row:?}") };
            assert_eq!(lease.hwaddr.is_empty(), count < 13);
            // Kea takes it for Ethernet, from nowhere.
            let kind = if count < 13 { (0, 0) } else { (1, if count < 17 { 0 } else { 2 }) };
            assert_eq!((lease.hwtype.0, lease.hwaddr_source), kind);
            assert_eq!((lease.iaid, lease.kind, lease.state), (all.iaid, all.kind, all.state));
        }
    }

    #[test]
    fn an_address_is_128_bits_long_whatever_the_line_says() {
        let lease = read(&ADDRESS.replace(",7,128,", ",7,64,")).unwrap();
        assert_eq!(lease.kind.prefix_length(), 128);
    }

    #[test]
    fn lifetime_zero_removes() {
        let mut line = String::new();
        write_removal::<V6>(&mut line, &prefix());
        let row = read_row::<V6>(line.trim_end(), 18);
        assert_eq!(row, Ok(Row::Removed(prefix().address)));
    }

    #[test]
    fn damaged_lines_are_told_apart() {
        let with = |from: &str, to: &str| read(&PREFIX.replacen(from, to, 1));
        assert_eq!(with("00:01:02", "00:00:00"), Err(RowError::NoDuid));
        assert_eq!(with("00:01:02", ""), Err(RowError::NoDuid));
        assert_eq!(with("00:01:02", "00:01"), Err(RowError::Field("duid")));
        assert_eq!(with("00:01:02", &["00"; 131].join(":")), Err(RowError::Field("duid")));
        assert_eq!(with(",2,7,48,", ",3,7,48,"), Err(RowError::Field("lease_type")));
        assert_eq!(with(",2,7,48,", ",2,7,129,"), Err(RowError::Field("prefix_len")));
        assert_eq!(with(",2,7,48,", ",2,-7,48,"), Err(RowError::Field("iaid")));
        assert_eq!(with(",,,0,,,,0", ",,,5,,,,0"), Err(RowError::Field("state")));
        assert_eq!(with("2001:db8:1::", "192.0.2.1"), Err(RowError::Field("address")));
    }

    fn any_lease() -> impl Strategy<Value = Lease6> {
        let numbers = (any::<u128>(), any::<[u32; 4]>(), 1_u32..=INFINITE_LIFETIME, any::<u16>());
        let bytes = (prop::collection::vec(1_u8.., 3..=130), prop::collection::vec(0_u8.., 0..=20));
        let texts = ("[a-z0-9.,& -]{0,30}", prop::option::of("\\PC{1,30}"));
        let kind = (0_u32..3, 0_u8..=128, 0_u32..5, any::<[bool; 2]>());
        (numbers, bytes, texts, kind).prop_map(|(numbers, bytes, texts, kind)| {
            let (bits, [iaid, preferred_lifetime, cltt, id], valid_lifetime, hwtype) = numbers;
            let has_hwaddr = !bytes.1.is_empty();
            Lease6 {
                address: Ipv6Addr::from_bits(bits),
                kind: LeaseKind::from_number(kind.0, kind.1).unwrap(),
                duid: Duid::new(&bytes.0).unwrap(),
                iaid: Iaid(iaid),
                valid_lifetime,
                preferred_lifetime,
                cltt: Time(cltt),
                began: Time(0),
                subnet_id: SubnetId(id),
                pool_id: PoolId(id ^ iaid),
                state: V6::state(kind.2).unwrap(),
                fqdn_fwd: kind.3[0],
                fqdn_rev: kind.3[1],
                hostname: texts.0.into(),
                hwaddr: HardwareAddress::new(&bytes.1).unwrap(),
                hwtype: HardwareType(if has_hwaddr { hwtype } else { 0 }),
                hwaddr_source: if has_hwaddr { iaid } else { 0 },
                user_context: texts.1.map(String::into_boxed_str),
            }
        })
    }

    proptest! {
        #[test]
        fn any_lease_is_given_back(lease in any_lease()) {
            prop_assert_eq!(read(written(&lease).trim_end_matches('\n')), Ok(lease));
        }
    }
}
