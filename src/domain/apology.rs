//! The apology letter: what it must state, why a dossier is late, and whether the letter was in time.
//!
//! NĐ 61/2018 Đ19.9 (since 1/7/2025: NĐ 118/2025): the agency apologises in writing at the latest one day before
//! the limit expires, with the reason and the proposed date. QĐ 5157/QĐ-UBND (TP.HCM, 2016): at the latest on
//! the appointment day.

use crate::domain::{lifecycle::Status, one_line::one_line, words::code_words};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Whose doing a delay is: chủ quan or khách quan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The agency's own.
    Subjective,
    /// From outside the agency.
    Objective,
}

code_words!(CauseKind { Subjective => "subjective", Objective => "objective" });

/// The code of a cause of delay. Branches keep their own lists, so any well-formed code is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CauseCode(String);

/// What a code of a cause looks like: `^[a-z][a-z0-9_]{1,40}$`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cause is 2 to 41 small letters, digits and underscores, a letter first")]
pub struct BadCauseCode;

impl CauseCode {
    /// The causes every branch starts with. Where the law leaves it open whose doing it is, the agency does not
    /// excuse itself: its own systems and anything "other" count as its own until its list says otherwise.
    pub const BUILT_IN: &'static [(&'static str, CauseKind)] = &[
        ("slow_handling", CauseKind::Subjective),
        ("overload", CauseKind::Subjective),
        ("consulted_agency", CauseKind::Objective),
        ("field_verification", CauseKind::Objective),
        ("unclear_rules", CauseKind::Objective),
        ("system_fault", CauseKind::Subjective),
        ("applicant_late", CauseKind::Objective),
        ("disaster", CauseKind::Objective),
        (Self::OTHER, CauseKind::Subjective),
    ];

    /// The cause whose reason must be spelled out.
    pub const OTHER: &'static str = "other";

    /// A code of the right form.
    ///
    /// # Errors
    /// [`BadCauseCode`].
    pub fn parse(code: &str) -> Result<Self, BadCauseCode> {
        let well_formed = (2..=41).contains(&code.len())
            && code.starts_with(|c: char| c.is_ascii_lowercase())
            && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if well_formed { Ok(Self(code.to_owned())) } else { Err(BadCauseCode) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose doing it is, where the code is one of the built-in ones.
    pub fn built_in_kind(&self) -> Option<CauseKind> {
        Self::BUILT_IN.iter().find(|(code, _)| *code == self.0).map(|(_, kind)| *kind)
    }

    pub fn is_other(&self) -> bool {
        self.0 == Self::OTHER
    }
}

impl TryFrom<String> for CauseCode {
    type Error = BadCauseCode;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}

impl From<CauseCode> for String {
    fn from(code: CauseCode) -> Self {
        code.0
    }
}

/// In whose name a letter is signed (NĐ 30/2020, Phụ lục I).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SignPrefix {
    /// Thay mặt: on behalf of a collective.
    TM,
    /// Ký thay: a deputy for the head.
    KT,
    /// Thừa lệnh: by order.
    TL,
    /// Thừa ủy quyền: by authorisation.
    TUQ,
    /// Quyền: acting head.
    Q,
}

code_words!(SignPrefix { TM => "TM", KT => "KT", TL => "TL", TUQ => "TUQ", Q => "Q" });

