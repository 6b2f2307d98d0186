//! Throughput and delays over time, as a picture.

use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Report;
use super::series::Point;

const SIZE: (u32, u32) = (1000, 720);
const HEAD: u32 = 70;
const FONT: &str = "sans-serif";

const INK: RGBColor = RGBColor(0x22, 0x2a, 0x35);
const FAINT: RGBColor = RGBColor(0x8a, 0x94, 0xa0);
const GRID: RGBColor = RGBColor(0xe3, 0xe7, 0xec);
const BLUE: RGBColor = RGBColor(0x1f, 0x6f, 0xb4);
const ORANGE: RGBColor = RGBColor(0xd9, 0x7a, 0x1e);
const RED: RGBColor = RGBColor(0xc0, 0x39, 0x2b);
const GREEN: RGBColor = RGBColor(0x2e, 0x8b, 0x57);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A line, by time.
struct Line {
    name: &'static str,
    color: RGBColor,
    points: Vec<(f64, f64)>,
}

/// Draws it as SVG.
pub(crate) fn draw(path: &Path, report: &Report) -> anyhow::Result<()> {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (head, rest) = area.split_vertically(HEAD);
    title(&head, report)?;
    let (above, below) = rest.split_vertically((SIZE.1 - HEAD) / 2);
    let lines = throughput(report);
    let highest = highest(&lines).max(1.0) * 1.1;
    panel(&above, report, "Exchanges a second", 0.0..highest, lines, &count)?;
    let lines = delays(report);
    let scale = decades(&lines).log_scale();
    let caption = "Delay of an exchange from when it was due, in milliseconds";
    panel(&below, report, caption, scale, lines, &|delay| delay.to_string())?;
    area.present()?;
    Ok(())
}

fn title(area: &Area<'_>, report: &Report) -> anyhow::Result<()> {
    let text = |size, color: &RGBColor| (FONT, size).into_font().color(color);
    let title = format!("{} server under load", report.terms.protocol);
    area.draw(&Text::new(title, (28, 18), text(24, &INK)))?;
    let expected = report.rate.map_or(String::new(), |rate| format!(" of {}", count(&rate.into())));
    let lost = report.sum(|kind| kind.drops + kind.refused);
    let summary = format!(
        "{} exchanges in {:.1} s, {}{expected} a second; {} lost or refused",
        count(&(report.exchanges() as f64)),
        report.elapsed.as_secs_f64(),
        count(&report.rate()),
        count(&(lost as f64)),
    );
    area.draw(&Text::new(summary, (28, 50), text(15, &INK)))?;
    Ok(())
}

/// One diagram over time.
fn panel<Y>(
    area: &Area<'_>,
    report: &Report,
    caption: &str,
    y: Y,
    lines: Vec<Line>,
    label: &dyn Fn(&f64) -> String,
) -> anyhow::Result<()>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let text = |size| (FONT, size).into_font().color(&INK);
    let end = report.series.points().last().map_or(1.0, |point| point.span.1);
    let (head, body) = area.split_vertically(30);
    head.draw(&Text::new(caption.to_owned(), (28, 12), text(16)))?;
    keys(&head, &lines)?;
    let mut chart = ChartBuilder::on(&body)
        .margin_left(16)
        .margin_right(28)
        .margin_top(6)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..end, y)?;
    chart
        .configure_mesh()
        .axis_style(FAINT)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .label_style(text(13))
        .y_labels(6)
        .x_desc("seconds")
        .y_label_formatter(label)
        .draw()?;
    for line in lines {
        chart.draw_series(LineSeries::new(line.points, line.color.stroke_width(2)))?;
    }
    Ok(())
}

/// What the lines mean, from the right edge on.
fn keys(area: &Area<'_>, lines: &[Line]) -> anyhow::Result<()> {
    let mut right = SIZE.0 as i32 - 28;
    for line in lines.iter().rev() {
        let text = (FONT, 14).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
        let width = area.estimate_text_size(line.name, &text)?.0 as i32;
        let left = right - width;
        area.draw(&Text::new(line.name, (left, 18), text))?;
        let key = vec![(left - 28, 19), (left - 8, 19)];
        area.draw(&PathElement::new(key, line.color.stroke_width(3)))?;
        right = left - 52;
    }
    Ok(())
}

fn throughput(report: &Report) -> Vec<Line> {
    let line = |name, color, value: fn(&Point) -> f64| Line {
        name,
        color,
        points: steps(report, |point| Some(value(point))),
    };
    let begun = line("begun", FAINT, |point| point.begun);
    let completed = line("completed", BLUE, |point| point.completed);
    let lost = line("lost or refused", RED, |point| point.lost);
    let is_lost = lost.points.iter().any(|point| point.1 > 0.0);
    [begun, completed].into_iter().chain(is_lost.then_some(lost)).collect()
}

fn delays(report: &Report) -> Vec<Line> {
    let line = |name, color, at: usize| {
        // A logarithm has no zero, and a microsecond is the least that is measured.
        let delay = |point: &Point| Some(point.delays?[at].max(1) as f64 / 1e3);
        Line { name, color, points: steps(report, delay) }
    };
    vec![line("max", ORANGE, 2), line("p99", GREEN, 1), line("p50", BLUE, 0)]
}

/// What is told of an interval holds for all of it.
fn steps(report: &Report, value: impl Fn(&Point) -> Option<f64>) -> Vec<(f64, f64)> {
    let points = report.series.points().iter();
    let step = |point| value(point).map(|value| [(point.span.0, value), (point.span.1, value)]);
    points.filter_map(step).flatten().collect()
}

fn highest(lines: &[Line]) -> f64 {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max)
}

/// From below all points to above, with a power of ten or two between.
fn decades(lines: &[Line]) -> std::ops::Range<f64> {
    let all = lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let lowest = all.reduce(f64::min).unwrap_or(1.0);
    let highest = highest(lines).max(lowest);
    let (from, to) = (lowest / 1.6, highest * 1.6);
    if to / from > 100.0 {
        return from..to;
    }
    let from = lowest.log10().floor();
    let to = highest.log10().ceil().max(from + 1.0);
    10_f64.powf(from)..10_f64.powf(to)
}

/// A number with a comma between thousands.
fn count(number: &f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        let told = [0.0, 999.0, 1000.4, 1_234_567.0].map(|number| count(&number));
        assert_eq!(told, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_scale_has_powers_of_ten_in_it() {
        let line = |points| [Line { name: "", color: RED, points }];
        assert_eq!(decades(&line(vec![(0.0, 2.0), (1.0, 8.0)])), 1.0..10.0);
        assert_eq!(decades(&line(vec![])), 1.0..10.0);
        assert_eq!(decades(&line(vec![(0.0, 1.6), (1.0, 1000.0)])), 1.0..1600.0);
    }
}
