//! The lists behind the numbers of the reports' tables: as many dossiers as each number says.

use crate::report::tables::open;
use crate::report::written::{Written, written};
use crate::support::house::Person;
use motcua::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The list at an address, page by page: its codes, and the number that it gives itself.
async fn listed(person: &Person, address: &str) -> (BTreeSet<String>, i64) {
    let (mut codes, mut cursor, mut count) = (BTreeSet::new(), None::<String>, None);
    loop {
        let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = person.get(&format!("{address}&limit=40&count=true{more}")).await.expect(200).body;
        for line in page["items"].as_array().unwrap() {
            assert!(codes.insert(line["code"].as_str().unwrap().to_owned()), "{line} twice in {address}");
        }
        let told = page["count"].as_i64().unwrap();
        assert_eq!(*count.get_or_insert(told), told, "{address}");
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (codes, told),
        }
    }
}

/// Holds every number of a table that has a list against it; how many of them are not 0.
async fn held(person: &Person, path: &str) -> usize {
    let table = person.get(path).await.expect(200).body;
    let lists = &table["lists"];
    let columns = lists["columns"].as_array().unwrap();
    assert_eq!(columns.len(), table["columns"].as_array().unwrap().len(), "{path}");
    let addresses = lists["rows"].as_array().unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(addresses.len(), rows.len(), "{path}");
    let mut seen = 0;
    for (row, address) in rows.iter().zip(addresses).chain([(&table["total"], &lists["total"])]) {
        for (cell, column) in row.as_array().unwrap().iter().zip(columns) {
            let Some(column) = column.as_str() else { continue };
            let number: i64 = cell.as_str().unwrap().replace('.', "").parse().unwrap();
            let address = format!("{}{column}", address.as_str().unwrap());
            // An empty list is as good as another; a few of them will do.
            if number == 0 && seen % 7 != 0 {
                continue;
            }
            let (codes, count) = listed(person, &address).await;
            assert_eq!((i64::try_from(codes.len()).unwrap(), count), (number, number), "{address}");
            seen += usize::from(number > 0);
        }
    }
    seen
}

fn code(written: &Written) -> String {
    written.reference.branch_by_id(written.ids.branches[0]).unwrap().code.clone()
}

on_both! {
    async fn every_number_of_a_report_has_a_list_of_as_many_dossiers(db: TestDatabase) {
        let written = written(&db, 120);
        let (house, office) = open(db, &written).await;
        let head = house.sign_in_as(Role::Head, Some(&code(&written))).await;
        let days = "from=2025-01-10&to=2025-03-20";
        for (path, least) in [
            (format!("/reports/ii06a?{days}"), 8),
            (format!("/reports/ii06a?{days}&as_of=2025-02-14"), 8),
            (format!("/reports/workload?{days}"), 8),
            (format!("/reports/causes?{days}"), 5),
            (format!("/reports/causes?{days}&as_of=2025-02-14"), 3),
            ("/reports/ageing?as_of=2025-02-14".to_owned(), 8),
            ("/reports/ageing?as_of=2026-01-05".to_owned(), 5),
        ] {
            let seen = held(&office, &format!("{path}&format=table")).await;
            assert!(seen >= least, "only {seen} numbers in {path}");
            held(&head, &format!("{path}&format=table")).await;
        }
    }

    async fn the_footnotes_of_the_form_lead_to_the_dossiers_they_tell_of(db: TestDatabase) {
        let written = written(&db, 150);
        let (_house, office) = open(db, &written).await;
        let asked = "from=2025-01-01&to=2025-03-31&as_of=2025-03-31";
        let table = office.get(&format!("/reports/ii06a?{asked}&format=table")).await.expect(200).body;
        let form = office.get(&format!("/reports/ii06a?{asked}")).await.expect(200).body;
        let notes: Vec<(&Value, &Value)> =
            table["notes"].as_array().unwrap().iter().zip(table["lists"]["notes"].as_array().unwrap()).collect();
        let mut told = 0;
        for (name, begins) in [("of_which_waiting", "Cột (12) gồm"), ("closed_without_result", "Ngoài các cột trên có")] {
            let number = form["total"][name].as_i64().unwrap();
            let note = notes.iter().find(|(words, _)| words.as_str().unwrap().starts_with(begins));
            assert_eq!(note.is_some(), number > 0, "{name}: {notes:?}");
            let Some((words, address)) = note else { continue };
            assert!(words.as_str().unwrap().contains(&format!("{begins} {number} hồ sơ")), "{words}");
            let (codes, count) = listed(&office, address.as_str().unwrap()).await;
            assert_eq!((i64::try_from(codes.len()).unwrap(), count), (number, number), "{address}");
            told += 1;
        }
        assert!(told > 0, "no note: {form}");
    }

    async fn lists_of_reports_are_asked_for_like_the_reports(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let march = "from=2026-03-01&to=2026-03-31";
        for path in ["/reports/ageing/dossiers?x=1".to_owned(), format!("/reports/causes/dossiers?{march}&x=1")] {
            head.get(&path).await.expect_faults(&["/query/x unknown-parameter"]);
        }
        for (query, fault) in [
            ("as_of=2030-01-01", "/query/as_of after-today"),
            ("age=old", "/query/age unknown-value"),
            ("due=never", "/query/due unknown-value"),
            ("sector=none", "/query/sector unknown-value"),
            ("limit=201", "/query/limit too-many"),
            ("cursor=x", "/query/cursor bad-cursor"),
        ] {
            head.get(&format!("/reports/ageing/dossiers?{query}")).await.expect_faults(&[fault]);
        }
        for (query, fault) in [
            ("cause=Chậm", "/query/cause unknown-value"),
            ("kind=nobody", "/query/kind unknown-value"),
            ("as_of=2026-02-01", "/query/as_of before-from"),
            ("cursor=x", "/query/cursor bad-cursor"),
        ] {
            head.get(&format!("/reports/causes/dossiers?{march}&{query}")).await.expect_faults(&[fault]);
        }
        for path in ["/reports/ageing/dossiers?".to_owned(), format!("/reports/causes/dossiers?{march}&")] {
            head.get(&format!("{path}branch_code=KL")).await.expect_problem(403, "foreign-branch");
            house.nobody().get(&path).await.expect(401);
        }
        let late = head.get(&format!("/reports/causes/dossiers?{march}&count=true")).await.expect(200).body;
        let report = head.get(&format!("/reports/causes?{march}")).await.expect(200).body;
        assert_eq!(late["count"], report["total"]["late"]);
        assert_eq!(late["items"][0]["applicant"]["address"], json!(null), "people are masked");
    }
}
