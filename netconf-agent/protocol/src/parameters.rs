//! The parameters of an operation, each asked for by name; what nobody asks for is unknown.

use crate::error::{ErrorType, RpcError};
use crate::rpc::malformed;
use crate::xml::Element;
use crate::{Framing, namespace};

pub(crate) struct Parameters<'a> {
    namespace: String,
    left: Vec<Element<'a>>,
}

impl<'a> Parameters<'a> {
    /// The parameters inside of `element`, which are of its namespace.
    pub(crate) fn of(element: &Element<'a>) -> Result<Self, RpcError> {
        // The message was checked as a whole, so this is a prefix that is not declared.
        let left =
            element.children().map_err(|reason| malformed(Framing::Chunked, reason.to_string()))?;
        Ok(Self { namespace: element.namespace().to_owned(), left })
    }

    pub(crate) fn optional(&mut self, name: &str) -> Result<Option<Element<'a>>, RpcError> {
        let namespace = self.namespace.clone();
        self.optional_of(&namespace, name)
    }

    pub(crate) fn optional_of(
        &mut self,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Element<'a>>, RpcError> {
        let position = self.left.iter().position(|element| element.is(namespace, name));
        let Some(position) = position else { return Ok(None) };
        let element = self.left.remove(position);
        if self.left.iter().any(|other| other.is(namespace, name)) {
            return Err(RpcError::bad_element(name, format!("<{name}> stands here twice")));
        }
        Ok(Some(element))
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Element<'a>, RpcError> {
        self.optional(name)?.ok_or_else(|| RpcError::missing_element(name))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, RpcError> {
        self.optional(name)?.map(|element| text(&element)).transpose()
    }

    /// A parameter that has one of a few values.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        name: &str,
        values: &[(&str, T)],
    ) -> Result<Option<T>, RpcError> {
        self.text(name)?.map(|value| choose(name, &value, values)).transpose()
    }

    /// Every occurrence of a parameter.
    pub(crate) fn all(&mut self, name: &str) -> Vec<Element<'a>> {
        let (taken, left) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|element| element.is(&self.namespace, name));
        self.left = left;
        taken
    }

    /// The single element that is left.
    pub(crate) fn only(mut self, parent: &str) -> Result<Element<'a>, RpcError> {
        if self.left.is_empty() {
            return Err(RpcError::missing_element(parent));
        }
        let first = self.left.remove(0);
        self.finish().map(|()| first)
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self) -> Result<(), RpcError> {
        let Some(element) = self.left.first() else { return Ok(()) };
        if element.namespace() == self.namespace
            || element.namespace() == namespace::BASE
            || element.namespace() == namespace::WITH_DEFAULTS
        {
            return Err(RpcError::unknown_element(element.name()));
        }
        let message = format!("<{}> of \"{}\" is not known", element.name(), element.namespace());
        Err(RpcError::new(ErrorType::Protocol, crate::ErrorTag::UnknownNamespace, message)
            .with_info(crate::Info::BadElement(element.name().to_owned()))
            .with_info(crate::Info::BadNamespace(element.namespace().to_owned())))
    }
}

pub(crate) fn text(element: &Element<'_>) -> Result<String, RpcError> {
    element.text().map_err(|reason| RpcError::bad_element(element.name(), reason.to_string()))
}

pub(crate) fn choose<T: Copy>(
    name: &str,
    value: &str,
    values: &[(&str, T)],
) -> Result<T, RpcError> {
    let found = values.iter().find(|(text, _)| *text == value);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = values.iter().map(|(text, _)| *text).collect();
        RpcError::invalid_value(name, format!("<{name}> is one of {}", known.join(", ")))
    })
}
