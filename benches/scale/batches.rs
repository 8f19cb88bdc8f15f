//! A thousand letters printed into one file: how long, and how much memory the service takes for it beyond what it held.

use crate::acts::{Bench, bearer};
use crate::answers::texts;
use crate::client::Client;
use crate::paper::BarePage;
use std::time::{Duration, Instant};

const LETTERS: usize = 1000;

impl Bench<'_> {
    pub fn batches(&mut self) {
        // One a dossier; the official letter is printed here where it is not kept yet.
        let issued = "select distinct d.code from apologies a join dossiers d on d.id = a.dossier_id \
                      where a.letter is not null order by d.code limit 1000";
        let codes = texts(&self.db(), issued);
        if codes.is_empty() {
            println!("    batch: no letters were issued in this database");
            return;
        }
        let office = bearer(self.service.address, "vanphong");
        let mut client = Client::new(self.service.address);
        let order = serde_json::json!({"kind": "letters", "codes": codes}).to_string();
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
        client.send(&crate::client::request("DELETE", &path, &office, "")).expect(204);
    }
}
