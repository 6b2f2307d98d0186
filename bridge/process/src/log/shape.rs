//! Lines that look as the operator wants: layouts, ready to be filled in.

use std::env;
use std::fmt::{self, Write as _};
use std::fs;
use std::num::NonZeroU16;
use std::time::Duration;

use arc_swap::ArcSwap;
use ruru_observe::layout::{Date, DatePart, Field, Piece, Width};
use ruru_observe::{Event, Layout, Level};

use super::{severity, thread_number};
use crate::clock::{self, Zone};

/// Where hosts have their names with domains.
const HOSTS: &str = "/etc/hosts";

/// A layout other than the usual one.
#[derive(Debug)]
pub(super) enum Shape {
    Json(Json),
    Pattern(Box<[(Part, Width)]>),
}

/// What a line can tell of.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) program: &'a str,
    pub(super) pid: u32,
    /// When the program was started.
    pub(super) started: Duration,
    pub(super) now: Duration,
    pub(super) event: &'a dyn Event,
}

impl Shape {
    /// `None` is the usual form.
    pub(super) fn new(layout: &Layout, pid: u32) -> Option<Self> {
        let part = |piece: &Piece| (Part::new(&piece.field, pid), piece.width);
        match layout {
            Layout::Usual => None,
            Layout::Json => Some(Self::Json(Json::new())),
            Layout::Pattern(pieces) => Some(Self::Pattern(pieces.iter().map(part).collect())),
        }
    }

    /// Writes the line.
    pub(super) fn write(&self, out: &mut String, facts: Facts<'_>) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Json(json) => json.write(out, facts),
            Self::Pattern(parts) => parts.iter().try_for_each(|(part, width)| {
                let start = out.len();
                part.write(out, facts)?;
                fit(out, start, *width);
                Ok(())
            }),
        };
    }
}

/// A piece of a pattern; what does not change as long as the program runs is text by now.
#[derive(Debug)]
pub(super) enum Part {
    Text(Box<str>),
    Date(Box<[Moment]>),
    Severity,
    Logger { names: Option<NonZeroU16> },
    Message,
    Thread,
    Running,
}

impl Part {
    fn new(field: &Field, pid: u32) -> Self {
        match field {
            Field::Text(text) => Self::Text(text.clone()),
            Field::Date(date) => Self::Date(moments(date)),
            Field::Severity => Self::Severity,
            Field::Logger { names } => Self::Logger { names: *names },
            Field::Message => Self::Message,
            Field::Thread => Self::Thread,
            Field::Running => Self::Running,
            Field::Process => Self::Text(pid.to_string().into()),
            Field::Host => Self::Text(host().into()),
            Field::HostWithDomain => Self::Text(host_with_domain(host()).into()),
            Field::Environment(name) => {
                Self::Text(env::var_os(&**name).unwrap_or_default().to_string_lossy().into())
            }
        }
    }

    fn write(&self, out: &mut String, facts: Facts<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Date(moments) => {
                moments.iter().try_for_each(|moment| moment.write(out, facts.now))
            }
            Self::Severity => out.write_str(severity(facts.event.level())),
            Self::Logger { names } => {
                let start = out.len();
                write!(out, "{}.{}", facts.program, facts.event.logger())?;
                if let Some(names) = names {
                    keep_names(out, start, *names);
                }
                Ok(())
            }
            Self::Message => write!(out, "{} {}", facts.event.id(), facts.event),
            Self::Thread => write!(out, "{}", thread_number()),
            Self::Running => {
                write!(out, "{}", facts.now.saturating_sub(facts.started).as_millis())
            }
        }
    }
}

/// A part of a time.
#[derive(Debug)]
pub(super) enum Moment {
    /// What changes at most once a second.
    Second {
        format: Box<str>,
        zone: Zone,
        last: ArcSwap<(u64, String)>,
    },
    Milliseconds,
    Microseconds,
}

impl Moment {
    fn second(format: &str, zone: Zone) -> Self {
        let last = ArcSwap::from_pointee((u64::MAX, String::new()));
        Self::Second { format: format.into(), zone, last }
    }

    fn write(&self, out: &mut String, now: Duration) -> fmt::Result {
        match self {
            Self::Second { format, zone, last } => {
                let last_text = last.load();
                if last_text.0 == now.as_secs() {
                    return out.write_str(&last_text.1);
                }
                let text = clock::formatted(now, *zone, format);
                out.push_str(&text);
                last.store((now.as_secs(), text).into());
                Ok(())
            }
            Self::Milliseconds => write!(out, "{:03}", now.subsec_millis()),
            Self::Microseconds => {
                let microseconds = now.subsec_micros();
                write!(out, "{:03}.{:03}", microseconds / 1000, microseconds % 1000)
            }
        }
    }
}

