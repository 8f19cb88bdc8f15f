//! The register: fifteen columns, one book a year and branch.

use super::{papers_can_be_read, pdf};
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::TestHouse;
use motcua::domain::role::Role;

on_both! {
    async fn the_register_holds_who_came_in_the_year_as_json_csv_and_paper(db: TestDatabase) {
        if !papers_can_be_read() {
            return;
        }
        let house = TestHouse::open(db).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        ground.take_in_async("KL", intake("1.000047", applicant("Người Nhánh Khác"))).await;
        let first = ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Văn Đầu"))).await;
        house.it_is("2026-03-11 09:00");
        ground.take_in_async("TS", intake("1.003650", applicant("=HYPERLINK(1)"))).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;

        let told = counter.get("/reports/register?year=2026").await.expect(200);
        let entries = told.body["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 2, "{}", told.text);
        assert_eq!(entries[0]["dossier_code"], first.as_str());
        assert_eq!((&entries[0]["seq"], &entries[1]["seq"]), (&"1".into(), &"2".into()));
        assert_eq!(entries[0]["due_on"], "13/03/2026");

        let csv = counter.get("/reports/register?year=2026&format=csv&to=2026-03-31").await.expect(200);
        assert!(csv.text.starts_with("\u{FEFF}TT,Mã hồ sơ,") && csv.text.contains(",'=HYPERLINK(1),"), "{}", csv.text);
        let heading = csv::Reader::from_reader(csv.text.as_bytes()).headers().unwrap().len();
        assert_eq!(heading, 15);

        let text = pdf(&counter, "/reports/register?year=2026&format=pdf").await.text();
        for words in ["SỔ THEO DÕI HỒ SƠ", "Quyển số: 2026", "Mã hồ sơ", "Tên TTHC / Nội dung", "Tên cá nhân, tổ chức",
            "Địa chỉ, số điện thoại", "Nhận hồ sơ", "Phương thức nhận kết quả", "Ký nhận", "Ghi chú", "(15)", "Nguyễn Văn Đầu",
            "Mẫu số 07, Thông tư số 03/2025/TT-VPCP"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("Người Nhánh Khác"));

        let none = counter.get("/reports/register?year=2025").await.expect(200);
        assert_eq!(none.body["entries"].as_array().unwrap().len(), 0);
        counter.get("/reports/register?year=2026&branch_code=KL").await.expect_problem(403, "foreign-branch");
        counter.get("/reports/register?year=2026&from=2025-01-01").await.expect_faults(&["/query/from out-of-range"]);
        let office = house.sign_in_as(Role::Office, None).await;
        office.get("/reports/register?year=2026").await.expect_faults(&["/query/branch_code required"]);
        office.get("/reports/register?year=2026&branch_code=KL").await.expect(200);
    }

    async fn a_part_of_the_register_has_the_numbers_of_its_book_and_the_next_year_begins_another(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        let mut codes = Vec::new();
        for day in ["2025-12-10", "2025-12-16", "2025-12-30", "2026-01-05", "2026-01-05", "2026-01-20"] {
            house.it_is(&format!("{day} 09:00"));
            codes.push(ground.take_in_async("TS", intake("1.003650", applicant("Nguyễn Văn Sổ"))).await);
        }
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let told = |body: &serde_json::Value| -> Vec<(String, String)> {
            let text = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap().to_owned();
            body["entries"].as_array().unwrap().iter().map(|entry| (text(entry, "seq"), text(entry, "dossier_code"))).collect()
        };
        let numbered = |numbers: &[(&str, usize)]| -> Vec<(String, String)> {
            numbers.iter().map(|(seq, place)| ((*seq).to_owned(), codes[*place].to_string())).collect()
        };
        for (asked, numbers) in [
            ("year=2025&from=2025-12-16", vec![("2", 1), ("3", 2)]),
            ("year=2026&from=2026-01-06&to=2026-01-31", vec![("3", 5)]),
            ("from=2025-12-15&to=2026-01-14", vec![("2", 1), ("3", 2), ("1", 3), ("2", 4)]),
        ] {
            let book = counter.get(&format!("/reports/register?{asked}")).await.expect(200).body;
            assert_eq!(told(&book), numbered(&numbers), "{asked}");
        }
        let table = counter.get("/reports/register?from=2025-12-15&to=2026-01-14&format=table").await.expect(200).body;
        assert_eq!(table["heading"], "SỔ THEO DÕI HỒ SƠ NĂM 2025–2026");
        for (asked, fault) in [
            ("format=json", "/query/year required"),
            ("from=2025-12-15", "/query/to required"),
            ("from=2025-12-15&to=2025-12-14", "/query/to before-from"),
        ] {
            counter.get(&format!("/reports/register?{asked}")).await.expect_faults(&[fault]);
        }
        let head = house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/bao-cao?ky=ky-thang&nam=2026&so=1&loai=so").await.expect(200);
        let page = page.says("Từ ngày 15/12/2025 đến ngày 14/01/2026").says(&codes[1]).says(&codes[4]);
        page.says_not(&codes[0]).says_not(&codes[5]);
    }
}
