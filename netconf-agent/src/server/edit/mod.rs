//! Changes of datastores.

mod parts;

use ruru_netconf_protocol::{
    self as protocol, Content, Datastore, Edit, ErrorOption, ErrorTag, ErrorType, Info, RpcError,
    Source, TestOption,
};
use ruru_sysrepo::{
    Code, Context, DefaultOperation, Error, Format, GetOptions, Node, ParseOptions, PrintOptions,
    SchemaNode, Session, Tree, Validation,
};

use super::TIMEOUT;
use super::errors::Failure;
use super::operations::{Operations, parse_config, stored};

/// `<edit-config>` and `<edit-data>`. With `continue-on-error` what can be made of an edit is made;
/// else it is made as a whole or not at all, which is more than `stop-on-error` asks for.
pub(super) fn edit(operations: &Operations, change: &Edit) -> Result<(), Failure> {
    operations.writable(change.target)?;
    let Content::Inline(text) = &change.content else {
        return Err(RpcError::not_supported("data at an address are not supported").into());
    };
    let context = operations.session.context()?;
    let options = ParseOptions { opaque: true, lenient: true, ..ParseOptions::default() };
    let whole = context.parse(text, Format::Xml, options)?;
    let default = default_operation(change.default_operation);
    let editor = Editor { operations, context, change, default };
    operations.session.switch(stored(change.target))?;
    if change.error_option == ErrorOption::ContinueOnError {
        return editor.make_parts(whole);
    }
    editor.make(&whole).map_err(|failure| editor.explain(failure, &whole))
}

/// Makes edits as one request wants them.
struct Editor<'a> {
    operations: &'a Operations,
    context: Context,
    change: &'a Edit,
    default: DefaultOperation,
}

impl Editor<'_> {
    /// Makes an edit as a whole, or only tests it.
    fn make(&self, tree: &Tree) -> Result<(), Failure> {
        check(&self.context, tree)?;
        let session = &self.operations.session;
        let result =
            session.edit(tree, self.default).and_then(|()| match self.change.test_option {
                Some(TestOption::TestOnly) => session.validate(None, TIMEOUT),
                // sysrepo checks running and startup itself.
                Some(TestOption::TestThenSet) if self.change.target == Datastore::Candidate => {
                    session.validate(None, TIMEOUT)?;
                    session.apply(TIMEOUT)
                }
                Some(TestOption::TestThenSet | TestOption::Set) | None => session.apply(TIMEOUT),
            });
        if session.has_changes() {
            session.discard()?;
        }
        Ok(result?)
    }

    /// Makes what can be made. The failures tell what could not.
    fn make_parts(&self, whole: Tree) -> Result<(), Failure> {
        let before = self.datastore(&whole)?;
        let leads = |node: Node<'_>| parts::leads(node, self.default, &before);
        // What passes a test is not there for the next one, which is done with it therefore.
        let mut tested = Tree::new(&self.context);
        let rest = parts::make(&self.context, whole, leads, |part| {
            if self.change.test_option != Some(TestOption::TestOnly) {
                return self.make(part);
            }
            let mut all = tested.duplicate()?;
            all.merge(part)?;
            self.make(&all)?;
            tested = all;
            Ok(())
        })?;
        let explained = rest.refused.into_iter().map(|(mut part, failure)| {
            part.merge(&tested)?;
            Ok(self.explain(failure, &part))
        });
        let mut failures = explained.collect::<Result<Vec<_>, Error>>()?;
        failures.extend(rest.stopped);
        if failures.is_empty() { Ok(()) } else { Err(Failure::Several(failures)) }
    }

    /// What the datastore has in the modules of an edit.
    fn datastore(&self, edit: &Tree) -> Result<Tree, Error> {
        let roots: Vec<_> = edit.roots().filter_map(Node::schema).map(SchemaNode::path).collect();
        if roots.is_empty() {
            return Ok(Tree::new(&self.context));
        }
        self.operations.session.get(&roots.join(" | "), GetOptions::default())
    }

    fn explain(&self, failure: Failure, tree: &Tree) -> Failure {
        let Failure::Sysrepo(error) = failure else { return failure };
        explain(error, || {
            let connection = &self.operations.shared.connection;
            let other = connection.session(stored(self.change.target))?;
            other.edit(tree, self.default)?;
            Ok(other)
        })
    }
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

fn default_operation(operation: protocol::DefaultOperation) -> DefaultOperation {
    match operation {
        protocol::DefaultOperation::Merge => DefaultOperation::Merge,
        protocol::DefaultOperation::Replace => DefaultOperation::Replace,
        protocol::DefaultOperation::None => DefaultOperation::None,
    }
}

/// Refuses nodes that no module knows, and values that do not fit, in the words of RFC 6241.
fn check(context: &Context, tree: &Tree) -> Result<(), Failure> {
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
        let text = tree.print(Format::Xml, PrintOptions::COMPACT)?;
        context.parse(&text, Format::Xml, ParseOptions::default())?;
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
