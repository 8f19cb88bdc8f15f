//! Every page with the demo behind it: at which address, and who looks at it.

use crate::support::browser::Browser;
use crate::support::house::Person;
use crate::support::process::Service;
use motcua::demo::PASSWORD;
use motcua::web::PAGES;
use serde_json::{Value, json};
use std::time::Duration;

/// Addresses that are no page of their own: parts of one, files, and what only leads on.
const NO_PAGES: &[&str] = &[
    "/",
    "/tiep-nhan/thu-tuc",
    "/ho-so/{code}/giay-to.zip",
    "/ho-so/{code}/giay-to/{paper}",
    "/xin-loi/{id}/{file}",
    "/bao-cao/{file}",
    "/chot-so-lieu/{id}/tep.{format}",
    "/chot-so-lieu/{id}/dieu-chinh.{format}",
    "/ty-le.csv",
    "/ket-qua.csv",
    "/ket-qua/tung-khau.{format}",
    "/ket-qua/ho-so.{format}",
    "/chi-tieu.{format}",
    "/tra-cuu/{code}/thu-xin-loi.pdf",
    "/nhap-so/{id}/dong-loi.csv",
    "/lich-bao-cao/{id}/ky/{run}/tep",
    "/in-hang-loat/{id}/tep.pdf",
];

/// The dossier of somebody who was sent a letter of apology, as it is shown to whoever proves to be that person.
const PROVEN_BY_KEY: &str = "tra-cuu-ho-so";
const PROVEN_BY_PHONE: &str = "tra-cuu-ho-so-dien-thoai";
/// What only such a person is shown.
const SHOWN_WITH_PROOF: &str =
    "return ['main pre.letter', 'main address a[href^=\"tel:\"]'].every(css => document.querySelector(css))";

/// Who looks at what, under which name.
pub struct View {
    /// `-` for nobody who is signed in.
    pub who: &'static str,
    pub name: &'static str,
    pub path: String,
}

impl View {
    /// There is such a page, and it is this person's.
    fn is_there(&self) -> bool {
        !self.name.is_empty() && !self.name.ends_with("khong-co") && !self.path.ends_with("khong-co")
    }
}

fn view(who: &'static str, name: &'static str, path: impl Into<String>) -> View {
    View { who, name, path: path.into() }
}

/// A dossier whose result was handed over and whose applicant has not said yet how he was served, with its key.
async fn unanswered(head: &Person) -> String {
    let page = head.get("/dossiers?status=returned&limit=100").await.expect(200);
    for dossier in page.body["items"].as_array().unwrap() {
        let code = dossier["code"].as_str().unwrap();
        let whole = head.get(&format!("/dossiers/{code}")).await.expect(200);
        if whole.body["satisfaction"].is_null() {
            return format!("{code}?key={}", whole.body["lookup_key"].as_str().unwrap());
        }
    }
    panic!("everybody has answered")
}

/// The first of a list of the API.
async fn first(person: &Person, path: &str, member: &str) -> String {
    let answer = person.get(path).await.expect(200);
    let found = answer.body["items"][0][member].as_str();
    found.unwrap_or_else(|| panic!("nothing in {path}: {}", answer.text)).to_owned()
}

async fn person(origin: &str, username: &str) -> Person {
    let credentials = json!({"username": username, "password": PASSWORD});
    let answer = Person::before(origin, None).post("/sessions", credentials).await.expect(201);
    Person::before(origin, answer.body["access_token"].as_str())
}

/// A dossier of TS that is late: still open, or where the demo has none just now, one that was.
async fn late(admin: &Person) -> String {
    let open = admin.get("/dossiers?timeliness=overdue&open=true&branch_code=TS&limit=1").await.expect(200);
    match open.body["items"][0]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => first(admin, "/dossiers?timeliness=overdue&branch_code=TS&limit=1", "code").await,
    }
}

