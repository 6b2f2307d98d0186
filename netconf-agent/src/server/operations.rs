//! What a session can ask for, done with sysrepo.

use std::sync::Arc;

use ruru_netconf_protocol::{
    Commit, Content, CreateSubscription, Datastore, Element, ErrorTag, ErrorType, Framing,
    Operation, Reply, Rpc, RpcError, Source, namespace,
};
use ruru_sysrepo::{
    Code, Error, Format, Kind, Node, OperationKind, ParseOptions, PrintOptions, SchemaNode,
    Session, Tree, Validation,
};

use super::errors::{Failure, rpc_errors};
use super::notifications::{self, Active, Outlet};
use super::registry::Count;
use super::worker::Answer;
use super::{Shared, TIMEOUT, edit, read};
use crate::log::Event;

/// A session's side of sysrepo.
pub(super) struct Operations {
    pub(super) session: Session,
    pub(super) shared: Arc<Shared>,
    /// The session's id, which is that of its session with sysrepo.
    pub(super) id: u32,
    outlet: Outlet,
    notifications: Option<Active>,
}

impl Operations {
    pub(super) fn new(session: Session, shared: Arc<Shared>, outlet: Outlet) -> Self {
        let id = session.id();
        Self { session, shared, id, outlet, notifications: None }
    }

    fn is_subscribed(&self) -> bool {
        self.notifications.as_ref().is_some_and(Active::is_open)
    }

    /// Answers a message.
    pub(super) fn answer(&mut self, message: &str, framing: Framing) -> Answer {
        let rpc = match Rpc::parse(message, framing) {
            Ok(rpc) => rpc,
            Err(rejected) => {
                self.shared.registry.count(self.id, Count::BadRpc);
                let text = rejected.envelope.reply(&Reply::from(*rejected.error));
                return Answer { text, last: false, subscribed: self.is_subscribed() };
            }
        };
        let name = rpc.operation.name();
        let result = Operation::parse(&rpc.operation)
            .map_err(Failure::from)
            .and_then(|operation| self.perform(&rpc.operation, operation));
        let (id, log, registry) = (self.id, self.shared.log, &self.shared.registry);
        let reply = match result {
            Ok(reply) => {
                registry.count(id, Count::Rpc);
                log.write(&Event::RpcDone { id, operation: name });
                reply
            }
            Err(failure) => {
                registry.count(id, Count::FailedRpc);
                let errors = rpc_errors(failure, &self.session);
                let reason = errors.first().and_then(|error| error.message.as_deref());
                let reason = reason.unwrap_or_default();
                log.write(&Event::RpcFailed { id, operation: name, reason });
                Reply::Errors(errors)
            }
        };
        let last = reply == Reply::Ok && rpc.operation.is(namespace::BASE, "close-session");
        Answer { text: rpc.envelope.reply(&reply), last, subscribed: self.is_subscribed() }
    }

    /// Lets go of what the session leaves behind; sysrepo does so with its locks.
    pub(super) fn end(&mut self) {
        if self.shared.registry.has_lock(self.id, Datastore::Candidate) {
            // RFC 6241 section 8.3.5.2. It fails only if another session took the lock.
            let _ = self.discard();
        }
        self.shared.confirmed.session_ended(self.id);
    }

    fn perform(
        &mut self,
        element: &Element<'_>,
        operation: Operation<'_>,
    ) -> Result<Reply, Failure> {
        if !matches!(operation, Operation::Other(_) | Operation::CloseSession) {
            self.authorise(element)?;
        }
        match operation {
            Operation::Get { filter, with_defaults } => {
                read::get(&self.session, filter.as_ref(), with_defaults).map(Reply::Data)
            }
            Operation::GetConfig { source, filter, with_defaults } => {
                read::get_config(&self.session, source, filter.as_ref(), with_defaults)
                    .map(Reply::Data)
            }
            Operation::GetData(get) => read::get_data(&self.session, &get).map(Reply::Output),
            Operation::EditConfig(change) | Operation::EditData(change) => {
                edit::edit(self, &change).map(|()| Reply::Ok)
            }
            Operation::CopyConfig { target, source, with_defaults: _ } => {
                edit::copy(self, target, &source).map(|()| Reply::Ok)
            }
            Operation::DeleteConfig { target } => edit::delete(self, target).map(|()| Reply::Ok),
            Operation::Lock { target } => self.lock(target).map(|()| Reply::Ok),
            Operation::Unlock { target } => self.unlock(target).map(|()| Reply::Ok),
            Operation::CloseSession => Ok(Reply::Ok),
            Operation::KillSession { session_id } => self.kill(session_id).map(|()| Reply::Ok),
            Operation::Commit(commit) => self.commit(commit).map(|()| Reply::Ok),
            Operation::CancelCommit { persist_id } => {
                self.cancel_commit(persist_id.as_deref()).map(|()| Reply::Ok)
            }
            Operation::DiscardChanges => self.discard().map(|()| Reply::Ok),
            Operation::Validate { source } => self.validate(&source).map(|()| Reply::Ok),
            Operation::CreateSubscription(asked) => {
                self.create_subscription(&asked).map(|()| Reply::Ok)
            }
            Operation::GetSchema { identifier, version, format } => {
                read::schema(&self.session, &identifier, version.as_deref(), format.as_deref())
                    .map(Reply::Output)
            }
            Operation::Other(element) => self.call(&element),
        }
    }

