//! Trees to serde types, with positions in the errors.

use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};

use crate::value::{At, Data, Map, Value};

/// Why a tree does not fit a type, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mismatch {
    /// Position of the value that does not fit.
    pub at: At,
    /// What is wrong, naming the member.
    pub message: String,
}

/// Reads a tree into a type.
///
/// # Errors
/// The first value that does not fit the type.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Mismatch> {
    T::deserialize(value)
}

impl de::Error for Mismatch {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { at: At::NOWHERE, message: message.to_string() }
    }
}

impl Mismatch {
    /// Gives the error a position unless an inner value already did.
    fn or_at(mut self, at: At) -> Self {
        if !self.at.is_known() {
            self.at = at;
        }
        self
    }

    fn in_member(mut self, key: &str, at: At) -> Self {
        if !self.at.is_known() {
            self.message = format!("'{key}': {}", self.message);
        }
        self.or_at(at)
    }
}

impl<'de> de::Deserializer<'de> for &'de Value {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let result = match &self.data {
            Data::Null => visitor.visit_unit(),
            Data::Bool(flag) => visitor.visit_bool(*flag),
            Data::Int(int) => match (i64::try_from(*int), u64::try_from(*int)) {
                (Ok(int), _) => visitor.visit_i64(int),
                (_, Ok(int)) => visitor.visit_u64(int),
                _ => visitor.visit_i128(*int),
            },
            Data::Real(real) => visitor.visit_f64(*real),
            Data::Text(text) => visitor.visit_borrowed_str(text),
            Data::List(list) => visitor.visit_seq(de::value::SeqDeserializer::new(list.iter())),
            Data::Map(map) => visitor.visit_map(Members { map, next: 0 }),
        };
        result.map_err(|e: Mismatch| e.or_at(self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.data == Data::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let Data::Text(text) = &self.data else {
            let message = format!("expected a string, found {}", self.kind());
            return Err(Mismatch { at: self.at, message });
        };
        let variant: de::value::StrDeserializer<'_, Mismatch> = text.as_str().into_deserializer();
        variant.deserialize_enum(name, variants, visitor).map_err(|e| e.or_at(self.at))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for &'de Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Goes through a map's members and says which one failed.
struct Members<'de> {
    map: &'de Map,
    next: usize,
}

impl<'de> de::MapAccess<'de> for Members<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, at, _)) = self.map.entries().nth(self.next) else { return Ok(None) };
        self.next += 1;
        let key: de::value::BorrowedStrDeserializer<'_, Mismatch> =
            de::value::BorrowedStrDeserializer::new(key);
        seed.deserialize(key).map(Some).map_err(|e| e.or_at(at))
    }

    fn next_value_seed<S: de::DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Mismatch> {
        let index = self.next.saturating_sub(1);
        let Some((key, _, value)) = self.map.entries().nth(index) else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(value).map_err(|e| e.in_member(key, value.at))
    }
}

impl<'de> de::Deserialize<'de> for Value {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// Builds a tree from any deserializer, so that a struct can hold free JSON.
struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::new(Data::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_i128<E>(self, int: i128) -> Result<Value, E> {
        Ok(int.into())
    }

    fn visit_f64<E>(self, real: f64) -> Result<Value, E> {
        Ok(real.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
        }
        Ok(Value::from(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::default();
        while let Some((key, value)) = members.next_entry::<String, Value>()? {
            map.insert(key, value);
        }
        Ok(Value::from(map))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::Document;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Arguments {
        subnet_id: u32,
        #[serde(default)]
        names: Vec<String>,
        rest: Option<Value>,
    }

    fn read(text: &str) -> Result<Arguments, Mismatch> {
        from_value(&Document::from_peer(text).unwrap().root)
    }

    #[test]
    fn a_struct_is_read() {
        let arguments = read(r#"{ "subnet-id": 7, "rest": { "a": [ 1 ] } }"#).unwrap();
        assert_eq!(arguments.subnet_id, 7);
        assert_eq!(crate::compact(&arguments.rest.unwrap()), r#"{"a":[1]}"#);
    }

    #[test]
    fn a_mismatch_names_the_member_and_its_position() {
        let error = read("{ \"subnet-id\": 7,\n  \"names\": [ \"a\", 1 ] }").unwrap_err();
        assert_eq!((error.at.line, error.at.column), (2, 19));
        let error = read("{ \"subnet-id\": -1 }").unwrap_err();
        assert!(error.message.contains("subnet-id") || error.at.column == 16, "{error:?}");
        let error = read("{ \"subnet-id\": 1, \"x\": 1 }").unwrap_err();
        assert_eq!(error.at.column, 19);
        assert!(error.message.starts_with("unknown field `x`"), "{error}");
    }
}
