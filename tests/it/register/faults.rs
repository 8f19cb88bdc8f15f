//! What is wrong is told by line and column, and nothing of it comes in.

use super::world::World;
use crate::support::register::{COLUMNS, Line, Shape, csv_of, lines, place};

/// A line that nothing is wrong with.
fn good() -> Line {
    let mut line: Line = std::array::from_fn(|_| String::new());
    for (column, text) in [
        ("branch_code", "TS"),
        ("procedure_code", "1.003650"),
        ("channel", "in_person"),
        ("applicant_name", "Nguyễn Thị Ánh"),
        ("applicant_kind", "citizen"),
        ("received_at", "2020-01-21 08:00"),
        ("time_limit", "3wd"),
    ] {
        line[place(column)] = text.into();
    }
    line
}

fn with(changes: &[(&str, &str)]) -> Line {
    let mut line = good();
    for (column, text) in changes {
        line[place(column)] = (*text).into();
    }
    line
}

/// Lines, each with the column that must be blamed and a word of the reason.
fn bad() -> Vec<(Line, &'static str, &'static str)> {
    vec![
        (with(&[("branch_code", "XX")]), "branch_code", "không có chi cục"),
        (with(&[("branch_code", "")]), "branch_code", "không được để trống"),
        (with(&[("procedure_code", "9.999999")]), "procedure_code", "không có thủ tục"),
        (with(&[("branch_code", "KL")]), "procedure_code", "không do chi cục"),
        (with(&[("case", "khong-co")]), "case", "trường hợp"),
        (with(&[("dossier_code", "000.00.03.H29-991332-0777")]), "dossier_code", "mã hồ sơ"),
        (with(&[("channel", "fax")]), "channel", "in_person, online, postal"),
        (with(&[("applicant_name", "a\u{0}b")]), "applicant_name", "ký tự điều khiển"),
        (with(&[("applicant_name", "Nguye\u{302}\u{303}n")]), "applicant_name", "NFC"),
        (with(&[("applicant_kind", "dân")]), "applicant_kind", "citizen"),
        (with(&[("phone", "gọi sau")]), "phone", "định dạng"),
        (with(&[("email", "ai@đâu")]), "email", "định dạng"),
        (with(&[("id_number", "12")]), "id_number", "định dạng"),
        (with(&[("received_at", "21/01/2020")]), "received_at", "2020-01-21 08:30"),
        (with(&[("received_at", "2020-02-30 08:00")]), "received_at", "2020-01-21 08:30"),
        (with(&[("received_at", "2099-01-05 08:00")]), "received_at", "tương lai"),
        (with(&[("received_at", "2017-12-29 08:00")]), "procedure_code", "hiệu lực"),
        (with(&[("time_limit", "3 tuần")]), "time_limit", "3wd"),
        (with(&[("time_limit", "9999wd")]), "received_at", "lịch làm việc"),
        (with(&[("supplied_at", "2020-01-22 08:00")]), "supplied_at", "supplement_requested_at"),
        (
            with(&[("supplement_requested_at", "2020-01-22 09:00"), ("supplied_at", "2020-01-22 08:00")]),
            "supplied_at",
            "sớm hơn",
        ),
        (
            with(&[("supplement_requested_at", "2020-01-22 09:00"), ("resolved_at", "2020-01-30 08:00")]),
            "resolved_at",
            "chờ bổ sung",
        ),
        (with(&[("resolved_at", "2020-01-20 08:00")]), "resolved_at", "sớm hơn"),
        (with(&[("outcome", "granted")]), "outcome", "resolved_at"),
        (with(&[("resolved_at", "2020-01-22 08:00"), ("outcome", "maybe")]), "outcome", "granted, denied"),
        (with(&[("returned_at", "2020-01-22 08:00")]), "returned_at", "resolved_at"),
        (
            with(&[("resolved_at", "2020-01-22 08:00"), ("withdrawn_at", "2020-01-23 08:00")]),
            "withdrawn_at",
            "đã có kết quả",
        ),
        (with(&[("cause", "Không rõ")]), "cause", "nguyên nhân"),
        (with(&[("dossier_code", "12")]), "dossier_code", "mã hồ sơ phải"),
        (with(&[("dossier_code", "000.00.03.H29-200121-0001")]), "dossier_code", "dòng 2"),
        (with(&[("dossier_code", "000.00.03.H29-200121-99999999999")]), "dossier_code", "quá lớn"),
    ]
}

