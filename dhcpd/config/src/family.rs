//! What the configurations of the two protocols have apart.

use std::fmt::Debug;
use std::sync::Arc;

use ruru_host::{IdentifierKind, Reserved};
use ruru_lease::{Family, PoolRange, SubnetId};
use ruru_observe::counters::Statistics;
use ruru_wire::OptionSet;

use crate::Protocol;
use crate::complaint::Complaint;
use crate::option::{Code, Definitions};
use crate::prefix::Prefix;
use crate::settings::Settings;

/// A protocol, as far as its configuration is not the other's: the types of what only it has.
pub trait Configured: Family {
    /// Names and tables.
    const PROTOCOL: Protocol;
    /// Identifiers by which reservations are looked for if nothing is said, in order.
    const USUAL_IDENTIFIERS: &'static [IdentifierKind];

    /// Codes of options.
    type Code: Code + Debug + Send + Sync + 'static;
    /// What is counted.
    type Statistics: Statistics;
    /// Parameters that subnets inherit.
    type Inherited: Inherited;
    /// Parameters of the server as a whole.
    type Server: Clone + Debug + Send + Sync + 'static;
    /// Parameters of a client class.
    type OfClass: Clone + Debug + Send + Sync + 'static;
    /// What a reservation reserves.
    type Reserved: Reserved<Address = Self::Address, Code = Self::Code>;
    /// Parameters of a pool.
    type OfPool: Clone + Debug + Default + Send + Sync + 'static;

    /// Reads the parameters of the server as a whole.
    ///
    /// # Errors
    /// One is wrong.
    fn server(settings: &Settings, definitions: &Definitions) -> Result<Self::Server, Complaint>;

    /// Reads the parameters of a client class.
    ///
    /// # Errors
    /// One is wrong.
    fn of_class(settings: &Settings) -> Result<Self::OfClass, Complaint>;

    /// Reads what a reservation reserves; `prefix` is that of its subnet, if it is of one.
    ///
    /// # Errors
    /// It cannot be reserved there.
    fn reserved(
        settings: &Settings,
        prefix: Option<Prefix<Self>>,
    ) -> Result<Self::Reserved, Complaint>;

    /// What a reservation reserves, in the spelling that is usual; nothing if it has no short one.
    fn usual_spelling(reserved: &Self::Reserved) -> Vec<(&'static str, String)>;

    /// The reserved addresses that must be inside the subnet.
    fn inside_subnet(reserved: &Self::Reserved) -> Vec<Self::Address>;

    /// Reads a pool of prefixes.
    ///
    /// # Errors
    /// It cannot be.
    fn pool_of_prefixes(
        settings: &Settings,
        subnet: SubnetId,
    ) -> Result<(PoolRange<Self>, Self::OfPool), Complaint>;

    /// The addresses in options by which clients may name the server.
    fn server_identifiers(options: &OptionSet<Self::Code>) -> Vec<Self::Address>;
}

/// Parameters that are inherited from scope to scope.
pub trait Inherited: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What holds where nothing is given.
    fn defaults() -> Self;

    /// What holds below `parent` with `own` parameters.
    ///
    /// # Errors
    /// The parameters contradict each other.
    fn below(parent: &Self, own: &Settings) -> Result<Self, Complaint>;

    /// Checks a subnet against its shared network, which has a name.
    ///
    /// # Errors
    /// They must agree, and do not.
    fn check_within(&self, network: &Self, name: &Arc<str>) -> Result<(), Complaint>;
}
