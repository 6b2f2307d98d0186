//! Dates in patterns: the conversions of `strftime(3)`, and `%q` and `%Q` of log4cplus.

use super::LayoutError;

/// A date as it is written if the pattern does not say how.
const USUAL: &str = "%Y-%m-%d %H:%M:%S";
/// Conversions that write a number; before them may stand one of `-`, `_` and `0`, which say how it
/// is filled up.
const NUMBERS: &str = "CdegGHIjklmMsSuUVwWyY";
/// Conversions that write words; before some may stand `^`, for capital letters.
const WORDS: &str = "aAbBpPzZ";
const CAPITALS: &str = "aAbBp";

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
        let plain = rest.trim_start_matches(|c| "-_0^".contains(c));
        let (flags, _) = rest.split_at(rest.len() - plain.len());
        let mut characters = without_locale(plain).chars();
        let letter = characters.next().ok_or(LayoutError::UnfinishedDate)?;
        let unknown = || LayoutError::UnknownInDate(format!("{flags}{letter}"));
        let whole = match (flags, letter) {
            ("", letter) if WORDS.contains(letter) => None,
            ("^", letter) if CAPITALS.contains(letter) => None,
            ("" | "-" | "_" | "0", letter) if NUMBERS.contains(letter) => None,
            ("", letter) => Some(self.composed(letter).ok_or_else(unknown)?),
            _ => return Err(unknown()),
        };
        match whole {
            Some(whole) => self.text.push_str(whole),
            // What the C library calls it.
            None if letter == 'Z' && is_utc => self.text.push_str("GMT"),
            None => {
                let conversion = ["%", flags].into_iter().flat_map(str::chars).chain([letter]);
                self.text.extend(conversion);
            }
        }
        Ok(characters.as_str())
    }

    /// What a conversion stands for that is not one of its own.
    fn composed(&mut self, letter: char) -> Option<&'static str> {
        Some(match letter {
            'c' => "%a %b %e %H:%M:%S %Y",
            'x' | 'D' => "%m/%d/%y",
            'X' | 'T' => "%H:%M:%S",
            'r' => "%I:%M:%S %p",
            'R' => "%H:%M",
            'F' => "%Y-%m-%d",
            'h' => "%b",
            'n' => "\n",
            't' => "\t",
            '%' => "%%",
            'q' | 'Q' => {
                self.end_text();
                self.done.push(match letter {
                    'q' => DatePart::Milliseconds,
                    _ => DatePart::Microseconds,
                });
                ""
            }
            _ => return None,
        })
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
        // A width is not known either: its first digit is what is not.
        for (wrong, named) in [("3q", "3"), ("5d", "5"), ("E", "E"), ("^d", "^d"), ("-a", "-a")] {
            let error = Date::new(Some(&format!("%{wrong}")), true);
            assert_eq!(error, Err(LayoutError::UnknownInDate(named.into())));
        }
        assert_eq!(Date::new(Some("%-"), true), Err(LayoutError::UnfinishedDate));
    }
}
