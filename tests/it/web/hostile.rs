//! Names, notes and file names that would be markup stand as text on every page, in a real browser.

use super::whole_day::work;
use crate::dossier::life::take_in;
use crate::support::browser::Browser;
use crate::support::database::{Kind, fresh};
use crate::support::house::{Answer, PASSWORD, Person, TestHouse};
use motcua::domain::role::Role;
use serde_json::json;

/// Breaks out of an attribute, of a text, of a text area and of a script, were it let.
const HOSTILE: &str =
    "\"></textarea></title><b class='hostile'>Tên</b><script>window.boom=1</script><img src=x>";
/// What it would leave behind.
const HARM: &str =
    "return [document.querySelectorAll('.hostile, img[src=x], main script').length, typeof window.boom]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_stand_as_text_on_every_page() {
    let house = TestHouse::open(fresh(Kind::Sqlite).unwrap()).await;
    let chief = house.officer("chicuctruong", Role::Head, Some("TS")).await;
    house.officer("quantri", Role::Admin, None).await;
    let (head, admin) = (house.sign_in("chicuctruong").await, house.sign_in("quantri").await);
    let person =
        |name: &str| json!({"name": name, "kind": "citizen", "phone": "0901234512", "address": HOSTILE});
    let intake = json!({"procedure_code": "1.003650", "channel": "in_person", "applicant": person(HOSTILE),
        "representative": person(HOSTILE), "request_summary": HOSTILE,
        "components": [{"name": HOSTILE, "form": "original", "copies": 1}]});
    let dossier = head.post("/dossiers", intake).await.expect(201);
    let code = dossier.body["code"].as_str().unwrap().to_owned();
    let officer = json!({"username": "ke.pha", "full_name": HOSTILE, "title": HOSTILE, "role": "handler",
        "branch_code": "TS", "password": PASSWORD});
    let officer = admin.post("/officers", officer).await.expect(201).body["id"].as_str().unwrap().to_owned();
    let act = async |act: &str, body| {
        let version = head.get(&format!("/dossiers/{code}")).await.expect(200).version();
        head.act(&format!("/dossiers/{code}/{act}"), version, body).await.expect(200);
    };
    act("forwarding", json!({"to_officer": "ke.pha", "note": HOSTILE})).await;
    act(
        "corrections",
        json!({"field": "applicant.name", "value": format!("{HOSTILE} II"), "reason": HOSTILE}),
    )
    .await;
    act("supplement-request", json!({"items": [HOSTILE], "reason": HOSTILE})).await;
    act("supplement", json!({"items": [HOSTILE]})).await;
    let branch = admin.get("/branches/TS").await.expect(200).version();
    admin.patch("/branches/TS", branch, json!({"name": HOSTILE, "address": HOSTILE})).await.expect(200);
    admin.post("/sectors", json!({"code": "pha-hoai", "name": HOSTILE})).await.expect(201);
    let day = json!({"kind": "holiday", "name": HOSTILE, "note": HOSTILE});
    admin.put("/calendar/days/2026-05-05", day).await.expect(200);
    let receipt = admin.get("/templates/receipt?branch_code=TS").await.expect(200);
    let source = format!("// {HOSTILE}\n{}", receipt.body["source"].as_str().unwrap());
    admin.put("/templates/receipt?branch_code=TS", json!({"source": source})).await.expect(200);
    let version = admin.get(&format!("/officers/{chief}")).await.expect(200).version();
    admin.patch(&format!("/officers/{chief}"), version, json!({"full_name": HOSTILE})).await.expect(200);
    let due =
        head.get(&format!("/dossiers/{code}")).await.expect(200).body["due_on"].as_str().unwrap().to_owned();
    house.it_is(&format!("{due} 09:00"));
    work(&house, "smtp://127.0.0.1:1").await;
    let (head, admin) = (house.sign_in("chicuctruong").await, house.sign_in("quantri").await);
    let letter = head.get("/apologies?status=draft").await.expect(200).body["items"][0].clone();
    let letter = letter["id"].as_str().unwrap().to_owned();
    let words = json!({"cause": "other", "reason": HOSTILE});
    let version = head.get(&format!("/apologies/{letter}")).await.expect(200).version();
    head.patch(&format!("/apologies/{letter}"), version, words).await.expect(200);
    let named: String = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let file = admin.request(reqwest::Method::POST, &format!("/imports?file_name={named}"));
    let file = file.header("Content-Type", "text/csv").body("x\n");
    let file = crate::support::house::send(file).await.expect(201).body["id"].as_str().unwrap().to_owned();
    let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
    let key = dossier.body["lookup_key"].as_str().unwrap().to_owned();
    let received = dossier.body["received_at"].as_str().unwrap()[..10].to_owned();
    let id = |answer: Answer| answer.body["id"].as_str().unwrap().to_owned();
    let closed = json!({"from": received, "to": received, "report": "rates", "note": HOSTILE});
    let closing = id(head.post("/closings", closed).await.expect(201));
    let mistake = json!({"field": "channel", "value": "postal", "reason": HOSTILE});
    head.act(&format!("/dossiers/{code}/corrections"), dossier.version(), mistake).await.expect(200);
    let schedule = json!({"name": HOSTILE, "report": "ii06a", "covers": "last_month", "days": "25/02",
        "lead_days": 3, "recipients": ["van.thu@so.example.vn"]});
    let schedule = id(head.post("/schedules", schedule).await.expect(201));
    let batch = json!({"kind": "receipts", "codes": [code]});
    let batch = id(head.post("/print-batches", batch).await.expect(202));
    let target = json!({"indicator": "P312", "strictness": ">", "value": "95 %", "valid_from": "2026-02-01", "note": HOSTILE});
    admin.post("/targets", target).await.expect(201);
    let recount = json!({"reason": HOSTILE});
    let recount = id(admin.post("/calendar/recomputations", recount).await.expect(202));

    let answered = answered(&head).await;

    let Some(browser) = Browser::open(&house.origin).await else { return };
    // Where the words come from the database.
    let kept = [
        "/hom-nay?xem=don-vi".to_owned(),
        "/ho-so".into(),
        format!("/ho-so/{code}"),
        format!("/ho-so/{code}/da-tiep-nhan"),
        format!("/ho-so/{answered}"),
        format!("/tra-ket-qua?ma={code}"),
        "/xin-loi?xem=sap-tre".into(),
        format!("/xin-loi/{letter}"),
        "/lich".into(),
        "/danh-muc?xem=don-vi".into(),
        "/danh-muc?xem=linh-vuc".into(),
        "/danh-muc/don-vi/TS".into(),
        "/tai-khoan".into(),
        format!("/tai-khoan/{officer}"),
        "/mau-giay-to/receipt?branch_code=TS".into(),
        "/cai-dat".into(),
        "/nhap-so".into(),
        format!("/nhap-so/{file}"),
        format!("/tra-cuu/{code}?key={key}"),
        "/canh-bao".into(),
        format!("/ket-qua/ho-so?figure=received&from={received}&to={received}"),
        "/chi-tieu/muc-tieu".into(),
        "/lich/tinh-lai".into(),
        format!("/lich/tinh-lai/{recount}"),
    ];
    let of_head = [
        "/chot-so-lieu".to_owned(),
        format!("/chot-so-lieu/{closing}"),
        "/lich-bao-cao".into(),
        format!("/lich-bao-cao/{schedule}"),
        "/in-hang-loat".into(),
        format!("/in-hang-loat/{batch}"),
    ];
    // Where they come from the address.
    let asked = [
        "/ket-qua?branch_code=",
        "/ty-le?from=",
        "/ho-so?q=",
        "/tra-ket-qua?ma=",
        "/tra-cuu?ma=",
        "/danh-muc?q=",
        "/tinh-han?start=",
        "/ket-qua?from=",
        "/bao-cao?ky=tu-chon&from=",
        "/bao-cao?nam=",
        "/bao-cao?loai=",
        "/lich?nam=",
        "/khong-co/",
    ]
    .map(|path| format!("{path}{named}"));
    let kept = kept.iter().map(|path| ("quantri", path, true));
    let asked = asked.iter().map(|path| ("quantri", path, false));
    let of_head = of_head.iter().map(|path| ("chicuctruong", path, true));
    let mut signed_in = "";
    for (who, path, must_say) in kept.chain(asked).chain(of_head) {
        if who != signed_in {
            browser.sign_in(who, PASSWORD).await;
            signed_in = who;
        }
        browser.go(path).await;
        look(&browser, path, must_say).await;
    }
    // What became of many at once names each, whatever was sent as its code.
    browser.go("/hom-nay?xem=don-vi").await;
    let send = format!(
        "const pick = document.querySelector('[name=pick]'); pick.value = {} + '|1'; pick.checked = true; \
         pick.form.requestSubmit(pick.form.querySelector('button[value=forward]'))",
        json!(HOSTILE)
    );
    browser.run(&send).await;
    browser.wait("main a.btn[autofocus]").await;
    look(&browser, "the answer to many at once", true).await;
    browser.close().await;
}

