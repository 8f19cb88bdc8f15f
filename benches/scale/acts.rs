//! Acts by HTTP against their limits: measured in turn, so that what disturbs one disturbs the other.

use crate::client::{Answer, Client, load, request};
use crate::floor;
use crate::owed::Owed;
use crate::place::{Kind, Place, Service};
use crate::report::{Results, median, spread};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

/// Limit and service in turn, so often.
const ROUNDS: usize = 5;
const WINDOW: Duration = Duration::from_millis(1500);
const BRANCHES: [&str; 6] = ["cnty", "ttbvtv", "ts", "kl", "tl", "ptnt"];

/// Who asks, for the headers of a request.
pub fn bearer(address: SocketAddr, username: &str) -> String {
    let credentials = json!({"username": username, "password": motcua::demo::PASSWORD}).to_string();
    let session = Client::new(address).post("/api/v1/sessions", "", &credentials).expect(201).json();
    format!("Authorization: Bearer {}\r\n", session["access_token"].as_str().expect("a token"))
}

/// What each branch's counter takes in.
pub struct Counter {
    pub bearer: String,
    body: Value,
}

pub fn counters(address: SocketAddr) -> Vec<Counter> {
    let office = bearer(address, "vanphong");
    let branches = Client::new(address).get("/api/v1/branches?limit=200", &office).expect(200).json();
    BRANCHES
        .iter()
        .map(|suffix| {
            let plain = |code: &str| code.to_lowercase().replace('-', "");
            let items = branches["items"].as_array().expect("branches");
            let branch = items.iter().find(|branch| plain(branch["code"].as_str().unwrap_or_default()) == *suffix);
            let code = branch.expect("the branch")["code"].as_str().expect("its code").to_owned();
            let (procedure, case) = procedure_of(&code);
            let mut body = json!({"procedure_code": procedure, "channel": "in_person", "applicant": {
                "name": "Nguyễn Văn Thử", "kind": "citizen", "id_number": "079012345678", "phone": "0901234567",
                "email": "thu@example.vn", "address": "12 Lê Lợi, phường Bến Nghé, Thành phố Hồ Chí Minh"}});
            if !case.is_empty() {
                body["case"] = json!(case);
            }
            Counter { bearer: bearer(address, &format!("tiepnhan.{suffix}")), body }
        })
        .collect()
}

/// The first procedure of a branch whose limit is known.
pub fn procedure_of(branch: &str) -> (String, String) {
    let mut table = csv::Reader::from_path("config/procedures.csv").expect("config/procedures.csv");
    let found = table.records().filter_map(Result::ok).find(|row| &row[0] == branch && !row[7].is_empty());
    let row = found.expect("a procedure");
    (row[1].to_owned(), row[3].to_owned())
}

impl Counter {
    pub fn intake(&self, thread: usize, n: u64) -> Vec<u8> {
        let mut body = self.body.clone();
        let number = thread as u64 * 1_000_000 + n;
        body["applicant"]["phone"] = json!(format!("09{:08}", number * 7919 % 100_000_000));
        body["applicant"]["id_number"] = json!(format!("079{:09}", number * 104_729 % 1_000_000_000));
        let headers = format!("{}Content-Type: application/json\r\n", self.bearer);
        request("POST", "/api/v1/dossiers", &headers, &body.to_string())
    }
}

/// Where an act is measured.
pub struct Bench<'a> {
    pub place: &'a mut Place,
    pub kind: Kind,
    pub dossiers: u32,
    pub url: String,
    pub service: Service,
    pub results: &'a mut Results,
}

