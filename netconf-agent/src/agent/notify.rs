//! Notifications.

use ruru_sysrepo::{Builder, Datastore, Error, Tree};

use super::manager::Manager;
use crate::log::Event;

impl Manager {
    /// Sends a notification of this name, with its module, or says in the log why not.
    pub(super) fn notify(
        &self,
        name: &str,
        fill: impl FnOnce(&mut Builder<'_>) -> Result<(), Error>,
    ) {
        if let Err(error) = self.try_notify(name, fill) {
            let reason = error.to_string();
            self.log.write(&Event::NotificationFailed { reason: &reason });
        }
    }

    fn try_notify(
        &self,
        name: &str,
        fill: impl FnOnce(&mut Builder<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let session = self.connection.session(Datastore::Running)?;
        let context = self.connection.context()?;
        let mut notification = Tree::new(&context);
        {
            let mut root = notification.build();
            fill(&mut root.container(name)?)?;
        }
        session.notify(&notification, None)
    }
}
