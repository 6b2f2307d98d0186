//! What the commands of the two protocols have apart.

use ruru_json::Value;
use ruru_observe::Sink;

use crate::{Command, Gauged, LeaseCommands};

/// A protocol with control commands.
pub trait Commanded: LeaseCommands + Gauged {
    /// Commands that need the engine.
    const OF_ENGINE: &'static [Command<Self>];
    /// Commands that only this protocol has, or that differ altogether.
    const OWN: &'static [Command<Self>];

    /// Tells the operator of a parameter that is written as it once was.
    fn tell_of_old_spelling(log: &dyn Sink, advice: &str, place: &str);

    /// What a reservation that reserves nothing shows.
    fn nothing_reserved() -> Vec<(&'static str, Value)>;

    /// What `status-get` tells beside what all protocols tell.
    fn own_status() -> Vec<(&'static str, Value)>;
}
