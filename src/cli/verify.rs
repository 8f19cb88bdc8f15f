//! `motcua verify`: counts everything again from the events; exit code 1 when something stored is otherwise.

use super::{CliError, Done, Setup, say};
use crate::apology::{
    AuditedLetters, LetterDifference, LetterFinding, NumberDifference, NumberFinding, audit_letters,
};
use crate::closing::{ClosingDifference, ClosingFinding, audit_closings};
use crate::dossier::Finding;
use crate::failure::Failure;
use crate::reference::{Reference, ReferenceCache};
use crate::report::verify::{Cell, Difference, PartRowKey, ReturnedRowKey, RowKey, Verified, verify};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: Args, setup: Setup) -> Done {
    let db = setup.open_existing()?;
    let references = ReferenceCache::new(setup.config.office.hours.clone());
    // Hidden by itself where nobody watches.
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template(
            "Đối chiếu [{bar:40}] {human_pos}/{human_len} hồ sơ ({per_sec}), còn {eta}",
        )
        .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let (verified, letters, closings, reference) = db.snapshot_blocking(|c| -> Result<_, Failure> {
        let reference = references.of(c)?;
        let verified = verify(c, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
        Ok((verified, audit_letters(c)?, audit_closings(c)?, reference))
    })?;
    bar.finish_and_clear();
    tell(&verified, &letters, &closings, &reference)
}

fn tell(
    verified: &Verified,
    audited: &AuditedLetters,
    closings: &[ClosingDifference],
    reference: &Reference,
) -> Done {
    for difference in &verified.shown {
        say(words(difference, reference))?;
    }
    let Verified { dossiers, events, cells, differences, .. } = verified;
    let shown = u64::try_from(verified.shown.len()).unwrap_or(u64::MAX);
    if *differences > shown {
        say(format_args!("… và {} sai khác nữa.", differences - shown))?;
    }
    for LetterDifference { code, finding } in &audited.letters {
        say(format_args!("hồ sơ {code}: {}", of_letter(finding)))?;
    }
    for difference in &audited.numbers {
        say(of_number(difference, reference))?;
    }
    for ClosingDifference { number, finding } in closings {
        say(format_args!("lần chốt số liệu {number}: {}", of_closing(*finding)))?;
    }
    let beside = audited.letters.len() + audited.numbers.len() + closings.len();
    let differences = differences + u64::try_from(beside).unwrap_or(u64::MAX);
    say(format_args!("Đã đối chiếu {dossiers} hồ sơ, {events} sự kiện, {cells} dòng số liệu."))?;
    if differences == 0 {
        say("Không có sai khác.")
    } else {
        Err(CliError::failed(format_args!("{differences} sai khác giữa dữ liệu lưu và các sự kiện")))
    }
}

fn words(difference: &Difference, reference: &Reference) -> String {
    match difference {
        Difference::Dossier { code, finding } => format!("hồ sơ {code}: {}", of_dossier(finding)),
        Difference::Tally { table, cell, figure, stored, counted } => format!(
            "{table} {}: {figure} đang lưu {stored}, đếm lại từ sự kiện {counted}",
            place(cell, reference)
        ),
        Difference::Parts { place, figure, stored, counted } => format!(
            "tallies_parts {}: {figure} đang lưu {stored}, đếm lại từ sự kiện {counted}",
            part_place(place, reference)
        ),
        Difference::Returned { place, figure, stored, counted } => format!(
            "tallies_returned {}: {figure} đang lưu {stored}, đếm lại từ sự kiện {counted}",
            returned_place(place, reference)
        ),
        Difference::StrayTallies { table, rows } => {
            format!("{table}: {rows} dòng của đơn vị không có trong danh mục")
        }
        Difference::CodeMissing { day_of_agency, number } => {
            format!("mã {day_of_agency}-{number:04}: đã cấp số nhưng không có hồ sơ")
        }
        Difference::CodeBeyondCounter { day_of_agency, number, last } => {
            format!("mã {day_of_agency}-{number:04}: vượt quá số cuối đã cấp ({last})")
        }
    }
}

fn of_closing(finding: ClosingFinding) -> &'static str {
    match finding {
        ClosingFinding::Gone => "đã cấp số nhưng không còn",
        ClosingFinding::OtherFigures => "số liệu khác với bản đã chốt (SHA-256)",
        ClosingFinding::BrokenSeal => "khác với bản đã niêm phong, hoặc chuỗi niêm phong đứt",
        ClosingFinding::NeverNumbered => "mang số chưa từng được cấp",
    }
}