impl Bench<'_> {
    pub fn put(&mut self, row: &str, number: f64, met: Option<bool>, text: String) {
        self.results.put(self.kind, self.dossiers, row, number, met, text);
    }

    fn cpu_ms(&self) -> u64 {
        self.service.cpu_ms() + self.place.server_cpu_ms()
    }

    fn intakes(&self, counters: &[Counter], connections: usize, seen: impl Fn(usize, Answer) + Sync) -> f64 {
        let of = |thread: usize| &counters[thread % counters.len()];
        let next = |thread, n| Some(of(thread).intake(thread, n));
        load(self.service.address, connections, WINDOW, next, 201, seen).per_second()
    }

    /// Against bare statements.
    pub fn intake(&mut self) {
        let bare = format!("bare_{}", self.dossiers);
        self.place.drop_database(self.kind, &bare);
        self.place.create(self.kind, &bare);
        let bare_url = self.place.url(self.kind, &bare);
        if let Some(path) = bare_url.strip_prefix("sqlite://") {
            std::fs::create_dir_all(std::path::Path::new(path).parent().expect("its folder"))
                .expect("a folder");
        }
        floor::tables(self.kind, &bare_url);
        let counters = counters(self.service.address);
        self.intakes(&counters, 16, |_, _| ());
        let (mut limit, mut service, mut ratios, mut cpu) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let most = floor::bare_intake(self.kind, &bare_url, 16, WINDOW);
            let before = self.cpu_ms();
            let ours = self.intakes(&counters, 16, |_, _| ());
            cpu.push((self.cpu_ms() - before) as f64 / (ours * WINDOW.as_secs_f64()));
            limit.push(most);
            service.push(ours);
            ratios.push(ours / most);
        }
        let ratio = median(&ratios);
        self.put(
            "intake",
            ratio,
            Some(ratio >= 0.6),
            format!("{ratio:.2}: {} / {} per s", spread(&service), spread(&limit)),
        );
        self.put("intake-cpu", median(&cpu), None, format!("{:.2} ms", median(&cpu)));
        if let Some(empty) = self.results.number(self.kind, 0, "intake-cpu").filter(|_| self.dossiers > 0) {
            let grown = empty / median(&cpu);
            self.put("intake-grown", grown, Some(grown >= 0.8), format!("{grown:.2} (by processor time)"));
        }
        self.place.drop_database(self.kind, &bare);
        self.owed(&counters);
    }

    /// Against the same rows written by the database alone.
    fn owed(&mut self, counters: &[Counter]) {
        let owed = Owed::prepare(self.place, self.kind, &self.url);
        let (mut limit, mut service, mut ratios) = (vec![], vec![], vec![]);
        let (mut rows, mut acts) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            let written = owed.write(self.place, 16, ROUNDS);
            let before = self.cpu_ms();
            let ours = self.intakes(counters, 16, |_, _| ());
            acts.push((self.cpu_ms() - before) as f64 / (ours * WINDOW.as_secs_f64()));
            rows.push(written.cpu_ms_each);
            limit.push(written.per_second);
            service.push(ours);
            ratios.push(ours / written.per_second);
        }
        let ratio = median(&ratios);
        let text = format!(
            "{ratio:.2}: {} / {} per s; processor {:.2} / {:.2} ms",
            spread(&service),
            spread(&limit),
            median(&acts),
            median(&rows)
        );
        self.put("intake-owed", ratio, None, text);
        owed.drop(self.place);
    }

    /// Against the smallest service on the same database server.
    pub fn floors(&mut self, codes: &[String]) {
        let bare = format!("floor_{}", self.dossiers);
        self.place.drop_database(self.kind, &bare);
        self.place.create(self.kind, &bare);
        let bare_url = self.place.url(self.kind, &bare);
        let folder = self.place.folder.join(&bare);
        std::fs::create_dir_all(&folder).expect("a folder");
        let this = std::env::current_exe().expect("this program");
        let smallest = Service::start(&this, &["floor", &bare_url, &self.url], &bare_url, &folder);
        let (counters, office) = (counters(self.service.address), bearer(self.service.address, "vanphong"));
        let made: Vec<Mutex<Vec<String>>> = (0..16).map(|_| Mutex::default()).collect();
        let bare_create = |connections| {
            let next = |thread: usize, _| {
                let body = json!({"branch": thread % 6}).to_string();
                Some(request("POST", "/d", "Content-Type: application/json\r\n", &body))
            };
            let keep = |thread: usize, answer: Answer| {
                made[thread]
                    .lock()
                    .expect("kept")
                    .push(answer.json()["code"].as_str().expect("a code").to_owned());
            };
            load(smallest.address, connections, WINDOW, next, 201, keep).per_second()
        };
        bare_create(16);
        let bare_codes: Vec<String> =
            made.iter().flat_map(|codes| codes.lock().expect("kept").clone()).collect();
        let get = |address, connections, paths: &[String], headers: &str| {
            let next = |thread: usize, n: u64| {
                let path = &paths[(thread * 7919 + usize::try_from(n).expect("small") * 31) % paths.len()];
                Some(request("GET", path, headers, ""))
            };
            load(address, connections, WINDOW, next, 200, |_, _| ()).per_second()
        };
        let bare_paths: Vec<String> = bare_codes.iter().map(|code| format!("/d/{code}")).collect();
        let paths: Vec<String> = codes.iter().map(|code| format!("/api/v1/dossiers/{code}")).collect();
        let address = self.service.address;
        self.in_turn(
            "read",
            0.7,
            || get(smallest.address, 16, &bare_paths, ""),
            || get(address, 16, &paths, &office),
        );
        self.in_turn(
            "floor-read",
            0.7,
            || get(smallest.address, 4, &bare_paths, ""),
            || get(address, 4, &paths, &office),
        );
        let plain: Vec<String> = codes.iter().map(|code| format!("/whole/{code}")).collect();
        self.in_turn(
            "own-read",
            f64::NAN,
            || get(smallest.address, 16, &plain, ""),
            || get(address, 16, &paths, &office),
        );
        let of: Vec<String> = (0..6).map(|branch| format!("/of/{branch}")).collect();
        let branches = ["CN-TY", "TT-BVTV", "TS", "KL", "TL", "PTNT"];
        let lists: Vec<String> = branches
            .map(|branch| format!("/api/v1/dossiers?branch_code={branch}&sort=-received_at&limit=50"))
            .to_vec();
        self.in_turn(
            "floor-list",
            0.7,
            || get(smallest.address, 4, &of, ""),
            || get(address, 4, &lists, &office),
        );
        let plain = branches.map(|branch| format!("/lines/{branch}")).to_vec();
        self.in_turn(
            "own-list",
            f64::NAN,
            || get(smallest.address, 4, &plain, ""),
            || get(address, 4, &lists, &office),
        );
        if self.kind == Kind::Sqlite {
            self.place.drop_database(self.kind, &bare);
            return;
        }
        let ours: Vec<Mutex<Vec<(String, String)>>> = (0..4).map(|_| Mutex::default()).collect();
        let keep = |thread: usize, answer: Answer| {
            let etag = answer.header("etag").expect("an ETag").to_owned();
            let code = answer.json()["code"].as_str().expect("a code").to_owned();
            ours[thread].lock().expect("kept").push((code, etag));
        };
        let create = || {
            let next = |thread: usize, n| Some(counters[thread % 4].intake(thread, n));
            load(address, 4, WINDOW, next, 201, keep).per_second()
        };
        self.in_turn("floor-create", 0.6, || bare_create(4), create);
        let bare_forward = || {
            let next = |thread: usize, _| {
                let code = made[thread].lock().expect("kept").pop()?;
                Some(request("POST", &format!("/d/{code}/t"), "", ""))
            };
            load(smallest.address, 4, WINDOW, next, 200, |_, _| ()).per_second()
        };
        let forward = || {
            let next = |thread: usize, _| {
                let (code, etag) = ours[thread].lock().expect("kept").pop()?;
                let headers = format!(
                    "{}If-Match: {etag}\r\nContent-Type: application/json\r\n",
                    counters[thread % 4].bearer
                );
                let body = json!({"to_officer": format!("xuly.{}", BRANCHES[thread % 4])}).to_string();
                Some(request("POST", &format!("/api/v1/dossiers/{code}/forwarding"), &headers, &body))
            };
            load(address, 4, WINDOW, next, 200, |_, _| ()).per_second()
        };
        self.in_turn("floor-transition", 0.6, bare_forward, forward);
        drop(smallest);
        self.place.drop_database(self.kind, &bare);
        let _gone = std::fs::remove_dir_all(&folder);
    }

    fn in_turn(&mut self, row: &str, goal: f64, limit: impl Fn() -> f64, ours: impl Fn() -> f64) {
        let (mut limits, mut services, mut ratios) = (vec![], vec![], vec![]);
        ours();
        for _ in 0..ROUNDS {
            limits.push(limit());
            services.push(ours());
            ratios.push(services[services.len() - 1] / limits[limits.len() - 1]);
        }
        let ratio = median(&ratios);
        let has_goal = !goal.is_nan() && (self.kind == Kind::Postgres || row == "read");
        let met = has_goal.then_some(ratio >= goal);
        self.put(row, ratio, met, format!("{ratio:.2}: {} / {} per s", spread(&services), spread(&limits)));
    }
}
