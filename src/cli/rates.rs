//! `motcua rates --from … --to …`: the on-time rates, as a table for people, JSON or CSV for programs.

use super::{CliError, Done, Setup, say};
use crate::domain::event::Channel;
use crate::domain::local_time::day_of;
use crate::failure::Failure;
use crate::http::Lang;
use crate::reference::ReferenceCache;
use crate::report::rates::{rates, worded};
use crate::report::{Asked, FiguresView, Grouping, RateView, RatesView, RowView};
use chrono::NaiveDate;

#[derive(clap::Args)]
pub struct Args {
    /// Từ ngày (2019-12-15)
    #[arg(long, value_name = "NGÀY")]
    from: NaiveDate,
    /// Đến hết ngày
    #[arg(long, value_name = "NGÀY")]
    to: NaiveDate,
    /// Chốt số đang giải quyết vào cuối ngày này; mặc định là ngày cuối kỳ, muộn nhất là hôm nay
    #[arg(long, value_name = "NGÀY")]
    as_of: Option<NaiveDate>,
    /// Chia theo: branch, sector, procedure, channel, officer và một trong day, week, month, quarter,
    /// reporting_period; nối bằng dấu phẩy
    #[arg(long, value_name = "CÁCH_CHIA", value_delimiter = ',')]
    by: Vec<Grouping>,
    /// Chỉ đơn vị có mã này
    #[arg(long, value_name = "MÃ")]
    branch_code: Option<String>,
    /// Chỉ lĩnh vực có mã hoặc tên này
    #[arg(long, value_name = "LĨNH_VỰC")]
    sector: Option<String>,
    /// Chỉ thủ tục có mã này
    #[arg(long, value_name = "MÃ")]
    procedure_code: Option<String>,
    /// Chỉ kênh này: in_person, online, postal
    #[arg(long, value_name = "KÊNH")]
    channel: Option<Channel>,
    /// Chỉ cán bộ có tên đăng nhập này
    #[arg(long, value_name = "TÊN")]
    officer: Option<String>,
    /// Dạng kết quả
    #[arg(long, value_name = "DẠNG", default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let db = setup.open_existing()?;
    let references = ReferenceCache::new(setup.config.office.hours.clone());
    let today = day_of(setup.clock.now());
    let format = args.format;
    let asked = Asked {
        by: args.by,
        branch_code: args.branch_code,
        sector: args.sector,
        procedure_code: args.procedure_code,
        channel: args.channel,
        officer: args.officer,
        ..Asked::of_days(args.from, args.to, args.as_of)
    };
    let answer = db.snapshot_blocking(|c| -> Result<_, Failure> {
        let reference = references.of(c)?;
        rates(c, &reference, &asked, today, None)
    })?;
    let answer = worded(answer, Lang::Vi);
    match format {
        Format::Table => say(table(&answer, &asked.by)),
        Format::Json => say(serde_json::to_string_pretty(&answer).map_err(CliError::failed)?),
        Format::Csv => csv(&answer, &asked.by),
    }
}

/// A column: its name for people, its name for programs, its value.
type Column = (&'static str, &'static str, fn(&FiguresView) -> String);

const COLUMNS: &[Column] = &[
    ("Tiếp nhận", "received", |f| f.received.total.to_string()),
    ("Trực tuyến", "received_online", |f| f.received.online.to_string()),
    ("Trực tiếp", "received_in_person", |f| f.received.in_person.to_string()),
    ("Bưu chính", "received_postal", |f| f.received.postal.to_string()),
    ("Kỳ trước", "carried_over", |f| f.carried_over.to_string()),
    ("Đã giải quyết", "resolved", |f| f.resolved.total.to_string()),
    ("Trước hạn", "resolved_early", |f| f.resolved.early.to_string()),
    ("Đúng hạn", "resolved_on_time", |f| f.resolved.on_time.to_string()),
    ("Quá hạn", "resolved_overdue", |f| f.resolved.overdue.to_string()),
    ("Rút, dừng", "closed_without_result", |f| f.closed_without_result.total.to_string()),
    ("(đã quá hạn)", "closed_past_due", |f| f.closed_without_result.past_due.to_string()),
    ("Đang giải quyết", "in_process", |f| f.in_process.total.to_string()),
    ("Trong hạn", "in_process_within_limit", |f| f.in_process.within_limit.to_string()),
    ("Quá hạn", "in_process_overdue", |f| f.in_process.overdue.to_string()),
    ("Chờ bổ sung", "in_process_waiting", |f| f.in_process.waiting.to_string()),
    ("R1 %", "r1", |f| percent(f.r1.as_ref())),
    ("R2 %", "r2", |f| percent(f.r2.as_ref())),
    ("R3 %", "r3", |f| percent(f.r3.as_ref())),
    ("Chỉ tiêu lĩnh vực", "all_on_time", |f| f.targets.all_on_time.to_owned()),
    ("Chỉ tiêu đơn vị", "over_90", |f| f.targets.over_90.to_owned()),
    ("Phải xin lỗi", "apologies_owed", |f| f.apologies.owed.to_string()),
    ("Đã xin lỗi", "apologies_issued", |f| f.apologies.issued.to_string()),
    ("Chưa xin lỗi", "apologies_missing", |f| f.apologies.missing.to_string()),
];

