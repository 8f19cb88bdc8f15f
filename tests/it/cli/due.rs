//! `motcua due`: every example of the rules, without a database.

use crate::support::process::{Output, run};

/// Start, limit, due date: the examples of docs/RULES.md, on which the web service is held as well.
pub const EXAMPLES: &[(&str, &str, &str)] = &[
    ("2020-01-21", "3wd", "2020-01-31"),
    ("2020-01-14", "10d", "2020-01-30"),
    ("2019-01-03", "2wd", "2019-01-05"),
    ("2024-04-26", "3wd", "2024-05-04"),
    ("2026-01-08", "3wd", "2026-01-12"),
    ("2020-03-31", "2wd", "2020-04-03"),
];

fn due(args: &[&str]) -> Output {
    let mut all = vec!["due"];
    all.extend(args);
    run(&all, &[], "")
}

#[test]
fn the_examples_of_the_rules_come_out() {
    for (start, limit, expected) in EXAMPLES {
        let said = due(&[start, limit]).success().stdout;
        let day = chrono::NaiveDate::parse_from_str(expected, "%Y-%m-%d").unwrap();
        let first = said.lines().next().unwrap();
        assert!(first.contains(expected), "{start} {limit}: {said}");
        assert!(first.contains(&day.format("%d/%m/%Y").to_string()), "{start} {limit}: {said}");
    }
}

#[test]
fn it_explains_itself_day_by_day() {
    let said = due(&["21/01/2020", "3wd"]).success().stdout;
    let expected = "Hạn trả kết quả: 17:00 31/01/2020 (2020-01-31)
Thư xin lỗi, nếu trễ, chậm nhất: 30/01/2020 (2020-01-30)
22/01/2020  ngày thứ 1
23/01/2020  nghỉ: Tết Âm lịch - 29 tháng Chạp
24/01/2020  nghỉ: Tết Âm lịch - 30 tháng Chạp
25/01/2020  nghỉ: Tết Âm lịch - mùng 1
26/01/2020  nghỉ: Tết Âm lịch - mùng 2
27/01/2020  nghỉ: Tết Âm lịch - mùng 3
28/01/2020  nghỉ: Nghỉ bù Tết Âm lịch
29/01/2020  nghỉ: Nghỉ bù Tết Âm lịch
30/01/2020  ngày thứ 2
31/01/2020  ngày thứ 3
";
    assert_eq!(said, expected);
}

#[test]
fn a_worked_saturday_a_landing_and_hours_are_said_in_words() {
    let said = due(&["2024-04-26", "3wd"]).success().stdout;
    assert!(said.contains("04/05/2024  ngày thứ 3 (Làm bù"), "{said}");
    let said = due(&["2020-01-14", "10d"]).success().stdout;
    assert!(said.contains("24/01/2020  ngày thứ 10, nghỉ: Tết"), "{said}");
    assert!(said.ends_with("30/01/2020  hạn rơi vào ngày nghỉ, chuyển đến ngày làm việc này\n"), "{said}");
    let said = due(&["2026-01-08 15:30", "4wh"]).success().stdout;
    assert!(said.contains("10:00 09/01/2026"), "{said}");
    assert!(said.contains("08/01/2026  1 giờ 30 phút\n09/01/2026  2 giờ 30 phút"), "{said}");
    let said = due(&["2020-03-02", "3wd+60d"]).success().stdout;
    assert!(
        said.contains("Giai đoạn 1: 3 ngày làm việc\n") && said.contains("Giai đoạn 2: 60 ngày\n"),
        "{said}"
    );
}

#[test]
fn a_year_before_its_notice_says_so_and_one_without_days_is_refused() {
    assert!(due(&["2027-03-01", "3wd", "--brief"]).success().stdout.contains("Tạm tính"));
    let refused = due(&["2028-12-28", "5wd"]).code(1);
    assert!(refused.stderr.contains("2029") && refused.stdout.is_empty(), "{}", refused.stderr);
}

#[test]
fn what_is_no_date_or_no_limit_is_a_wrong_question() {
    for args in [["2020-02-30", "3wd"], ["2020-01-21", "3"], ["2020-01-21", "0wd"]] {
        let refused = due(&args).code(2);
        assert!(refused.stdout.is_empty() && refused.stderr.starts_with("motcua: "), "{}", refused.stderr);
    }
    due(&["2020-01-21"]).code(2);
}
