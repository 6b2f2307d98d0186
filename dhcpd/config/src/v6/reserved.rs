//! What reservations reserve: addresses and prefixes.

use std::net::Ipv6Addr;

use ruru_host::Reserved6;
use ruru_lease::V6;
use ruru_wire::v6::Prefix;

use crate::complaint::{Complaint, Within};
use crate::prefix::Prefix as SubnetPrefix;
use crate::settings::Settings;

pub(super) fn read(
    settings: &Settings,
    subnet: Option<SubnetPrefix<V6>>,
) -> Result<Reserved6, Complaint> {
    let mut addresses: Vec<Ipv6Addr> = Vec::new();
    for (at, text) in settings.texts("ip-addresses").iter().enumerate() {
        addresses.push(address(text, subnet, &addresses).at_index(at).under("ip-addresses")?);
    }
    let mut prefixes: Vec<(Prefix, Option<Prefix>)> = Vec::new();
    for (at, text) in settings.texts("prefixes").iter().enumerate() {
        let prefix = prefix(text).at_index(at).under("prefixes")?;
        if prefixes.iter().any(|(other, _)| other.address() == prefix.address()) {
            let complaint = Complaint::new(format!("prefix {prefix} stands twice"));
            return Err(complaint.at_index(at).under("prefixes"));
        }
        prefixes.push((prefix, None));
    }
    let excluded = settings.texts("excluded-prefixes");
    if !excluded.is_empty() && excluded.len() != prefixes.len() {
        let message =
            "'excluded-prefixes' has one for each of 'prefixes', empty where there is none";
        return Err(Complaint::new(message).under("excluded-prefixes"));
    }
    for (at, (text, (prefix, own))) in excluded.iter().zip(&mut prefixes).enumerate() {
        *own = excluded_prefix(text, *prefix).at_index(at).under("excluded-prefixes")?;
    }
    Ok(Reserved6 { addresses: addresses.into(), prefixes: prefixes.into() })
}

fn address(
    text: &str,
    subnet: Option<SubnetPrefix<V6>>,
    earlier: &[Ipv6Addr],
) -> Result<Ipv6Addr, Complaint> {
    let address: Ipv6Addr =
        text.parse().map_err(|_| Complaint::new(format!("{text:?} is not an IPv6 address")))?;
    if let Some(subnet) = subnet.filter(|subnet| !subnet.contains(address)) {
        let message = format!("reserved address {address} is not inside subnet {subnet}");
        return Err(Complaint::new(message));
    }
    if address.is_unspecified() || address.is_multicast() {
        return Err(Complaint::new("this address cannot be reserved"));
    }
    if earlier.contains(&address) {
        return Err(Complaint::new(format!("address {address} stands twice")));
    }
    Ok(address)
}

fn prefix(text: &str) -> Result<Prefix, Complaint> {
    let error = || Complaint::new(format!("{text:?} is not a prefix: expected ADDRESS/LENGTH"));
    let (address, length) = text.split_once('/').ok_or_else(error)?;
    let address: Ipv6Addr = address.trim().parse().map_err(|_| error())?;
    let length = length.trim().parse().ok().filter(|length| (1..=128).contains(length));
    let prefix = Prefix::new(address, length.ok_or_else(error)?).ok_or_else(error)?;
    if prefix.address() != address {
        return Err(Complaint::new(format!("{text:?} has bits behind its length")));
    }
    Ok(prefix)
}

fn excluded_prefix(text: &str, of: Prefix) -> Result<Option<Prefix>, Complaint> {
    if text.is_empty() {
        return Ok(None);
    }
    let excluded = prefix(text)?;
    if excluded.length() <= of.length() || !of.covers(excluded) {
        return Err(Complaint::new(format!("{excluded} is not a part of prefix {of}")));
    }
    Ok(Some(excluded))
}
