//! Pools of addresses and of prefixes.

use std::sync::Arc;

use ruru_json::{Map, Value};
use ruru_lease::{PoolId, PoolRange, Resource, SubnetId};
use ruru_observe::counters::{Counters, Statistics};
use ruru_wire::{Guard, OptionSet};

use crate::complaint::{Complaint, Within};
use crate::ddns::Ddns;
use crate::family::Configured;
use crate::option;
use crate::params::Scope;
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::subnet::Parent;

/// A pool of a subnet.
#[derive(Clone, Debug)]
pub struct Pool<F: Configured> {
    /// The addresses or prefixes.
    pub range: PoolRange<F>,
    /// The number for statistics.
    pub id: PoolId,
    /// Whose clients may have its addresses.
    pub guard: Guard,
    /// Classes that are evaluated for clients that got one of its addresses.
    pub additional: Box<[Box<str>]>,
    /// The pool's own options.
    pub options: OptionSet<F::Code>,
    /// Names of clients that have its addresses, if the pool says anything of them.
    pub ddns: Option<Arc<Ddns>>,
    /// Counters; pools of a subnet that have the same number share them.
    pub counters: Arc<Counters<<F::Statistics as Statistics>::Pool>>,
    /// What only one protocol has.
    pub own: F::OfPool,
    /// What was given, without the range if it was in its usual spelling.
    settings: Settings,
}

impl<F: Configured> Pool<F> {
    pub(crate) fn build(
        value: &Value,
        kind: Resource,
        subnet: SubnetId,
        prefix: Prefix<F>,
        parent: &Parent<'_, F>,
        inherited: &Arc<Ddns>,
    ) -> Result<Self, Complaint> {
        let (mut settings, range, own);
        match kind {
            Resource::Address => {
                settings = Settings::read(F::PROTOCOL, Scope::Pool, value)?;
                range = addresses(&settings, subnet, prefix)?;
                own = F::OfPool::default();
                if settings.text("pool") == Some(&spelling(&range)) {
                    settings.remove(&["pool"]);
                }
            }
            Resource::Prefix => {
                settings = Settings::read(F::PROTOCOL, Scope::PdPool, value)?;
                (range, own) = F::pool_of_prefixes(&settings, subnet)?;
            }
        }
        let id = PoolId(settings.number("pool-id").unwrap_or(0));
        Ok(Self {
            range,
            id,
            guard: Guard::new(settings.texts("client-classes").into()),
            additional: settings.texts("evaluate-additional-classes").into(),
            options: option::encode_all(&settings, &parent.globals.definitions)?,
            ddns: Some(Ddns::below(inherited, &settings)?).filter(|own| own != inherited),
            counters: parent.counting.pool(subnet, kind, id),
            own,
            settings,
        })
    }

    /// As JSON, as it was given.
    pub(crate) fn to_json(&self) -> Value {
        let mut map = Map::default();
        if self.range.resource() == Resource::Address {
            map.append("pool", spelling(&self.range));
        }
        self.settings.add_to(&mut map);
        map.into()
    }
}

/// A range in its usual spelling.
fn spelling<F: Configured>(range: &PoolRange<F>) -> String {
    format!("{}-{}", range.first(), range.last())
}

fn addresses<F: Configured>(
    settings: &Settings,
    subnet: SubnetId,
    prefix: Prefix<F>,
) -> Result<PoolRange<F>, Complaint> {
    let text = settings
        .text("pool")
        .ok_or_else(|| Complaint::new("a pool needs 'pool': \"FIRST - LAST\" or a prefix"))?;
    let range: PoolRange<F> = parse(text, subnet).under("pool")?;
    if !prefix.contains(range.first()) || !prefix.contains(range.last()) {
        let message = format!("pool {text} is not inside subnet {prefix}");
        return Err(Complaint::new(message).under("pool"));
    }
    Ok(range)
}

/// `FIRST - LAST` or `PREFIX/LENGTH`.
fn parse<F: Configured>(text: &str, subnet: SubnetId) -> Result<PoolRange<F>, Complaint> {
    let error =
        || Complaint::new(format!("{text:?} is not a pool: expected \"FIRST - LAST\" or a prefix"));
    let (first, last): (F::Address, F::Address) = if let Some((first, last)) = text.split_once('-')
    {
        (first.trim().parse().map_err(|_| error())?, last.trim().parse().map_err(|_| error())?)
    } else {
        let prefix: Prefix<F> = text.trim().parse().map_err(|_| error())?;
        (prefix.first(), prefix.last())
    };
    PoolRange::new(subnet, first, last).ok_or_else(|| {
        Complaint::new(format!("pool {text}: the last address comes before the first"))
    })
}
