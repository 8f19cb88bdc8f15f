//! On SQLite, whose plans do not depend on how much there is: what is few is read through an index of few rows, also where a
//! branch is asked for. By the branch itself SQLite would read all that it ever received.

use crate::support::plans::{ground_of_plans, plans};
use chrono::NaiveDate;
use motcua::db::Conn;
use motcua::domain::ids::{BranchId, DossierId, OfficerId};
use motcua::domain::lifecycle::Status;
use motcua::domain::tally::Against;
use motcua::dossier::{Filter, RunningAfter, RunningOf, Sort, page, running};
use motcua::failure::Outcome;
use motcua::reference::Reference;
use motcua::report::{Asked, ageing, overdue, rates};
use std::sync::Arc;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Asks of all branches, and of one: the statements that are looked at go through these indexes, in this order.
#[track_caller]
fn goes_through(
    looked_at: fn(&str) -> bool,
    of_all: &[&str],
    of_a_branch: &[&str],
    ask: impl Fn(&mut Conn<'_>, &Reference, Option<BranchId>) -> Outcome<()> + Clone + Send + 'static,
) {
    let ground = ground_of_plans();
    let reference = ground.reference();
    let one = reference.branches().iter().next().unwrap().id;
    for (branch, indexes) in [(None, of_all), (Some(one), of_a_branch)] {
        let (reference, ask) = (Arc::clone(&reference), ask.clone());
        let plans = plans(&ground, looked_at, move |c| ask(c, &reference, branch));
        assert_eq!(plans.len(), indexes.len(), "{plans:#?}");
        for (plan, index) in plans.iter().zip(indexes) {
            assert!(plan.contains(&format!("INDEX {index}")), "{index}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "sorted: {plan}");
        }
    }
}

#[test]
fn an_evening_that_is_over_is_not_answered_by_looking_through_everything() {
    goes_through(
        |text| text.contains("FROM `dossiers`"),
        &["dossiers_open_everywhere", "dossiers_by_end", "dossiers_lasted_long"],
        &["dossiers_open_of_branch", "dossiers_of_branch_by_end", "dossiers_lasted_long"],
        |c, reference, branch| ageing(c, reference, branch, (day("2025-03-10"), day("2026-03-10"))).map(drop),
    );
}

#[test]
fn what_ended_late_and_what_is_overdue_is_found_among_the_late_ones_by_due_date() {
    let late = ["dossiers_open_due", "dossiers_ended_overdue", "dossiers_given_up"];
    goes_through(
        |text| text.contains("FROM `dossiers`"),
        &late,
        &late,
        |c, reference, branch| {
            let (from, today) = (day("2026-01-01"), day("2026-03-10"));
            overdue(c, reference, branch, (from, today), (today, today)).map(drop)
        },
    );
}

#[test]
fn what_runs_is_read_in_the_order_of_the_index_of_what_is_open() {
    let by_due = |text: &str| text.contains("`due_on` ASC");
    goes_through(by_due, &["dossiers_open_due"], &["dossiers_open_of_branch"], |c, _, branch| {
        running(c, &RunningOf { branch, ..RunningOf::default() }, None, 50).map(drop)
    });
    goes_through(by_due, &["dossiers_open_held"], &["dossiers_open_held"], |c, _, branch| {
        let of = RunningOf { branch, held_by: Some(OfficerId::nil()), procedure: None };
        running(c, &of, None, 50).map(drop)
    });
}

#[test]
fn what_is_open_is_listed_by_an_index_of_what_is_open_whatever_its_status() {
    for status in
        Status::ALL.iter().copied().filter(|status| status.is_open() && *status != Status::Registered)
    {
        // Received is what is not handed on yet: so few that they have an index of their own.
        let by_due =
            if status == Status::Received { "dossiers_received_due" } else { "dossiers_open_everywhere" };
        for (sort, of_all, of_a_branch) in [
            (Sort::ReceivedAt, "dossiers_open_newest", "dossiers_open_of_branch_newest"),
            (Sort::DueOn, by_due, "dossiers_open_of_branch"),
        ] {
            goes_through(
                |text| text.contains("FROM (`dossiers`"),
                &[of_all],
                &[of_a_branch],
                move |c, _, branch| {
                    let filter = Filter { branch, status: Some(status), ..Filter::default() };
                    page(c, &filter, sort, None, 51, (day("2026-03-10"), day("2026-03-12"))).map(drop)
                },
            );
        }
    }
}

#[test]
fn what_waits_to_be_accepted_is_read_by_key_among_its_like() {
    let registered = ["dossiers_registered (status=? AND id>?)"];
    goes_through(
        |text| text.contains("FROM (`dossiers`"),
        &registered,
        &registered,
        |c, _, branch| {
            let after = Some(RunningAfter::Registered(DossierId::nil()));
            running(c, &RunningOf { branch, ..RunningOf::default() }, after, 50).map(drop)
        },
    );
}

#[test]
fn figures_against_the_re_appointed_date_ask_only_what_was_re_appointed() {
    let twice = ["dossiers_reappointed", "dossiers_reappointed"];
    goes_through(
        |text| text.contains("reappointments"),
        &twice,
        &twice,
        |c, reference, branch| {
            let mut asked = Asked::of_days(day("2026-01-01"), day("2026-03-01"), None);
            asked.branch_code =
                branch.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
            asked.against = Against::Reappointed;
            rates(c, reference, &asked, day("2026-03-10"), None).map(drop)
        },
    );
}
