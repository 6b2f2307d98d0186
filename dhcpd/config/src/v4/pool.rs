//! Pools of addresses.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ruru_json::{Map, Value};
use ruru_lease::{PoolId, PoolRange, SubnetId, V4};
use ruru_observe::counters::PoolCounters;
use ruru_wire::v4::{Guard, OptionSet};

use super::ddns::Ddns;
use super::subnet::Parent;
use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::option;
use crate::params::Scope;
use crate::prefix::Ipv4Prefix;
use crate::settings::Settings;

/// A pool of a subnet.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The addresses.
    pub range: PoolRange<V4>,
    /// The number for statistics.
    pub id: PoolId,
    /// Whose clients may have its addresses.
    pub guard: Guard,
    /// Classes that are evaluated for clients that got one of its addresses.
    pub additional: Box<[Box<str>]>,
    /// The pool's own options.
    pub options: OptionSet,
    /// Names of clients that have its addresses, if the pool says anything of them.
    pub ddns: Option<Arc<Ddns>>,
    /// Counters; pools of a subnet that have the same number share them.
    pub counters: Arc<PoolCounters>,
    /// What was given, without the range if it was in its usual spelling.
    settings: Settings,
}

impl Pool {
    pub(super) fn build(
        value: &Value,
        subnet: SubnetId,
        prefix: Ipv4Prefix,
        parent: &Parent<'_>,
        inherited: &Arc<Ddns>,
    ) -> Result<Self, Complaint> {
        let mut settings = Settings::read(Protocol::V4, Scope::Pool, value)?;
        let text = settings
            .text("pool")
            .ok_or_else(|| Complaint::new("a pool needs 'pool': \"FIRST - LAST\" or a prefix"))?;
        let range = parse(text, subnet).under("pool")?;
        if !prefix.contains(range.first()) || !prefix.contains(range.last()) {
            let message = format!("pool {text} is not inside subnet {prefix}");
            return Err(Complaint::new(message).under("pool"));
        }
        if *text == spelling(&range) {
            settings.remove(&["pool"]);
        }
        let id = PoolId(settings.number("pool-id").unwrap_or(0));
        Ok(Self {
            range,
            id,
            guard: Guard::new(settings.texts("client-classes").into()),
            additional: settings.texts("evaluate-additional-classes").into(),
            options: option::encode_all(&settings, &parent.globals.definitions)?,
            ddns: Some(Ddns::below(inherited, &settings)?).filter(|own| own != inherited),
            counters: parent.counting.pool(subnet, id),
            settings,
        })
    }

    /// As JSON, as it was given.
    pub(super) fn to_json(&self) -> Value {
        let mut map = Map::default();
        map.append("pool", spelling(&self.range));
        self.settings.add_to(&mut map);
        map.into()
    }
}

/// A range in its usual spelling.
fn spelling(range: &PoolRange<V4>) -> String {
    format!("{}-{}", range.first(), range.last())
}

/// `FIRST - LAST` or `PREFIX/LENGTH`.
fn parse(text: &str, subnet: SubnetId) -> Result<PoolRange<V4>, Complaint> {
    let error =
        || Complaint::new(format!("{text:?} is not a pool: expected \"FIRST - LAST\" or a prefix"));
    let (first, last): (Ipv4Addr, Ipv4Addr) = if let Some((first, last)) = text.split_once('-') {
        (first.trim().parse().map_err(|_| error())?, last.trim().parse().map_err(|_| error())?)
    } else {
        let prefix: Ipv4Prefix = text.trim().parse().map_err(|_| error())?;
        (prefix.first(), prefix.last())
    };
    PoolRange::new(subnet, first, last).ok_or_else(|| {
        Complaint::new(format!("pool {text}: the last address comes before the first"))
    })
}