/// Everything a letter is made from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFacts {
    pub recipient_name: String,
    /// May be blank: then the letter leaves the line out.
    pub recipient_address: String,
    pub dossier_code: String,
    /// Số biên nhận; the dossier's code serves where there is no other.
    pub receipt_number: String,
    pub procedure_name: String,
    pub received_on: NaiveDate,
    /// The date promised, for which the letter apologises.
    pub due_on: NaiveDate,
    /// Days past the due date by now, 0 while it is only expected to be late. Tells a draft which of the two it is;
    /// the form itself has no place for the number.
    pub days_late: u32,
    pub state: Status,
    /// The reason in words, for the person it is written to. Blank in a fresh draft.
    pub reason: String,
    /// None in a fresh draft.
    pub cause: Option<CauseCode>,
    /// None in a fresh draft.
    pub new_due_on: Option<NaiveDate>,
    /// The code of the channel by which the result will be given: `in_person`, `online`, `postal`.
    pub return_how: String,
    /// The issuing agency: the branch.
    pub branch_name: String,
    /// The agency above it.
    pub department_name: String,
    pub contact_phone: String,
    pub contact_person: Option<String>,
    pub signer_name: String,
    pub signer_title: String,
    pub sign_prefix: Option<SignPrefix>,
    /// The title or collective the prefix speaks for ("KT. CHI CỤC TRƯỞNG" above "PHÓ CHI CỤC TRƯỞNG"). Without
    /// it the prefix stands before the signer's own title.
    pub signs_for: Option<String>,
    /// None until it is approved: numbered at that moment.
    pub number: Option<u32>,
    /// What follows the number: `PXL-CCTS`.
    pub number_symbol: String,
    pub issued_on: Option<NaiveDate>,
    pub place: String,
    /// The rules the dossier was received under: `2018` (NĐ 61/2018, TT 01/2018) or `2025` (NĐ 118/2025, TT 03/2025).
    pub rule_set: String,
    /// Where the dossier can be looked up, with its key.
    pub key_url: Option<String>,
}

impl std::fmt::Debug for LetterFacts {
    /// Names the dossier and nobody in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LetterFacts").field("dossier_code", &self.dossier_code).finish_non_exhaustive()
    }
}

impl LetterFacts {
    /// Whether the due date has passed on the day of the letter; for a draft, whether it has by now.
    pub fn past_due(&self) -> bool {
        match self.issued_on {
            Some(issued_on) => issued_on > self.due_on,
            None => self.days_late > 0,
        }
    }
}

/// A part the law wants in the letter (NĐ 61/2018 Đ19.9; form 04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPart {
    RecipientName,
    DossierKind,
    DossierCode,
    ReceiptNumber,
    State,
    Reason,
    NewDate,
    ReturnHow,
    Apology,
    Contact,
}

code_words!(MissingPart {
    RecipientName => "recipient_name",
    DossierKind => "dossier_kind",
    DossierCode => "dossier_code",
    ReceiptNumber => "receipt_number",
    State => "state",
    Reason => "reason",
    NewDate => "new_date",
    ReturnHow => "return_how",
    Apology => "apology",
    Contact => "contact",
});

/// What is still missing before the letter may be issued, in the order the letter states it; empty when nothing.
///
/// A reason is a cause and its words; those of cause "other" must be spelled out (10 characters or more). A new
/// date must be later than the one it replaces, and later than the day of the letter. The apology itself is in
/// the fixed words and can only get lost by editing: [`must_state`] looks for it.
pub fn missing(facts: &LetterFacts) -> Vec<MissingPart> {
    let blank = |text: &str| !text.chars().any(char::is_alphanumeric);
    let no_reason = match &facts.cause {
        Some(cause) => blank(&facts.reason) || (cause.is_other() && spelled_out(&facts.reason) < 10),
        None => true,
    };
    let later = |new: NaiveDate| new > facts.due_on && facts.issued_on.is_none_or(|issued| new > issued);
    let no_phone = facts.contact_phone.chars().filter(char::is_ascii_digit).count() < 3;
    [
        (MissingPart::RecipientName, blank(&facts.recipient_name)),
        (MissingPart::DossierKind, blank(&facts.procedure_name)),
        (MissingPart::DossierCode, blank(&facts.dossier_code)),
        (MissingPart::ReceiptNumber, blank(&facts.receipt_number)),
        // What is no longer open is not late any more, and nobody apologises for what was never begun.
        (MissingPart::State, !facts.state.is_in_process()),
        (MissingPart::Reason, no_reason),
        (MissingPart::NewDate, !facts.new_due_on.is_some_and(later)),
        (MissingPart::ReturnHow, blank(&facts.return_how)),
        (MissingPart::Contact, no_phone),
    ]
    .into_iter()
    .filter_map(|(part, absent)| absent.then_some(part))
    .collect()
}

/// Characters of a reason, spaces around and between runs not counted twice.
fn spelled_out(reason: &str) -> usize {
    comparable(reason).chars().count()
}

