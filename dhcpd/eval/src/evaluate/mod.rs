//! From a compiled expression and a packet to a value.

mod text;

use std::borrow::Cow;

use crate::error::EvaluationError;
use crate::options;
use crate::packet::{OptionPlace, Packet};
use crate::tree::{
    Condition, Connective, Enterprise, Extent, Literal, Nest, OptionPath, Packet4Field,
    Packet6Field, PacketField, Relay6Field, Representation, Root, Target, Value, VendorOption,
};
use crate::{Bytes, Family};

/// How many bytes a value may have; one more than any option's.
pub const MAX_VALUE_LEN: usize = 1 << 16;

/// The message that a DHCPv6 relay passes on, RFC 8415 section 21.10.
const RELAY_MESSAGE: u16 = 9;

/// One expression on one packet.
pub(crate) struct Evaluation<'v, P: ?Sized> {
    pub(crate) packet: &'v P,
    pub(crate) family: Family,
}

impl<'v, P: Packet + ?Sized> Evaluation<'v, P> {
    /// Whether a condition is true.
    pub(crate) fn condition(&self, condition: &'v Condition) -> Result<bool, EvaluationError> {
        match condition {
            Condition::Not(condition) => self.condition(condition).map(|holds| !holds),
            Condition::Chain(connective, conditions) => self.chain(*connective, conditions),
            Condition::Equal(values) => {
                let (left, right) = &**values;
                Ok(self.value(left)? == self.value(right)?)
            }
            Condition::Exists(Target::Option(path)) => Ok(self.option(path).is_some()),
            Condition::Exists(Target::Vendor(option, enterprise)) => {
                Ok(self.enterprise(*option, *enterprise).is_some())
            }
            Condition::Member(class) => Ok(self.packet.is_member(class)),
            Condition::Match(operands) => {
                let (pattern, value) = &**operands;
                Ok(pattern.matches(&self.value(value)?))
            }
        }
    }

    fn chain(
        &self,
        connective: Connective,
        conditions: &'v [Condition],
    ) -> Result<bool, EvaluationError> {
        let (is_eager, decides) = match connective {
            Connective::And => (false, false),
            Connective::EagerAnd => (true, false),
            Connective::Or => (false, true),
            Connective::EagerOr => (true, true),
        };
        let mut holds = !decides;
        for condition in conditions {
            if self.condition(condition)? == decides {
                holds = decides;
                if !is_eager {
                    break;
                }
            }
        }
        Ok(holds)
    }

    /// The bytes of a value.
    pub(crate) fn value(&self, value: &'v Value) -> Result<Bytes<'v>, EvaluationError> {
        Ok(match value {
            Value::Literal(literal) => literal.bytes(),
            Value::Packet(field) => self.field(*field),
            Value::Packet4(field) => self.field4(*field),
            Value::Packet6(Packet6Field::MessageType) => self.message_type(),
            Value::Packet6(Packet6Field::TransactionId) => self.transaction_id(),
            Value::Option(path, representation) => self.representation(path, *representation),
            Value::Relay6(nest, field) => self.relay6(*nest).map_or(Bytes::EMPTY, |relay| {
                let address = match field {
                    Relay6Field::PeerAddress => relay.peer_address,
                    Relay6Field::LinkAddress => relay.link_address,
                };
                Bytes::address(address.into())
            }),
            Value::VendorEnterprise(option) => {
                let number = self.enterprise(*option, Enterprise::ANY);
                number.map_or(Bytes::EMPTY, Bytes::number)
            }
            Value::VendorData(enterprise, index) => {
                let payload = self.packet.option(VendorOption::Class.code(self.family));
                let chunk = payload.map(Bytes::from).and_then(|payload| {
                    payload
                        .inside(|payload| options::chunk(self.family, payload, *enterprise, *index))
                });
                chunk.unwrap_or(Bytes::EMPTY)
            }
            Value::Concat(values) => self.concat(values)?,
            Value::IfElse(choice) => {
                let (mut taken, mut other) = (&choice.then, &choice.otherwise);
                if !self.condition(&choice.condition)? {
                    std::mem::swap(&mut taken, &mut other);
                }
                if choice.eager {
                    self.value(other)?;
                }
                self.value(taken)?
            }
            Value::Substring(value, start, extent) => {
                substring(self.value(value)?, *start, *extent)
            }
            Value::Split(values, field) => {
                let (value, delimiters) = &**values;
                split(self.value(value)?, &self.value(delimiters)?, *field)
            }
            Value::HexString(values) => {
                let (value, separator) = &**values;
                text::hexadecimal(&self.value(value)?, &self.value(separator)?)?
            }
            Value::Convert(conversion, value) => text::convert(*conversion, self.value(value)?)?,
        })
    }

    fn concat(&self, values: &'v [Value]) -> Result<Bytes<'v>, EvaluationError> {
        let mut joined = Vec::new();
        for value in values {
            joined.extend_from_slice(&self.value(value)?);
            if joined.len() > MAX_VALUE_LEN {
                return Err(EvaluationError::TooLong);
            }
        }
        Ok(joined.into())
    }

    fn field(&self, field: PacketField) -> Bytes<'v> {
        match field {
            PacketField::Interface => self.packet.interface().as_bytes().into(),
            PacketField::Source => Bytes::address(self.packet.source()),
            PacketField::Destination => Bytes::address(self.packet.destination()),
            PacketField::Length => Bytes::number(self.packet.length()),
        }
    }

    fn field4(&self, field: Packet4Field) -> Bytes<'v> {
        let Some(fields) = self.packet.fields4() else { return Bytes::EMPTY };
        match field {
            Packet4Field::Mac => fields.hardware_address.into(),
            Packet4Field::Hlen => {
                Bytes::number(u32::try_from(fields.hardware_address.len()).unwrap_or(u32::MAX))
            }
            Packet4Field::Htype => Bytes::number(fields.htype.into()),
            Packet4Field::Ciaddr => Bytes::address(fields.ciaddr.into()),
            Packet4Field::Giaddr => Bytes::address(fields.giaddr.into()),
            Packet4Field::Yiaddr => Bytes::address(fields.yiaddr.into()),
            Packet4Field::Siaddr => Bytes::address(fields.siaddr.into()),
            Packet4Field::MessageType => self.message_type(),
            Packet4Field::TransactionId => self.transaction_id(),
        }
    }

