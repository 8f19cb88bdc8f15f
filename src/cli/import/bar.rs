//! How far an import is: a bar where a person watches, a line now and then where nobody does.

use crate::register::{Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const SILENCE: Duration = Duration::from_secs(5);

pub(super) struct Bar {
    on_terminal: bool,
    bar: ProgressBar,
    phase: Phase,
    total: u64,
    begun: Instant,
    told: Instant,
    done: u64,
}

impl Bar {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            on_terminal: std::io::stderr().is_terminal(),
            bar: ProgressBar::hidden(),
            phase: Phase::Checking,
            total: 0,
            begun: now,
            told: now,
            done: 0,
        }
    }

    #[expect(clippy::print_stderr, reason = "progress is told beside the answer")]
    fn tell(&self, end: bool) {
        if self.on_terminal {
            return;
        }
        let per_second = u128::from(self.done) * 1000 / self.begun.elapsed().as_millis().max(1);
        match self.phase {
            Phase::Checking => {
                let percent = u128::from(self.done) * 100 / u128::from(self.total.max(1));
                eprintln!("Kiểm tra: {percent} %");
            }
            Phase::Importing if end => eprintln!("Nhập: {} hồ sơ, {per_second} hồ sơ/giây", self.done),
            Phase::Importing => {
                eprintln!("Nhập: {} / {} hồ sơ, {per_second} hồ sơ/giây", self.done, self.total);
            }
        }
    }
}

impl Progress for Bar {
    fn begin(&mut self, phase: Phase, total: u64) {
        let form = match phase {
            Phase::Checking => "Kiểm tra [{bar:40}] {bytes}/{total_bytes} ({binary_bytes_per_sec})",
            Phase::Importing => "Nhập     [{bar:40}] {human_pos}/{human_len} hồ sơ ({per_sec}), còn {eta}",
        };
        let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        let target =
            if self.on_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        self.bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        (self.phase, self.total, self.done) = (phase, total, 0);
        self.begun = Instant::now();
        self.told = self.begun;
    }

    fn reached(&mut self, done: u64) {
        self.done = done;
        self.bar.set_position(done);
        if self.told.elapsed() >= SILENCE {
            self.told = Instant::now();
            self.tell(false);
        }
    }

    fn end(&mut self) {
        self.bar.finish();
        self.tell(true);
    }
}
