//! Numbers from the wire, as types that keep the values they do not know.

/// Declares a number with named values: `pub struct Name(u8) { FIRST = 1 => "first" }`.
macro_rules! codes {
    ($(#[$meta:meta])* pub struct $name:ident($int:ty) {
        $($(#[$value_meta:meta])* $value:ident = $number:literal => $text:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            $(
                #[doc = concat!("`", $text, "`, ", stringify!($number))]
                $(#[$value_meta])*
                pub const $value: Self = Self($number);
            )*

            /// The registered name, if this number has one.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($text),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{name} ({})", self.0),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use codes;
