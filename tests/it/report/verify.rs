//! `verify` finds nothing where nothing was touched, and names what was.

use super::written::written;
use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::process::run_on;
use diesel::prelude::*;
use motcua::both;
use motcua::db::Conn;
use motcua::domain::decide::Command;
use motcua::dossier::Finding;
use motcua::failure::{Failure, Outcome};
use motcua::report::verify::{Difference, Verified, verify};

fn sql(tx: &mut Conn<'_>, text: &str) -> usize {
    both!(tx, |c| diesel::sql_query(text).execute(c)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is found after tampering, which is undone.
fn after(ground: &crate::support::ground::Ground, tamper: &str) -> Verified {
    let (tell, told) = std::sync::mpsc::channel();
    let tamper = tamper.to_owned();
    let undone: Outcome<()> = ground.db.write_blocking(move |tx| {
        assert_eq!(sql(tx, &tamper), 1, "{tamper}");
        tell.send(verify(tx, &mut |_, _| {})?).unwrap();
        Err(Failure::Conflict("undone"))
    });
    assert!(matches!(undone, Err(Failure::Conflict("undone"))), "{undone:?}");
    told.recv().unwrap()
}

fn findings(verified: &Verified) -> Vec<&Finding> {
    let findings = verified.shown.iter().filter_map(|difference| match difference {
        Difference::Dossier { finding, .. } => Some(finding),
        _ => None,
    });
    findings.collect()
}

/// The last event of a kind, as a condition.
fn one(condition: &str) -> String {
    format!(
        "(dossier_id, seq) in (select dossier_id, seq from dossier_events where {condition} order by dossier_id, seq limit 1)"
    )
}

/// Takes out of one row what it says of the part that is going on: so rows were written before parts were counted.
fn cut_part(db: &TestDatabase, condition: &str) -> String {
    let without =
        if db.url.starts_with("sqlite") { "json_remove(standing, '$.part')" } else { "standing - 'part'" };
    format!("update dossiers set standing = {without} where {condition}")
}

on_both! {
    async fn whatever_is_tampered_with_is_named(db: TestDatabase) {
        let written = written(&db, 60);
        let ground = &written.ground;
        let clean = ground.write(|tx| verify(tx, &mut |_, _| {}));
        assert_eq!(clean.shown, []);
        assert_eq!((clean.differences, clean.dossiers), (0, u64::try_from(written.lives.len()).unwrap()));
        assert!(clean.cells > 500 && clean.events > 200, "{clean:?}");

        for (table, key) in [
            ("tallies", "branch_id, grain, day, sector_id"),
            ("tallies_fine", "branch_id, grain, day, sector_id, procedure_id, channel, officer_id"),
        ] {
            for grain in 0..3 {
                let cell = format!(
                    "update {table} set overdue = overdue + 7 where ({key}) in \
                     (select {key} from {table} where grain = {grain} order by {key} limit 1)"
                );
                match after(ground, &cell).shown.as_slice() {
                    [Difference::Tally { table: named, cell, figure: "overdue", stored, counted }] => {
                        assert_eq!((*named, cell.grain.number()), (table, grain));
                        assert_eq!(*stored, counted + 7);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        for grain in 0..2 {
            let key = "branch_id, grain, day, sector_id, procedure_id, unit, step, officer_id";
            let part = format!(
                "update tallies_parts set overdue = overdue + 7 where ({key}) in \
                 (select {key} from tallies_parts where grain = {grain} order by {key} limit 1)"
            );
            match after(ground, &part).shown.as_slice() {
                [Difference::Parts { place, figure: "overdue", stored, counted }] => {
                    assert_eq!((place.grain.number(), *stored), (grain, counted + 7));
                }
                other => panic!("{other:?}"),
            }
        }
        for grain in 0..3 {
            let key = "branch_id, grain, day, sector_id, procedure_id, channel";
            let handed_out = format!(
                "update tallies_returned set surveyed = surveyed + 7 where ({key}) in \
                 (select {key} from tallies_returned where grain = {grain} order by {key} limit 1)"
            );
            match after(ground, &handed_out).shown.as_slice() {
                [Difference::Returned { place, figure: "surveyed", stored, counted }] => {
                    assert_eq!((place.grain.number(), *stored), (grain, counted + 7));
                }
                other => panic!("{other:?}"),
            }
        }
        let part = after(ground, &cut_part(&db, "id = (select id from dossiers where status = 'in_processing' order by code limit 1)"));
        assert_eq!(findings(&part), [&Finding::OtherThanTold { columns: vec!["standing"] }], "a part that was cut out");

        let gone = after(ground, "delete from tallies where (branch_id, day, grain) in \
            (select branch_id, day, grain from tallies where grain = 0 and open <> 0 group by branch_id, day, grain \
             having count(*) = 1 order by branch_id, day limit 1)");
        assert!(matches!(gone.shown.as_slice(), [Difference::Tally { stored: 0, .. }, ..]), "{gone:?}");

        let facts = after(ground, &format!(
            "update dossier_events set facts = '{{\"reason\": \"khác\", \"past_due\": false}}' where {}",
            one("kind = 'withdrawn' and exists (select 1 from dossier_events later where later.dossier_id = dossier_events.dossier_id)")
        ));
        assert!(matches!(findings(&facts)[..], [Finding::BrokenChain { .. }, ..]), "{facts:?}");

        let moved = after(ground, &format!("update dossier_events set occurred_at = recorded_at, officer_id = dossier_id where {}", one("kind = 'received'")));
        assert!(findings(&moved).iter().any(|finding| matches!(finding, Finding::BrokenChain { seq: 2 })), "{moved:?}");
        assert!(moved.shown.iter().any(|difference| matches!(difference, Difference::Tally { .. })), "{moved:?}");

        let deleted = after(ground, &format!("delete from dossier_events where {}", one("kind = 'received' and seq = 2 and dossier_id in (select dossier_id from dossier_events where seq = 3)")));
        assert!(findings(&deleted).contains(&&Finding::Gap { due: 2, came: 3 }), "{deleted:?}");
        assert!(findings(&deleted).contains(&&Finding::BrokenChain { seq: 3 }), "{deleted:?}");

        let last = after(ground, &format!("delete from dossier_events where {}", one("kind = 'returned' and seq = (select max(seq) from dossier_events l where l.dossier_id = dossier_events.dossier_id)")));
        assert!(matches!(findings(&last)[..], [Finding::OtherEnd { .. }, ..]), "{last:?}");

        let unreadable = after(ground, &format!("update dossier_events set facts = '[1]' where {}", one("kind = 'forwarded'")));
        assert!(findings(&unreadable).iter().any(|finding| matches!(finding, Finding::Unreadable { .. })), "{unreadable:?}");

        let row = after(
            ground,
            "update dossiers set held_step = 'không ai', rule_set = 'khác' \
             where id = (select id from dossiers where status = 'resolved' order by code limit 1)",
        );
        assert_eq!(findings(&row), [&Finding::OtherThanTold { columns: vec!["rule_set", "held_step"] }]);

        let name = after(ground, "update dossier_particulars set applicant_name = 'Người khác' where dossier_id = (select id from dossiers order by code limit 1)");
        assert_eq!(findings(&name), [&Finding::OtherThanTold { columns: vec!["particulars"] }]);

        let counter = "update code_counters set last = last + 2 where (agency_identifier, day) in (select agency_identifier, day from code_counters order by day limit 1)";
        let codes = after(ground, counter);
        assert!(matches!(codes.shown.as_slice(), [Difference::CodeMissing { .. }, Difference::CodeMissing { .. }]), "{codes:?}");
        let codes = after(ground, &counter.replace("last + 2", "0"));
        assert!(matches!(codes.shown.as_slice(), [Difference::CodeBeyondCounter { number: 1, last: 0, .. }, ..]), "{codes:?}");

        // Nothing of all this stayed.
        assert_eq!(ground.write(|tx| verify(tx, &mut |_, _| {})).differences, 0);
    }

    async fn a_part_is_missed_in_a_row_unless_it_began_before_acts_told_what_parts_are_judged_by(db: TestDatabase) {
        let ground = Ground::at(&db, "2026-01-05 08:00");
        let take_in = |name: &str| ground.take_in("TS", intake("1.003650", applicant(name)));
        let before = take_in("Nguyễn Thị Một");
        let handed_on = take_in("Trần Văn Hai");
        let cut = |code: &str| after(&ground, &cut_part(&db, &format!("code = '{code}'")));
        assert_eq!((cut(&before).shown, cut(&handed_on).shown), (vec![], vec![]), "nothing is told of parts yet");

        ground.clock_to("2026-01-05 09:00");
        let on = Command::Forward { to_officer: None, to_step: Some("tham_dinh".into()), note: None };
        ground.act(&handed_on, on).expect("handed on");
        ground.clock_to("2026-01-05 10:00");
        let later = take_in("Lê Thị Ba");
        assert_eq!(cut(&before).shown, [], "a row of before is as good");
        for code in [handed_on, later] {
            let found = cut(&code).shown;
            let finding = Finding::OtherThanTold { columns: vec!["standing"] };
            assert_eq!(found, [Difference::Dossier { code, finding }]);
        }
        assert_eq!(ground.write(|tx| verify(tx, &mut |_, _| {})).differences, 0);
    }

    async fn the_command_says_so_and_ends_with_1(db: TestDatabase) {
        let ground = Ground::at(&db, "2026-01-05 08:00");
        for name in ["Nguyễn Thị Một", "Trần Văn Hai", "Lê Thị Ba"] {
            ground.take_in_async("TS", intake("1.003650", applicant(name))).await;
        }
        let said = run_on(&db, &["verify"], "").success().stdout;
        assert!(said.ends_with("Không có sai khác.\n"), "{said}");
        assert!(said.contains("3 hồ sơ"), "{said}");
        ground.write(|tx| {
            sql(tx, "update tallies set received_postal = received_postal + 1");
            Ok(())
        });
        let refused = run_on(&db, &["verify"], "").code(1);
        assert!(refused.stdout.contains("received_postal đang lưu"), "{}", refused.stdout);
        assert!(refused.stderr.contains("sai khác"), "{}", refused.stderr);
        // More than are named are counted.
        assert!(refused.stdout.lines().count() <= 102, "{}", refused.stdout);
    }
}