fn of_letter(finding: &LetterFinding) -> String {
    match finding {
        LetterFinding::Gone { number } => format!("thư xin lỗi {number} đã ban hành nhưng không còn"),
        LetterFinding::NeverIssued { number } => format!(
            "thư xin lỗi {} được ghi là đã ban hành nhưng lịch sử không có",
            number.as_deref().unwrap_or("không số")
        ),
        LetterFinding::OtherText { number } => {
            format!("thư xin lỗi {number}: nội dung khác với bản đã ban hành (SHA-256)")
        }
        LetterFinding::OtherThanTold { number, columns } => {
            format!("thư xin lỗi {number} khác với sự kiện ban hành ở: {}", columns.join(", "))
        }
        LetterFinding::OtherReappointments { told, stored } => {
            format!("lịch sử có {told} lần hẹn lại, bảng hẹn lại có {stored} hoặc khác ngày")
        }
    }
}

fn of_number(difference: &NumberDifference, reference: &Reference) -> String {
    let NumberDifference { branch, year, number, finding } = difference;
    let branch =
        reference.branch_by_id(*branch).map_or_else(|| branch.to_string(), |branch| branch.code.clone());
    match finding {
        NumberFinding::Missing => {
            format!("thư xin lỗi số {number} năm {year} của {branch}: đã cấp số nhưng không có thư")
        }
        NumberFinding::BeyondCounter { last } => {
            format!("thư xin lỗi số {number} năm {year} của {branch}: vượt quá số cuối đã cấp ({last})")
        }
    }
}

fn of_dossier(finding: &Finding) -> String {
    match finding {
        Finding::NoEvents => "không có sự kiện nào".into(),
        Finding::Gap { due, came } => format!("thiếu sự kiện {due} (tiếp theo là {came})"),
        Finding::Unreadable { seq: 0 } => "dòng hồ sơ không đọc được".into(),
        Finding::Unreadable { seq } => format!("sự kiện {seq} không đọc được"),
        Finding::BrokenChain { seq } => {
            format!("chuỗi băm đứt tại sự kiện {seq}: đã bị sửa, xóa hoặc chèn")
        }
        Finding::OtherEnd { version, events } => {
            format!("dòng hồ sơ ở phiên bản {version}, không khớp sự kiện cuối ({events} sự kiện)")
        }
        Finding::OtherBranch { seq } => format!("sự kiện {seq} ghi đơn vị khác với hồ sơ"),
        Finding::OtherThanTold { columns } => {
            format!("khác với sự kiện kể lại ở: {}", columns.join(", "))
        }
        Finding::NoBeginning => "không bắt đầu bằng sự kiện đăng ký".into(),
    }
}

fn part_place(row: &PartRowKey, reference: &Reference) -> String {
    let whose = &row.whose;
    let key = RowKey {
        branch: Some(whose.branch),
        sector: Some(whose.sector),
        procedure: Some(whose.procedure),
        channel: None,
        officer: Some(whose.officer),
    };
    let cell = Cell { grain: row.grain, day: row.day, key };
    format!("{}, khâu {} {}", place(&cell, reference), whose.unit, whose.step)
}

fn returned_place(row: &ReturnedRowKey, reference: &Reference) -> String {
    let whose = &row.whose;
    let key = RowKey {
        branch: Some(whose.branch),
        sector: Some(whose.sector),
        procedure: Some(whose.procedure),
        channel: Some(whose.channel),
        officer: None,
    };
    place(&Cell { grain: row.grain, day: row.day, key }, reference)
}

fn place(cell: &Cell, reference: &Reference) -> String {
    let grain = match cell.grain.number() {
        0 => "ngày",
        1 => "tháng từ",
        _ => "năm từ",
    };
    let mut place = format!("{grain} {}", cell.day);
    let mut part = |text: Option<String>| {
        if let Some(text) = text {
            place.push_str(", ");
            place.push_str(&text);
        }
    };
    let key = &cell.key;
    part(key.branch.map(|id| match reference.branch_by_id(id) {
        Some(branch) => branch.code.clone(),
        None => id.to_string(),
    }));
    part(key.sector.map(|id| match reference.sector_by_id(id) {
        Some(sector) => sector.name.clone(),
        None => id.to_string(),
    }));
    part(key.procedure.map(|id| match reference.procedure_by_id(id) {
        Some(procedure) => procedure.code.clone(),
        None => id.to_string(),
    }));
    part(key.channel.map(|channel| channel.to_string()));
    part(key.officer.map(|id| id.to_string()));
    place
}