    fn message_type(&self) -> Bytes<'v> {
        Bytes::number(self.packet.message_type().into())
    }

    fn transaction_id(&self) -> Bytes<'v> {
        Bytes::number(self.packet.transaction_id())
    }

    fn representation(&self, path: &'v OptionPath, representation: Representation) -> Bytes<'v> {
        let Some((payload, vendor)) = self.option(path) else { return Bytes::EMPTY };
        let place = OptionPlace { family: self.family, codes: &path.codes, vendor };
        match representation {
            Representation::Hex => self.packed(place, payload),
            Representation::Text => match self.packet.option_text(place, &payload) {
                Cow::Borrowed(text) => text.as_bytes().into(),
                Cow::Owned(text) => text.into_bytes().into(),
            },
        }
    }

    /// A payload with the options in it in the order of their codes, as Kea has it.
    fn packed(&self, place: OptionPlace<'_>, payload: Bytes<'v>) -> Bytes<'v> {
        let inner = self.packet.sub_options(place, &payload);
        let Some(inner) = inner.filter(|inner| payload.ends_with(inner)) else { return payload };
        let Some(in_order) = options::in_order(place, inner) else { return payload };
        let before = payload.get(..payload.len() - inner.len()).unwrap_or_default();
        [before, &in_order].concat().into()
    }

    /// The payload of an option, and the enterprise that it is of.
    fn option(&self, path: &OptionPath) -> Option<(Bytes<'v>, Option<u32>)> {
        let family = self.family;
        let place = |depth, vendor| OptionPlace {
            family,
            codes: path.codes.get(..depth).unwrap_or_default(),
            vendor,
        };
        let first = *path.codes.first()?;
        let (mut payload, mut depth, vendor) = match path.root {
            Root::Message => (self.packet.option(first)?.into(), 1, None),
            // What the relay passes on is the message itself, not an option of the relay's.
            Root::Relay6(_) if first == RELAY_MESSAGE => return None,
            Root::Relay6(nest) => {
                let options = self.relay6(nest)?.options;
                (options::find(place(0, None), options, first)?.into(), 1, None)
            }
            Root::Vendor(wanted) => {
                let payload = Bytes::from(self.packet.option(first)?);
                let number = options::enterprise(family, &payload, wanted)?;
                let code = *path.codes.get(1)?;
                let payload = payload.inside(|payload| {
                    options::find_of_vendor(place(1, Some(number)), payload, number, code)
                })?;
                (payload, 2, Some(number))
            }
        };
        while let Some(code) = path.codes.get(depth) {
            let place = place(depth, vendor);
            payload = payload.inside(|payload| {
                options::find(place, self.packet.sub_options(place, payload)?, *code)
            })?;
            depth += 1;
        }
        Some((payload, vendor))
    }

    fn relay6(&self, nest: Nest) -> Option<crate::Relay6<'v>> {
        let index = match usize::try_from(nest.0) {
            Ok(index) => index,
            Err(_) => self.packet.relay6_count().checked_sub(nest.0.unsigned_abs().into())?,
        };
        self.packet.relay6(index)
    }

    /// The enterprise number of one of the options that have one, if it is the wanted one.
    fn enterprise(&self, option: VendorOption, wanted: Enterprise) -> Option<u32> {
        let payload = self.packet.option(option.code(self.family))?;
        options::enterprise(self.family, &payload, wanted)
    }
}

impl Literal {
    fn bytes(&self) -> Bytes<'_> {
        match self {
            Self::Text(text) => text.as_bytes().into(),
            Self::Hex(bytes) => (&**bytes).into(),
            Self::Address(address) => Bytes::address(*address),
            Self::Number(number) => Bytes::number(*number),
        }
    }
}

fn substring(value: Bytes<'_>, start: i64, extent: Extent) -> Bytes<'_> {
    let length = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let start = if start < 0 { start.saturating_add(length) } else { start };
    if !(0..length).contains(&start) {
        return Bytes::EMPTY;
    }
    let (first, end) = match extent {
        Extent::All => (start, length),
        Extent::Bytes(bytes) if bytes < 0 => (start.saturating_add(bytes).max(0), start),
        Extent::Bytes(bytes) => (start, start.saturating_add(bytes).min(length)),
    };
    let place = |number| usize::try_from(number).unwrap_or(usize::MAX);
    value.part(place(first), place(end))
}

/// Field `field` of what is between delimiters, counted from 1.
fn split<'v>(value: Bytes<'v>, delimiters: &[u8], field: i64) -> Bytes<'v> {
    if delimiters.is_empty() {
        return value;
    }
    let Some(skipped) = field.checked_sub(1).and_then(|field| usize::try_from(field).ok()) else {
        return Bytes::EMPTY;
    };
    let found = value.inside(|value| value.split(|byte| delimiters.contains(byte)).nth(skipped));
    found.unwrap_or(Bytes::EMPTY)
}