/// What an edited text no longer states; empty when it still says everything that can be looked for in words:
/// name, kind, code, receipt number, reason, new date, apology, telephone. Capitals, runs of space and the
/// Unicode form do not matter; a name inside a longer word does not count. The title of a letter speaks of an
/// apology without making one: leave it out of `text`.
pub fn must_state(text: &str, facts: &LetterFacts) -> Vec<MissingPart> {
    let text = comparable(text);
    let absent = |part: &str| !states(&text, &comparable(part));
    [
        (MissingPart::RecipientName, absent(&facts.recipient_name)),
        (MissingPart::DossierKind, absent(&facts.procedure_name)),
        (MissingPart::DossierCode, absent(&facts.dossier_code)),
        (MissingPart::ReceiptNumber, absent(&facts.receipt_number)),
        (MissingPart::Reason, absent(&facts.reason)),
        (
            MissingPart::NewDate,
            !facts.new_due_on.is_some_and(|new| date_forms(new).iter().any(|date| states(&text, date))),
        ),
        (MissingPart::Apology, absent("xin lỗi")),
        (MissingPart::Contact, !states_phone(&text, &facts.contact_phone)),
    ]
    .into_iter()
    .filter_map(|(part, absent)| absent.then_some(part))
    .collect()
}

/// Small letters, composed, on one line as a letter writes it, without the full stop a sentence ends with.
fn comparable(text: &str) -> String {
    let composed: String = text.nfc().collect();
    one_line(&composed).to_lowercase().trim_end_matches(['.', ' ']).to_owned()
}

/// Whether `part` stands in `text` on its own, not inside a longer word or number. A blank part is never stated.
fn states(text: &str, part: &str) -> bool {
    let alone = |(at, found): (usize, &str)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    !part.is_empty() && text.match_indices(part).any(alone)
}

/// The ways people write a date: dd/mm/yyyy and "ngày dd tháng mm năm yyyy", with and without leading zeros.
fn date_forms(date: NaiveDate) -> Vec<String> {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let padded = [day.to_string(), format!("{day:02}")];
    let months = [month.to_string(), format!("{month:02}")];
    let pairs = padded.iter().flat_map(|day| months.iter().map(move |month| (day, month)));
    pairs
        .flat_map(|(day, month)| {
            [format!("{day}/{month}/{year}"), format!("ngày {day} tháng {month} năm {year}")]
        })
        .collect()
}

