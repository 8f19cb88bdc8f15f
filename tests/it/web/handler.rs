//! A handling officer's day at the pages, and the dossier's own page.

use super::counter::take_in;
use crate::support::house::TestHouse;
use motcua::domain::role::Role;

on_both! {
    async fn what_is_mine_is_shown_the_most_urgent_first_and_many_are_done_at_once(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let handler = house.surfer(Role::Handler, Some("TS")).await;
        handler.get("/hom-nay").await.expect(200).says("Chưa có hồ sơ nào giao cho Ông/Bà");
        let first = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        house.it_is("2026-03-11 09:00");
        let counter = { let again = house.stranger(); again.sign_in(&counter.username).await.expect(303); again };
        let second = take_in(&counter, "Trần Thị Bích", "0912345678").await;
        let page = counter.get("/hom-nay").await.expect(200).says("còn 2 ngày làm việc").says("còn 3 ngày làm việc");
        assert!(page.html.find(&first) < page.html.find(&second), "the one that is due first stands first");
        let (one, two, stale) = (format!("{first}|2"), format!("{second}|2"), format!("{second}|1"));
        let name = handler.username.as_str();
        // Without a choice nothing happens, and says so.
        counter.submit(&page, "/hom-nay", &[("_act", "forward"), ("forward/to_officer", name)]).await.expect(422)
            .says("Chọn ít nhất một hồ sơ.").says("<details open>");
        // Nor without an act, or with one that is none; what was entered stays.
        for unclear in [&[][..], &[("_act", "x")][..]] {
            let fields = [&[("pick", one.as_str()), ("supplement/reason", "Thiếu bản vẽ"), ("result/outcome", "granted")][..], unclear].concat();
            let again = counter.submit(&page, "/hom-nay", &fields).await.expect(422).says("hãy nhấn nút của việc đó")
                .says(&format!("value=\"{one}\" aria-label=\"{first}\" checked")).says("value=\"Thiếu bản vẽ\"");
            assert_eq!(again.html.matches("<details open>").count(), 1, "{}", again.html);
        }
        let fields = [("_act", "forward"), ("forward/to_officer", name), ("pick", one.as_str()), ("pick", stale.as_str())];
        counter.submit(&page, "/hom-nay", &fields).await.expect(200)
            .says("Đã làm 1 trên 2 hồ sơ.").says("Không làm được");
        let page = counter.get("/hom-nay").await.expect(200);
        let fields = [("_act", "forward"), ("forward/to_officer", name), ("pick", two.as_str())];
        counter.submit(&page, "/hom-nay", &fields).await.expect(200).says("Đã làm 1 trên 1 hồ sơ.");
        handler.sign_in(name).await.expect(303);
        let mine = handler.get("/hom-nay").await.expect(200).says(&first).says(&second);
        let missing = [("_act", "supplement"), ("supplement/items", "Bản vẽ\nẢnh"), ("supplement/reason", "Chưa đủ"), ("pick", format!("{first}|3").leak() as &str)];
        handler.submit(&mine, "/hom-nay", &missing).await.expect(200).says("Đã làm 1 trên 1 hồ sơ.");
        handler.get(&format!("/ho-so/{first}")).await.expect(200).says("Bản vẽ").says("chờ dân");
        handler.get("/hom-nay?tinh-trang=waiting").await.expect(200).says(&first).says_not(&format!(">{second}<"));
    }

    async fn results_of_several_are_recorded_when_it_is_said_how_many_and_which(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let (first, second) = (take_in(&counter, "Nguyễn Văn An", "0901234512").await, take_in(&counter, "Trần Thị Bích", "0912345678").await);
        let third = take_in(&counter, "Lê Văn Cường", "0912345679").await;
        let picked = |code: &str| format!("{code}|2");
        let (one, two, three) = (picked(&first), picked(&second), picked(&third));
        let page = counter.get("/hom-nay").await.expect(200).says_not("name=\"_sure\"");
        let fields = [("_act", "result"), ("result/outcome", "denied"), ("result/reason", "Không đủ điều kiện"), ("pick", &one), ("pick", &two)];
        let asked = counter.submit(&page, "/hom-nay", &fields).await.expect(422)
            .says("Ghi nhận kết quả cho 2 hồ sơ đã chọn: không chấp thuận.").says("Việc này không hoàn tác được.")
            .says("Hãy đánh dấu xác nhận trước khi thực hiện.").says("value=\"Không đủ điều kiện\"")
            .says("name=\"_sure\" value=\"2 denied\"").says("<option value=\"denied\" selected>");
        assert_eq!(asked.html.matches("<details open>").count(), 1, "{}", asked.html);
        for code in [&first, &second] {
            assert!(asked.html.contains(&format!("value=\"{code}|2\" aria-label=\"{code}\" checked")), "{}", asked.html);
            counter.get(&format!("/ho-so/{code}")).await.expect(200).says("đã tiếp nhận");
        }
        // Whoever then ticks one more, or means the other outcome, is asked again.
        let more = [&fields[..], &[("pick", three.as_str()), ("_sure", "2 denied")]].concat();
        counter.submit(&asked, "/hom-nay", &more).await.expect(422).says("cho 3 hồ sơ đã chọn");
        let other = [("_act", "result"), ("result/outcome", "granted"), ("pick", &one), ("pick", &two), ("_sure", "2 denied")];
        counter.submit(&asked, "/hom-nay", &other).await.expect(422).says("name=\"_sure\" value=\"2 granted\"");
        let sure = [&fields[..], &[("_sure", "2 denied")]].concat();
        counter.submit(&asked, "/hom-nay", &sure).await.expect(200).says("Đã làm 2 trên 2 hồ sơ.");
        // One alone is done at once, as at its own page.
        let page = counter.get("/hom-nay").await.expect(200);
        let alone = [("_act", "result"), ("result/outcome", "granted"), ("pick", three.as_str())];
        counter.submit(&page, "/hom-nay", &alone).await.expect(200).says("Đã làm 1 trên 1 hồ sơ.");
    }

    async fn today_goes_from_the_late_to_those_who_wait_for_the_citizen_page_by_page(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        // Its clock stands still; its date passes.
        let waiting = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        let page = counter.get(&format!("/ho-so/{waiting}")).await.expect(200);
        let asked = [("items", "Bản vẽ"), ("reason", "Chưa đủ")];
        let done = counter.submit(&page, &format!("/ho-so/{waiting}/viec/yeu-cau-bo-sung"), &asked).await.expect(303);
        counter.get(done.location()).await.expect(200).says("đồng hồ tạm dừng. <a href=").says(">In: Phiếu yêu cầu bổ sung</a>");
        counter.get(&format!("/ho-so/{waiting}")).await.expect(200).says_not(">In: ");
        let late = take_in(&counter, "Trần Thị Bích", "0912345678").await;
        house.it_is("2026-03-20 09:00");
        counter.sign_in(&counter.username).await.expect(303);
        let mut fine = Vec::new();
        for n in 0..30 {
            fine.push(take_in(&counter, &format!("Lê Văn {n}"), &format!("09100000{n:02}")).await);
        }
        let page = counter.get("/tiep-nhan").await.expect(200);
        let unaccepted = [("procedure_code", "1.003650"), ("channel", "online"), ("applicant/name", "Phạm Thị Cúc"),
            ("applicant/kind", "citizen"), ("register_only", "true")];
        let done = counter.submit(&page, "/tiep-nhan", &unaccepted).await.expect(303);
        let unaccepted = done.location().split('/').nth(2).unwrap().to_owned();
        // It is not said to be taken in, and leads to what decides about it instead of a receipt that is not there.
        let registered = counter.get(done.location()).await.expect(200).says("Đã đăng ký hồ sơ.").says("chưa được tiếp nhận")
            .says_not("Đã tiếp nhận hồ sơ.").says_not("receipt.pdf");
        for slug in ["tiep-nhan", "tu-choi"] {
            let registered = &registered.html;
            assert!(registered.contains(&format!("href=\"/ho-so/{unaccepted}?viec={slug}#viec-{slug}\"")), "{registered}");
            counter.get(&format!("/ho-so/{unaccepted}?viec={slug}")).await.expect(200).says(&format!("<details open id=\"viec-{slug}\""));
        }
        let (mut seen, mut next) = (Vec::new(), "/hom-nay".to_owned());
        let mut pages = 0;
        while !next.is_empty() {
            let page = counter.get(&next).await.expect(200).says("chờ tiếp nhận");
            seen.extend(page.html.split("name=\"pick\" value=\"").skip(1).map(|rest| rest.split('|').next().unwrap().to_owned()));
            let more = page.html.split("<a class=\"btn btn-outline-secondary\" href=\"").skip(1);
            let more = more.map(|rest| rest.split('"').next().unwrap()).find(|address| address.contains("cursor=") || address.contains("tu="));
            next = more.map(|address| address.replace("&amp;", "&").replace("&#38;", "&")).unwrap_or_default();
            pages += 1;
            assert!(pages < 5, "no end: {next}");
        }
        assert_eq!(pages, 2);
        assert_eq!(seen.len(), 33, "each once");
        assert_eq!((&seen[0], &seen[1], &seen[32]), (&late, &unaccepted, &waiting), "late, to be accepted, … waiting");
        // Due on the same day, they stand in no order of their own.
        seen[2..32].sort();
        fine.sort();
        assert_eq!(seen[2..32], fine[..], "those within their limit in between");
        // One kind alone, and what is no kind.
        counter.get("/hom-nay?tinh-trang=waiting").await.expect(200).says(&waiting).says_not(&late);
        counter.get("/hom-nay?tu=nothing&cursor=").await.expect(200).says(&late);
    }

    async fn a_stale_form_changes_nothing_and_shows_what_came_between(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let (path, forward, result) = (format!("/ho-so/{code}"), format!("/ho-so/{code}/viec/chuyen"), format!("/ho-so/{code}/viec/ket-qua"));
        let old = head.get(&path).await.expect(200);
        let page = counter.get(&path).await.expect(200);
        counter.submit(&page, &forward, &[("to_officer", head.username.as_str()), ("note", "xem giúp")]).await.expect(303);
        let refused = head.submit(&old, &result, &[("outcome", "granted"), ("document_number", "12/GCN")]).await.expect(422);
        let refused = refused.says("1 việc mới").says("xem giúp").says("value=\"12/GCN\"").says("đang giải quyết");
        // Looked at once more, the same form goes through.
        head.submit(&refused, &result, &[("outcome", "granted"), ("document_number", "12/GCN")]).await.expect(303);
    }

    async fn only_what_the_role_may_do_now_is_offered(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn An", "0901234512").await;
        let path = format!("/ho-so/{code}");
        let handler = house.surfer(Role::Handler, Some("TS")).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let office = house.surfer(Role::Office, None).await;
        counter.get(&path).await.expect(200).says("viec/chuyen").says_not("viec/dung").says_not("viec/dinh-chinh");
        handler.get(&path).await.expect(200).says("viec/dung").says("viec/hen-lai").says_not("viec/dinh-chinh");
        head.get(&path).await.expect(200).says("viec/dinh-chinh").says_not("viec/tra\"");
        office.get(&path).await.expect(200).says_not("/viec/");
        // What others may do is said, with who they are.
        let others = "Việc khác ở trạng thái này";
        counter.get(&path).await.expect(200).says(others)
            .says("Dừng xử lý – chuyên viên xử lý, lãnh đạo đơn vị</li>").says("Đính chính – lãnh đạo đơn vị</li>");
        handler.get(&path).await.expect(200).says(others).says("Đính chính – lãnh đạo đơn vị</li>").says_not("Dừng xử lý –");
        head.get(&path).await.expect(200).says_not(others);
        office.get(&path).await.expect(200).says("Chuyển xử lý – Bộ phận Một cửa, chuyên viên xử lý, lãnh đạo đơn vị</li>");
        office.get("/tiep-nhan").await.expect(403);
        house.surfer(Role::Head, Some("KL")).await.get(&path).await.expect(403).says("<h1>");
    }

    async fn what_refused_a_dossier_leads_to_its_slip(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let page = counter.get("/tiep-nhan").await.expect(200);
        let online = [("procedure_code", "1.003650"), ("channel", "online"), ("applicant/name", "Phạm Thị Cúc"),
            ("applicant/kind", "citizen"), ("register_only", "true")];
        let done = counter.submit(&page, "/tiep-nhan", &online).await.expect(303);
        let path = format!("/ho-so/{}", done.location().split('/').nth(2).unwrap());
        let page = counter.get(&path).await.expect(200);
        let refusal = [("reason", "Không thuộc thẩm quyền"), ("_sure", "yes")];
        let done = counter.submit(&page, &format!("{path}/viec/tu-choi"), &refusal).await.expect(303);
        let slip = format!("{path}/giay-to/refusal.pdf");
        counter.get(done.location()).await.expect(200)
            .says(&format!("<a href=\"{slip}\" target=\"_blank\" rel=\"noopener\">In: Phiếu từ chối</a>"));
        let paper = counter.get(&slip).await.expect(200);
        assert_eq!(paper.header("content-type"), Some("application/pdf"));
    }

    async fn what_cannot_be_undone_is_not_done_before_it_is_confirmed(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let path = format!("/ho-so/{code}");
        let page = head.get(&path).await.expect(200);
        for slug in ["rut", "dung"] {
            let unsure = [("reason", "Không còn nhu cầu")];
            head.submit(&page, &format!("{path}/viec/{slug}"), &unsure).await.expect(422)
                .says("Không còn nhu cầu</textarea>").says(&format!("id=\"{slug}-sure-fault\">Hãy đánh dấu xác nhận"));
            head.get(&path).await.expect(200).says("đã tiếp nhận").says_not("Không còn nhu cầu");
        }
        // Confirmed, but without a reason: what was ticked stays so.
        let bare = [("reason", ""), ("_sure", "yes")];
        let page = head.submit(&page, &format!("{path}/viec/rut"), &bare).await.expect(422)
            .says("id=\"rut-reason-fault\"").says("name=\"_sure\" value=\"yes\" required checked");
        let sure = [("reason", "Không còn nhu cầu"), ("_sure", "yes")];
        head.submit(&page, &format!("{path}/viec/rut"), &sure).await.expect(303);
        head.get(&path).await.expect(200).says("đã rút");
    }

    async fn a_stopped_dossier_leads_to_its_notice(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let code = take_in(&house.surfer(Role::Counter, Some("TS")).await, "Nguyễn Văn An", "0901234512").await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let path = format!("/ho-so/{code}");
        let notice = format!("{path}/giay-to/stopping-notice.pdf");
        let page = head.get(&path).await.expect(200).says_not(&notice).says_not("apology.pdf");
        let stop = [("reason", "Người nộp không bổ sung"), ("_sure", "yes")];
        head.submit(&page, &format!("{path}/viec/dung"), &stop).await.expect(303);
        head.get(&path).await.expect(200).says(&format!("href=\"{notice}\""));
        let paper = head.get(&notice).await.expect(200);
        assert_eq!(paper.header("content-type"), Some("application/pdf"));
    }

    async fn under_the_rules_of_2018_no_notice_of_stopping_is_offered(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        house.it_is("2020-03-10 09:00");
        let head = house.surfer(Role::Head, Some("TS")).await;
        let path = format!("/ho-so/{}", take_in(&head, "Nguyễn Văn An", "0901234512").await);
        let page = head.get(&path).await.expect(200);
        let stop = [("reason", "Không còn nhu cầu"), ("_sure", "yes")];
        let done = head.submit(&page, &format!("{path}/viec/dung"), &stop).await.expect(303);
        head.get(done.location()).await.expect(200).says("Đã dừng xử lý.").says_not("stopping-notice.pdf");
    }

    async fn a_correction_shows_the_old_value_and_the_new(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        let code = take_in(&counter, "Nguyễn Văn Anh", "0901234512").await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let (path, correct) = (format!("/ho-so/{code}"), format!("/ho-so/{code}/viec/dinh-chinh"));
        let page = head.get(&path).await.expect(200);
        let fields = [("field", "applicant.name"), ("value", "Nguyễn Văn An"), ("reason", "gõ nhầm")];
        head.submit(&page, &correct, &fields).await.expect(303);
        let page = head.get(&path).await.expect(200).says("<del>Nguyễn Văn Anh</del>").says("<ins>Nguyễn Văn An</ins>").says("gõ nhầm");
        let fields = [("field", "received_at"), ("value", "10/03/2026 08:15"), ("reason", "ghi muộn")];
        head.submit(&page, &correct, &fields).await.expect(303);
        head.get(&path).await.expect(200).says("<del>10/03/2026 09:00</del>").says("<ins>10/03/2026 08:15</ins>");
    }

    async fn dossiers_are_found_with_and_without_diacritics_and_gone_through_page_by_page(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.surfer(Role::Counter, Some("TS")).await;
        for number in 0..27 {
            take_in(&counter, &format!("Nguyễn Văn {}", ["An", "Bình", "Đức"][number % 3]), &format!("09012345{number:02}")).await;
        }
        let lines = |html: &str| html.matches("class=\"code\" href=\"/ho-so/").count();
        let page = counter.get("/ho-so").await.expect(200);
        assert_eq!(lines(&page.html), 25);
        let at = page.html.find("rel=\"next\"").unwrap();
        let link = page.html[..at].rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(lines(&counter.get(&link).await.expect(200).html), 2);
        assert_eq!(lines(&counter.get("/ho-so?q=nguyen+van+duc").await.expect(200).html), 9);
        assert_eq!(lines(&counter.get("/ho-so?q=binh&status=&received_from=10/03/2026&received_to=10/3/2026").await.expect(200).html), 9);
        counter.get("/ho-so?received_from=32/01/2026").await.expect(422).says("id=\"rf-fault\"").says("value=\"32/01/2026\"");
        counter.get("/ho-so?q=khong+ai").await.expect(200).says("Thử bỏ bớt điều kiện lọc.");
    }
}
