//! What servers tell of their state, as nodes.
//!
//! The JSON is that of Kea's commands `lease4-get`, `lease4-get-page` and their like. The nodes are
//! those of `/kea-dhcp4-server:state`, and what `ruru-dhcp4-state` adds to them.

use ruru_json::{At, Data, Map, Value, compact};
use ruru_sysrepo::{Builder, Error};

use crate::Fault;
use crate::path::JsonPath;

/// The lifetime of a lease that never ends.
const FOREVER: u64 = 0xffff_ffff;

/// Adds one lease as an entry of the list `lease`, where the builder stands: in `leases`, or in the
/// output of `lease-page`. With `now`, in seconds since 1970, also what `ruru-dhcp4-state` adds:
/// when the lease ends.
///
/// # Errors
/// The first member that is missing or does not fit.
pub fn add_lease4(builder: &mut Builder<'_>, lease: &Value, now: Option<u64>) -> Result<(), Fault> {
    let path = JsonPath::root("lease");
    let Some(map) = lease.as_map() else {
        return Err(path.fault(lease.at, format!("must be a map, not {}", lease.kind())));
    };
    let lease = Lease { map, at: lease.at, path };
    let address = lease.text("ip-address")?.ok_or_else(|| lease.missing("ip-address"))?;
    let mut entry =
        builder.list("lease", &[address]).map_err(|error| lease.because("ip-address", error))?;
    let mut add = |name: &str, key: &str, value: &str| {
        entry.leaf(name, value).map_err(|error| lease.because(key, error))
    };
    // The address of the hardware is mandatory in the model, but not known of every client.
    let hardware = lease.bytes("hw-address")?.unwrap_or_default();
    add("hw-address", "hw-address", &base64(&hardware))?;
    if let Some(id) = lease.bytes("client-id")? {
        add("client-id", "client-id", &base64(&id))?;
    }
    let lifetime = lease.required("valid-lft")?;
    let heard = lease.required("cltt")?;
    add("valid-lifetime", "valid-lft", &lifetime.to_string())?;
    add("cltt", "cltt", &heard.to_string())?;
    add("subnet-id", "subnet-id", &lease.required("subnet-id")?.to_string())?;
    for key in ["fqdn-fwd", "fqdn-rev"] {
        if let Some(value) = lease.map.get(key) {
            let flag = value.as_bool().ok_or_else(|| lease.wrong(key, "true or false"))?;
            add(key, key, if flag { "true" } else { "false" })?;
        }
    }
    if let Some(name) = lease.text("hostname")?.filter(|name| !name.is_empty()) {
        add("hostname", "hostname", name)?;
    }
    add("state", "state", lease.state()?)?;
    if let Some(context) = lease.map.get("user-context") {
        if context.as_map().is_none() {
            return Err(lease.wrong("user-context", "a map"));
        }
        add("user-context", "user-context", &compact(context))?;
    }
    if let Some(now) = now {
        if lifetime != FOREVER {
            let end = heard + lifetime;
            add("ruru-dhcp4-state:expires", "cltt", &date_and_time(end))?;
            let left = end.saturating_sub(now).min(FOREVER);
            add("ruru-dhcp4-state:remaining", "cltt", &left.to_string())?;
        }
        if let Some(pool) = lease.number("pool-id")?.filter(|&pool| pool != 0) {
            add("ruru-dhcp4-state:pool-id", "pool-id", &pool.to_string())?;
        }
    }
    Ok(())
}

/// The members of a lease.
struct Lease<'a> {
    map: &'a Map,
    at: At,
    path: JsonPath<'a>,
}

impl Lease<'_> {
    fn at(&self, key: &str) -> At {
        self.map.get(key).map_or(self.at, |value| value.at)
    }

    fn because(&self, key: &str, error: Error) -> Fault {
        self.path.key(key).because(self.at(key), error)
    }

    fn missing(&self, key: &str) -> Fault {
        self.path.fault(self.at, format!("\"{key}\" is missing"))
    }

    fn wrong(&self, key: &str, wanted: &str) -> Fault {
        self.path.key(key).fault(self.at(key), format!("must be {wanted}"))
    }

    fn text(&self, key: &str) -> Result<Option<&str>, Fault> {
        let Some(value) = self.map.get(key) else { return Ok(None) };
        value.as_text().map(Some).ok_or_else(|| self.wrong(key, "a string"))
    }

    fn number(&self, key: &str) -> Result<Option<u64>, Fault> {
        let Some(value) = self.map.get(key) else { return Ok(None) };
        match value.data {
            Data::Int(int) => u32::try_from(int).ok().map(u64::from),
            _ => None,
        }
        .map(Some)
        .ok_or_else(|| self.wrong(key, "a number of 32 bits"))
    }

    fn required(&self, key: &str) -> Result<u64, Fault> {
        self.number(key)?.ok_or_else(|| self.missing(key))
    }

    /// Bytes in hexadecimal, with or without colons; `None` if there are none.
    fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(text) = self.text(key)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        hexadecimal(text).map(Some).ok_or_else(|| self.wrong(key, "bytes in hexadecimal"))
    }

    fn state(&self) -> Result<&'static str, Fault> {
        Ok(match self.number("state")?.unwrap_or(0) {
            0 => "default",
            1 => "declined",
            // The model does not tell released leases, which are kept for their clients, from
            // reclaimed ones.
            2 | 3 => "expired-reclaimed",
            _ => return Err(self.wrong("state", "0, 1, 2 or 3")),
        })
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).ok();
    if text.contains(':') {
        let short = |part: &str| matches!(part.len(), 1 | 2) && !part.starts_with('+');
        return text.split(':').map(|part| short(part).then(|| byte(part))?).collect();
    }
    if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| byte(text.get(at..at + 2)?)).collect()
}

/// RFC 4648 section 4, as the type `binary` wants it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - group.len()));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 0x3f;
            let padding = digit > group.len();
            text.push(if padding { '=' } else { char::from(DIGITS[index as usize]) });
        }
    }
    text
}

/// Seconds since 1970 as `date-and-time`, in UTC.
fn date_and_time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 1 March of year 0, so that a leap day ends a year: then eras of 400
    // years, years and months follow by division.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_and_written() {
        assert_eq!(hexadecimal("08:00:2b:1").unwrap(), [8, 0, 0x2b, 1]);
        assert_eq!(hexadecimal("08002B01").unwrap(), [8, 0, 0x2b, 1]);
        for wrong in ["0", "0g", "08:", "+1:02", "080:1", "é0"] {
            assert_eq!(hexadecimal(wrong), None, "{wrong}");
        }
        let texts = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, text) in texts.iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), *text);
        }
    }

    #[test]
    fn times_are_written() {
        assert_eq!(date_and_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(date_and_time(951_826_154), "2000-02-29T12:09:14Z");
        assert_eq!(date_and_time(951_868_800), "2000-03-01T00:00:00Z");
        assert_eq!(date_and_time(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(date_and_time(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(date_and_time(0xffff_ffff), "2106-02-07T06:28:15Z");
    }
}
