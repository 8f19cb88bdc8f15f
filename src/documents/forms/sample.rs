//! Invented papers: what a template is tried with before anybody's paper is printed with it.

use super::{
    ApologyPaper, ControlSheet, Entry, Form, FormSet, Head, Leg, Owner, Paper, Receipt, Refusal, Register,
    StoppingNotice, SupplementRequest,
};
use crate::documents::codes::{code128_svg, qr_svg};
use crate::documents::letter::LetterError;
use crate::domain::apology::{CauseCode, LetterFacts, SignPrefix};
use crate::domain::lifecycle::Status;
use chrono::NaiveDate;
use serde_json::Value;

const CODE: &str = "000.00.03.H29-260105-0007";
const NAME: &str = "Nguyễn Thị Ánh Tuyết";
const ADDRESS: &str = "Số 12, đường Mẫu, Phường Ví Dụ, Thành phố Hồ Chí Minh";
const PHONE: &str = "0900 000 007";
const EMAIL: &str = "tuyet@example.vn";
const PROCEDURE: &str =
    "Cấp, cấp lại giấy xác nhận đăng ký nuôi trồng thủy sản lồng bè, đối tượng thủy sản nuôi chủ lực";
const BRANCH: &str = "Chi cục Thủy sản";
const COUNTER: &str = "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ";
const OFFICER: &str = "Trần Văn Mẫu";
const CONTACT: &str = "028 0000 0003";
const KEY: &str = "K7QX-2M9P";

/// An invented paper of this form, with everything a paper can have.
///
/// # Errors
/// When it cannot be written, which would be a fault of this program.
pub fn sample(form: Form) -> Result<Value, LetterError> {
    let told = |value: Result<Value, serde_json::Error>| {
        value.map_err(|error| LetterError::Template(error.to_string()))
    };
    told(match form {
        Form::Receipt => serde_json::to_value(receipt()),
        Form::SupplementRequest => serde_json::to_value(supplement_request()),
        Form::Refusal => serde_json::to_value(refusal()),
        Form::Apology | Form::ApologyLetter => {
            serde_json::to_value(ApologyPaper::of(&sample_letter(), None)?)
        }
        Form::StoppingNotice => serde_json::to_value(stopping_notice()),
        Form::ControlSheet => serde_json::to_value(control_sheet()),
        Form::Register => serde_json::to_value(register()),
    })
}

/// The facts of the invented letter.
pub fn sample_letter() -> LetterFacts {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap_or_default();
    LetterFacts {
        recipient_name: NAME.to_owned(),
        recipient_address: ADDRESS.to_owned(),
        dossier_code: CODE.to_owned(),
        receipt_number: CODE.to_owned(),
        procedure_name: PROCEDURE.to_owned(),
        received_on: day(5),
        due_on: day(8),
        days_late: 0,
        state: Status::InProcessing,
        reason: "Việc kiểm tra thực địa tại nơi nuôi cần thêm thời gian vì thời tiết xấu".to_owned(),
        cause: CauseCode::parse("field_verification").ok(),
        new_due_on: Some(day(14)),
        return_how: "in_person".to_owned(),
        branch_name: BRANCH.to_owned(),
        department_name: "Sở Nông nghiệp và Môi trường Thành phố Hồ Chí Minh".to_owned(),
        contact_phone: CONTACT.to_owned(),
        contact_person: None,
        signer_name: "Lê Thị Ví Dụ".to_owned(),
        signer_title: "Phó Chi cục trưởng".to_owned(),
        sign_prefix: Some(SignPrefix::KT),
        signs_for: Some("Chi cục trưởng".to_owned()),
        number: Some(5),
        number_symbol: "PXL-CCTS".to_owned(),
        issued_on: Some(day(7)),
        place: "Thành phố Hồ Chí Minh".to_owned(),
        rule_set: "2018".to_owned(),
        key_url: None,
    }
}

fn head(form: Form, number: &str) -> Head {
    Head {
        above: BRANCH.to_uppercase(),
        agency: COUNTER.to_owned(),
        number: number.to_owned(),
        place_date: "Thành phố Hồ Chí Minh, ngày 05 tháng 01 năm 2026".to_owned(),
        form_note: form.note(FormSet::Of2025),
    }
}

