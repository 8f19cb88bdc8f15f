//! Rates asked of a real database are those of a naive recount of its events, to the last integer.

use super::written::{OFFICERS, TODAY, Written, written};
use crate::lives::naive::{Counted, Whose};
use chrono::{Days, NaiveDate, TimeDelta};
use motcua::domain::event::Channel;
use motcua::domain::ids::OfficerId;
use motcua::domain::period::Period;
use motcua::domain::rates::Figures;
use motcua::domain::tally::Against;
use motcua::domain::target::{Bar, Fraction, OnTimeBars, Strictness};
use motcua::dossier;
use motcua::failure::Failure;
use motcua::report::rates::rates;
use motcua::report::{Asked, FiguresView, Grouping, RatesView};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

/// What the starting data say must be reached.
fn plan() -> OnTimeBars {
    let bar = |strictness, numerator, denominator| Bar {
        value: Fraction::new(numerator, denominator).unwrap(),
        strictness,
    };
    OnTimeBars {
        branch: Some(bar(Strictness::MoreThan, 9, 10)),
        sector: Some(bar(Strictness::Exactly, 1, 1)),
    }
}

impl Written {
    fn ask(&self, asked: &Asked) -> Result<RatesView, Failure> {
        self.ground.db.read_blocking(|c| rates(c, &self.reference, asked, today(), None))
    }

    fn code_of_branch(&self, whose: &Whose) -> String {
        self.reference.branch_by_id(whose.branch).unwrap().code.clone()
    }

    fn code_of_sector(&self, whose: &Whose) -> String {
        self.reference.sector_by_id(whose.sector).unwrap().code.clone()
    }

    fn code_of_procedure(&self, whose: &Whose) -> String {
        self.reference.procedure_by_id(whose.procedure).unwrap().code.clone()
    }

    /// Everybody who may hold a dossier, with the name in the rows.
    fn holders(&self) -> Vec<(OfficerId, Value)> {
        let named = self.ids.officers.iter().copied().zip(OFFICERS.map(Value::from));
        named.chain([(OfficerId::nil(), Value::Null)]).collect()
    }

    /// The answer, counted from the events alone.
    fn recount(&self, asked: &Asked) -> (BTreeMap<String, Value>, Value) {
        let as_of = asked.as_of.unwrap_or(asked.to.min(today()));
        let kept = |whose: &Whose| {
            asked.branch_code.as_ref().is_none_or(|code| *code == self.code_of_branch(whose))
                && asked.sector.as_ref().is_none_or(|code| *code == self.code_of_sector(whose))
                && asked.procedure_code.as_ref().is_none_or(|code| *code == self.code_of_procedure(whose))
                && asked.channel.is_none_or(|channel| channel == whose.channel)
        };
        let only = asked
            .officer
            .as_ref()
            .map(|name| self.ids.officers[OFFICERS.iter().position(|officer| officer == name).unwrap()]);
        let by = |by| asked.by.contains(&by);
        let key = |whose: &Whose| {
            json!({
                "branch_code": by(Grouping::Branch).then(|| self.code_of_branch(whose)),
                "sector_code": by(Grouping::Sector).then(|| self.code_of_sector(whose)),
                "procedure_code": by(Grouping::Procedure).then(|| self.code_of_procedure(whose)),
                "channel": by(Grouping::Channel).then(|| whose.channel.as_str()),
            })
        };
        let by_officer = by(Grouping::Officer) || only.is_some();
        let mut rows = BTreeMap::new();
        let mut total = Figures::default();
        for life in self.lives.iter().filter(|life| kept(&life.whose)) {
            life.count(&mut total, (asked.from, asked.to, as_of), only);
        }
        let mut keys: Vec<Value> = self.lives.iter().map(|life| key(&life.whose)).collect();
        keys.sort_by_key(Value::to_string);
        keys.dedup();
        let holders: Vec<(Option<OfficerId>, Value)> = if by(Grouping::Officer) {
            let all = self.holders().into_iter().filter(|(id, _)| only.is_none_or(|only| only == *id));
            all.map(|(id, name)| (Some(id), name)).collect()
        } else {
            vec![(only, Value::Null)]
        };
        for (question, period) in spans(asked, as_of) {
            for whose in &keys {
                for (holder, name) in &holders {
                    let mut figures = Figures::default();
                    for life in &self.lives {
                        if kept(&life.whose) && key(&life.whose) == *whose {
                            life.count(&mut figures, question, *holder);
                        }
                    }
                    if figures != Figures::default() {
                        let key = json!([whose, by(Grouping::Officer), name, period]);
                        rows.insert(key.to_string(), json!(FiguresView::of(&figures, by_officer, &plan())));
                    }
                }
            }
        }
        (rows, json!(FiguresView::of(&total, only.is_some(), &plan())))
    }
}

