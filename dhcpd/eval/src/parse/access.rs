//! What is read from a packet.

use super::{Parsed, Parser};
use crate::Family;
use crate::error::{Fault, ParseError};
use crate::lexer::Token;
use crate::tree::{
    Condition, Enterprise, Named, Nest, OptionPath, RELAY_AGENT_INFORMATION, Relay6Field,
    Representation, Root, Target, Value, VendorOption,
};
use crate::word::Word;

/// Whether an option may be named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Code,
    CodeOrName,
}

impl Parser<'_, '_> {
    /// What begins with one of the words that stand for a part of the packet.
    pub(super) fn access(&mut self, word: Word) -> Result<Parsed, ParseError> {
        let needed = match word {
            Word::Relay4 | Word::Packet4 => Some(Family::V4),
            Word::Relay6 | Word::Packet6 => Some(Family::V6),
            _ => None,
        };
        if needed.is_some_and(|needed| needed != self.family) {
            return Err(self.fault(Fault::Family { word: word.text(), family: self.family }));
        }
        self.advance()?;
        match word {
            Word::Option => {
                let code = self.code(Naming::CodeOrName)?;
                self.option(Root::Message, vec![code], Naming::Code)
            }
            Word::Relay4 => {
                let code = self.code(Naming::Code)?;
                let codes = vec![RELAY_AGENT_INFORMATION, code];
                self.option(Root::Message, codes, Naming::CodeOrName)
            }
            Word::Relay6 => self.relay6(),
            Word::Vendor => self.vendor(),
            Word::VendorClass => self.vendor_class(),
            _ => self.field(word).map(Parsed::Value),
        }
    }

    fn field(&mut self, word: Word) -> Result<Value, ParseError> {
        self.expect(Token::Dot)?;
        Ok(match word {
            Word::Packet4 => Value::Packet4(self.expect_named()?),
            Word::Packet6 => Value::Packet6(self.expect_named()?),
            _ => Value::Packet(self.expect_named()?),
        })
    }

    /// `.option[...]` again and again, and what is wanted of the innermost one.
    fn option(
        &mut self,
        root: Root,
        mut codes: Vec<u16>,
        naming: Naming,
    ) -> Result<Parsed, ParseError> {
        const WORDS: [Word; 4] = [Word::Option, Word::Hex, Word::Text, Word::Exists];
        loop {
            self.expect(Token::Dot)?;
            let word = self.expect_word(&WORDS)?;
            let representation = match word {
                Word::Option => {
                    codes.push(self.code(naming)?);
                    continue;
                }
                Word::Hex => Some(Representation::Hex),
                Word::Text => Some(Representation::Text),
                _ => None,
            };
            let path = OptionPath { root, codes: codes.into() };
            return Ok(match representation {
                Some(representation) => Parsed::Value(Value::Option(path, representation)),
                None => Parsed::Condition(Condition::Exists(Target::Option(path))),
            });
        }
    }

    fn relay6(&mut self) -> Result<Parsed, ParseError> {
        const WORDS: [Word; 3] = [Word::Option, Word::PeerAddress, Word::LinkAddress];
        self.expect(Token::LeftBracket)?;
        let nest = self.expect_number("the relay", -32..=31)?;
        // The range was checked.
        let nest = Nest(i8::try_from(nest).unwrap_or_default());
        self.expect(Token::RightBracket)?;
        self.expect(Token::Dot)?;
        let word = self.expect_word(&WORDS)?;
        match Relay6Field::from_word(word) {
            Some(field) => Ok(Parsed::Value(Value::Relay6(nest, field))),
            None => {
                let code = self.code(Naming::Code)?;
                self.option(Root::Relay6(nest), vec![code], Naming::CodeOrName)
            }
        }
    }

    fn vendor(&mut self) -> Result<Parsed, ParseError> {
        const WORDS: [Word; 2] = [Word::Option, Word::Exists];
        let Some(enterprise) = self.enterprise()? else {
            return Ok(Parsed::Value(Value::VendorEnterprise(VendorOption::Information)));
        };
        if self.expect_word(&WORDS)? == Word::Option {
            let code = self.code(Naming::Code)?;
            let codes = vec![VendorOption::Information.code(self.family), code];
            return self.option(Root::Vendor(enterprise), codes, Naming::CodeOrName);
        }
        let target = Target::Vendor(VendorOption::Information, enterprise);
        Ok(Parsed::Condition(Condition::Exists(target)))
    }

    fn vendor_class(&mut self) -> Result<Parsed, ParseError> {
        const WORDS: [Word; 2] = [Word::Data, Word::Exists];
        let Some(enterprise) = self.enterprise()? else {
            return Ok(Parsed::Value(Value::VendorEnterprise(VendorOption::Class)));
        };
        if self.expect_word(&WORDS)? == Word::Exists {
            let target = Target::Vendor(VendorOption::Class, enterprise);
            return Ok(Parsed::Condition(Condition::Exists(target)));
        }
        let mut index = 0;
        if self.take(Token::LeftBracket)? {
            let number = self.expect_number("the index", 0..=u8::MAX.into())?;
            // The range was checked.
            index = u8::try_from(number).unwrap_or(u8::MAX);
            self.expect(Token::RightBracket)?;
        }
        Ok(Parsed::Value(Value::VendorData(enterprise, index)))
    }

    /// `[`, an enterprise number or `*`, and `].`; nothing if `.enterprise` is there instead.
    fn enterprise(&mut self) -> Result<Option<Enterprise>, ParseError> {
        if self.take(Token::Dot)? {
            self.expect(Token::Word(Word::Enterprise))?;
            return Ok(None);
        }
        if !self.take(Token::LeftBracket)? {
            return Err(self.unexpected([Token::LeftBracket, Token::Dot]));
        }
        let number = match self.token {
            Token::Integer(_) => self.expect_number("the enterprise", 0..=u32::MAX.into())?,
            Token::Star => self.advance().map(|_| 0)?,
            _ => return Err(self.unexpected([Token::Integer(0), Token::Star])),
        };
        self.expect(Token::RightBracket)?;
        self.expect(Token::Dot)?;
        // The range was checked.
        Ok(Some(Enterprise(u32::try_from(number).unwrap_or_default())))
    }

    /// `[`, the code of an option or its name, and `]`.
    fn code(&mut self, naming: Naming) -> Result<u16, ParseError> {
        self.expect(Token::LeftBracket)?;
        let code = match self.token {
            Token::Name(name) if naming == Naming::CodeOrName => {
                let undefined = || self.fault(Fault::Option(name.to_owned()));
                let code = self.names.option(name).ok_or_else(undefined)?;
                self.advance()?;
                code
            }
            Token::Integer(_) => {
                let largest = self.family.largest_code();
                let code = self.expect_number("the option code", 0..=largest.into())?;
                // The range was checked.
                u16::try_from(code).unwrap_or(largest)
            }
            _ if naming == Naming::CodeOrName => {
                return Err(self.unexpected(["an option code", "an option name"]));
            }
            _ => return Err(self.unexpected(["an option code"])),
        };
        self.expect(Token::RightBracket)?;
        Ok(code)
    }
}
