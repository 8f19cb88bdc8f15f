//! Charts drawn by the server: shares over time as bars with their number above and the targets in force as lines, and bars
//! that lie below their names. What missed a target is hatched and marked, so that no colour is needed to see it.

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    /// In hundredths of a percent, or a count; none where there was nothing to count.
    pub value: Option<u32>,
    /// As people read it.
    pub words: String,
    /// What it is a share of: `481/500`.
    pub of: String,
    /// It misses the target of the branches.
    pub missed: bool,
    /// What was to be reached.
    pub goals: Vec<Goal>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// In hundredths of a percent.
    pub value: u32,
    /// At the side of the chart: `98,5%`.
    pub label: String,
    /// `≥ 98,5 %`
    pub words: String,
}

/// A bar with its place in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub middle: u32,
    pub words_y: u32,
    pub label: String,
    pub words: String,
    pub of: String,
    pub missed: bool,
    pub empty: bool,
    /// Where the lines of its targets run, and at which heights.
    pub from: u32,
    pub until: u32,
    pub goals: Vec<u32>,
}

#[derive(Debug, Clone)]
pub struct Chart {
    pub width: u32,
    pub bars: Vec<Placed>,
    /// What stands at the side: words and height.
    pub scale: Vec<(String, u32)>,
    /// The targets whose lines are drawn, in words.
    pub targets: String,
}

/// The height of a bar of 100 %.
const WHOLE: u32 = 160;
/// Where bars stand.
pub const GROUND: u32 = 190;
/// From one bar to the next, at least.
const EACH: u32 = 64;
/// What a digit below a bar takes at most.
const DIGIT: u32 = 7;
/// So much of a bar that missed its target is seen, also of 0 %, and of nothing where nothing was resolved in time.
const SEEN: u32 = 3;
/// More bars than these are too small to be read on paper.
const ON_PAPER: usize = 16;
const LEFT: u32 = 44;
/// So far apart words at the side can be read, in hundredths of a percent.
const APART: u32 = 700;

impl Chart {
    pub fn of(bars: &[Bar]) -> Self {
        // No words below a bar run into those of the next.
        let letters = bars.iter().map(|bar| bar.label.chars().count().max(bar.of.chars().count())).max();
        let each = EACH.max(u32::try_from(letters.unwrap_or(0)).unwrap_or(0) * DIGIT);
        let mut x = LEFT;
        let placed = bars
            .iter()
            .map(|bar| {
                let height = bar.value.unwrap_or(0).min(10_000) * WHOLE / 10_000;
                let height = if bar.missed { height.max(SEEN) } else { height };
                let y = GROUND - height;
                let placed = Placed {
                    x: x + 10,
                    y,
                    width: each - 20,
                    height,
                    middle: x + each / 2,
                    words_y: y - 6,
                    label: bar.label.clone(),
                    words: bar.words.clone(),
                    of: bar.of.clone(),
                    missed: bar.missed,
                    empty: bar.value.is_none() && !bar.missed,
                    from: if x == LEFT { LEFT - 4 } else { x },
                    until: x + each,
                    goals: bar.goals.iter().map(|goal| height_of(goal.value)).collect(),
                };
                x += each;
                placed
            })
            .collect();
        let mut goals: Vec<&Goal> = Vec::new();
        for goal in bars.iter().flat_map(|bar| &bar.goals) {
            if !goals.contains(&goal) {
                goals.push(goal);
            }
        }
        goals.sort_by_key(|goal| std::cmp::Reverse(goal.value));
        let targets = goals.iter().rev().map(|goal| goal.words.as_str()).collect::<Vec<_>>().join("; ");
        Self { width: x + 8, bars: placed, scale: scale(&goals), targets }
    }

    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// The table below has the numbers.
    pub fn fits_on_paper(&self) -> bool {
        self.bars.len() <= ON_PAPER
    }
}

/// Where the line of a share lies.
fn height_of(hundredths: u32) -> u32 {
    GROUND - hundredths.min(10_000) * WHOLE / 10_000
}

