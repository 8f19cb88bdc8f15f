//! What comes in, and that it comes in once.

#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small numbers, made here")]

use super::world::World;
use crate::support::process::Service;
use crate::support::register::{Line, Shape, agency, lines, place};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

on_both! {
    async fn every_line_becomes_a_dossier_with_its_own_life(db: TestDatabase) {
        let world = World::new(&db);
        let register = lines(Shape::new(1, 2000));
        world.write_lines("so.csv", &register);
        let said = world.import(&["so.csv", "--dry-run"]).success().stdout;
        assert!(said.contains("2000 dòng nhập được, 0 dòng lỗi") && said.contains("Chưa ghi gì"), "{said}");
        assert_eq!(world.count(), 0);

        let said = world.import(&["so.csv"]).success().stdout;
        assert!(said.contains("Đã nhập 2000 hồ sơ."), "{said}");
        let stored = world.stored();
        let told = |column: &str| register.iter().filter(|line| !line[place(column)].is_empty()).count();
        assert_eq!(stored.len(), 2000);
        let with = |kind: &str| stored.iter().flat_map(|one| &one.events).filter(|event| event.starts_with(kind)).count();
        assert_eq!((with("registered"), with("received")), (2000, 2000));
        assert_eq!(with("supplement_requested"), told("supplement_requested_at"));
        assert_eq!(with("supplied"), told("supplied_at"));
        assert_eq!(with("resolved"), told("resolved_at"));
        assert_eq!(with("returned"), told("returned_at"));
        assert_eq!(with("withdrawn"), told("withdrawn_at"));
        assert_eq!(world.causes(), told("cause") as i64);
        let given: BTreeSet<&str> = register.iter().map(|line| line[0].as_str()).filter(|code| !code.is_empty()).collect();
        let held: BTreeSet<&str> = stored.iter().map(|one| one.code.as_str()).collect();
        assert!(given.is_subset(&held), "codes of the register are kept");
        numbered_in_order_of_receipt(&world, &register);

        let said = world.import(&["so.csv"]).success().stdout;
        assert!(said.contains("2000 hồ sơ. Không nhập lại."), "{said}");
        assert_eq!(world.stored(), stored);
    }

    async fn a_workbook_brings_the_same_as_the_text(db: TestDatabase) {
        let world = World::new(&db);
        let register = lines(Shape { coded_percent: 100, ..Shape::new(2, 300) });
        world.write_lines("so.xlsx", &register);
        world.import(&["so.xlsx"]).success();
        let from_workbook = world.stored();
        assert_eq!(from_workbook.len(), 300);

        let other = crate::support::database::fresh(db.kind).unwrap();
        let other = World::new(&other);
        other.write_lines("so.csv", &register);
        other.import(&["so.csv"]).success();
        assert_eq!(from_workbook, other.stored());
    }

    async fn what_was_interrupted_goes_on_where_it_was(db: TestDatabase) {
        let world = World::new(&db);
        let register = lines(Shape { coded_percent: 30, ..Shape::new(3, 6000) });
        world.write_lines("so.csv", &register);
        crate::support::process::run_in(world.folder.path(), &["migrate"], &[("DATABASE_URL", &world.url)], "").success();

        let file = world.path("so.csv");
        let mut killed_in_between = 0;
        for _ in 0..20 {
            let before = world.count();
            let mut import = Service::spawn(&["import", "dossiers", file.to_str().unwrap()], &[("DATABASE_URL", &world.url)]);
            while world.count() == before && before < 6000 {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            import.kill9();
            let count = world.count();
            assert_eq!(count % 2000, 0, "all or nothing of each batch");
            killed_in_between += usize::from(count > 0 && count < 6000);
            if count >= 4000 {
                break;
            }
        }
        assert!(killed_in_between > 0, "it was never caught in between");
        let said = world.import(&["so.csv"]).success().stdout;
        assert!(said.contains("bị gián đoạn") || said.contains("Không nhập lại"), "{said}");
        assert_eq!(world.count(), 6000);
        numbered_in_order_of_receipt(&world, &register);

        let other = crate::support::database::fresh(db.kind).unwrap();
        let other = World::new(&other);
        other.write_lines("so.csv", &register);
        other.import(&["so.csv"]).success();
        assert_eq!(world.stored(), other.stored(), "as if nothing had happened");
    }

    async fn live_numbering_goes_on_after_the_codes_of_a_register(db: TestDatabase) {
        let world = World::new(&db);
        let mut register = lines(Shape { coded_percent: 0, ..Shape::new(4, 3) });
        for (line, code) in register.iter_mut().zip(["000.00.03.H29-200121-0041", "H29.03.00.000-200121-0099", ""]) {
            line[place("dossier_code")] = code.into();
            line[place("branch_code")] = "TS".into();
            line[place("procedure_code")] = "1.003650".into();
            line[place("case")] = String::new();
            line[place("time_limit")] = "3wd".into();
            for column in ["supplement_requested_at", "supplied_at", "resolved_at", "outcome", "returned_at", "return_channel", "withdrawn_at"] {
                line[place(column)] = String::new();
            }
            line[place("received_at")] = "2020-01-21 08:00".into();
        }
        world.write_lines("so.csv", &register);
        world.import(&["so.csv"]).success();
        let codes: BTreeSet<String> = world.stored().into_iter().map(|one| one.code).collect();
        let wanted = ["000.00.03.H29-200121-0041", "000.00.03.H29-200121-0042", "H29.03.00.000-200121-0099"];
        assert_eq!(codes, wanted.into_iter().map(str::to_owned).collect());
        // The other agency's too: a branch may take over its identifier one day, and must not number anew.
        let day: NaiveDate = "2020-01-21".parse().unwrap();
        let counters = [("000.00.03.H29".to_owned(), day, 42, 41), ("H29.03.00.000".to_owned(), day, 99, 99)];
        assert_eq!(world.counters(), counters);
    }
}

/// Lines without a code are numbered after those that have one, without gaps, first come, first numbered.
fn numbered_in_order_of_receipt(world: &World, register: &[Line]) {
    let given: BTreeSet<&str> = register.iter().map(|line| line[0].as_str()).collect();
    let mut of_day: BTreeMap<(String, String), Vec<(motcua::db::types::Moment, u32)>> = BTreeMap::new();
    for one in world.stored() {
        if !given.contains(one.code.as_str()) {
            let (day, number) = one.code.rsplit_once('-').unwrap();
            let (agency, day) = day.rsplit_once('-').unwrap();
            let place = (agency.to_owned(), day.to_owned());
            of_day.entry(place).or_default().push((one.received_at.unwrap(), number.parse().unwrap()));
        }
    }
    let count: usize = of_day.values().map(Vec::len).sum();
    assert_eq!(count, register.iter().filter(|line| line[0].is_empty()).count());
    for ((of, day), mut numbered) in of_day {
        let coded =
            register.iter().filter(|line| line[0].starts_with(&format!("{of}-{day}-"))).count() as u32;
        numbered.sort_by_key(|(_, number)| *number);
        let numbers: Vec<u32> = numbered.iter().map(|(_, number)| *number).collect();
        assert_eq!(numbers, (coded + 1..=coded + numbers.len() as u32).collect::<Vec<_>>(), "{of} {day}");
        assert!(numbered.is_sorted_by_key(|(at, _)| *at), "{of} {day}");
        assert!(register.iter().any(|line| agency(&line[place("branch_code")]) == of));
    }
}
