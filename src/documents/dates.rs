//! Dates and numbers as Vietnamese papers write them.

use chrono::{Datelike, NaiveDate};

/// `05/01/2026`.
pub fn short(date: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// `ngày 05 tháng 01 năm 2026`: days under 10 and the months 1 and 2 with a leading zero, the other months
/// without (NĐ 30/2020, Phụ lục I, Phần I, Mục II.4).
pub fn long(date: NaiveDate) -> String {
    let month = if date.month() <= 2 { format!("{:02}", date.month()) } else { date.month().to_string() };
    format!("ngày {:02} tháng {month} năm {:04}", date.day(), date.year())
}

/// The number of a document: under 10 with a leading zero (NĐ 30/2020, Phụ lục I, Phần I, Mục II.3).
pub fn document_number(number: u32) -> String {
    format!("{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn short_dates_are_day_month_year_with_zeros() {
        assert_eq!(short(day("2026-01-05")), "05/01/2026");
        assert_eq!(short(day("2019-12-31")), "31/12/2019");
    }

    #[test]
    fn long_dates_have_zeros_where_the_decree_wants_them_and_nowhere_else() {
        assert_eq!(long(day("2026-01-05")), "ngày 05 tháng 01 năm 2026");
        assert_eq!(long(day("2026-02-28")), "ngày 28 tháng 02 năm 2026");
        assert_eq!(long(day("2026-03-01")), "ngày 01 tháng 3 năm 2026");
        assert_eq!(long(day("2026-10-10")), "ngày 10 tháng 10 năm 2026");
    }

    #[test]
    fn numbers_under_ten_have_a_leading_zero() {
        assert_eq!([1, 9, 10, 123].map(document_number), ["01", "09", "10", "123"]);
    }
}