/// What is asked for, period by period; or as a whole.
fn spans(asked: &Asked, as_of: NaiveDate) -> Vec<((NaiveDate, NaiveDate, NaiveDate), Value)> {
    let Some(period) = asked.by.iter().find_map(|by| by.period()) else {
        return vec![((asked.from, asked.to, as_of), Value::Null)];
    };
    let mut spans: Vec<(String, NaiveDate, NaiveDate)> = Vec::new();
    for day in asked.from.iter_days().take_while(|day| *day <= asked.to.min(as_of)) {
        let name = period.name(period.start(day));
        match spans.last_mut() {
            Some((last, _, to)) if *last == name => *to = day,
            _ => spans.push((name, day, day)),
        }
    }
    spans.into_iter().map(|(name, from, to)| ((from, to, to), name.into())).collect()
}

/// The rows of an answer under the keys of the recount.
fn told(answer: &RatesView, asked: &Asked) -> BTreeMap<String, Value> {
    let period = asked.by.iter().find_map(|by| by.period());
    let mut rows = BTreeMap::new();
    for row in json!(answer)["rows"].as_array().unwrap() {
        let mut row = row.as_object().unwrap().clone();
        let mut take = |name: &str| row.remove(name).unwrap_or(Value::Null);
        let whose = json!({
            "branch_code": take("branch_code"),
            "sector_code": take("sector_code"),
            "procedure_code": take("procedure_code"),
            "channel": take("channel"),
        });
        let by_officer = asked.by.contains(&Grouping::Officer);
        let name = take("officer");
        let period = period.map_or(Value::Null, |period| take(period.as_str()));
        for name in ["branch", "sector", "procedure", "officer_name", "period"] {
            take(name);
        }
        let key = json!([whose, by_officer, name, period]).to_string();
        assert!(rows.insert(key.clone(), Value::Object(row)).is_none(), "twice: {key}");
    }
    rows
}

fn questions(written: &Written) -> impl Strategy<Value = Asked> + use<> {
    let first: NaiveDate = "2024-12-10".parse().unwrap();
    let days =
        (0..140_u64, prop_oneof![2 => 0..40_u64, 1 => 40..400_u64], prop::option::weighted(0.4, 0..250_i64));
    let keys =
        [Grouping::Branch, Grouping::Sector, Grouping::Procedure, Grouping::Channel, Grouping::Officer];
    let by = prop::sample::subsequence(keys.to_vec(), 0..=3);
    let period = prop::option::weighted(0.4, prop::sample::select(Period::ALL.to_vec()));
    let branches: Vec<String> =
        written.lives.iter().map(|life| written.code_of_branch(&life.whose)).collect();
    let sectors: Vec<String> = written.lives.iter().map(|life| written.code_of_sector(&life.whose)).collect();
    let procedures: Vec<String> =
        written.lives.iter().map(|life| written.code_of_procedure(&life.whose)).collect();
    let only = (
        prop::option::weighted(0.3, prop::sample::select(branches)),
        prop::option::weighted(0.2, prop::sample::select(sectors)),
        prop::option::weighted(0.1, prop::sample::select(procedures)),
        prop::option::weighted(0.1, prop::sample::select(Channel::ALL.to_vec())),
        prop::option::weighted(0.15, prop::sample::select(OFFICERS.to_vec())),
    );
    (days, by, period, only).prop_map(move |((from, length, ahead), mut by, period, only)| {
        let from = first + Days::new(from);
        let (branch_code, sector, procedure_code, channel, officer) = only;
        by.extend(period.map(|period| period.as_str().parse::<Grouping>().unwrap()));
        let as_of = ahead.map(|ahead| (from + TimeDelta::days(ahead)).min(today()));
        Asked {
            by,
            branch_code,
            sector,
            procedure_code,
            channel,
            officer: officer.map(str::to_owned),
            ..Asked::of_days(from, from + Days::new(length), as_of)
        }
    })
}

