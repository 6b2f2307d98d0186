//! Values of options.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Octets of a DUID to count from, as in perfdhcp.
const DUID: std::ops::RangeInclusive<usize> = 6..=64;

/// The first hardware address of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mac(pub(crate) [u8; 6]);

/// What clients count from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// A hardware address.
    Mac(Mac),
    /// A DUID, of which the last six octets count.
    Duid(Vec<u8>),
}

/// When to abort.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum DropLimit {
    /// So many were lost.
    Count(u64),
    /// So many of a hundred, once more than ten were sent.
    Percent(f64),
}

/// An option for every query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExtraOption {
    /// Its code.
    pub(crate) code: u16,
    /// What it holds.
    pub(crate) content: Vec<u8>,
}

/// An option that a relay adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelayOption(pub(crate) ExtraOption);

/// What else to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    /// What the command line was taken for.
    Arguments,
    /// Why it ended.
    ExitReason,
    /// How often it waited.
    Waits,
    /// The leases that clients got.
    Leases,
    /// The server that answered first.
    Server,
    /// When queries were sent and answered.
    Timers,
    /// The queries.
    Templates,
}

/// Selectors, each a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selectors(pub(crate) Vec<Selector>);

impl FromStr for Mac {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let octets: Option<Vec<u8>> = text
            .split(':')
            // perfdhcp writes two colons between octets.
            .filter(|octet| !octet.is_empty())
            .map(|octet| u8::from_str_radix(octet, 16).ok())
            .collect();
        let octets = octets.and_then(|octets| octets.try_into().ok());
        octets.map(Self).ok_or_else(|| "a hardware address is like 00:0c:01:02:03:04".to_owned())
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Base {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("mac" | "ether", mac)) => mac.parse().map(Self::Mac),
            Some(("duid", duid)) => match hex(duid)? {
                duid if DUID.contains(&duid.len()) => Ok(Self::Duid(duid)),
                _ => Err("a DUID to count from has 6 to 64 octets".to_owned()),
            },
            _ => Err("expected mac=ADDRESS or duid=HEX".to_owned()),
        }
    }
}

impl FromStr for DropLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(Self::Count).map_err(|_| "expected a number".to_owned());
        };
        match percent.parse() {
            Ok(percent) if percent > 0.0 && percent < 100.0 => Ok(Self::Percent(percent)),
            _ => Err("a percentage is between 0 and 100".to_owned()),
        }
    }
}

impl FromStr for ExtraOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (code, content) = text.split_once(',').ok_or("expected CODE,HEX")?;
        let Ok(code @ 1..) = code.parse() else {
            return Err("an option's code is from 1 to 254, in DHCPv6 to 65535".to_owned());
        };
        Ok(Self { code, content: hex(content)? })
    }
}

impl FromStr for RelayOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("1", option)) => option.parse().map(Self),
            Some((level, _)) => Err(format!("level {level}: there is one relay, at level 1")),
            None => Err("expected LEVEL:CODE,HEX".to_owned()),
        }
    }
}

impl FromStr for Selectors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let selector = |letter| {
            Ok(match letter {
                'a' => Selector::Arguments,
                'e' => Selector::ExitReason,
                'i' => Selector::Waits,
                'l' => Selector::Leases,
                's' => Selector::Server,
                't' => Selector::Timers,
                'T' => Selector::Templates,
                _ => return Err(format!("no diagnostics have the letter {letter}")),
            })
        };
        text.chars().map(selector).collect::<Result<_, _>>().map(Self)
    }
}

/// A time of up to a day.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "expected seconds, a day at most".to_owned())
}

/// Octets of hexadecimal digits; white space between them is no matter.
pub(super) fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.ok_or("not a hexadecimal digit")?;
    let (octets, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("an odd number of hexadecimal digits".to_owned());
    }
    Ok(octets.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_addresses_have_one_colon_or_two() {
        let mac = Mac([0, 12, 1, 2, 3, 4]);
        assert_eq!("00:0c:01:02:03:04".parse(), Ok(mac));
        assert_eq!("mac=00::0C::01::02::03::04".parse(), Ok(Base::Mac(mac)));
        assert_eq!(mac.to_string(), "00:0c:01:02:03:04");
        for wrong in ["0:1:2:3:4", "0:1:2:3:4:100", "0:1:2:3:4:x", ""] {
            assert!(wrong.parse::<Mac>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_are_counts_or_percentages() {
        assert_eq!("0".parse(), Ok(DropLimit::Count(0)));
        assert_eq!("2.5%".parse(), Ok(DropLimit::Percent(2.5)));
        for wrong in ["100%", "0%", "NaN%", "-1", "x"] {
            assert!(wrong.parse::<DropLimit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_are_a_code_and_octets() {
        let option = "60,646F".parse::<ExtraOption>().unwrap();
        assert_eq!((option.code, &*option.content), (60, &b"do"[..]));
        for wrong in ["60", "0,00", "65536,00", "60,6", "60,6x"] {
            assert!(wrong.parse::<ExtraOption>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_relays_option_has_its_level() {
        let RelayOption(option) = "1:18,65".parse().unwrap();
        assert_eq!((option.code, &*option.content), (18, &b"e"[..]));
        for wrong in ["18,65", "2:18,65", "1:18"] {
            assert!(wrong.parse::<RelayOption>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_have_fractions_and_an_end() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for wrong in ["0", "-1", "NaN", "inf", "86401"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