fn title(form: Form) -> String {
    form.title(FormSet::Of2025).to_owned()
}

fn receipt() -> Receipt {
    let site = "https://motcua.example.vn/tra-cuu";
    let url = format!("{site}/{CODE}?key={KEY}");
    let paper = |name: &str, form: &str, copies: &str| Paper {
        name: name.to_owned(),
        form: form.to_owned(),
        copies: copies.to_owned(),
    };
    Receipt {
        head: head(Form::Receipt, &format!("Mã hồ sơ: {CODE}")),
        title: title(Form::Receipt),
        dossier_code: CODE.to_owned(),
        qr_svg: qr_svg(&url),
        barcode_svg: code128_svg(CODE).unwrap_or_default(),
        counter_name: BRANCH.to_owned(),
        applicant_name: "Phạm Văn Ủy Quyền".to_owned(),
        applicant_address: ADDRESS.to_owned(),
        phone: PHONE.to_owned(),
        email: EMAIL.to_owned(),
        id_number: "079000000007".to_owned(),
        request: PROCEDURE.to_owned(),
        owner: Some(Owner { name: NAME.to_owned(), address: ADDRESS.to_owned() }),
        components: vec![
            paper("Đơn đăng ký nuôi trồng thủy sản lồng bè", "Bản chính", "01"),
            paper(
                "Giấy chứng nhận quyền sử dụng đất, hoặc quyết định giao khu vực biển",
                "Bản sao chứng thực",
                "01",
            ),
            paper("Sơ đồ mặt bằng vị trí đặt lồng bè", "Bản chụp", "02"),
        ],
        set_count: "01".to_owned(),
        statutory_limit: "03 ngày làm việc".to_owned(),
        received_at: "09 giờ 00 phút, ngày 05 tháng 01 năm 2026".to_owned(),
        due_at: "17 giờ 00 phút, ngày 08 tháng 01 năm 2026".to_owned(),
        return_method: "Bộ phận Một cửa, Chi cục Thủy sản".to_owned(),
        fee: Some("120.000 đồng".to_owned()),
        book_no: "2026".to_owned(),
        signature_applicant: "Phạm Văn Ủy Quyền".to_owned(),
        signature_official: OFFICER.to_owned(),
        lookup_url: Some(url),
        lookup_site: Some(site.to_owned()),
        lookup_key: KEY.to_owned(),
    }
}

fn supplement_request() -> SupplementRequest {
    SupplementRequest {
        head: head(Form::SupplementRequest, &format!("Số: {CODE}/HDHS")),
        title: title(Form::SupplementRequest),
        dossier_code: CODE.to_owned(),
        applicant_name: NAME.to_owned(),
        procedure_name: PROCEDURE.to_owned(),
        applicant_address: ADDRESS.to_owned(),
        phone: PHONE.to_owned(),
        email: EMAIL.to_owned(),
        requested_items: vec![
            "Bản sao chứng thực giấy chứng nhận quyền sử dụng đất".to_owned(),
            "Sơ đồ mặt bằng có tọa độ các góc của khu vực đặt lồng bè".to_owned(),
        ],
        reason: "Giấy tờ đã nộp không có chứng thực; sơ đồ không có tọa độ".to_owned(),
        round_note: Some("Đây là lần yêu cầu bổ sung thứ 02.".to_owned()),
        contact_person: OFFICER.to_owned(),
        contact_phone: CONTACT.to_owned(),
        signature_official: OFFICER.to_owned(),
    }
}

fn refusal() -> Refusal {
    Refusal {
        head: head(Form::Refusal, &format!("Số: {CODE}/TCHS")),
        title: title(Form::Refusal),
        dossier_code: CODE.to_owned(),
        counter_name: BRANCH.to_owned(),
        applicant_name: NAME.to_owned(),
        applicant_address: ADDRESS.to_owned(),
        phone: PHONE.to_owned(),
        email: EMAIL.to_owned(),
        procedure_name: PROCEDURE.to_owned(),
        reason: "Khu vực đề nghị đăng ký không thuộc địa bàn Thành phố Hồ Chí Minh".to_owned(),
        contact_phone: CONTACT.to_owned(),
        signature_applicant: NAME.to_owned(),
        signature_official: OFFICER.to_owned(),
    }
}

