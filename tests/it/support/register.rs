//! Invented registers: plausible lines, reproducible by seed, that the importer takes without complaint.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "small numbers, made here"
)]

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Weekday};
use std::collections::BTreeMap;
use std::path::Path;

pub const COLUMNS: [&str; 21] = [
    "dossier_code",
    "branch_code",
    "procedure_code",
    "case",
    "channel",
    "applicant_name",
    "applicant_kind",
    "id_number",
    "phone",
    "email",
    "address",
    "received_at",
    "time_limit",
    "supplement_requested_at",
    "supplied_at",
    "resolved_at",
    "outcome",
    "returned_at",
    "return_channel",
    "withdrawn_at",
    "cause",
];

/// One line, a text a column.
pub type Line = [String; COLUMNS.len()];

pub fn place(column: &str) -> usize {
    COLUMNS.iter().position(|one| *one == column).expect("a column of the register")
}

/// Plain pseudo-random numbers (splitmix64): the same everywhere for a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// A procedure as the starting data has it.
struct Procedure {
    branch: String,
    code: String,
    case: String,
    limit: String,
}

fn procedures() -> Vec<Procedure> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/procedures.csv");
    let mut reader = csv::Reader::from_path(file).expect("the starting data");
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|one| one == name).expect("a known column");
    let (branch, code, case, limit) =
        (at("branch_code"), at("procedure_code"), at("case_code"), at("time_limit"));
    reader
        .records()
        .map(|line| line.expect("a line"))
        // Some procedures have no code of their own yet.
        .filter(|line| !line[code].is_empty())
        .map(|line| Procedure {
            branch: line[branch].into(),
            code: line[code].into(),
            case: line[case].into(),
            limit: line[limit].into(),
        })
        .collect()
}

const AGENCIES: [(&str, &str); 6] = [
    ("CN-TY", "000.00.01.H29"),
    ("TT-BVTV", "000.00.02.H29"),
    ("TS", "000.00.03.H29"),
    ("KL", "000.00.04.H29"),
    ("TL", "000.00.05.H29"),
    ("PTNT", "000.00.06.H29"),
];

pub fn agency(branch: &str) -> &'static str {
    AGENCIES.iter().find(|(code, _)| *code == branch).expect("one of the six").1
}

/// What a register shall look like.
#[derive(Clone, Copy)]
pub struct Shape {
    pub seed: u64,
    pub lines: usize,
    pub first_day: NaiveDate,
    /// Nothing happens after it.
    pub last_day: NaiveDate,
    /// Of a hundred lines, how many have a code.
    pub coded_percent: u64,
}

impl Shape {
    pub fn new(seed: u64, lines: usize) -> Self {
        Self {
            seed,
            lines,
            first_day: "2024-06-03".parse().expect("a day"),
            last_day: "2026-06-30".parse().expect("a day"),
            coded_percent: 50,
        }
    }
}

/// The lines of a register, in no particular order.
pub fn lines(shape: Shape) -> Vec<Line> {
    let procedures = procedures();
    let mut random = Random::new(shape.seed);
    let mut numbers = BTreeMap::new();
    (0..shape.lines).map(|_| line(&procedures, &mut random, &mut numbers, shape)).collect()
}

