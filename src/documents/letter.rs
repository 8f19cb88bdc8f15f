//! The words of the apology letter and of the mail that brings it.
//!
//! The letter is form 04: of TT 01/2018/TT-VPCP "Phiếu xin lỗi và hẹn lại ngày trả kết quả", of TT 03/2025/TT-VPCP
//! "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"; number, place and date as NĐ 30/2020 writes them. Its
//! prose can be edited before approval; the head, the recipient, the state, how the result is given, whom to call
//! and the signature are fixed around it.

use super::dates;
use crate::domain::{
    apology::{LetterFacts, MissingPart, SignPrefix, missing, must_state},
    lifecycle::Status,
    one_line::{breaks_a_line, one_line},
};
use askama::Template;
use unicode_normalization::UnicodeNormalization;

/// Why a letter or a mail cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// Rules no form is known for.
    #[error("no form 04 is known for the rules {0:?}")]
    UnknownRuleSet(String),
    /// A channel there are no words for.
    #[error("no words for giving the result by {0:?}")]
    UnknownReturn(String),
    /// A numbered letter must state everything the law wants.
    #[error("the letter does not state: {}", .0.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(", "))]
    Missing(Vec<MissingPart>),
    /// Only web addresses go into a mail.
    #[error("the look-up link is not a web address")]
    BadLink,
    #[error("the template failed: {0}")]
    Template(String),
}

impl From<askama::Error> for LetterError {
    fn from(error: askama::Error) -> Self {
        Self::Template(error.to_string())
    }
}

/// A mail ready to be put into an envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct MailText {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The prose of form 04 in its own order and wording: what an officer may edit.
///
/// # Errors
/// [`LetterError::UnknownRuleSet`], [`LetterError::UnknownReturn`].
pub fn default_body(facts: &LetterFacts) -> Result<String, LetterError> {
    let words = Words::of(facts)?;
    Ok(finished(&BodyTemplate { words: &words }.render()?))
}

/// The whole letter as plain text: what is kept byte for byte with its SHA-256.
///
/// Without a number it is a preview and may be incomplete. With one it is the letter itself, and is refused unless
/// it states everything the law wants.
///
/// # Errors
/// [`LetterError::Missing`] for a numbered letter, and those of [`default_body`].
pub fn letter_text(facts: &LetterFacts, body_override: Option<&str>) -> Result<String, LetterError> {
    if facts.number.is_some() {
        let parts = unstated(facts, body_override)?;
        if !parts.is_empty() {
            return Err(LetterError::Missing(parts));
        }
    }
    written(facts, body_override, true)
}

/// What stands between this letter and its number: parts that are not known yet, and parts that an edited prose no
/// longer says. Empty when it may be issued.
///
/// # Errors
/// Those of [`default_body`].
pub fn unstated(facts: &LetterFacts, body_override: Option<&str>) -> Result<Vec<MissingPart>, LetterError> {
    let mut parts = missing(facts);
    // Without its title, which has the word apology in it whatever the prose says.
    parts.extend(must_state(&written(facts, body_override, false)?, facts));
    parts.sort_unstable();
    parts.dedup();
    Ok(parts)
}

fn written(facts: &LetterFacts, body_override: Option<&str>, titled: bool) -> Result<String, LetterError> {
    let words = Words::of(facts)?;
    let body = match body_override {
        Some(edited) => several_lines(edited),
        None => default_body(facts)?,
    };
    let title = if titled { words.title } else { "" };
    Ok(finished(&LetterTemplate { words: &words, title, body: body.trim_end() }.render()?))
}

/// What a paper of this letter does not say although the law wants it said: of the words that stand on its pages,
/// wherever a line ends. Empty when nothing is missing.
///
/// # Errors
/// Those of [`default_body`].
pub fn unsaid(facts: &LetterFacts, on_paper: &str) -> Result<Vec<MissingPart>, LetterError> {
    let words = Words::of(facts)?;
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    // Without its title and subject, which have the word apology in them whatever the prose says.
    let said = plain(on_paper).replace(&plain(words.title), " ").replace(&plain(&subject(&words)), " ");
    let mut parts = must_state(&said, facts);
    if !said.contains(&plain(words.state)) {
        parts.push(MissingPart::State);
    }
    if !said.contains(&plain(&words.return_how)) {
        parts.push(MissingPart::ReturnHow);
    }
    parts.sort_unstable();
    parts.dedup();
    Ok(parts)
}

