//! Form II.06a of random registers: what came in is what went out and what is left, on whatever evening the figures end.

use super::written::{TODAY, written};
use chrono::NaiveDate;
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
}
