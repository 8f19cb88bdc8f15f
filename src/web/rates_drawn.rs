//! What the charts of the rates draw: periods side by side as bars that stand; branches, or whatever else rows are kept
//! apart by, below one another as bars that lie.

use super::chart::{Bar, Chart, Lying};
use super::figures::{Figures, Rate, Rates};
use super::frame::Frame;
use super::rates_asked::RatesAsked;
use crate::http::Lang;

/// Bars that are drawn below one another, and side by side: more are not looked at.
const MOST_LYING: usize = 20;
const MOST_STANDING: usize = 62;

/// The chart of figures that are kept apart as somebody asked, with its words.
pub struct Drawn {
    pub lying: Option<Lying>,
    pub standing: Option<Chart>,
    pub title: String,
    pub about: String,
    pub legend: String,
}

impl Drawn {
    /// Nothing where rows are of a period and of something else too, and where one stands beside nobody.
    pub fn of(rates: &Rates, asked: &RatesAsked, f: &Frame) -> Option<Self> {
        match (asked.period(), asked.keys().count()) {
            ("", 1..) if rates.rows.len() > 1 => Self::lying(rates, asked, f),
            (period, 0) if !period.is_empty() => Some(Self::standing(rates, asked, f)),
            _ => None,
        }
    }

    fn lying(rates: &Rates, asked: &RatesAsked, f: &Frame) -> Option<Self> {
        // A sector has a target of its own; everything else is held against that of the branches.
        let sector = asked.is_apart_by("sector");
        let indicator = if sector { "S06" } else { "P312" };
        let named = rates.rows.iter().map(|row| {
            let of = row.figures.r1.as_ref().map(|rate| format!(" ({})", rate.of(&f.lang)));
            let label = format!("{}{}", asked.whose(f, row), of.unwrap_or_default());
            bar(&row.figures, label, Some(indicator), f.lang)
        });
        // Where there is nothing to say there is nothing to draw: those who only take in.
        let mut bars: Vec<Bar> = named.filter(|bar| bar.value.is_some() || bar.missed).collect();
        let all = bars.len();
        bars.truncate(MOST_LYING);
        let legend = match sector {
            _ if bars.iter().all(|bar| bar.goals.is_empty()) => f.t("rates.chart-apart-no-target"),
            true => f.t("rates.chart-sectors-legend"),
            false => f.t("rates.chart-branches-legend"),
        };
        let cut = (all > bars.len()).then(|| f.t2("rates.chart-cut", "shown", bars.len(), "all", all));
        (all > 0).then(|| Self {
            lying: Some(Lying::of(&bars, 10_000)),
            standing: None,
            title: title(asked, f),
            about: f.t("rates.chart-apart-about"),
            legend: [Some(legend), cut].into_iter().flatten().collect::<Vec<_>>().join(" "),
        })
    }

    fn standing(rates: &Rates, asked: &RatesAsked, f: &Frame) -> Self {
        let named = rates.rows.iter().take(MOST_STANDING);
        let bars: Vec<Bar> =
            named.map(|row| bar(&row.figures, asked.short_period(f, row), None, f.lang)).collect();
        let chart = Chart::of(&bars);
        let legend = match chart.targets.as_str() {
            "" => f.t("rates.chart-apart-no-target"),
            targets => f.t1("rates.chart-periods-legend", "targets", targets),
        };
        let all = rates.rows.len();
        let cut =
            (all > bars.len()).then(|| f.t2("rates.chart-periods-cut", "shown", bars.len(), "all", all));
        Self {
            lying: None,
            standing: Some(chart),
            title: title(asked, f),
            about: f.t("rates.chart-periods-about"),
            legend: [Some(legend), cut].into_iter().flatten().collect::<Vec<_>>().join(" "),
        }
    }
}

fn title(asked: &RatesAsked, f: &Frame) -> String {
    f.t1("rates.chart-apart", "by", asked.heads(f).join(", ").to_lowercase())
}

/// The months side by side.
pub fn months(rates: &Rates, lang: Lang) -> Chart {
    let bars: Vec<Bar> = rates.rows.iter().map(|row| bar(&row.figures, row.month(), None, lang)).collect();
    Chart::of(&bars)
}

/// The branches side by side, each against its target; one alone stands beside nobody.
pub fn of_branches(rates: &Rates, lang: Lang) -> Option<Lying> {
    let named = rates.rows.iter();
    let bars: Vec<Bar> = named.map(|row| bar(&row.figures, row.branch.clone(), Some("P312"), lang)).collect();
    (bars.len() > 1).then(|| Lying::of(&bars, 10_000))
}

/// Held against the target of one indicator; or against that of the branches, with lines for all.
fn bar(figures: &Figures, label: String, only: Option<&str>, lang: Lang) -> Bar {
    let targets = &figures.targets;
    let verdict = if only == Some("S06") { &targets.all_on_time } else { &targets.over_90 };
    let drawn = targets.in_force.iter().filter(|target| only.is_none_or(|only| target.indicator == only));
    Bar {
        label,
        value: figures.r1.as_ref().map(Rate::hundredths),
        words: figures.r1(&lang),
        of: figures.r1.as_ref().map(|rate| rate.of(&lang)).unwrap_or_default(),
        missed: verdict == "missed",
        goals: drawn.map(|target| target.goal(lang)).collect(),
    }
}