/// The targets from the highest on, and 0, 50 and 100 % where there is room for them.
fn scale(goals: &[&Goal]) -> Vec<(String, u32)> {
    let mut taken: Vec<u32> = Vec::new();
    let mut scale = Vec::new();
    let fixed = [10_000, 0, 5_000].map(|value| (value, format!("{}%", value / 100)));
    let goals = goals.iter().map(|goal| (goal.value, goal.label.clone()));
    for (value, label) in goals.chain(fixed) {
        if taken.iter().all(|other| value.abs_diff(*other) >= APART) {
            taken.push(value);
            scale.push((label, height_of(value)));
        }
    }
    scale
}

/// A bar that lies, with its place in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// The line on which its name stands.
    pub label_y: u32,
    pub y: u32,
    pub width: u32,
    /// The line on which its words stand.
    pub words_y: u32,
    /// Where its number stands.
    pub words_x: u32,
    pub label: String,
    pub words: String,
    pub missed: bool,
    /// Where the lines of its targets stand.
    pub marks: Vec<u32>,
}

/// Bars below one another, each below its name: so they can be read on a telephone.
#[derive(Debug, Clone)]
pub struct Lying {
    pub width: u32,
    pub height: u32,
    /// Where bars begin.
    pub start: u32,
    pub bars: Vec<Laid>,
}

/// Where bars begin, the longest one, and room for its number.
const START: u32 = 1;
const LONGEST: u32 = 240;
const NUMBER: u32 = 64;
/// From one name to the next.
const LINE: u32 = 42;
/// What a letter of a name takes at most, on an average.
const LETTER: u32 = 7;

