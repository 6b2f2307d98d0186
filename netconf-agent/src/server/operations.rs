//! What a session can ask for, done with sysrepo.

use std::sync::Arc;

use ruru_netconf_protocol::{
    Commit, Content, CreateSubscription, Datastore, Element, ErrorTag, ErrorType, Framing, GetData,
    Info, Operation, Reply, Rpc, RpcError, Source, WithDefaults, escape, namespace,
};
use ruru_sysrepo::{
    Code, Defaults, Error, Format, GetOptions, Kind, Node, OperationKind, ParseOptions,
    PrintOptions, SchemaFormat, SchemaNode, Session, Tree, Validation,
};

use super::errors::{Failure, rpc_errors};
use super::notifications::{self, Active, Outlet};
use super::registry::Count;
use super::worker::Answer;
use super::{Shared, TIMEOUT, edit, filter};
use crate::log::Event;

/// A session's side of sysrepo.
pub(super) struct Operations {
    pub(super) session: Session,
    pub(super) shared: Arc<Shared>,
    /// The session's id, which is that of its session with sysrepo.
    id: u32,
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
                log.write(&Event::NETCONF_RPC_DONE { id, operation: name });
                reply
            }
            Err(failure) => {
                registry.count(id, Count::FailedRpc);
                let errors = rpc_errors(failure, &self.session);
                let reason = errors.first().and_then(|error| error.message.as_deref());
                let reason = reason.unwrap_or_default();
                log.write(&Event::NETCONF_RPC_FAILED { id, operation: name, reason });
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
                let xpath = filter::xpath(&self.session, filter.as_ref())?;
                let Some(xpath) = xpath else { return Ok(Reply::Data(String::new())) };
                self.get(&xpath, with_defaults).map(Reply::Data)
            }
            Operation::GetConfig { source, filter, with_defaults } => {
                if source == Datastore::Operational {
                    return Err(RpcError::bad_element("source", "no configuration").into());
                }
                let xpath = filter::xpath(&self.session, filter.as_ref())?;
                let Some(xpath) = xpath else { return Ok(Reply::Data(String::new())) };
                let tree = self.read(source, &xpath, GetOptions::default())?;
                Ok(Reply::Data(print(&tree, with_defaults)?))
            }
            Operation::GetData(get) => self.get_data(&get),
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
                self.schema(&identifier, version.as_deref(), format.as_deref())
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

    pub(super) fn read(
        &self,
        datastore: Datastore,
        xpath: &str,
        options: GetOptions,
    ) -> Result<Tree, Failure> {
        self.session.switch(stored(datastore))?;
        let options = GetOptions { timeout: TIMEOUT, ..options };
        self.session.get(xpath, options).map_err(|error| match error.code() {
            // Nothing else can be wrong with a read than the expression.
            Some(Code::NOT_FOUND | Code::YANG | Code::INVALID_ARGUMENT) => {
                RpcError::invalid_value("filter", error.to_string()).into()
            }
            _ => error.into(),
        })
    }

    /// Running configuration and state together: the operational datastore holds configuration
    /// only where somebody has subscribed to it.
    fn get(&self, xpath: &str, defaults: Option<WithDefaults>) -> Result<String, Failure> {
        let mut tree = self.read(Datastore::Running, xpath, GetOptions::default())?;
        let state = GetOptions { state_only: true, ..GetOptions::default() };
        let state = self.read(Datastore::Operational, xpath, state)?;
        tree.merge(&state)?;
        print(&tree, defaults)
    }

    fn get_data(&self, get: &GetData<'_>) -> Result<Reply, Failure> {
        let wrap = |data: &str| {
            Reply::Output(format!("<data xmlns=\"{}\">{data}</data>", namespace::NMDA))
        };
        let operational = get.datastore == Datastore::Operational;
        if !operational && (get.with_origin || !get.origins.is_empty()) {
            let message = "only operational data have an origin";
            return Err(RpcError::bad_element("with-origin", message).into());
        }
        if !get.origins.is_empty() || !get.not_origins.is_empty() {
            return Err(RpcError::not_supported("data are not filtered by origin").into());
        }
        let Some(xpath) = filter::xpath(&self.session, get.filter.as_ref())? else {
            return Ok(wrap(""));
        };
        if !operational && get.config == Some(false) {
            return Ok(wrap(""));
        }
        let options = GetOptions {
            depth: get.max_depth.into(),
            config_only: operational && get.config == Some(true),
            state_only: operational && get.config == Some(false),
            origin: get.with_origin,
            ..GetOptions::default()
        };
        let tree = self.read(get.datastore, &xpath, options)?;
        Ok(wrap(&print(&tree, get.with_defaults)?))
    }

    fn lock(&self, target: Datastore) -> Result<(), Failure> {
        self.writable(target)?;
        if target == Datastore::Running
            && let Some(other) = self.shared.confirmed.other(self.id)
        {
            let message = format!("a commit of session {other} waits for its confirmation");
            return Err(RpcError::new(ErrorType::Protocol, ErrorTag::LockDenied, message)
                .with_info(Info::SessionId(other))
                .into());
        }
        self.session.switch(stored(target))?;
        match self.session.lock(None) {
            Ok(()) => {
                self.shared.registry.lock(self.id, target, self.shared.log.now());
                Ok(())
            }
            Err(Error::Sysrepo { code: Code::LOCKED | Code::EXISTS, .. }) => {
                Err(self.lock_denied(target).into())
            }
            // The candidate was changed and not committed, RFC 6241 section 7.5.
            Err(Error::Sysrepo { code: Code::UNSUPPORTED, details }) => {
                let mut denied = self.lock_denied(target);
                denied.message = details.into_iter().next().map(|detail| detail.message);
                Err(denied.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `lock-denied`, with the session that has the lock: 0 if it is none of this server's.
    fn lock_denied(&self, target: Datastore) -> RpcError {
        let holder = self.shared.connection.lock_holder(stored(target), None);
        let holder = holder.ok().flatten().filter(|id| self.shared.registry.contains(*id));
        let message = match holder {
            Some(id) if id == self.id => "this session has the lock already".to_owned(),
            Some(id) => format!("session {id} has the lock"),
            None => "something other than a NETCONF session has a lock".to_owned(),
        };
        RpcError::new(ErrorType::Protocol, ErrorTag::LockDenied, message)
            .with_info(Info::SessionId(holder.unwrap_or(0)))
    }

    fn unlock(&self, target: Datastore) -> Result<(), Failure> {
        self.writable(target)?;
        if !self.shared.registry.has_lock(self.id, target) {
            let message = "this session does not have the lock";
            return Err(RpcError::failed(message).into());
        }
        if target == Datastore::Candidate {
            self.discard()?;
        }
        self.session.switch(stored(target))?;
        self.session.unlock(None)?;
        self.shared.registry.unlock(self.id, target);
        Ok(())
    }

    pub(super) fn writable(&self, target: Datastore) -> Result<(), Failure> {
        if target == Datastore::Operational {
            let message = "the operational datastore is read only";
            return Err(RpcError::invalid_value("target", message).into());
        }
        Ok(())
    }

    fn kill(&self, id: u32) -> Result<(), Failure> {
        if id == self.id {
            let message = "a session ends itself with <close-session>";
            return Err(RpcError::invalid_value("session-id", message).into());
        }
        if !self.shared.registry.kill(id) {
            return Err(RpcError::invalid_value("session-id", "there is no such session").into());
        }
        Ok(())
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

    fn discard(&self) -> Result<(), Failure> {
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

    fn schema(
        &self,
        identifier: &str,
        version: Option<&str>,
        format: Option<&str>,
    ) -> Result<Reply, Failure> {
        let version = version.filter(|version| !version.is_empty());
        let format = format.and_then(|format| format.rsplit(':').next());
        let unknown = |error: Error| match error {
            Error::Sysrepo { code: Code::NOT_FOUND, .. } => {
                let message = format!("there is no schema {identifier}");
                Failure::from(RpcError::invalid_value("identifier", message))
            }
            error => error.into(),
        };
        let text = match format {
            None | Some("yang") => {
                self.shared.connection.module_text(identifier, version).map_err(unknown)?
            }
            Some("yin") => {
                let context = self.session.context()?;
                let module = context.any_module(identifier, version).ok_or_else(|| {
                    unknown(Error::Sysrepo { code: Code::NOT_FOUND, details: Vec::new() })
                })?;
                module.print(SchemaFormat::Yin)?
            }
            Some(_) => {
                return Err(RpcError::invalid_value("format", "schemas are yang or yin").into());
            }
        };
        let data = escape(&text);
        Ok(Reply::Output(format!("<data xmlns=\"{}\">{data}</data>", namespace::MONITORING)))
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

fn print(tree: &Tree, defaults: Option<WithDefaults>) -> Result<String, Failure> {
    let defaults = match defaults {
        None | Some(WithDefaults::Explicit) => Defaults::Explicit,
        Some(WithDefaults::Trim) => Defaults::Trim,
        Some(WithDefaults::ReportAll) => Defaults::All,
        Some(WithDefaults::ReportAllTagged) => Defaults::AllTagged,
    };
    Ok(tree.print(Format::Xml, PrintOptions { defaults, ..PrintOptions::COMPACT })?)
}
