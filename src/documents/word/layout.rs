//! What all DOCX papers share: paragraphs, the head, who signs, where it goes to. Sizes are half-points, lengths
//! twentieths of a point, as the format has them.

use crate::documents::forms::Head;
use docx_rs::{
    AlignmentType, BorderType, BreakType, LineSpacing, LineSpacingType, Paragraph, ParagraphBorder,
    ParagraphBorderPosition, ParagraphBorders, Run, RunProperty, SpecialIndentType, Table, TableCell,
    TableCellBorders, TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

/// A paper before it is packed.
pub(super) struct Manuscript {
    pub(super) page: Page,
    /// Of most of its text.
    pub(super) size: usize,
    pub(super) title: String,
    pub(super) author: String,
    /// At the foot of each page.
    pub(super) note: Option<String>,
    /// It has not been approved: every page says so.
    pub(super) draft: bool,
    pub(super) parts: Vec<Part>,
}

pub(super) enum Part {
    Line(Paragraph),
    Grid(Table),
}

impl From<Paragraph> for Part {
    fn from(line: Paragraph) -> Self {
        Self::Line(line)
    }
}

impl From<Table> for Part {
    fn from(table: Table) -> Self {
        Self::Grid(table)
    }
}

/// The sheet: NĐ 30/2020 for A4, the slips of TT 01/2018 in proportion on A5. The same as `common.typ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    A5,
    A4,
}

impl Page {
    /// Between the margins.
    pub(super) const fn text_width(self) -> usize {
        match self {
            Self::A5 => mm(148 - 15 - 10),
            Self::A4 => mm(210 - 30 - 15),
        }
    }
}

/// Millimetres.
pub(super) const fn mm(length: usize) -> usize {
    length * 5669 / 100
}

/// A length where the format wants a sign.
pub(super) fn signed(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// A length where the format wants none below zero.
pub(super) fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Text whose own line ends stay line ends.
pub(super) fn run(text: &str) -> Run {
    let mut run = Run::new();
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        run = run.add_text(unbroken(line));
    }
    run
}

/// Phone numbers stay on one line: no line ends between two digits.
fn unbroken(line: &str) -> String {
    let mut last = ['\0'; 2];
    let mut kept = String::with_capacity(line.len());
    for c in line.chars() {
        if c.is_ascii_digit() && last[1] == ' ' && last[0].is_ascii_digit() {
            kept.pop();
            kept.push('\u{A0}');
        }
        kept.push(c);
        last = [last[1], c];
    }
    kept
}

pub(super) fn bold(text: &str) -> Run {
    run(text).bold()
}

/// A paragraph of these runs.
pub(super) fn line(runs: impl IntoIterator<Item = Run>) -> Paragraph {
    runs.into_iter().fold(Paragraph::new(), Paragraph::add_run)
}

/// The room before and after a paragraph.
pub(super) fn spaced(paragraph: Paragraph, before: usize, after: usize) -> Paragraph {
    paragraph.line_spacing(LineSpacing::new().before(short(before)).after(short(after)))
}

pub(super) fn centred(paragraph: Paragraph) -> Paragraph {
    paragraph.align(AlignmentType::Center)
}

/// A paragraph that is stretched to both margins, as prose is. Short ones are not: a code that does not fit would
/// tear the line before it apart.
pub(super) fn prose(text: &str) -> Paragraph {
    let alignment = if text.chars().count() > 120 { AlignmentType::Both } else { AlignmentType::Left };
    line([run(text)]).align(alignment)
}

/// The first line of a paragraph of an official letter stands back by 1.27 cm.
pub(super) fn first_line_in(paragraph: Paragraph) -> Paragraph {
    paragraph.indent(None, Some(SpecialIndentType::FirstLine(720)), None, None)
}

/// To write on, where there is nothing.
const DOTS: &str = "……………………………………";

/// "Nhãn: giá trị".
pub(super) fn field(label: &str, value: &str) -> Paragraph {
    line([run(&format!("{label}: ")), run(if value.is_empty() { DOTS } else { value })])
}

/// The same with a value that stands out.
pub(super) fn strong_field(label: &str, value: &str) -> Paragraph {
    line([run(&format!("{label}: ")), bold(if value.is_empty() { DOTS } else { value })])
}

pub(super) fn dots() -> Paragraph {
    line([run(DOTS)])
}

/// The name of the form, as a heading of the document.
pub(super) fn form_title(title: &str, size: usize) -> Paragraph {
    spaced(centred(line([bold(title).size(size)])), 140, 100).outline_lvl(0).keep_next(true)
}

/// A line without a word, as thin as the format allows.
fn thin() -> Paragraph {
    let spacing = LineSpacing::new().line_rule(LineSpacingType::Exact).line(20).before(0).after(0);
    Paragraph::new().run_property(RunProperty::new().size(2)).line_spacing(spacing)
}