fn moments(date: &Date) -> Box<[Moment]> {
    let zone = if date.is_utc { Zone::Utc } else { Zone::Local };
    let moment = |part: &DatePart| match part {
        DatePart::Strftime(format) => Moment::second(format, zone),
        DatePart::Milliseconds => Moment::Milliseconds,
        DatePart::Microseconds => Moment::Microseconds,
    };
    date.parts.iter().map(moment).collect()
}

/// A JSON object a line.
#[derive(Debug)]
pub(super) struct Json {
    time: Moment,
    offset: Moment,
}

impl Json {
    fn new() -> Self {
        Self {
            time: Moment::second("%Y-%m-%dT%H:%M:%S", Zone::Local),
            offset: Moment::second("%:z", Zone::Local),
        }
    }

    fn write(&self, out: &mut String, facts: Facts<'_>) -> fmt::Result {
        let event = facts.event;
        out.push_str("{\"time\":\"");
        self.time.write(out, facts.now)?;
        write!(out, ".{:06}", facts.now.subsec_micros())?;
        self.offset.write(out, facts.now)?;
        write!(out, "\",\"severity\":\"{}\"", severity(event.level()))?;
        if let Level::Debug(level) = event.level() {
            write!(out, ",\"debug-level\":{level}")?;
        }
        out.push_str(",\"logger\":\"");
        write!(Escaped(out), "{}.{}", facts.program, event.logger())?;
        write!(out, "\",\"id\":\"{}\",\"text\":\"", event.id())?;
        write!(Escaped(out), "{event}")?;
        writeln!(out, "\",\"process\":{},\"thread\":{}}}", facts.pid, thread_number())
    }
}