/// The letter taken apart, for a paper that lays it out: together they say what [`letter_text`] says, in its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterParts {
    /// The agency above the one that issues, in capitals.
    pub above: String,
    pub agency: String,
    /// `Số: 05/PXL-CCTS`.
    pub number: String,
    pub place_date: String,
    pub title: String,
    /// `V/v …`, which an official letter has in the place of a title.
    pub subject: String,
    pub recipient: String,
    /// `Địa chỉ: …`; blank where none is known.
    pub recipient_contact: String,
    /// The prose, a paragraph each.
    pub body: Vec<String>,
    pub state: String,
    pub return_how: String,
    pub contact: String,
    pub closing: Vec<String>,
    pub distribution: Vec<String>,
    pub signature_title: String,
    pub signer: String,
    pub dossier_code: String,
}

/// Takes the letter apart. Complete or not: that is for [`letter_text`] to judge.
///
/// # Errors
/// Those of [`default_body`].
pub fn parts(facts: &LetterFacts, body_override: Option<&str>) -> Result<LetterParts, LetterError> {
    let words = Words::of(facts)?;
    let body = match body_override {
        Some(edited) => several_lines(edited),
        None => default_body(facts)?,
    };
    let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    Ok(LetterParts {
        number: format!("Số: {}/{}", words.number, words.number_symbol),
        place_date: format!("{}, {}", words.place, words.issued_on),
        title: words.title.to_owned(),
        subject: subject(&words),
        recipient_contact: if words.address.is_empty() {
            String::new()
        } else {
            format!("Địa chỉ: {}", words.address)
        },
        body: finished(&body).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        state: words.state.to_owned(),
        closing: lines(&["Mong nhận được sự thông cảm của Ông/Bà/Tổ chức.", "Trân trọng./."]),
        distribution: lines(&["- Như trên;", "- Bộ phận Một cửa;", "- Lưu: VT."]),
        above: words.department,
        agency: words.issuer,
        recipient: words.recipient,
        return_how: words.return_how,
        contact: words.contact,
        signature_title: words.signature,
        signer: words.signer,
        dossier_code: words.dossier_code,
    })
}

/// The mail that brings the letter: the essentials first, then the letter in full.
///
/// # Errors
/// [`LetterError::BadLink`] where the look-up link is not http(s), and those of [`default_body`].
pub fn mail(facts: &LetterFacts, letter_text: &str) -> Result<MailText, LetterError> {
    let words = Words::of(facts)?;
    let link = facts.key_url.as_deref().map(web_address).transpose()?;
    let letter = letter_text.trim_end();
    let subject = one_line(&finished(&SubjectTemplate { words: &words }.render()?));
    let text = finished(&TextTemplate { words: &words, letter, link }.render()?);
    let html = finished(&HtmlTemplate { words: &words, letter, link, subject: &subject }.render()?);
    Ok(MailText { subject, text, html })
}

/// The words of a built-in cause, for a letter whose draft has a cause and no reason of its own.
pub fn cause_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "slow_handling" => "Việc xử lý hồ sơ tại cơ quan chậm so với quy định",
        "overload" => "Số lượng hồ sơ tăng cao, cơ quan quá tải hoặc thiếu nhân sự",
        "consulted_agency" => "Cơ quan được lấy ý kiến phối hợp chưa trả lời đúng thời hạn",
        "field_verification" => "Việc kiểm tra thực địa, lấy mẫu, kiểm nghiệm cần thêm thời gian",
        "unclear_rules" => {
            "Hồ sơ phức tạp, quy định pháp luật có nội dung chưa rõ, cần thêm thời gian xem xét"
        }
        "system_fault" => "Hệ thống thông tin hoặc dữ liệu gặp sự cố",
        "applicant_late" => {
            "Việc bổ sung hồ sơ hoặc thực hiện nghĩa vụ tài chính chậm so với thời gian yêu cầu"
        }
        "disaster" => "Ảnh hưởng của thiên tai, dịch bệnh",
        _ => return None,
    })
}

