//! When exchanges begin.

use std::time::Duration;

/// How exchanges begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pacing {
    /// Closed loop: whenever fewer than so many are under way.
    Window(usize),
    /// Open loop: so many a second, whatever becomes of them.
    Rate(u32),
}

/// Where to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Exchanges to begin.
    pub(crate) count: Option<u64>,
    /// How long to begin them.
    pub(crate) after: Option<Duration>,
}

impl Pacing {
    /// How many exchanges are due, when `begun` began within `elapsed` and `under_way` of them
    /// have not ended.
    pub(crate) fn due(self, elapsed: Duration, begun: u64, under_way: usize) -> u64 {
        match self {
            Self::Window(window) => window.saturating_sub(under_way) as u64,
            Self::Rate(rate) => {
                let due = elapsed.as_micros() * u128::from(rate) / 1_000_000;
                u64::try_from(due).unwrap_or(u64::MAX).saturating_sub(begun)
            }
        }
    }
}

impl End {
    /// Whether no further exchange begins.
    pub(crate) fn is_reached(self, elapsed: Duration, begun: u64) -> bool {
        self.left(begun) == 0 || self.after.is_some_and(|after| elapsed >= after)
    }

    /// How many more exchanges may begin.
    pub(crate) fn left(self, begun: u64) -> u64 {
        self.count.map_or(u64::MAX, |count| count.saturating_sub(begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_kept_full() {
        assert_eq!(Pacing::Window(8).due(Duration::ZERO, 100, 5), 3);
        assert_eq!(Pacing::Window(8).due(Duration::ZERO, 100, 8), 0);
    }

    #[test]
    fn a_rate_is_kept_over_time() {
        let elapsed = Duration::from_millis(1500);
        assert_eq!(Pacing::Rate(1000).due(elapsed, 1400, 1_000_000), 100);
        assert_eq!(Pacing::Rate(1000).due(elapsed, 1600, 0), 0);
    }

    #[test]
    fn either_end_ends() {
        let end = End { count: Some(10), after: Some(Duration::from_secs(1)) };
        assert!(end.is_reached(Duration::ZERO, 10) && end.is_reached(Duration::from_secs(1), 0));
        assert!(!end.is_reached(Duration::ZERO, 9));
        assert_eq!(end.left(9), 1);
    }
}
