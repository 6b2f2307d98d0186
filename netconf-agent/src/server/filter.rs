//! Filters of requests as the expressions that sysrepo takes.

use ruru_netconf_protocol::{ErrorTag, ErrorType, Filter, RpcError, resolve_prefixes};
use ruru_sysrepo::{Format, ParseOptions, Session};

use super::errors::Failure;

/// The expression; `None` if the filter selects nothing whatever the data are.
pub(super) fn xpath(
    session: &Session,
    filter: Option<&Filter<'_>>,
) -> Result<Option<String>, Failure> {
    match filter {
        None => Ok(Some("/*".to_owned())),
        Some(Filter::Subtree(subtree)) => of_subtree(session, subtree),
        Some(Filter::XPath(expression, element)) => {
            let context = session.context()?;
            let module = |prefix: &str| {
                let namespace = element.resolve(prefix)?;
                Some(context.module_of_namespace(namespace)?.name().to_owned())
            };
            let resolved = resolve_prefixes(expression, module).map_err(|unknown| {
                RpcError::new(ErrorType::Protocol, ErrorTag::InvalidValue, unknown.to_string())
            })?;
            Ok(Some(resolved))
        }
    }
}

fn of_subtree(session: &Session, subtree: &str) -> Result<Option<String>, Failure> {
    let context = session.context()?;
    // Elements that no module knows select nothing; they are no fault.
    let options = ParseOptions { opaque: true, lenient: true, ..ParseOptions::default() };
    let tree = context.parse(subtree, Format::Xml, options)?;
    let mut expressions = Vec::new();
    for root in tree.roots() {
        let known = match root.schema() {
            Some(_) => true,
            None => root.namespace().is_none_or(|ns| {
                context
                    .module_of_namespace(ns)
                    .is_some_and(|module| module.roots().any(|schema| schema.name() == root.name()))
            }),
        };
        if known {
            let alone = root.duplicate(false)?;
            if let Some(node) = alone.first() {
                expressions.push(session.filter_to_xpath(node)?);
            }
        }
    }
    expressions.retain(|expression| !expression.is_empty());
    Ok(if expressions.is_empty() { None } else { Some(expressions.join(" | ")) })
}
