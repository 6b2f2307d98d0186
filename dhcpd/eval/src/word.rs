//! The words of the language.

/// Declares the words: `NAME = "text"`.
macro_rules! words {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A word of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $($name),* }

        impl Word {
            const ALL: &[Self] = &[$(Self::$name),*];

            /// How it is written.
            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

words! {
    Not = "not", And = "and", Sand = "sand", Or = "or", Sor = "sor",
    Option = "option", Relay4 = "relay4", Relay6 = "relay6",
    Vendor = "vendor", VendorClass = "vendor-class",
    Packet = "pkt", Packet4 = "pkt4", Packet6 = "pkt6",
    Exists = "exists", Hex = "hex", Text = "text",
    PeerAddress = "peeraddr", LinkAddress = "linkaddr",
    Enterprise = "enterprise", Data = "data",
    Interface = "iface", Source = "src", Destination = "dst", Length = "len",
    Mac = "mac", Hlen = "hlen", Htype = "htype",
    Ciaddr = "ciaddr", Giaddr = "giaddr", Yiaddr = "yiaddr", Siaddr = "siaddr",
    MessageType = "msgtype", TransactionId = "transid",
    Member = "member", Known = "known", Unknown = "unknown", Match = "match",
    Substring = "substring", All = "all", Split = "split", Concat = "concat",
    IfElse = "ifelse", SifElse = "sifelse", HexString = "hexstring",
    LowerCase = "lcase", UpperCase = "ucase", AddressToText = "addrtotext",
    Int8ToText = "int8totext", Int16ToText = "int16totext", Int32ToText = "int32totext",
    Uint8ToText = "uint8totext", Uint16ToText = "uint16totext", Uint32ToText = "uint32totext",
}

impl Word {
    /// The longest word that `text` begins with: words may be glued together, as in Kea.
    pub(crate) fn at_start_of(text: &str) -> Option<Self> {
        let words = Self::ALL.iter().copied().filter(|word| text.starts_with(word.text()));
        words.max_by_key(|word| word.text().len())
    }

    /// The word that `text` is but for its case.
    pub(crate) fn in_another_case(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.text().eq_ignore_ascii_case(text))
    }
}
