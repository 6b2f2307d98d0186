//! Log lines as values with an id.

use std::fmt;

/// How much an operator should care; debug events carry Kea's debug level, 0 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For developers; the larger the number, the more of it there is.
    Debug(u8),
    /// Something worth knowing happened.
    Info,
    /// Something is not as it should be; the server goes on.
    Warn,
    /// Something failed.
    Error,
    /// The server cannot go on.
    Fatal,
}

impl Level {
    /// How much there is to read if this much is kept: 1 of what is fatal, to 255; more of each that
    /// matters less.
    #[must_use]
    pub fn fineness(self) -> u8 {
        match self {
            Self::Fatal => 1,
            Self::Error => 2,
            Self::Warn => 3,
            Self::Info => 4,
            Self::Debug(level) => level.saturating_add(5),
        }
    }
}

/// Something that happened: one variant of an `events!` enum.
///
/// `Display` is the text behind the id.
pub trait Event: fmt::Display {
    /// The message id; Kea's where the event is the same.
    fn id(&self) -> &'static str;
    /// The severity.
    fn level(&self) -> Level;
    /// The logger, as Kea names it: `dhcp4`, `leases`, …
    fn logger(&self) -> &'static str;
}

/// An event that is known under other names where it happens: ids and loggers by a table of those
/// that it has and those that it gets.
pub struct Renamed<'e> {
    /// The event.
    pub event: &'e dyn Event,
    /// Names, and what they become.
    pub names: &'static [(&'static str, &'static str)],
}

impl Renamed<'_> {
    fn name(&self, own: &'static str) -> &'static str {
        self.names.iter().find(|(name, _)| *name == own).map_or(own, |(_, other)| other)
    }
}

impl fmt::Display for Renamed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}

impl Event for Renamed<'_> {
    fn id(&self) -> &'static str {
        self.name(self.event.id())
    }

    fn level(&self) -> Level {
        self.event.level()
    }

    fn logger(&self) -> &'static str {
        self.name(self.event.logger())
    }
}

/// Takes events.
pub trait Sink {
    /// Whether an event of this logger and level would be kept; for callers to whom making the
    /// event costs something.
    fn wants(&self, logger: &'static str, level: Level) -> bool;
    /// Keeps an event, if it is wanted.
    fn emit(&self, event: &dyn Event);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Sink for Quiet {
    fn wants(&self, _logger: &'static str, _level: Level) -> bool {
        false
    }

    fn emit(&self, _event: &dyn Event) {}
}

/// Declares the events of a crate: an enum whose variants carry what the text says.
///
/// ```
/// ruru_observe::events! {
///     /// What the example says.
///     pub enum Said<'a> in "example" {
///         /// Somebody was greeted.
///         Greeted EXAMPLE_GREETED Info "hello {name}" { name: &'a str },
///     }
/// }
/// # use ruru_observe::Event as _;
/// assert_eq!(Said::Greeted { name: "you" }.to_string(), "hello you");
/// assert_eq!(Said::Greeted { name: "you" }.id(), "EXAMPLE_GREETED");
/// ```
#[macro_export]
macro_rules! events {
    ($(#[$meta:meta])* $vis:vis enum $name:ident<$life:lifetime> in $logger:literal {
        $($(#[$doc:meta])* $variant:ident $id:ident $level:ident $(($debug:literal))? $text:literal
            { $($field:ident: $type:ty),* $(,)? }),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the text names the fields")]
        $vis enum $name<$life> {
            $($(#[$doc])* $variant { $($field: $type),* },)*
            #[doc(hidden)]
            Never(std::convert::Infallible, std::marker::PhantomData<&$life ()>),
        }

        impl std::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant { $($field),* } => write!(f, $text),)*
                    Self::Never(never, _) => match *never {},
                }
            }
        }

        impl $crate::Event for $name<'_> {
            fn id(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($id),)*
                    Self::Never(never, _) => match *never {},
                }
            }

            fn level(&self) -> $crate::Level {
                match self {
                    $(Self::$variant { .. } => $crate::Level::$level $(($debug))?,)*
                    Self::Never(never, _) => match *never {},
                }
            }

            fn logger(&self) -> &'static str {
                $logger
            }
        }
    };
}
