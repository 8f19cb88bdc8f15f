//! Who is told what in the morning, and when.

use super::*;

/// What a mail says in words, without its HTML.
fn plain(mail: &str) -> &str {
    mail.split("<!DOCTYPE").next().unwrap()
}

fn place(text: &str, words: &str) -> usize {
    text.find(words).unwrap_or_else(|| panic!("no {words} in\n{text}"))
}

on_both! {
    async fn each_is_told_what_they_hold_late_first_and_nobody_who_has_nothing_to_do(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.reached(Role::Handler, Some("TS")).await;
        let idle = world.reached(Role::Handler, Some("TS")).await;
        let quiet = world.reached(Role::Counter, Some("TS")).await;
        let unreachable = world.house.sign_in_as(Role::Handler, Some("TS")).await;
        let gone = world.reached(Role::Handler, Some("TS")).await;
        let _office = world.reached(Role::Office, None).await;
        let late = world.give("Nguyễn Thị Một", &busy).await;
        for other in [&quiet, &unreachable, &gone] {
            world.give("Trần Văn Hai", other).await;
        }
        world.set(quiet.id, json!({"digest": false})).await;
        world.set(gone.id, json!({"active": false})).await;
        world.house.it_is("2026-03-12 09:00");
        let soon = world.give("Công ty Đất Việt", &busy).await;
        world.house.it_is("2026-03-16 07:40");
        let far = world.give("Lê Thị Ba", &busy).await;
        world.house.it_is("2026-03-16 07:50");
        world.work().await;
        let arrived = world.arrived();
        assert_eq!(arrived.len(), 1, "{arrived:#?}");
        let (to, mail) = &arrived[0];
        assert_eq!(to, &format!("{}@example.vn", busy.username));
        let text = plain(mail);
        assert!(place(text, &late) < place(text, &soon), "late first");
        for words in ["QUÁ HẠN (1)", "SẮP HẾT HẠN (1)", "hạn 13/03/2026, quá 1 ngày làm việc", "hạn 17/03/2026, còn 1 ngày làm việc",
            "N. T. Một", "https://motcua.example.vn/ho-so/", "https://motcua.example.vn/thu-nhac"] {
            place(text, words);
        }
        for hidden in ["Nguyễn Thị Một", "0901234512", "079203001123", "Đường Thử", far.as_str(), "CHỜ KÝ", "CỦA ĐƠN VỊ"] {
            assert!(!mail.contains(hidden), "{hidden} in\n{mail}");
        }
        assert!(world.sink.letters()[0].header("subject").is_some());
        let own = idle.get("/notices").await.expect(200).body;
        assert_eq!(own["items"], json!([]));
        let sent = busy.get("/notices").await.expect(200).body;
        assert_eq!((&sent["items"][0]["state"], &sent["items"][0]["kind"]), (&json!("sent"), &json!("digest")));
        assert_eq!(sent["items"][0]["subject"], "Việc ngày 16/03/2026: 1 hồ sơ quá hạn, 1 hồ sơ sắp hết hạn");
    }

    async fn a_head_is_told_what_waits_to_be_signed_and_what_of_the_branch_is_at_risk(db: TestDatabase) {
        let world = World::open(db).await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let elsewhere = world.reached(Role::Head, Some("KL")).await;
        let handler = world.house.sign_in_as(Role::Handler, Some("TS")).await;
        let late = world.give("Nguyễn Thị Một", &handler).await;
        world.house.it_is("2026-03-16 07:50");
        world.draft_letters().await;
        world.work().await;
        let arrived = world.arrived();
        assert_eq!(arrived.len(), 1, "{arrived:#?}");
        assert_eq!(arrived[0].0, format!("{}@example.vn", head.username));
        let text = plain(&arrived[0].1);
        place(text, "THƯ XIN LỖI CHỜ KÝ (1)");
        place(text, "đã quá hạn");
        place(text, &format!("{late}: hạn 13/03/2026, quá 1 ngày làm việc; Nguyễn Thị Thử đang giữ"));
        assert!(!text.contains("QUÁ HẠN (1)\n- "), "held by somebody else: {text}");
        let own = head.get("/notices").await.expect(200).body["items"][0]["id"].as_str().unwrap().to_owned();
        let whole = head.get(&format!("/notices/{own}")).await.expect(200).body;
        assert!(whole["text"].as_str().unwrap().contains(&late));
        elsewhere.get(&format!("/notices/{own}")).await.expect_problem(404, "not-found");
    }

    async fn digests_go_out_once_a_working_day_within_office_hours_also_when_the_program_starts_late(db: TestDatabase) {
        let world = World::open(db).await;
        let busy = world.reached(Role::Handler, Some("TS")).await;
        world.give("Nguyễn Thị Một", &busy).await;
        for (when, so_far) in [
            ("2026-03-13 06:00", 0), ("2026-03-13 07:44", 0), ("2026-03-13 07:45", 1), ("2026-03-13 07:48", 1),
            ("2026-03-13 16:59", 1), ("2026-03-14 09:00", 1), ("2026-03-15 09:00", 1),
            // Monday: it was off until ten.
            ("2026-03-16 10:12", 2), ("2026-03-16 10:20", 2),
            // Tuesday: it was off until the evening.
            ("2026-03-17 17:00", 2), ("2026-03-17 23:00", 2), ("2026-03-18 00:10", 2), ("2026-03-18 07:45", 3),
        ] {
            world.house.it_is(when);
            world.work().await;
            assert_eq!(world.sink.letters().len(), so_far, "{when}");
        }
    }

    async fn several_instances_make_and_mail_each_digest_once(db: TestDatabase) {
        let world = World::open(db).await;
        let mut people = Vec::new();
        for _ in 0..4 {
            people.push(world.reached(Role::Handler, Some("TS")).await);
        }
        for person in &people {
            world.give("Nguyễn Thị Một", person).await;
        }
        world.house.it_is("2026-03-16 08:00");
        // Both make them at the same moment, not only one after the other as the lease of the job has it.
        let making = (0..4).map(|_| {
            let room = world.room();
            tokio::task::spawn_blocking(move || notice::post_digests(&room))
        });
        let mut made = 0;
        for one in making.collect::<Vec<_>>() {
            made += one.await.unwrap().unwrap();
        }
        assert_eq!(made, 4);
        let (one, other) = (world.worker(), world.worker());
        let (first, second) = tokio::join!(one.run_due(), other.run_due());
        assert_eq!(first.unwrap() + second.unwrap(), 4);
        let mut reached: Vec<String> = world.arrived().into_iter().map(|(to, _)| to).collect();
        reached.sort();
        let mut expected: Vec<String> = people.iter().map(|person| format!("{}@example.vn", person.username)).collect();
        expected.sort();
        assert_eq!(reached, expected);
    }
}