/// Telephone numbers are compared by their digits: people group them as they like.
fn states_phone(text: &str, phone: &str) -> bool {
    let grouping = |c: &char| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '\u{a0}');
    let phone: String = phone.chars().filter(grouping).collect();
    let text: String = text.chars().filter(grouping).collect();
    !phone.is_empty() && text.contains(&phone)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::event::LetterTimeliness;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A letter of an invented branch to an invented person, two days before the due date.
    pub(crate) fn facts() -> LetterFacts {
        LetterFacts {
            recipient_name: "Nguyễn Văn An".to_owned(),
            recipient_address: "12 đường Số 3, phường Thử Nghiệm, TP. Hồ Chí Minh".to_owned(),
            dossier_code: "000.00.03.H29-251225-0007".to_owned(),
            receipt_number: "000.00.03.H29-251225-0007".to_owned(),
            procedure_name: "Cấp, cấp lại giấy chứng nhận đăng ký nuôi trồng thủy sản lồng bè".to_owned(),
            received_on: day("2025-12-25"),
            due_on: day("2026-01-07"),
            days_late: 0,
            state: Status::InProcessing,
            reason: "Chờ kết quả kiểm tra thực địa tại cơ sở nuôi".to_owned(),
            cause: Some(CauseCode::parse("field_verification").unwrap()),
            new_due_on: Some(day("2026-01-14")),
            return_how: "in_person".to_owned(),
            branch_name: "Chi cục Thủy sản".to_owned(),
            department_name: "Sở Nông nghiệp và Phát triển nông thôn Thành phố Hồ Chí Minh".to_owned(),
            contact_phone: "028 3829 0000".to_owned(),
            contact_person: Some("Bà Trần Thị Bình".to_owned()),
            signer_name: "Lê Văn Cường".to_owned(),
            signer_title: "Phó Chi cục trưởng".to_owned(),
            sign_prefix: Some(SignPrefix::KT),
            signs_for: Some("Chi cục trưởng".to_owned()),
            number: Some(5),
            number_symbol: "PXL-CCTS".to_owned(),
            issued_on: Some(day("2026-01-05")),
            place: "Thành phố Hồ Chí Minh".to_owned(),
            rule_set: "2018".to_owned(),
            key_url: Some("https://motcua.example.vn/tra-cuu/000.00.03.H29-251225-0007?key=q7Yw".to_owned()),
        }
    }

    #[test]
    fn a_letter_is_in_advance_until_the_day_before_on_the_due_day_on_it_and_late_after() {
        let due = day("2026-01-07");
        assert_eq!(LetterTimeliness::of(due, day("2026-01-06")), LetterTimeliness::InAdvance);
        assert_eq!(LetterTimeliness::of(due, due), LetterTimeliness::OnDueDay);
        assert_eq!(LetterTimeliness::of(due, day("2026-01-08")), LetterTimeliness::Late);
    }

    #[test]
    fn the_built_in_causes_are_well_formed_distinct_and_know_their_kind() {
        for (code, kind) in CauseCode::BUILT_IN {
            let cause = CauseCode::parse(code).unwrap();
            assert_eq!(cause.built_in_kind(), Some(*kind));
        }
        let mut codes: Vec<_> = CauseCode::BUILT_IN.iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 9);
        assert_eq!(CauseCode::parse("khao_sat_2").unwrap().built_in_kind(), None);
    }

    #[test]
    fn codes_of_another_form_are_refused_also_from_json() {
        let long = "a".repeat(42);
        for bad in ["", "a", "Other", "2nd", "_x", "chậm", "a-b", "a b", long.as_str()] {
            assert_eq!(CauseCode::parse(bad), Err(BadCauseCode), "{bad:?}");
        }
        assert!(CauseCode::parse(&"a".repeat(41)).is_ok());
        assert!(serde_json::from_str::<CauseCode>("\"Other\"").is_err());
        assert_eq!(serde_json::to_string(&CauseCode::parse("other").unwrap()).unwrap(), "\"other\"");
    }

    #[test]
    fn a_complete_letter_misses_nothing() {
        assert_eq!(missing(&facts()), []);
    }

    #[test]
    fn each_part_the_law_wants_is_missed_when_it_is_blank() {
        type Blank = fn(&mut LetterFacts);
        let cases: [(Blank, MissingPart); 10] = [
            (|f| f.recipient_name = " \t".to_owned(), MissingPart::RecipientName),
            (|f| f.procedure_name = String::new(), MissingPart::DossierKind),
            (|f| f.dossier_code = "-".to_owned(), MissingPart::DossierCode),
            (|f| f.receipt_number = String::new(), MissingPart::ReceiptNumber),
            (|f| f.state = Status::Resolved, MissingPart::State),
            (|f| f.cause = None, MissingPart::Reason),
            (|f| f.new_due_on = None, MissingPart::NewDate),
            (|f| f.reason = "…".to_owned(), MissingPart::Reason),
            (|f| f.return_how = String::new(), MissingPart::ReturnHow),
            (|f| f.contact_phone = "-".to_owned(), MissingPart::Contact),
        ];
        for (blank, part) in cases {
            let mut facts = facts();
            blank(&mut facts);
            assert_eq!(missing(&facts), [part]);
        }
    }

    #[test]
    fn a_new_date_must_be_later_than_the_old_one_and_than_the_letter() {
        let with = |new_due_on: &str, issued_on: Option<&str>| {
            missing(&LetterFacts {
                new_due_on: Some(day(new_due_on)),
                issued_on: issued_on.map(day),
                ..facts()
            })
        };
        assert_eq!(with("2026-01-07", None), [MissingPart::NewDate]);
        assert_eq!(with("2026-01-08", None), []);
        assert_eq!(with("2026-01-08", Some("2026-01-08")), [MissingPart::NewDate]);
        assert_eq!(with("2026-01-09", Some("2026-01-08")), []);
    }

    #[test]
    fn another_cause_must_be_spelled_out() {
        let with = |reason: &str| {
            let cause = Some(CauseCode::parse("other").unwrap());
            missing(&LetterFacts { cause, reason: reason.to_owned(), ..facts() })
        };
        assert_eq!(with("lý do khác"), [], "ten characters are enough");
        assert_eq!(with("lý do khá"), [MissingPart::Reason]);
        assert_eq!(with("a         b"), [MissingPart::Reason], "spaces do not spell anything out");
    }

    fn stating_everything(facts: &LetterFacts) -> String {
        format!(
            "Kính gửi {}. Về hồ sơ {} ({}), biên nhận {}: {}. Chúng tôi xin lỗi và hẹn ngày {}. Gọi {}.",
            facts.recipient_name,
            facts.procedure_name,
            facts.dossier_code,
            facts.receipt_number,
            facts.reason,
            facts.new_due_on.unwrap().format("%d/%m/%Y"),
            facts.contact_phone
        )
    }

    #[test]
    fn a_text_that_states_everything_misses_nothing_in_whatever_shape_it_is_written() {
        let facts = facts();
        let text = stating_everything(&facts);
        assert_eq!(must_state(&text, &facts), []);
        assert_eq!(must_state(&text.to_uppercase(), &facts), []);
        assert_eq!(must_state(&text.replace(' ', "\n  "), &facts), []);
        assert_eq!(must_state(&text.nfd().collect::<String>(), &facts), []);
        assert_eq!(must_state(&text.replace("14/01/2026", "14 tháng 01 năm 2026"), &facts), []);
        assert_eq!(must_state(&text.replace("14/01/2026", "14/1/2026"), &facts), []);
        assert_eq!(must_state(&text.replace("028 3829 0000", "(028) 38.290.000"), &facts), []);
    }

    #[test]
    fn each_statement_taken_out_is_named() {
        let facts = LetterFacts { receipt_number: "BN-0007/2025".to_owned(), ..facts() };
        let text = stating_everything(&facts);
        for (taken, part) in [
            (facts.recipient_name.as_str(), MissingPart::RecipientName),
            (facts.procedure_name.as_str(), MissingPart::DossierKind),
            (facts.dossier_code.as_str(), MissingPart::DossierCode),
            (facts.receipt_number.as_str(), MissingPart::ReceiptNumber),
            (facts.reason.as_str(), MissingPart::Reason),
            ("14/01/2026", MissingPart::NewDate),
            ("xin lỗi", MissingPart::Apology),
            (facts.contact_phone.as_str(), MissingPart::Contact),
        ] {
            assert_eq!(must_state(&text.replace(taken, "…"), &facts), [part], "{taken}");
        }
    }

    #[test]
    fn a_name_or_date_inside_a_longer_one_does_not_count() {
        let facts =
            LetterFacts { recipient_name: "An".to_owned(), new_due_on: Some(day("2026-03-01")), ..facts() };
        let text =
            stating_everything(&facts).replace("gửi An.", "gửi Bàn.").replace("01/03/2026", "11/3/2026");
        assert_eq!(must_state(&text, &facts), [MissingPart::RecipientName, MissingPart::NewDate]);
    }

    #[test]
    fn printing_the_facts_names_nobody() {
        assert_eq!(
            format!("{:?}", facts()),
            "LetterFacts { dossier_code: \"000.00.03.H29-251225-0007\", .. }"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in any::<String>(), name in any::<String>(), phone in any::<String>()) {
            let facts = LetterFacts { recipient_name: name, contact_phone: phone, ..facts() };
            must_state(&text, &facts);
            missing(&facts);
        }

        #[test]
        fn a_code_parses_exactly_when_it_has_the_form(code in "[a-zA-Z0-9_ ộ-]{0,44}") {
            let mut letters = code.chars();
            let first = letters.next().is_some_and(|c| c.is_ascii_lowercase());
            let rest = letters.clone().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
            let long = (1..=40).contains(&letters.count());
            prop_assert_eq!(CauseCode::parse(&code).is_ok(), first && rest && long);
        }
    }
}
