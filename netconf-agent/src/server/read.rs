//! Reading: configuration, operational data and schemas.

use ruru_netconf_protocol::{
    Datastore, Filter, GetData, RpcError, WithDefaults, escape, namespace,
};
use ruru_sysrepo::{
    Code, Defaults, Error, Format, GetOptions, PrintOptions, SchemaFormat, Session, Tree,
};

use super::errors::Failure;
use super::operations::stored;
use super::{TIMEOUT, filter};

/// `<get>`: running configuration and state together. The operational datastore alone would not
/// do, because it holds configuration only where somebody has subscribed to it.
pub(super) fn get(
    session: &Session,
    asked: Option<&Filter<'_>>,
    defaults: Option<WithDefaults>,
) -> Result<String, Failure> {
    let Some(xpath) = filter::xpath(session, asked)? else { return Ok(String::new()) };
    let mut tree = read(session, Datastore::Running, &xpath, GetOptions::default())?;
    let state = GetOptions { state_only: true, ..GetOptions::default() };
    tree.merge(&read(session, Datastore::Operational, &xpath, state)?)?;
    print(&tree, defaults)
}

/// `<get-config>`.
pub(super) fn get_config(
    session: &Session,
    source: Datastore,
    asked: Option<&Filter<'_>>,
    defaults: Option<WithDefaults>,
) -> Result<String, Failure> {
    if source == Datastore::Operational {
        let message = "the operational datastore is no configuration";
        return Err(RpcError::bad_element("source", message).into());
    }
    let Some(xpath) = filter::xpath(session, asked)? else { return Ok(String::new()) };
    print(&read(session, source, &xpath, GetOptions::default())?, defaults)
}

/// `<get-data>` of RFC 8526; answers the element `<data>`.
pub(super) fn get_data(session: &Session, asked: &GetData<'_>) -> Result<String, Failure> {
    let operational = asked.datastore == Datastore::Operational;
    if !asked.origins.is_empty() || !asked.not_origins.is_empty() {
        return Err(RpcError::not_supported("data are not filtered by origin").into());
    }
    if asked.with_origin && !operational {
        let message = "only operational data have an origin";
        return Err(RpcError::bad_element("with-origin", message).into());
    }
    let xpath = match filter::xpath(session, asked.filter.as_ref())? {
        // There is no state in a datastore of configuration.
        Some(_) if !operational && asked.config == Some(false) => None,
        xpath => xpath,
    };
    let data = match xpath {
        Some(xpath) => {
            let options = GetOptions {
                depth: asked.max_depth.into(),
                config_only: operational && asked.config == Some(true),
                state_only: operational && asked.config == Some(false),
                origin: asked.with_origin,
                ..GetOptions::default()
            };
            print(&read(session, asked.datastore, &xpath, options)?, asked.with_defaults)?
        }
        None => String::new(),
    };
    Ok(format!("<data xmlns=\"{}\">{data}</data>", namespace::NMDA))
}

/// `<get-schema>` of RFC 6022; answers the element `<data>`.
pub(super) fn schema(
    session: &Session,
    identifier: &str,
    version: Option<&str>,
    format: Option<&str>,
) -> Result<String, Failure> {
    let version = version.filter(|version| !version.is_empty());
    let format = format.and_then(|format| format.rsplit(':').next());
    let unknown = || {
        let message = format!("there is no schema {identifier}");
        Failure::from(RpcError::invalid_value("identifier", message))
    };
    let text = match format {
        None | Some("yang") => match session.connection().module_text(identifier, version) {
            Ok(text) => text,
            Err(Error::Sysrepo { code: Code::NOT_FOUND, .. }) => return Err(unknown()),
            Err(error) => return Err(error.into()),
        },
        Some("yin") => {
            let context = session.context()?;
            let module = context.any_module(identifier, version).ok_or_else(unknown)?;
            module.print(SchemaFormat::Yin)?
        }
        Some(_) => {
            return Err(RpcError::invalid_value("format", "schemas are yang or yin").into());
        }
    };
    let text = escape(&text);
    Ok(format!("<data xmlns=\"{}\">{text}</data>", namespace::MONITORING))
}

fn read(
    session: &Session,
    datastore: Datastore,
    xpath: &str,
    options: GetOptions,
) -> Result<Tree, Failure> {
    session.switch(stored(datastore))?;
    let options = GetOptions { timeout: TIMEOUT, ..options };
    session.get(xpath, options).map_err(|error| match error.code() {
        // Nothing else can be wrong with a read than the expression.
        Some(Code::NOT_FOUND | Code::YANG | Code::INVALID_ARGUMENT) => {
            RpcError::invalid_value("filter", error.to_string()).into()
        }
        _ => error.into(),
    })
}

fn print(tree: &Tree, defaults: Option<WithDefaults>) -> Result<String, Failure> {
    let defaults = match defaults {
        None | Some(WithDefaults::Explicit) => Defaults::Explicit,
        Some(WithDefaults::Trim) => Defaults::Trim,
        Some(WithDefaults::ReportAll) => Defaults::All,
        Some(WithDefaults::ReportAllTagged) => Defaults::AllTagged,
    };
    Ok(tree.print(Format::Xml, PrintOptions { defaults, ..PrintOptions::COMPACT })?)
}