on_both! {
    async fn every_fault_is_told_by_line_and_column_and_nothing_comes_in(db: TestDatabase) {
        let world = World::new(&db);
        let mut register = vec![with(&[("dossier_code", "000.00.03.H29-200121-0001")])];
        register.extend(bad().into_iter().map(|(line, _, _)| line));
        world.write_lines("so.csv", &register);
        let output = world.import(&["so.csv"]).code(1);
        let told: Vec<&str> = output.stdout.lines().collect();
        for (n, (_, column, reason)) in bad().iter().enumerate() {
            let wanted = format!("dòng {}, cột {column}: ", n + 3);
            let line = told.iter().find(|line| line.starts_with(&wanted)).unwrap_or_else(|| panic!("{wanted}\n{}", output.stdout));
            assert!(line.contains(reason), "{line} / {reason}");
        }
        assert_eq!(told.len(), bad().len(), "{}", output.stdout);
        assert!(output.stderr.contains(&format!("{} dòng lỗi", bad().len())), "{}", output.stderr);
        assert_eq!(world.count(), 0);
        assert_eq!(world.counters(), []);
    }

    async fn lines_left_out_come_in_when_they_are_corrected(db: TestDatabase) {
        let world = World::new(&db);
        let mut register = lines(Shape::new(5, 200));
        let place_of_bad = 17;
        register[place_of_bad][place("channel")] = "fax; \"máy\"".into();
        register[place_of_bad][place("phone")] = "x".into();
        // Semicolons, as Vietnamese spreadsheets write.
        let semicolons = csv_of(&register).lines().map(|line| {
            let mut fields = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = fields.records().next().unwrap().unwrap();
            let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
            out.write_record(&record).unwrap();
            String::from_utf8(out.into_inner().unwrap()).unwrap()
        }).collect::<String>();
        world.write("so.csv", &format!("\u{feff}{semicolons}"));
        let said = world.import(&["so.csv", "--skip-bad", "loi.csv"]).success().stdout;
        assert!(said.contains("Đã nhập 199 hồ sơ.") && said.contains("1 dòng lỗi đã ghi ra loi.csv"), "{said}");
        assert_eq!(world.count(), 199);

        let left_out = std::fs::read_to_string(world.path("loi.csv")).unwrap();
        assert!(left_out.contains("channel: ") && left_out.contains("phone: "), "{left_out}");
        assert_eq!(left_out.lines().count(), 2);
        world.import(&["loi.csv"]).code(1);
        let corrected = left_out.replace("\"fax; \"\"máy\"\"\"", "online").replace(";x;", ";0901234567;");
        world.write("sua.csv", &corrected);
        let said = world.import(&["sua.csv"]).success().stdout;
        assert!(said.contains("Đã nhập 1 hồ sơ."), "{said}");
        assert_eq!(world.count(), 200);
    }

    async fn a_code_that_is_in_already_is_a_fault(db: TestDatabase) {
        let world = World::new(&db);
        let line = with(&[("dossier_code", "000.00.03.H29-200121-0001")]);
        world.write_lines("mot.csv", std::slice::from_ref(&line));
        world.import(&["mot.csv"]).success();
        world.write_lines("hai.csv", &[good(), line]);
        let output = world.import(&["hai.csv"]).code(1);
        assert!(output.stdout.contains("dòng 3, cột dossier_code: mã hồ sơ đã có trong cơ sở dữ liệu"), "{}", output.stdout);
        assert_eq!(world.count(), 1);
    }
}

#[test]
fn what_is_no_register_is_refused_in_a_sentence() {
    let db = crate::support::database::fresh(crate::support::database::Kind::Sqlite).unwrap();
    let world = World::new(&db);
    world.write("trong.csv", "");
    world.write("la.csv", "branch_code,ghi_chu\n");
    world.write("thieu.csv", "branch_code\n");
    world.write("hai.csv", &format!("{},channel\n", COLUMNS.join(",")));
    std::fs::write(world.path("utf16.csv"), b"\xff\xfeb\0r\0").unwrap();
    std::fs::write(world.path("vo.xlsx"), b"PK\x03\x04 not a workbook").unwrap();
    for (file, reason) in [
        ("khong-co.csv", "khong-co.csv"),
        ("trong.csv", "tệp trống"),
        ("la.csv", "cột không biết: \"ghi_chu\""),
        ("thieu.csv", "thiếu cột: procedure_code"),
        ("hai.csv", "cột bị lặp: channel"),
        ("utf16.csv", "không phải UTF-8"),
        ("vo.xlsx", "XLSX"),
    ] {
        let output = world.import(&[file]).code(1);
        assert!(output.stderr.contains(reason), "{file}: {}", output.stderr);
    }
    world.write_lines("so.csv", &[good()]);
    world.import(&["so.csv", "--skip-bad", "so.csv"]).code(2);
    assert_eq!(world.count(), 0);
}

#[test]
fn a_quotation_mark_that_nobody_closed_lets_nothing_in_whatever_may_be_skipped() {
    let db = crate::support::database::fresh(crate::support::database::Kind::Sqlite).unwrap();
    let world = World::new(&db);
    let mut register = lines(Shape::new(8, 2000));
    for line in &mut register {
        // Nothing here that would close it again.
        for cell in line {
            *cell = cell.replace([',', '"'], " ");
        }
    }
    let text = csv_of(&register);
    assert!(!text.contains('"'));
    let opened_on = |line: usize| {
        let broken = text.split_inclusive('\n').enumerate().map(|(place, one)| match place + 1 {
            at if at == line => one.replacen(',', ",\"", 1),
            _ => one.to_owned(),
        });
        broken.collect::<String>()
    };
    for line in [11, 2001] {
        world.write("ho.csv", &opened_on(line));
        let said = world.import(&["ho.csv", "--skip-bad", "loi.csv"]).code(1).stderr;
        assert!(said.contains(&format!("dấu nháy kép mở ở dòng {line} ")), "{line}: {said}");
        assert!(!world.path("loi.csv").exists());
    }
    assert_eq!(world.count(), 0);
}

#[test]
fn a_file_of_somebodys_own_is_not_overwritten_by_bad_lines() {
    let db = crate::support::database::fresh(crate::support::database::Kind::Sqlite).unwrap();
    let world = World::new(&db);
    world.write_lines("so.csv", &[good(), with(&[("channel", "fax")])]);
    world.write("quy.txt", "bản duy nhất\n");
    let said = world.import(&["so.csv", "--dry-run", "--skip-bad", "quy.txt"]).code(1).stderr;
    assert!(said.contains("--skip-bad"), "{said}");
    assert_eq!(std::fs::read_to_string(world.path("quy.txt")).unwrap(), "bản duy nhất\n");
    // Its own list from before it may write anew.
    for _ in 0..2 {
        world.import(&["so.csv", "--dry-run", "--skip-bad", "loi.csv"]).code(1);
        assert!(world.path("loi.csv").exists());
    }
}