/// Writes what a JSON string may hold.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        let is_special = |c: char| c < ' ' || matches!(c, '"' | '\\' | '\u{7f}');
        while let Some(at) = text.find(is_special) {
            let (plain, rest) = text.split_at(at);
            self.0.push_str(plain);
            let mut characters = rest.chars();
            match characters.next() {
                Some('\n') => self.0.push_str("\\n"),
                Some('\t') => self.0.push_str("\\t"),
                Some(c @ ('"' | '\\')) => self.0.extend(['\\', c]),
                Some(c) => write!(self.0, "\\u{:04x}", u32::from(c))?,
                None => {}
            }
            text = characters.as_str();
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// Makes what was written since `start` as wide as it is to be. What is too long loses characters
/// at its beginning and is not filled up then, as in Kea.
fn fit(out: &mut String, start: usize, width: Width) {
    if width == Width::default() {
        return;
    }
    let written = out.get(start..).unwrap_or_default();
    let count = written.chars().count();
    match width.most.map(usize::from) {
        Some(most) if count > most => {
            let cut = written.char_indices().nth(count - most).map_or(written.len(), |(at, _)| at);
            out.drain(start..start + cut);
        }
        _ => {
            let missing = usize::from(width.least).saturating_sub(count);
            let at = if width.is_left { out.len() } else { start };
            out.insert_str(at, &" ".repeat(missing));
        }
    }
}

/// Cuts a name with dots in it, which begins at `start`, down to its last so many parts.
fn keep_names(out: &mut String, start: usize, names: NonZeroU16) {
    let name = out.get(start..).unwrap_or_default();
    let dot = name.rmatch_indices('.').nth(usize::from(names.get()) - 1);
    if let Some(cut) = dot.map(|(at, dot)| at + dot.len()) {
        out.drain(start..start + cut);
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name with a domain that `/etc/hosts` gives the host; DNS is not asked, as a log must not
/// wait for it.
fn host_with_domain(host: String) -> String {
    if host.contains('.') {
        return host;
    }
    let hosts = fs::read_to_string(HOSTS).unwrap_or_default();
    first_name(&hosts, &host).map(str::to_owned).unwrap_or(host)
}

/// The first name of the line that has this one.
fn first_name<'a>(hosts: &'a str, host: &str) -> Option<&'a str> {
    hosts.lines().find_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let mut names = line.split_whitespace().skip(1);
        names.clone().any(|name| name == host).then(|| names.next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    ruru_observe::events! {
        /// For tests.
        enum Said<'a> in "leases" {
            /// Something.
            Warn TEST_WARN Warn "said {text}" { text: &'a str },
            /// Something small.
            Debug TEST_DEBUG Debug(40) "said {text}" { text: &'a str },
        }
    }

    /// The 14th of November 2023, 22:13:20.123456 in UTC.
    const NOW: Duration = Duration::from_micros(1_700_000_000_123_456);

    fn line(layout: &str, event: &dyn Event) -> String {
        let shape = Shape::new(&layout.parse().unwrap(), 42).unwrap();
        let started = NOW - Duration::from_millis(1986);
        let facts = Facts { program: "kea-dhcp4", pid: 42, started, now: NOW, event };
        let (mut first, mut again) = (String::new(), String::new());
        shape.write(&mut first, facts);
        shape.write(&mut again, facts);
        assert_eq!(first, again);
        first
    }

    #[track_caller]
    fn assert_line(pattern: &str, expected: &str) {
        assert_eq!(line(pattern, &Said::Warn { text: "é" }), expected, "{pattern}");
    }

    #[test]
    fn patterns_make_the_lines_of_kea() {
        assert_line(
            "%d{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i] %m\n",
            "2023-11-14 22:13:20.123 WARN  [kea-dhcp4.leases/42] TEST_WARN said é\n",
        );
        assert_line("%10p|%-10p|%.2p|%-4.2p|%1p", "      WARN|WARN      |RN|RN|WARN");
        assert_line(
            "%c{1}|%c{2}|%c{0}|%c{3}",
            "leases|kea-dhcp4.leases|kea-dhcp4.leases|kea-dhcp4.leases",
        );
        assert_line(
            "%20.30c|%.5c|%-18c|%25.10c|",
            "    kea-dhcp4.leases|eases|kea-dhcp4.leases  |cp4.leases|",
        );
        assert_line(
            "%l|%L|%F|%M|%b|%x|%X|%X{a}|%5L|%5.2n|%r|%-6r|",
            ":||||||||     |    \n|1986|1986  |",
        );
        assert_line("%3.1m|%t", &format!("é|{}", thread_number()));
        assert_line("%E{CARGO_PKG_NAME}|%E{RURU_NOT_THERE}|%%", "ruru-process||%");
    }

    #[test]
    fn dates_are_those_of_the_c_library() {
        assert_line("%d", "2023-11-14 22:13:20");
        assert_line(
            "%d{%q|%Q|%%q|%%|%s|%z|%Z|%e|%k|%T|%F}",
            "123|123.456|%q|%|1700000000|+0000|GMT|14|22|22:13:20|2023-11-14",
        );
        assert_line(
            "%d{%c|%x|%X|%p|%I|%U|%W|%w|%j|%a %A %b %B %y}",
            "Tue Nov 14 22:13:20 2023|11/14/23|22:13:20|PM|10|46|46|2|318|Tue Tuesday Nov November 23",
        );
        assert_line(
            "%d{%C|%g|%G|%V|%u|%h|%l|%P|%r|%R|%D|%n|%t|%Ey|%Od|%EY}",
            "20|23|2023|46|2|Nov|10|pm|10:13:20 PM|22:13|11/14/23|\n|\t|23|14|2023",
        );
        assert_line("%d{%-d|%_d|%0e|%^a|%-j|%_j|%-e|%^B}", "14|14|14|TUE|318|318|14|NOVEMBER");
        assert_line(
            "%d{%-k|%-l|%-I|%-m|%_H|%-y|%_Y|%-U|%_U|%0k}",
            "22|10|10|11|22|23|2023|46|46|22",
        );
    }

    #[test]
    fn a_line_of_json_says_everything() {
        let text = line("json", &Said::Debug { text: "\"\\\n\t\u{1}\u{7f}é" });
        let zone = clock::formatted(NOW, Zone::Local, "%Y-%m-%dT%H:%M:%S.123456%:z");
        let expected = format!(
            "{{\"time\":\"{zone}\",\"severity\":\"DEBUG\",\"debug-level\":40,\
             \"logger\":\"kea-dhcp4.leases\",\"id\":\"TEST_DEBUG\",\
             \"text\":\"said \\\"\\\\\\n\\t\\u0001\\u007fé\",\"process\":42,\"thread\":{}}}\n",
            thread_number()
        );
        assert_eq!(text, expected);
        assert!(!line("json", &Said::Warn { text: "" }).contains("debug-level"));
    }

    #[test]
    fn the_domain_of_a_host_stands_in_its_hosts_file() {
        let hosts = "127.0.0.1 localhost\n127.0.1.1 a.example a # b.example b\n";
        assert_eq!(first_name(hosts, "a"), Some("a.example"));
        assert_eq!(first_name(hosts, "b"), None);
        assert_eq!(host_with_domain("x.example".into()), "x.example");
        assert!(!host().is_empty());
    }
}
