//! A thousand letters approved, each branch's as one order of its head, and printed into one file: how long, and how much
//! memory the service takes for it beyond what it held.

use crate::acts::{Bench, bearer};
use crate::answers::texts;
use crate::client::{Client, request};
use crate::paper::BarePage;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Of branches whose late dossiers come to a thousand together.
const HEADS: [&str; 6] = ["cnty", "ttbvtv", "ts", "kl", "tl", "ptnt"];
/// Drafts are made by the service itself, in the first minute after it has begun.
const PATIENCE: Duration = Duration::from_secs(90);

const LETTERS: usize = 1000;

impl Bench<'_> {
    pub fn batches(&mut self) {
        self.approve();
        // One a dossier; the official letter is printed here where it is not kept yet.
        let issued = "select distinct d.code from apologies a join dossiers d on d.id = a.dossier_id \
                      where a.letter is not null order by d.code limit 1000";
        let codes = texts(&self.db(), issued);
        if codes.is_empty() {
            println!("    batch: no dossier is late in this database");
            return;
        }
        let office = bearer(self.service.address, "vanphong");
        let mut client = Client::new(self.service.address);
        let order = json!({"kind": "letters", "codes": codes}).to_string();
        let (held, cpu, begun) = (self.service.memory_mb(), self.service.cpu_ms(), Instant::now());
        let batch = client.post("/api/v1/print-batches", &office, &order).expect(202).json();
        let path = format!("/api/v1/print-batches/{}", batch["id"].as_str().expect("its key"));
        let mut most = held;
        let done = loop {
            let now = client.get(&path, &office).expect(200).json();
            most = most.max(self.service.memory_mb());
            if now["state"] == "printed" {
                break now;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let (took, cpu) = (begun.elapsed().as_secs_f64(), self.service.cpu_ms() - cpu);
        let sent = Instant::now();
        let file = client.get(&format!("{path}/file.pdf"), &office).expect(200);
        let sent = sent.elapsed().as_secs_f64();
        most = most.max(self.service.memory_mb());
        let page = BarePage::new();
        let bare = Instant::now();
        (0..codes.len()).for_each(|n| page.print(n));
        let bare = bare.elapsed().as_secs_f64();
        let (count, faulty) = (codes.len(), done["faulty"].as_u64().unwrap_or_default());
        let text = format!(
            "{count} in {took:.1} s ({faulty} left out), {:.1} s processor / {bare:.1} s bare pages; {:.0} MB file, \
             sent in {sent:.1} s; memory {held:.0} → {most:.0} MB",
            cpu as f64 / 1000.0,
            file.body.len() as f64 / 1e6,
        );
        // Bounded: what a thousand take beyond what was held is less than the file itself would.
        let met = (count == LETTERS).then_some(most - held <= 64.0);
        self.put("batch", took, met, text);
        client.send(&request("DELETE", &path, &office, "")).expect(204);
    }

    /// Approves what is missing to a thousand letters.
    fn approve(&mut self) {
        let count = |bench: &Self, what: &str| {
            let counted = format!("select cast(count(*) as text) as code from apologies where {what}");
            texts(&bench.db(), &counted)
                .pop()
                .and_then(|count| count.parse::<usize>().ok())
                .unwrap_or_default()
        };
        let mut missing = LETTERS.saturating_sub(count(self, "letter is not null"));
        let waited = Instant::now();
        while missing > 0 && count(self, "status = 'draft'") < missing && waited.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_secs(1));
        }
        let mut client = Client::new(self.service.address);
        let (mut approved, mut took, mut cpu) = (0, 0.0, 0);
        for head in HEADS {
            let head = bearer(self.service.address, &format!("chicuctruong.{head}"));
            let letters = complete(&mut client, &head, missing);
            if letters.is_empty() {
                continue;
            }
            let (spent, begun) = (self.service.cpu_ms(), Instant::now());
            let order = json!({ "letters": letters }).to_string();
            let order = client.post("/api/v1/approval-orders", &head, &order).expect(202).json();
            let path = format!("/api/v1/approval-orders/{}", order["id"].as_str().expect("its key"));
            let done = loop {
                let now = client.get(&path, &head).expect(200).json();
                if now["state"] == "done" {
                    break now;
                }
                std::thread::sleep(Duration::from_millis(50));
            };
            took += begun.elapsed().as_secs_f64();
            cpu += self.service.cpu_ms() - spent;
            let of_these =
                done["approved"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
            approved += of_these;
            missing = missing.saturating_sub(of_these);
        }
        if approved > 0 {
            let each = took * 1000.0 / approved as f64;
            let text = format!(
                "{approved} in {took:.1} s, {each:.1} ms and {:.1} ms processor each",
                cpu as f64 / approved as f64
            );
            self.put("approvals", each, None, text);
        }
    }
}

/// Up to so many drafts of a branch, each with a cause beside the date that is suggested, as its head would approve them.
fn complete(client: &mut Client, head: &str, most: usize) -> Vec<Value> {
    let (mut letters, mut next) = (Vec::new(), Some(String::new()));
    while let Some(cursor) = next.filter(|_| letters.len() < most) {
        let listed =
            client.get(&format!("/api/v1/apologies?status=draft&limit=200{cursor}"), head).expect(200).json();
        for draft in listed["items"].as_array().expect("drafts").iter().take(most - letters.len()) {
            let id = draft["id"].as_str().expect("its key");
            let headers =
                format!("{head}If-Match: \"{}\"\r\nContent-Type: application/json\r\n", draft["version"]);
            let change = json!({"cause": "field_verification"}).to_string();
            let changed =
                client.send(&request("PATCH", &format!("/api/v1/apologies/{id}"), &headers, &change));
            let changed = changed.expect(200).json();
            letters.push(json!({"id": id, "version": changed["version"]}));
        }
        next = listed["next"].as_str().map(|next| format!("&cursor={next}"));
    }
    letters
}
