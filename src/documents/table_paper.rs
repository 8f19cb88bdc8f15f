//! A table as a paper: A4 landscape with the head of its agency, its columns named on every page, sums, notes and
//! who signs. It prints any [`Table`] and knows nothing of what it shows.

use super::forms::Head;
use super::table::{Shown, Table};
use super::typeset::Order;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Rows at most: a paper is laid out whole, and nobody turns so many pages.
pub const MOST_ROWS: usize = 1000;

/// What is printed.
#[derive(Debug, Clone)]
pub struct TablePaper {
    /// `form_note` is what stands at the foot of each page.
    pub head: Head,
    pub table: Table,
    /// Places to sign, from left to right.
    pub signatures: Vec<Signature>,
}

/// A place to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    pub title: String,
    pub how: String,
    /// Empty where it is written by hand.
    pub name: String,
}

impl Signature {
    pub fn new(title: &str, how: &str) -> Self {
        Self { title: title.to_owned(), how: how.to_owned(), name: String::new() }
    }
}

/// What the template reads.
#[derive(Serialize)]
struct Data<'a> {
    head: &'a Head,
    #[serde(flatten)]
    table: Shown,
    /// Of each column, its longest words: it is at least as wide as these.
    words: Vec<Vec<String>>,
    /// Those of its title and of the sums.
    bold_words: Vec<Vec<String>>,
    signatures: &'a [Signature],
}

impl TablePaper {
    /// The order for the press. `ident` names the paper, `dated` is the moment that the file bears.
    ///
    /// # Errors
    /// None that texts and numbers could have; the serializer's own are passed on.
    pub fn order(&self, ident: &str, dated: DateTime<Utc>) -> serde_json::Result<Order> {
        let table = Shown::of(&self.table);
        let of = |longest: fn(&Shown, usize) -> Vec<String>| {
            (0..table.columns.len()).map(|place| longest(&table, place)).collect()
        };
        let (words, bold_words) = (of(longest), of(longest_bold));
        let data = Data { head: &self.head, table, words, bold_words, signatures: &self.signatures };
        Ok(Order {
            template: include_str!("../../templates/typst/report_table.typ").to_owned(),
            data: serde_json::to_value(data)?,
            ident: ident.to_owned(),
            dated,
        })
    }
}

fn longest(table: &Shown, place: usize) -> Vec<String> {
    let mut longest = Longest::default();
    table.rows.iter().filter_map(|row| row.get(place)).for_each(|cell| longest.look(cell));
    longest.0
}

fn longest_bold(table: &Shown, place: usize) -> Vec<String> {
    let title = table.columns.get(place).map(|column| &column.title);
    let total = table.total.iter().filter_map(|row| row.get(place));
    let mut longest = Longest::default();
    title.into_iter().chain(total).for_each(|cell| longest.look(cell));
    longest.0
}

/// The longest words seen, a few: letters differ in width, so the longest by letters need not be the widest.
#[derive(Default)]
struct Longest(Vec<String>);

impl Longest {
    const KEPT: usize = 4;
    /// Longer ones are broken by the press.
    const WHOLE: usize = 48;
    const PIECE: usize = 24;