on_both! {
    async fn any_question_gets_the_answer_of_a_naive_recount(db: TestDatabase) {
        let written = written(&db, 160);
        let mut runner = TestRunner::deterministic();
        let mut rows = 0;
        for _ in 0..150 {
            let asked = questions(&written).new_tree(&mut runner).unwrap().current();
            let answer = written.ask(&asked).unwrap();
            let (counted, total) = written.recount(&asked);
            assert_eq!(json!(answer.total), total, "{asked:?}");
            let told = told(&answer, &asked);
            for key in told.keys().chain(counted.keys()) {
                assert_eq!(told.get(key), counted.get(key), "{key} of {asked:?}");
            }
            rows += told.len();
        }
        assert!(rows > 1000, "only {rows} rows were compared");
    }

    async fn against_the_re_appointed_date_too_any_question_gets_the_answer_of_a_naive_recount(db: TestDatabase) {
        let mut written = written(&db, 160);
        let lives: Vec<Counted> = written.keys.iter().copied().map(|id| {
            let events = written.ground.write(move |tx| dossier::events(tx, id));
            Counted::of(&events).against_reappointed()
        }).collect();
        written.lives = lives;
        let mut runner = TestRunner::deterministic();
        let (mut rows, mut other) = (0, 0);
        for _ in 0..80 {
            let asked = questions(&written).new_tree(&mut runner).unwrap().current();
            let against = Asked { against: Against::Reappointed, ..asked.clone() };
            let answer = written.ask(&against).unwrap();
            let (counted, total) = written.recount(&against);
            assert_eq!(json!(answer.total), total, "{asked:?}");
            let told = told(&answer, &against);
            for key in told.keys().chain(counted.keys()) {
                assert_eq!(told.get(key), counted.get(key), "{key} of {asked:?}");
            }
            rows += told.len();
            other += usize::from(json!(written.ask(&asked).unwrap().total) != total);
        }
        assert!(rows > 500 && other > 10, "only {rows} rows were compared, {other} answers are not those of the first promise");
    }

    async fn a_question_that_makes_no_sense_is_refused_with_the_field_named(db: TestDatabase) {
        let written = written(&db, 1);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let asked = || Asked::of_days(day("2025-01-01"), day("2025-03-31"), None);
        let refused = |asked: Asked| match written.ask(&asked) {
            Err(Failure::Invalid(faults)) => {
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>().join(", ")
            }
            other => panic!("{other:?}"),
        };
        assert!(written.ask(&asked()).is_ok());
        assert_eq!(refused(Asked { to: day("2024-12-31"), ..asked() }), "/query/to before-from");
        assert_eq!(refused(Asked { as_of: Some(day("2024-12-31")), ..asked() }), "/query/as_of before-from");
        assert_eq!(refused(Asked { as_of: Some(day("2026-01-06")), ..asked() }), "/query/as_of after-today");
        assert_eq!(refused(Asked { from: day("2026-01-06"), to: day("2026-01-07"), ..asked() }), "/query/from after-today");
        assert_eq!(refused(Asked { by: vec![Grouping::Day, Grouping::Week], ..asked() }), "/query/by several-periods");
        assert_eq!(refused(Asked { branch_code: Some("XX".into()), ..asked() }), "/query/branch_code unknown-value");
        assert_eq!(refused(Asked { officer: Some("ai do".into()), ..asked() }), "/query/officer unknown-value");
        assert_eq!(refused(Asked { from: day("1899-12-31"), ..asked() }), "/query/from out-of-range");
        let ten_years = Asked { from: day("2015-01-01"), by: vec![Grouping::Day], ..asked() };
        assert_eq!(refused(ten_years), "/query/to too-many-days");
    }
}