fn percent(rate: Option<&RateView>) -> String {
    rate.map(|rate| rate.percent.clone()).unwrap_or_default()
}

/// The keys of a row: for programs codes, for people names where those say more.
fn keys(row: &RowView, by: &[Grouping], for_people: bool) -> Vec<String> {
    let or = |name: &Option<String>, code: &Option<String>| {
        let name = name.as_ref().filter(|name| for_people && !name.is_empty());
        name.or(code.as_ref()).cloned().unwrap_or_default()
    };
    let key = |by: &Grouping| match by {
        Grouping::Branch => or(&None, &row.branch_code),
        Grouping::Sector => or(&row.sector, &row.sector_code),
        Grouping::Procedure => or(&None, &row.procedure_code),
        Grouping::Channel => match (for_people, row.channel) {
            (true, Some(Channel::InPerson)) => "trực tiếp".into(),
            (true, Some(Channel::Online)) => "trực tuyến".into(),
            (true, Some(Channel::Postal)) => "bưu chính".into(),
            (_, channel) => channel.map(|channel| channel.to_string()).unwrap_or_default(),
        },
        Grouping::Officer => or(&row.officer_name, &row.officer.clone().flatten()),
        Grouping::Day => or(&None, &row.day),
        Grouping::Week => or(&None, &row.week),
        Grouping::Month => or(&None, &row.month),
        Grouping::Quarter => or(&None, &row.quarter),
        Grouping::ReportingPeriod => or(&None, &row.reporting_period),
    };
    by.iter().map(key).collect()
}

fn name_of(by: Grouping) -> &'static str {
    match by {
        Grouping::Branch => "Đơn vị",
        Grouping::Sector => "Lĩnh vực",
        Grouping::Procedure => "Thủ tục",
        Grouping::Channel => "Kênh",
        Grouping::Officer => "Cán bộ",
        Grouping::Day => "Ngày",
        Grouping::Week => "Tuần từ",
        Grouping::Month => "Tháng",
        Grouping::Quarter => "Quý",
        Grouping::ReportingPeriod => "Kỳ báo cáo",
    }
}

fn table(answer: &RatesView, by: &[Grouping]) -> String {
    let spoken = |figures: &FiguresView| {
        let values = COLUMNS.iter().map(|(_, _, value)| match value(figures).as_str() {
            "met" => "đạt".to_owned(),
            "missed" => "không đạt".to_owned(),
            "no_data" => "chưa có số liệu".to_owned(),
            number => number.replace('.', ","),
        });
        values.collect::<Vec<_>>()
    };
    let mut lines = vec![
        by.iter()
            .map(|by| name_of(*by).to_owned())
            .chain(COLUMNS.iter().map(|(name, ..)| (*name).to_owned()))
            .collect(),
    ];
    lines.extend(answer.rows.iter().map(|row| [keys(row, by, true), spoken(&row.figures)].concat()));
    let mut whole = vec![String::new(); by.len()];
    match whole.first_mut() {
        Some(first) => "Tổng số".clone_into(first),
        None => lines.truncate(1), // without a grouping the one row is the total itself
    }
    lines.push([whole, spoken(&answer.total)].concat());
    let mut text = format!(
        "Từ {} đến {}, chốt ngày {}\n\n{}\nR1: {}\nR2: {}\nR3: {}",
        people(answer.from),
        people(answer.to),
        people(answer.as_of),
        aligned(&lines, by.len()),
        answer.definitions.r1,
        answer.definitions.r2,
        answer.definitions.r3
    );
    if let Some(note) = &answer.note {
        text.push('\n');
        text.push_str(note);
    }
    text
}

/// Keys to the left, figures to the right.
fn aligned(lines: &[Vec<String>], keys: usize) -> String {
    let width = |n: usize| {
        lines.iter().filter_map(|line| line.get(n)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(n, (cell, width))| {
            if n < keys { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn csv(answer: &RatesView, by: &[Grouping]) -> Done {
    let mut sheet = csv::Writer::from_writer(Vec::new());
    let names = by.iter().map(|by| by.as_str()).chain(COLUMNS.iter().map(|(_, name, _)| *name));
    let written = sheet.write_record(names).and_then(|()| {
        let figures =
            |figures: &FiguresView| COLUMNS.iter().map(|(_, _, value)| value(figures)).collect::<Vec<_>>();
        if by.is_empty() {
            return sheet.write_record(figures(&answer.total));
        }
        answer
            .rows
            .iter()
            .try_for_each(|row| sheet.write_record([keys(row, by, false), figures(&row.figures)].concat()))
    });
    written.map_err(CliError::failed)?;
    let bytes = sheet.into_inner().map_err(CliError::failed)?;
    say(String::from_utf8(bytes).map_err(CliError::failed)?.trim_end())
}

fn people(date: NaiveDate) -> impl std::fmt::Display {
    date.format("%d/%m/%Y")
}
