//! A compiled expression: a condition, or a value that is some bytes.
//!
//! Operators in a row (`a and b and c`) are one node with a list, so the depth of the tree is that
//! of the brackets in the text.

use std::net::IpAddr;

use crate::Family;
use crate::pattern::Pattern;
use crate::word::Word;

/// What is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Not(Box<Self>),
    /// Two or more conditions with the same operator between them.
    Chain(Connective, Vec<Self>),
    Equal(Box<(Value, Value)>),
    Exists(Target),
    Member(Box<str>),
    Match(Box<(Pattern, Value)>),
}

/// What stands between two conditions, the one that binds tightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Connective {
    And,
    /// `and`, but all operands are evaluated.
    EagerAnd,
    Or,
    /// `or`, but all operands are evaluated.
    EagerOr,
}

impl Connective {
    /// Whether no brackets are needed around conditions with this one beside the other.
    pub(crate) fn binds_tighter(self, other: Self) -> bool {
        self < other
    }
}

/// What is some bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Literal(Literal),
    Packet(PacketField),
    Packet4(Packet4Field),
    Packet6(Packet6Field),
    Option(OptionPath, Representation),
    Relay6(Nest, Relay6Field),
    VendorEnterprise(VendorOption),
    VendorData(Enterprise, u8),
    /// Two or more values, one behind the other.
    Concat(Vec<Self>),
    IfElse(Box<IfElse>),
    Substring(Box<Self>, i64, Extent),
    Split(Box<(Self, Self)>, i64),
    HexString(Box<(Self, Self)>),
    Convert(Conversion, Box<Self>),
}

/// A constant. How it was written is kept for printing it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(Box<str>),
    Hex(Box<[u8]>),
    Address(IpAddr),
    Number(u32),
}

/// `ifelse`, or `sifelse`, which evaluates both values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IfElse {
    pub(crate) condition: Condition,
    pub(crate) then: Value,
    pub(crate) otherwise: Value,
    pub(crate) eager: bool,
}

/// How much `substring` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    /// So many bytes; if negative, those before the start.
    Bytes(i64),
}

/// What `exists` is asked of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Option(OptionPath),
    Vendor(VendorOption, Enterprise),
}

/// Where an option is: its codes from the outermost inwards. `relay4[1]` is
/// `option[82].option[1]`, and the code of the vendor option itself comes first, too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OptionPath {
    pub(crate) root: Root,
    pub(crate) codes: Box<[u16]>,
}

/// Where the first option of a path is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// In the client's message.
    Message,
    /// In what a DHCPv6 relay wrapped around the message.
    Relay6(Nest),
    /// In the client's message; the first option has an enterprise number, which must be this.
    Vendor(Enterprise),
}

/// Which relay: 0 is nearest to the server, -1 nearest to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nest(pub(crate) i8);

/// An enterprise number; 0 stands for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enterprise(pub(crate) u32);

impl Enterprise {
    /// Any enterprise.
    pub(crate) const ANY: Self = Self(0);

    /// Whether this is `number`, or any.
    pub(crate) fn accepts(self, number: u32) -> bool {
        self == Self::ANY || self.0 == number
    }
}

/// The relay agent information of DHCPv4, RFC 3046.
pub(crate) const RELAY_AGENT_INFORMATION: u16 = 82;

/// One of the two options with an enterprise number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VendorOption {
    /// `vendor`: vendor-specific information.
    Information,
    /// `vendor-class`.
    Class,
}

impl VendorOption {
    /// The code of the option, RFC 3925 and RFC 8415 sections 21.16 and 21.17.
    pub(crate) fn code(self, family: Family) -> u16 {
        match (self, family) {
            (Self::Information, Family::V4) => 125,
            (Self::Information, Family::V6) => 17,
            (Self::Class, Family::V4) => 124,
            (Self::Class, Family::V6) => 16,
        }
    }
}

/// In which form the value of an option is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    Hex,
    Text,
}

/// What a word names.
pub(crate) trait Named: Sized {
    /// All words that name one.
    const WORDS: &[Word];

    /// The one that a word names.
    fn from_word(word: Word) -> Option<Self>;

    /// The word that names it.
    fn word(self) -> Word;
}

/// Declares things that have one name each: `pub enum Name { Variant = Word }`.
macro_rules! named {
    ($($(#[$meta:meta])* pub(crate) enum $name:ident { $($variant:ident = $word:ident),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant),* }

        impl Named for $name {
            const WORDS: &[Word] = &[$(Word::$word),*];

            fn from_word(word: Word) -> Option<Self> {
                match word {
                    $(Word::$word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            fn word(self) -> Word {
                match self {
                    $(Self::$variant => Word::$word),*
                }
            }
        }
    )*};
}

named! {
    /// What every packet has.
    pub(crate) enum PacketField {
        Interface = Interface, Source = Source, Destination = Destination, Length = Length,
    }

    /// The fields of a DHCPv4 message.
    pub(crate) enum Packet4Field {
        Mac = Mac, Hlen = Hlen, Htype = Htype,
        Ciaddr = Ciaddr, Giaddr = Giaddr, Yiaddr = Yiaddr, Siaddr = Siaddr,
        MessageType = MessageType, TransactionId = TransactionId,
    }

    /// The fields of a DHCPv6 message.
    pub(crate) enum Packet6Field {
        MessageType = MessageType, TransactionId = TransactionId,
    }

    /// The fields of a DHCPv6 relay's message.
    pub(crate) enum Relay6Field {
        PeerAddress = PeerAddress, LinkAddress = LinkAddress,
    }

    /// The functions of one value.
    pub(crate) enum Conversion {
        LowerCase = LowerCase, UpperCase = UpperCase, Address = AddressToText,
        Int8 = Int8ToText, Int16 = Int16ToText, Int32 = Int32ToText,
        Uint8 = Uint8ToText, Uint16 = Uint16ToText, Uint32 = Uint32ToText,
    }
}