/// The facts in words. Every one of them is a single line in NFC, whoever wrote it.
struct Words {
    department: String,
    issuer: String,
    branch: String,
    number: String,
    number_symbol: String,
    place: String,
    issued_on: String,
    title: &'static str,
    extension: bool,
    recipient: String,
    address: String,
    received_on: String,
    procedure: String,
    dossier_code: String,
    receipt_number: String,
    due_on: String,
    past_due: bool,
    state: &'static str,
    reason: String,
    new_due_on: String,
    return_how: String,
    contact: String,
    signature: String,
    signer: String,
}

#[derive(Template)]
#[template(path = "letter/apology_body.txt")]
struct BodyTemplate<'a> {
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "letter/apology.txt")]
struct LetterTemplate<'a> {
    words: &'a Words,
    title: &'a str,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "mail/apology_subject.txt")]
struct SubjectTemplate<'a> {
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "mail/apology.txt")]
struct TextTemplate<'a> {
    words: &'a Words,
    letter: &'a str,
    link: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/apology.html")]
struct HtmlTemplate<'a> {
    words: &'a Words,
    letter: &'a str,
    link: Option<&'a str>,
    subject: &'a str,
}

/// Stands where a draft has nothing yet.
const OPEN: &str = "…";

/// The name of form 04 under these rules, and whether it asks for an extension.
fn title_of(rule_set: &str) -> Option<(&'static str, bool)> {
    match rule_set {
        "2018" => Some(("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", false)),
        "2025" => Some(("VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT", true)),
        _ => None,
    }
}

/// Whether letters can be written under these rules.
pub fn knows_rules(rule_set: &str) -> bool {
    title_of(rule_set).is_some()
}

impl Words {
    fn of(facts: &LetterFacts) -> Result<Self, LetterError> {
        let (title, extension) =
            title_of(&facts.rule_set).ok_or_else(|| LetterError::UnknownRuleSet(facts.rule_set.clone()))?;
        let branch = line(&facts.branch_name);
        let return_how = match facts.return_how.as_str() {
            "in_person" => format!("trực tiếp tại Bộ phận Một cửa của {branch}"),
            "online" => "trực tuyến trên Cổng Dịch vụ công".to_owned(),
            "postal" => "qua dịch vụ bưu chính công ích".to_owned(),
            other => return Err(LetterError::UnknownReturn(other.to_owned())),
        };
        Ok(Self {
            department: line(&facts.department_name).to_uppercase(),
            issuer: branch.to_uppercase(),
            number: facts.number.map_or_else(|| OPEN.to_owned(), dates::document_number),
            number_symbol: line(&facts.number_symbol),
            place: line(&facts.place),
            issued_on: facts
                .issued_on
                .map_or_else(|| format!("ngày {OPEN} tháng {OPEN} năm {OPEN}"), dates::long),
            title,
            extension,
            recipient: line(&facts.recipient_name),
            address: line(&facts.recipient_address),
            received_on: dates::short(facts.received_on),
            procedure: line(&facts.procedure_name),
            dossier_code: line(&facts.dossier_code),
            receipt_number: line(&facts.receipt_number),
            due_on: dates::short(facts.due_on),
            past_due: facts.past_due(),
            state: state_words(facts.state),
            reason: sentence(&facts.reason),
            new_due_on: facts.new_due_on.map_or_else(|| OPEN.to_owned(), dates::short),
            return_how,
            contact: contact(facts),
            signature: signature(facts),
            signer: line(&facts.signer_name),
            branch,
        })
    }
}

/// What an official letter is about.
fn subject(words: &Words) -> String {
    let what = if words.extension {
        "xin lỗi và đề nghị gia hạn thời gian giải quyết hồ sơ"
    } else {
        "xin lỗi và hẹn lại ngày trả kết quả hồ sơ"
    };
    format!("V/v {what} {}", words.dossier_code)
}

fn state_words(state: Status) -> &'static str {
    match state {
        Status::Registered => "đã đăng ký, chưa được tiếp nhận",
        Status::Received => "đã được tiếp nhận, chờ xử lý",
        Status::InProcessing => "đang được xử lý",
        Status::SupplementRequested => "đang chờ bổ sung giấy tờ",
        Status::AwaitingPayment => "đang chờ thực hiện nghĩa vụ tài chính",
        Status::Resolved => "đã xử lý xong, chờ trả kết quả",
        Status::Returned => "đã trả kết quả",
        Status::Refused => "không được tiếp nhận",
        Status::Withdrawn => "đã rút theo yêu cầu",
        Status::Stopped => "đã dừng xử lý",
    }
}