/// A register handed in, with lines at fault, as soon as it is checked.
async fn register(admin: &Person) -> String {
    let mut lines = crate::imports::register(40);
    for (line, column, text) in [(3, "branch_code", "XX"), (8, "received_at", "hôm qua"), (21, "channel", "")]
    {
        lines[line][crate::support::register::place(column)] = text.into();
    }
    let request = admin.request(reqwest::Method::POST, "/imports?file_name=so-theo-doi-2025.csv");
    let request = request.header("Content-Type", "text/csv").body(crate::support::register::csv_of(&lines));
    let id = crate::support::house::send(request).await.expect(201).body["id"].as_str().unwrap().to_owned();
    for _ in 0..100 {
        if admin.get(&format!("/imports/{id}")).await.expect(200).body["state"] == "checked" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    id
}

/// The days of one dossier, closed, and a correction of it that was entered since.
async fn closing(head: &Person) -> String {
    let code = first(head, "/dossiers?status=resolved&limit=1", "code").await;
    let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
    let day = |moment: &str| dossier.body[moment].as_str().unwrap()[..10].to_owned();
    let period = json!({"from": day("received_at"), "to": day("resolved_at"), "report": "rates", "note": "Báo cáo tháng gửi Văn phòng Sở"});
    let closed = head.post("/closings", period).await.expect(201);
    let channel = if dossier.body["channel"] == "online" { "postal" } else { "online" };
    let mistake =
        json!({"field": "channel", "value": channel, "reason": "Chọn nhầm hình thức nộp khi tiếp nhận"});
    head.act(&format!("/dossiers/{code}/corrections"), dossier.version(), mistake).await.expect(200);
    closed.body["id"].as_str().unwrap().to_owned()
}

/// A report that is due before tomorrow, made by itself today if this is a working day.
async fn schedule(head: &Person) -> String {
    let tomorrow = chrono::Days::new(1);
    let today = head.get("/warnings?limit=1").await.expect(200).body["today"].as_str().unwrap().to_owned();
    let due_on = today.parse::<chrono::NaiveDate>().unwrap().checked_add_days(tomorrow).unwrap();
    let body = json!({"name": "Báo cáo nhanh tháng", "report": "ii06a", "covers": "last_month", "days": due_on.format("%d/%m,25/02").to_string(),
        "lead_days": 3, "recipients": ["van.thu@so.example.vn"]});
    head.post("/schedules", body).await.expect(201).body["id"].as_str().unwrap().to_owned()
}

/// A digest that was made, if this is a working day.
async fn notice(admin: &Person) -> String {
    for _ in 0..50 {
        let listed = admin.get("/notices?limit=1").await.expect(200);
        if let Some(id) = listed.body["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    "khong-co".to_owned()
}

/// Receipts of TS in one file, with a code at fault, as soon as it is printed.
async fn batch(admin: &Person) -> String {
    let listed = admin.get("/dossiers?branch_code=TS&limit=5").await.expect(200).body;
    let mut codes: Vec<Value> =
        listed["items"].as_array().unwrap().iter().map(|line| line["code"].clone()).collect();
    codes.insert(2, json!("000.00.03.H29-260310-9999"));
    let order = json!({"kind": "receipts", "codes": codes});
    let id = admin.post("/print-batches", order).await.expect(202).body["id"].as_str().unwrap().to_owned();
    for _ in 0..100 {
        if admin.get(&format!("/print-batches/{id}")).await.expect(200).body["state"] == "printed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    id
}

/// A day off that comes soon, and open dossiers counted again for it.
async fn recount(admin: &Person) -> String {
    let warnings = admin.get("/warnings?limit=1").await.expect(200).body;
    let mut day: chrono::NaiveDate = warnings["today"].as_str().unwrap().parse().unwrap();
    for _ in 0..3 {
        day = day.succ_opt().unwrap();
        let holiday = json!({"kind": "holiday", "name": "Nghỉ phòng chống bão số 15"});
        admin.put(&format!("/calendar/days/{day}"), holiday).await.expect(200);
    }
    let order = json!({"reason": "Công điện số 15/CĐ-UBND: nghỉ làm việc để phòng chống bão"});
    let order = admin.post("/calendar/recomputations", order).await.expect(202);
    let id = order.body["id"].as_str().unwrap().to_owned();
    for _ in 0..100 {
        if admin.get(&format!("/calendar/recomputations/{id}")).await.expect(200).body["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    id
}

/// The first drafts of the head's branch signed at once, one of them in a version that is gone, as soon as that is done.
async fn approvals(head: &Person) -> String {
    let listed = head.get("/apologies?status=draft&limit=4").await.expect(200).body;
    let drafts = listed["items"].as_array().unwrap().iter().enumerate();
    let letters: Vec<Value> = drafts
        .map(|(n, draft)| json!({"id": draft["id"], "version": draft["version"].as_i64().unwrap() + i64::from(n == 1)}))
        .collect();
    if letters.is_empty() {
        return "khong-co".to_owned();
    }
    let order = head.post("/approval-orders", json!({ "letters": letters })).await.expect(202);
    let id = order.body["id"].as_str().unwrap().to_owned();
    for _ in 0..100 {
        if head.get(&format!("/approval-orders/{id}")).await.expect(200).body["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    id
}

async fn views(origin: &str) -> Vec<View> {
    let (head, admin) = (person(origin, "chicuctruong.ts").await, person(origin, "quantri").await);
    let late = late(&admin).await;
    let done = first(&head, "/dossiers?status=resolved&limit=1", "code").await;
    let draft = first(&admin, "/apologies?status=draft&limit=1", "id").await;
    let sent = first(&head, "/apologies?status=sent&limit=1", "id").await;
    let told = head.get(&format!("/apologies/{sent}")).await.expect(200);
    let told = told.body["dossier_code"].as_str().unwrap().to_owned();
    let key = head.get(&format!("/dossiers/{told}")).await.expect(200);
    let phone = key.body["applicant"]["phone"].as_str().unwrap().to_owned();
    let key = key.body["lookup_key"].as_str().unwrap().to_owned();
    let unanswered = unanswered(&head).await;
    let officer = first(&admin, "/officers?limit=1", "id").await;
    let register = register(&admin).await;
    let closing = closing(&head).await;
    let notice = notice(&admin).await;
    let schedule = schedule(&head).await;
    let batch = batch(&admin).await;
    let recount = recount(&admin).await;
    let approvals = approvals(&head).await;
    vec![
        view("-", "dang-nhap", "/dang-nhap"),
        view("-", "tra-cuu", "/tra-cuu"),
        view("-", PROVEN_BY_KEY, format!("/tra-cuu/{told}?key={key}")),
        view("-", PROVEN_BY_PHONE, format!("/tra-cuu/{told}?phone={}", &phone[phone.len() - 4..])),
        view("-", "tra-cuu-danh-gia", format!("/tra-cuu/{unanswered}")),
        view("-", "tra-cuu-khong-co", "/tra-cuu/000.00.03.H29-260310-9999?phone=0000"),
        view("-", "ty-le", "/ty-le"),
        view("-", "tinh-han", "/tinh-han?start=21%2F01%2F2020&time_limit=3wd"),
        view("tiepnhan.ts", "hom-nay", "/hom-nay"),
        view("tiepnhan.ts", "tiep-nhan", "/tiep-nhan"),
        view("tiepnhan.ts", "tiep-nhan-thu-tuc", "/tiep-nhan?thu-tuc=1.003650"),
        view("tiepnhan.ts", "da-tiep-nhan", format!("/ho-so/{late}/da-tiep-nhan")),
        view("tiepnhan.ts", "tra-ket-qua", "/tra-ket-qua"),
        view("tiepnhan.ts", "tra-ket-qua-ho-so", format!("/tra-ket-qua?ma={done}")),
        view("tiepnhan.ts", "ho-so", "/ho-so"),
        view("xuly.ts", "hom-nay-xu-ly", "/hom-nay"),
        view("chicuctruong.ts", "ho-so-tre", format!("/ho-so/{late}")),
        view("chicuctruong.ts", "xin-loi", "/xin-loi"),
        view("chicuctruong.ts", "xin-loi-sap-tre", "/xin-loi?xem=sap-tre"),
        view("chicuctruong.ts", "xin-loi-thieu", "/xin-loi?xem=thieu"),
        view("chicuctruong.ts", "xin-loi-da-gui", format!("/xin-loi/{sent}")),
        view("chicuctruong.ts", "xin-loi-ky-nhieu", "/xin-loi/ky-nhieu"),
        view("chicuctruong.ts", "xin-loi-ky-nhieu-mot", format!("/xin-loi/ky-nhieu/{approvals}")),
        view("quantri", "xin-loi-nhap", format!("/xin-loi/{draft}")),
        view("vanphong", "ket-qua", "/ket-qua"),
        view(
            "vanphong",
            "ket-qua-chia-theo",
            "/ket-qua?ky=nam&by=sector,channel,quarter&against=reappointed",
        ),
        view("vanphong", "ket-qua-tung-linh-vuc", "/ket-qua?ky=nam&by=branch,sector"),
        view("vanphong", "ket-qua-tung-tuan", "/ket-qua?ky=nam&by=week"),
        view("vanphong", "ket-qua-ho-so", "/ket-qua/ho-so?figure=resolved_overdue"),
        view("vanphong", "ket-qua-tung-khau", "/ket-qua/tung-khau"),
        view(
            "chicuctruong.ts",
            "ket-qua-tung-khau-can-bo",
            "/ket-qua/tung-khau?ky=nam&by=branch,procedure,officer",
        ),
        view("vanphong", "chi-tieu", "/chi-tieu"),
        view("vanphong", "bao-cao", "/bao-cao"),
        view("vanphong", "bao-cao-bieu", "/bao-cao?ky=nam&loai=ii06a"),
        view("vanphong", "bao-cao-ton", "/bao-cao?ky=nam&loai=ton"),
        view("vanphong", "bao-cao-ho-so", "/bao-cao/ho-so?loai=ton&age=over_90"),
        view("vanphong", "bao-cao-dau-hieu", "/bao-cao/dau-hieu?ky=nam&indicator=reappointed"),
        view("vanphong", "bao-cao-liem-chinh", "/bao-cao?ky=nam&loai=liem-chinh"),
        view("quantri", "chi-tieu-muc-tieu", "/chi-tieu/muc-tieu"),
        view("vanphong", "hom-nay-van-phong", "/hom-nay"),
        view("chicuctruong.ts", "chot-so-lieu", "/chot-so-lieu"),
        view("chicuctruong.ts", "chot-so-lieu-moi", "/chot-so-lieu/moi"),
        view("chicuctruong.ts", "chot-so-lieu-xem-truoc", "/chot-so-lieu/moi?ky=nam-truoc&report=rates"),
        view("chicuctruong.ts", "chot-so-lieu-mot", format!("/chot-so-lieu/{closing}")),
        view("vanphong", "chot-so-lieu-bieu", "/chot-so-lieu/moi?ky=thang-truoc&report=ii06a"),
        view("vanphong", "chot-so-lieu-don-vi", "/chot-so-lieu/moi?ky=nam&report=unit"),
        view("vanphong", "canh-bao", "/canh-bao"),
        view("chicuctruong.ts", "canh-bao-don-vi", "/canh-bao?loai=overdue"),
        view("chicuctruong.ts", "canh-bao-thoi-gian", "/canh-bao/thoi-gian"),
        view("chicuctruong.ts", "lich", "/lich"),
        view("quantri", "lich-quan-tri", "/lich"),
        view("quantri", "lich-nam", "/lich/nam"),
        view("quantri", "lich-tinh-lai", "/lich/tinh-lai"),
        view("quantri", "lich-tinh-lai-mot", format!("/lich/tinh-lai/{recount}")),
        view("chicuctruong.ts", "lich-tinh-lai-don-vi", format!("/lich/tinh-lai/{recount}")),
        view("quantri", "danh-muc", "/danh-muc"),
        view("quantri", "danh-muc-don-vi", "/danh-muc?xem=don-vi"),
        view("quantri", "danh-muc-linh-vuc", "/danh-muc?xem=linh-vuc"),
        view("quantri", "don-vi", "/danh-muc/don-vi/TS"),
        view("quantri", "don-vi-moi", "/danh-muc/don-vi-moi"),
        view("quantri", "thu-tuc", "/danh-muc/thu-tuc/1.003650"),
        view("quantri", "thu-tuc-moi", "/danh-muc/thu-tuc-moi"),
        view("quantri", "phien-ban-moi", "/danh-muc/thu-tuc/1.003650/phien-ban-moi"),
        view("quantri", "tai-khoan", "/tai-khoan"),
        view("quantri", "tai-khoan-moi", "/tai-khoan/moi"),
        view("quantri", "tai-khoan-mot", format!("/tai-khoan/{officer}")),
        view("quantri", "in-hang-loat", "/in-hang-loat"),
        view("quantri", "in-hang-loat-tep", format!("/in-hang-loat/{batch}")),
        view("quantri", "nhap-so", "/nhap-so"),
        view("quantri", "nhap-so-tep", format!("/nhap-so/{register}")),
        view("quantri", "cong-viec", "/cong-viec"),
        view("vanphong", "lich-bao-cao", "/lich-bao-cao"),
        view("chicuctruong.ts", "lich-bao-cao-moi", "/lich-bao-cao/moi"),
        view("chicuctruong.ts", "lich-bao-cao-mot", format!("/lich-bao-cao/{schedule}")),
        view("chicuctruong.ts", "thu-nhac", "/thu-nhac"),
        view("quantri", "thu-nhac-mot", format!("/thu-nhac/{notice}")),
        view("quantri", "thu-nhac-tat-ca", "/thu-nhac"),
        view("quantri", "mau-giay-to", "/mau-giay-to"),
        view("quantri", "mau-mot", "/mau-giay-to/receipt?branch_code=TS"),
        view("quantri", "cai-dat", "/cai-dat"),
        view("quantri", "mat-khau", "/mat-khau"),
        view("quantri", "phien", "/phien"),
        view("quantri", "khong-co", "/khong-co"),
    ]
}

/// The demo, and every page of it.
pub async fn demo() -> (Service, Vec<View>) {
    let all_day = [("MOTCUA__DIGEST__AT", "00:00"), ("MOTCUA__OFFICE__HOURS", "07:30-11:30,13:00-23:59")];
    let service = Service::start_with(&["demo", "--port", "0", "--dossiers", "900"], &all_day).await;
    let views = views(&service.url("")).await;
    for (_, pattern) in PAGES.iter().filter(|(method, path)| *method == "get" && !NO_PAGES.contains(path)) {
        assert!(views.iter().any(|view| is_at(&view.path, pattern)), "{pattern} is in no view");
    }
    (service, views)
}

/// The views, and whatever is no page of one thing as the head and as the administrator too; by who looks. What is
/// added may be nothing for whom it is shown to, and has no name.
pub fn with_both(mut views: Vec<View>) -> Vec<View> {
    let plain = |path: &str| !path.contains('{') && !NO_PAGES.contains(&path) && path != "/dang-nhap";
    for (_, path) in PAGES.iter().filter(|(method, path)| *method == "get" && plain(path)) {
        for who in ["chicuctruong.ts", "quantri"] {
            if !views.iter().any(|view| view.who == who && view.path == *path) {
                views.push(view(who, "", *path));
            }
        }
    }
    by_who(views)
}

/// One after the other, whoever looks.
pub fn by_who(mut views: Vec<View>) -> Vec<View> {
    views.sort_by_key(|view| view.who);
    views
}

/// Signs in whoever looks next; the choice of light or dark stays.
pub async fn sign_in(browser: &Browser, who: &str) {
    if who == "-" {
        for name in ["motcua", "motcua-entry"] {
            // It may not be there.
            drop(browser.client.delete_cookie(name).await);
        }
    } else {
        browser.sign_in_again(who, PASSWORD).await;
    }
}

/// The page is open; what it is instead, should it be another.
pub async fn open(browser: &Browser, view: &View) -> Option<String> {
    browser.go(&view.path).await;
    let status = browser.run("return performance.getEntriesByType('navigation')[0].responseStatus").await;
    let (at, wanted) = (browser.path().await, view.path.split('?').next().unwrap_or_default());
    if view.is_there() && (status != 200 || at != wanted) {
        return Some(format!("{} {}: {status} at {at}", view.who, view.path));
    }
    let proven = [PROVEN_BY_KEY, PROVEN_BY_PHONE].contains(&view.name);
    if proven && browser.run(SHOWN_WITH_PROOF).await != true {
        return Some(format!("{}: neither letter nor contact", view.path));
    }
    None
}

/// Whether this address is one of the pattern's.
fn is_at(path: &str, pattern: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (path, pattern): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len()
        && path.iter().zip(&pattern).all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
}