    fn look(&mut self, text: &str) {
        for word in text.split_whitespace() {
            let letters = |word: &str| word.chars().count();
            let long = letters(word);
            let word: String =
                word.chars().take(if long > Self::WHOLE { Self::PIECE } else { long }).collect();
            let shortest = self.0.last().map_or(0, |last| letters(last));
            if (self.0.len() == Self::KEPT && letters(&word) <= shortest) || self.0.contains(&word) {
                continue;
            }
            self.0.push(word);
            self.0.sort_by_key(|word| std::cmp::Reverse(letters(word)));
            self.0.truncate(Self::KEPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::table::{Cell, Column};
    use crate::documents::typeset::{Press, Printed};
    use crate::domain::testing::{at, day};

    fn head() -> Head {
        Head {
            above: "SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN THÀNH PHỐ HỒ CHÍ MINH".into(),
            agency: "CHI CỤC TRỒNG TRỌT VÀ BẢO VỆ THỰC VẬT".into(),
            number: String::new(),
            place_date: "Thành phố Hồ Chí Minh, ngày 05 tháng 01 năm 2026".into(),
            form_note: "Báo cáo thử".into(),
        }
    }

    /// A table with long names and as many rows.
    fn long(rows: usize) -> Table {
        let procedure = "Cấp, cấp lại giấy chứng nhận đủ điều kiện sản xuất, kinh doanh giống cây trồng và vật tư \
                         nông nghiệp trên địa bàn Thành phố";
        Table {
            title: "Hồ sơ thử".into(),
            about: vec!["Từ 01/01/2026 đến 31/01/2026".into()],
            columns: vec![
                Column::new("Mã hồ sơ", 26),
                Column::new("Thủ tục", 44),
                Column::of("Đã giải quyết", "Tổng số", 10),
                Column::of("Đã giải quyết", "Quá hạn", 10),
                Column::new("Ngày tiếp nhận", 12),
                Column::new("Người giữ khi quá hạn", 24),
            ],
            rows: (0..rows)
                .map(|n| {
                    vec![
                        Cell::text(format!("000.00.02.H29-260105-{n:04}")),
                        Cell::text(procedure),
                        Cell::Sum(vec![3], 1_234_567),
                        Cell::Number(1_234_567),
                        Cell::Day(day("2026-01-05")),
                        Cell::text("#read(\"/etc/passwd\") *Nguyễn* Thị Ánh-Tuyết"),
                    ]
                })
                .collect(),
            total: Some(vec![
                Cell::text("Tổng số"),
                Cell::Empty,
                Cell::Number(9_999_999),
                Cell::Number(3),
                Cell::Empty,
                Cell::Empty,
            ]),
            notes: vec!["Ghi chú ở cuối bảng.".into()],
            ..Table::default()
        }
    }

    fn printed(name: &str, table: Table) -> Printed {
        let signatures = vec![
            Signature::new("NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"),
            Signature::new("THỦ TRƯỞNG ĐƠN VỊ", "(Ký, đóng dấu, ghi rõ họ tên)"),
        ];
        let paper = TablePaper { head: head(), table, signatures };
        let order = paper.order("thử/1", at("2026-01-05 09:00")).unwrap();
        let printed =
            Press::of_this_program().print(&order).unwrap_or_else(|error| panic!("{name}: {error}"));
        // To look at: `MOTCUA_PAPERS=folder cargo test --lib table_paper`.
        if let Some(folder) = std::env::var_os("MOTCUA_PAPERS") {
            std::fs::write(std::path::Path::new(&folder).join(name).with_extension("pdf"), &printed.pdf)
                .unwrap();
        }
        printed
    }

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn the_columns_are_named_on_every_page_and_every_row_is_printed_once() {
        let printed = printed("table-long", long(60));
        let text = squeezed(&printed.text);
        assert!(printed.pages > 2, "{}", printed.pages);
        assert!(printed.pdf.starts_with(b"%PDF-1.7"));
        assert_eq!(text.matches("Ngườigiữkhiquáhạn").count(), printed.pages, "the head of the table");
        for n in 0..60 {
            assert_eq!(text.matches(&format!("000.00.02.H29-260105-{n:04}")).count(), 1, "row {n}");
        }
        assert_eq!(text.matches("Tổngsố9.999.9993").count(), 1, "the sums stand once, at the end");
        assert_eq!(text.matches("Ghichúởcuốibảng.").count(), 1);
        assert!(text.contains("#read(\"/etc/passwd\")*Nguyễn*"), "a name is no markup");
        for page in 1..=printed.pages {
            assert!(text.contains(&format!("Trang{page}/{}", printed.pages)), "page {page}");
        }
        assert!(text.contains("THỦTRƯỞNGĐƠNVỊ") && text.contains("05/01/2026"));
    }

    #[test]
    fn a_table_of_nothing_says_so_and_many_narrow_columns_fit() {
        let nothing = printed("table-empty", Table { total: None, ..long(0) });
        assert_eq!(nothing.pages, 1);
        assert!(nothing.text.contains("Không có số liệu."), "{}", nothing.text);
        let mut many = long(3);
        for n in 0..14 {
            many.columns.push(Column::new(&format!("Chỉ số thứ {n} của nghiêng"), 9));
            many.rows.iter_mut().for_each(|row| row.push(Cell::Number(n)));
            many.total.as_mut().unwrap().push(Cell::Number(3 * n));
        }
        let many = printed("table-many-columns", many);
        assert!(squeezed(&many.text).contains("000.00.02.H29-260105-0002"), "{}", many.text);
    }

    #[test]
    fn an_endless_word_does_not_push_the_others_off_the_paper() {
        let mut table = long(2);
        table.rows[0][5] = Cell::text("Ẵ".repeat(3000));
        let printed = printed("table-endless", table);
        assert_eq!(printed.text.matches('Ẵ').count(), 3000);
    }
}
