//! The report in words: what the figures say, and nothing that they do not.

use super::{UnitReport, UnitText};
use crate::documents::dates;
use crate::documents::table::grouped;
use crate::domain::integrity::Sign;
use crate::domain::target::{Indicator, Strictness};
use crate::http::Lang;
use crate::http::words::words;
use crate::report::cause_words;
use crate::report::view::{InForceView, RateView, RowView};
use serde_json::Map;

/// `96,15 % (25/26 hồ sơ)`, or that there is nothing to count.
fn share(rate: Option<&RateView>) -> String {
    rate.map_or_else(
        || "chưa có số liệu".to_owned(),
        |rate| {
            let percent = rate.percent.replace('.', ",");
            format!("{percent}\u{a0}% ({}/{} hồ sơ)", grouped(rate.numerator), grouped(rate.denominator))
        },
    )
}

pub fn verdict(verdict: &str) -> &'static str {
    match verdict {
        "met" => "đạt",
        "missed" => "chưa đạt",
        _ => "chưa có số liệu",
    }
}

/// `90 %` of a target, with a comma.
pub fn value(goal: &InForceView) -> String {
    let value = goal.target.split_once(' ').map_or(goal.target.as_str(), |(_, value)| value);
    value.replace('.', ",").replace(' ', "\u{a0}")
}

/// A target in words: `trên 90 %`, `từ 98,5 % trở lên`, `100 %`.
pub fn goal(goal: &InForceView) -> String {
    let value = value(goal);
    match goal.target.split(' ').next().and_then(|sign| sign.parse::<Strictness>().ok()) {
        Some(Strictness::MoreThan) => format!("trên {value}"),
        Some(Strictness::AtLeast) => format!("từ {value} trở lên"),
        _ => value,
    }
}

/// The targets of a report, named with what they are for; what is not set says so.
fn target(report: &UnitReport, indicator: Indicator, what: &str) -> String {
    let general = report.total.targets.goal(indicator);
    let rows = if indicator == Indicator::P312 { &report.by_branch } else { &report.by_branch_and_sector };
    let shown = |row: &RowView| row.figures.targets.goal(indicator).map(|goal| goal.target.clone());
    let own = rows.iter().any(|row| shown(row) != general.map(|goal| goal.target.clone()));
    let own = if own { " (nơi có chỉ tiêu riêng xét theo chỉ tiêu riêng)" } else { "" };
    match general {
        Some(one) => format!("Chỉ tiêu {} {what}{own}", goal(one)),
        None => format!("Chỉ tiêu {what}, chưa đặt mức chung{own}"),
    }
}

fn dossiers(count: i64) -> String {
    format!("{} hồ sơ", grouped(count))
}

pub fn sign_name(sign: &str) -> String {
    words(Lang::Vi, &format!("integrity.{sign}.name"), &Map::new()).unwrap_or_else(|| sign.to_owned())
}

pub fn sections(report: &UnitReport) -> Vec<UnitText> {
    vec![received(report), punctuality(report), late(report), signs(report)]
}

fn received(report: &UnitReport) -> UnitText {
    let total = &report.total;
    let (received, resolved) = (&total.received, &total.resolved);
    let mut paragraphs = vec![
        format!(
            "Từ ngày {} đến ngày {}, {} tiếp nhận {} (trực tuyến {}, trực tiếp {}, qua dịch vụ bưu chính công ích {}); \
             kỳ trước chuyển sang {}.",
            dates::short(report.from),
            dates::short(report.to),
            report.agency,
            dossiers(received.total),
            grouped(received.online),
            grouped(received.in_person),
            grouped(received.postal),
            dossiers(total.carried_over),
        ),
        format!(
            "Đã giải quyết {}: trước hạn {}, đúng hạn {}, quá hạn {}.",
            dossiers(resolved.total),
            grouped(resolved.early),
            grouped(resolved.on_time),
            grouped(resolved.overdue),
        ),
    ];
    let closed = &total.closed_without_result;
    if closed.total > 0 {
        paragraphs.push(format!(
            "Kết thúc không có kết quả (rút hồ sơ, dừng giải quyết) {}, trong đó {} đã quá hạn.",
            dossiers(closed.total),
            dossiers(closed.past_due),
        ));
    }
    let open = &total.in_process;
    paragraphs.push(format!(
        "Đến hết ngày {} đang giải quyết {}: trong hạn {}, quá hạn {}, chờ bổ sung hoặc chờ nộp phí {}.",
        dates::short(report.as_of),
        dossiers(open.total),
        grouped(open.within_limit),
        grouped(open.overdue),
        grouped(open.waiting),
    ));
    if total.revised > 0 {
        paragraphs.push(format!(
            "Có {} thao tác được nhập hoặc đính chính sau ngày chốt số liệu và đã tính trong các con số trên.",
            grouped(total.revised)
        ));
    }
    UnitText { title: "I. TÌNH HÌNH TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ".to_owned(), paragraphs }
}

