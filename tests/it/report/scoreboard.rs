//! What was handed out and said of it, as the scoreboard tells it: that of a naive recount of the events.

use super::written::{TODAY, Written, written};
use crate::lives::naive::Whose;
use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use motcua::both;
use motcua::domain::event::Channel;
use motcua::domain::ids::BranchId;
use motcua::domain::rates::Figures;
use motcua::domain::returned::ReturnedCounts;
use motcua::report::RateView;
use motcua::report::indicators::{IndicatorRow, IndicatorsView, ShareView, YearBefore, indicators};
use motcua::report::verify::{Difference, verify};
use serde_json::json;

type Days = (NaiveDate, NaiveDate, NaiveDate);

fn days(from: &str, to: &str, as_of: &str) -> Days {
    (from.parse().unwrap(), to.parse().unwrap(), as_of.parse().unwrap())
}

fn a_year_before((from, to, as_of): Days) -> Days {
    let before = |day: NaiveDate| day - Months::new(12);
    (before(from), before(to.min(as_of)), as_of)
}

/// Of a rate: part and whole.
fn share(rate: &Option<RateView>) -> Option<(i64, i64)> {
    rate.as_ref().map(|rate| (rate.numerator, rate.denominator))
}

/// As it is shown: nothing of nothing.
fn shown(part: i64, whole: i64) -> Option<(i64, i64)> {
    (whole > 0).then_some((part, whole))
}

impl Written {
    fn board(&self, (from, to, as_of): Days) -> IndicatorsView {
        let asked = json!({"from": from, "to": to, "as_of": as_of});
        let days = serde_json::from_value(asked).unwrap();
        let today = TODAY.parse().unwrap();
        self.ground.db.read_blocking(|c| indicators(c, &self.reference, &days, today, None)).unwrap()
    }

    fn handed_out(&self, days: Days, of: impl Fn(&Whose) -> bool) -> ReturnedCounts {
        let mut counts = ReturnedCounts::default();
        self.lives
            .iter()
            .filter(|life| of(&life.whose))
            .for_each(|life| life.count_handed_out(&mut counts, days));
        counts
    }

    fn goes_by_post(&self, whose: &Whose, on: NaiveDate) -> bool {
        let procedure = self.reference.procedure_by_id(whose.procedure).unwrap();
        procedure.version_on(on).is_some_and(|version| version.postal_eligible)
    }

    fn row<'v>(&self, view: &'v IndicatorsView, indicator: &str, branch: BranchId) -> &'v IndicatorRow {
        let code = &self.reference.branch_by_id(branch).unwrap().code;
        let indicator = view.indicators.iter().find(|one| one.id == indicator).unwrap();
        indicator.rows.iter().find(|row| row.branch_code == *code).unwrap()
    }
}

on_both! {
    async fn the_scoreboard_tells_of_results_what_a_naive_recount_of_the_events_does(db: TestDatabase) {
        let written = written(&db, 200);
        let mut answers = 0;
        for question in [
            days("2024-12-20", "2026-01-05", "2026-01-05"),
            days("2025-01-06", "2025-02-14", "2025-02-14"),
            days("2025-01-06", "2025-02-14", "2025-03-10"),
            days("2025-02-10", "2025-04-20", "2025-03-02"),
            days("2025-12-20", "2026-01-05", "2026-01-04"),
            days("2026-01-05", "2026-02-28", "2026-01-05"),
        ] {
            let view = written.board(question);
            let mut revised = written.handed_out(question, |_| true).late_answers;
            for life in &written.lives {
                let mut figures = Figures::default();
                life.count(&mut figures, question, None);
                revised += figures.revised;
            }
            assert_eq!(view.revised, revised, "{question:?}");
            for branch in written.ids.branches.iter().copied() {
                let counts = written.handed_out(question, |whose| whose.branch == branch);
                let before = written.handed_out(a_year_before(question), |whose| whose.branch == branch);
                answers += counts.surveyed;
                let YearBefore(satisfied_before) = written.row(&view, "S12", branch).year_before.clone().unwrap();
                let YearBefore(surveyed_before) = written.row(&view, "S23", branch).year_before.clone().unwrap();
                let satisfied = written.row(&view, "S12", branch);
                assert_eq!(share(&satisfied.rate), shown(counts.satisfied, counts.surveyed), "{question:?}");
                assert_eq!(share(&satisfied_before), shown(before.satisfied, before.surveyed), "{question:?}");
                let surveyed = written.row(&view, "S23", branch);
                assert_eq!(share(&surveyed.rate), shown(counts.surveyed, counts.returned()), "{question:?}");
                assert_eq!(share(&surveyed_before), shown(before.surveyed, before.returned()), "{question:?}");
                let [by_applicant] = &surveyed.shares[..] else { panic!("{surveyed:?}") };
                assert_eq!(by_applicant.what, "by_applicant");
                assert_eq!(share(&by_applicant.rate), shown(counts.surveyed_by_applicant, counts.surveyed));

                let eligible = |whose: &Whose| whose.branch == branch && written.goes_by_post(whose, question.1);
                let all = written.handed_out(question, eligible);
                let came = written.handed_out(question, |whose| eligible(whose) && whose.channel == Channel::Postal);
                let by_post = written.row(&view, "S08", branch);
                let wanted = [
                    ("received", share(&by_post.rate)),
                    ("returned", shown(all.postal, all.returned())),
                    ("either", shown(all.postal + came.in_person + came.online, all.returned())),
                    ("both", shown(came.postal, all.returned())),
                ];
                let told = by_post.shares.iter().map(|ShareView { what, rate }| (*what, share(rate)));
                assert_eq!(told.collect::<Vec<_>>(), wanted, "{question:?}");
            }
            // All together are the sum of the rows, and none is more than all.
            for indicator in view.indicators.iter().filter(|one| ["S08", "S12", "S23"].contains(&one.id)) {
                let sum = |of: &dyn Fn(&IndicatorRow) -> Option<(i64, i64)>| {
                    let parts = indicator.rows.iter().filter_map(of);
                    let (part, whole) = parts.fold((0, 0), |sum, (part, whole)| (sum.0 + part, sum.1 + whole));
                    assert!((0..=whole).contains(&part), "{indicator:?}");
                    shown(part, whole)
                };
                assert_eq!(share(&indicator.rate), sum(&|row| share(&row.rate)), "{indicator:?}");
                for (n, beside) in indicator.shares.iter().enumerate() {
                    assert_eq!(share(&beside.rate), sum(&|row| share(&row.shares[n].rate)), "{indicator:?}");
                }
            }
        }
        assert!(answers > 10, "{answers}");
    }

    async fn what_was_handed_out_before_there_was_a_table_of_it_is_filled_in(db: TestDatabase) {
        let written = written(&db, 120);
        let fill = if db.url.starts_with("sqlite") {
            include_str!("../../../migrations/2026-11-27-001131_returned_before_sqlite/up.sql")
        } else {
            include_str!("../../../migrations/2026-11-27-001132_returned_before_postgres/up.sql")
        };
        let differing = written.ground.write(move |tx| {
            both!(tx, |c| {
                diesel::sql_query("delete from tallies_returned").execute(c)?;
                diesel::sql_query(fill).execute(c)?
            });
            verify(tx, &mut |_, _| {})
        });
        // Before, nobody was asked; these were.
        let of_answers = |difference: &Difference| match difference {
            Difference::Returned { figure, stored, .. } => !figure.starts_with("returned_") && *stored == 0,
            _ => false,
        };
        assert!(!differing.shown.is_empty() && differing.shown.iter().all(of_answers), "{:#?}", differing.shown);
    }
}
