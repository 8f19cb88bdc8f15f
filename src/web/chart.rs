//! Charts drawn by the server: shares over time as bars with their number above and both targets as lines, and bars that lie
//! beside their names. What missed a target is hatched and marked, so that no colour is needed to see it.

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
}

#[derive(Debug, Clone)]
pub struct Chart {
    pub width: u32,
    pub bars: Vec<Placed>,
}

/// The height of a bar of 100 %.
const WHOLE: u32 = 160;
/// Where bars stand.
pub const GROUND: u32 = 190;
const EACH: u32 = 64;
const LEFT: u32 = 44;

impl Chart {
    pub fn of(bars: &[Bar]) -> Self {
        let mut x = LEFT;
        let placed = bars
            .iter()
            .map(|bar| {
                let height = bar.value.unwrap_or(0).min(10_000) * WHOLE / 10_000;
                let y = GROUND - height;
                let placed = Placed {
                    x: x + 10,
                    y,
                    width: EACH - 20,
                    height,
                    middle: x + EACH / 2,
                    words_y: y - 6,
                    label: bar.label.clone(),
                    words: bar.words.clone(),
                    of: bar.of.clone(),
                    missed: bar.missed,
                    empty: bar.value.is_none(),
                };
                x += EACH;
                placed
            })
            .collect();
        Self { width: x + 8, bars: placed }
    }

    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// How high the line of this percentage lies.
    pub fn line(&self, percent: &u32) -> u32 {
        GROUND - percent * WHOLE / 100
    }
}

/// A bar that lies, with its place in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    pub y: u32,
    pub width: u32,
    /// The line on which its words stand.
    pub words_y: u32,
    /// Where its number stands.
    pub words_x: u32,
    pub label: String,
    pub words: String,
    pub missed: bool,
}

/// Bars below one another, each beside its name.
#[derive(Debug, Clone)]
pub struct Lying {
    pub width: u32,
    pub height: u32,
    /// Where bars begin.
    pub start: u32,
    pub bars: Vec<Laid>,
    /// Where the line of the target is.
    pub mark: Option<u32>,
}

/// Room for the names, for the longest bar, and for its number.
const NAMES: u32 = 270;
const LONGEST: u32 = 320;
const NUMBER: u32 = 80;
const LINE: u32 = 26;

impl Lying {
    /// `most` is what fills the whole length.
    pub fn of(bars: &[Bar], most: u32, mark: Option<u32>) -> Self {
        let long = |value: u32| {
            let length = u64::from(value.min(most)) * u64::from(LONGEST) / u64::from(most.max(1));
            u32::try_from(length).unwrap_or(LONGEST)
        };
        let mut y = 6;
        let laid = bars
            .iter()
            .map(|bar| {
                let width = long(bar.value.unwrap_or(0));
                let placed = Laid {
                    y,
                    width,
                    words_y: y + 13,
                    words_x: NAMES + width + 6,
                    label: bar.label.clone(),
                    words: bar.words.clone(),
                    missed: bar.missed,
                };
                y += LINE;
                placed
            })
            .collect();
        Self {
            width: NAMES + LONGEST + NUMBER,
            height: y,
            start: NAMES,
            bars: laid,
            mark: mark.map(|mark| NAMES + long(mark)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_share_and_never_higher_than_all() {
        let bar = |value| Bar {
            label: "01/2026".into(),
            value,
            words: String::new(),
            of: String::new(),
            missed: value < Some(9_001),
        };
        let chart = Chart::of(&[bar(Some(10_000)), bar(Some(5_000)), bar(None), bar(Some(99_999))]);
        let heights: Vec<u32> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [WHOLE, WHOLE / 2, 0, WHOLE]);
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height == GROUND && bar.x + bar.width < chart.width));
        assert_eq!(chart.bars.iter().map(|bar| bar.missed).collect::<Vec<_>>(), [false, true, true, false]);
        assert!(chart.bars[2].empty);
    }

    #[test]
    fn a_lying_bar_is_as_long_as_its_part_of_the_most_and_ends_before_its_number() {
        let (label, words, of) = ("Chi cục Thủy sản".to_owned(), String::new(), String::new());
        let bar =
            |value| Bar { label: label.clone(), value, words: words.clone(), of: of.clone(), missed: false };
        let chart = Lying::of(&[bar(Some(40)), bar(Some(20)), bar(None), bar(Some(99))], 40, Some(30));
        let widths: Vec<u32> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [LONGEST, LONGEST / 2, 0, LONGEST]);
        assert_eq!(chart.mark, Some(NAMES + LONGEST * 3 / 4));
        assert!(chart.bars.iter().all(|bar| NAMES + bar.width < bar.words_x && bar.words_x < chart.width));
        assert!(chart.bars.is_sorted_by_key(|bar| bar.y) && chart.bars[3].y + LINE == chart.height);
        assert_eq!(Lying::of(&[bar(Some(0))], 0, None).bars[0].width, 0, "of nothing");
    }
}