fn contact(facts: &LetterFacts) -> String {
    let person = facts.contact_person.as_deref().map(line).filter(|person| !person.is_empty());
    let who = person.unwrap_or_else(|| format!("Bộ phận Một cửa, {}", line(&facts.branch_name)));
    format!("{who}, điện thoại {}", line(&facts.contact_phone))
}

/// In capitals: "KT. CHI CỤC TRƯỞNG" above "PHÓ CHI CỤC TRƯỞNG" (NĐ 30/2020, Phụ lục I, Phần I, Mục II.7).
fn signature(facts: &LetterFacts) -> String {
    let title = line(&facts.signer_title).to_uppercase();
    let prefix = facts.sign_prefix.map(SignPrefix::as_str);
    match (prefix, facts.signs_for.as_deref().map(line).filter(|whom| !whom.is_empty())) {
        (Some(prefix), Some(whom)) => format!("{prefix}. {}\n{title}", whom.to_uppercase()),
        (Some(prefix), None) => format!("{prefix}. {title}"),
        (None, _) => title,
    }
}

/// One line, composed.
fn line(text: &str) -> String {
    one_line(&text.nfc().collect::<String>())
}

/// One line without its full stop: the sentence around it brings one.
fn sentence(text: &str) -> String {
    let text = line(text);
    let text = text.trim_end_matches(['.', ' ']);
    if text.is_empty() { OPEN.to_owned() } else { text.to_owned() }
}

/// Edited prose: line ends as \n, every line free of characters that break or turn it, no empty ends.
fn several_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = text.chars().map(|c| if c != '\n' && breaks_a_line(c) { ' ' } else { c }).collect();
    let lines: Vec<&str> = clean.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Composed, and ending with one line end: a letter has one form, so one fingerprint.
fn finished(text: &str) -> String {
    let mut text: String = text.trim_end().nfc().collect();
    text.push('\n');
    text
}

