//! What was measured, over time.

use std::time::Duration;

use ruru_json::{Data, Value};

use super::delays::Delays;

/// Points of time, each with what happened since the last one.
#[derive(Debug)]
pub(crate) struct Series {
    interval: Duration,
    /// The end of what is counted now.
    end: Duration,
    now: Counts,
    delays: Delays,
    points: Vec<Point>,
}

/// What happened within an interval.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    begun: u64,
    completed: u64,
    lost: u64,
}

/// What happened up to a point of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// When it began and ended, in seconds.
    pub(crate) span: (f64, f64),
    /// Exchanges that began, in a second.
    pub(crate) begun: f64,
    /// Exchanges that were completed, in a second.
    pub(crate) completed: f64,
    /// Queries whose answer was lost or refused, in a second.
    pub(crate) lost: f64,
    /// Delays of the exchanges that were completed, in microseconds: half of them, all but one of
    /// a hundred, all.
    pub(crate) delays: Option<[u64; 3]>,
}

impl Series {
    /// A point after each interval.
    pub(crate) fn new(interval: Duration) -> Self {
        let (now, delays) = (Counts::default(), Delays::default());
        Self { interval, end: interval, now, delays, points: Vec::new() }
    }

    pub(crate) fn begun(&mut self) {
        self.now.begun += 1;
    }

    pub(crate) fn completed(&mut self, delay: Duration) {
        self.now.completed += 1;
        self.delays.record(delay);
    }

    pub(crate) fn lost(&mut self) {
        self.now.lost += 1;
    }

    /// So much time has passed.
    pub(crate) fn pass(&mut self, elapsed: Duration) {
        while elapsed >= self.end {
            self.close(self.end);
            self.end += self.interval;
        }
    }

    /// It is over: what is left makes a point, unless it is too short to tell a rate by.
    pub(crate) fn finish(&mut self, elapsed: Duration) {
        self.pass(elapsed);
        let begin = self.end - self.interval;
        // Losses are counted after the end, too: when nobody waits any longer.
        let rest = elapsed.saturating_sub(begin);
        if self.points.is_empty() || rest > self.interval / 4 || self.now.lost > 0 {
            self.close(if rest.is_zero() { self.end } else { elapsed });
        }
    }

    fn close(&mut self, end: Duration) {
        let begin = self.end - self.interval;
        let seconds = (end - begin).as_secs_f64().max(1e-9);
        let Counts { begun, completed, lost } = std::mem::take(&mut self.now);
        let delays = (self.delays.count() > 0).then(|| [0.5, 0.99, 1.0].map(|p| self.delays.at(p)));
        self.delays.clear();
        self.points.push(Point {
            span: (begin.as_secs_f64(), end.as_secs_f64()),
            begun: begun as f64 / seconds,
            completed: completed as f64 / seconds,
            lost: lost as f64 / seconds,
            delays,
        });
    }

    /// The points so far.
    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    pub(crate) fn to_json(&self) -> Value {
        let point = |point: &Point| {
            let delay =
                |at: usize| point.delays.map_or(Value::new(Data::Null), |delays| delays[at].into());
            Value::object([
                ("from", Value::from(point.span.0)),
                ("to", point.span.1.into()),
                ("begun-rate", point.begun.into()),
                ("rate", point.completed.into()),
                ("lost-rate", point.lost.into()),
                ("p50-us", delay(0)),
                ("p99-us", delay(1)),
                ("max-us", delay(2)),
            ])
        };
        Value::from(self.points.iter().map(point).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Duration = Duration::from_millis(500);

    #[test]
    fn each_interval_has_its_point() {
        let mut series = Series::new(HALF);
        (0..5).for_each(|_| series.begun());
        series.completed(Duration::from_micros(10));
        series.pass(HALF);
        series.lost();
        series.finish(HALF * 3);
        let [first, second, third] = series.points() else { panic!("{series:?}") };
        assert_eq!((first.begun, first.completed, first.delays), (10.0, 2.0, Some([10; 3])));
        assert_eq!((second.lost, second.delays, second.span), (2.0, None, (0.5, 1.0)));
        assert_eq!((third.lost, third.begun), (0.0, 0.0));
    }

    #[test]
    fn a_short_rest_makes_no_point_unless_it_is_all() {
        let mut series = Series::new(HALF);
        series.finish(HALF + HALF / 10);
        assert_eq!(series.points().len(), 1);
        let mut series = Series::new(HALF);
        series.completed(HALF);
        series.finish(HALF / 10);
        assert_eq!(series.points()[0].completed, 20.0);
    }
}