fn line(
    procedures: &[Procedure],
    random: &mut Random,
    numbers: &mut BTreeMap<(String, NaiveDate), u32>,
    shape: Shape,
) -> Line {
    let procedure = random.one_of(procedures);
    let days = (shape.last_day - shape.first_day).num_days() as u64;
    let end = shape.last_day.and_hms_opt(17, 0, 0).expect("a time");
    let mut received_on = shape.first_day + TimeDelta::days(random.below(days + 1) as i64);
    while matches!(received_on.weekday(), Weekday::Sat | Weekday::Sun) && received_on > shape.first_day {
        received_on -= TimeDelta::days(1);
    }
    let received_at = in_hours(random, received_on);
    let own_limit = procedure.limit.is_empty() || random.percent(5);
    let limit = if own_limit {
        (*random.one_of(&["3wd", "10wd", "15d", "5wd+3wd", "7wd+10d"])).to_owned()
    } else {
        procedure.limit.clone()
    };

    let mut at = BTreeMap::new();
    let mut now = received_at;
    let later = |random: &mut Random, now: NaiveDateTime, most_days: u64| {
        let on = now.date() + TimeDelta::days(random.below(most_days + 1) as i64);
        in_hours(random, on).max(now + TimeDelta::minutes(5))
    };
    let mut ended = false;
    let mut act = |name: &'static str, moment: NaiveDateTime, now: &mut NaiveDateTime| {
        let happened = moment <= end;
        if happened {
            at.insert(name, moment);
            *now = moment;
        }
        happened
    };
    if random.percent(12) {
        let requested = later(random, now, 6);
        if act("supplement_requested_at", requested, &mut now) {
            let supplied = later(random, now, 14);
            ended = random.percent(15) || !act("supplied_at", supplied, &mut now);
        }
    }
    if random.percent(if ended { 50 } else { 3 }) {
        let withdrawn = later(random, now, 10);
        act("withdrawn_at", withdrawn, &mut now);
    } else if !ended {
        // Rarely late, often early.
        let most = rough_days(&limit) * if random.percent(12) { 2 } else { 1 };
        let resolved = later(random, now, most);
        if act("resolved_at", resolved, &mut now) && random.percent(85) {
            let returned = later(random, now, 9);
            act("returned_at", returned, &mut now);
        }
    }

    let code = random.percent(shape.coded_percent).then(|| {
        let agency = agency(&procedure.branch);
        let number = numbers.entry((agency.to_owned(), received_on)).or_insert(0);
        *number += 1;
        format!("{agency}-{}-{number:04}", received_on.format("%y%m%d"))
    });
    let moment =
        |name: &str| at.get(name).map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    let given = |random: &mut Random, percent: u64, text: String| {
        if random.percent(percent) { text } else { String::new() }
    };
    let (name, kind) = applicant(random);
    let digits = |random: &mut Random, count: u32| {
        format!("{:0width$}", random.below(10_u64.pow(count)), width = count as usize)
    };
    let number = format!("079{}", digits(random, 9));
    let phone = format!("09{}", digits(random, 8));
    let email = format!("dan{}@example.vn", digits(random, 5));
    let address = format!(
        "{} đường Số {}, phường Thử Nghiệm, TP. Hồ Chí Minh",
        random.below(400) + 1,
        random.below(50) + 1
    );
    let cause = (*random.one_of(&["overload", "field_verification", "Ảnh hưởng của thiên tai, dịch bệnh"]))
        .to_owned();
    let resolved = at.contains_key("resolved_at");
    let returned = at.contains_key("returned_at");
    [
        code.unwrap_or_default(),
        procedure.branch.clone(),
        procedure.code.clone(),
        if own_limit && random.percent(50) { String::new() } else { procedure.case.clone() },
        (*random.one_of(&["in_person", "in_person", "online", "postal"])).to_owned(),
        name,
        kind.to_owned(),
        given(random, 80, number),
        given(random, 90, phone),
        given(random, 40, email),
        given(random, 70, address),
        received_at.format("%Y-%m-%d %H:%M").to_string(),
        if own_limit { limit } else { String::new() },
        moment("supplement_requested_at"),
        moment("supplied_at"),
        moment("resolved_at"),
        if resolved {
            (*random.one_of(&["", "granted", "granted", "denied"])).to_owned()
        } else {
            String::new()
        },
        moment("returned_at"),
        if returned { (*random.one_of(&["", "in_person", "postal"])).to_owned() } else { String::new() },
        moment("withdrawn_at"),
        given(random, 10, cause),
    ]
}

fn in_hours(random: &mut Random, on: NaiveDate) -> NaiveDateTime {
    on.and_hms_opt(7, 30, 0).expect("a time") + TimeDelta::minutes(random.below(9 * 60) as i64)
}

/// About how many calendar days a limit is.
fn rough_days(limit: &str) -> u64 {
    let legs = limit.split('+').map(|leg| {
        let number: u64 =
            leg.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(1);
        if leg.ends_with("wd") {
            number * 7 / 5
        } else if leg.ends_with("wh") {
            number / 8
        } else {
            number
        }
    });
    legs.sum::<u64>().max(1)
}

fn applicant(random: &mut Random) -> (String, &'static str) {
    const FAMILY: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi"];
    const MIDDLE: [&str; 6] = ["Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh"];
    const GIVEN: [&str; 10] =
        ["An", "Bình", "Chỉnh", "Dũng", "Đức", "Hằng", "Nghĩa", "Quỳnh", "Tuyết", "Ước"];
    let person = format!("{} {} {}", random.one_of(&FAMILY), random.one_of(&MIDDLE), random.one_of(&GIVEN));
    if random.percent(25) {
        (format!("Công ty TNHH Thử nghiệm {person}"), "enterprise")
    } else {
        (person, "citizen")
    }
}

/// The lines as a CSV file.
pub fn csv_of(lines: &[Line]) -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS).expect("written");
    for line in lines {
        file.write_record(line).expect("written");
    }
    String::from_utf8(file.into_inner().expect("flushed")).expect("UTF-8")
}

/// The same lines as a workbook: moments as real dates.
pub fn save_workbook(lines: &[Line], path: &Path) {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut workbook = Workbook::new();
    let moment = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let sheet = workbook.add_worksheet();
    for (column, name) in COLUMNS.iter().enumerate() {
        sheet.write_string(0, column as u16, *name).expect("a cell");
    }
    for (row, line) in lines.iter().enumerate() {
        let row = row as u32 + 1;
        for (column, text) in line.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            if COLUMNS[column].ends_with("_at") {
                let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment");
                let at = ExcelDateTime::parse_from_str(&at.format("%Y-%m-%dT%H:%M:%S").to_string())
                    .expect("a moment");
                sheet.write_datetime_with_format(row, column as u16, &at, &moment).expect("a cell");
            } else {
                sheet.write_string(row, column as u16, text).expect("a cell");
            }
        }
    }
    workbook.save(path).expect("saved");
}

mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_register_and_all_kinds_of_lives() {
        let made = lines(Shape::new(7, 3000));
        assert_eq!(made, lines(Shape::new(7, 3000)));
        let with = |column: &str| made.iter().filter(|line| !line[place(column)].is_empty()).count();
        for column in COLUMNS {
            assert!(with(column) > 20, "{column}: {}", with(column));
        }
    }
}