fn stopping_notice() -> StoppingNotice {
    StoppingNotice {
        head: Head {
            above: "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG THÀNH PHỐ HỒ CHÍ MINH".to_owned(),
            agency: BRANCH.to_uppercase(),
            ..head(Form::StoppingNotice, &format!("Số: {CODE}/TBD"))
        },
        title: title(Form::StoppingNotice),
        dossier_code: CODE.to_owned(),
        counter_name: BRANCH.to_owned(),
        applicant_name: NAME.to_owned(),
        applicant_address: ADDRESS.to_owned(),
        phone: PHONE.to_owned(),
        email: EMAIL.to_owned(),
        procedure_name: PROCEDURE.to_owned(),
        received_on: "05/01/2026".to_owned(),
        due_on: "08/01/2026".to_owned(),
        stopped_on: "07/01/2026".to_owned(),
        reason: "Người nộp không bổ sung giấy tờ trong thời hạn đã thông báo".to_owned(),
        contact_person: "Bộ phận Một cửa, Chi cục Thủy sản".to_owned(),
        contact_phone: CONTACT.to_owned(),
        distribution: ["- Như trên;", "- Bộ phận Một cửa;", "- Lưu: VT."].map(str::to_owned).to_vec(),
        signature_title: "THỦ TRƯỞNG ĐƠN VỊ".to_owned(),
        signature_official: "Lê Thị Ví Dụ".to_owned(),
    }
}

fn control_sheet() -> ControlSheet {
    let leg = |from: &str, to: &str, names: (&str, &str), at: &str, verdict: &str, note: &str| Leg {
        from: from.to_owned(),
        to: to.to_owned(),
        from_name: names.0.to_owned(),
        to_name: names.1.to_owned(),
        at: at.to_owned(),
        verdict: verdict.to_owned(),
        note: note.to_owned(),
    };
    let (counter, room) = ("Bộ phận Một cửa", "Phòng Chuyên môn");
    let expert = "Đỗ Thị Chuyên Viên";
    ControlSheet {
        head: head(Form::ControlSheet, &format!("Mã hồ sơ: {CODE}")),
        title: title(Form::ControlSheet),
        dossier_code: CODE.to_owned(),
        owner_name: NAME.to_owned(),
        phone: PHONE.to_owned(),
        address: ADDRESS.to_owned(),
        procedure_name: PROCEDURE.to_owned(),
        received_at: "09 giờ 00 phút, ngày 05 tháng 01 năm 2026".to_owned(),
        due_at: "17 giờ 00 phút, ngày 08 tháng 01 năm 2026".to_owned(),
        agency: BRANCH.to_owned(),
        legs: vec![
            leg(
                "Người nộp hồ sơ",
                counter,
                (NAME, OFFICER),
                "09 giờ 00 phút, ngày 05 tháng 01 năm 2026",
                "",
                "",
            ),
            leg(
                counter,
                room,
                (OFFICER, expert),
                "10 giờ 30 phút, ngày 05 tháng 01 năm 2026",
                "Đúng hạn",
                "",
            ),
            leg(
                room,
                counter,
                (expert, OFFICER),
                "15 giờ 10 phút, ngày 09 tháng 01 năm 2026",
                "Quá hạn",
                "Kiểm tra thực địa",
            ),
        ],
    }
}

fn register() -> Register {
    Register {
        head: Head { number: String::new(), ..head(Form::Register, "") },
        title: title(Form::Register),
        book: "2026".to_owned(),
        period: "Từ ngày 01/01/2026 đến ngày 31/12/2026".to_owned(),
        entries: vec![Entry {
            seq: "1".to_owned(),
            dossier_code: CODE.to_owned(),
            procedure_name: PROCEDURE.to_owned(),
            set_count: "01".to_owned(),
            owner_name: NAME.to_owned(),
            contact: format!("{ADDRESS}; {PHONE}"),
            agency: BRANCH.to_owned(),
            received_on: "05/01/2026".to_owned(),
            due_on: "08/01/2026".to_owned(),
            forwarded_on: "05/01/2026".to_owned(),
            resolved_on: "09/01/2026".to_owned(),
            returned_on: "10/01/2026".to_owned(),
            return_method: "Trực tiếp".to_owned(),
            note: "Quá hạn 01 ngày".to_owned(),
        }],
    }
}
