//! The dossiers behind a number: as many as it says, and the very ones that a naive recount counts.

use super::written::{OFFICERS, TODAY, Written, written};
use chrono::{Days, NaiveDate, TimeDelta};
use motcua::domain::event::Channel;
use motcua::domain::figure::Figure;
use motcua::domain::ids::{DossierId, OfficerId};
use motcua::domain::rates::Figures;
use motcua::domain::role::Role;
use motcua::report::behind::behind;
use motcua::report::rates::rates;
use motcua::report::{Asked, Grouping};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who holds what nobody holds.
const NOBODY: &str = "-";

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

/// Random questions; a third of them as of today, where rows may be believed.
fn cases() -> usize {
    std::env::var("MOTCUA_TEST_LISTS").map_or(24, |text| text.parse().unwrap())
}

/// The value of a figure where it stands in a row of the answer.
fn told(row: &Value, figure: Figure) -> i64 {
    let name = figure.as_str();
    let member =
        |part: &str, name: &str| row[part][name].as_i64().unwrap_or_else(|| panic!("{part} {name}: {row}"));
    match figure {
        Figure::CarriedOver => row["carried_over"].as_i64().unwrap(),
        Figure::ReceivedOnline => member("received", "online"),
        Figure::ReceivedDirectOrPost => member("received", "in_person") + member("received", "postal"),
        Figure::ReceivedOrCarriedOver => member("received", "total") + row["carried_over"].as_i64().unwrap(),
        Figure::InProcessNotOverdue => member("in_process", "within_limit") + member("in_process", "waiting"),
        Figure::Received | Figure::Resolved | Figure::ClosedWithoutResult | Figure::InProcess => {
            member(name, "total")
        }
        Figure::ResolvedInTime => member("resolved", "early") + member("resolved", "on_time"),
        Figure::ClosedPastDue => member("closed_without_result", "past_due"),
        _ => {
            let parts = ["resolved", "in_process", "apologies"];
            let (part, name) = parts
                .iter()
                .find_map(|part| Some((part, name.strip_prefix(part)?.strip_prefix('_')?)))
                .unwrap();
            member(part, name)
        }
    }
}

impl Written {
    /// The whole list behind a number, page by page.
    fn list(&self, asked: &Asked, figure: Figure, limit: usize) -> Vec<DossierId> {
        let (mut all, mut reached) = (Vec::new(), None);
        loop {
            let found = self
                .ground
                .db
                .read_blocking(|c| {
                    let question = asked.question(c, &self.reference, today(), None)?;
                    behind(c, &question, figure, today(), reached, limit)
                })
                .unwrap();
            assert!(found.ids.len() <= limit);
            all.extend(found.ids);
            match found.next {
                None => return all,
                next => reached = next,
            }
        }
    }

    /// The same, found by looking at every life.
    fn looked_for(&self, asked: &Asked, figure: Figure) -> BTreeSet<DossierId> {
        let as_of = asked.as_of.unwrap_or(asked.to.min(today()));
        let officer = |name: &String| match name.as_str() {
            NOBODY => OfficerId::nil(),
            name => self.ids.officers[OFFICERS.iter().position(|officer| *officer == name).unwrap()],
        };
        let holder: Option<OfficerId> = asked.officer.as_ref().map(officer);
        let mut found = BTreeSet::new();
        for (life, id) in self.lives.iter().zip(&self.keys) {
            let whose = &life.whose;
            let branch = &self.reference.branch_by_id(whose.branch).unwrap().code;
            let sector = &self.reference.sector_by_id(whose.sector).unwrap().code;
            let procedure = &self.reference.procedure_by_id(whose.procedure).unwrap().code;
            let here = asked.branch_code.as_ref().is_none_or(|code| code == branch)
                && asked.sector.as_ref().is_none_or(|code| code == sector)
                && asked.procedure_code.as_ref().is_none_or(|code| code == procedure)
                && asked.channel.is_none_or(|channel| channel == whose.channel);
            let mut figures = Figures::default();
            if here {
                life.count(&mut figures, (asked.from, asked.to, as_of), holder);
            }
            match figure.of(&figures) {
                0 => {}
                1 => assert!(found.insert(*id)),
                more => panic!("{more} of one dossier"),
            }
        }
        found
    }
}

