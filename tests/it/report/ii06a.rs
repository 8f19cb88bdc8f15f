//! Form II.06a of random registers: what came in is what went out and what is left, on whatever evening the figures end; what
//! has no column is told below.

use super::written::{TODAY, written};
use crate::paper::{papers_can_be_read, pdf};
use crate::report::tables::open;
use chrono::NaiveDate;
use motcua::domain::rates::Figures;
use motcua::report::{Asked, Grouping, ii06a};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

on_both! {
    async fn what_came_in_is_what_went_out_and_what_is_left(db: TestDatabase) {
        let written = written(&db, 150);
        let (mut seen, mut shorter) = (0, 0);
        for (from, to, as_of) in [
            ("2025-01-01", "2025-03-31", "2025-03-31"),
            ("2025-01-01", "2025-03-31", "2025-02-20"),
            ("2024-12-15", "2025-12-14", "2025-05-20"),
            ("2025-02-03", "2025-06-14", "2025-02-03"),
        ] {
            let asked = |as_of| Asked { by: vec![Grouping::Sector], ..Asked::of_days(day(from), day(to), Some(day(as_of))) };
            let form = |asked: &Asked| written.ground.db.read_blocking(|c| ii06a(c, &written.reference, asked, day(TODAY), None)).unwrap();
            let told = form(&asked(as_of));
            for figures in told.rows.iter().map(|row| row.figures).chain([told.total]) {
                let out = figures.resolved_total + figures.in_process_total + figures.closed_without_result;
                assert_eq!(figures.received_total, out, "{from}..{to} as of {as_of}: {figures:?}");
            }
            // The same as if the period had ended on that evening.
            let ended = form(&Asked { to: day(as_of), ..asked(as_of) });
            assert_eq!(told.total, ended.total, "{from}..{to} as of {as_of}");
            seen += told.total.received_total;
            shorter += i64::from(as_of != to);
        }
        assert!(seen > 100 && shorter == 3, "only {seen} dossiers");
    }

    async fn its_footnotes_tell_what_a_recount_finds_beside_the_columns(db: TestDatabase) {
        let written = written(&db, 150);
        let (_house, office) = open(db, &written).await;
        let (mut with, mut without) = (0, 0);
        for (from, to, as_of) in [
            ("2025-01-01", "2025-03-31", "2025-03-31"),
            ("2025-01-01", "2025-03-31", "2025-02-20"),
            ("2024-12-15", "2025-12-14", "2025-12-14"),
            ("2025-01-20", "2025-01-20", "2025-01-20"),
            // Before the first dossier.
            ("2024-10-01", "2024-10-31", "2024-10-31"),
        ] {
            let mut counted = Figures::default();
            for life in &written.lives {
                life.count(&mut counted, (day(from), day(to), day(as_of)), None);
            }
            let asked = format!("/reports/ii06a?from={from}&to={to}&as_of={as_of}");
            let form = office.get(&asked).await.expect(200).body;
            assert_eq!(form["total"]["closed_without_result"], counted.closed_without_result.total, "{asked}");
            assert_eq!(form["total"]["of_which_waiting"], counted.in_process.waiting, "{asked}");
            let table = office.get(&format!("{asked}&format=table")).await.expect(200).body;
            let notes: Vec<&str> = table["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
            for (number, begins, ends) in [
                (counted.closed_without_result.total, "Ngoài các cột trên có", "hồ sơ kết thúc không có kết quả trong kỳ (rút hồ sơ, dừng xử lý)."),
                (counted.in_process.waiting, "Cột (12) gồm", "hồ sơ đang chờ bổ sung hoặc chờ nộp phí, thời hạn giải quyết tạm dừng."),
            ] {
                let told: Vec<&&str> = notes.iter().filter(|note| note.starts_with(begins)).collect();
                if number == 0 {
                    assert!(told.is_empty(), "{asked}: {notes:?}");
                    without += 1;
                } else {
                    assert_eq!(told, [&format!("{begins} {number} {ends}").as_str()], "{asked}");
                    with += 1;
                }
            }
            // What stands below is in none of the columns.
            let total: Vec<i64> = table["total"].as_array().unwrap().iter().skip(2).map(|cell| cell.as_str().unwrap().parse().unwrap()).collect();
            assert_eq!(total[0], total[4] + total[8] + counted.closed_without_result.total, "{asked}: {total:?}");
        }
        assert!(with > 3 && without > 1, "{with} notes, {without} without");
    }

    async fn its_footnotes_stand_on_paper(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let written = written(&db, 150);
        let (_house, office) = open(db, &written).await;
        let asked = "/reports/ii06a?from=2025-01-01&to=2025-03-31";
        let form = office.get(asked).await.expect(200).body;
        let closed = form["total"]["closed_without_result"].as_i64().unwrap();
        assert!(closed > 0, "{form}");
        let text = pdf(&office, &format!("{asked}&format=pdf")).await.text();
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let words = format!("Ngoài các cột trên có {closed} hồ sơ kết thúc không có kết quả trong kỳ");
        assert!(squeezed(&text).contains(&squeezed(&words)), "{words}: {text}");
    }
}