fn names(rows: &[&RowView]) -> String {
    let name = |row: &&RowView| match (&row.branch_code, &row.sector) {
        (Some(branch), Some(sector)) => format!("{sector} ({branch})"),
        _ => row.branch.clone().or(row.sector.clone()).unwrap_or_default(),
    };
    rows.iter().map(name).collect::<Vec<_>>().join("; ")
}

fn punctuality(report: &UnitReport) -> UnitText {
    let total = &report.total;
    let mut paragraphs = vec![format!(
        "Tỷ lệ giải quyết trước hạn và đúng hạn: {}. Cùng kỳ năm trước: {}.",
        share(total.r1.as_ref()),
        share(report.year_before.r1.as_ref()),
    )];
    let of = |verdict: &str, rows: &'static str| -> Vec<&RowView> {
        let (all, judged): (&Vec<RowView>, fn(&RowView) -> &str) = match rows {
            "branch" => (&report.by_branch, |row| row.figures.targets.over_90),
            _ => (&report.by_branch_and_sector, |row| row.figures.targets.all_on_time),
        };
        all.iter().filter(|row| judged(row) == verdict).collect()
    };
    if report.branch_code.is_some() {
        let over = report.by_branch.first().map_or("no_data", |row| row.figures.targets.over_90);
        let target = target(report, Indicator::P312, "hồ sơ giải quyết đúng hạn của đơn vị");
        paragraphs.push(format!("{target}: {}.", verdict(over)));
    } else {
        let missed = of("missed", "branch");
        let named = if missed.is_empty() { String::new() } else { format!(": {}", names(&missed)) };
        paragraphs.push(format!(
            "{}: {} đơn vị đạt, {} đơn vị chưa đạt{named}.",
            target(report, Indicator::P312, "hồ sơ giải quyết đúng hạn của từng đơn vị"),
            of("met", "branch").len(),
            missed.len(),
        ));
    }
    let missed = of("missed", "sector");
    let named = if missed.is_empty() { String::new() } else { format!(": {}", names(&missed)) };
    paragraphs.push(format!(
        "{}: {} lĩnh vực đạt, {} lĩnh vực chưa đạt{named}.",
        target(report, Indicator::S06, "hồ sơ đúng hạn trong từng lĩnh vực"),
        of("met", "sector").len(),
        missed.len(),
    ));
    UnitText { title: "II. TỶ LỆ ĐÚNG HẠN VÀ CHỈ TIÊU".to_owned(), paragraphs }
}

fn late(report: &UnitReport) -> UnitText {
    let causes = &report.causes;
    let mut paragraphs = Vec::new();
    if causes.late == 0 {
        paragraphs.push("Không có hồ sơ quá hạn trong kỳ.".to_owned());
    } else {
        paragraphs.push(format!(
            "Có {} kết thúc quá hạn trong kỳ hoặc đang quá hạn: nguyên nhân chủ quan {}, khách quan {}, nguyên nhân \
             riêng của đơn vị {}, chưa nêu nguyên nhân {}.",
            dossiers(causes.late),
            grouped(causes.subjective),
            grouped(causes.objective),
            grouped(causes.own_causes),
            grouped(causes.not_said),
        ));
        let mut listed: Vec<(&String, &i64)> = causes.causes.iter().collect();
        listed.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), code.as_str()));
        let said: Vec<String> = listed
            .iter()
            .map(|(code, count)| {
                let kind = cause_words::kind(cause_words::kind_of(code));
                let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
                format!("{}{kind} {}", cause_words::cause(code), grouped(**count))
            })
            .collect();
        if !said.is_empty() {
            paragraphs.push(format!("Các nguyên nhân: {}.", said.join("; ")));
        }
    }
    let apologies = &report.total.apologies;
    if apologies.owed > 0 {
        paragraphs.push(format!(
            "Thư xin lỗi: {} phải xin lỗi, đã có thư {} (trước hạn {}, trong ngày hẹn {}, muộn {}), còn thiếu {}.",
            dossiers(apologies.owed),
            grouped(apologies.issued),
            grouped(apologies.in_advance),
            grouped(apologies.on_due_day),
            grouped(apologies.late),
            grouped(apologies.missing),
        ));
    }
    UnitText { title: "III. HỒ SƠ QUÁ HẠN, NGUYÊN NHÂN, THƯ XIN LỖI".to_owned(), paragraphs }
}

fn signs(report: &UnitReport) -> UnitText {
    let said: Vec<String> = Sign::ALL
        .iter()
        .filter_map(|sign| {
            let count = report.integrity.get(sign.as_str()).copied().unwrap_or(0);
            (count > 0).then(|| format!("{} {}", sign_name(sign.as_str()).to_lowercase(), grouped(count)))
        })
        .collect();
    let paragraph = if said.is_empty() {
        "Không có dấu hiệu nào cần xem lại.".to_owned()
    } else {
        format!("Số lần có dấu hiệu cần xem lại (không phải kết luận vi phạm): {}.", said.join("; "))
    };
    UnitText { title: "IV. TÍNH TRUNG THỰC CỦA SỐ LIỆU".to_owned(), paragraphs: vec![paragraph] }
}
