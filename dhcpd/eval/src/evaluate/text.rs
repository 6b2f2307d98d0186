//! The functions that make text.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::MAX_VALUE_LEN;
use crate::Bytes;
use crate::error::EvaluationError;
use crate::tree::{Conversion, Named};

/// Two hexadecimal digits for each byte, and something between them.
pub(super) fn hexadecimal(
    value: &[u8],
    separator: &[u8],
) -> Result<Bytes<'static>, EvaluationError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let length = value.len().saturating_mul(2 + separator.len()).saturating_sub(separator.len());
    if length > MAX_VALUE_LEN {
        return Err(EvaluationError::TooLong);
    }
    let mut text = Vec::with_capacity(length);
    for byte in value {
        if !text.is_empty() {
            text.extend_from_slice(separator);
        }
        text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]]);
    }
    Ok(text.into())
}

/// What a function of one value makes of it.
pub(super) fn convert(
    conversion: Conversion,
    value: Bytes<'_>,
) -> Result<Bytes<'_>, EvaluationError> {
    let text = match conversion {
        Conversion::LowerCase => {
            return Ok(change(value, u8::is_ascii_uppercase, <[u8]>::make_ascii_lowercase));
        }
        Conversion::UpperCase => {
            return Ok(change(value, u8::is_ascii_lowercase, <[u8]>::make_ascii_uppercase));
        }
        _ if value.is_empty() => return Ok(value),
        Conversion::Address => address(&value),
        Conversion::Int8 => number(&value, i8::from_be_bytes),
        Conversion::Int16 => number(&value, i16::from_be_bytes),
        Conversion::Int32 => number(&value, i32::from_be_bytes),
        Conversion::Uint8 => number(&value, u8::from_be_bytes),
        Conversion::Uint16 => number(&value, u16::from_be_bytes),
        Conversion::Uint32 => number(&value, u32::from_be_bytes),
    };
    let text = text.ok_or_else(|| EvaluationError::Size {
        function: conversion.word().text(),
        length: value.len(),
    })?;
    Ok(text.into_bytes().into())
}

/// Changes letters, if there is one to change.
fn change(value: Bytes<'_>, is_wrong: fn(&u8) -> bool, change: fn(&mut [u8])) -> Bytes<'_> {
    if !value.iter().any(is_wrong) {
        return value;
    }
    let mut bytes = value.into_cow().into_owned();
    change(&mut bytes);
    bytes.into()
}

fn number<const N: usize, T: ToString>(value: &[u8], read: fn([u8; N]) -> T) -> Option<String> {
    value.try_into().ok().map(|bytes| read(bytes).to_string())
}

fn address(value: &[u8]) -> Option<String> {
    if let Ok(octets) = <[u8; 4]>::try_from(value) {
        return Some(Ipv4Addr::from(octets).to_string());
    }
    let octets = <[u8; 16]>::try_from(value).ok()?;
    Some(match octets {
        // As the C library prints what RFC 4291 section 2.5.5.1 calls IPv4-compatible.
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] if (a, b) != (0, 0) => {
            format!("::{}", Ipv4Addr::new(a, b, c, d))
        }
        _ => Ipv6Addr::from(octets).to_string(),
    })
}