/// Only what a browser opens as a page: no script, no blank, nothing that leaves its quotes.
fn web_address(link: &str) -> Result<&str, LetterError> {
    let web = link.starts_with("https://") || link.starts_with("http://");
    let plain =
        link.chars().all(|c| !c.is_whitespace() && !breaks_a_line(c) && !matches!(c, '"' | '\'' | '<' | '>'));
    if web && plain { Ok(link) } else { Err(LetterError::BadLink) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apology::{CauseCode, tests::facts};
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    fn whole(facts: &LetterFacts) -> String {
        let letter = letter_text(facts, None).unwrap();
        let mail = mail(facts, &letter).unwrap();
        format!("Subject: {}\n\n{}", mail.subject, mail.text)
    }

    fn under_2025(facts: LetterFacts) -> LetterFacts {
        LetterFacts { rule_set: "2025".to_owned(), ..facts }
    }

    fn past_due(facts: LetterFacts) -> LetterFacts {
        LetterFacts { issued_on: "2026-01-09".parse().ok(), days_late: 2, ..facts }
    }

    #[test]
    fn the_letter_of_2018_before_the_due_date() {
        insta::assert_snapshot!(letter_text(&facts(), None).unwrap());
    }

    #[test]
    fn the_letter_of_2025_before_the_due_date() {
        insta::assert_snapshot!(letter_text(&under_2025(facts()), None).unwrap());
    }

    #[test]
    fn the_letter_of_2018_after_the_due_date() {
        insta::assert_snapshot!(letter_text(&past_due(facts()), None).unwrap());
    }

    #[test]
    fn the_mail_of_2018() {
        insta::assert_snapshot!(whole(&facts()));
    }

    #[test]
    fn the_mail_of_2025_after_the_due_date() {
        insta::assert_snapshot!(whole(&past_due(under_2025(facts()))));
    }

    #[test]
    fn the_html_of_the_mail() {
        let letter = letter_text(&facts(), None).unwrap();
        insta::assert_snapshot!(mail(&facts(), &letter).unwrap().html);
    }

    #[test]
    fn the_preview_of_a_fresh_draft_leaves_open_what_is_not_known() {
        let draft = LetterFacts {
            number: None,
            issued_on: None,
            reason: String::new(),
            cause: None,
            new_due_on: None,
            key_url: None,
            ..facts()
        };
        insta::assert_snapshot!(letter_text(&draft, None).unwrap());
    }

    #[test]
    fn before_the_due_date_it_may_become_late_and_after_it_is() {
        let late = "chưa trả kết quả giải quyết hồ sơ đúng thời hạn";
        let maybe = "có khả năng không trả kết quả giải quyết hồ sơ đúng thời hạn";
        for (issued_on, expected, other) in
            [("2026-01-06", maybe, late), ("2026-01-07", maybe, late), ("2026-01-08", late, maybe)]
        {
            let facts = LetterFacts { issued_on: issued_on.parse().ok(), ..facts() };
            let body = default_body(&facts).unwrap();
            assert!(body.contains(expected) && !body.contains(other), "{issued_on}: {body}");
        }
    }

    #[test]
    fn a_numbered_letter_that_lacks_a_part_is_refused_and_a_preview_is_not() {
        let mut facts = LetterFacts { reason: String::new(), contact_phone: String::new(), ..facts() };
        let parts = vec![MissingPart::Reason, MissingPart::Contact];
        assert_eq!(letter_text(&facts, None), Err(LetterError::Missing(parts)));
        facts.number = None;
        assert!(letter_text(&facts, None).is_ok());
    }

    #[test]
    fn an_edited_body_stands_in_the_letter_between_its_fixed_parts() {
        let facts = facts();
        let edited = default_body(&facts).unwrap().replace("Tuy nhiên", "Rất tiếc");
        let letter = letter_text(&facts, Some(&edited)).unwrap();
        assert_eq!(letter, letter_text(&facts, None).unwrap().replace("Tuy nhiên", "Rất tiếc"));
    }

    #[test]
    fn an_edited_body_that_no_longer_states_what_it_must_is_refused_by_name() {
        let facts = facts();
        let body = default_body(&facts).unwrap();
        for (taken, part) in [
            ("trân trọng xin lỗi", MissingPart::Apology),
            ("14/01/2026", MissingPart::NewDate),
            (facts.reason.as_str(), MissingPart::Reason),
            (facts.procedure_name.as_str(), MissingPart::DossierKind),
        ] {
            let edited = body.replace(taken, "…");
            assert_eq!(letter_text(&facts, Some(&edited)), Err(LetterError::Missing(vec![part])), "{taken}");
        }
    }

    #[test]
    fn every_built_in_cause_but_other_has_words_that_make_a_complete_letter() {
        for (code, _) in CauseCode::BUILT_IN {
            let Some(words) = cause_words(code) else {
                assert_eq!(*code, CauseCode::OTHER);
                continue;
            };
            let cause = CauseCode::parse(code).ok();
            let facts = LetterFacts { cause, reason: words.to_owned(), ..facts() };
            assert!(letter_text(&facts, None).unwrap().contains(words), "{code}");
        }
    }

    #[test]
    fn the_parts_together_say_what_the_letter_says() {
        for facts in [facts(), under_2025(past_due(facts())), LetterFacts { number: None, ..facts() }] {
            let p = parts(&facts, None).unwrap();
            let mut said = vec![p.above, p.agency, p.number, p.place_date, p.title];
            said.push("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM".to_owned());
            said.push("Độc lập - Tự do - Hạnh phúc\n---------------".to_owned());
            said.push(format!("Kính gửi: {}\n({})", p.recipient, p.recipient_contact));
            said.extend(p.body);
            said.push(format!("Tình trạng hồ sơ: {}. Kết quả được trả {}.", p.state, p.return_how));
            said.push(format!("Mọi thắc mắc xin liên hệ: {}.", p.contact));
            said.extend(p.closing);
            said.push("Nơi nhận:".to_owned());
            said.extend(p.distribution);
            said.extend([p.signature_title, p.signer]);
            let lines = |text: &str| {
                let mut lines: Vec<String> =
                    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(lines(&said.join("\n")), lines(&letter_text(&facts, None).unwrap()));
        }
    }

    #[test]
    fn unknown_rules_channels_and_links_are_refused() {
        let with = |change: fn(&mut LetterFacts)| {
            let mut facts = facts();
            change(&mut facts);
            mail(&facts, "").err()
        };
        assert_eq!(
            with(|f| f.rule_set = "1999".to_owned()),
            Some(LetterError::UnknownRuleSet("1999".to_owned()))
        );
        assert_eq!(
            with(|f| f.return_how = "pigeon".to_owned()),
            Some(LetterError::UnknownReturn("pigeon".to_owned()))
        );
        for bad in ["javascript:alert(1)", "https://a b", "https://x/\"onclick=", "https://x/\n", "ftp://x"] {
            let mut facts = facts();
            facts.key_url = Some(bad.to_owned());
            assert_eq!(mail(&facts, "").err(), Some(LetterError::BadLink), "{bad}");
        }
    }

    #[test]
    fn a_hostile_name_stays_text_in_html_and_one_line_in_text() {
        let attack = "<script>alert('x')</script>\r\nBcc: moi@example.vn\n\nKính gửi: người khác\u{202e}\0\u{2028}&amp;";
        let hostile = LetterFacts {
            recipient_name: attack.to_owned(),
            procedure_name: attack.to_owned(),
            reason: attack.to_owned(),
            branch_name: attack.to_owned(),
            contact_person: Some(attack.to_owned()),
            signer_name: attack.to_owned(),
            ..facts()
        };
        let letter = letter_text(&hostile, None).unwrap();
        let mail = mail(&hostile, &letter).unwrap();
        let plain = letter_text(&facts(), None).unwrap();
        assert_eq!(letter.lines().count(), plain.lines().count(), "{letter}");
        for text in [&letter, &mail.text, &mail.html] {
            assert!(!text.chars().any(|c| c != '\n' && breaks_a_line(c)), "{text:?}");
            assert!(
                !text
                    .lines()
                    .any(|line| line.starts_with("Bcc:") || line.starts_with("Kính gửi: người khác"))
            );
        }
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
        assert!(mail.html.contains("&#60;script&#62;"), "{}", mail.html);
        assert_eq!(mail.subject.lines().count(), 1);
    }

    #[test]
    fn composed_and_decomposed_names_give_the_same_letter() {
        let composed = facts();
        let decomposed = LetterFacts {
            recipient_name: composed.recipient_name.nfd().collect(),
            procedure_name: composed.procedure_name.nfd().collect(),
            reason: composed.reason.nfd().collect(),
            ..composed.clone()
        };
        assert_ne!(decomposed.recipient_name, composed.recipient_name);
        assert_eq!(letter_text(&decomposed, None), letter_text(&composed, None));
        let edited: String = default_body(&composed).unwrap().nfd().collect();
        assert_eq!(letter_text(&composed, Some(&edited)), letter_text(&composed, None));
    }

    #[test]
    fn a_deputy_signs_for_the_head_and_a_head_for_nobody() {
        let head = LetterFacts {
            sign_prefix: None,
            signs_for: None,
            signer_title: "Chi cục trưởng".to_owned(),
            ..facts()
        };
        assert_eq!(signature(&facts()), "KT. CHI CỤC TRƯỞNG\nPHÓ CHI CỤC TRƯỞNG");
        assert_eq!(signature(&head), "CHI CỤC TRƯỞNG");
        let acting = LetterFacts { sign_prefix: Some(SignPrefix::Q), ..head };
        assert_eq!(signature(&acting), "Q. CHI CỤC TRƯỞNG");
    }

    proptest! {
        #[test]
        fn whatever_people_enter_the_letter_is_composed_and_keeps_its_lines(
            name in any::<String>(), reason in any::<String>(), branch in any::<String>(), body in any::<String>(),
        ) {
            let facts = LetterFacts { recipient_name: name, reason, branch_name: branch, number: None, ..facts() };
            let letter = letter_text(&facts, None).unwrap();
            prop_assert!(is_nfc(&letter));
            let expected = letter_text(&LetterFacts { number: None, ..crate::domain::apology::tests::facts() }, None).unwrap();
            prop_assert_eq!(letter.lines().count(), expected.lines().count());
            let edited = letter_text(&facts, Some(&body)).unwrap();
            prop_assert!(!edited.contains('\r') && !edited.contains('\0'));
            let mail = mail(&facts, &edited).unwrap();
            prop_assert!(is_nfc(&mail.subject) && is_nfc(&mail.text) && is_nfc(&mail.html));
        }
    }
}
