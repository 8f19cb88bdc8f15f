//! Letters that go out by themselves, as the head has authorised in writing.

use super::*;
use diesel::prelude::*;
use motcua::db::schema::branches;
use motcua::domain::calendar::OfficeHours;
use motcua::reference::change;

impl Office {
    /// The head has authorised the system.
    pub(super) async fn authorise(&self) {
        self.house
            .write(|conn| {
                change(conn, &OfficeHours::default(), |conn, _| {
                    motcua::both!(conn, |c| diesel::update(branches::table.filter(branches::code.eq("TS")))
                        .set((
                            branches::apology_mode.eq("automatic"),
                            branches::authorised_by.eq("Lê Văn Cường"),
                            branches::authorised_on.eq("2026-01-05".parse::<chrono::NaiveDate>().unwrap()),
                            branches::authorised_document.eq("07/QĐ-CCTS"),
                        ))
                        .execute(c)?);
                    Ok(())
                })
            })
            .await;
    }
}

on_both! {
    async fn at_close_of_business_a_letter_with_a_cause_goes_out_by_itself(db: TestDatabase) {
        let office = Office::open(db).await;
        office.authorise().await;
        let draft = office.draft("Nguyễn Văn An").await;
        office.house.it_is("2026-03-12 16:59");
        office.work().await;
        assert_eq!(office.again(&draft).await.body["status"], "draft");
        office.house.it_is("2026-03-12 17:00");
        office.work().await;
        office.post().await;
        let sent = office.again(&draft).await.body;
        assert_eq!((&sent["status"], &sent["automatic"]), (&json!("sent"), &json!(true)));
        assert_eq!(sent["approved_by"], Value::Null);
        assert_eq!(sent["timeliness"], "in_advance");
        assert!(sent["letter"].as_str().unwrap().contains("Lê Văn Cường"), "signed by who authorised it");
        assert_eq!(office.sink.letters().len(), 1);
        office.house.it_is("2026-03-13 17:00");
        office.work().await;
        assert_eq!(office.sink.letters().len(), 1);
    }

    async fn what_somebody_has_stopped_or_has_no_cause_waits_for_the_head(db: TestDatabase) {
        let office = Office::open(db).await;
        office.authorise().await;
        let without = office.take_in("Trần Thị Bé").await;
        let stopped = office.draft("Nguyễn Văn An").await;
        let stop = json!({"held_back": true});
        let stopped = office.counter.patch(&path(&stopped.body), stopped.version(), stop).await.expect(200);
        office.house.it_is("2026-03-12 17:30");
        office.work().await;
        assert_eq!(office.again(&stopped).await.body["status"], "draft");
        assert_eq!(office.letter_of(&without).await.body["status"], "draft");
        // The head still may.
        office.approve(&stopped).await.expect(200);
        office.post().await;
        assert_eq!(office.sink.letters().len(), 1);
    }

    async fn without_authorisation_nothing_goes_out_by_itself(db: TestDatabase) {
        let office = Office::open(db).await;
        let draft = office.draft("Nguyễn Văn An").await;
        office.house.it_is("2026-03-16 09:00");
        office.work().await;
        office.post().await;
        assert_eq!(office.again(&draft).await.body["status"], "draft");
        assert_eq!(office.sink.connections(), 0);
    }

    async fn what_comes_in_late_owes_a_letter_and_sends_none_by_itself(db: TestDatabase) {
        let office = Office::open(db).await;
        office.authorise().await;
        let code = office.take_in("Nguyễn Văn An").await;
        // As an import leaves it: overdue before anybody could have stopped its letter.
        office.house.it_is("2026-03-30 09:00");
        office.work().await;
        let draft = office.letter_of(&code).await;
        let draft = office.head.patch(&path(&draft.body), draft.version(), json!({"cause": "overload"})).await.expect(200);
        office.house.it_is("2026-03-31 18:00");
        office.work().await;
        office.post().await;
        assert_eq!(office.again(&draft).await.body["status"], "draft");
        assert_eq!(office.sink.connections(), 0);
        let approved = office.approve(&draft).await.expect(200);
        assert_eq!(approved.body["timeliness"], "late");
    }
}
