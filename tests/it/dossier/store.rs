//! What is saved is what happened: row, events, tallies and search words together, on both databases.

use crate::support::ground::{Ground, applicant, intake};
use chrono::TimeDelta;
use motcua::domain::decide::Command;
use motcua::domain::dossier::replay;
use motcua::domain::event::{CorrectableField, ResultKind, ReturnChannel};
use motcua::domain::lifecycle::Status;
use motcua::dossier::{self, Life};
use std::collections::BTreeSet;

on_both! {
    async fn a_life_told_again_from_its_events_is_the_stored_dossier(db: TestDatabase) {
        let ground = Ground::at(&db, "2020-01-21 09:00");
        let code = ground.take_in("TS", intake("1.003650", applicant("Nguyễn Thị Ánh")));
        assert_eq!(code, "000.00.03.H29-200121-0001");
        let acts = [
            ("2020-01-21 10:00", Command::Forward { to_officer: None, to_step: Some("tham_dinh".into()), note: None }),
            ("2020-01-22 09:00", Command::RequestSupplement { items: vec!["Giấy tờ tàu".into()], reason: "thiếu".into() }),
            ("2020-01-30 09:00", Command::Supply { items: vec![] }),
            ("2020-01-31 09:00", Command::RequestPayment { amount: 50_000, reason: "lệ phí".into() }),
            ("2020-02-03 09:00", Command::RecordPayment),
            ("2020-02-04 09:00", Command::Reappoint { new_due_on: "2020-02-12".parse().unwrap(), cause: "overload".into(), reason: "Thiếu người".into() }),
            ("2020-02-06 09:00", Command::Resolve { outcome: ResultKind::Granted, document_number: Some("12/GCN".into()), reason: None }),
            ("2020-02-07 09:00", Command::Return { channel: ReturnChannel::Postal, received_by: Some("Nguyễn Thị Ánh".into()) }),
        ];
        for (at, command) in acts {
            ground.clock_to(at);
            ground.act(&code, command).unwrap();
            ground.holds(&code);
        }
        let (dossier, _) = ground.holds(&code);
        assert_eq!(dossier.status, Status::Returned);
        assert_eq!(dossier.first_due_on, Some("2020-01-31".parse().unwrap()));
        assert_eq!(dossier.reappointed_due_on, Some("2020-02-12".parse().unwrap()));

        ground.clock_to("2020-02-10 09:00");
        ground.correct(&code, CorrectableField::ReceivedAt, "2020-01-20T02:00:00Z").unwrap();
        ground.correct(&code, CorrectableField::ApplicantName, "Nguyễn Thị Ảnh").unwrap();
        ground.correct(&code, CorrectableField::ResolvedAt, "2020-02-05T02:00:00Z").unwrap();
        let (dossier, particulars) = ground.holds(&code);
        assert_eq!(particulars.applicant.name, "Nguyễn Thị Ảnh");
        assert_eq!(dossier.first_due_on, Some("2020-01-31".parse().unwrap()), "the promise on the receipt stays");
        assert!(ground.correct(&code, CorrectableField::ResolvedAt, "2020-02-20T02:00:00Z").is_err());
    }

    async fn a_refused_act_leaves_nothing_behind(db: TestDatabase) {
        let ground = Ground::at(&db, "2020-01-21 09:00");
        let code = ground.take_in("TS", intake("1.003650", applicant("Trần Văn Bé")));
        let before = ground.holds(&code);
        assert!(ground.act(&code, Command::RecordPayment).is_err());
        let early = Command::Reappoint { new_due_on: "2020-01-30".parse().unwrap(), cause: "other".into(), reason: "x".into() };
        assert!(ground.act(&code, early).is_err());
        assert_eq!(ground.holds(&code), before);
    }

    async fn two_hundred_intakes_at_once_get_two_hundred_consecutive_codes(db: TestDatabase) {
        let ground = Ground::at(&db, "2020-01-21 09:00");
        let mut all = tokio::task::JoinSet::new();
        for n in 0..200 {
            let ground = ground.clone();
            all.spawn(async move {
                // One in ten is refused after its code could have been taken: no gap may be left.
                if n % 10 == 0 {
                    ground.take_in_and_fail("TS", intake("1.003650", applicant("Lê Thị Không"))).await;
                }
                ground.take_in_async("TS", intake("1.003650", applicant("Lê Thị Có"))).await
            });
        }
        let codes: BTreeSet<String> = all.join_all().await.into_iter().collect();
        let wanted: BTreeSet<String> = (1..=200).map(|n| format!("000.00.03.H29-200121-{n:04}")).collect();
        assert_eq!(codes, wanted);
    }

    async fn bulk_and_single_writing_leave_the_same(db: TestDatabase) {
        let ground = Ground::at(&db, "2020-01-21 09:00");
        let reference = ground.reference();
        let stamp = ground.stamp();
        let branch = reference.branch("TL").unwrap().clone();
        let codes = ground.write(move |tx| {
            let codes = dossier::next_codes(tx, &branch.agency_identifier, "2020-01-21".parse().unwrap(), 1200)?;
            let lives = codes
                .iter()
                .map(|code| {
                    let mut life = intake("1.003921", applicant("Phạm Thị Lan")).begin_as(&reference, &branch, code.clone(), stamp, true)?;
                    let later = dossier::Stamp { occurred_at: stamp.occurred_at, recorded_at: stamp.recorded_at + TimeDelta::days(30), officer: None };
                    life.decide_and_add(&reference, Command::Resolve { outcome: ResultKind::Denied, document_number: None, reason: Some("không đủ điều kiện".into()) }, later, true)?;
                    Ok(life)
                })
                .collect::<motcua::failure::Outcome<Vec<Life>>>()?;
            Life::save_all(lives, tx)?;
            Ok(codes)
        });
        assert_eq!(codes.last().unwrap(), "000.00.05.H29-200121-1200");
        for code in [&codes[0], &codes[599], &codes[1199]] {
            let (dossier, _) = ground.holds(code);
            assert_eq!(dossier.status, Status::Resolved);
            assert_eq!(dossier.version, 3);
        }
        // The events of one are the events of the other.
        assert!(replay(&ground.events(&codes[7])).is_some());
    }
}
