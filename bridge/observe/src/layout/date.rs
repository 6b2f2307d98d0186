//! Dates in patterns: the conversions of `strftime(3)`, and `%q` and `%Q` of log4cplus.

use super::LayoutError;

/// A date as it is written if the pattern does not say how.
const USUAL: &str = "%Y-%m-%d %H:%M:%S";
/// Conversions that say the same everywhere.
const PLAIN: &str = "aAbBCdegGHIjklmMpPsSuUVwWyYzZ";
/// What may stand between `%` and the width.
const FLAGS: &str = "-_0^#";

/// How a time is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// In UTC, else in local time.
    pub is_utc: bool,
    /// Its parts, in order.
    pub parts: Box<[DatePart]>,
}

/// A part of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// What changes at most once a second: text, and conversions of `strftime` that say the same
    /// in any locale.
    Strftime(Box<str>),
    /// `%q`: milliseconds, three digits.
    Milliseconds,
    /// `%Q`: milliseconds, `.` and three digits more.
    Microseconds,
}

impl Date {
    pub(super) fn new(format: Option<&str>, is_utc: bool) -> Result<Self, LayoutError> {
        let mut rest = format.filter(|format| !format.is_empty()).unwrap_or(USUAL);
        let mut parts = Parts::default();
        while let Some((text, conversion)) = rest.split_once('%') {
            parts.text.push_str(text);
            rest = parts.add(conversion, is_utc)?;
        }
        parts.text.push_str(rest);
        parts.end_text();
        Ok(Self { is_utc, parts: parts.done.into() })
    }
}

#[derive(Default)]
struct Parts {
    done: Vec<DatePart>,
    text: String,
}

impl Parts {
    /// Takes the conversion at the beginning of `rest`; answers with what comes after it.
    fn add<'a>(&mut self, rest: &'a str, is_utc: bool) -> Result<&'a str, LayoutError> {
        let plain = rest.trim_start_matches(|c| FLAGS.contains(c));
        let plain = plain.trim_start_matches(|c: char| c.is_ascii_digit());
        let (modifiers, _) = rest.split_at(rest.len() - plain.len());
        if modifiers.len() > 4 {
            return Err(LayoutError::TooWide);
        }
        let mut characters = without_locale(plain).chars();
        let letter = characters.next().ok_or(LayoutError::UnfinishedDate)?;
        let whole = match letter {
            letter if PLAIN.contains(letter) => None,
            _ if !modifiers.is_empty() => return Err(LayoutError::UnknownInDate(letter)),
            'c' => Some("%a %b %e %H:%M:%S %Y"),
            'x' | 'D' => Some("%m/%d/%y"),
            'X' | 'T' => Some("%H:%M:%S"),
            'r' => Some("%I:%M:%S %p"),
            'R' => Some("%H:%M"),
            'F' => Some("%Y-%m-%d"),
            'h' => Some("%b"),
            'n' => Some("\n"),
            't' => Some("\t"),
            '%' => Some("%%"),
            'q' => {
                self.end_text();
                self.done.push(DatePart::Milliseconds);
                Some("")
            }
            'Q' => {
                self.end_text();
                self.done.push(DatePart::Microseconds);
                Some("")
            }
            letter => return Err(LayoutError::UnknownInDate(letter)),
        };
        match whole {
            Some(whole) => self.text.push_str(whole),
            // What the C library calls it.
            None if letter == 'Z' && is_utc => self.text.push_str("GMT"),
            None => {
                self.text.extend(["%", modifiers].into_iter().flat_map(str::chars).chain([letter]))
            }
        }
        Ok(characters.as_str())
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(DatePart::Strftime(std::mem::take(&mut self.text).into()));
        }
    }
}

/// `%Ey` and `%Od` ask for a locale's own digits and eras: there is no locale but C.
fn without_locale(conversion: &str) -> &str {
    let (modifier, letters) = match conversion.chars().next() {
        Some('E') => ('E', "cCxXyY"),
        Some('O') => ('O', "deHImMSuUVwWy"),
        _ => return conversion,
    };
    conversion
        .strip_prefix(modifier)
        .filter(|rest| rest.starts_with(|c| letters.contains(c)))
        .unwrap_or(conversion)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strftime(text: &str) -> DatePart {
        DatePart::Strftime(text.into())
    }

    #[test]
    fn fractions_of_a_second_are_parts_of_their_own() {
        let date = Date::new(Some("%%q %H:%M:%S.%q|%Q"), false).unwrap();
        let parts = [
            strftime("%%q %H:%M:%S."),
            DatePart::Milliseconds,
            strftime("|"),
            DatePart::Microseconds,
        ];
        assert_eq!(&*date.parts, parts);
    }

    #[test]
    fn a_locale_has_no_say() {
        let date = |format| Date::new(Some(format), true).unwrap().parts;
        assert_eq!(*date("%Ey %Od %-d %F %Z"), [strftime("%y %d %-d %Y-%m-%d GMT")]);
        assert_eq!(*date("%c"), [strftime("%a %b %e %H:%M:%S %Y")]);
        assert_eq!(*date(""), [strftime("%Y-%m-%d %H:%M:%S")]);
        assert_eq!(Date::new(Some("%E"), true), Err(LayoutError::UnknownInDate('E')));
        assert_eq!(Date::new(Some("%3q"), true), Err(LayoutError::UnknownInDate('q')));
        assert_eq!(Date::new(Some("%99999d"), true), Err(LayoutError::TooWide));
        assert_eq!(Date::new(Some("%-"), true), Err(LayoutError::UnfinishedDate));
    }
}