    /// Whether the user may execute the operation, RFC 8341 section 3.1.3.
    fn authorise(&self, element: &Element<'_>) -> Result<(), Failure> {
        let context = self.session.context()?;
        let module = context.module_of_namespace(element.namespace());
        let module = module.ok_or_else(|| RpcError::unknown_element(element.name()))?;
        let mut operation = Tree::new(&context);
        operation.set(&format!("/{}:{}", module.name(), element.name()), None)?;
        match operation.first() {
            Some(node) => Ok(self.session.check_operation(node)?),
            None => Ok(()),
        }
    }

    fn commit(&self, commit: Commit) -> Result<(), Failure> {
        let confirmed = &self.shared.confirmed;
        confirmed.check(self.id, commit.persist_id.as_deref())?;
        let before = confirmed.before(&commit)?;
        self.session.switch(ruru_sysrepo::Datastore::Running)?;
        let candidate = ruru_sysrepo::Datastore::Candidate;
        self.session
            .copy_from(candidate, None, TIMEOUT)
            .map_err(|error| edit::explain(error, || self.shared.connection.session(candidate)))?;
        confirmed.committed(self.id, commit, before).map_err(|error| {
            let message = format!("nobody would undo it: {error}");
            RpcError::new(ErrorType::Application, ErrorTag::ResourceDenied, message)
        })?;
        // From here on the candidate is what is in force, also when somebody edits that.
        self.discard()
    }

    fn cancel_commit(&self, persist_id: Option<&str>) -> Result<(), Failure> {
        let confirmed = &self.shared.confirmed;
        confirmed.check(self.id, persist_id)?;
        Ok(confirmed.cancel()?)
    }

    pub(super) fn discard(&self) -> Result<(), Failure> {
        self.session.switch(ruru_sysrepo::Datastore::Candidate)?;
        Ok(self.session.copy_from(ruru_sysrepo::Datastore::Running, None, TIMEOUT)?)
    }

    fn validate(&self, source: &Source) -> Result<(), Failure> {
        match source {
            Source::Datastore(datastore) => {
                self.session.switch(stored(*datastore))?;
                self.session.validate(None, TIMEOUT).map_err(|error| {
                    edit::explain(error, || self.shared.connection.session(stored(*datastore)))
                })
            }
            Source::Content(content) => parse_config(&self.session, content).map(drop),
        }
    }

    fn create_subscription(&mut self, asked: &CreateSubscription<'_>) -> Result<(), Failure> {
        if self.is_subscribed() {
            return Err(RpcError::failed("this session has a subscription already").into());
        }
        let now = self.shared.log.now();
        self.notifications = None;
        let active = notifications::subscribe(&self.session, &self.outlet, asked, now)?;
        self.notifications = Some(active);
        Ok(())
    }

    /// An operation of any other module, or an action.
    fn call(&self, element: &Element<'_>) -> Result<Reply, Failure> {
        let context = self.session.context()?;
        let action = element.is(namespace::YANG, "action");
        if !action && !is_rpc(&context, element) {
            let message = format!("<{}> is not an operation of this server", element.name());
            return Err(RpcError::not_supported(message).into());
        }
        let text = if action {
            let children = element.standalone_children();
            children.map_err(|reason| RpcError::bad_element("action", reason.to_string()))?
        } else {
            element.standalone()
        };
        let input = context.parse_operation(&text, Format::Xml, OperationKind::Rpc)?;
        let output = self.session.call(&input, TIMEOUT).map_err(|error| match error.code() {
            Some(Code::UNSUPPORTED) => {
                let message = format!("nobody provides <{}> now", element.name());
                Failure::from(RpcError::not_supported(message))
            }
            _ => error.into(),
        })?;
        let operation = output.roots().flat_map(Node::descend).find(|node| {
            node.schema().is_some_and(|schema| matches!(schema.kind(), Kind::Rpc | Kind::Action))
        });
        let one = PrintOptions { siblings: false, ..PrintOptions::COMPACT };
        let printed = operation.into_iter().flat_map(Node::children);
        let printed: String =
            printed.map(|node| node.print(Format::Xml, one)).collect::<Result<_, _>>()?;
        Ok(if printed.is_empty() { Reply::Ok } else { Reply::Output(printed) })
    }
}

fn is_rpc(context: &ruru_sysrepo::Context, element: &Element<'_>) -> bool {
    let module = context.module_of_namespace(element.namespace());
    let is = |node: SchemaNode<'_>| node.name() == element.name() && node.kind() == Kind::Rpc;
    // The operations of the base protocol are done here or not at all.
    element.namespace() != namespace::BASE && module.is_some_and(|module| module.roots().any(is))
}

/// Configuration data inside of a request, checked as a whole.
pub(super) fn parse_config(session: &Session, content: &Content) -> Result<Tree, Failure> {
    let Content::Inline(text) = content else {
        return Err(RpcError::not_supported("data at an address are not supported").into());
    };
    let options = ParseOptions { config_only: true, ..ParseOptions::default() };
    let mut tree = session.context()?.parse(text, Format::Xml, options)?;
    let all = Validation { config_only: true, all_errors: true, ..Validation::default() };
    match tree.validate(all) {
        Ok(()) => Ok(tree),
        Err(Error::Yang { details, .. }) => Err(Failure::Invalid(details)),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn stored(datastore: Datastore) -> ruru_sysrepo::Datastore {
    match datastore {
        Datastore::Startup => ruru_sysrepo::Datastore::Startup,
        Datastore::Candidate => ruru_sysrepo::Datastore::Candidate,
        Datastore::Running => ruru_sysrepo::Datastore::Running,
        Datastore::Operational => ruru_sysrepo::Datastore::Operational,
    }
}
