//! Pools of prefixes: `pd-pools`.

use std::net::Ipv6Addr;

use ruru_lease::{PoolRange, SubnetId, V6};
use ruru_wire::v6::Prefix;

use super::Pool6;
use crate::complaint::Complaint;
use crate::settings::Settings;

pub(super) fn of_prefixes(
    settings: &Settings,
    subnet: SubnetId,
) -> Result<(PoolRange<V6>, Pool6), Complaint> {
    let address = address(settings, "prefix")?
        .ok_or_else(|| Complaint::new("a pool of prefixes needs a 'prefix'"))?;
    let (length, delegated) = (bits(settings, "prefix-len")?, bits(settings, "delegated-len")?);
    if delegated < length {
        let message =
            format!("'delegated-len' ({delegated}) must not be less than 'prefix-len' ({length})");
        return Err(Complaint::new(message).under("delegated-len"));
    }
    let range = PoolRange::of_prefixes(subnet, address, length, delegated).ok_or_else(|| {
        let message = format!("prefix {address} has bits behind its length of {length}");
        Complaint::new(message).under("prefix")
    })?;
    Ok((range, Pool6 { excluded: excluded(settings, &range, delegated)? }))
}

fn address(settings: &Settings, name: &str) -> Result<Option<Ipv6Addr>, Complaint> {
    let parse = |text: &str| {
        text.parse().map_err(|_| {
            Complaint::new(format!("{text:?} is not an IPv6 address; its length stands apart"))
                .under(name)
        })
    };
    settings.text(name).map(parse).transpose()
}

fn bits(settings: &Settings, name: &str) -> Result<u8, Complaint> {
    let number = settings.number(name).and_then(|bits| u8::try_from(bits).ok());
    number.ok_or_else(|| Complaint::new(format!("a pool of prefixes needs '{name}'")))
}

fn excluded(
    settings: &Settings,
    range: &PoolRange<V6>,
    delegated: u8,
) -> Result<Option<Prefix>, Complaint> {
    let length = settings.number("excluded-prefix-len").unwrap_or(0);
    let length = u8::try_from(length).unwrap_or(0);
    let address = address(settings, "excluded-prefix")?.filter(|a| !a.is_unspecified());
    let Some(address) = address else {
        return match length {
            0 => Ok(None),
            _ => Err(Complaint::new("'excluded-prefix-len' needs an 'excluded-prefix'")
                .under("excluded-prefix-len")),
        };
    };
    if length <= delegated {
        let message = format!(
            "'excluded-prefix-len' ({length}) must be more than 'delegated-len' ({delegated})"
        );
        return Err(Complaint::new(message).under("excluded-prefix-len"));
    }
    let excluded = Prefix::new(address, length).filter(|prefix| prefix.address() == address);
    let excluded = excluded.ok_or_else(|| {
        let message = format!("'excluded-prefix' {address} has bits behind its length of {length}");
        Complaint::new(message).under("excluded-prefix")
    })?;
    if !range.covers(address) {
        let message = format!("'excluded-prefix' {excluded} is not inside the pool");
        return Err(Complaint::new(message).under("excluded-prefix"));
    }
    Ok(Some(excluded))
}
