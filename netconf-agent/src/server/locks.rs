//! Locks, RFC 6241 sections 7.5 and 7.6, and `<kill-session>`.

use ruru_netconf_protocol::{Datastore, ErrorTag, ErrorType, Info, RpcError};
use ruru_sysrepo::{Code, Error};

use super::errors::Failure;
use super::operations::{Operations, stored};

impl Operations {
    pub(super) fn lock(&self, target: Datastore) -> Result<(), Failure> {
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

    pub(super) fn unlock(&self, target: Datastore) -> Result<(), Failure> {
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

    pub(super) fn kill(&self, id: u32) -> Result<(), Failure> {
        if id == self.id {
            let message = "a session ends itself with <close-session>";
            return Err(RpcError::invalid_value("session-id", message).into());
        }
        if !self.shared.registry.kill(id) {
            return Err(RpcError::invalid_value("session-id", "there is no such session").into());
        }
        Ok(())
    }
}