/// Ends a cell that ends with a table, and keeps two tables apart.
pub(super) fn gap() -> Paragraph {
    thin()
}

/// A rule of `width` in the middle of a column of `column`.
fn rule(width: usize, column: usize) -> Paragraph {
    let side = signed(column.saturating_sub(width) / 2);
    let border = ParagraphBorder::new(ParagraphBorderPosition::Top).val(BorderType::Single).size(6);
    let drawn = thin().indent(Some(side), None, Some(side), None);
    let spacing = LineSpacing::new().line_rule(LineSpacingType::Exact).line(60).before(40).after(0);
    drawn.set_borders(ParagraphBorders::with_empty().set(border)).line_spacing(spacing)
}

/// A cell without lines around it.
pub(super) fn cell(width: usize, lines: impl IntoIterator<Item = Paragraph>) -> TableCell {
    lines
        .into_iter()
        .fold(TableCell::new(), TableCell::add_paragraph)
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Top)
        .set_borders(TableCellBorders::with_empty())
}

/// Columns side by side without lines around them.
pub(super) fn columns(widths: &[usize], rows: Vec<TableRow>) -> Table {
    Table::without_borders(rows)
        .set_grid(widths.to_vec())
        .width(widths.iter().sum(), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(0, 0, 0, 0))
}

/// The motto in thousandths of its size: its rule is as long as it is (NĐ 30/2020, Phụ lục I, Phần I, Mục II.1).
const MOTTO_WIDTH: usize = 12_240;

/// How the head is laid out.
pub(super) struct HeadStyle<'a> {
    pub(super) size: usize,
    pub(super) number_size: usize,
    /// Share of the left column, in hundredths.
    pub(super) left: usize,
    pub(super) page: Page,
    /// "V/v …": of an official letter, under the number.
    pub(super) subject: Option<&'a str>,
}

/// Agency on the left, national name on the right, number and place with date under them.
pub(super) fn head(head: &Head, style: &HeadStyle<'_>) -> Table {
    let whole = style.page.text_width();
    let left = whole * style.left / 100;
    let right = whole - left;
    let tight = |paragraph| spaced(centred(paragraph), 0, 0);
    let motto = style.size + 2;
    let agencies = [
        tight(line([run(&head.above).size(style.size)])),
        tight(line([bold(&head.agency).size(style.size)])),
        rule(left * 34 / 100, left),
    ];
    let nation = [
        tight(line([bold("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").size(style.size)])),
        tight(line([bold("Độc lập - Tự do - Hạnh phúc").size(motto)])),
        rule(MOTTO_WIDTH * motto / 100, right),
    ];
    let numbers = std::iter::once(spaced(centred(line([run(&head.number).size(style.number_size)])), 100, 0))
        .chain(style.subject.map(|subject| tight(line([run(subject).size(style.size)]))));
    let dated = spaced(centred(line([run(&head.place_date).italic().size(style.number_size)])), 100, 0);
    columns(
        &[left, right],
        vec![
            TableRow::new(vec![cell(left, agencies), cell(right, nation)]),
            TableRow::new(vec![cell(left, numbers), cell(right, [dated])]),
        ],
    )
}

/// Who signs: title, how, room to sign in, name. Stays on one page.
pub(super) fn signature(
    (title, how, name): (&str, Option<&str>, &str),
    room: usize,
    size: usize,
) -> Vec<Paragraph> {
    let tight = |paragraph, before| spaced(centred(paragraph), before, 0);
    let mut lines = vec![tight(line([bold(title).size(size)]), 80).keep_next(true)];
    lines.extend(how.map(|how| tight(line([run(how).italic().size(size - 2)]), 0).keep_next(true)));
    lines.push(tight(line([bold(name).size(size)]), room));
    lines
}

/// "Nơi nhận:" and its list.
pub(super) fn distribution(lines: &[String], size: usize) -> Vec<Paragraph> {
    let tight = |paragraph: Paragraph, before| {
        spaced(paragraph.align(AlignmentType::Left), before, 0).keep_next(true)
    };
    std::iter::once(tight(line([bold("Nơi nhận:").italic().size(size)]), 80))
        .chain(lines.iter().map(|to| tight(line([run(to).size(size - 2)]), 0)))
        .collect()
}

/// Two columns that stand at the end of a paper.
pub(super) fn side_by_side(
    page: Page,
    left_share: usize,
    left: Vec<Paragraph>,
    right: Vec<Paragraph>,
) -> Table {
    let left_width = page.text_width() * left_share / 100;
    let right_width = page.text_width() - left_width;
    let left = if left.is_empty() { vec![Paragraph::new()] } else { left };
    columns(
        &[left_width, right_width],
        vec![TableRow::new(vec![cell(left_width, left), cell(right_width, right)])],
    )
}