fn questions() -> impl Strategy<Value = (Asked, usize)> {
    let first: NaiveDate = "2024-12-10".parse().unwrap();
    let days = (0..140_u64, prop_oneof![2 => 0..40_u64, 1 => 40..400_u64], 0..250_i64, 0..3_u8);
    let only = (
        prop::option::weighted(0.15, prop::sample::select(Channel::ALL.to_vec())),
        prop::option::weighted(0.3, prop::sample::select([&OFFICERS[..], &[NOBODY]].concat())),
    );
    (days, only, 1..30_usize).prop_map(move |((from, length, ahead, when), (channel, officer), limit)| {
        let from = first + Days::new(from);
        let as_of = match when {
            0 => None,
            1 => Some((from + TimeDelta::days(ahead)).min(today())),
            _ => Some(today()),
        };
        let to = from + Days::new(length);
        let asked = Asked {
            by: vec![Grouping::Branch, Grouping::Sector],
            channel,
            officer: officer.map(str::to_owned),
            ..Asked::of_days(from, to, as_of)
        };
        (asked, limit)
    })
}

on_both! {
    async fn behind_every_number_stand_as_many_dossiers_as_it_says_and_the_right_ones(db: TestDatabase) {
        let written = written(&db, 140);
        let mut runner = TestRunner::deterministic();
        let (mut numbers, mut dossiers) = (0, 0);
        for _ in 0..cases() {
            let (asked, limit) = questions().new_tree(&mut runner).unwrap().current();
            let answer = written.ground.db.read_blocking(|c| rates(c, &written.reference, &asked, today(), None)).unwrap();
            let answer = json!(answer);
            let mut rows: Vec<(Asked, &Value)> = answer["rows"].as_array().unwrap().iter().map(|row| {
                let named = |name: &str| row[name].as_str().map(str::to_owned);
                (Asked { branch_code: named("branch_code"), sector: named("sector_code"), by: Vec::new(), ..asked.clone() }, row)
            }).collect();
            rows.push((Asked { by: Vec::new(), ..asked.clone() }, &answer["total"]));
            for (asked, row) in rows {
                for figure in Figure::ALL {
                    let list = written.list(&asked, *figure, limit);
                    let context = || format!("{figure} of {asked:?}");
                    assert_eq!(i64::try_from(list.len()).unwrap(), told(row, *figure), "{}", context());
                    assert_eq!(BTreeSet::from_iter(list.iter().copied()), written.looked_for(&asked, *figure), "{}", context());
                    numbers += 1;
                    dossiers += list.len();
                }
            }
        }
        assert!(numbers > 50 * cases() && dossiers > 100 * cases(), "only {numbers} numbers, {dossiers} dossiers");
    }

    async fn a_month_of_a_table_has_the_lists_of_its_own_days(db: TestDatabase) {
        let written = written(&db, 60);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let asked = Asked { by: vec![Grouping::Month], ..Asked::of_days(day("2025-01-10"), day("2025-05-20"), None) };
        let answer = json!(written.ground.db.read_blocking(|c| rates(c, &written.reference, &asked, today(), None)).unwrap());
        let rows = answer["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 5);
        for row in rows {
            let of = |name: &str| day(row["period"][name].as_str().unwrap());
            let month = Asked::of_days(of("from"), of("to"), None);
            for figure in Figure::ALL {
                let list = written.list(&month, *figure, 200);
                assert_eq!(i64::try_from(list.len()).unwrap(), told(row, *figure), "{figure} of {row}");
            }
        }
    }

    async fn the_list_behind_a_number_is_asked_for_like_the_number(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let march = "from=2026-03-01&to=2026-03-31";
        let late = office.get(&format!("/rates/dossiers?{march}&figure=resolved_overdue&branch_code=TS&count=true")).await.expect(200).body;
        assert_eq!((late["items"].as_array().unwrap().len(), &late["count"], &late["next"]), (1, &json!(1), &Value::Null));
        let line = &late["items"][0];
        assert_eq!((&line["branch_code"], &line["timeliness"], &line["applicant"]["address"]), (&json!("TS"), &json!("overdue"), &Value::Null));

        // Page by page, each with the number of all.
        let path = format!("/rates/dossiers?{march}&figure=received&channel=in_person&limit=1&count=true");
        let (mut codes, mut cursor) = (BTreeSet::new(), None::<String>);
        loop {
            let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = office.get(&format!("{path}{more}")).await.expect(200).body;
            assert_eq!(page["count"], 4);
            for line in page["items"].as_array().unwrap() {
                assert!(codes.insert(line["code"].as_str().unwrap().to_owned()), "{line} twice");
            }
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(codes.len(), 4);

        // As a file the whole list, whatever a page of it holds.
        let file = office.get(&format!("{path}&format=csv")).await.expect(200).text;
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!(lines[0].trim_start_matches('\u{feff}'), "Mã hồ sơ,Người nộp,Đơn vị,Lĩnh vực,Thủ tục,Trạng thái,Tiếp nhận,Hẹn trả,Tình trạng hạn,Có kết quả,Số ngày quá hạn,Người giữ");
        let listed: BTreeSet<String> = lines[1..].iter().map(|line| line.split(',').next().unwrap().to_owned()).collect();
        assert_eq!(listed, codes);
        let table = office.get(&format!("{path}&format=table")).await.expect(200).body;
        assert_eq!(table["rows"].as_array().unwrap().len(), 4);
        assert!(table["about"].as_array().unwrap().contains(&json!("Cách nộp: trực tiếp")), "{table}");
        assert!(table["about"][0].as_str().unwrap().starts_with("Tiếp nhận trong kỳ: từ 01/03/2026 đến 31/03/2026"), "{table}");
        let book = office.get(&format!("{path}&format=xlsx")).await.expect(200);
        assert!(book.header("content-disposition").unwrap().contains("ho-so-received-2026-03-01-2026-03-31.xlsx"));

        // A branch sees its own.
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let mine = head.get(&format!("/rates/dossiers?{march}&figure=received&format=csv")).await.expect(200).text;
        assert_eq!(mine.lines().count(), 1 + 3);
        let own = head.get(&format!("/rates/dossiers?{march}&figure=received&count=true")).await.expect(200).body;
        assert_eq!((own["items"].as_array().unwrap().len(), &own["count"]), (3, &json!(3)));
        head.get(&format!("/rates/dossiers?{march}&figure=received&branch_code=KL")).await.expect_problem(403, "foreign-branch");
        house.nobody().get(&format!("/rates/dossiers?{march}&figure=received")).await.expect(401);

        for (query, fault) in [
            ("figure=r1", "/query/figure unknown-value"),
            ("figure=received&by=branch", "/query/by unknown-parameter"),
            ("figure=received&officer=nobody", "/query/officer unknown-value"),
            ("figure=received&as_of=2026-02-01", "/query/as_of before-from"),
            ("figure=received&limit=201", "/query/limit too-many"),
            ("figure=received&cursor=x", "/query/cursor bad-cursor"),
            ("figure=received&format=doc", "/query/format unknown-value"),
            ("branch_code=TS", "/query/figure missing-field"),
        ] {
            office.get(&format!("/rates/dossiers?{march}&{query}")).await.expect_faults(&[fault]);
        }
        let first = office.get(&format!("/rates/dossiers?{march}&figure=received&limit=1")).await.expect(200).body;
        let foreign = format!("/rates/dossiers?{march}&figure=resolved&cursor={}", first["next"].as_str().unwrap());
        office.get(&foreign).await.expect_faults(&["/query/cursor bad-cursor"]);
    }
}
