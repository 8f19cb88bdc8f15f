//! `motcua generate`: years of invented dossiers, to try out what a large register does.

use super::{CliError, Done, Setup, say};
use crate::demo::{self, Standing, Wish};
use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const SILENCE: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
pub struct Args {
    /// Số hồ sơ
    #[arg(long, value_name = "SỐ", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    dossiers: u32,
    /// Hạt giống: cùng hạt giống, cùng ngày thì cùng dữ liệu
    #[arg(long, value_name = "SỐ", default_value_t = 2020)]
    seed: u64,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let level = (setup.config.log.level == "info").then_some("warn");
    let setup = setup.with_flag("generate", "log.level", level)?.with_log()?;
    let db = setup.open_migrated()?;
    if matches!(db.read_blocking(demo::standing)?, Standing::Foreign | Standing::Filled) {
        return Err(CliError::failed(
            "cơ sở dữ liệu này đã có hồ sơ hoặc tài khoản; hãy chọn một cơ sở dữ liệu trống bằng --database-url",
        ));
    }
    let wish = Wish { seed: args.seed, dossiers: args.dossiers, now: setup.clock.now() };
    let mut progress = Progress::new(args.dossiers.into());
    let years = demo::fill_years(&db, &setup.config, wish, &mut |done, _| progress.reached(done));
    let years = years.map_err(|failure| match failure {
        Failure::Conflict("begun-with-another-wish") => CliError::failed(
            "dữ liệu đang dựng dở với số hồ sơ hoặc hạt giống khác; hãy dùng đúng như lần trước hoặc một cơ sở dữ liệu trống",
        ),
        other => other.into(),
    })?;
    progress.end();
    if years.before > 0 {
        say(format_args!("Lần trước bị gián đoạn đã dựng {} hồ sơ.", years.before))?;
    }
    say(format_args!(
        "Đã dựng {} hồ sơ hư cấu, từ {} đến {}. Đăng nhập như bản dùng thử (mật khẩu {}).",
        years.now,
        years.from.format("%d/%m/%Y"),
        years.to.format("%d/%m/%Y"),
        demo::PASSWORD
    ))
}

/// A bar where a person watches, a line now and then where nobody does.
struct Progress {
    bar: ProgressBar,
    on_terminal: bool,
    total: u64,
    /// When, and with how many dossiers, this run began.
    begun: Option<(Instant, u64)>,
    told: Instant,
    done: u64,
}

impl Progress {
    fn new(total: u64) -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        let form = "Dựng [{bar:40}] {human_pos}/{human_len} hồ sơ ({per_sec}), còn {eta}";
        let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        let target = if on_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        Self { bar, on_terminal, total, begun: None, told: Instant::now(), done: 0 }
    }

    fn reached(&mut self, done: u64) {
        self.begun.get_or_insert_with(|| (Instant::now(), done));
        self.done = done;
        self.bar.set_position(done);
        if self.told.elapsed() >= SILENCE {
            self.told = Instant::now();
            self.tell();
        }
    }

    fn end(&mut self) {
        self.bar.finish();
        self.tell();
    }

    #[expect(clippy::print_stderr, reason = "progress is told beside the answer")]
    fn tell(&self) {
        if let (false, Some((at, before))) = (self.on_terminal, self.begun) {
            let now = u128::from(self.done - before) * 1000 / at.elapsed().as_millis().max(1);
            eprintln!("Dựng: {} / {} hồ sơ, {now} hồ sơ/giây", self.done, self.total);
        }
    }
}
