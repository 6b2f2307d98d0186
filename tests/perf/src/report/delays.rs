//! Delays, and how they are spread.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use ruru_json::Value;

/// A day, which is the longest drop time, in microseconds.
const LONGEST: u64 = 86_400_000_000;

/// Delays in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Delays(Histogram<u64>);

impl Default for Delays {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3)
            .expect("the bounds are in order, and three digits few enough");
        Self(histogram)
    }
}

impl Delays {
    const PARTS: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    pub(crate) fn record(&mut self, delay: Duration) {
        self.0.saturating_record(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The delay that this part of all does not exceed, in microseconds.
    pub(crate) fn at(&self, part: f64) -> u64 {
        self.0.value_at_quantile(part)
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.reset();
    }

    pub(crate) fn to_json(&self) -> Value {
        let parts = Self::PARTS.map(|(name, part)| (name, Value::from(self.at(part))));
        let rest = [
            ("max", Value::from(self.0.max())),
            ("min", self.0.min().into()),
            ("mean", self.0.mean().into()),
            ("std-deviation", self.0.stdev().into()),
        ];
        Value::object(parts.into_iter().chain(rest))
    }
}

/// In milliseconds: as perfdhcp tells them, and by their rank.
impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(all) = self;
        if all.is_empty() {
            return writeln!(f, "Delay summary unavailable! No packets received.");
        }
        let summary = [
            ("min delay", all.min() as f64),
            ("avg delay", all.mean()),
            ("max delay", all.max() as f64),
            ("std deviation", all.stdev()),
        ];
        for (name, microseconds) in summary {
            writeln!(f, "{name}: {:.3} ms", microseconds / 1e3)?;
        }
        for (name, part) in Self::PARTS {
            writeln!(f, "{name} delay: {:.3} ms", self.at(part) as f64 / 1e3)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_told_by_their_rank() {
        let mut delays = Delays::default();
        (1..=1000).for_each(|delay| delays.record(Duration::from_millis(delay)));
        let json = delays.to_json();
        let part = |name| json.get(name).and_then(Value::as_int).unwrap() / 10_000;
        assert_eq!((part("p50"), part("p99"), part("max")), (50, 99, 100));
        let text = delays.to_string();
        assert!(text.starts_with("min delay: 1.000 ms\n"), "{text}");
        delays.clear();
        assert!(delays.to_string().contains("unavailable"));
    }
}
