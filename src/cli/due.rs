//! `motcua due START LIMIT`: the due date and how it came about, from the days in `config/`, without a database.

use super::{CliError, Done, Setup, say};
use crate::calendar::{reason_not_counted, start_of};
use crate::domain::deadline::{Deadline, Step, explain};
use crate::domain::local_time::local;
use crate::domain::time_limit::{TimeLimit, Unit};
use crate::http::Lang;
use crate::installation::{Files, calendar};
use chrono::NaiveDate;
use std::fmt::Write as _;

#[derive(clap::Args)]
pub struct Args {
    /// Ngày tiếp nhận (2020-01-21 hoặc 21/01/2020), hoặc thời điểm theo giờ Việt Nam ("2020-01-21 08:30")
    #[arg(value_name = "BẮT_ĐẦU")]
    start: String,
    /// Thời hạn: 3wd (ngày làm việc), 45d (ngày), 4wh (giờ làm việc), nối bằng dấu +: 5wd+3wd
    #[arg(value_name = "THỜI_HẠN")]
    time_limit: String,
    /// Chỉ in hạn trả
    #[arg(long)]
    brief: bool,
    /// In cả phần giải thích (mặc định)
    #[arg(long, conflicts_with = "brief", hide = true)]
    explain: bool,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let limit: TimeLimit = args
        .time_limit
        .parse()
        .map_err(|error| CliError::usage(format!("thời hạn {:?} không hợp lệ: {error}", args.time_limit)))?;
    let files = Files::read(setup.config.starting_data.folder.as_deref())?;
    let calendar = calendar(&files, setup.config.office.hours.clone())?;
    let start = start_of(&args.start, calendar.hours())
        .ok_or_else(|| CliError::usage(format!("{:?} không phải ngày hoặc thời điểm", args.start)))?;
    let (deadline, steps) = explain(&calendar, start, &limit, &[])
        .map_err(|missing| CliError::failed(format!("lịch làm việc chưa có năm {}", missing.year)))?;
    say(result(&deadline))?;
    if args.brief { Ok(()) } else { say(explanation(&limit, &steps).trim_end()) }
}

fn result(deadline: &Deadline) -> String {
    let mut text = format!(
        "Hạn trả kết quả: {} {} ({})",
        local(deadline.due_at).format("%H:%M"),
        people(deadline.due_on),
        deadline.due_on
    );
    let _never_fails = write!(
        text,
        "\nThư xin lỗi, nếu trễ, chậm nhất: {} ({})",
        people(deadline.apology_due_on),
        deadline.apology_due_on
    );
    if deadline.provisional {
        text.push_str("\nTạm tính: lịch nghỉ của năm liên quan chưa được công bố chính thức.");
    }
    text
}

fn explanation(limit: &TimeLimit, steps: &[Step]) -> String {
    let mut text = String::new();
    let several = limit.legs().len() > 1;
    let mut leg = 0;
    for step in steps {
        if several && step.leg != leg {
            leg = step.leg;
            if let Some(of) = limit.legs().get(leg - 1) {
                text.push_str(&format!("Giai đoạn {leg}: {}\n", leg_in_words(of.amount(), of.unit())));
            }
        }
        text.push_str(&format!("{}  {}\n", people(step.date), what(step)));
    }
    text
}

/// Only a day that is itself counted has a number.
fn what(step: &Step) -> String {
    let swap = step.swap.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let off = step.skipped.as_ref().map(|skip| reason_not_counted(skip, Lang::Vi));
    match (step.counted, step.minutes, off) {
        (Some(n), _, None) => format!("ngày thứ {n}{swap}"),
        (Some(n), _, Some(off)) => format!("ngày thứ {n}, nghỉ: {off}"),
        (None, Some(minutes), _) => format!("{}{swap}", hours_in_words(minutes)),
        (None, None, Some(off)) => format!("nghỉ: {off}"),
        (None, None, None) => format!("hạn rơi vào ngày nghỉ, chuyển đến ngày làm việc này{swap}"),
    }
}

fn leg_in_words(amount: u16, unit: Unit) -> String {
    match unit {
        Unit::WorkingDays => format!("{amount} ngày làm việc"),
        Unit::CalendarDays => format!("{amount} ngày"),
        Unit::WorkingHours => format!("{amount} giờ làm việc"),
    }
}

fn hours_in_words(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} phút"),
        (hours, 0) => format!("{hours} giờ"),
        (hours, minutes) => format!("{hours} giờ {minutes} phút"),
    }
}

fn people(date: NaiveDate) -> impl std::fmt::Display {
    date.format("%d/%m/%Y")
}
