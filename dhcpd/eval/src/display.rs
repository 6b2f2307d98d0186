//! A compiled expression as text, which is compiled to an equal one.
//!
//! Options have their codes, as names are not kept, and brackets stand only where they are needed,
//! so it is not nested deeper than the text was.

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;

use crate::tree::{
    Condition, Connective, Enterprise, Extent, Literal, Named, OptionPath, Representation, Root,
    Target, Value, VendorOption,
};

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Not(condition) => write!(f, "not {}", Operand(&**condition, None)),
            Self::Chain(connective, conditions) => {
                let between = connective.word().text();
                let operand = |condition| Operand(condition, Some(*connective));
                joined(f, conditions, operand, between)
            }
            Self::Equal(values) => write!(f, "{} == {}", values.0, values.1),
            Self::Exists(Target::Option(path)) => write!(f, "{path}.exists"),
            Self::Exists(Target::Vendor(option, enterprise)) => {
                write!(f, "{option}[{enterprise}].exists")
            }
            Self::Member(class) => write!(f, "member('{class}')"),
            Self::Match(operands) => write!(f, "match('{}', {})", operands.0.text(), operands.1),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Packet(field) => write!(f, "pkt.{}", field.word().text()),
            Self::Packet4(field) => write!(f, "pkt4.{}", field.word().text()),
            Self::Packet6(field) => write!(f, "pkt6.{}", field.word().text()),
            Self::Option(path, Representation::Hex) => write!(f, "{path}.hex"),
            Self::Option(path, Representation::Text) => write!(f, "{path}.text"),
            Self::Relay6(nest, field) => write!(f, "relay6[{}].{}", nest.0, field.word().text()),
            Self::VendorEnterprise(option) => write!(f, "{option}.enterprise"),
            Self::VendorData(enterprise, 0) => write!(f, "vendor-class[{enterprise}].data"),
            Self::VendorData(enterprise, index) => {
                write!(f, "vendor-class[{enterprise}].data[{index}]")
            }
            Self::Concat(values) => joined(f, values, |value| Operand(value, None), "+"),
            Self::IfElse(choice) => {
                let name = if choice.eager { "sifelse" } else { "ifelse" };
                write!(f, "{name}({}, {}, {})", choice.condition, choice.then, choice.otherwise)
            }
            Self::Substring(value, start, Extent::All) => {
                write!(f, "substring({value}, {start}, all)")
            }
            Self::Substring(value, start, Extent::Bytes(length)) => {
                write!(f, "substring({value}, {start}, {length})")
            }
            Self::Split(values, field) => write!(f, "split({}, {}, {field})", values.0, values.1),
            Self::HexString(values) => write!(f, "hexstring({}, {})", values.0, values.1),
            Self::Convert(conversion, value) => {
                write!(f, "{}({value})", conversion.word().text())
            }
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Hex(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            // At least two colons are there, which makes it an address for the lexer, too.
            Self::Address(IpAddr::V6(address)) => address.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl Display for OptionPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut codes = self.codes.iter();
        match self.root {
            Root::Message => {
                codes.next().map_or(Ok(()), |first| write!(f, "option[{first}]"))?;
            }
            Root::Relay6(nest) => write!(f, "relay6[{}]", nest.0)?,
            Root::Vendor(enterprise) => {
                codes.next();
                write!(f, "vendor[{enterprise}]")?;
            }
        }
        codes.try_for_each(|code| write!(f, ".option[{code}]"))
    }
}

impl Display for Enterprise {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.write_str("*") } else { self.0.fmt(f) }
    }
}

impl Display for VendorOption {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Information => "vendor",
            Self::Class => "vendor-class",
        })
    }
}

/// What stands beside an operator; which one, if that decides whether brackets are needed.
struct Operand<'t, T>(&'t T, Option<Connective>);

impl Display for Operand<'_, Condition> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::Chain(own, _) if self.1.is_none_or(|outer| !own.binds_tighter(outer)) => {
                write!(f, "({})", self.0)
            }
            _ => self.0.fmt(f),
        }
    }
}

impl Display for Operand<'_, Value> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Concat(..) => write!(f, "({})", self.0),
            _ => self.0.fmt(f),
        }
    }
}

fn joined<'t, T, D: Display>(
    f: &mut Formatter<'_>,
    parts: &'t [T],
    show: impl Fn(&'t T) -> D,
    between: &str,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            write!(f, " {between} ")?;
        }
        show(part).fmt(f)?;
    }
    Ok(())
}
