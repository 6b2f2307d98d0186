//! When exchanges begin, and when no more do.

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
    /// REQUESTs to send.
    pub(crate) requests: Option<u64>,
    /// How long to begin them.
    pub(crate) after: Option<Duration>,
}

/// Exchanges of one kind, which begin beside those of others.
#[derive(Debug)]
pub(crate) struct Stream {
    pacing: Pacing,
    begun: u64,
}

impl Stream {
    /// None has begun.
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self { pacing, begun: 0 }
    }

    /// How many exchanges are due, when so many are under way.
    pub(crate) fn due(&self, elapsed: Duration, under_way: usize) -> u64 {
        match self.pacing {
            Pacing::Window(window) => window.saturating_sub(under_way) as u64,
            Pacing::Rate(rate) => {
                let due = elapsed.as_nanos() * u128::from(rate) / 1_000_000_000 + 1;
                u64::try_from(due).unwrap_or(u64::MAX).saturating_sub(self.begun)
            }
        }
    }

    /// Counts the next exchange, and answers when it is or was due; in the closed loop now.
    pub(crate) fn begin(&mut self, elapsed: Duration) -> Duration {
        let due = self.next(elapsed);
        self.begun += 1;
        due
    }

    /// Counts the next exchange if it is due, and answers when it was; in the open loop.
    pub(crate) fn begin_due(&mut self, elapsed: Duration) -> Option<Duration> {
        (self.due(elapsed, usize::MAX) > 0).then(|| self.begin(elapsed))
    }

    /// When the next exchange is due; in the closed loop nobody knows.
    pub(crate) fn next(&self, elapsed: Duration) -> Duration {
        match self.pacing {
            Pacing::Window(_) => elapsed,
            // Each from the start: what is rounded would add up.
            Pacing::Rate(rate) => {
                let nanoseconds = u128::from(self.begun) * 1_000_000_000 / u128::from(rate);
                Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
            }
        }
    }

    /// Whether exchanges begin at a rate.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.pacing, Pacing::Rate(_))
    }

    /// How many have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(pacing: Pacing, begun: u64) -> Stream {
        Stream { pacing, begun }
    }

    #[test]
    fn a_window_is_kept_full() {
        assert_eq!(stream(Pacing::Window(8), 100).due(Duration::ZERO, 5), 3);
        assert_eq!(stream(Pacing::Window(8), 100).due(Duration::ZERO, 8), 0);
    }

    #[test]
    fn a_rate_is_kept_over_time() {
        let elapsed = Duration::from_millis(1500);
        assert_eq!(stream(Pacing::Rate(1000), 1400).due(elapsed, 1_000_000), 101);
        assert_eq!(stream(Pacing::Rate(1000), 1600).due(elapsed, 0), 0);
        assert_eq!(stream(Pacing::Rate(1), 0).due(Duration::ZERO, 0), 1);
    }

    #[test]
    fn what_is_late_was_due_when_its_turn_was() {
        let mut stream = stream(Pacing::Rate(3), 1);
        let late = Duration::from_secs(9);
        assert_eq!(stream.begin(late), Duration::from_nanos(333_333_333));
        assert_eq!(stream.begin(late), Duration::from_nanos(666_666_666));
        assert_eq!(stream.begin(late), Duration::from_secs(1));
    }
}