impl Lying {
    /// `most` is what fills the whole length.
    pub fn of(bars: &[Bar], most: u32) -> Self {
        let long = |value: u32| {
            let length = u64::from(value.min(most)) * u64::from(LONGEST) / u64::from(most.max(1));
            u32::try_from(length).unwrap_or(LONGEST)
        };
        let mut y = 0;
        let laid = bars
            .iter()
            .map(|bar| {
                let width = long(bar.value.unwrap_or(0));
                let width = if bar.missed { width.max(SEEN) } else { width };
                let marks: Vec<u32> = bar.goals.iter().map(|goal| START + long(goal.value)).collect();
                // Its number stands behind the lines that would cross it.
                let crossing =
                    marks.iter().filter(|mark| (START + width..START + width + NUMBER).contains(*mark));
                let end = crossing.copied().max().unwrap_or(START + width);
                let placed = Laid {
                    label_y: y + 12,
                    y: y + 18,
                    width,
                    words_y: y + 31,
                    words_x: end + 6,
                    label: bar.label.clone(),
                    words: bar.words.clone(),
                    missed: bar.missed,
                    marks,
                };
                y += LINE;
                placed
            })
            .collect();
        // No name is cut off.
        let letters = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
        let names = u32::try_from(letters).unwrap_or(0).saturating_mul(LETTER);
        let width = START + names.max(LONGEST + NUMBER);
        Self { width, height: y, start: START, bars: laid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: Option<u32>) -> Bar {
        let (label, words, of) = ("01/2026".to_owned(), String::new(), String::new());
        Bar { label, value, words, of, missed: false, goals: Vec::new() }
    }

    #[test]
    fn what_missed_its_target_is_seen_also_where_nothing_was_in_time() {
        let missed = |value| Bar { missed: true, ..plain(value) };
        let standing = Chart::of(&[missed(Some(0)), missed(None), plain(Some(0)), plain(None)]);
        let seen: Vec<(bool, bool)> = standing.bars.iter().map(|bar| (!bar.empty, bar.height > 0)).collect();
        assert_eq!(seen, [(true, true), (true, true), (true, false), (false, false)]);
        let lying = Lying::of(&[missed(Some(0)), missed(None), plain(Some(0))], 10_000);
        assert_eq!(lying.bars.iter().map(|bar| bar.width > 0).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn words_below_a_bar_do_not_run_into_those_of_the_next() {
        let long = Bar { of: "585.116/585.336".to_owned(), ..plain(Some(9_999)) };
        let chart = Chart::of(&[long, plain(Some(1))]);
        assert!(chart.bars[1].middle - chart.bars[0].middle >= 15 * 6, "{:?}", chart.bars);
        assert!(chart.fits_on_paper() && !Chart::of(&vec![plain(Some(1)); 17]).fits_on_paper());
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_and_never_higher_than_all() {
        let bar = |value| Bar {
            label: "01/2026".into(),
            value,
            words: String::new(),
            of: String::new(),
            missed: value.is_some_and(|value| value < 9_001),
            goals: Vec::new(),
        };
        let chart = Chart::of(&[bar(Some(10_000)), bar(Some(5_000)), bar(None), bar(Some(99_999))]);
        let heights: Vec<u32> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [WHOLE, WHOLE / 2, 0, WHOLE]);
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height == GROUND && bar.x + bar.width < chart.width));
        assert_eq!(chart.bars.iter().map(|bar| bar.missed).collect::<Vec<_>>(), [false, true, false, false]);
        assert!(chart.bars[2].empty);
    }

    #[test]
    fn a_lying_bar_is_as_long_as_its_part_of_the_most_and_ends_before_its_number() {
        let goal = Goal { value: 30, label: String::new(), words: String::new() };
        let bar = |value| Bar {
            label: "Chi cục Thủy sản".into(),
            value,
            words: String::new(),
            of: String::new(),
            missed: false,
            goals: vec![goal.clone()],
        };
        let chart = Lying::of(&[bar(Some(40)), bar(Some(20)), bar(None), bar(Some(99))], 40);
        let widths: Vec<u32> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [LONGEST, LONGEST / 2, 0, LONGEST]);
        assert!(chart.bars.iter().all(|bar| bar.marks == [START + LONGEST * 3 / 4]));
        assert!(chart.bars.iter().all(|bar| START + bar.width < bar.words_x && bar.words_x < chart.width));
        assert!(chart.bars.iter().all(|bar| bar.label_y < bar.y && bar.y < bar.words_y));
        assert!(chart.bars.is_sorted_by_key(|bar| bar.y) && chart.bars[3].words_y < chart.height);
        assert_eq!(Lying::of(&[bar(Some(0))], 0).bars[0].width, 0, "of nothing");
        let long = Bar { label: "Lĩnh vực có tên rất dài ".repeat(9), ..bar(Some(1)) };
        assert!(Lying::of(&[long, bar(None)], 40).width > 9 * 24 * 6, "a name is cut off");
    }

    #[test]
    fn lines_lie_where_the_targets_of_each_bar_are_and_words_at_the_side_never_on_one_another() {
        let goal = |value: u32| Goal { value, label: format!("{value}"), words: format!("> {value}") };
        let bar = |goals: Vec<Goal>| Bar {
            label: "01/2026".into(),
            value: None,
            words: String::new(),
            of: String::new(),
            missed: false,
            goals,
        };
        let chart = Chart::of(&[bar(vec![goal(9_000), goal(10_000)]), bar(vec![goal(9_500), goal(10_000)])]);
        assert_eq!(chart.bars[0].goals, [GROUND - 144, GROUND - 160]);
        assert_eq!(chart.bars[1].goals, [GROUND - 152, GROUND - 160]);
        assert_eq!(chart.bars[0].until, chart.bars[1].from);
        let words: Vec<&str> = chart.scale.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(words, ["10000", "9000", "0%", "50%"]);
        assert_eq!(chart.targets, "> 9000; > 9500; > 10000");
        let words: Vec<String> =
            Chart::of(&[bar(Vec::new())]).scale.into_iter().map(|(words, _)| words).collect();
        assert_eq!(words, ["100%", "0%", "50%"]);
    }
}
