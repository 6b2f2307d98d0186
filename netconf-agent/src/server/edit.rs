//! Changes of datastores.

use ruru_netconf_protocol::{
    Content, Datastore, DefaultOperation, Edit, ErrorOption, ErrorTag, ErrorType, Info, RpcError,
    Source, TestOption,
};
use ruru_sysrepo::{
    Code, Context, Error, Format, GetOptions, Node, ParseOptions, Session, Tree, Validation,
};

use super::TIMEOUT;
use super::errors::Failure;
use super::operations::{Operations, parse_config, stored};

/// `<edit-config>` and `<edit-data>`. Every edit is made as a whole or not at all, which is more
/// than `stop-on-error` asks for.
pub(super) fn edit(operations: &Operations, change: &Edit) -> Result<(), Failure> {
    operations.writable(change.target)?;
    if change.error_option == ErrorOption::ContinueOnError {
        let message = "an edit is made as a whole or not at all";
        return Err(RpcError::not_supported(message).into());
    }
    let Content::Inline(text) = &change.content else {
        return Err(RpcError::not_supported("data at an address are not supported").into());
    };
    let session = &operations.session;
    let tree = parse(session, text)?;
    let default = default_operation(change.default_operation);
    session.switch(stored(change.target))?;
    let result = session.edit(&tree, default).and_then(|()| match change.test_option {
        Some(TestOption::TestOnly) => session.validate(None, TIMEOUT),
        // sysrepo checks running and startup itself.
        Some(TestOption::TestThenSet) if change.target == Datastore::Candidate => {
            session.validate(None, TIMEOUT)?;
            session.apply(TIMEOUT)
        }
        Some(TestOption::TestThenSet | TestOption::Set) | None => session.apply(TIMEOUT),
    });
    if session.has_changes() {
        session.discard()?;
    }
    result.map_err(|error| {
        explain(error, || {
            let other = operations.shared.connection.session(stored(change.target))?;
            other.edit(&tree, default)?;
            Ok(other)
        })
    })
}

/// What sysrepo leaves out when constraints are broken, above all the tag that the module has for
/// the constraint: found by checking the same data again, in a session without a user, so that
/// nothing is missing. It is used for those faults only that sysrepo has named.
pub(super) fn explain(error: Error, same: impl FnOnce() -> Result<Session, Error>) -> Failure {
    let Error::Sysrepo { code: Code::VALIDATION_FAILED, details } = &error else {
        return error.into();
    };
    let all = Validation { config_only: true, all_errors: true, ..Validation::default() };
    let again = same()
        .and_then(|session| session.get("/*", GetOptions::default()))
        .and_then(|mut data| data.validate(all));
    let Err(Error::Yang { details: mut faults, .. }) = again else { return error.into() };
    faults.retain(|fault| details.iter().any(|said| said.message.starts_with(&fault.message)));
    if faults.is_empty() { error.into() } else { Failure::Invalid(faults) }
}

fn default_operation(operation: DefaultOperation) -> ruru_sysrepo::DefaultOperation {
    match operation {
        DefaultOperation::Merge => ruru_sysrepo::DefaultOperation::Merge,
        DefaultOperation::Replace => ruru_sysrepo::DefaultOperation::Replace,
        DefaultOperation::None => ruru_sysrepo::DefaultOperation::None,
    }
}

fn parse(session: &Session, text: &str) -> Result<Tree, Failure> {
    let context = session.context()?;
    let options = ParseOptions { opaque: true, lenient: true, ..ParseOptions::default() };
    let tree = context.parse(text, Format::Xml, options)?;
    check(&context, &tree, text)?;
    Ok(tree)
}

/// Refuses nodes that no module knows, and values that do not fit, in the words of RFC 6241.
fn check(context: &Context, tree: &Tree, text: &str) -> Result<(), Failure> {
    for node in tree.roots().flat_map(Node::descend) {
        if node.schema().is_some() {
            check_config(node)?;
            continue;
        }
        let namespace = node.namespace().unwrap_or_default();
        let Some(module) = context.module_of_namespace(namespace) else {
            let message = format!("no module has the namespace \"{namespace}\"");
            return Err(RpcError::new(ErrorType::Application, ErrorTag::UnknownNamespace, message)
                .with_info(Info::BadElement(node.name().to_owned()))
                .with_info(Info::BadNamespace(namespace.to_owned()))
                .into());
        };
        let known = match node.parent().and_then(Node::schema) {
            Some(parent) => parent.child(node.name()).is_some(),
            None => module.roots().any(|schema| schema.name() == node.name()),
        };
        // What is deleted needs no value.
        if known && matches!(node.annotation("operation"), Some("delete" | "remove")) {
            continue;
        }
        // Without opaque nodes libyang says itself what is wrong.
        context.parse(text, Format::Xml, ParseOptions::default())?;
        return Err(RpcError::unknown_element(node.name()).into());
    }
    Ok(())
}

fn check_config(node: Node<'_>) -> Result<(), Failure> {
    if node.schema().is_some_and(|schema| schema.is_config()) {
        return Ok(());
    }
    let mut error = RpcError::unknown_element(node.name());
    error.kind = ErrorType::Application;
    error.message = Some(format!("<{}> is no configuration", node.name()));
    Err(error.into())
}

/// `<copy-config>`.
pub(super) fn copy(
    operations: &Operations,
    target: Datastore,
    source: &Source,
) -> Result<(), Failure> {
    operations.writable(target)?;
    let session = &operations.session;
    match source {
        Source::Datastore(source) if *source == target => {
            Err(RpcError::invalid_value("source", "source and target are the same").into())
        }
        Source::Datastore(Datastore::Operational) => {
            Err(RpcError::invalid_value("source", "operational data are no configuration").into())
        }
        Source::Datastore(source) => {
            session.switch(stored(target))?;
            session.copy_from(stored(*source), None, TIMEOUT).map_err(|error| {
                explain(error, || operations.shared.connection.session(stored(*source)))
            })
        }
        Source::Content(content) => {
            let tree = parse_config(session, content)?;
            session.switch(stored(target))?;
            Ok(session.replace(tree, None, TIMEOUT)?)
        }
    }
}

/// `<delete-config>`, which the running configuration withstands.
pub(super) fn delete(operations: &Operations, target: Datastore) -> Result<(), Failure> {
    if target != Datastore::Startup {
        let message = "only the startup configuration can be deleted";
        return Err(RpcError::invalid_value("target", message).into());
    }
    let session = &operations.session;
    let nothing = Tree::new(&session.context()?);
    session.switch(stored(target))?;
    Ok(session.replace(nothing, None, TIMEOUT)?)
}