/// A dossier whose applicant says how he was served: its code. Nothing else in it would do harm.
async fn answered(head: &Person) -> String {
    let dossier = take_in(head, "1.003650", "Nguyễn Thị Ánh").await;
    let code = dossier.body["code"].as_str().unwrap().to_owned();
    let mut version = dossier.version();
    for (act, body) in [
        ("result", json!({"outcome": "granted"})),
        ("return", json!({"channel": "in_person"})),
        ("survey", json!({"satisfaction": "neutral", "remark": HOSTILE})),
    ] {
        let done = head.act(&format!("/dossiers/{code}/{act}"), version, body).await.expect(200);
        version = done.version();
    }
    code
}

/// Nothing on the open page is more than text, and where it must say it, the page itself says it.
async fn look(browser: &Browser, what: &str, must_say: bool) {
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)").await;
    assert_eq!(browser.run(HARM).await, json!([0, "undefined"]), "{what}");
    if must_say {
        let written = "return document.querySelector('main').innerText + [...document.querySelectorAll('main input, main textarea')].map(e => e.value).join(' ')";
        let written = browser.run(written).await;
        assert!(
            written.as_str().unwrap().contains("class='hostile'"),
            "{what} does not show what it holds:\n{written}"
        );
    }
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{what}: {complaints:?}");
}
